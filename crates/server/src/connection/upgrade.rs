//! From an HTTP request to a WebSocket connection (RFC 6455 §4.2).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use deskwire_broker::Outbox;
use deskwire_wire::{Tick, mqtt, stomp, ws};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use hyper::upgrade::OnUpgrade;

use super::{
    mqtt::Mqtt,
    protocol::Protocol,
    registry::Connections,
    settings::{self, Settings},
    stomp::Stomp,
    task::Connection,
};
use crate::{
    gateway::Gateway,
    listener::{Peer, take_upgraded},
};

/// What the WebSocket endpoints share.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Who may do what.
    pub gateway: Arc<Gateway>,
    /// All connections.
    pub connections: Arc<Connections>,
    settings: Arc<Settings>,
    stomp: Arc<stomp::SessionConfig>,
    mqtt: Arc<mqtt::SessionConfig>,
}

impl Endpoints {
    /// The endpoints over `gateway`, with the limits of its configuration.
    #[must_use]
    pub fn new(gateway: Arc<Gateway>) -> Self {
        let config = Arc::clone(&gateway.config);
        Self {
            connections: Arc::default(),
            settings: Arc::new(Settings::new(&config, Arc::clone(&gateway.metrics))),
            stomp: Arc::new(settings::stomp(&config)),
            mqtt: Arc::new(settings::mqtt(&config)),
            gateway,
        }
    }

    fn serve<P: Protocol + 'static>(
        &self,
        request: Request,
        subprotocol: Option<HeaderValue>,
        protocol: impl FnOnce(&Self, Arc<Outbox>, Tick) -> P + Send + 'static,
    ) -> Response {
        let mut request = request;
        let accepted = match accept(&mut request) {
            Ok(accepted) => accepted,
            Err(refused) => return *refused,
        };
        let (peer, upgrade) = (request.extensions_mut().remove::<Peer>(), accepted.upgrade);
        let endpoints = self.clone();
        tokio::spawn(async move {
            // Holds the connection's slot.
            let _peer = peer;
            match upgrade.await.map(take_upgraded) {
                Ok((io, leftover)) => {
                    let limits = &endpoints.gateway.config.limits;
                    let outbox = Outbox::new(limits.outbox_bytes);
                    let _registered = endpoints.connections.enter(&outbox);
                    let now = endpoints.settings.clock.now();
                    let protocol = protocol(&endpoints, Arc::clone(&outbox), now);
                    Connection::new(io, protocol, outbox, endpoints.settings).run(leftover).await;
                }
                Err(error) => tracing::debug!(%error, "an upgrade did not come about"),
            }
        });
        let mut response = accepted.response;
        if let Some(subprotocol) = subprotocol {
            response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
        }
        response
    }
}

/// `GET /stomp`, `/ws/chat`, `/ws/agent`: STOMP over WebSocket.
pub async fn stomp_endpoint(State(endpoints): State<Endpoints>, request: Request) -> Response {
    let subprotocol = highest_stomp(request.headers());
    endpoints.serve(request, subprotocol, |endpoints, outbox, now| {
        Stomp::new(Arc::clone(&endpoints.gateway), Arc::clone(&endpoints.stomp), outbox, now)
    })
}

/// `GET /websocket`: MQTT over WebSocket; the client must offer the subprotocol `mqtt` `[MQTT-6.0.0-3]`.
pub async fn mqtt_endpoint(State(endpoints): State<Endpoints>, request: Request) -> Response {
    let offered = offered(request.headers()).find(|name| matches!(*name, "mqtt" | "mqttv3.1"));
    let Some(subprotocol) = offered.and_then(|name| HeaderValue::from_str(name).ok()) else {
        return (StatusCode::BAD_REQUEST, "the WebSocket subprotocol must be mqtt").into_response();
    };
    endpoints.serve(request, Some(subprotocol), |endpoints, outbox, now| {
        Mqtt::new(Arc::clone(&endpoints.gateway), Arc::clone(&endpoints.mqtt), outbox, now)
    })
}

fn offered(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// The highest STOMP subprotocol on offer, or none (`spec/stomp-sockjs.md` rules 11 and 12).
fn highest_stomp(headers: &HeaderMap) -> Option<HeaderValue> {
    ["v12.stomp", "v11.stomp", "v10.stomp"]
        .into_iter()
        .find(|name| offered(headers).any(|offer| offer.eq_ignore_ascii_case(name)))
        .map(HeaderValue::from_static)
}

/// A request that is a good beginning of a WebSocket.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// What to answer; it names no subprotocol.
    pub(crate) response: Response,
    /// Resolves to the stream once the answer is sent.
    pub(crate) upgrade: OnUpgrade,
}

/// Checks an opening handshake (RFC 6455 §4.2.1); the answer to a bad one says what is wrong with it.
pub(crate) fn accept(request: &mut Request) -> Result<Accepted, Box<Response>> {
    let has_token = |name: header::HeaderName, token: &str| {
        request
            .headers()
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    let refuse = |status: StatusCode, text: &'static str| Err(Box::new((status, text).into_response()));
    if request.method() != Method::GET {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "a WebSocket begins with GET");
    }
    if !has_token(header::UPGRADE, "websocket") {
        return refuse(StatusCode::BAD_REQUEST, "Can \"Upgrade\" only to \"WebSocket\".");
    }
    if !has_token(header::CONNECTION, "upgrade") {
        return refuse(StatusCode::BAD_REQUEST, "\"Connection\" must be \"upgrade\".");
    }
    if request.headers().get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        let version = [(header::SEC_WEBSOCKET_VERSION, "13")];
        let response = (StatusCode::UPGRADE_REQUIRED, version, "the WebSocket version must be 13");
        return Err(Box::new(response.into_response()));
    }
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY).and_then(|key| key.to_str().ok());
    let Some(key) = key.filter(|key| ws::is_client_key(key)).map(ws::accept_key) else {
        return refuse(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64");
    };
    match request.extensions_mut().remove::<OnUpgrade>() {
        Some(upgrade) => {
            let response = (
                StatusCode::SWITCHING_PROTOCOLS,
                [(header::CONNECTION, "upgrade"), (header::UPGRADE, "websocket")],
                [(header::SEC_WEBSOCKET_ACCEPT, key)],
            );
            Ok(Accepted { response: response.into_response(), upgrade })
        }
        None => refuse(StatusCode::BAD_REQUEST, "this connection cannot be upgraded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_11_the_highest_offered_subprotocol_is_chosen() {
        for (offer, chosen) in [
            (Some("v10.stomp, v11.stomp"), Some("v11.stomp")),
            (Some("v12.stomp, v11.stomp, v10.stomp"), Some("v12.stomp")),
            (Some("V10.STOMP"), Some("v10.stomp")),
            (Some("other"), None),
            (None, None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(offer) = offer {
                headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(offer));
            }
            assert_eq!(highest_stomp(&headers).as_ref().map(HeaderValue::as_bytes), chosen.map(str::as_bytes));
        }
    }
}
