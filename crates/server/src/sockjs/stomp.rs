//! STOMP behind SockJS.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::request::Parts;

use super::{Admitted, AtBase, Home, Owner, Service, SessionIo, Settings, SockJs, WebSocketFraming};
use crate::{connection::Endpoints, gateway::Handshake};

/// The base paths, and what a plain WebSocket means there: the first three are those of documented clients that connect
/// so.
const BASES: [(&str, AtBase); 5] = [
    ("/stomp", AtBase::RawWebSocket),
    ("/ws/chat", AtBase::RawWebSocket),
    ("/ws/agent", AtBase::RawWebSocket),
    ("/sockjs", AtBase::Nothing),
    ("/main2/ws", AtBase::Nothing),
];

/// STOMP over WebSocket and inside SockJS.
#[derive(Debug)]
pub struct Stomp(SockJs<Endpoints>);

/// STOMP for the clients of `endpoints`.
#[must_use]
pub fn stomp(endpoints: &Endpoints) -> Stomp {
    let gateway = &endpoints.gateway;
    let settings = Settings::new(&gateway.config);
    Stomp(SockJs::among(&gateway.bus, endpoints.clone(), settings, gateway.metrics.clone()))
}

impl Stomp {
    /// All paths under which it is spoken.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        BASES.into_iter().fold(Router::new(), |router, (base, at_base)| router.merge(self.0.routes(base, at_base)))
    }

    /// Ends what clients receive here of sessions of other nodes.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// What answers other nodes for the sessions of this one.
    #[must_use]
    pub fn home(&self) -> Arc<Home> {
        self.0.home()
    }
}

impl Service for Endpoints {
    type Caller = Handshake;

    fn admit(&self, request: &Parts) -> Result<Admitted<Handshake>, Box<Response>> {
        let handshake = self.gateway.admit(request).map_err(|refused| Box::new(refused.into_response()))?;
        let address = handshake.address;
        let owner = match &handshake.identity {
            Some(identity) => Owner::Principal(identity.principal.clone()),
            None => Owner::Address(address),
        };
        Ok(Admitted { caller: handshake, owner, address })
    }

    fn open(&self, request: &Parts, handshake: Handshake, session: SessionIo) -> Result<(), Box<Response>> {
        self.gateway.may_open(request).map_err(|refused| Box::new(refused.into_response()))?;
        self.stomp_session(session, handshake);
        Ok(())
    }

    fn is_for_all_pages(&self, request: &Parts) -> bool {
        self.gateway.config.origins.of(request.uri.path()).allow_all()
    }

    fn websocket(&self, request: Request, framing: WebSocketFraming) -> Response {
        self.stomp_websocket(request, framing)
    }
}
