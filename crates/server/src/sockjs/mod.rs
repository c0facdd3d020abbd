//! SockJS: sessions that look like WebSockets and work where those do not (`spec/stomp-sockjs.md` §3).
//!
//! A [`SockJs`] offers a [`Service`] under base paths ([`endpoints`]). WebSockets go straight to the service. Where
//! HTTP has to do, each direction is a row of requests, and a *session* is what they have in common:
//!
//! ```text
//!  requests that send ─▶ incoming ─▶ SessionIo ─▶ the connection's task
//!  requests that receive ◀─ outgoing ◀─ SessionIo ◀─┘
//! ```
//!
//! [`sessions`] finds a session by its name and whom it belongs to, [`session`] is its state behind one lock, made of
//! [`incoming`] and [`outgoing`]; [`receiver`] is the body of a response, [`headers`] what stands around it. [`io`] is
//! what the connection's task holds, and sees no HTTP. [`stomp`] is the service that is offered. [`relay`] is for
//! requests whose session is on another node.

mod endpoints;
mod headers;
mod incoming;
mod io;
mod outgoing;
mod receiver;
mod relay;
mod service;
mod session;
mod sessions;
mod settings;
mod stomp;

pub use self::{
    endpoints::{AtBase, SockJs},
    io::SessionIo,
    relay::Home,
    service::{Admitted, Owner, Service, WebSocketFraming},
    settings::{RelaySettings, SessionSettings, Settings},
    stomp::{Stomp, stomp},
};
