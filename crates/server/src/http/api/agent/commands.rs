//! Passing conversations on, inviting colleagues and asking for ratings: each request becomes the message that stock clients would send.

use axum::{Router, extract::State, routing::post};
use deskwire_desk::Command;
use deskwire_model::Principal;
use serde_json::{Value, value::RawValue};

use super::{IdempotencyKey, ThreadName};
use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, Success,
        api::{ApiState, caller::AgentCaller, message},
    },
};

/// Each path with what it asks for.
const PATHS: [(&str, Command); 11] = [
    ("/api/v1/thread/transfer/create", Command::Transfer),
    ("/api/v1/thread/transfer/accept", Command::AcceptTransfer),
    ("/api/v1/thread/transfer/reject", Command::RejectTransfer),
    ("/api/v1/thread/transfer/cancel", Command::CancelTransfer),
    ("/api/v1/thread/invite/create", Command::Invite),
    ("/api/v1/thread/invite/accept", Command::AcceptInvitation),
    ("/api/v1/thread/invite/reject", Command::RejectInvitation),
    ("/api/v1/thread/invite/cancel", Command::CancelInvitation),
    ("/api/v1/thread/invite/exit", Command::Leave),
    ("/api/v1/thread/invite/remove", Command::Remove),
    ("/api/v1/thread/rating/invite", Command::InviteRating),
];

pub(super) fn routes() -> Router<ApiState> {
    PATHS.into_iter().fold(Router::new(), |routes, (path, command)| {
        let handler = move |State(state): State<ApiState>,
                            AgentCaller(principal): AgentCaller,
                            key: IdempotencyKey,
                            JsonBody(request): JsonBody<Value>| async move {
            answer(&state, &principal, command, key, request).await
        };
        routes.route(path, post(handler))
    })
}

/// The message that the request has become. Whoever creates something may name it by `uid`; whoever answers names by
/// `uid` what it answers.
async fn answer(
    state: &ApiState,
    principal: &Principal,
    command: Command,
    key: IdempotencyKey,
    request: Value,
) -> Result<Success<Box<RawValue>>, AppError> {
    let thread = ThreadName::read(&request)?;
    let conversation = thread.find(state, principal).await?;
    let creates = matches!(command, Command::Transfer | Command::Invite | Command::InviteRating);
    let uid = key.or(request["uid"].as_str().filter(|_| creates)).into_uid();
    let desk = &state.gateway.desk;
    // What visitors are asked is text; everything else says whom it is about.
    let content = if command == Command::InviteRating { &request["content"] } else { &request };
    let decided = desk.command(principal, conversation.topic.as_str(), command, (uid, content), timestamp()).await?;
    let seq = decided.first().ok_or_else(|| AppError::internal("a command has said nothing"))?;
    Ok(Success::new(message::raw(&desk.entry(&decided.conversation, seq).await?)?))
}
