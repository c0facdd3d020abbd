//! The fourteen control packets of MQTT 3.1.1 as values.
//!
//! Structs and enums that MQTT 5.0 extends are non-exhaustive: they are made with their `new` and then adjusted.

mod connect;
mod publish;
mod subscribe;

use std::num::NonZeroU16;

pub use connect::{Connack, Connect, ConnectReturnCode, Login, ProtocolVersion, Will};
pub use publish::{Delivery, Publish, QoS};
pub use subscribe::{Suback, SubackCode, Subscribe, Unsubscribe};

/// A packet identifier; 0 is not one [MQTT-2.3.1-1].
pub type PacketId = NonZeroU16;

/// One MQTT control packet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packet {
    /// A client asks for a session (3.1). Boxed because it is large and comes once per connection.
    Connect(Box<Connect>),
    /// The server answers CONNECT (3.2).
    Connack(Connack),
    /// A message, either way (3.3).
    Publish(Publish),
    /// A QoS 1 message is taken over (3.4).
    Puback(PacketId),
    /// A QoS 2 message is taken over (3.5).
    Pubrec(PacketId),
    /// The sender of a QoS 2 message has forgotten it (3.6).
    Pubrel(PacketId),
    /// The receiver of a QoS 2 message has forgotten its identifier (3.7).
    Pubcomp(PacketId),
    /// A client subscribes (3.8).
    Subscribe(Subscribe),
    /// The server answers SUBSCRIBE (3.9).
    Suback(Suback),
    /// A client unsubscribes (3.10).
    Unsubscribe(Unsubscribe),
    /// The server answers UNSUBSCRIBE (3.11).
    Unsuback(PacketId),
    /// A client shows that it is alive (3.12).
    Pingreq,
    /// The server answers PINGREQ (3.13).
    Pingresp,
    /// A client leaves in peace (3.14).
    Disconnect,
}

/// The type of a control packet, with its number on the wire (MQTT 3.1.1, 2.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the standard's")]
#[non_exhaustive]
pub enum PacketType {
    Connect = 1,
    Connack = 2,
    Publish = 3,
    Puback = 4,
    Pubrec = 5,
    Pubrel = 6,
    Pubcomp = 7,
    Subscribe = 8,
    Suback = 9,
    Unsubscribe = 10,
    Unsuback = 11,
    Pingreq = 12,
    Pingresp = 13,
    Disconnect = 14,
}

impl PacketType {
    /// The type that the upper half of a packet's first byte names; 0 and 15 are reserved.
    pub(super) const fn from_first_byte(byte: u8) -> Option<Self> {
        Some(match byte >> 4 {
            1 => Self::Connect,
            2 => Self::Connack,
            3 => Self::Publish,
            4 => Self::Puback,
            5 => Self::Pubrec,
            6 => Self::Pubrel,
            7 => Self::Pubcomp,
            8 => Self::Subscribe,
            9 => Self::Suback,
            10 => Self::Unsubscribe,
            11 => Self::Unsuback,
            12 => Self::Pingreq,
            13 => Self::Pingresp,
            14 => Self::Disconnect,
            _ => return None,
        })
    }

    /// The flags that every packet of this type but PUBLISH carries (MQTT 3.1.1, table 2.2).
    pub(super) const fn flags(self) -> u8 {
        match self {
            Self::Pubrel | Self::Subscribe | Self::Unsubscribe => 0b0010,
            _ => 0,
        }
    }
}
