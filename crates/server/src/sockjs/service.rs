//! What stands behind SockJS.

use std::net::IpAddr;

use axum::{extract::Request, response::Response};
use deskwire_model::Principal;
use http::request::Parts;

use super::SessionIo;

/// What is spoken inside SockJS.
pub trait Service: Send + Sync + 'static {
    /// What the service knows of a client that it has admitted.
    type Caller: Send;

    /// Looks at a request that has to do with sessions, or asks whether it may.
    ///
    /// # Errors
    /// The answer that refuses it.
    fn admit(&self, request: &Parts) -> Result<Admitted<Self::Caller>, Box<Response>>;

    /// Serves a new session, which `request` opens, in a task of its own.
    ///
    /// # Errors
    /// The answer that refuses to open it.
    fn open(&self, request: &Parts, caller: Self::Caller, session: SessionIo) -> Result<(), Box<Response>>;

    /// Whether pages of every origin may use what is at the path of `request`. Where only some may, there is nothing that
    /// browsers load without saying for which page.
    fn is_for_all_pages(&self, request: &Parts) -> bool;

    /// Answers the opening handshake of a WebSocket, whose client is not admitted yet.
    fn websocket(&self, request: Request, framing: WebSocketFraming) -> Response;
}

/// A client that may use the service.
#[derive(Clone, Debug)]
pub struct Admitted<C> {
    /// What the service knows of it.
    pub caller: C,
    /// Whose its session is.
    pub owner: Owner,
    /// Where it is, for the bounds per address.
    pub address: Option<IpAddr>,
}

/// Whose a session is: every request of it must show the same (`spec/stomp-sockjs.md` §4.2), so that knowing its id
/// is not enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A user's, wherever it is.
    Principal(Principal),
    /// Whoever asks from this address.
    Address(Option<IpAddr>),
}

/// What the messages of a WebSocket are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebSocketFraming {
    /// What the protocol says, as it is.
    Raw,
    /// Frames of SockJS.
    SockJs,
}
