//! The fifteen control packets of MQTT 5.0 as values, which serve for the earlier versions too.
//!
//! What an earlier version does not have is absent from packets read in it, and left out of packets written in it. Structs
//! are non-exhaustive: they are made with their `new` and then adjusted.

mod ack;
mod connack;
mod connect;
mod disconnect;
mod publish;
mod reason;
mod subscribe;

use std::num::NonZeroU16;

pub use ack::{Ack, AckProperties, Puback, Pubrel, UserProperties};
pub use connack::{Connack, ConnackProperties};
pub use connect::{Connect, ConnectProperties, Login, ProtocolVersion, SESSION_NEVER_EXPIRES, Will};
pub use disconnect::{Auth, Disconnect};
pub use publish::{Delivery, MessageProperties, PayloadFormat, Publish, QoS};
pub use reason::{AuthCode, ConnackCode, DisconnectCode, PubackCode, PubrelCode, SubackCode, UnsubackCode};
pub use subscribe::{RetainHandling, Suback, Subscribe, SubscribeOptions, SubscriptionId, Unsuback, Unsubscribe};

/// A packet identifier; 0 is not one [MQTT-2.2.1-3].
pub type PacketId = NonZeroU16;

/// One MQTT control packet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packet {
    /// A client asks for a session (3.1). Boxed because it is large and comes once per connection.
    Connect(Box<Connect>),
    /// The server answers CONNECT (3.2). Boxed for the same reason.
    Connack(Box<Connack>),
    /// A message, either way (3.3).
    Publish(Publish),
    /// A QoS 1 message is taken over (3.4).
    Puback(Puback),
    /// A QoS 2 message is taken over (3.5).
    Pubrec(Puback),
    /// The sender of a QoS 2 message has forgotten it (3.6).
    Pubrel(Pubrel),
    /// The receiver of a QoS 2 message has forgotten its identifier (3.7).
    Pubcomp(Pubrel),
    /// A client subscribes (3.8).
    Subscribe(Subscribe),
    /// The server answers SUBSCRIBE (3.9).
    Suback(Suback),
    /// A client unsubscribes (3.10).
    Unsubscribe(Unsubscribe),
    /// The server answers UNSUBSCRIBE (3.11).
    Unsuback(Unsuback),
    /// A client shows that it is alive (3.12).
    Pingreq,
    /// The server answers PINGREQ (3.13).
    Pingresp,
    /// A client leaves in peace (3.14), or in MQTT 5.0 either end says why it closes the connection.
    Disconnect(Disconnect),
    /// A step of an authentication, either way (MQTT 5.0, 3.15).
    Auth(Auth),
}

/// The type of a control packet, with its number on the wire (MQTT 5.0, 2.1.2).
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
    Auth = 15,
}

impl PacketType {
    /// The type that the upper half of a packet's first byte names; 0 is reserved, and 15 before MQTT 5.0.
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
            15 => Self::Auth,
            _ => return None,
        })
    }

    /// The flags that every packet of this type but PUBLISH carries (MQTT 5.0, table 2-2).
    pub(super) const fn flags(self) -> u8 {
        match self {
            Self::Pubrel | Self::Subscribe | Self::Unsubscribe => 0b0010,
            _ => 0,
        }
    }
}
