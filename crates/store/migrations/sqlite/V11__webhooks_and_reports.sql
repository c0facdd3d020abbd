-- Who is told over HTTP of what happens in conversations, what is still to be told, and counters for reports.

CREATE TABLE webhook (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- a number is never used twice
    uid        TEXT    NOT NULL UNIQUE,
    org        TEXT    NOT NULL REFERENCES organisation (uid),
    url        TEXT    NOT NULL,
    secret     BLOB    NOT NULL, -- key of the signatures
    topics     INTEGER NOT NULL, -- sum of 1 conversation, 2 message, 4 rating, 8 leave message
    bot_of     TEXT    UNIQUE,   -- the workgroup that it answers for; null for a hook that only hears
    active     INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    waiting    INTEGER NOT NULL DEFAULT 0, -- events that are to be told; dead ones are none
    lost       INTEGER NOT NULL DEFAULT 0  -- events that were not kept, as too many waited
) STRICT;

CREATE INDEX webhook_of_org ON webhook (org);

-- One event for one hook: an entry of a log. Written in the commit of the entry, deleted when it was told.
CREATE TABLE webhook_event (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- its order, and by what its receiver knows it again
    hook     INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    log      INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    topic    INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    died_at  INTEGER, -- when it was given up
    error    TEXT     -- why the last attempt failed
) STRICT;

CREATE INDEX webhook_event_waiting ON webhook_event (hook, log, id) WHERE died_at IS NULL;
CREATE INDEX webhook_event_dead ON webhook_event (hook, id) WHERE died_at IS NOT NULL;

-- What waits for one hook from one conversation goes one after the other: when the first of it is due.
CREATE TABLE webhook_lane (
    hook INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    log  INTEGER NOT NULL,
    due  INTEGER NOT NULL,
    PRIMARY KEY (hook, log)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_lane_due ON webhook_lane (hook, due);

-- Sums per hour, kept in the commit of what they count. Times are milliseconds.
CREATE TABLE report_hour (
    org              TEXT    NOT NULL,
    hour             INTEGER NOT NULL, -- hours since 1970
    service          TEXT    NOT NULL,
    agent            TEXT    NOT NULL, -- empty where nobody had the conversation
    opened           INTEGER NOT NULL DEFAULT 0,
    queued           INTEGER NOT NULL DEFAULT 0,
    assigned         INTEGER NOT NULL DEFAULT 0,
    waited           INTEGER NOT NULL DEFAULT 0, -- first assignments of an episode
    wait_ms          INTEGER NOT NULL DEFAULT 0, -- until then
    responded        INTEGER NOT NULL DEFAULT 0,
    response_ms      INTEGER NOT NULL DEFAULT 0, -- from the assignment to the first response
    closed           INTEGER NOT NULL DEFAULT 0,
    handled          INTEGER NOT NULL DEFAULT 0, -- closed ones that an agent had
    handling_ms      INTEGER NOT NULL DEFAULT 0, -- how long the last agent had them
    missed           INTEGER NOT NULL DEFAULT 0, -- over, or left with nobody there, without a response
    rated            INTEGER NOT NULL DEFAULT 0,
    score            INTEGER NOT NULL DEFAULT 0, -- sum
    satisfied        INTEGER NOT NULL DEFAULT 0, -- scores of 4 and 5
    resolved         INTEGER NOT NULL DEFAULT 0,
    visitor_messages INTEGER NOT NULL DEFAULT 0,
    service_messages INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org, hour, service, agent)
) STRICT, WITHOUT ROWID;

ALTER TABLE episode ADD COLUMN missed INTEGER NOT NULL DEFAULT 0; -- whether it is counted as missed
