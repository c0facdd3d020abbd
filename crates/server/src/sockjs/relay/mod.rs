//! Requests whose session is on another node, its *home* (`docs/adr/0021-sockjs-on-any-node.md`).
//!
//! ```text
//!  request ─▶ Relays ─ claim ─▶ Redis        whose session is it?
//!               │ ask: Receive, Next, Send …
//!               ▼
//!  bus ──────▶ Home ─▶ sessions              the same as for its own requests
//! ```
//!
//! [`asking`] finds the home of a session and asks it, [`relayed`] is a response whose frames come from there, [`home`]
//! answers, [`words`] is what they say to each other, and [`opening`] what is about to be opened here.
//!
//! A frame is asked for, one after the other, by its number: what the bus loses is noticed by whoever asked, who then tells
//! the client that the session is lost, and the home that it is over. So nothing is ever missing in between.

mod asking;
mod home;
mod opening;
mod relayed;
mod words;

pub use self::home::Home;
pub(super) use self::{
    asking::{DeliveryError, Elsewhere, Relays},
    opening::Openings,
    relayed::Relayed,
};

use super::outgoing::Goodbye;

/// How a session ends whose home is gone or cannot be asked: in the words of SockJS clients that find it out themselves.
pub(super) fn lost() -> Goodbye {
    Goodbye { code: 1006, reason: "Server lost session".to_owned() }
}
