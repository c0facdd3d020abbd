//! People and workgroups of the organisation: who there is, who is there, and what changes about them
//! (`spec/bytedesk.md` §7.2, §7.3).

use axum::{Extension, extract::State};
use deskwire_desk::{AutoReply, DeskError};
use deskwire_model::{Profile, Uid};
use deskwire_store::Workgroup;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    auth::password::PasswordError,
    connection::timestamp,
    http::{
        AppError, Audited, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            login::AgentUser,
            page::{Page, PageRequest},
        },
    },
    listener::Peer,
    telemetry::metrics::Limit,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Agents")
        .get("/api/v1/agent/query/uid", agent, "Gives an agent of the organisation.")
        .also("/api/v1/agent/query/user/uid")
        .get("/api/v1/agent/query/org", agents, "Lists the agents of the organisation.")
        .post("/api/v1/agent/update", update_agent, "Changes how an agent shows itself.")
        .also("/api/v1/agent/update/avatar")
        .also("/api/v1/user/update")
        .audited(Audited::as_action("agent.profile").on(&["uid"]).telling(&["nickname", "avatar"]))
        .post("/api/v1/agent/update/autoreply", auto_reply, "Sets what the agent answers by itself.")
        .audited(Audited::as_action("agent.auto_reply").telling(&["enabled", "type"]))
        .post("/api/v1/user/change/password", change_password, "Changes the caller's password.")
        .audited(Audited::as_action("agent.password"))
        .get("/api/v1/workgroup/query/uid", workgroup, "Gives a workgroup with its agents.")
        .get("/api/v1/workgroup/query/org", workgroups, "Lists the workgroups of the organisation.")
        .post("/api/v1/workgroup/update", update_workgroup, "Changes the name and the agents of a workgroup.")
        .audited(Audited::as_action("workgroup.change").on(&["uid"]).telling(&["name", "nickname", "agentUids"]))
        .get("/api/v1/connection/presence/list", presence, "Says which of the colleagues are connected.")
}

#[derive(Deserialize, JsonSchema)]
struct PersonQuery {
    #[serde(alias = "userUid")]
    uid: Uid,
}

async fn agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PersonQuery>,
) -> Result<Success<AgentUser>, AppError> {
    let agent = state.gateway.desk.agent(&request.uid).await?.filter(|agent| agent.org == principal.org);
    let agent = agent.ok_or(DeskError::UnknownService)?;
    Ok(Success::new(AgentUser::from(&agent)))
}

/// A page of `all`.
fn paged<T, R>(all: Vec<T>, request: PageRequest, row: impl FnMut(T) -> R) -> Page<R> {
    let total = all.len() as u64;
    let skipped = usize::try_from(request.skipped()).unwrap_or(usize::MAX);
    let rows = all.into_iter().skip(skipped).take(request.size() as usize).map(row);
    Page::new(rows.collect(), request, total)
}

async fn agents(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<AgentUser>>, AppError> {
    let all = state.gateway.desk.colleagues(&principal).await?;
    Ok(Success::new(paged(all, request, |agent| AgentUser::from(&agent))))
}

/// How an agent shows itself; what is left out stays. Administrators name another by `uid`.
#[derive(Deserialize, JsonSchema)]
struct AgentUpdate {
    uid: Option<Uid>,
    nickname: Option<String>,
    avatar: Option<String>,
}

async fn update_agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<AgentUpdate>,
) -> Result<Success<AgentUser>, AppError> {
    let AgentUpdate { uid, nickname, avatar } = request;
    let uid = uid.unwrap_or_else(|| principal.uid.clone());
    let change = move |profile: &mut Profile| {
        profile.nickname = nickname.unwrap_or(std::mem::take(&mut profile.nickname));
        profile.avatar = avatar.unwrap_or(std::mem::take(&mut profile.avatar));
    };
    let agent = state.gateway.desk.change_profile(&principal, &uid, change).await?;
    Ok(Success::new(AgentUser::from(&agent)))
}

/// What an agent answers by itself: the members of the setting `autoReply`, or the names that Bytedesk has for them.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AutoReplyRequest {
    /// Whether it does.
    #[serde(alias = "autoReplyEnabled")]
    enabled: Option<bool>,
    /// FIXED or KEYWORD.
    #[serde(alias = "autoReplyType")]
    r#type: Option<Value>,
    /// The fixed text.
    #[serde(alias = "autoReplyContent")]
    content: Option<Value>,
    /// What is answered to which keywords.
    rules: Option<Value>,
    /// Whether only while the service is closed.
    outside_hours: Option<bool>,
    /// How long a rule that has answered is silent in a conversation, in seconds.
    pause_s: Option<u32>,
}

