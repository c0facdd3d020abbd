-- What several nodes divide among themselves.

CREATE TABLE lease (
    name   TEXT    NOT NULL PRIMARY KEY, -- what only one of them does at a time
    holder TEXT    NOT NULL,
    fence  INTEGER NOT NULL, -- raised whenever another one takes it
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE mqtt_session ADD COLUMN node TEXT; -- whose sessions these are; null while nobody has them

-- What all nodes have to agree on, and nobody else may know.
CREATE TABLE secret (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
