-- What was changed of messages after they were said, and where services began.

-- Entries that gave another entry a new text: they are hidden with it when it is recalled.
CREATE TABLE edit (
    log    INTEGER NOT NULL,
    target INTEGER NOT NULL, -- position of the message
    seq    INTEGER NOT NULL, -- position of the EDIT
    PRIMARY KEY (log, target, seq)
) STRICT, WITHOUT ROWID;

-- What an edited message said first. Nobody is shown it.
CREATE TABLE original (
    log     INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    dialect INTEGER NOT NULL,
    payload BLOB    NOT NULL,
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;

-- What users answer a message with besides words: each user each sign once.
CREATE TABLE reaction (
    log    INTEGER NOT NULL,
    target INTEGER NOT NULL, -- position of the message
    name   TEXT    NOT NULL, -- the sign
    user   TEXT    NOT NULL,
    seq    INTEGER NOT NULL, -- position of the REACTION that gave it
    PRIMARY KEY (log, target, name, user)
) STRICT, WITHOUT ROWID;

-- A service is told from the one before it by position: both may have begun in one millisecond.
ALTER TABLE episode ADD COLUMN opened_seq INTEGER NOT NULL DEFAULT 0; -- the last entry before it began
UPDATE episode
   SET opened_seq = COALESCE((SELECT MAX(seq) FROM entry WHERE entry.log = episode.log AND entry.at < episode.opened_at), 0);
