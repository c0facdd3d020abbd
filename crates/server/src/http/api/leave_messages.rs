//! Left messages: what visitors and agents do with them (`spec/bytedesk.md` §7.1, §7.3).

use axum::extract::State;
use deskwire_desk::{DeskError, LeaveAction};
use deskwire_model::{Principal, Uid};
use deskwire_store::{LeaveMessage, LeaveStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ApiState,
    agent::IdempotencyKey,
    caller::{self, AgentCaller, Bearer},
    page::{Page, PageRequest},
};
use crate::http::{AppError, JsonBody, QueryParams, Routes, Success};

pub(super) fn visitor_routes() -> Routes<ApiState> {
    Routes::about("Visitors")
        .get("/visitor/api/v1/message/leave/query", own, "Lists what the visitor has left.")
        .post("/visitor/api/v1/message/leave/confirm", confirm, "Says that the answer was good.")
        .post("/visitor/api/v1/message/leave/reject", reject, "Says that the answer was not good.")
}

/// The ends of the paths that do something with a left message.
const ACTIONS: [(&str, &str, &str); 6] = [
    ("read", "/api/v1/message/leave/read", "Marks a left message as read."),
    ("reply", "/api/v1/message/leave/reply", "Answers a left message, in the visitor's conversation."),
    ("transfer", "/api/v1/message/leave/transfer", "Gives a left message to an agent or a workgroup."),
    ("close", "/api/v1/message/leave/close", "Closes a left message."),
    ("spam", "/api/v1/message/leave/spam", "Marks a left message as spam."),
    ("status/update", "/api/v1/message/leave/status/update", "Gives a left message a status."),
];

pub(super) fn agent_routes() -> Routes<ApiState> {
    let routes = Routes::about("Left messages")
        .get("/api/v1/message/leave/query", inbox, "Lists left messages.")
        .get("/api/v1/message/leave/query/uid", one, "Gives a left message.")
        .get("/api/v1/message/leave/count/pending", pending, "Counts the left messages that wait for an answer.");
    ACTIONS.into_iter().fold(routes, |routes, (name, path, summary)| {
        let handler = move |State(state): State<ApiState>,
                            AgentCaller(principal): AgentCaller,
                            key: IdempotencyKey,
                            JsonBody(request): JsonBody<Tending>| async move {
            let action = request.action(name)?;
            let key = key.or(request.message_uid.as_deref());
            tend(&state, &principal, &request.uid, &action, key).await
        };
        routes.post(path, handler, summary)
    })
}

/// A left message as lists show it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Listed {
    uid: Uid,
    status: &'static str,
    nickname: String,
    contact: String,
    content: String,
    r#type: String,
    images: Vec<String>,
    reply: Option<String>,
    visitor_uid: Uid,
    service_uid: Uid,
    agent_uid: Option<Uid>,
    thread_topic: String,
    org_uid: Uid,
    created_at: String,
    updated_at: String,
}

async fn listed(state: &ApiState, left: LeaveMessage) -> Result<Listed, AppError> {
    let desk = &state.gateway.desk;
    let time = |at| desk.renderer().local_time(at);
    let (created_at, updated_at) = (time(left.created_at), time(left.updated_at));
    Ok(Listed {
        thread_topic: desk.topic_of(left.log).await?.to_string(),
        uid: left.uid,
        status: left.status.as_str(),
        nickname: left.form.nickname,
        contact: left.form.contact,
        content: left.form.content,
        r#type: left.form.kind,
        images: left.form.images,
        reply: left.reply,
        visitor_uid: left.visitor,
        service_uid: left.service,
        agent_uid: left.agent,
        org_uid: left.org,
        created_at,
        updated_at,
    })
}

/// `?status=&pageNumber=&pageSize=`, and `uid` for visitors without a token.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct InboxRequest {
    status: Option<String>,
    uid: Option<String>,
    #[serde(default)]
    page_number: u32,
    #[serde(default = "default_size")]
    page_size: u32,
}

const fn default_size() -> u32 {
    PageRequest::DEFAULT_SIZE
}

