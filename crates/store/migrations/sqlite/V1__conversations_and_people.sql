-- Everything a desk remembers. Times are milliseconds since 1970; uids are the text that topics carry.

-- Tenants and the people who work for them.

CREATE TABLE organisation (
    uid  TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE agent (
    uid           TEXT    NOT NULL PRIMARY KEY,
    org           TEXT    NOT NULL REFERENCES organisation (uid),
    username      TEXT    NOT NULL,
    password_hash TEXT    NOT NULL, -- in PHC format; never leaves with the profile
    nickname      TEXT    NOT NULL,
    avatar        TEXT    NOT NULL,
    status        TEXT    NOT NULL, -- AVAILABLE, BUSY, AWAY, REST, OFFLINE
    capacity      INTEGER NOT NULL, -- conversations at a time
    UNIQUE (username, org),
    UNIQUE (uid, org)               -- target of workgroup_agent's key
) STRICT, WITHOUT ROWID;

CREATE TABLE workgroup (
    uid  TEXT NOT NULL PRIMARY KEY,
    org  TEXT NOT NULL REFERENCES organisation (uid),
    name TEXT NOT NULL,
    UNIQUE (uid, org)
) STRICT, WITHOUT ROWID;

-- The organisation is part of both keys, so that nobody serves in another tenant's workgroup.
CREATE TABLE workgroup_agent (
    workgroup TEXT    NOT NULL,
    position  INTEGER NOT NULL, -- order of the agents as the administrator gave it
    agent     TEXT    NOT NULL,
    org       TEXT    NOT NULL,
    PRIMARY KEY (workgroup, position),
    UNIQUE (workgroup, agent),
    FOREIGN KEY (workgroup, org) REFERENCES workgroup (uid, org),
    FOREIGN KEY (agent, org) REFERENCES agent (uid, org)
) STRICT, WITHOUT ROWID;

CREATE TABLE visitor (
    uid      TEXT NOT NULL PRIMARY KEY,
    org      TEXT NOT NULL REFERENCES organisation (uid),
    nickname TEXT NOT NULL,
    avatar   TEXT NOT NULL,
    channel  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Conversations. The row changes with owner and status only, never with a message. Its organisation and users are
-- checked by the code that writes it, so that an unknown one is refused alone and does not fail its whole batch.

CREATE TABLE conversation (
    id               INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- number of the log; a number is never used twice
    uid              TEXT    NOT NULL UNIQUE,
    session_no       TEXT    UNIQUE,  -- day and number; null only between the insert and the next statement
    org              TEXT    NOT NULL,
    topic            TEXT    NOT NULL UNIQUE,
    kind             INTEGER NOT NULL, -- Bytedesk number of the thread type
    service          TEXT    NOT NULL,
    visitor          TEXT    NOT NULL,
    visitor_nickname TEXT    NOT NULL,
    visitor_avatar   TEXT    NOT NULL,
    channel          TEXT    NOT NULL,
    status           TEXT    NOT NULL, -- NEW, QUEUING, CHATTING, OFFLINE, CLOSED
    agent            TEXT,
    was_assigned     INTEGER NOT NULL DEFAULT 0, -- whether it ever had an agent
    fence            INTEGER NOT NULL DEFAULT 0, -- raised with every change of owner or status
    created_at       INTEGER NOT NULL
) STRICT;

CREATE INDEX conversation_chatting ON conversation (agent) WHERE status = 'CHATTING';
CREATE INDEX conversation_queuing ON conversation (service) WHERE status = 'QUEUING';

CREATE TABLE participant (
    log    INTEGER NOT NULL REFERENCES conversation (id),
    user   TEXT    NOT NULL,
    joined INTEGER NOT NULL, -- seq behind which its cursors start
    PRIMARY KEY (log, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX participation ON participant (user);

-- The log. Clustered by position, so that a page of a conversation lies together. The head cache of the writer
-- guards the log's existence; a foreign key would cost a lookup per message.

CREATE TABLE entry (
    log      INTEGER NOT NULL,
    seq      INTEGER NOT NULL, -- 1, 2, 3 ... without holes
    at       INTEGER NOT NULL, -- never decreases within a log
    sender   TEXT    NOT NULL,
    uid      TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    recalled INTEGER NOT NULL DEFAULT 0,
    dialect  INTEGER NOT NULL, -- of the payload: 0 JSON, 1 protobuf
    payload  BLOB    NOT NULL,
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;

-- A sender uses a uid once per log. The uid comes before the sender, so that it is also found whoever wrote it.
CREATE UNIQUE INDEX entry_by_uid ON entry (log, uid, sender);

-- Cursors: only ever forward. A missing one stands where its participant joined.

CREATE TABLE delivered (
    log    INTEGER NOT NULL,
    user   TEXT    NOT NULL,
    device TEXT    NOT NULL, -- MQTT client id, STOMP device, or empty for the user's default device
    seq    INTEGER NOT NULL,
    PRIMARY KEY (log, user, device)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivered_to_device ON delivered (user, device);

CREATE TABLE read_position (
    log  INTEGER NOT NULL,
    user TEXT    NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (log, user)
) STRICT, WITHOUT ROWID;

-- MQTT sessions that outlive their connection.

CREATE TABLE mqtt_session (
    client_id TEXT NOT NULL PRIMARY KEY,
    user      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mqtt_subscription (
    client_id TEXT    NOT NULL REFERENCES mqtt_session (client_id) ON DELETE CASCADE,
    filter    TEXT    NOT NULL,
    qos       INTEGER NOT NULL,
    PRIMARY KEY (client_id, filter)
) STRICT, WITHOUT ROWID;

-- One row, rewritten to prove that the data path commits.
CREATE TABLE probe (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
