-- Words that are not to be said, where they were said, and visitors who are not heard.

CREATE TABLE taboo_word (
    uid        TEXT    NOT NULL PRIMARY KEY,
    org        TEXT    NOT NULL REFERENCES organisation (uid),
    content    TEXT    NOT NULL,
    folded     TEXT    NOT NULL, -- as it is compared
    action     TEXT    NOT NULL, -- BLOCK, MASK, LOG
    whole      INTEGER NOT NULL, -- whether it counts only where no letter or digit goes on before or behind it
    category   TEXT    NOT NULL, -- the list that it belongs to; empty for none
    enabled    INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (org, folded)
) STRICT, WITHOUT ROWID;

CREATE INDEX taboo_word_by_age ON taboo_word (org, created_at);

-- Whose messages are looked at besides visitors'; visitors' alone where there is no row.
CREATE TABLE taboo_scope (
    org    TEXT    NOT NULL PRIMARY KEY REFERENCES organisation (uid),
    agents INTEGER NOT NULL,
    robots INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One word in one message. Numbered in each organisation; the oldest are forgotten.
CREATE TABLE taboo_hit (
    org     TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    log     INTEGER NOT NULL,
    sender  TEXT    NOT NULL,
    message TEXT    NOT NULL, -- what its sender called it
    word    TEXT    NOT NULL, -- as it was written in the list then
    action  TEXT    NOT NULL,
    text    TEXT    NOT NULL, -- the beginning of what was said
    at      INTEGER NOT NULL,
    PRIMARY KEY (org, seq),
    UNIQUE (log, sender, message, word)
) STRICT, WITHOUT ROWID;

CREATE INDEX taboo_hit_by_age ON taboo_hit (at);

-- Visitors who are not heard, by name, by address or both. A row stays for a while when its time is over: it says who blocked
-- whom.
CREATE TABLE blacklist (
    uid        TEXT    NOT NULL PRIMARY KEY,
    org        TEXT    NOT NULL REFERENCES organisation (uid),
    visitor    TEXT    NOT NULL,
    nickname   TEXT    NOT NULL,
    avatar     TEXT    NOT NULL,
    address    TEXT,             -- of the network that is blocked too
    reason     TEXT    NOT NULL,
    topic      TEXT    NOT NULL, -- of the conversation that it was done in; empty for none
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL, -- the largest number for never
    created_by TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    lifted_by  TEXT,             -- who ended it before its time
    lifted_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX blacklist_of_org ON blacklist (org, created_at);
CREATE INDEX blacklist_of_visitor ON blacklist (org, visitor);
CREATE INDEX blacklist_by_end ON blacklist (ends_at);
CREATE INDEX blacklist_by_lifting ON blacklist (lifted_at) WHERE lifted_at IS NOT NULL;
