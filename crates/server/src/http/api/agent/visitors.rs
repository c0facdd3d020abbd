//! Visitors as the desk knows them: what they told, what the desk corrects and notes, who browses, asking one to chat.

use axum::extract::State;
use deskwire_desk::Command;
use deskwire_model::{Timestamp, Uid};
use deskwire_store::{VisitorCorrection, VisitorInfo};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{IdempotencyKey, ThreadName};
use crate::{
    cluster::visitors::{self, Browser},
    connection::timestamp,
    http::{
        AppError, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            message,
            page::{Page, PageRequest},
            shapes::MessageJson,
        },
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Visitors")
        .get("/api/v1/visitor/query/uid", info, "Gives what is known of a visitor.")
        .get(
            "/api/v1/visitor/query/online",
            browsing,
            "Lists the visitors who browse, who looked at something last first.",
        )
        .post("/api/v1/visitor/update", update, "Corrects what is known of a visitor.")
        .also("/api/v1/visitor/update/note")
        .also("/api/v1/visitor/update/tagList")
        .post("/api/v1/visitor/invite", invite, "Asks a visitor to chat.")
        .post("/api/v1/visitor/invite/cancel", cancel, "Takes back that a visitor is asked to chat.")
}

/// A visitor, for those at the desk.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VisitorRow {
    uid: Uid,
    nickname: String,
    avatar: String,
    r#type: &'static str,
    /// ONLINE or OFFLINE.
    status: &'static str,
    channel: String,
    mobile: String,
    email: String,
    /// What the desk has noted; its visitor never sees it.
    note: String,
    /// Tags that the desk has given.
    tag_list: Vec<String>,
    lang: String,
    device_info: DeviceInfo,
    referrer: String,
    url: String,
    title: String,
    extra: String,
    vip_level: String,
    /// The shop's id of it.
    user_id: String,
    /// Which of this the shop's server has signed: `userId`, `nickname`, `avatar`, `email`, `mobile`, and members of `extra` as
    /// `extra.plan`. Everything else is what the page says.
    verified: Vec<String>,
    org_uid: Uid,
    /// When it first introduced itself; none if that was before this was kept.
    created_at: Option<String>,
    /// When it last did.
    updated_at: Option<String>,
}

/// What a visitor comes with.
#[derive(Debug, Serialize, JsonSchema)]
struct DeviceInfo {
    browser: String,
    os: String,
    device: String,
}

async fn row(state: &ApiState, info: VisitorInfo) -> VisitorRow {
    let desk = &state.gateway.desk;
    let active: usize = visitors::active(&state.gateway, vec![info.visitor.uid.clone()]).await.into_iter().sum();
    let VisitorInfo { visitor, mobile, email, note, tags, told, seen } = info;
    let time = |at| desk.renderer().local_time(at);
    VisitorRow {
        status: if active > 0 { "ONLINE" } else { "OFFLINE" },
        uid: visitor.uid,
        nickname: visitor.profile.nickname,
        avatar: visitor.profile.avatar,
        r#type: "VISITOR",
        channel: visitor.channel,
        mobile,
        email,
        note,
        tag_list: tags,
        lang: told.lang,
        device_info: DeviceInfo { browser: told.browser, os: told.os, device: told.device },
        referrer: told.referrer,
        url: told.url,
        title: told.title,
        extra: told.extra,
        vip_level: told.vip_level,
        user_id: told.user_id,
        verified: told.verified,
        org_uid: visitor.org,
        created_at: seen.map(|(first, _)| time(first)),
        updated_at: seen.map(|(_, last)| time(last)),
    }
}

#[derive(Deserialize, JsonSchema)]
struct VisitorQuery {
    /// The visitor.
    #[serde(alias = "visitorUid")]
    uid: Uid,
}

async fn info(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<VisitorQuery>,
) -> Result<Success<VisitorRow>, AppError> {
    let info = state.gateway.desk.visitor_info(&principal, &request.uid).await?;
    Ok(Success::new(row(&state, info).await))
}

