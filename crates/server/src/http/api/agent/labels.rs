//! What agents write on conversations: note and tags for all, and how each keeps it in its own list
//! (`spec/bytedesk.md` §7.3, `thread/update/…`).

use axum::extract::State;
use deskwire_desk::Mark;
use deskwire_model::{Conversation, MessageUid, Principal};
use deskwire_store::VisitorCorrection;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{IdempotencyKey, ThreadName};
use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, Routes, Success,
        api::{ApiState, caller::AgentCaller, shapes::ThreadJson},
    },
};

/// Each path with the member that it needs and what it does; none takes whatever is there.
const PATHS: [(&str, Option<&str>, &str); 11] = [
    ("/api/v1/thread/update", None, "Changes what is written on a conversation and how the agent keeps it."),
    ("/api/v1/thread/update/top", Some("top"), "Keeps a conversation above the others, or not."),
    ("/api/v1/thread/update/star", Some("star"), "Stars a conversation, or not."),
    ("/api/v1/thread/update/mute", Some("mute"), "Keeps a conversation without a sound, or not."),
    (
        "/api/v1/thread/update/hide",
        Some("hide"),
        "Takes a conversation out of the list until something is said, or not.",
    ),
    ("/api/v1/thread/update/fold", Some("fold"), "Folds a conversation away, or not."),
    ("/api/v1/thread/update/unread", Some("unread"), "Marks a conversation as unread, or not."),
    ("/api/v1/thread/update/unread/count", Some("unread"), "Marks a conversation as unread, by a number."),
    ("/api/v1/thread/update/note", Some("note"), "Writes a note on a conversation."),
    ("/api/v1/thread/update/tagList", Some("tagList"), "Sets the tags of a conversation."),
    ("/api/v1/thread/update/user", Some("user"), "Sets how the visitor of a conversation is called."),
];

pub(super) fn routes() -> Routes<ApiState> {
    let routes = PATHS.into_iter().fold(Routes::about("Conversations"), |routes, (path, needed, summary)| {
        let handler = move |State(state): State<ApiState>,
                            AgentCaller(principal): AgentCaller,
                            key: IdempotencyKey,
                            JsonBody(request): JsonBody<ThreadUpdate>| async move {
            update(&state, &principal, key, request.only(needed)?).await
        };
        routes.post(path, handler, summary)
    });
    routes.post(
        "/api/v1/thread/delete",
        delete,
        "Takes a conversation out of the agent's list until something is said in it.",
    )
}

/// What changes about a conversation; what is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
struct ThreadUpdate {
    #[serde(flatten)]
    thread: ThreadName,
    /// The conversation's uid.
    uid: Option<String>,
    /// Above the others in the agent's list.
    top: Option<bool>,
    /// Starred: true, or a colour from 1 to 9.
    star: Option<Value>,
    /// Without a sound.
    mute: Option<bool>,
    /// Out of the agent's list until something is said.
    hide: Option<bool>,
    /// Folded away.
    fold: Option<bool>,
    /// As if the agent had not read it, until it reads on.
    unread: Option<bool>,
    /// Older clients count: more than none is unread.
    unread_count: Option<u64>,
    /// A note for all at the desk.
    note: Option<String>,
    /// All of its tags.
    tag_list: Option<Vec<String>>,
    /// How its visitor is called.
    user: Option<NamedVisitor>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct NamedVisitor {
    nickname: Option<String>,
}

impl ThreadUpdate {
    /// The same with nothing but the member `needed`, which must be there.
    fn only(self, needed: Option<&str>) -> Result<Self, AppError> {
        let Some(needed) = needed else { return Ok(self) };
        let unread = self.unread.or(self.unread_count.map(|count| count > 0));
        let mut one = Self { thread: self.thread, uid: self.uid, ..Self::default() };
        let is_there = match needed {
            "top" => take(&mut one.top, self.top),
            "star" => take(&mut one.star, self.star),
            "mute" => take(&mut one.mute, self.mute),
            "hide" => take(&mut one.hide, self.hide),
            "fold" => take(&mut one.fold, self.fold),
            "unread" => take(&mut one.unread, unread),
            "note" => take(&mut one.note, self.note),
            "tagList" => take(&mut one.tag_list, self.tag_list),
            _ => take(&mut one.user, self.user),
        };
        if is_there { Ok(one) } else { Err(AppError::Refused(format!("{needed} is missing"))) }
    }

    /// How the agent keeps it from now on.
    fn marks(&self) -> Result<Vec<Mark>, AppError> {
        let star = match &self.star {
            None => None,
            Some(Value::Bool(star)) => Some(u8::from(*star)),
            Some(colour) => {
                let colour = colour.as_u64().and_then(|colour| u8::try_from(colour).ok());
                Some(colour.ok_or_else(|| AppError::Refused("star is true, false or from 0 to 9".into()))?)
            }
        };
        let marks = [
            self.top.map(Mark::Top),
            star.map(Mark::Star),
            self.mute.map(Mark::Mute),
            self.fold.map(Mark::Fold),
            self.unread.map(Mark::Unread),
            self.hide.map(Mark::Hide),
        ];
        Ok(marks.into_iter().flatten().collect())
    }
}

fn take<T>(to: &mut Option<T>, from: Option<T>) -> bool {
    *to = from;
    to.is_some()
}

async fn update(
    state: &ApiState,
    by: &Principal,
    key: IdempotencyKey,
    request: ThreadUpdate,
) -> Result<Success<ThreadJson>, AppError> {
    let desk = &state.gateway.desk;
    let found = request.thread.find_or(state, by, request.uid.as_deref()).await?;
    let conversation = desk.own_conversation(by, found.topic.as_str()).await?;
    for mark in request.marks()? {
        desk.mark(by, &conversation, mark).await?;
    }
    let uid = key.into_uid();
    if let Some(nickname) = request.user.and_then(|user| user.nickname) {
        rename(state, by, &conversation, nickname, &uid).await?;
    }
    if request.note.is_some() || request.tag_list.is_some() {
        desk.label(by, &conversation, (request.note, request.tag_list), uid).await?;
    }
    let conversation = desk.own_conversation(by, found.topic.as_str()).await?;
    Ok(Success::new(ThreadJson(desk.listed(&conversation, by).await?)))
}

/// Calls the visitor otherwise. What else the same request changes is another entry, under another name.
async fn rename(
    state: &ApiState,
    by: &Principal,
    conversation: &Conversation,
    nickname: String,
    uid: &MessageUid,
) -> Result<(), AppError> {
    let visitor = conversation.visitor.clone();
    let (mobile, email, note) = (None, None, None);
    let correction = VisitorCorrection { visitor, nickname: Some(nickname), mobile, email, note, tags: None };
    let uid = MessageUid::new(&format!("{uid}-user")).unwrap_or_else(|_| MessageUid::random());
    state.gateway.desk.correct_visitor(by, correction, uid, timestamp()).await?;
    Ok(())
}

/// Takes a conversation out of the agent's list until something is said in it. Nothing that was said is deleted.
async fn delete(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<ThreadUpdate>,
) -> Result<Success<bool>, AppError> {
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    state.gateway.desk.mark(&principal, &conversation, Mark::Hide(true)).await?;
    Ok(Success::new(true))
}
