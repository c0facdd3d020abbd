//! What administrators set: people, workgroups and their settings, roles, capacities, weights.

use axum::extract::State;
use deskwire_desk::{DeskError, ServiceSettings};
use deskwire_model::{AgentProfile, AgentStatus, Profile, Role, Uid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::IdempotencyKey;
use crate::{
    auth::password::PasswordError,
    http::{
        AppError, Audited, JsonBody, QueryParams, Routes, Success,
        api::{ApiState, caller::AgentCaller, login::AgentUser},
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Administration")
        .get("/api/v1/settings/query", settings, "Gives the settings of a workgroup or an agent.")
        .post("/api/v1/settings/update", change, "Changes some of the settings of a workgroup or an agent.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("settings.change").on(&["uid"]).telling(&["settings"]))
        .post("/api/v1/agent/create", create_agent, "Makes an agent.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("agent.create").on(&["uid"]).telling(&["username", "nickname", "role", "capacity"]))
        .post("/api/v1/agent/update/duty", duty, "Sets an agent's role and capacity.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("agent.duty").on(&["uid"]).telling(&["role", "capacity"]))
        .post("/api/v1/workgroup/create", create_workgroup, "Makes a workgroup.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("workgroup.create").on(&["uid"]).telling(&["name", "agentUids"]))
        .post("/api/v1/workgroup/update/weight", weight, "Sets an agent's share where routing is weighted.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("workgroup.weight").on(&["workgroupUid"]).telling(&["agentUid", "weight"]))
}

#[derive(Deserialize, JsonSchema)]
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

#[derive(Deserialize, JsonSchema)]
struct SettingsChange {
    /// The workgroup or agent.
    uid: Uid,
    /// The settings that change.
    #[schemars(with = "ServiceSettings")]
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

/// Conversations that an agent takes at a time if the request does not say (`spec/bytedesk.md` §8).
const CAPACITY: u32 = 10;

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewAgent {
    /// One is made if it is missing.
    uid: Option<Uid>,
    username: String,
    password: String,
    #[serde(default)]
    nickname: String,
    #[serde(default)]
    avatar: String,
    role: Option<Role>,
    #[serde(alias = "maxThreadCount")]
    capacity: Option<u32>,
}

async fn create_agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<NewAgent>,
) -> Result<Success<AgentUser>, AppError> {
    let role = request.role.unwrap_or(Role::Agent);
    // Hashing is costly: only for who may.
    if principal.role != Role::Admin || !role.is_staff() {
        return Err(DeskError::NotAllowed.into());
    }
    let agent = AgentProfile {
        uid: key.names(&principal, request.uid),
        org: principal.org.clone(),
        username: request.username,
        profile: Profile { nickname: request.nickname, avatar: request.avatar },
        status: AgentStatus::Available,
        capacity: request.capacity.unwrap_or(CAPACITY),
        role,
    };
    let hash = match state.passwords.hash(request.password).await {
        Err(PasswordError::TooLong) => return Err(AppError::Refused("the password is too long".into())),
        hashed => hashed.map_err(AppError::internal)?,
    };
    let desk = &state.gateway.desk;
    match desk.create_agent(&principal, &agent, &hash).await {
        // The first request under this key has made it, and its answer was lost.
        Err(DeskError::Taken) if key.is_there() && desk.agent(&agent.uid).await?.as_ref() == Some(&agent) => {}
        created => created?,
    }
    Ok(Success::new(AgentUser::from(&agent)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewWorkgroup {
    /// One is made if it is missing.
    uid: Option<Uid>,
    #[serde(alias = "nickname")]
    name: String,
    #[serde(default)]
    agent_uids: Vec<Uid>,
}

#[derive(Serialize, JsonSchema)]
struct CreatedWorkgroup {
    uid: Uid,
}

async fn create_workgroup(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<NewWorkgroup>,
) -> Result<Success<CreatedWorkgroup>, AppError> {
    let is_named_by_key = key.is_there() && request.uid.is_none();
    let uid = key.names(&principal, request.uid);
    match state.gateway.desk.create_workgroup(&principal, &uid, &request.name, &request.agent_uids).await {
        // Nobody else can have this uid: the first request under this key has made it, and its answer was lost.
        Err(DeskError::Taken) if is_named_by_key => {}
        created => created?,
    }
    Ok(Success::new(CreatedWorkgroup { uid }))
}

#[derive(Deserialize, JsonSchema)]
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

#[derive(Deserialize, JsonSchema)]
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
