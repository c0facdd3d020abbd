//! STOMP behind SockJS.

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::request::Parts;

use super::{Admitted, AtBase, Owner, Service, SessionIo, Settings, SockJs, WebSocketFraming};
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

/// All paths under which STOMP is spoken, over WebSocket and inside SockJS.
pub fn stomp_routes<S>(endpoints: &Endpoints) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let gateway = &endpoints.gateway;
    let settings = Settings::new(&gateway.config);
    let sockjs = SockJs::new(endpoints.clone(), settings, gateway.metrics.clone());
    BASES.into_iter().fold(Router::new(), |router, (base, at_base)| router.merge(sockjs.routes(base, at_base)))
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
