//! MQTT 5.0 (OASIS standard, 2019), MQTT 3.1.1 (OASIS standard, 2014) and, where it costs nothing, MQTT 3.1.
//!
//! The codec comes in two layers. [`Decoder`] and [`Encoder`] turn bytes into [`Packet`]s and back for either end of a
//! connection. [`Session`] is the server's end of one connection: it answers what the protocol alone can answer, hands
//! the rest out as [`Event`]s and keeps what a connection has to remember (who waits for which acknowledgement).
//!
//! Rule numbers in brackets such as [MQTT-3.1.0-1] are those of appendix B of MQTT 5.0, section numbers without a version
//! its own; most are the same in MQTT 3.1.1.

mod decode;
mod encode;
mod packet;
mod property;
mod session;
mod text;
mod topic;

pub use decode::{DecodeError, Decoder, Limits, Role};
pub use encode::{EncodeError, Encoder, PublishHead};
pub use packet::{
    Ack, AckProperties, Auth, AuthCode, Connack, ConnackCode, ConnackProperties, Connect, ConnectProperties, Delivery,
    Disconnect, DisconnectCode, Login, MessageProperties, Packet, PacketId, PacketType, PayloadFormat, ProtocolVersion,
    Puback, PubackCode, Publish, Pubrel, PubrelCode, QoS, RetainHandling, SESSION_NEVER_EXPIRES, Suback, SubackCode,
    Subscribe, SubscribeOptions, SubscriptionId, Unsuback, UnsubackCode, Unsubscribe, UserProperties, Will,
};
pub use property::PropertyId;
pub use session::{
    Acceptance, CloseReason, DeliverError, Event, Outgoing, Refusal, SavedInflight, SavedSession, Session,
    SessionConfig, Stage, Ticket,
};
pub use text::{Text, TextError};
pub use topic::{TopicError, TopicFilter, TopicName, matches};
