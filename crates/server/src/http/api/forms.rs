//! Forms that visitors fill in: ratings and messages that they leave. Each becomes the message that stock clients would send (`spec/bytedesk.md` §3,
//! §7.1).

use axum::extract::State;
use deskwire_desk::Command;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ApiState,
    agent::{IdempotencyKey, ThreadName},
    caller::{self, Bearer},
    shapes::MessageJson,
};
use crate::{
    connection::timestamp,
    http::{AppError, JsonBody, Routes, Success},
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Visitors")
        .post("/visitor/api/v1/rating/submit", rate, "Rates a service.")
        .also("/visitor/rating/submit")
        .post("/visitor/api/v1/message/leave/create", leave_message, "Leaves a message for when somebody is there.")
}

/// Which conversation a form is about, and which message it answers.
#[derive(Deserialize, JsonSchema)]
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
        (state, bearer, key): (&ApiState, Option<Bearer>, IdempotencyKey),
        command: Command,
        form: Value,
    ) -> Result<Success<MessageJson>, AppError> {
        let principal = caller::visitor_principal(state, bearer, self.visitor_uid.as_deref()).await?;
        let conversation = self.thread.find(state, &principal).await?;
        let desk = &state.gateway.desk;
        let form = (key.into_uid(), self.message_uid.as_str(), form);
        let decided = desk.submit_form(&principal, conversation.topic.as_str(), command, form, timestamp()).await?;
        let seq = decided.first().ok_or_else(|| AppError::internal("a form has said nothing"))?;
        Ok(Success::new(MessageJson::rendered(&desk.entry(&decided.conversation, seq).await?)?))
    }
}

#[derive(Deserialize, JsonSchema)]
struct RatingForm {
    #[serde(flatten)]
    about: About,
    /// Names the rating.
    uid: Option<String>,
    /// From 1 to 5.
    #[schemars(with = "u8", range(min = 1, max = 5))]
    score: Value,
    /// Whether the question was answered.
    #[serde(default)]
    #[schemars(with = "Option<bool>")]
    resolved: Value,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    content: Value,
}

async fn rate(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<RatingForm>,
) -> Result<Success<MessageJson>, AppError> {
    let form = json!({ "score": request.score, "resolved": request.resolved, "content": request.content });
    let key = key.or(request.uid.as_deref());
    request.about.submit((&state, bearer, key), Command::Rate, form).await
}

#[derive(Deserialize, JsonSchema)]
struct LeaveForm {
    #[serde(flatten)]
    about: About,
    /// Names the message.
    uid: Option<String>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    nickname: Value,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    contact: Value,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    content: Value,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    r#type: Value,
    /// Links to pictures.
    #[serde(default)]
    #[schemars(with = "Option<Vec<String>>")]
    images: Value,
}

async fn leave_message(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<LeaveForm>,
) -> Result<Success<MessageJson>, AppError> {
    let form = json!({
        "nickname": request.nickname,
        "contact": request.contact,
        "content": request.content,
        "type": request.r#type,
        "images": request.images,
    });
    let key = key.or(request.uid.as_deref());
    request.about.submit((&state, bearer, key), Command::LeaveMessage, form).await
}
