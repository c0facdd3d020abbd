use std::num::NonZeroU16;

use bytes::Bytes;

use super::{PacketId, SubscriptionId, UserProperties};
use crate::mqtt::{Text, TopicName};

/// Quality of service (MQTT 3.1.1 and 5.0, 4.3).
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

/// The QoS of one PUBLISH together with its packet identifier, which QoS 0 does not have [MQTT-2.2.1-2].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// QoS 0.
    AtMostOnce,
    /// QoS 1.
    AtLeastOnce(PacketId),
    /// QoS 2.
    ExactlyOnce(PacketId),
}

/// PUBLISH: one message (MQTT 5.0, 3.3; MQTT 3.1.1, 3.3).
///
/// Topic, payload and properties of a decoded message are slices of one allocation, but for a topic that came as an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Publish {
    /// Whether the sender may have sent this message before (3.3.1.1); never with QoS 0 [MQTT-3.3.1-2].
    pub dup: bool,
    /// QoS and packet identifier.
    pub delivery: Delivery,
    /// From a client: store as the topic's last value; from a server: is such a value (3.3.1.3).
    pub retain: bool,
    /// Where the message goes. The decoder puts the topic in the place of its alias.
    pub topic: TopicName,
    /// The message; may be empty.
    pub payload: Bytes,
    /// The number that the sender has given to the topic on this connection (MQTT 5.0, 3.3.2.3.4).
    pub topic_alias: Option<NonZeroU16>,
    /// Seconds until the message is worth nothing; a server counts down (MQTT 5.0, 3.3.2.3.3).
    pub message_expiry: Option<u32>,
    /// From a server: the subscriptions that the message belongs to (MQTT 5.0, 3.3.2.3.8).
    pub subscription_ids: Vec<SubscriptionId>,
    /// What a server hands on as it is.
    pub properties: MessageProperties,
}

/// The properties of a message that every receiver gets unaltered and in their order (MQTT 5.0, 3.3.2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageProperties {
    /// What the payload is; absent means bytes.
    pub payload_format: Option<PayloadFormat>,
    /// What the payload is, as a MIME type or anything else both ends understand.
    pub content_type: Option<Text>,
    /// Where the sender expects an answer.
    pub response_topic: Option<TopicName>,
    /// How the sender knows what is being answered.
    pub correlation_data: Option<Bytes>,
    /// Whatever the applications define [MQTT-3.3.2-17], [MQTT-3.3.2-18].
    pub user: UserProperties,
}

/// The payload format indicator (MQTT 5.0, 3.3.2.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayloadFormat {
    /// 0: any bytes.
    Bytes = 0,
    /// 1: UTF-8, which nobody here checks.
    Utf8 = 1,
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
    /// A message that is neither a repeat nor retained and has no properties.
    #[must_use]
    pub const fn new(delivery: Delivery, topic: TopicName, payload: Bytes) -> Self {
        Self {
            dup: false,
            delivery,
            retain: false,
            topic,
            payload,
            topic_alias: None,
            message_expiry: None,
            subscription_ids: Vec::new(),
            properties: MessageProperties::NONE,
        }
    }
}

impl MessageProperties {
    /// No properties.
    pub const NONE: Self = Self {
        payload_format: None,
        content_type: None,
        response_topic: None,
        correlation_data: None,
        user: Vec::new(),
    };
}