async fn page(state: &ApiState, by: &Principal, request: InboxRequest) -> Result<Success<Page<Listed>>, AppError> {
    let status = request.status.as_deref().map(status).transpose()?;
    let page = PageRequest::new(request.page_number, request.page_size);
    let (found, total) = state.gateway.desk.leave_messages(by, status, (page.number(), page.size())).await?;
    let mut content = Vec::with_capacity(found.len());
    for left in found {
        content.push(listed(state, left).await?);
    }
    Ok(Success::new(Page::new(content, page, total)))
}

fn status(name: &str) -> Result<LeaveStatus, AppError> {
    LeaveStatus::from_name(name).ok_or_else(|| {
        let names = LeaveStatus::ALL.map(LeaveStatus::as_str).join(", ");
        AppError::Refused(format!("status must be one of {names}"))
    })
}

async fn inbox(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<InboxRequest>,
) -> Result<Success<Page<Listed>>, AppError> {
    page(&state, &principal, request).await
}

async fn own(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<InboxRequest>,
) -> Result<Success<Page<Listed>>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, request.uid.as_deref()).await?;
    page(&state, &principal, request).await
}

#[derive(Deserialize, JsonSchema)]
struct OneRequest {
    uid: Uid,
}

async fn one(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<OneRequest>,
) -> Result<Success<Listed>, AppError> {
    let left = state.gateway.desk.leave_message(&principal, &request.uid).await?;
    Ok(Success::new(listed(&state, left).await?))
}

async fn pending(State(state): State<ApiState>, AgentCaller(principal): AgentCaller) -> Result<Success<u64>, AppError> {
    Ok(Success::new(state.gateway.desk.pending_leave_messages(&principal).await?))
}

/// What an agent does with a left message.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Tending {
    uid: Uid,
    /// The answer.
    #[serde(alias = "content")]
    reply: Option<String>,
    /// To whom it goes.
    #[serde(alias = "agentUid", alias = "workgroupUid")]
    receiver_uid: Option<Uid>,
    status: Option<String>,
    /// Names the answer.
    message_uid: Option<String>,
}

impl Tending {
    /// What the path with this name at its end asks for.
    fn action(&self, name: &str) -> Result<LeaveAction, AppError> {
        let action = match name {
            "status/update" => self.status.as_deref().map(status).transpose()?,
            _ => LeaveStatus::ALL.into_iter().find(|status| path_of(*status) == Some(name)),
        };
        let receiver = || self.receiver_uid.clone().ok_or(DeskError::Unclear("receiverUid is missing"));
        Ok(match action {
            Some(LeaveStatus::Read) => LeaveAction::Read,
            Some(LeaveStatus::Replied) => LeaveAction::Reply(self.reply.clone().unwrap_or_default()),
            Some(LeaveStatus::Transferred) => LeaveAction::Transfer(receiver()?),
            Some(LeaveStatus::Closed) => LeaveAction::Close,
            Some(LeaveStatus::Spam) => LeaveAction::Spam,
            _ => return Err(AppError::Refused("an agent cannot give it this status".into())),
        })
    }
}

/// The end of the path that leads to a status.
const fn path_of(status: LeaveStatus) -> Option<&'static str> {
    match status {
        LeaveStatus::Read => Some("read"),
        LeaveStatus::Replied => Some("reply"),
        LeaveStatus::Transferred => Some("transfer"),
        LeaveStatus::Closed => Some("close"),
        LeaveStatus::Spam => Some("spam"),
        LeaveStatus::Submitted | LeaveStatus::Confirmed | LeaveStatus::Rejected => None,
    }
}

async fn tend(
    state: &ApiState,
    by: &Principal,
    left: &Uid,
    action: &LeaveAction,
    key: IdempotencyKey,
) -> Result<Success<Listed>, AppError> {
    let left = state.gateway.desk.tend_leave_message(by, left, action, key.into_uid()).await?;
    Ok(Success::new(listed(state, left).await?))
}

/// What a visitor says about an answer. `visitorUid` for one without a token.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Judgement {
    uid: Uid,
    visitor_uid: Option<String>,
}

async fn confirm(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<Judgement>,
) -> Result<Success<Listed>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, request.visitor_uid.as_deref()).await?;
    tend(&state, &principal, &request.uid, &LeaveAction::Confirm, key).await
}

async fn reject(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<Judgement>,
) -> Result<Success<Listed>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, request.visitor_uid.as_deref()).await?;
    tend(&state, &principal, &request.uid, &LeaveAction::Reject, key).await
}
