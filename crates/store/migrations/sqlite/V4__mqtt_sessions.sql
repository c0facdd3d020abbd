-- MQTT sessions with a number, an end, and the messages on their way to and from them.

ALTER TABLE mqtt_subscription RENAME TO mqtt_subscription_of_v1;
ALTER TABLE mqtt_session RENAME TO mqtt_session_of_v1;

CREATE TABLE mqtt_session (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- a number is never used twice
    client_id TEXT    NOT NULL UNIQUE,
    user      TEXT    NOT NULL,
    expiry_s  INTEGER NOT NULL, -- how long it outlives its connection; 4294967295 for ever
    left_at   INTEGER           -- when its last connection ended; null while there is one
) STRICT;

CREATE TABLE mqtt_subscription (
    session         INTEGER NOT NULL REFERENCES mqtt_session (id) ON DELETE CASCADE,
    filter          TEXT    NOT NULL, -- as subscribed, with the $share/ of a shared one
    options         INTEGER NOT NULL, -- the byte of SUBSCRIBE in MQTT 5
    subscription_id INTEGER,
    PRIMARY KEY (session, filter)
) STRICT, WITHOUT ROWID;

INSERT INTO mqtt_session (client_id, user, expiry_s)
SELECT client_id, user, 4294967295 FROM mqtt_session_of_v1 ORDER BY client_id;

-- With QoS alone the byte of SUBSCRIBE is the QoS.
INSERT INTO mqtt_subscription (session, filter, options)
SELECT s.id, v.filter, v.qos FROM mqtt_subscription_of_v1 v JOIN mqtt_session s ON s.client_id = v.client_id;

DROP TABLE mqtt_subscription_of_v1;
DROP TABLE mqtt_session_of_v1;

-- The packet ids of QoS 2 messages of the client that are stored and not released.
CREATE TABLE mqtt_received (
    session   INTEGER NOT NULL REFERENCES mqtt_session (id) ON DELETE CASCADE,
    packet_id INTEGER NOT NULL,
    PRIMARY KEY (session, packet_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE queued_message ADD COLUMN session INTEGER REFERENCES mqtt_session (id) ON DELETE CASCADE;
ALTER TABLE queued_message ADD COLUMN via TEXT; -- the shared subscription that it came to its session by
ALTER TABLE queued_message ADD COLUMN qos INTEGER NOT NULL DEFAULT 2; -- the highest to deliver it with; STOMP names none
ALTER TABLE queued_message ADD COLUMN retained INTEGER NOT NULL DEFAULT 0; -- whether it was published to be retained
ALTER TABLE queued_message ADD COLUMN is_text INTEGER NOT NULL DEFAULT 0; -- whether its publisher declared it UTF-8
ALTER TABLE queued_message ADD COLUMN response_topic TEXT;
ALTER TABLE queued_message ADD COLUMN correlation BLOB;

CREATE INDEX queued_for_session ON queued_message (session) WHERE session IS NOT NULL;

-- The packet ids of QoS 2 messages on their way to the client. Apart from the messages, so that a body is written once.
CREATE TABLE queued_inflight (
    message   INTEGER NOT NULL PRIMARY KEY REFERENCES queued_message (id) ON DELETE CASCADE,
    packet_id INTEGER NOT NULL,
    received  INTEGER NOT NULL -- whether the client has it, and waits for its release
) STRICT;

ALTER TABLE retained_message ADD COLUMN is_text INTEGER NOT NULL DEFAULT 0;
ALTER TABLE retained_message ADD COLUMN response_topic TEXT;
ALTER TABLE retained_message ADD COLUMN correlation BLOB;
