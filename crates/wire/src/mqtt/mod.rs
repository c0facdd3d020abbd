//! MQTT 3.1.1 (OASIS standard, 2014) and, where it costs nothing, MQTT 3.1.
//!
//! The codec comes in two layers. [`Decoder`] and [`Encoder`] turn bytes into [`Packet`]s and back for either end of a
//! connection. [`Session`] is the server's end of one connection: it answers what the protocol alone can answer, hands
//! the rest out as [`Event`]s and keeps what a connection has to remember (who waits for which acknowledgement).
//!
//! Rule numbers in brackets such as [MQTT-3.1.0-1] are those of the standard's appendix B, section numbers its own.

mod decode;
mod encode;
mod packet;
mod session;
mod text;
mod topic;

pub use decode::{DecodeError, Decoder, Limits, Role};
pub use encode::{EncodeError, Encoder, PublishHead};
pub use packet::{
    Connack, Connect, ConnectReturnCode, Delivery, Login, Packet, PacketId, PacketType, ProtocolVersion, Publish, QoS,
    Suback, SubackCode, Subscribe, Unsubscribe, Will,
};
pub use session::{CloseReason, DeliverError, Event, Outgoing, Outstanding, Session, SessionConfig, Stage, Ticket};
pub use text::{Text, TextError};
pub use topic::{TopicError, TopicFilter, TopicName, matches};
