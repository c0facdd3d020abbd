-- What visitors say about their service.

ALTER TABLE episode ADD COLUMN rated_at INTEGER; -- when the visitor first rated it

-- What visitors have left for the desk to answer later. Text and answer are entries of the conversation too; here is how far
-- the desk is with it. It changes with decisions about its conversation only.
CREATE TABLE leave_message (
    uid        TEXT    NOT NULL PRIMARY KEY,
    log        INTEGER NOT NULL,
    org        TEXT    NOT NULL,
    visitor    TEXT    NOT NULL,
    service    TEXT    NOT NULL, -- workgroup or agent in whose inbox it lies
    agent      TEXT,             -- who has it at the desk
    nickname   TEXT    NOT NULL,
    contact    TEXT    NOT NULL,
    content    TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    images     TEXT    NOT NULL, -- a JSON array of URLs
    status     TEXT    NOT NULL, -- LEAVE_MSG_SUBMIT, LEAVE_MSG_READ ...
    reply      TEXT,             -- the last one
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX leave_message_of_org ON leave_message (org, created_at);
CREATE INDEX leave_message_of_visitor ON leave_message (visitor, created_at);
