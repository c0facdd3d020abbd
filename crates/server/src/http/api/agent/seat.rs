//! An agent itself: its profile and whether it takes conversations.

use axum::extract::{Path, State};
use deskwire_model::{AgentStatus, ErrorCode, Uid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    cluster::visitors,
    connection::timestamp,
    http::{
        AppError, JsonBody, Routes, Success,
        api::{ApiState, caller::AgentCaller, login::AgentUser},
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Agents")
        .get("/api/v1/user/profile", profile, "Gives the agent's own profile.")
        .also("/api/v1/agent/query")
        .post("/api/v1/agent/update/status", update_status, "Says whether the agent takes conversations.")
        .get("/api/v1/connection/presence/{user}", presence, "Says whether a user of the organisation is connected.")
}

async fn profile(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
) -> Result<Success<AgentUser>, AppError> {
    let agent = state.gateway.desk.agent(&principal.uid).await?;
    let agent = agent.ok_or_else(|| AppError::Unauthorized("the agent does not exist any more".into()))?;
    Ok(Success::new(AgentUser::from(&agent)))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct StatusRequest {
    status: String,
}

/// The status called `name`.
pub(super) fn agent_status(name: &str) -> Result<AgentStatus, AppError> {
    AgentStatus::from_name(name).ok_or_else(|| {
        let names = AgentStatus::ALL.map(AgentStatus::as_str).join(", ");
        AppError::Refused(format!("status must be one of {names}"))
    })
}

async fn update_status(
    state: State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<StatusRequest>,
) -> Result<Success<AgentUser>, AppError> {
    let status = agent_status(&request.status)?;
    state.gateway.desk.set_agent_status(&principal.uid, status, timestamp()).await?;
    profile(state, AgentCaller(principal)).await
}

/// Whether a user is there.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Presence {
    online: bool,
    /// Connections that keep it so, on all nodes that answer within a second.
    active_count: usize,
}

async fn presence(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    Path(user): Path<String>,
) -> Result<Success<Presence>, AppError> {
    let unknown = || AppError::Named(ErrorCode::UnknownUser, "nobody of this organisation has this uid".into());
    let user = Uid::new(&user).map_err(|_| unknown())?;
    if state.gateway.desk.organisation_of(&user).await? != Some(principal.org) {
        return Err(unknown());
    }
    let active_count = visitors::active(&state.gateway, vec![user]).await.into_iter().sum();
    Ok(Success::new(Presence { online: active_count > 0, active_count }))
}
