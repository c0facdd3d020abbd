-- What visitors say about their service.

ALTER TABLE episode ADD COLUMN rated_at INTEGER; -- when the visitor first rated it
