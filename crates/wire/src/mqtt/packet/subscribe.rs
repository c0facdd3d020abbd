use super::{PacketId, QoS};
use crate::mqtt::TopicFilter;

/// SUBSCRIBE (MQTT 3.1.1, 3.8).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subscribe {
    /// SUBACK carries the same [MQTT-3.8.4-2].
    pub packet_id: PacketId,
    /// At least one filter [MQTT-3.8.3-3], each with the highest QoS the client wants.
    pub filters: Vec<(TopicFilter, QoS)>,
}

/// SUBACK (MQTT 3.1.1, 3.9).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suback {
    /// That of the SUBSCRIBE.
    pub packet_id: PacketId,
    /// One code for each filter of the SUBSCRIBE, in its order [MQTT-3.9.3-1].
    pub codes: Vec<SubackCode>,
}

/// UNSUBSCRIBE (MQTT 3.1.1, 3.10).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsubscribe {
    /// UNSUBACK carries the same [MQTT-3.10.4-4].
    pub packet_id: PacketId,
    /// At least one filter [MQTT-3.10.3-2].
    pub filters: Vec<TopicFilter>,
}

/// The answer to one filter of a SUBSCRIBE (MQTT 3.1.1, 3.9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubackCode {
    /// Subscribed, with this QoS at most.
    Granted(QoS),
    /// Not subscribed. MQTT 3.1 has no such code, but its clients have nothing better to be told.
    Failure,
}

impl Subscribe {
    /// A SUBSCRIBE for `filters`.
    #[must_use]
    pub const fn new(packet_id: PacketId, filters: Vec<(TopicFilter, QoS)>) -> Self {
        Self { packet_id, filters }
    }
}

impl Suback {
    /// The answer `codes` to the SUBSCRIBE `packet_id`.
    #[must_use]
    pub const fn new(packet_id: PacketId, codes: Vec<SubackCode>) -> Self {
        Self { packet_id, codes }
    }
}

impl Unsubscribe {
    /// An UNSUBSCRIBE from `filters`.
    #[must_use]
    pub const fn new(packet_id: PacketId, filters: Vec<TopicFilter>) -> Self {
        Self { packet_id, filters }
    }
}

impl SubackCode {
    /// The code that `byte` stands for; any but 0, 1, 2 and 128 is reserved [MQTT-3.9.3-2].
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        if byte == 0x80 {
            return Some(Self::Failure);
        }
        match QoS::from_byte(byte) {
            Some(qos) => Some(Self::Granted(qos)),
            None => None,
        }
    }

    /// The code as it is on the wire.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Granted(qos) => qos as u8,
            Self::Failure => 0x80,
        }
    }
}
