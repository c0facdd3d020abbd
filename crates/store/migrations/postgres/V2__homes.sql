-- Where what waits is kept in memory when there are several nodes.

ALTER TABLE durable_subscription ADD COLUMN node TEXT COLLATE "C"; -- home of its consumer and of what it collects; null for none
ALTER TABLE queued_message ADD COLUMN node TEXT COLLATE "C"; -- who hands out a message of a work queue; null for nobody, and in other queues

CREATE INDEX queued_at ON queued_message (node) WHERE node IS NOT NULL;
