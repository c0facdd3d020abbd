-- Notices: what business systems have for users, apart from conversations.

-- What was posted, once, whoever has it. Whom it was for is decided when it is posted.
CREATE TABLE notice (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- a number is never used twice
    org        TEXT    NOT NULL,
    sender     TEXT    NOT NULL, -- service account
    business   TEXT,             -- what the sender calls it
    at         INTEGER NOT NULL,
    expires    INTEGER,
    withdrawn  INTEGER NOT NULL DEFAULT 0,
    recipients INTEGER NOT NULL, -- how many users it was posted to
    menu       TEXT    NOT NULL, -- empty for none
    title      TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    link       TEXT    NOT NULL,
    metadata   TEXT    NOT NULL, -- JSON object, or empty
    UNIQUE (org, sender, business)
) STRICT;

CREATE INDEX notice_by_age ON notice (at);

-- Who has notices, and how many there have been: positions go on when the oldest are forgotten.
CREATE TABLE notice_reader (
    org  TEXT    NOT NULL,
    user TEXT    NOT NULL,
    head INTEGER NOT NULL, -- position of the newest
    PRIMARY KEY (org, user)
) STRICT, WITHOUT ROWID;

-- A notice as one user has it. Unread numbers are counted from these rows and stand nowhere.
CREATE TABLE notice_copy (
    org     TEXT    NOT NULL,
    user    TEXT    NOT NULL,
    seq     INTEGER NOT NULL, -- 1, 2, 3 ... without holes
    notice  INTEGER NOT NULL REFERENCES notice (id),
    read_at INTEGER,
    PRIMARY KEY (org, user, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX notice_copies ON notice_copy (notice, org, user);
CREATE INDEX notice_unread ON notice_copy (org, user, seq, notice) WHERE read_at IS NULL;

-- Everybody of an organisation is found without looking at the others.
CREATE INDEX agent_of_org ON agent (org);
CREATE INDEX visitor_of_org ON visitor (org);
