//! An agent itself: its profile and whether it takes conversations.

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use deskwire_model::AgentStatus;
use serde::Deserialize;

use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, Success,
        api::{ApiState, caller::AgentCaller, login::AgentUser},
    },
};

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/v1/user/profile", get(profile))
        .route("/api/v1/agent/query", get(profile))
        .route("/api/v1/agent/update/status", post(update_status))
}

async fn profile(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
) -> Result<Success<AgentUser>, AppError> {
    let agent = state.gateway.desk.agent(&principal.uid).await?;
    let agent = agent.ok_or_else(|| AppError::Unauthorized("the agent does not exist any more".into()))?;
    Ok(Success::new(AgentUser::from(&agent)))
}

#[derive(Debug, Deserialize)]
struct StatusRequest {
    status: String,
}

async fn update_status(
    state: State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<StatusRequest>,
) -> Result<Success<AgentUser>, AppError> {
    let status = AgentStatus::from_name(&request.status).ok_or_else(|| {
        let names = AgentStatus::ALL.map(AgentStatus::as_str).join(", ");
        AppError::Refused(format!("status must be one of {names}"))
    })?;
    state.gateway.desk.set_agent_status(&principal.uid, status, timestamp()).await?;
    profile(state, AgentCaller(principal)).await
}
