//! What administrators set: services, roles, capacities, weights.

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use deskwire_desk::ServiceSettings;
use deskwire_model::{Role, Uid};
use serde::Deserialize;
use serde_json::Value;

use crate::http::{
    AppError, JsonBody, QueryParams, Success,
    api::{ApiState, caller::AgentCaller, login::AgentUser},
};

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/v1/settings/query", get(settings))
        .route("/api/v1/settings/update", post(change))
        .route("/api/v1/agent/update/duty", post(duty))
        .route("/api/v1/workgroup/update/weight", post(weight))
}

#[derive(Deserialize)]
struct SettingsQuery {
    /// The workgroup or agent.
    uid: Uid,
}

async fn settings(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<SettingsQuery>,
) -> Result<Success<ServiceSettings>, AppError> {
    let settings = state.gateway.desk.settings_of(&principal, &request.uid).await?;
    Ok(Success::new(settings.as_ref().clone()))
}

#[derive(Deserialize)]
struct SettingsChange {
    /// The workgroup or agent.
    uid: Uid,
    /// The settings that change.
    settings: Value,
}

async fn change(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<SettingsChange>,
) -> Result<Success<ServiceSettings>, AppError> {
    let settings = state.gateway.desk.change_settings(&principal, &request.uid, &request.settings).await?;
    Ok(Success::new(settings.as_ref().clone()))
}

#[derive(Deserialize)]
struct DutyRequest {
    uid: Uid,
    role: Role,
    #[serde(alias = "maxThreadCount")]
    capacity: u32,
}

async fn duty(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<DutyRequest>,
) -> Result<Success<Option<AgentUser>>, AppError> {
    let desk = &state.gateway.desk;
    desk.set_duty(&principal, &request.uid, request.role, request.capacity).await?;
    Ok(Success::new(desk.agent(&request.uid).await?.as_ref().map(AgentUser::from)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WeightRequest {
    workgroup_uid: Uid,
    agent_uid: Uid,
    weight: u32,
}

async fn weight(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<WeightRequest>,
) -> Result<Success<bool>, AppError> {
    let desk = &state.gateway.desk;
    desk.set_weight(&principal, &request.workgroup_uid, &request.agent_uid, request.weight).await?;
    Ok(Success::new(true))
}
