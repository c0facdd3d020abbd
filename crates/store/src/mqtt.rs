//! What is kept of MQTT sessions.

use deskwire_model::{Timestamp, Uid};

use crate::QueuedId;

/// The number of an MQTT session. A number is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MqttSessionId(pub i64);

/// An MQTT session that outlives its connections, and its subscriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMqttSession {
    /// Its number.
    pub id: MqttSessionId,
    /// Its name.
    pub client_id: Box<str>,
    /// Whose it is. Nobody else may inherit it (invariant I9).
    pub user: Uid,
    /// Seconds that it outlives its connection; [`u32::MAX`] for ever (MQTT 5.0, 3.1.2.11.2).
    pub expiry_s: u32,
    /// When its last connection ended; none while there is one, or if the server ended first.
    pub left: Option<Timestamp>,
    /// Its subscriptions, in the order of their filters.
    pub subscriptions: Vec<MqttSubscription>,
}

/// A subscription of an MQTT session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MqttSubscription {
    /// What it listens to, as subscribed: with the `$share/` of a shared one.
    pub filter: Box<str>,
    /// The options byte of SUBSCRIBE (MQTT 5.0, 3.8.3.1): QoS, no local, retain as published, retain handling.
    pub options: u8,
    /// What its client calls it.
    pub subscription_id: Option<u32>,
}

/// The packet id of a QoS 2 message that a client has published and not released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// The client's session.
    pub session: MqttSessionId,
    /// The packet id.
    pub packet_id: u16,
}

/// How far a QoS 2 message to a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inflight {
    /// The message.
    pub message: QueuedId,
    /// The packet id it is sent with.
    pub packet_id: u16,
    /// Whether the client has received it, and waits for its release.
    pub received: bool,
}
