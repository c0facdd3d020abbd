-- The newest message that is retained on each live topic.
CREATE TABLE retained_message (
    topic        TEXT    NOT NULL PRIMARY KEY,
    qos          INTEGER NOT NULL, -- the highest quality of service to deliver it with: 0, 1 or 2
    expires      INTEGER,          -- not to be delivered from this time on
    content_type TEXT,
    headers      TEXT    NOT NULL, -- JSON: pairs of name and value in their order
    body         BLOB    NOT NULL
) STRICT;

CREATE INDEX retained_until ON retained_message (expires) WHERE expires IS NOT NULL;
