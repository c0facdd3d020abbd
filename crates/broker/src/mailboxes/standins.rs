//! Until the store has them.

/// A QoS 2 message of a client by the identifier that it stored with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// The session.
    pub session: i64,
    /// The identifier.
    pub packet_id: u16,
}

/// A subscription of an MQTT session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MqttSubscription {
    /// As subscribed, with `$share/`.
    pub filter: Box<str>,
    /// The SUBSCRIBE options byte of MQTT 5.
    pub options: u8,
    /// The subscription identifier.
    pub subscription_id: Option<u32>,
}
