use std::num::NonZeroU32;

use super::{AckProperties, PacketId, QoS, SubackCode, UnsubackCode, UserProperties};
use crate::mqtt::TopicFilter;

/// SUBSCRIBE (MQTT 5.0, 3.8; MQTT 3.1.1, 3.8).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subscribe {
    /// SUBACK carries the same [MQTT-3.8.4-2].
    pub packet_id: PacketId,
    /// At least one filter [MQTT-3.8.3-2], each with what the client wants of it.
    pub filters: Vec<(TopicFilter, SubscribeOptions)>,
    /// What messages that match one of these filters are to carry (MQTT 5.0, 3.8.2.1.2).
    pub subscription_id: Option<SubscriptionId>,
    /// Whatever the application defines.
    pub user: UserProperties,
}

/// How a client wants the messages of one filter (MQTT 5.0, 3.8.3.1). Before MQTT 5.0 there is the QoS alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SubscribeOptions {
    /// The highest QoS.
    pub qos: QoS,
    /// Not those that it publishes itself [MQTT-3.8.3-3].
    pub no_local: bool,
    /// With the RETAIN flag that the publisher set, instead of one that says "sent because retained".
    pub retain_as_published: bool,
    /// Which retained messages to begin with.
    pub retain_handling: RetainHandling,
}

/// When a SUBSCRIBE brings retained messages (MQTT 5.0, 3.8.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RetainHandling {
    /// 0: always, as before MQTT 5.0.
    #[default]
    Send = 0,
    /// 1: if the subscription is new.
    SendIfNew = 1,
    /// 2: never.
    DoNotSend = 2,
}

/// The number of a subscription, from 1 to 268,435,455 (MQTT 5.0, 3.8.2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(NonZeroU32);

/// SUBACK (MQTT 5.0, 3.9; MQTT 3.1.1, 3.9).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suback {
    /// That of the SUBSCRIBE.
    pub packet_id: PacketId,
    /// One code for each filter of the SUBSCRIBE, in its order [MQTT-3.9.3-1].
    pub codes: Vec<SubackCode>,
    /// Explanations.
    pub properties: AckProperties,
}

/// UNSUBSCRIBE (MQTT 5.0, 3.10; MQTT 3.1.1, 3.10).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsubscribe {
    /// UNSUBACK carries the same [MQTT-3.10.4-5].
    pub packet_id: PacketId,
    /// At least one filter [MQTT-3.10.3-2].
    pub filters: Vec<TopicFilter>,
    /// Whatever the application defines.
    pub user: UserProperties,
}

/// UNSUBACK (MQTT 5.0, 3.11; MQTT 3.1.1, 3.11).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsuback {
    /// That of the UNSUBSCRIBE.
    pub packet_id: PacketId,
    /// One code for each filter of the UNSUBSCRIBE, in its order [MQTT-3.11.3-1]; before MQTT 5.0 there are none.
    pub codes: Vec<UnsubackCode>,
    /// Explanations.
    pub properties: AckProperties,
}

impl Subscribe {
    /// A SUBSCRIBE for `filters`.
    #[must_use]
    pub const fn new(packet_id: PacketId, filters: Vec<(TopicFilter, SubscribeOptions)>) -> Self {
        Self { packet_id, filters, subscription_id: None, user: Vec::new() }
    }
}

impl SubscribeOptions {
    /// What a client of MQTT 3.1.1 wants that asks for `qos`.
    #[must_use]
    pub const fn with_qos(qos: QoS) -> Self {
        Self { qos, no_local: false, retain_as_published: false, retain_handling: RetainHandling::Send }
    }

    /// The options as a SUBSCRIBE of MQTT 5.0 carries them (3.8.3.1).
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        self.qos as u8
            | (self.no_local as u8) << 2
            | (self.retain_as_published as u8) << 3
            | (self.retain_handling as u8) << 4
    }

    /// The options that `byte` stands for, if it stands for any.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        let (Some(qos), Some(retain_handling)) =
            (QoS::from_byte(byte & 0b11), RetainHandling::from_byte(byte >> 4 & 0b11))
        else {
            return None;
        };
        if byte & 0b1100_0000 != 0 {
            return None;
        }
        let (no_local, retain_as_published) = (byte & 0b0100 != 0, byte & 0b1000 != 0);
        Some(Self { qos, no_local, retain_as_published, retain_handling })
    }
}

impl From<QoS> for SubscribeOptions {
    fn from(qos: QoS) -> Self {
        Self::with_qos(qos)
    }
}

impl RetainHandling {
    /// The handling that `byte` stands for; 3 and above are none.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Send,
            1 => Self::SendIfNew,
            2 => Self::DoNotSend,
            _ => return None,
        })
    }
}

impl SubscriptionId {
    const MAX: u32 = 268_435_455;

    /// The identifier `value`, unless it is 0 or too large.
    #[must_use]
    pub const fn new(value: u32) -> Option<Self> {
        match NonZeroU32::new(value) {
            Some(id) if value <= Self::MAX => Some(Self(id)),
            _ => None,
        }
    }

    /// The identifier as a number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl Suback {
    /// The answer `codes` to the SUBSCRIBE `packet_id`.
    #[must_use]
    pub const fn new(packet_id: PacketId, codes: Vec<SubackCode>) -> Self {
        Self { packet_id, codes, properties: AckProperties::NONE }
    }
}

impl Unsubscribe {
    /// An UNSUBSCRIBE from `filters`.
    #[must_use]
    pub const fn new(packet_id: PacketId, filters: Vec<TopicFilter>) -> Self {
        Self { packet_id, filters, user: Vec::new() }
    }
}

impl Unsuback {
    /// The answer `codes` to the UNSUBSCRIBE `packet_id`.
    #[must_use]
    pub const fn new(packet_id: PacketId, codes: Vec<UnsubackCode>) -> Self {
        Self { packet_id, codes, properties: AckProperties::NONE }
    }
}
