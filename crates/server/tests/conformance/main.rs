//! The rules that the public conformance suites check, against the real binary, so that they hold without the suites.
//!
//! What the suites are and how to run them is told in `docs/conformance.md`. The clients here build their frames by
//! hand: a codec that is wrong in both directions would agree with itself.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod echo_closing;
mod echo_framing;
mod echo_messages;
mod echo_text;
mod guests;
mod http;
mod opening;
mod server;
mod sockjs_polling;
mod sockjs_resources;
mod sockjs_session;
mod sockjs_streaming;
mod sockjs_websocket;
mod websocket;
