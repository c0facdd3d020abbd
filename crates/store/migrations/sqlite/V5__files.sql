-- Files that were uploaded, and the conversations that they were sent into. Their bytes are elsewhere.

CREATE TABLE file (
    uid            TEXT    NOT NULL PRIMARY KEY, -- also the stem of its path
    path           TEXT    NOT NULL UNIQUE,
    org            TEXT    NOT NULL REFERENCES organisation (uid),
    uploader       TEXT    NOT NULL,
    name           TEXT    NOT NULL, -- as its uploader called it
    mime           TEXT    NOT NULL, -- as its content shows it to be
    size           INTEGER NOT NULL, -- bytes
    hash           TEXT    NOT NULL, -- SHA-256
    width          INTEGER,          -- of pictures, in pixels
    height         INTEGER,
    thumbnail      TEXT    UNIQUE,   -- path
    thumbnail_mime TEXT,
    thumbnail_size INTEGER,
    is_avatar      INTEGER NOT NULL, -- whether everybody may see it who knows its path
    created        INTEGER NOT NULL,
    kept           INTEGER NOT NULL DEFAULT 0 -- whether all of its bytes are where they belong
) STRICT, WITHOUT ROWID;

CREATE INDEX file_by_uploader ON file (uploader);
CREATE INDEX file_by_age ON file (created);
CREATE INDEX file_unfinished ON file (created) WHERE kept = 0;

-- Whoever takes part in the conversation may read the file. Written in the commit of the message that names it.
CREATE TABLE file_share (
    file TEXT    NOT NULL REFERENCES file (uid) ON DELETE CASCADE,
    log  INTEGER NOT NULL,
    PRIMARY KEY (file, log)
) STRICT, WITHOUT ROWID;

-- Sums over the files of an organisation, so that a quota costs no scan.
CREATE TABLE file_usage (
    org   TEXT    NOT NULL PRIMARY KEY,
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
