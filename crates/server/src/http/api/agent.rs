//! What agents call: `/api/v1/…` (`spec/bytedesk.md` §7.3).

use axum::{
    Extension, Router,
    extract::{Path, State},
    routing::{get, post},
};
use deskwire_model::{AgentStatus, Uid};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::{
    ApiState,
    caller::AgentCaller,
    login::AgentUser,
    message::{self, HistoryRequest, SendRequest},
    page::{Page, PageRequest},
};
use crate::{
    http::{AppError, JsonBody, QueryParams, Success},
    listener::Peer,
};

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/v1/user/profile", get(profile))
        .route("/api/v1/agent/update/status", post(update_status))
        .route("/api/v1/connection/presence/{user}", get(presence))
        .route("/api/v1/thread/query", get(threads))
        .route("/api/v1/message/rest/send", post(send))
        .route("/api/v1/message/thread/topic", get(history))
}

async fn profile(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
) -> Result<Success<AgentUser>, AppError> {
    let agent = state.gateway.desk.agent(&principal.uid).await?;
    let agent = agent.ok_or_else(|| AppError::Unauthorized("the agent does not exist any more".into()))?;
    Ok(Success::new(AgentUser::from(&agent)))
}

#[derive(Debug, Deserialize)]
struct StatusRequest {
    status: String,
}

async fn update_status(
    state: State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<StatusRequest>,
) -> Result<Success<AgentUser>, AppError> {
    let status = AgentStatus::from_name(&request.status).ok_or_else(|| {
        let names = AgentStatus::ALL.map(AgentStatus::as_str).join(", ");
        AppError::Refused(format!("status must be one of {names}"))
    })?;
    state.gateway.desk.set_agent_status(&principal.uid, status).await?;
    profile(state, AgentCaller(principal)).await
}

/// Whether a user is there.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Presence {
    online: bool,
    /// Connections that keep it so.
    active_count: usize,
}

async fn presence(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    Path(user): Path<String>,
) -> Result<Success<Presence>, AppError> {
    let unknown = || AppError::Refused("nobody of this organisation has this uid".into());
    let user = Uid::new(&user).map_err(|_| unknown())?;
    if state.gateway.desk.organisation_of(&user).await? != Some(principal.org) {
        return Err(unknown());
    }
    let active_count = state.gateway.desk.presence().active(&user);
    Ok(Success::new(Presence { online: active_count > 0, active_count }))
}

async fn send(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    Extension(peer): Extension<Peer>,
    JsonBody(request): JsonBody<SendRequest>,
) -> Result<Success<String>, AppError> {
    Ok(Success::new(request.send(&state, &principal, &peer).await?))
}

async fn history(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<HistoryRequest>,
) -> Result<Success<Page<Box<RawValue>>>, AppError> {
    let conversation = state.gateway.desk.own_conversation(&principal, &request.topic).await?;
    Ok(Success::new(message::history(&state, &conversation, request.page()).await?))
}

/// The agent's conversations that are not closed, the one with the newest message first.
async fn threads(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<Value>>, AppError> {
    let desk = &state.gateway.desk;
    let all = desk.conversations_of(&principal).await?;
    let skipped = usize::try_from(u64::from(request.number()) * u64::from(request.size())).unwrap_or(usize::MAX);
    let mut content = Vec::new();
    for conversation in all.iter().skip(skipped).take(request.size() as usize) {
        content.push(desk.listed(conversation, &principal.uid).await?);
    }
    Ok(Success::new(Page::new(content, request, all.len() as u64)))
}
