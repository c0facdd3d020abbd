//! Where a connection begins: an HTTP request that upgrades to WebSocket (RFC 6455 §4.2), or a stream of its own.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use deskwire_broker::Outbox;
use deskwire_wire::{Tick, mqtt, stomp, ws};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use hyper::upgrade::OnUpgrade;

use super::{
    carrier::Carrier,
    clock::timestamp,
    framing::Framing,
    mqtt::Mqtt,
    protocol,
    registry::{Connections, Link},
    settings::{self, Settings},
    stomp::Stomp,
    task::Connection,
};
use crate::{
    config::Wire,
    gateway::{Gateway, Handshake, HandshakeRefused},
    listener::{Io, Peer, Streams, take_upgraded},
    sockjs::{SessionIo, WebSocketFraming},
    telemetry::metrics::Protocol,
};

/// What all endpoints share.
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
            settings: Arc::new(Settings::new(
                &config,
                Arc::clone(&gateway.metrics),
                Arc::clone(gateway.desk.presence()),
            )),
            stomp: Arc::new(settings::stomp(&config)),
            mqtt: Arc::new(settings::mqtt(&config)),
            gateway,
        }
    }

    /// Answers the request of a WebSocket that is to speak STOMP, bare or inside SockJS.
    pub fn stomp_websocket(&self, request: Request, framing: WebSocketFraming) -> Response {
        let subprotocol = highest_stomp(request.headers());
        let protocol = match framing {
            WebSocketFraming::Raw => Protocol::Stomp,
            WebSocketFraming::SockJs => Protocol::SockJs,
        };
        self.upgrade(request, subprotocol, framing, move |endpoints, handshake, outbox, now| {
            endpoints.stomp(protocol, handshake, outbox, now)
        })
    }

    /// Serves STOMP in a SockJS session that HTTP carries, in a task of its own.
    pub fn stomp_session(&self, session: SessionIo, handshake: Handshake) {
        let endpoints = self.clone();
        tokio::spawn(async move {
            let protocol = |outbox, now| endpoints.stomp(Protocol::SockJs, handshake, outbox, now);
            endpoints.serve(Carrier::Session(session), Framing::Elements, Bytes::new(), protocol).await;
        });
    }

    /// Answers the request of a WebSocket that is to speak the protocol that `protocol` makes.
    fn upgrade<P: protocol::Protocol + 'static>(
        &self,
        request: Request,
        subprotocol: Option<HeaderValue>,
        framing: WebSocketFraming,
        protocol: impl FnOnce(&Self, Handshake, Arc<Outbox>, Tick) -> P + Send + 'static,
    ) -> Response {
        let (mut request, _) = request.into_parts();
        let handshake = match self.gateway.admit(&request) {
            Ok(handshake) => handshake,
            Err(refused) => return refused.into_response(),
        };
        let accepted = match accept(&mut request) {
            Ok(accepted) => accepted,
            Err(refused) => return *refused,
        };
        if let Err(refused) = self.gateway.may_open(&request) {
            return refused.into_response();
        }
        let (peer, upgrade) = (request.extensions.remove::<Peer>(), accepted.upgrade);
        let endpoints = self.clone();
        tokio::spawn(async move {
            // Holds the connection's slot.
            let _peer = peer;
            match upgrade.await.map(take_upgraded) {
                Ok((io, leftover)) => {
                    let max_message = endpoints.settings.max_message;
                    let framing = match framing {
                        WebSocketFraming::Raw => Framing::websocket(max_message),
                        WebSocketFraming::SockJs => Framing::sockjs(max_message),
                    };
                    let protocol = |outbox, now| protocol(&endpoints, handshake, outbox, now);
                    endpoints.serve(Carrier::Socket(io), framing, leftover, protocol).await;
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

    /// Serves a connection to its end. `leftover` came before whatever the carrier yields.
    async fn serve<P: protocol::Protocol>(
        &self,
        carrier: Carrier,
        framing: Framing,
        leftover: Bytes,
        protocol: impl FnOnce(Arc<Outbox>, Tick) -> P,
    ) {
        let outbox = Outbox::new(self.gateway.config.limits.outbox_bytes);
        let protocol = protocol(Arc::clone(&outbox), self.settings.clock.now());
        let gauge = self.settings.metrics.connections(protocol.name()).clone();
        let link = Link {
            protocol: protocol.name(),
            transport: carrier.transport(&framing),
            is_tls: carrier.is_tls(),
            address: protocol.describe().address,
            since: timestamp(),
        };
        let registered = self.connections.enter(&outbox, link, gauge);
        let settings = Arc::clone(&self.settings);
        Connection::new(carrier, framing, protocol, outbox, registered, settings).run(leftover).await;
    }

    fn stomp(&self, protocol: Protocol, handshake: Handshake, outbox: Arc<Outbox>, now: Tick) -> Stomp {
        Stomp::new(Arc::clone(&self.gateway), Arc::clone(&self.stomp), protocol, handshake, outbox, now)
    }

    /// The CONNECT of MQTT says by itself who the client is.
    fn mqtt(&self, handshake: &Handshake, outbox: Arc<Outbox>, now: Tick) -> Mqtt {
        Mqtt::new(Arc::clone(&self.gateway), Arc::clone(&self.mqtt), handshake.address, outbox, now)
    }
}

impl Streams for Endpoints {
    async fn serve_stream(self, wire: Wire, io: Io, peer: Peer) {
        let handshake = Handshake { identity: None, address: Some(peer.address.ip()) };
        let leftover = Bytes::new();
        match wire {
            Wire::Stomp => {
                let protocol = |outbox, now| self.stomp(Protocol::Stomp, handshake, outbox, now);
                self.serve(Carrier::Socket(io), Framing::Stream, leftover, protocol).await;
            }
            Wire::Mqtt => {
                let protocol = |outbox, now| self.mqtt(&handshake, outbox, now);
                self.serve(Carrier::Socket(io), Framing::Stream, leftover, protocol).await;
            }
            // The listener serves these itself.
            Wire::Http => {}
        }
    }
}

impl IntoResponse for HandshakeRefused {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Origin | Self::Vetoed(_) => StatusCode::FORBIDDEN,
            Self::Credentials(_) => StatusCode::UNAUTHORIZED,
        };
        (status, self.to_string()).into_response()
    }
}

/// `GET /mqtt` or `/websocket`: MQTT over WebSocket, the same under both paths. The first is what stock clients and other
/// servers have by default, the second that of Bytedesk (`spec/bytedesk.md` §5). The client must offer the subprotocol `mqtt` `[MQTT-6.0.0-3]`.
pub async fn mqtt_endpoint(State(endpoints): State<Endpoints>, request: Request) -> Response {
    let offered = offered(request.headers()).find(|name| matches!(*name, "mqtt" | "mqttv3.1"));
    let Some(subprotocol) = offered.and_then(|name| HeaderValue::from_str(name).ok()) else {
        return (StatusCode::BAD_REQUEST, "the WebSocket subprotocol must be mqtt").into_response();
    };
    endpoints.upgrade(request, Some(subprotocol), WebSocketFraming::Raw, |endpoints, handshake, outbox, now| {
        endpoints.mqtt(&handshake, outbox, now)
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
pub(crate) fn accept(request: &mut Parts) -> Result<Accepted, Box<Response>> {
    let has_token = |name: header::HeaderName, token: &str| {
        request
            .headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    let refuse = |status: StatusCode, text: &'static str| Err(Box::new((status, text).into_response()));
    if request.method != Method::GET {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "a WebSocket begins with GET");
    }
    if !has_token(header::UPGRADE, "websocket") {
        return refuse(StatusCode::BAD_REQUEST, "Can \"Upgrade\" only to \"WebSocket\".");
    }
    if !has_token(header::CONNECTION, "upgrade") {
        return refuse(StatusCode::BAD_REQUEST, "\"Connection\" must be \"upgrade\".");
    }
    if request.headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        let version = [(header::SEC_WEBSOCKET_VERSION, "13")];
        let response = (StatusCode::UPGRADE_REQUIRED, version, "the WebSocket version must be 13");
        return Err(Box::new(response.into_response()));
    }
    let key = request.headers.get(header::SEC_WEBSOCKET_KEY).and_then(|key| key.to_str().ok());
    let Some(key) = key.filter(|key| ws::is_client_key(key)).map(ws::accept_key) else {
        return refuse(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64");
    };
    match request.extensions.remove::<OnUpgrade>() {
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
