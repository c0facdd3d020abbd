//! SockJS without I/O: what a server says and hears (`spec/stomp-sockjs.md` §3).
//!
//! # Out
//!
//! A message becomes an *element*, a JSON string with SockJS's own escapes ([`put_element`]). Elements travel in
//! *frames*: [`put_open`], [`put_heartbeat`], [`put_array`], [`put_close`]. Over WebSocket a frame is a text message as
//! it is; over HTTP each [`Transport`] wraps it in its own way and begins its responses with a prelude of its own.
//!
//! # In
//!
//! Clients send arrays of JSON strings, and over WebSocket also single ones: [`Messages`].
//!
//! # Around
//!
//! [`Route`] says what a path below a base path means and which methods it has; [`IframePage`] is the page behind the
//! iframe transports; [`form_field`] reads query strings and the form that JSONP posts.

mod callback;
mod element;
mod form;
mod frame;
mod iframe;
mod messages;
mod route;
mod transport;

pub use callback::{Callback, CallbackError};
pub use element::put_element;
pub use form::form_field;
pub use frame::{put_array, put_close, put_heartbeat, put_open};
pub use iframe::IframePage;
pub use messages::{Messages, PayloadError};
pub use route::{Endpoint, Route, Sender};
pub use transport::Transport;
