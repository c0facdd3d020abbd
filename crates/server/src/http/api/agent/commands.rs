//! Passing conversations on, inviting colleagues and asking for ratings: each request becomes the message that stock clients would send.

use std::borrow::Cow;

use axum::extract::State;
use deskwire_desk::Command;
use deskwire_model::Principal;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use super::{IdempotencyKey, ThreadName};
use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, Routes, Success,
        api::{ApiState, caller::AgentCaller, message, shapes::MessageJson},
    },
};

/// Each path with what it asks for.
const PATHS: [(&str, Command, &str); 11] = [
    ("/api/v1/thread/transfer/create", Command::Transfer, "Offers a conversation to an agent or a workgroup."),
    ("/api/v1/thread/transfer/accept", Command::AcceptTransfer, "Takes a conversation that is offered."),
    ("/api/v1/thread/transfer/reject", Command::RejectTransfer, "Declines a conversation that is offered."),
    ("/api/v1/thread/transfer/cancel", Command::CancelTransfer, "Takes back an offer of a conversation."),
    ("/api/v1/thread/invite/create", Command::Invite, "Asks a colleague to help."),
    ("/api/v1/thread/invite/accept", Command::AcceptInvitation, "Helps in a conversation."),
    ("/api/v1/thread/invite/reject", Command::RejectInvitation, "Declines to help."),
    ("/api/v1/thread/invite/cancel", Command::CancelInvitation, "Takes back an invitation."),
    ("/api/v1/thread/invite/exit", Command::Leave, "Leaves a conversation in which one has helped."),
    ("/api/v1/thread/invite/remove", Command::Remove, "Sends a helping colleague away."),
    ("/api/v1/thread/rating/invite", Command::InviteRating, "Asks the visitor for a rating."),
];

/// Whom or what a command is about, beside its conversation.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[expect(dead_code, reason = "the shape alone is wanted")]
#[derive(Default)]
struct CommandShape {
    #[serde(flatten)]
    thread: ThreadName,
    /// Names what is created, or says what is answered.
    uid: Option<String>,
    /// The agent or workgroup whom it is about; also `receiver`, `agentUid`, `workgroupUid`, `toUserId`.
    receiver_uid: Option<String>,
    /// What is told, or what the visitor is asked.
    content: Option<String>,
}

/// A command as it was sent.
#[derive(Deserialize)]
#[serde(transparent)]
struct CommandRequest(Value);

impl JsonSchema for CommandRequest {
    fn schema_name() -> Cow<'static, str> {
        "CommandRequest".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        CommandShape::json_schema(generator)
    }
}

pub(super) fn routes() -> Routes<ApiState> {
    PATHS.into_iter().fold(Routes::about("Conversations"), |routes, (path, command, summary)| {
        let handler = move |State(state): State<ApiState>,
                            AgentCaller(principal): AgentCaller,
                            key: IdempotencyKey,
                            JsonBody(CommandRequest(request)): JsonBody<CommandRequest>| async move {
            answer(&state, &principal, command, key, request).await
        };
        routes.post(path, handler, summary)
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
) -> Result<Success<MessageJson>, AppError> {
    let thread = ThreadName::read(&request)?;
    let conversation = thread.find(state, principal).await?;
    let creates = matches!(command, Command::Transfer | Command::Invite | Command::InviteRating);
    let uid = key.or(request["uid"].as_str().filter(|_| creates)).into_uid();
    let desk = &state.gateway.desk;
    // What visitors are asked is text; everything else says whom it is about.
    let content = if command == Command::InviteRating { &request["content"] } else { &request };
    let decided = desk.command(principal, conversation.topic.as_str(), command, (uid, content), timestamp()).await?;
    message::told(state, &decided).await
}
