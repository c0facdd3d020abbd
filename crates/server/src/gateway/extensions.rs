//! What an application built around the server may hook into: interceptors, which may refuse, and listeners, which only
//! watch. `examples/interceptor.rs` shows both.

use std::{borrow::Cow, fmt, net::IpAddr};

use deskwire_model::{Principal, SessionId};
use http::request::Parts;

use crate::telemetry::metrics::Protocol;

/// A session as hooks see it, or somebody who sends without one.
#[derive(Clone, Copy, Debug)]
pub struct SessionView<'a> {
    /// The session's id, as CONNECTED tells it to a STOMP client; none for a request over HTTP.
    pub id: Option<SessionId>,
    /// Who it is.
    pub principal: &'a Principal,
    /// What it speaks.
    pub protocol: Protocol,
    /// Where it connects from, if that is known.
    pub address: Option<IpAddr>,
}

/// An interceptor's no. Its client reads the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Veto(pub Cow<'static, str>);

/// Looks at what clients want before the server acts on it, and may refuse it.
///
/// Hooks run on the connection's task, one after the other in the order of their registration, and the first veto is
/// the last word; a hook that takes long holds its connection up. They can narrow rights and never widen them: the
/// server's own checks hold whatever they say.
pub trait Interceptor: Send + Sync {
    /// A WebSocket, or a SockJS session with its first request, is about to be opened: asked once for each. A veto is
    /// answered with 403.
    ///
    /// # Errors
    /// The veto.
    fn handshake(&self, request: &Parts) -> Result<(), Veto> {
        let _ = request;
        Ok(())
    }

    /// A client has shown who it is. A veto is answered as wrong credentials are.
    ///
    /// # Errors
    /// The veto.
    fn connect(&self, session: &SessionView<'_>) -> Result<(), Veto> {
        let _ = session;
        Ok(())
    }

    /// A client subscribes to a destination (STOMP) or filter (MQTT), as it spelled it, or resumes an MQTT session that has.
    ///
    /// # Errors
    /// The veto.
    fn subscribe(&self, session: &SessionView<'_>, destination: &str) -> Result<(), Veto> {
        let _ = (session, destination);
        Ok(())
    }

    /// A client sends a message to a destination (STOMP) or topic (MQTT), as it spelled it: in a transaction at its COMMIT,
    /// with a will when its connection is lost. Over HTTP visitors, agents and back ends send too, with the topic of the
    /// conversation or the destination.
    ///
    /// # Errors
    /// The veto.
    fn send(&self, session: &SessionView<'_>, destination: &str, body: &[u8]) -> Result<(), Veto> {
        let _ = (session, destination, body);
        Ok(())
    }

    /// A session is over, with or without goodbye.
    fn disconnect(&self, session: &SessionView<'_>) {
        let _ = session;
    }
}

/// Something that happened to a session.
#[derive(Clone, Copy, Debug)]
pub enum SessionEvent<'a> {
    /// It was let in.
    Connected,
    /// It subscribed to a destination or filter, as it spelled it.
    Subscribed(&'a str),
    /// It gave a subscription up; on STOMP by the subscription's id.
    Unsubscribed(&'a str),
    /// It is over.
    Disconnected,
}

/// Watches sessions.
pub trait SessionListener: Send + Sync {
    /// Called on the connection's task when it has happened.
    fn on_event(&self, session: &SessionView<'_>, event: SessionEvent<'_>);
}

/// All hooks of a server, in the order of their registration.
#[derive(Default)]
pub struct Extensions {
    interceptors: Vec<Box<dyn Interceptor>>,
    listeners: Vec<Box<dyn SessionListener>>,
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extensions")
            .field("interceptors", &self.interceptors.len())
            .field("listeners", &self.listeners.len())
            .finish()
    }
}

impl Extensions {
    /// Adds an interceptor behind those that are there.
    #[must_use]
    pub fn interceptor(mut self, interceptor: impl Interceptor + 'static) -> Self {
        self.interceptors.push(Box::new(interceptor));
        self
    }

    /// Adds a listener.
    #[must_use]
    pub fn listener(mut self, listener: impl SessionListener + 'static) -> Self {
        self.listeners.push(Box::new(listener));
        self
    }

    /// Asks all interceptors.
    ///
    /// # Errors
    /// The first veto.
    pub fn ask(&self, question: impl Fn(&dyn Interceptor) -> Result<(), Veto>) -> Result<(), Veto> {
        self.interceptors.iter().try_for_each(|interceptor| question(&**interceptor))
    }

    /// Tells all listeners, and interceptors of the end of a session.
    pub fn tell(&self, session: &SessionView<'_>, event: SessionEvent<'_>) {
        if let SessionEvent::Disconnected = event {
            self.interceptors.iter().for_each(|interceptor| interceptor.disconnect(session));
        }
        self.listeners.iter().for_each(|listener| listener.on_event(session, event));
    }
}
