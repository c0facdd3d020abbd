//! A client's connection, from the upgrade to the last byte.
//!
//! One task owns a connection and everything about it: what carries it ([`carrier`]), its framing ([`framing`]), the
//! protocol's session ([`stomp`], [`mqtt`]) and what the client follows ([`follow`]). Nobody else touches any of it;
//! whoever has something for the client puts it into the connection's outbox. The loop is in [`task`] and knows of the
//! protocols only what [`protocol`] asks of them:
//!
//! ```text
//! read until the socket is empty ─▶ act on all that came ─▶ write all that is due at once ─▶ wait
//! ```
//!
//! An idle connection holds no buffer: input is read into and output is built in the worker thread's scratch space
//! ([`scratch`]), and only what is incomplete or does not fit into the socket ([`unsent`]) is kept (DESIGN §6).
//!
//! A client that is behind gets its log in pages ([`page`]), one that sends too fast waits ([`pace`]), one that
//! acknowledges nothing proves with pongs what arrived ([`probe`]), and one that says nothing is cut ([`silence`]).
//! [`upgrade`] is where a connection begins, with the bounds that [`settings`] takes from the configuration and the time
//! of the one [`clock`]; [`registry`] is how all of them are told to end, and [`farewell`] how each does.

mod carrier;
mod clock;
mod farewell;
mod follow;
mod framing;
mod mqtt;
mod pace;
mod page;
mod positions;
mod probe;
mod protocol;
mod registry;
mod scratch;
mod settings;
mod silence;
mod stomp;
mod task;
mod unsent;
mod upgrade;

pub(crate) use self::upgrade::accept;
pub use self::{
    clock::timestamp,
    registry::{Connections, Description, Link, Listening, Seen, Told, Traffic, Transport},
    upgrade::{Endpoints, mqtt_endpoint},
};
