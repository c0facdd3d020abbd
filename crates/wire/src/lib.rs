//! Bytes to frames to commands, and back, without I/O.
//!
//! Every codec here is a state machine that is fed bytes and [`Tick`]s: it knows no socket, no clock and no domain.
//! A decoder accepts any split of its input and gives the same result; whatever it has to keep between two calls is
//! bounded by the limits it was made with.

pub mod mqtt;
pub mod sockjs;
pub mod stomp;
pub mod ws;

mod tick;

pub use tick::Tick;
