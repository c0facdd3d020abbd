-- The index of texts. It holds no text: tokens as the code makes them, and names by which a search is narrowed: `o…` the
-- organisation, `c…` the conversation, `k…` the type. A row's number is its time, shifted by ten bits, and a number among
-- those of its millisecond, so that their order is that of time.
CREATE VIRTUAL TABLE search USING fts5(
    text,
    scope,
    content = '',
    contentless_delete = 1,
    tokenize = 'ascii tokenchars _'
);

-- What stands at a number of the index.
CREATE TABLE search_message (
    id  INTEGER NOT NULL PRIMARY KEY,
    log INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

-- How far the entries of a log were looked at; a log that is not here, not at all. The index follows behind the commits.
CREATE TABLE search_position (
    log INTEGER NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT;
