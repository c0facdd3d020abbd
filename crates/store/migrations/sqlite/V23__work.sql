-- Messages of work queues wait in the store for consumers on any node.

ALTER TABLE queued_message ADD COLUMN refusals INTEGER; -- how often consumers of a work queue refused it; null if none has had it
ALTER TABLE queued_message ADD COLUMN origin INTEGER; -- the session that said it in a work queue of several nodes

UPDATE queued_message SET refusals = 0 WHERE subscription IS NULL AND session IS NULL;

CREATE INDEX work_waiting ON queued_message (topic, id) WHERE subscription IS NULL AND session IS NULL AND node IS NULL;
