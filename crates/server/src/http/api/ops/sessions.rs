//! Who is connected, to whichever node, and ending a connection.

use std::net::IpAddr;

use axum::extract::State;
use deskwire_model::{ErrorCode, Uid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ADMINS, Operator};
use crate::{
    cluster::questions::{self, LOOK_PATIENCE, Question},
    connection::Transport,
    http::{
        AppError, Audited, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            page::{PageRequest, bounded_size},
        },
    },
    ops::{Connected, ConnectionRow, ConnectionsWanted},
    telemetry::metrics::Protocol,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation")
        .get("/api/v1/ops/session/query", sessions, "Lists the connections of all nodes, the newest first.")
        .only_for(&ADMINS)
        .post("/api/v1/ops/session/kick", kick, "Ends a connection, on whatever node it is; its client is told why.")
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

/// Connections of all nodes, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ConnectionPage {
    content: Vec<ConnectionRow>,
    /// How many connections there are in all, on the nodes that have answered.
    total: usize,
    /// `before` of the next page; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
    /// The nodes that have not answered: what they have is not in the page.
    unanswered: Vec<String>,
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
    let size = bounded_size(request.size.unwrap_or(PageRequest::DEFAULT_SIZE)) as usize;
    let wanted = ConnectionsWanted {
        user: request.user,
        protocol: protocol.map(|protocol| protocol.label().to_owned()),
        transport: transport.map(|transport| transport.label().to_owned()),
        address: request.address,
        before: request.before,
        size,
    };
    let (this, question) = (state.this_node(), Question::Connected(wanted.clone()));
    let asked = questions::ask_all(&state.gateway, &question, LOOK_PATIENCE);
    let (here, asked) = tokio::join!(this.connected(&wanted), asked);
    let (mut pages, mut unanswered) = (vec![here], Vec::new());
    for (node, answer) in asked {
        match answer {
            Ok(page) => pages.push(page),
            Err(error) => {
                tracing::debug!(%node, %error, "a node does not say who is connected");
                unanswered.push(node.name().to_owned());
            }
        }
    }
    let (Connected { rows: content, total }, is_full) = Connected::merge(pages, size);
    let next = content.last().filter(|_| is_full).map(|last| last.connection);
    Ok(Success::new(ConnectionPage { content, total, next, unanswered }))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Kick {
    /// The number of the connection, on whatever node it is.
    connection: u64,
}

async fn kick(
    State(state): State<ApiState>,
    _: Operator,
    JsonBody(Kick { connection }): JsonBody<Kick>,
) -> Result<Success<ConnectionRow>, AppError> {
    if let Some(row) = state.this_node().dismiss(connection).await {
        return Ok(Success::new(row));
    }
    let question = Question::Dismiss { connection };
    let answers = questions::ask_all::<Option<ConnectionRow>>(&state.gateway, &question, LOOK_PATIENCE).await;
    let ended = answers.into_iter().find_map(|(_, answer)| answer.ok().flatten());
    ended
        .map(Success::new)
        .ok_or_else(|| AppError::Named(ErrorCode::UnknownSession, "there is no such connection".into()))
}
