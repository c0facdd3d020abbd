-- What shops put on their pages, and who their visitors have been proven to be.

CREATE TABLE channel (
    uid        TEXT    NOT NULL PRIMARY KEY,
    org        TEXT    NOT NULL REFERENCES organisation (uid),
    name       TEXT    NOT NULL,
    settings   TEXT    NOT NULL, -- a JSON object
    secret     TEXT    NOT NULL, -- the key of what the shop signs
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX channel_of_org ON channel (org, created_at);

-- Customers of a shop: the same one is the same visitor on every device.
CREATE TABLE customer (
    channel TEXT NOT NULL REFERENCES channel (uid) ON DELETE CASCADE,
    id      TEXT NOT NULL, -- the shop's own
    visitor TEXT NOT NULL REFERENCES visitor (uid),
    PRIMARY KEY (channel, id)
) STRICT, WITHOUT ROWID;

-- A visitor who has been proven to be somebody is nobody else.
CREATE UNIQUE INDEX customer_of_visitor ON customer (visitor);