/// Sets what the agent itself answers by itself; what is left out stays.
async fn auto_reply(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<AutoReplyRequest>,
) -> Result<Success<AutoReply>, AppError> {
    let AutoReplyRequest { enabled, r#type, content, rules, outside_hours, pause_s } = request;
    let members = [
        ("enabled", enabled.map(Value::from)),
        ("type", r#type),
        ("content", content),
        ("rules", rules),
        ("outsideHours", outside_hours.map(Value::from)),
        ("pauseS", pause_s.map(Value::from)),
    ];
    let changes = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Ok(Success::new(state.gateway.desk.change_auto_reply(&principal, changes).await?))
}

/// A password, and the one that is to take its place.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PasswordChange {
    old_password: String,
    new_password: String,
}

/// Shortest password, in bytes.
const MIN_PASSWORD: usize = 8;

/// Changes the caller's own password. A wrong old one counts as a failed login.
async fn change_password(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    Extension(peer): Extension<Peer>,
    JsonBody(request): JsonBody<PasswordChange>,
) -> Result<Success<bool>, AppError> {
    let (desk, gateway) = (&state.gateway.desk, &state.gateway);
    let agent = desk.agent(&principal.uid).await?.ok_or(DeskError::NotAllowed)?;
    if request.new_password.len() < MIN_PASSWORD {
        return Err(AppError::Refused(format!("a password has at least {MIN_PASSWORD} bytes")));
    }
    let (address, now) = (peer.address.ip(), timestamp());
    gateway.lockout.begin(&agent.username, address, now).map_err(|locked| {
        gateway.metrics.limit_hits(Limit::Login).increment(1);
        AppError::Locked { retry_after: locked.retry_after }
    })?;
    let stored = desk.password_of(&agent).await?;
    match state.passwords.verify(request.old_password, stored).await {
        Ok(true) => {}
        Ok(false) | Err(PasswordError::TooLong) => return Err(AppError::Refused("the old password is wrong".into())),
        Err(error) => return Err(AppError::internal(error)),
    }
    gateway.lockout.succeeded(&agent.username, address);
    let hash = match state.passwords.hash(request.new_password).await {
        Err(PasswordError::TooLong) => return Err(AppError::Refused("the password is too long".into())),
        hashed => hashed.map_err(AppError::internal)?,
    };
    desk.set_password(&principal, &hash).await?;
    Ok(Success::new(true))
}

/// A workgroup.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WorkgroupRow {
    uid: Uid,
    nickname: String,
    org_uid: Uid,
    /// Its agents, in their order.
    agents: Vec<AgentUser>,
}

impl From<Workgroup> for WorkgroupRow {
    fn from(group: Workgroup) -> Self {
        let agents = group.members.iter().map(|member| AgentUser::from(&member.agent)).collect();
        Self { uid: group.uid, nickname: group.name, org_uid: group.org, agents }
    }
}

async fn workgroup(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PersonQuery>,
) -> Result<Success<WorkgroupRow>, AppError> {
    Ok(Success::new(state.gateway.desk.workgroup(&principal, &request.uid).await?.into()))
}

async fn workgroups(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<WorkgroupRow>>, AppError> {
    let all = state.gateway.desk.workgroups(&principal).await?;
    Ok(Success::new(paged(all, request, WorkgroupRow::from)))
}

/// What changes about a workgroup; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WorkgroupUpdate {
    uid: Uid,
    #[serde(alias = "nickname")]
    name: Option<String>,
    /// All of its agents, in their order. Who stays keeps its weight.
    agent_uids: Option<Vec<Uid>>,
}

async fn update_workgroup(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<WorkgroupUpdate>,
) -> Result<Success<WorkgroupRow>, AppError> {
    let WorkgroupUpdate { uid, name, agent_uids } = request;
    Ok(Success::new(state.gateway.desk.change_workgroup(&principal, &uid, name, agent_uids).await?.into()))
}

/// Whether somebody is there.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ColleaguePresence {
    uid: Uid,
    online: bool,
    /// Connections that keep it so.
    active_count: usize,
}

/// Which of the colleagues are there.
async fn presence(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<ColleaguePresence>>, AppError> {
    let desk = &state.gateway.desk;
    let all = desk.colleagues(&principal).await?;
    let row = |agent: deskwire_model::AgentProfile| {
        let active_count = desk.presence().active(&agent.uid);
        ColleaguePresence { uid: agent.uid, online: active_count > 0, active_count }
    };
    Ok(Success::new(paged(all, request, row)))
}
