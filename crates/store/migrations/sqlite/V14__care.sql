-- What the desk knows of its visitors and conversations besides what was said, and what it has ready to say.

-- A visitor as its client last told of it, and as the desk has corrected it.
CREATE TABLE visitor_info (
    visitor    TEXT    NOT NULL PRIMARY KEY REFERENCES visitor (uid),
    mobile     TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    tags       TEXT    NOT NULL, -- a JSON array
    told       TEXT    NOT NULL, -- a JSON object: what its client last told of it
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the desk has written on a conversation.
CREATE TABLE label (
    log  INTEGER NOT NULL PRIMARY KEY,
    note TEXT    NOT NULL,
    tags TEXT    NOT NULL -- a JSON array
) STRICT;

-- How one at the desk keeps a conversation in its own list.
CREATE TABLE mark (
    log       INTEGER NOT NULL,
    user      TEXT    NOT NULL,
    top       INTEGER NOT NULL,
    star      INTEGER NOT NULL, -- 0 for none
    mute      INTEGER NOT NULL,
    fold      INTEGER NOT NULL,
    unread_at INTEGER,          -- the read position at which it was marked as unread
    hidden_at INTEGER,          -- the last seq when it was hidden
    PRIMARY KEY (log, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX mark_of_user ON mark (user);

-- Replies that are ready to be sent.
CREATE TABLE quick_reply (
    uid        TEXT    NOT NULL PRIMARY KEY,
    org        TEXT    NOT NULL,
    owner      TEXT    NOT NULL, -- uid of the organisation, workgroup or agent
    level      TEXT    NOT NULL, -- ORGANIZATION, WORKGROUP, AGENT
    category   TEXT    NOT NULL, -- a folder; empty for none
    shortcut   TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    content    TEXT    NOT NULL,
    kind       TEXT    NOT NULL, -- a message type
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX quick_reply_of_owner ON quick_reply (owner);

-- Questions with their answers.
CREATE TABLE faq (
    uid        TEXT    NOT NULL PRIMARY KEY,
    org        TEXT    NOT NULL,
    owner      TEXT    NOT NULL, -- uid of the workgroup or agent
    category   TEXT    NOT NULL,
    question   TEXT    NOT NULL,
    answer     TEXT    NOT NULL,
    kind       TEXT    NOT NULL, -- TEXT, or another message type
    in_welcome INTEGER NOT NULL, -- whether it is offered in WELCOME
    asked      INTEGER NOT NULL DEFAULT 0,
    up         INTEGER NOT NULL DEFAULT 0,
    down       INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX faq_of_owner ON faq (owner, created_at);

-- What visitors think of answers: one opinion per answer.
CREATE TABLE helpful (
    log     INTEGER NOT NULL,
    seq     INTEGER NOT NULL, -- of the answer
    faq     TEXT    NOT NULL, -- the question that it answered; empty where a robot answered
    helpful INTEGER NOT NULL,
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