/// What is corrected of a visitor; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct VisitorUpdate {
    /// The visitor.
    #[serde(alias = "visitorUid")]
    uid: Uid,
    /// Its name, also in its conversations.
    nickname: Option<String>,
    /// Its mobile number.
    mobile: Option<String>,
    /// Its e-mail address.
    email: Option<String>,
    /// What the desk notes about it.
    note: Option<String>,
    /// All of its tags.
    tag_list: Option<Vec<String>>,
}

async fn update(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<VisitorUpdate>,
) -> Result<Success<VisitorRow>, AppError> {
    let VisitorUpdate { uid: visitor, nickname, mobile, email, note, tag_list: tags } = request;
    let correction = VisitorCorrection { visitor, nickname, mobile, email, note, tags };
    let info = state.gateway.desk.correct_visitor(&principal, correction, key.into_uid(), timestamp()).await?;
    Ok(Success::new(row(&state, info).await))
}

/// A visitor who browses.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BrowsingRow {
    uid: Uid,
    nickname: String,
    avatar: String,
    channel: String,
    /// Whether it is also connected.
    online: bool,
    /// What it has looked at lately, the newest first.
    pages: Vec<PageViewRow>,
}

/// A page that a visitor has looked at.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PageViewRow {
    url: String,
    title: String,
    referrer: String,
    created_at: String,
}

async fn browsing(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<BrowsingRow>>, AppError> {
    let desk = &state.gateway.desk;
    let here = desk.browsing_visitors(&principal)?;
    let all = visitors::browsing(&state.gateway, here, &principal.org).await;
    let row = |Browser { uid, nickname, avatar, channel, pages }| BrowsingRow {
        uid,
        nickname,
        avatar,
        channel,
        online: false,
        pages: pages
            .into_iter()
            .map(|page| PageViewRow {
                created_at: desk.renderer().local_time(Timestamp(page.at)),
                url: page.url,
                title: page.title,
                referrer: page.referrer,
            })
            .collect(),
    };
    let mut page = Page::of(all, request, row);
    let uids = page.content().iter().map(|row| row.uid.clone()).collect();
    let active = visitors::active(&state.gateway, uids).await;
    page.content_mut().iter_mut().zip(active).for_each(|(row, active)| row.online = active > 0);
    Ok(Success::new(page))
}

/// Whom to ask to chat: a visitor by its uid, or the one of a conversation.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct InviteVisitorRequest {
    #[serde(flatten)]
    thread: ThreadName,
    /// A visitor, who is asked in its conversation with the agent.
    visitor_uid: Option<Uid>,
    /// What the visitor reads.
    #[serde(default)]
    content: String,
    /// Names the question.
    uid: Option<String>,
}

async fn invite(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<InviteVisitorRequest>,
) -> Result<Success<MessageJson>, AppError> {
    let (desk, now) = (&state.gateway.desk, timestamp());
    let uid = key.or(request.uid.as_deref()).into_uid();
    let decided = match request.visitor_uid {
        Some(visitor) => desk.invite_visitor_to(&principal, &visitor, (uid, request.content), now).await?,
        None => {
            let conversation = request.thread.find(&state, &principal).await?;
            let asked = (uid, &json!(request.content));
            desk.command(&principal, conversation.topic.as_str(), Command::InviteVisitor, asked, now).await?
        }
    };
    message::told(&state, &decided).await
}

/// Which question is taken back.
#[derive(Deserialize, JsonSchema)]
struct CancelVisitorInvitation {
    #[serde(flatten)]
    thread: ThreadName,
    /// The INVITE_VISITOR; may be left out.
    #[serde(alias = "messageUid")]
    uid: Option<String>,
}

async fn cancel(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<CancelVisitorInvitation>,
) -> Result<Success<MessageJson>, AppError> {
    let desk = &state.gateway.desk;
    let conversation = request.thread.find(&state, &principal).await?;
    let content = json!({ "uid": request.uid });
    let asked = (key.into_uid(), &content);
    let topic = conversation.topic.as_str();
    let decided = desk.command(&principal, topic, Command::CancelVisitorInvitation, asked, timestamp()).await?;
    message::told(&state, &decided).await
}
