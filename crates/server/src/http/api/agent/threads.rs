//! The conversations of an agent: its list, opening, taking and closing one.

use axum::extract::State;
use deskwire_desk::{Command, DeskError};
use deskwire_model::{Conversation, Principal, ThreadStatus, Uid};
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
            "Lists the agent's open conversations, those on top first, then that with the newest message.",
        )
        .get("/api/v1/thread/query/topic", thread, "Gives a conversation in which the agent takes part.")
        .also("/api/v1/thread/query/uid")
        .also("/api/v1/thread/query/topic/owner")
        .post("/api/v1/thread/create", create, "Opens the agent's own conversation with a visitor.")
        .post("/api/v1/thread/update/status", update_status, "Takes a conversation (CHATTING), or ends it (CLOSED).")
        .post("/api/v1/thread/accept", accept, "Takes a conversation that waits or was left a message in.")
        .also("/api/v1/agent/accept")
        .post("/api/v1/thread/close", close, "Ends a conversation.")
        .also("/api/v1/thread/close/topic")
        .get("/api/v1/queue/query/queuing", queuing, "Lists what waits for the agent's services, the longest first.")
        .also("/api/v1/queue/query")
        .get("/api/v1/queue/agent/queuing/count", queuing_count, "Counts what waits for the agent's services.")
}

/// The agent's conversations that are not closed, those on top first, then the one with the newest message.
async fn threads(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<ThreadJson>>, AppError> {
    let all = state.gateway.desk.list_of(&principal).await?;
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
        content.push(ThreadJson(state.gateway.desk.listed(conversation, principal).await?));
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
    Ok(Success::new(ThreadJson(desk.listed(&conversation, &principal).await?)))
}

#[derive(Deserialize, JsonSchema)]
struct ThreadQuery {
    #[serde(flatten)]
    thread: ThreadName,
    uid: Option<String>,
}

/// Whose conversation is to be opened.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewThread {
    /// `org/agent/{the agent's own uid}/{visitor}`, or any conversation in which the agent takes part.
    topic: Option<String>,
    visitor_uid: Option<Uid>,
    /// The same, as conversations show it.
    user: Option<NamedUser>,
}

#[derive(Deserialize, JsonSchema)]
struct NamedUser {
    uid: Option<Uid>,
}

/// Opens the agent's own conversation with a visitor, which nobody has then; one that is there is answered as it is.
async fn create(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<NewThread>,
) -> Result<Success<ThreadJson>, AppError> {
    let desk = &state.gateway.desk;
    let NewThread { topic, visitor_uid, user } = request;
    let conversation = match (topic, visitor_uid.or(user.and_then(|user| user.uid))) {
        (Some(topic), _) => {
            let topic = topic.replace('.', "/");
            match desk.own_conversation(&principal, &topic).await {
                Err(DeskError::NotYours) => {
                    let visitor = visitor_of(&principal, &topic).ok_or(DeskError::NotYours)?;
                    desk.open_with(&principal, &visitor).await?
                }
                found => found?,
            }
        }
        (None, Some(visitor)) => desk.open_with(&principal, &visitor).await?,
        (None, None) => return Err(AppError::Refused("topic or visitorUid is missing".into())),
    };
    Ok(Success::new(ThreadJson(desk.listed(&conversation, &principal).await?)))
}

/// The visitor of the conversation that `agent` itself has on `topic`.
fn visitor_of(agent: &Principal, topic: &str) -> Option<Uid> {
    let (service, visitor) = topic.strip_prefix("org/agent/")?.split_once('/')?;
    Uid::new(visitor).ok().filter(|_| service == agent.uid.as_str())
}

#[derive(Deserialize, JsonSchema)]
struct ThreadStatusRequest {
    #[serde(flatten)]
    thread: ThreadName,
    uid: Option<String>,
    /// CHATTING or CLOSED.
    status: String,
}

/// Where a conversation stands follows from what is done with it: an agent takes it, or ends it.
async fn update_status(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<ThreadStatusRequest>,
) -> Result<Success<ThreadJson>, AppError> {
    let desk = &state.gateway.desk;
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    match ThreadStatus::from_name(&request.status) {
        Some(ThreadStatus::Closed) => {
            let closed = close_by(&state, &principal, &conversation, key, String::new()).await?;
            Ok(Success::new(closed))
        }
        Some(ThreadStatus::Chatting) => {
            let decided = desk.accept(&principal, conversation.id, timestamp()).await?;
            Ok(Success::new(ThreadJson(desk.listed(&decided.conversation, &principal).await?)))
        }
        _ => Err(AppError::Refused("status must be CHATTING or CLOSED".into())),
    }
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
    Ok(Success::new(ThreadJson(desk.listed(&decided.conversation, &principal).await?)))
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
    Ok(ThreadJson(desk.listed(&decided.conversation, by).await?))
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

#[cfg(test)]
mod tests {
    use deskwire_model::Role;

    use super::*;

    #[test]
    fn an_agent_opens_its_own_conversations() {
        let uid = |text: &str| Uid::new(text).unwrap();
        let ann = Principal { org: uid("acme"), uid: uid("ann"), role: Role::Agent };
        for (topic, visitor) in [
            ("org/agent/ann/v1", Some("v1")),
            ("org/agent/ben/v1", None),
            ("org/workgroup/ann/v1", None),
            ("org/agent/ann", None),
            ("org/agent/ann/", None),
            ("org/agent/ann/v1/v2", None),
        ] {
            assert_eq!(visitor_of(&ann, topic), visitor.map(uid), "{topic}");
        }
    }
}
