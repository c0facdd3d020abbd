//! STOMP 1.0, 1.1 and 1.2: a codec for both ends and the server's side of a session, without I/O.
//!
//! Bytes become [`Frame`]s in the [`Decoder`]. What is sent is appended to a `Vec<u8>` by the typed writers in
//! [`server`] and [`client`], or header by header with a [`FrameWriter`]. [`Session`] puts both together for one
//! connection of a server: it negotiates, beats, and keeps subscriptions, acknowledgements and transactions; what it
//! cannot decide alone it hands out as an [`event::Event`].
//!
//! The specifications leave gaps that clients fill in different ways. Where a choice was needed, the one that the
//! largest set of clients understands was taken, and the place says why.

mod command;
mod decoder;
mod error;
mod escape;
mod frame;
mod frame_writer;
mod heart_beat;
mod message_id;
mod parse;
mod scan;
mod session;
mod version;

pub mod client;
pub mod server;

pub use command::Command;
pub use decoder::{Decoder, Item, Limits};
pub use error::DecodeError;
pub use frame::{Frame, Headers};
pub use frame_writer::FrameWriter;
pub use heart_beat::HeartBeat;
pub use message_id::{AckId, MessageId, SubscriptionKey};
pub use session::{AckMode, DeliverError, DurableName, Refusal, Session, SessionConfig, event};
pub use version::Version;
