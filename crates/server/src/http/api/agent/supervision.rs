//! What supervisors do: see all conversations of their organisation, follow one, take one over; see who is free.

use axum::extract::State;
use deskwire_desk::RoutingState;
use deskwire_model::{ThreadStatus, Uid};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{SUPERVISORS, ThreadName, threads::listed_page};
use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            page::{Page, PageRequest},
            shapes::ThreadJson,
        },
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Supervision")
        .get("/api/v1/thread/query/org", all, "Lists the conversations of the organisation.")
        .only_for(&SUPERVISORS)
        .post("/api/v1/thread/takeover", take_over, "Takes a conversation over from whoever has it.")
        .only_for(&SUPERVISORS)
        .post("/api/v1/thread/watch", watch, "Follows a conversation.")
        .only_for(&SUPERVISORS)
        .post("/api/v1/thread/unwatch", unwatch, "Follows a conversation no longer.")
        .only_for(&SUPERVISORS)
        .get("/api/v1/workgroup/routing/state", routing_state, "Says how a workgroup is routed to now.")
        .only_for(&SUPERVISORS)
}

#[derive(Deserialize, JsonSchema)]
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
) -> Result<Success<Page<ThreadJson>>, AppError> {
    let unknown = || AppError::Refused("there is no such status".into());
    let status = request.status.as_deref().map(|name| ThreadStatus::from_name(name).ok_or_else(unknown)).transpose()?;
    let all = state.gateway.desk.all_conversations(&principal, status).await?;
    let page = PageRequest::new(request.page_number, request.page_size);
    Ok(Success::new(listed_page(&state, &principal, &all, page).await?))
}

#[derive(Deserialize, JsonSchema)]
struct SupervisionRequest {
    #[serde(flatten)]
    thread: ThreadName,
    uid: Option<String>,
}

async fn take_over(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<SupervisionRequest>,
) -> Result<Success<ThreadJson>, AppError> {
    let desk = &state.gateway.desk;
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let decided = desk.take_over(&principal, conversation.id).await?;
    Ok(Success::new(ThreadJson(desk.listed(&decided.conversation, &principal.uid).await?)))
}

async fn watch(
    state: State<ApiState>,
    caller: AgentCaller,
    request: JsonBody<SupervisionRequest>,
) -> Result<Success<ThreadJson>, AppError> {
    set_watch(state, caller, request, true).await
}

async fn unwatch(
    state: State<ApiState>,
    caller: AgentCaller,
    request: JsonBody<SupervisionRequest>,
) -> Result<Success<ThreadJson>, AppError> {
    set_watch(state, caller, request, false).await
}

async fn set_watch(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<SupervisionRequest>,
    watches: bool,
) -> Result<Success<ThreadJson>, AppError> {
    let desk = &state.gateway.desk;
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let decided = desk.watch(&principal, conversation.id, watches).await?;
    Ok(Success::new(ThreadJson(desk.listed(&decided.conversation, &principal.uid).await?)))
}

#[derive(Deserialize, JsonSchema)]
struct RoutingStateQuery {
    uid: Uid,
}

/// How a workgroup is routed to now: whether it is open, who waits, and what routing knows of its agents.
async fn routing_state(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<RoutingStateQuery>,
) -> Result<Success<RoutingState>, AppError> {
    Ok(Success::new(state.gateway.desk.routing_state(&principal, &request.uid, timestamp()).await?))
}
