-- Access tokens that have ended before their time, and agents who may not sign in.

CREATE TABLE ended_token (
    id      TEXT    NOT NULL PRIMARY KEY, -- the number of the token
    user    TEXT    NOT NULL,
    issued  INTEGER NOT NULL,
    expires INTEGER NOT NULL              -- when it would have ended by itself
) STRICT, WITHOUT ROWID;

CREATE INDEX ended_token_of_user ON ended_token (user);
CREATE INDEX ended_token_expiry ON ended_token (expires);

ALTER TABLE agent ADD COLUMN tokens_from INTEGER NOT NULL DEFAULT 0; -- tokens that were issued before have ended,
ALTER TABLE agent ADD COLUMN kept_token TEXT;                        -- but for this one
ALTER TABLE agent ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;     -- whether it may sign in
