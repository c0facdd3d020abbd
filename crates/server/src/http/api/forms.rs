//! Forms that visitors fill in: ratings and messages that they leave. Each becomes the message that stock clients would send (`spec/bytedesk.md` §3,
//! §7.1).

use axum::{Extension, Router, extract::State, routing::post};
use deskwire_desk::Command;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::{
    ApiState,
    agent::{IdempotencyKey, ThreadName},
    caller::{self, Bearer},
    message,
};
use crate::{
    connection::timestamp,
    http::{AppError, JsonBody, Success},
    listener::Peer,
};

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/visitor/api/v1/rating/submit", post(rate))
        .route("/visitor/rating/submit", post(rate))
        .route("/visitor/api/v1/message/leave/create", post(leave_message))
}

/// Which conversation a form is about, and which message it answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    #[serde(flatten)]
    thread: ThreadName,
    /// The visitor who has no token.
    visitor_uid: Option<String>,
    /// The message that asked for it.
    #[serde(default)]
    message_uid: String,
}

impl About {
    /// Sends a form into its conversation; the message as it is in the log.
    async fn submit(
        self,
        (state, caller, key): (&ApiState, (Option<Bearer>, &Peer), IdempotencyKey),
        command: Command,
        form: Value,
    ) -> Result<Success<Box<RawValue>>, AppError> {
        let principal = caller::speaking_visitor(state, caller, self.visitor_uid.as_deref()).await?;
        let conversation = self.thread.find(state, &principal).await?;
        let desk = &state.gateway.desk;
        let form = (key.into_uid(), self.message_uid.as_str(), form);
        let decided = desk.submit_form(&principal, conversation.topic.as_str(), command, form, timestamp()).await?;
        let seq = decided.first().ok_or_else(|| AppError::internal("a form has said nothing"))?;
        Ok(Success::new(message::raw(&desk.entry(&decided.conversation, seq).await?)?))
    }
}

#[derive(Deserialize)]
struct RatingForm {
    #[serde(flatten)]
    about: About,
    /// Names the rating.
    uid: Option<String>,
    score: Value,
    #[serde(default)]
    resolved: Value,
    #[serde(default)]
    content: Value,
}

async fn rate(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    Extension(peer): Extension<Peer>,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<RatingForm>,
) -> Result<Success<Box<RawValue>>, AppError> {
    let form = json!({ "score": request.score, "resolved": request.resolved, "content": request.content });
    let key = key.or(request.uid.as_deref());
    request.about.submit((&state, (bearer, &peer), key), Command::Rate, form).await
}

#[derive(Deserialize)]
struct LeaveForm {
    #[serde(flatten)]
    about: About,
    /// Names the message.
    uid: Option<String>,
    #[serde(default)]
    nickname: Value,
    #[serde(default)]
    contact: Value,
    #[serde(default)]
    content: Value,
    #[serde(default)]
    r#type: Value,
    #[serde(default)]
    images: Value,
}

async fn leave_message(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    Extension(peer): Extension<Peer>,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<LeaveForm>,
) -> Result<Success<Box<RawValue>>, AppError> {
    let form = json!({
        "nickname": request.nickname,
        "contact": request.contact,
        "content": request.content,
        "type": request.r#type,
        "images": request.images,
    });
    let key = key.or(request.uid.as_deref());
    request.about.submit((&state, (bearer, &peer), key), Command::LeaveMessage, form).await
}
