//! Canned replies: `quickreply/…` (`spec/bytedesk.md` §7.3).

use axum::extract::State;
use deskwire_desk::QuickReplySearch;
use deskwire_model::{MessageType, Uid};
use deskwire_store::{NewQuickReply, QuickReply, ReplyLevel};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::message_type;
use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            page::{self, Page, PageRequest},
        },
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Canned replies")
        .get("/api/v1/quickreply/query", query, "Lists the canned replies that the agent may use.")
        .also("/api/v1/quickreply/query/org")
        .post("/api/v1/quickreply/create", create, "Makes a canned reply.")
        .post("/api/v1/quickreply/update", update, "Changes a canned reply.")
        .post("/api/v1/quickreply/delete", delete, "Forgets a canned reply.")
}

/// A canned reply.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct QuickReplyRow {
    uid: Uid,
    /// ORGANIZATION, WORKGROUP or AGENT.
    level: &'static str,
    /// The organisation, workgroup or agent that it belongs to.
    owner_uid: Uid,
    category: String,
    shortcut: String,
    title: String,
    content: String,
    r#type: String,
    org_uid: Uid,
    created_at: String,
    updated_at: String,
}

fn row(state: &ApiState, reply: QuickReply) -> QuickReplyRow {
    let time = |at| state.gateway.desk.renderer().local_time(at);
    QuickReplyRow {
        created_at: time(reply.created_at),
        updated_at: time(reply.updated_at),
        uid: reply.uid,
        level: reply.level.as_str(),
        owner_uid: reply.owner,
        category: reply.reply.category,
        shortcut: reply.reply.shortcut,
        title: reply.reply.title,
        content: reply.reply.content,
        r#type: reply.reply.kind.to_string(),
        org_uid: reply.org,
    }
}

fn level(name: &str) -> Result<ReplyLevel, AppError> {
    ReplyLevel::from_name(&name.to_ascii_uppercase()).ok_or_else(|| {
        let names = ReplyLevel::ALL.map(ReplyLevel::as_str).join(", ");
        AppError::Refused(format!("level must be one of {names}"))
    })
}

/// Which canned replies are wanted: those that the agent may use.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct QuickReplyQuery {
    /// Of this level only.
    level: Option<String>,
    /// Of this workgroup only.
    workgroup_uid: Option<Uid>,
    /// In this folder only.
    #[serde(alias = "categoryUid")]
    category: Option<String>,
    /// What the shortcut begins with, or title or content have.
    #[serde(alias = "keyword", alias = "q", default)]
    search_text: String,
    #[serde(default)]
    page_number: u32,
    #[serde(default = "page::default_size")]
    page_size: u32,
}

async fn query(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<QuickReplyQuery>,
) -> Result<Success<Page<QuickReplyRow>>, AppError> {
    let page = PageRequest::new(request.page_number, request.page_size);
    let sought = request.search_text.trim();
    let search = QuickReplySearch {
        level: request.level.as_deref().map(level).transpose()?,
        workgroup: request.workgroup_uid,
        category: request.category,
        sought: (!sought.is_empty()).then(|| sought.trim_start_matches('/').to_owned()),
    };
    let (found, total) = state.gateway.desk.quick_replies(&principal, search, (page.number(), page.size())).await?;
    let rows = found.into_iter().map(|reply| row(&state, reply)).collect();
    Ok(Success::new(Page::new(rows, page, total)))
}

/// A new canned reply.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewQuickReplyRequest {
    /// One is made if it is missing; the same uid again makes the reply what it is now.
    uid: Option<Uid>,
    /// ORGANIZATION, WORKGROUP or AGENT, which is meant if it is missing.
    level: Option<String>,
    /// The workgroup, where one is meant.
    workgroup_uid: Option<Uid>,
    /// Its folder.
    #[serde(alias = "categoryUid", default)]
    category: String,
    /// What an agent types behind `/`.
    #[serde(alias = "shortCut", default)]
    shortcut: String,
    /// What lists show.
    #[serde(default)]
    title: String,
    /// What is sent.
    content: String,
    /// The type of message that is sent: TEXT if it is missing.
    r#type: Option<String>,
}

async fn create(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<NewQuickReplyRequest>,
) -> Result<Success<QuickReplyRow>, AppError> {
    let level = request.level.as_deref().map_or(Ok(ReplyLevel::Agent), level)?;
    let reply = NewQuickReply {
        category: request.category,
        shortcut: request.shortcut.trim_start_matches('/').to_owned(),
        title: request.title,
        content: request.content,
        kind: request.r#type.as_deref().map(message_type).transpose()?.unwrap_or_else(MessageType::text),
    };
    let uid = request.uid.unwrap_or_else(Uid::random);
    let (desk, owner) = (&state.gateway.desk, (level, request.workgroup_uid));
    Ok(Success::new(row(&state, desk.create_quick_reply(&principal, uid, owner, reply, timestamp()).await?)))
}

/// What changes about a canned reply; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct QuickReplyUpdate {
    uid: Uid,
    #[serde(alias = "categoryUid")]
    category: Option<String>,
    #[serde(alias = "shortCut")]
    shortcut: Option<String>,
    title: Option<String>,
    content: Option<String>,
    r#type: Option<String>,
}

async fn update(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<QuickReplyUpdate>,
) -> Result<Success<QuickReplyRow>, AppError> {
    let QuickReplyUpdate { uid, category, shortcut, title, content, r#type } = request;
    let kind = r#type.as_deref().map(message_type).transpose()?;
    let change = move |reply: &mut NewQuickReply| {
        reply.category = category.unwrap_or(std::mem::take(&mut reply.category));
        reply.shortcut = shortcut
            .map_or_else(|| std::mem::take(&mut reply.shortcut), |text| text.trim_start_matches('/').to_owned());
        reply.title = title.unwrap_or(std::mem::take(&mut reply.title));
        reply.content = content.unwrap_or(std::mem::take(&mut reply.content));
        reply.kind = kind.unwrap_or_else(|| reply.kind.clone());
    };
    let changed = state.gateway.desk.change_quick_reply(&principal, &uid, change, timestamp()).await?;
    Ok(Success::new(row(&state, changed)))
}

#[derive(Deserialize, JsonSchema)]
struct QuickReplyName {
    uid: Uid,
}

async fn delete(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<QuickReplyName>,
) -> Result<Success<bool>, AppError> {
    state.gateway.desk.drop_quick_reply(&principal, &request.uid).await?;
    Ok(Success::new(true))
}
