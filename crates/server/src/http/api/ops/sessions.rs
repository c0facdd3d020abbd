//! Who is connected, and ending a connection.

use std::{net::IpAddr, sync::Arc};

use axum::extract::State;
use deskwire_broker::Outbox;
use deskwire_model::{ErrorCode, Role, Uid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ADMINS, Operator};
use crate::{
    connection::{Link, Listening, Seen, Transport},
    http::{
        AppError, Audited, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            page::{PageRequest, bounded_size},
        },
    },
    telemetry::metrics::Protocol,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation")
        .get("/api/v1/ops/session/query", sessions, "Lists connections, the newest first.")
        .only_for(&ADMINS)
        .post("/api/v1/ops/session/kick", kick, "Ends a connection; its client is told why.")
        .only_for(&ADMINS)
        .audited(Audited::as_action("session.kick").on(&["user"]).telling(&["connection"]).answering(&["sessionId"]))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ConnectionsQuery {
    /// Connections of this user only; service accounts are no users.
    user: Option<Uid>,
    /// stomp, sockjs or mqtt.
    protocol: Option<String>,
    /// websocket, tcp or http.
    transport: Option<String>,
    /// Connections from this address only.
    address: Option<IpAddr>,
    /// Only connections before the one of this number.
    before: Option<u64>,
    /// Connections of the page, at most 100.
    size: Option<u32>,
}

/// Connections, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
struct ConnectionPage {
    content: Vec<ConnectionRow>,
    /// How many connections there are in all.
    total: usize,
    /// `before` of the next page; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ConnectionRow {
    /// Its number, by which it is ended.
    connection: u64,
    /// Missing before the client was let in, and when it is too busy to answer.
    session_id: Option<String>,
    user: Option<String>,
    role: Option<Role>,
    protocol: &'static str,
    transport: &'static str,
    /// Whether it is inside TLS of this server.
    tls: bool,
    address: Option<IpAddr>,
    /// When it began, in milliseconds since 1970.
    since: i64,
    /// Whether it has answered within two seconds; if not, the rest is not known.
    answered: bool,
    received_bytes: u64,
    sent_bytes: u64,
    subscriptions: Vec<Followed>,
}

/// What a connection listens to.
#[derive(Debug, Serialize, JsonSchema)]
struct Followed {
    id: Option<Box<str>>,
    topic: String,
}

impl From<Listening> for Followed {
    fn from(Listening { id, topic }: Listening) -> Self {
        Self { id, topic }
    }
}

impl From<Seen> for ConnectionRow {
    fn from(Seen { number, link, told }: Seen) -> Self {
        let (description, traffic) = told.map(|told| (told.description, told.traffic)).unzip();
        let (session, principal, subscriptions) =
            description.map_or((None, None, Vec::new()), |told| (told.session, told.principal, told.subscriptions));
        Self {
            connection: number,
            session_id: session.map(|session| session.to_string()),
            user: principal.as_ref().map(|principal| principal.uid.to_string()),
            role: principal.map(|principal| principal.role),
            protocol: link.protocol.label(),
            transport: link.transport.label(),
            tls: link.is_tls,
            address: link.address,
            since: link.since.0,
            answered: traffic.is_some(),
            received_bytes: traffic.unwrap_or_default().received,
            sent_bytes: traffic.unwrap_or_default().sent,
            subscriptions: subscriptions.into_iter().map(Followed::from).collect(),
        }
    }
}

/// The one of `all` that is called `name`, if one is asked for.
fn chosen<T: Copy>(
    all: &[T],
    label: fn(T) -> &'static str,
    member: &str,
    name: Option<&str>,
) -> Result<Option<T>, AppError> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    let found = all.iter().copied().find(|one| label(*one) == name);
    found.map(Some).ok_or_else(|| AppError::Refused(format!("there is no {member} called {name:?}")))
}

async fn sessions(
    State(state): State<ApiState>,
    _: Operator,
    QueryParams(request): QueryParams<ConnectionsQuery>,
) -> Result<Success<ConnectionPage>, AppError> {
    let protocol = chosen(&Protocol::ALL, Protocol::label, "protocol", request.protocol.as_deref())?;
    let transport = chosen(&Transport::ALL, Transport::label, "transport", request.transport.as_deref())?;
    let of_user = request.user.map(|user| state.gateway.sessions.of(&user));
    let which = |link: &Link, outbox: &Arc<Outbox>| {
        protocol.is_none_or(|protocol| link.protocol == protocol)
            && transport.is_none_or(|transport| link.transport == transport)
            && request.address.is_none_or(|address| link.address == Some(address))
            && of_user.as_ref().is_none_or(|theirs| theirs.iter().any(|(_, their)| Arc::ptr_eq(their, outbox)))
    };
    let size = bounded_size(request.size.unwrap_or(PageRequest::DEFAULT_SIZE)) as usize;
    let connections = &state.endpoints.connections;
    let seen = connections.newest(which, request.before, size).await;
    let next = seen.last().filter(|_| seen.len() == size).map(|last| last.number);
    let content = seen.into_iter().map(ConnectionRow::from).collect();
    Ok(Success::new(ConnectionPage { content, total: connections.count(), next }))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Kick {
    /// The number of the connection.
    connection: u64,
}

async fn kick(
    State(state): State<ApiState>,
    _: Operator,
    JsonBody(request): JsonBody<Kick>,
) -> Result<Success<ConnectionRow>, AppError> {
    let connections = &state.endpoints.connections;
    let seen = connections.one(request.connection).await;
    // One that is too busy to say who it is may be just the one to end.
    match seen.filter(|seen| connections.dismiss(seen.number)) {
        Some(seen) => Ok(Success::new(seen.into())),
        None => Err(AppError::Named(ErrorCode::UnknownSession, "there is no such connection".into())),
    }
}
