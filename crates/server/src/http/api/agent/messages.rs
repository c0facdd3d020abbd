//! Messages of agents over HTTP: sending, whispering, history.

use axum::{Extension, extract::State};
use deskwire_desk::Sender;
use deskwire_model::{MessageType, dialect};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{IdempotencyKey, ThreadName};
use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            message::{self, HistoryRequest, SendRequest},
            page::Page,
            shapes::MessageJson,
        },
    },
    listener::Peer,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Conversations")
        .post("/api/v1/message/rest/send", send, "Sends a message.")
        .get("/api/v1/message/thread/topic", history, "Gives a part of a conversation's messages.")
        .post("/api/v1/thread/whisper", whisper, "Writes a note about a conversation, which its visitor does not see.")
}

async fn send(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    Extension(peer): Extension<Peer>,
    JsonBody(request): JsonBody<SendRequest>,
) -> Result<Success<String>, AppError> {
    Ok(Success::new(request.send(&state, &principal, &peer).await?))
}

async fn history(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<HistoryRequest>,
) -> Result<Success<Page<MessageJson>>, AppError> {
    let conversation = state.gateway.desk.own_conversation(&principal, &request.topic).await?;
    Ok(Success::new(message::history(&state, &conversation, request.page()?).await?))
}

#[derive(Deserialize, JsonSchema)]
struct Whisper {
    #[serde(flatten)]
    thread: ThreadName,
    content: String,
}

/// A note about a conversation, which the visitor does not see.
async fn whisper(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<Whisper>,
) -> Result<Success<Option<MessageJson>>, AppError> {
    let desk = &state.gateway.desk;
    let about = request.thread.find(&state, &principal).await?;
    let notes = desk.own_conversation(&principal, about.notes_topic().as_str()).await?;
    let draft = dialect::compose(key.into_uid(), MessageType::text(), request.content);
    let said = desk.send(Sender { principal: &principal, device: None }, &notes, draft, timestamp()).await?;
    Ok(Success::new(said.map(|said| MessageJson::rendered(&said)).transpose()?))
}
