//! What supervisors do: see all conversations of their organisation, follow one, take one over; see who is free.

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use deskwire_desk::RoutingState;
use deskwire_model::{ThreadStatus, Uid};
use serde::Deserialize;
use serde_json::Value;

use super::{ThreadName, threads::listed_page};
use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, QueryParams, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            page::{Page, PageRequest},
        },
    },
};

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/v1/thread/query/org", get(all))
        .route("/api/v1/thread/takeover", post(take_over))
        .route("/api/v1/thread/watch", post(watch))
        .route("/api/v1/thread/unwatch", post(unwatch))
        .route("/api/v1/workgroup/routing/state", get(routing_state))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AllRequest {
    status: Option<String>,
    #[serde(default)]
    page_number: u32,
    #[serde(default = "default_size")]
    page_size: u32,
}

const fn default_size() -> u32 {
    PageRequest::DEFAULT_SIZE
}

/// All conversations of the organisation in a status, or all that are not closed.
async fn all(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<AllRequest>,
) -> Result<Success<Page<Value>>, AppError> {
    let unknown = || AppError::Refused("there is no such status".into());
    let status = request.status.as_deref().map(|name| ThreadStatus::from_name(name).ok_or_else(unknown)).transpose()?;
    let all = state.gateway.desk.all_conversations(&principal, status).await?;
    let page = PageRequest::new(request.page_number, request.page_size);
    Ok(Success::new(listed_page(&state, &principal, &all, page).await?))
}

#[derive(Deserialize)]
struct ThreadRequest {
    #[serde(flatten)]
    thread: ThreadName,
    uid: Option<String>,
}

async fn take_over(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<ThreadRequest>,
) -> Result<Success<Value>, AppError> {
    let desk = &state.gateway.desk;
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let decided = desk.take_over(&principal, conversation.id).await?;
    Ok(Success::new(desk.listed(&decided.conversation, &principal).await?))
}

async fn watch(
    state: State<ApiState>,
    caller: AgentCaller,
    request: JsonBody<ThreadRequest>,
) -> Result<Success<Value>, AppError> {
    set_watch(state, caller, request, true).await
}

async fn unwatch(
    state: State<ApiState>,
    caller: AgentCaller,
    request: JsonBody<ThreadRequest>,
) -> Result<Success<Value>, AppError> {
    set_watch(state, caller, request, false).await
}

async fn set_watch(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<ThreadRequest>,
    watches: bool,
) -> Result<Success<Value>, AppError> {
    let desk = &state.gateway.desk;
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let decided = desk.watch(&principal, conversation.id, watches).await?;
    Ok(Success::new(desk.listed(&decided.conversation, &principal).await?))
}

#[derive(Deserialize)]
struct StateRequest {
    uid: Uid,
}

/// How a workgroup is routed to now: whether it is open, who waits, and what routing knows of its agents.
async fn routing_state(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<StateRequest>,
) -> Result<Success<RoutingState>, AppError> {
    Ok(Success::new(state.gateway.desk.routing_state(&principal, &request.uid, timestamp()).await?))
}
