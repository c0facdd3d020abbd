use bytes::Bytes;

use super::PacketId;
use crate::mqtt::TopicName;

/// Quality of service (MQTT 3.1.1, 4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QoS {
    /// 0: fire and forget.
    #[default]
    AtMostOnce = 0,
    /// 1: until PUBACK.
    AtLeastOnce = 1,
    /// 2: PUBREC, PUBREL, PUBCOMP.
    ExactlyOnce = 2,
}

/// The QoS of one PUBLISH together with its packet identifier, which QoS 0 does not have [MQTT-2.3.1-5].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// QoS 0.
    AtMostOnce,
    /// QoS 1.
    AtLeastOnce(PacketId),
    /// QoS 2.
    ExactlyOnce(PacketId),
}

/// PUBLISH: one message (MQTT 3.1.1, 3.3).
///
/// Topic and payload of a decoded message are slices of one allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Publish {
    /// Whether the sender may have sent this message before (3.3.1.1); never with QoS 0 [MQTT-3.3.1-2].
    pub dup: bool,
    /// QoS and packet identifier.
    pub delivery: Delivery,
    /// From a client: store as the topic's last value; from a server: is such a value (3.3.1.3).
    pub retain: bool,
    /// Where the message goes.
    pub topic: TopicName,
    /// The message; may be empty.
    pub payload: Bytes,
}

impl QoS {
    /// The QoS that `byte` stands for; 3 and above are none.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::AtMostOnce,
            1 => Self::AtLeastOnce,
            2 => Self::ExactlyOnce,
            _ => return None,
        })
    }
}

impl Delivery {
    /// The QoS alone.
    #[must_use]
    pub const fn qos(self) -> QoS {
        match self {
            Self::AtMostOnce => QoS::AtMostOnce,
            Self::AtLeastOnce(_) => QoS::AtLeastOnce,
            Self::ExactlyOnce(_) => QoS::ExactlyOnce,
        }
    }

    /// The packet identifier; `None` for QoS 0.
    #[must_use]
    pub const fn packet_id(self) -> Option<PacketId> {
        match self {
            Self::AtMostOnce => None,
            Self::AtLeastOnce(id) | Self::ExactlyOnce(id) => Some(id),
        }
    }
}

impl Publish {
    /// A message that is neither a repeat nor retained.
    #[must_use]
    pub const fn new(delivery: Delivery, topic: TopicName, payload: Bytes) -> Self {
        Self { dup: false, delivery, retain: false, topic, payload }
    }
}
