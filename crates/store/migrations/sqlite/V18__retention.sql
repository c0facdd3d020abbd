-- How long closed conversations are kept, and what is left of those that were not.

-- No row: for ever.
CREATE TABLE retention (
    org  TEXT    NOT NULL PRIMARY KEY REFERENCES organisation (uid),
    days INTEGER NOT NULL -- that a conversation stays after it was closed
) STRICT, WITHOUT ROWID;

-- A log goes on counting behind what was deleted: a position means one message, for ever.
ALTER TABLE conversation ADD COLUMN swept_seq INTEGER NOT NULL DEFAULT 0; -- entries up to here were deleted
ALTER TABLE conversation ADD COLUMN swept_at INTEGER;                     -- time of the last of them
ALTER TABLE conversation ADD COLUMN emptied_at INTEGER; -- when nothing but this row was left; null once it goes on again

CREATE INDEX episode_by_closing ON episode (org, closed_at, id) WHERE closed_at IS NOT NULL;

-- Everything that hangs on a conversation is found by it.
CREATE INDEX file_share_of_log ON file_share (log);
CREATE INDEX order_card_of_log ON order_card (log);
CREATE INDEX webhook_event_of_log ON webhook_event (log);
