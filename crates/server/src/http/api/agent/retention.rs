//! How long an organisation keeps closed conversations, for its administrators.

use axum::extract::State;
use deskwire_desk::RetentionState;
use deskwire_model::{Principal, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    connection::timestamp,
    http::{
        AppError, Audited, JsonBody, QueryParams, Routes, Success,
        api::{ApiState, caller::AgentCaller},
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Administration")
        .get("/api/v1/retention/query", query, "Says how long closed conversations are kept.")
        .only_for(&[Role::Admin])
        .post("/api/v1/retention/update", update, "Sets how long closed conversations are kept.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("retention.change").telling(&["days"]))
}

#[derive(Deserialize, JsonSchema)]
struct RetentionQuery {
    /// As if so many days were set.
    days: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
struct RetentionChange {
    /// Days that a conversation is kept after it was closed; null for ever.
    days: Option<u32>,
}

/// How long closed conversations are kept.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RetentionAnswer {
    /// Days that a conversation is kept after it was closed; null for ever.
    days: Option<u32>,
    /// The least days that can be set.
    least_days: u32,
    /// The most.
    most_days: u32,
    /// Conversations that are to be deleted at the next look, with the days that were asked about or else set.
    due: usize,
    /// Whether there are more of them than are counted.
    due_has_more: bool,
    /// Seconds from one look for conversations to delete to the next.
    every_s: u64,
}

async fn answer(state: &ApiState, by: &Principal, days: Option<u32>) -> Result<Success<RetentionAnswer>, AppError> {
    let RetentionState { days, least, most, due, has_more } =
        state.gateway.desk.retention(by, days, timestamp()).await?;
    let every_s = state.gateway.config.retention.every_s.0;
    Ok(Success::new(RetentionAnswer { days, least_days: least, most_days: most, due, due_has_more: has_more, every_s }))
}

async fn query(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<RetentionQuery>,
) -> Result<Success<RetentionAnswer>, AppError> {
    answer(&state, &principal, request.days).await
}

async fn update(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<RetentionChange>,
) -> Result<Success<RetentionAnswer>, AppError> {
    state.gateway.desk.set_retention(&principal, request.days).await?;
    answer(&state, &principal, None).await
}
