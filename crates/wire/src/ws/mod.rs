//! WebSocket (RFC 6455) without I/O, for both ends of a connection.
//!
//! # In
//!
//! A [`Decoder`] is fed whatever the socket gave and hands out [`Event`]s. It unmasks in place and keeps no message
//! data: a chunk of a message is a slice of the caller's own buffer, and putting chunks together, if anyone needs that,
//! is the next layer's work. Between two calls it holds at most an unfinished frame head, an unfinished control payload
//! and the three bytes of a cut UTF-8 character; between two frames it owns no heap memory. Each [`Error`] names the
//! code to close with.
//!
//! # Out
//!
//! Server frames carry no mask, so a frame is the same bytes for every receiver: [`head`] makes the few bytes to send in
//! front of a shared payload, [`put_frame`], [`put_frame_with`] and [`OpenFrame`] build whole frames. A message always goes out as one
//! frame, fragmentation is only understood. Clients mask with [`put_masked_frame`] and [`put_masked_close`].
//!
//! # Before
//!
//! The server's half of the opening handshake is HTTP and belongs to the HTTP server; here are the parts that only
//! WebSocket knows, [`is_client_key`] and [`accept_key`]. The client's half, [`client_request`] and [`ResponseReader`],
//! is complete. No extension is ever negotiated.

mod client_handshake;
mod close;
mod decoder;
mod encoder;
mod error;
mod event;
mod handshake;
mod head;
mod mask;
mod utf8;

pub use client_handshake::{Accepted, HandshakeError, ResponseReader, client_request};
pub use close::{CloseCode, CloseFrame};
pub use decoder::{Decoder, Limits};
pub use encoder::{OpenFrame, put_close, put_frame, put_frame_with, put_masked_close, put_masked_frame};
pub use error::Error;
pub use event::{Control, Event, MessageKind};
pub use handshake::{accept_key, client_key, is_client_key};
pub use head::{FrameHead, Opcode, head};

/// Which end of the connection we are. The peer is the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// We accepted the connection: the peer must mask its frames.
    Server,
    /// We opened the connection: the peer must not mask its frames.
    Client,
}
