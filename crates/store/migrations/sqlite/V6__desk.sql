-- The service desk: roles, settings, who attends a conversation, episodes of service, and timers.

ALTER TABLE agent ADD COLUMN role TEXT NOT NULL DEFAULT 'AGENT'; -- AGENT, SUPERVISOR, ADMIN
ALTER TABLE workgroup_agent ADD COLUMN weight INTEGER NOT NULL DEFAULT 1; -- share of the agent where routing is weighted

-- What an administrator has set for a workgroup or an agent: one JSON document each. What it does not say has its default.
CREATE TABLE settings (
    owner TEXT NOT NULL PRIMARY KEY, -- uid of the workgroup or agent
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE conversation ADD COLUMN ticket INTEGER;   -- its turn among all that wait; null while it does not wait
ALTER TABLE conversation ADD COLUMN episode INTEGER;  -- the last service of its visitor, over or not
ALTER TABLE conversation ADD COLUMN notes_of INTEGER; -- the conversation whose notes this is

UPDATE conversation SET ticket = id WHERE status = 'QUEUING';

DROP INDEX conversation_queuing;
CREATE INDEX conversation_queuing ON conversation (service, ticket) WHERE status = 'QUEUING';
CREATE INDEX conversation_ticket ON conversation (ticket) WHERE ticket IS NOT NULL;
CREATE UNIQUE INDEX conversation_notes ON conversation (notes_of) WHERE notes_of IS NOT NULL;
CREATE INDEX conversation_of_org ON conversation (org, status);

-- Who attends a conversation besides its owner. Its cursors are those of a participant.
CREATE TABLE attendant (
    log  INTEGER NOT NULL,
    user TEXT    NOT NULL,
    part TEXT    NOT NULL, -- HELPER, INVITED, OFFERED, WATCHER
    PRIMARY KEY (log, user)
) STRICT, WITHOUT ROWID;

-- One service of a visitor, from when the conversation was opened until it was closed. Times are milliseconds since 1970,
-- null for what has not happened. Agent and service are the last ones.
CREATE TABLE episode (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    log           INTEGER NOT NULL,
    org           TEXT    NOT NULL,
    service       TEXT    NOT NULL,
    agent         TEXT,
    opened_at     INTEGER NOT NULL,
    queued_at     INTEGER,          -- when it first waited
    assigned_at   INTEGER,          -- when the last agent took it
    responded_at  INTEGER,          -- when an agent first said something
    response_ms   INTEGER,          -- from the assignment to that
    closed_at     INTEGER,
    closed_by     TEXT,             -- AGENT, VISITOR, TIMER
    score         INTEGER,
    resolved      INTEGER,
    comment       TEXT
) STRICT;

CREATE INDEX episode_of_log ON episode (log);
CREATE INDEX episode_of_agent ON episode (agent, responded_at) WHERE responded_at IS NOT NULL;
CREATE INDEX episode_assigned ON episode (agent, assigned_at) WHERE assigned_at IS NOT NULL;

-- What is to happen to a conversation at a time. The decision that answers a timer takes its row away: who comes second
-- finds none.
CREATE TABLE timer (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- a number is never used twice; a timer that is set anew gets one
    log     INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    due     INTEGER NOT NULL,
    payload TEXT    NOT NULL,
    UNIQUE (log, kind, key)
) STRICT;

CREATE INDEX timer_due ON timer (due, id);
