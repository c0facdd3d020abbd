-- Messages that wait for whoever will consume them.

-- Subscriptions that collect messages while their owner is away.
CREATE TABLE durable_subscription (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- a number is never used twice
    owner    TEXT    NOT NULL,
    name     TEXT    NOT NULL, -- the owner's name for it
    filter   TEXT    NOT NULL,
    selector TEXT    NOT NULL, -- as its owner wrote it; empty for every message
    UNIQUE (owner, name)
) STRICT;

-- A row is written once and deleted once; in the order of its ids it is the order of the queue.
CREATE TABLE queued_message (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    subscription INTEGER REFERENCES durable_subscription (id) ON DELETE CASCADE, -- null in a work queue
    topic        TEXT    NOT NULL, -- where it was said; in a work queue the queue's name
    expires      INTEGER,          -- not to be delivered from this time on
    content_type TEXT,
    headers      TEXT    NOT NULL, -- JSON: pairs of name and value in their order
    body         BLOB    NOT NULL
) STRICT;

CREATE INDEX queued_for_subscription ON queued_message (subscription) WHERE subscription IS NOT NULL;
