//! Bytes to frames to commands, and back, without I/O.
//!
//! Every codec here is a state machine that is fed bytes and ticks: it knows no socket, no clock and no domain.

pub mod mqtt;
pub mod stomp;
pub mod ws;
