//! What was said, beyond the pages by topic: a conversation's history by its uid, what is unread, a visitor's conversations
//! (`spec/bytedesk.md` §7.1, §7.3, §13).

use axum::extract::{Path, State};
use deskwire_desk::Sender;
use deskwire_model::{Conversation, Principal};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    ApiState,
    agent::ThreadName,
    caller::{self, AgentCaller, Bearer},
    message::{self, HistoryPosition},
    page::{self, Page, PageRequest},
    shapes::{MessageJson, ThreadJson},
};
use crate::{
    connection::timestamp,
    http::{AppError, QueryParams, Routes, Success},
};

pub(super) fn agent_routes() -> Routes<ApiState> {
    Routes::about("History")
        .get("/api/v1/message/thread/uid", history, "Gives a part of a conversation's messages.")
        .also("/api/v1/message/query")
        .also("/api/v1/message/query/topic")
        .also("/api/v1/message/query/thread/uid")
        .get("/api/v1/message/unread", unread, "Gives what the agent has not read, the newest first.")
        .also("/api/v1/message/unread/query")
        .also("/api/v1/vip/message/unread")
        .also("/api/v1/message_unread/query")
        .get("/api/v1/message/unread/count", unread_count, "Counts what the agent has not read.")
        .get("/api/v1/message/ping", ping, "Answers pong and the number of unread messages.")
        .post("/api/v1/message/unread/clear", clear, "Marks everything as read; what came meanwhile is unread.")
        .post("/api/v1/message/thread/{uid}/read", read_thread, "Marks everything in a conversation as read.")
}

pub(super) fn visitor_routes() -> Routes<ApiState> {
    Routes::about("Visitors")
        .get("/visitor/api/v1/message/thread/uid", history_of_visitor, "Gives a part of a conversation's messages.")
        .get(
            "/visitor/api/v1/message/unread",
            unread_of_visitor,
            "Gives what the visitor has not read, the newest first.",
        )
        .post("/visitor/api/v1/message/unread/clear", clear_of_visitor, "Marks everything as read.")
        .get(
            "/visitor/api/v1/threads",
            threads_of_visitor,
            "Lists the visitor's conversations, also those that are over.",
        )
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ThreadHistoryRequest {
    topic: Option<String>,
    thread_topic: Option<String>,
    thread_uid: Option<String>,
    /// A visitor without a token; of agents another name for `threadUid`.
    uid: Option<String>,
    #[serde(default)]
    page_number: u32,
    #[serde(default = "page::default_size")]
    page_size: u32,
    before: Option<u64>,
    after: Option<u64>,
}

impl ThreadHistoryRequest {
    async fn answer(
        &self,
        state: &ApiState,
        principal: &Principal,
        uid: Option<&str>,
    ) -> Result<Success<Page<MessageJson>>, AppError> {
        let name = json!({"topic": self.topic, "threadTopic": self.thread_topic, "threadUid": self.thread_uid});
        let named = ThreadName::read(&name)?.find_or(state, principal, uid).await?;
        let conversation = state.gateway.desk.own_conversation(principal, named.topic.as_str()).await?;
        let page = PageRequest::new(self.page_number, self.page_size);
        let position = HistoryPosition::new(page, self.before, self.after)?;
        Ok(Success::new(message::history(state, &conversation, position).await?))
    }
}

async fn history(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<ThreadHistoryRequest>,
) -> Result<Success<Page<MessageJson>>, AppError> {
    request.answer(&state, &principal, request.uid.as_deref()).await
}

async fn history_of_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<ThreadHistoryRequest>,
) -> Result<Success<Page<MessageJson>>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, request.uid.as_deref()).await?;
    request.answer(&state, &principal, None).await
}

/// A page, and `uid` for visitors without a token.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OwnPageRequest {
    uid: Option<String>,
    #[serde(default)]
    page_number: u32,
    #[serde(default = "page::default_size")]
    page_size: u32,
}

impl OwnPageRequest {
    const fn page(&self) -> PageRequest {
        PageRequest::new(self.page_number, self.page_size)
    }
}

async fn unread(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<MessageJson>>, AppError> {
    Ok(Success::new(unread_page(&state, &principal, request).await?))
}

async fn unread_of_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<OwnPageRequest>,
) -> Result<Success<Page<MessageJson>>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, request.uid.as_deref()).await?;
    Ok(Success::new(unread_page(&state, &principal, request.page()).await?))
}

/// What `reader` has not read, the newest first.
async fn unread_page(
    state: &ApiState,
    reader: &Principal,
    request: PageRequest,
) -> Result<Page<MessageJson>, AppError> {
    let desk = &state.gateway.desk;
    let total = desk.unread(&reader.uid).await?;
    let mut content = Vec::new();
    for (log, message) in desk.unread_messages(reader, request.skipped(), request.size()).await? {
        content.push(message::with_good_links(state, log, &message).await?);
    }
    Ok(Page::new(content, request, total))
}

async fn unread_count(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
) -> Result<Success<u64>, AppError> {
    Ok(Success::new(state.gateway.desk.unread(&principal.uid).await?))
}

/// Answers `pong` and the unread number.
async fn ping(State(state): State<ApiState>, AgentCaller(principal): AgentCaller) -> Result<Success<u64>, AppError> {
    Ok(Success::with_message("pong", state.gateway.desk.unread(&principal.uid).await?))
}

async fn clear(State(state): State<ApiState>, AgentCaller(principal): AgentCaller) -> Result<Success<u64>, AppError> {
    read_all(&state, Sender { principal: &principal, device: None }).await
}

/// The agent's unread number after it has read a conversation.
async fn read_thread(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    Path(uid): Path<String>,
) -> Result<Success<u64>, AppError> {
    let desk = &state.gateway.desk;
    let named = ThreadName::default().find_or(&state, &principal, Some(&uid)).await?;
    let conversation = desk.own_conversation(&principal, named.topic.as_str()).await?;
    desk.read_one(Sender { principal: &principal, device: None }, conversation.id, timestamp()).await?;
    Ok(Success::new(desk.unread(&principal.uid).await?))
}

async fn clear_of_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<ClearRequest>,
    body: axum::body::Bytes,
) -> Result<Success<u64>, AppError> {
    let said: Option<ClearRequest> = serde_json::from_slice(&body).ok();
    let uid = request.uid.or(said.and_then(|said| said.uid));
    let principal = caller::visitor_principal(&state, bearer, uid.as_deref()).await?;
    // Over HTTP a visitor's client is its default device.
    read_all(&state, Sender { principal: &principal, device: Some("") }).await
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ClearRequest {
    uid: Option<String>,
}

/// Marks everything as read; what came meanwhile is unread.
async fn read_all(state: &ApiState, reader: Sender<'_>) -> Result<Success<u64>, AppError> {
    let desk = &state.gateway.desk;
    desk.read_all(reader, timestamp()).await?;
    Ok(Success::new(desk.unread(&reader.principal.uid).await?))
}

/// The visitor's conversations, those that are over too, newest activity first.
async fn threads_of_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<OwnPageRequest>,
) -> Result<Success<Page<ThreadJson>>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, request.uid.as_deref()).await?;
    let (desk, page) = (&state.gateway.desk, request.page());
    let (conversations, total) = desk.all_conversations_of(&principal, page.skipped(), page.size()).await?;
    let mut content = Vec::with_capacity(conversations.len());
    for conversation in &conversations {
        let conversation: &Conversation = conversation;
        content.push(ThreadJson(desk.listed(conversation, &principal).await?));
    }
    Ok(Success::new(Page::new(content, page, total)))
}
