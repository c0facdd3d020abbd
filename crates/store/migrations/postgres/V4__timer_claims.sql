-- A node that takes a timer to answer it says until when it will have done so; the others leave it alone until then.

ALTER TABLE timer ADD COLUMN claimed BIGINT NOT NULL DEFAULT 0;

CREATE INDEX timer_claimed ON timer (claimed) WHERE claimed > 0;
