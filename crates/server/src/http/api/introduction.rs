//! What a visitor's client tells of it when it introduces it, and of the pages that it looks at; being asked to chat; what may be
//! uploaded (`spec/bytedesk.md` §7.1).

use axum::extract::State;
use deskwire_desk::{Command, PageView};
use deskwire_store::VisitorTold;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::{
    ApiState,
    agent::{IdempotencyKey, ThreadName},
    caller::{self, Bearer},
    message,
    shapes::MessageJson,
    visitor::at_visitors_pace,
};
use crate::{
    connection::timestamp,
    http::{AppError, JsonBody, Routes, Success},
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Visitors")
        .get("/visitor/api/v1/upload/security/config", upload_rules, "Says what may be uploaded.")
        .post("/visitor/api/v1/browse", browse, "Notes that a visitor looks at a page.")
        .post("/visitor/api/v1/invite/accept", accept, "Accepts to chat.")
        .post("/visitor/api/v1/invite/reject", reject, "Declines to chat.")
}

/// Text, or a number, a truth value or a document as text; nothing for null.
pub(super) fn any_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// What `init` may tell besides the name and the picture.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Told {
    /// Mobile number.
    #[serde(deserialize_with = "any_text")]
    mobile: String,
    /// E-mail address.
    #[serde(deserialize_with = "any_text")]
    email: String,
    /// What the page has to say about the visitor, for the desk alone.
    #[serde(deserialize_with = "any_text")]
    note: String,
    /// Language.
    #[serde(deserialize_with = "any_text")]
    lang: String,
    /// Browser.
    #[serde(deserialize_with = "any_text")]
    browser: String,
    /// Operating system.
    #[serde(deserialize_with = "any_text")]
    os: String,
    /// Device.
    #[serde(deserialize_with = "any_text")]
    device: String,
    /// Where the visitor came from.
    #[serde(alias = "referer", deserialize_with = "any_text")]
    referrer: String,
    /// The page it is on.
    #[serde(deserialize_with = "any_text")]
    url: String,
    /// The title of that page.
    #[serde(deserialize_with = "any_text")]
    title: String,
    /// What else the page says.
    #[serde(deserialize_with = "any_text")]
    extra: String,
    /// Level as a customer.
    #[serde(deserialize_with = "any_text")]
    vip_level: String,
}

impl Told {
    /// The same, with the name and the picture that the client gives.
    pub(super) fn of(self, nickname: &str, avatar: &str) -> VisitorTold {
        let Self { mobile, email, note, lang, browser, os, device, referrer, url, title, extra, vip_level } = self;
        let (nickname, avatar) = (nickname.to_owned(), avatar.to_owned());
        VisitorTold {
            nickname,
            avatar,
            mobile,
            email,
            note,
            lang,
            browser,
            os,
            device,
            referrer,
            url,
            title,
            extra,
            vip_level,
            ..VisitorTold::default()
        }
    }
}

/// What may be uploaded.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UploadRules {
    /// Bytes of a file.
    max_file_size: u64,
    /// Groups of kinds (`image`, `pdf` …) and media types that may come.
    allowed_types: Vec<String>,
}

/// What may be uploaded, for clients that look before they send.
async fn upload_rules(State(state): State<ApiState>) -> Success<UploadRules> {
    let files = &state.gateway.config.files;
    Success::new(UploadRules { max_file_size: files.max_bytes, allowed_types: files.allowed.0.clone() })
}

/// A page that a visitor looks at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BrowseRequest {
    /// The visitor, if it has no token.
    #[serde(alias = "visitorUid")]
    uid: Option<String>,
    /// The address of the page.
    #[serde(default)]
    url: String,
    /// Its title.
    #[serde(default)]
    title: String,
    /// Where the visitor came from.
    #[serde(alias = "referer", default)]
    referrer: String,
}

/// Notes that a visitor looks at a page: agents see who browses.
async fn browse(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    JsonBody(request): JsonBody<BrowseRequest>,
) -> Result<Success<bool>, AppError> {
    let visitor = caller::visitor(&state, bearer, request.uid.as_deref()).await?;
    at_visitors_pace(&state, &visitor.uid)?;
    let BrowseRequest { url, title, referrer, .. } = request;
    state.gateway.desk.browses(visitor, PageView { url, title, referrer, at: timestamp() });
    Ok(Success::new(true))
}

/// What a visitor says to being asked to chat.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct InvitationAnswer {
    /// The conversation.
    #[serde(flatten)]
    thread: ThreadName,
    /// The visitor, if it has no token.
    visitor_uid: Option<String>,
    /// The INVITE_VISITOR that is answered; may be left out.
    #[serde(alias = "messageUid")]
    uid: Option<String>,
}

async fn accept(
    state: State<ApiState>,
    bearer: Option<Bearer>,
    key: IdempotencyKey,
    request: JsonBody<InvitationAnswer>,
) -> Result<Success<MessageJson>, AppError> {
    answer(state, bearer, key, request, Command::AcceptVisitorInvitation).await
}

async fn reject(
    state: State<ApiState>,
    bearer: Option<Bearer>,
    key: IdempotencyKey,
    request: JsonBody<InvitationAnswer>,
) -> Result<Success<MessageJson>, AppError> {
    answer(state, bearer, key, request, Command::RejectVisitorInvitation).await
}

async fn answer(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<InvitationAnswer>,
    command: Command,
) -> Result<Success<MessageJson>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, request.visitor_uid.as_deref()).await?;
    let conversation = request.thread.find(&state, &principal).await?;
    let content = request.uid.map_or(Value::Null, |uid| json!({ "uid": uid }));
    let desk = &state.gateway.desk;
    let request = (key.into_uid(), &content);
    let decided = desk.command(&principal, conversation.topic.as_str(), command, request, timestamp()).await?;
    message::told(&state, &decided).await
}
