//! The conversations of an agent: its list, taking one, closing one.

use axum::extract::State;
use deskwire_desk::Command;
use deskwire_model::{Conversation, Principal};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{IdempotencyKey, ThreadName};
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
    Routes::about("Conversations")
        .get(
            "/api/v1/thread/query",
            threads,
            "Lists the agent's open conversations, that with the newest message first.",
        )
        .get("/api/v1/thread/query/topic", thread, "Gives a conversation in which the agent takes part.")
        .also("/api/v1/thread/query/uid")
        .post("/api/v1/thread/accept", accept, "Takes a conversation that waits or was left a message in.")
        .also("/api/v1/agent/accept")
        .post("/api/v1/thread/close", close, "Ends a conversation.")
        .also("/api/v1/thread/close/topic")
        .get("/api/v1/queue/query/queuing", queuing, "Lists what waits for the agent's services, the longest first.")
        .get("/api/v1/queue/agent/queuing/count", queuing_count, "Counts what waits for the agent's services.")
}

/// The agent's conversations that are not closed, the one with the newest message first.
async fn threads(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<ThreadJson>>, AppError> {
    let mut all = state.gateway.desk.conversations_of(&principal).await?;
    all.retain(|conversation| conversation.notes_of.is_none());
    Ok(Success::new(listed_page(&state, &principal, &all, request).await?))
}

/// A page of `all`, as lists show conversations.
pub(super) async fn listed_page(
    state: &ApiState,
    principal: &Principal,
    all: &[std::sync::Arc<Conversation>],
    request: PageRequest,
) -> Result<Page<ThreadJson>, AppError> {
    let skipped = usize::try_from(u64::from(request.number()) * u64::from(request.size())).unwrap_or(usize::MAX);
    let mut content = Vec::new();
    for conversation in all.iter().skip(skipped).take(request.size() as usize) {
        content.push(ThreadJson(state.gateway.desk.listed(conversation, &principal.uid).await?));
    }
    Ok(Page::new(content, request, all.len() as u64))
}

#[derive(Deserialize, JsonSchema)]
struct ThreadRequest {
    #[serde(flatten)]
    thread: ThreadName,
    uid: Option<String>,
    #[serde(default)]
    content: String,
}

/// A conversation in which the agent takes part.
async fn thread(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<ThreadQuery>,
) -> Result<Success<ThreadJson>, AppError> {
    let desk = &state.gateway.desk;
    let named = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let conversation = desk.own_conversation(&principal, named.topic.as_str()).await?;
    Ok(Success::new(ThreadJson(desk.listed(&conversation, &principal.uid).await?)))
}

#[derive(Deserialize, JsonSchema)]
struct ThreadQuery {
    #[serde(flatten)]
    thread: ThreadName,
    uid: Option<String>,
}

/// Takes a conversation that waits or was left a message in.
async fn accept(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<ThreadRequest>,
) -> Result<Success<ThreadJson>, AppError> {
    let desk = &state.gateway.desk;
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let decided = desk.accept(&principal, conversation.id, timestamp()).await?;
    Ok(Success::new(ThreadJson(desk.listed(&decided.conversation, &principal.uid).await?)))
}

async fn close(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<ThreadRequest>,
) -> Result<Success<ThreadJson>, AppError> {
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let closed = close_by(&state, &principal, &conversation, key, request.content).await?;
    Ok(Success::new(closed))
}

/// Closes a conversation in which `by` takes part; how lists show it then.
pub(in crate::http::api) async fn close_by(
    state: &ApiState,
    by: &Principal,
    conversation: &Conversation,
    key: IdempotencyKey,
    content: String,
) -> Result<ThreadJson, AppError> {
    let desk = &state.gateway.desk;
    let request = (key.into_uid(), &json!(content));
    let decided = desk.command(by, conversation.topic.as_str(), Command::Close, request, timestamp()).await?;
    Ok(ThreadJson(desk.listed(&decided.conversation, &by.uid).await?))
}

/// What waits for the services of the agent, the longest first.
async fn queuing(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<ThreadJson>>, AppError> {
    let waiting = state.gateway.desk.waiting_for(&principal).await?;
    Ok(Success::new(listed_page(&state, &principal, &waiting, request).await?))
}

async fn queuing_count(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
) -> Result<Success<usize>, AppError> {
    Ok(Success::new(state.gateway.desk.waiting_for(&principal).await?.len()))
}
