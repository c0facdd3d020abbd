//! Messages of agents over HTTP: sending, whispering, history.

use axum::{
    Extension, Router,
    extract::State,
    routing::{get, post},
};
use deskwire_desk::Sender;
use deskwire_model::{MessageType, dialect};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{IdempotencyKey, ThreadName};
use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, QueryParams, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            message::{self, HistoryRequest, SendRequest},
            page::Page,
        },
    },
    listener::Peer,
};

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/v1/message/rest/send", post(send))
        .route("/api/v1/message/thread/topic", get(history))
        .route("/api/v1/thread/whisper", post(whisper))
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
) -> Result<Success<Page<Box<RawValue>>>, AppError> {
    let conversation = state.gateway.desk.own_conversation(&principal, &request.topic).await?;
    Ok(Success::new(message::history(&state, &conversation, request.page()?).await?))
}

#[derive(Deserialize)]
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
) -> Result<Success<Option<Box<RawValue>>>, AppError> {
    let desk = &state.gateway.desk;
    let about = request.thread.find(&state, &principal).await?;
    let notes = desk.own_conversation(&principal, about.notes_topic().as_str()).await?;
    let draft = dialect::compose(key.into_uid(), MessageType::text(), request.content);
    let said = desk.send(Sender { principal: &principal, device: None }, &notes, draft, timestamp()).await?;
    Ok(Success::new(said.map(|said| message::raw(&said)).transpose()?))
}
