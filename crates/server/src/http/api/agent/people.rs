//! People and workgroups of the organisation: who there is, who is there, and what changes about them
//! (`spec/bytedesk.md` §7.2, §7.3).

use axum::extract::State;
use deskwire_desk::{AutoReply, DeskError};
use deskwire_model::{AgentProfile, AgentStatus, Principal, Profile, Role, Uid};
use deskwire_store::Workgroup;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::seat::agent_status;
use crate::http::{
    AppError, Audited, JsonBody, QueryParams, Routes, Success,
    api::{
        ApiState,
        caller::AgentCaller,
        login::AgentUser,
        page::{Page, PageRequest},
    },
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
        .get("/api/v1/workgroup/query/uid", workgroup, "Gives a workgroup with its agents.")
        .get("/api/v1/workgroup/query/org", workgroups, "Lists the workgroups of the organisation.")
        .post("/api/v1/workgroup/update", update_workgroup, "Changes the name and the agents of a workgroup.")
        .audited(Audited::as_action("workgroup.change").on(&["uid"]).telling(&["name", "nickname", "agentUids"]))
        .post(
            "/api/v1/workgroup/update/status",
            update_workgroup_status,
            "Says whether a workgroup serves anybody, whatever its hours.",
        )
        .audited(Audited::as_action("workgroup.status").on(&["uid"]).telling(&["status"]))
        .only_for(&[Role::Admin])
        .get("/api/v1/connection/presence/list", presence, "Says which of the colleagues are connected.")
}

#[derive(Deserialize, JsonSchema)]
struct PersonQuery {
    #[serde(alias = "userUid")]
    uid: Uid,
}

/// An agent, and whether it is there.
#[derive(Serialize, JsonSchema)]
struct Colleague {
    #[serde(flatten)]
    agent: AgentUser,
    /// Whether it is connected; its status is what it has chosen.
    online: bool,
}

/// `agent` as the list of agents shows it.
fn colleague(state: &ApiState, agent: &AgentProfile) -> Colleague {
    Colleague { agent: AgentUser::from(agent), online: state.gateway.desk.presence().is_online(&agent.uid) }
}

async fn agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PersonQuery>,
) -> Result<Success<Colleague>, AppError> {
    let agent = state.gateway.desk.agent(&request.uid).await?.filter(|agent| agent.org == principal.org);
    let agent = agent.ok_or(DeskError::UnknownService)?;
    Ok(Success::new(colleague(&state, &agent)))
}

async fn agents(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<Colleague>>, AppError> {
    let all = state.gateway.desk.colleagues(&principal).await?;
    Ok(Success::new(Page::of(all, request, |agent| colleague(&state, &agent))))
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

/// A workgroup.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WorkgroupRow {
    uid: Uid,
    nickname: String,
    org_uid: Uid,
    /// AVAILABLE, or OFFLINE when an administrator has closed it.
    status: &'static str,
    /// Its agents, in their order.
    agents: Vec<AgentUser>,
}

impl WorkgroupRow {
    async fn of(state: &ApiState, reader: &Principal, group: Workgroup) -> Result<Self, AppError> {
        let settings = state.gateway.desk.settings_of(reader, &group.uid).await?;
        let status = if settings.available { AgentStatus::Available } else { AgentStatus::Offline };
        let agents = group.members.iter().map(|member| AgentUser::from(&member.agent)).collect();
        Ok(Self { uid: group.uid, nickname: group.name, org_uid: group.org, status: status.as_str(), agents })
    }
}

async fn workgroup(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PersonQuery>,
) -> Result<Success<WorkgroupRow>, AppError> {
    let group = state.gateway.desk.workgroup(&principal, &request.uid).await?;
    Ok(Success::new(WorkgroupRow::of(&state, &principal, group).await?))
}

async fn workgroups(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<WorkgroupRow>>, AppError> {
    let all = state.gateway.desk.workgroups(&principal).await?;
    let total = all.len() as u64;
    let skipped = usize::try_from(request.skipped()).unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    for group in all.into_iter().skip(skipped).take(request.size() as usize) {
        rows.push(WorkgroupRow::of(&state, &principal, group).await?);
    }
    Ok(Success::new(Page::new(rows, request, total)))
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
    let group = state.gateway.desk.change_workgroup(&principal, &uid, name, agent_uids).await?;
    Ok(Success::new(WorkgroupRow::of(&state, &principal, group).await?))
}

/// Whether a workgroup serves anybody.
#[derive(Deserialize, JsonSchema)]
struct WorkgroupStatus {
    uid: Uid,
    /// AVAILABLE; with BUSY, AWAY, REST or OFFLINE it is closed, and visitors leave messages.
    status: String,
}

async fn update_workgroup_status(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<WorkgroupStatus>,
) -> Result<Success<WorkgroupRow>, AppError> {
    if principal.role != Role::Admin {
        return Err(DeskError::NotAllowed.into());
    }
    let desk = &state.gateway.desk;
    let group = desk.workgroup(&principal, &request.uid).await?;
    let status = agent_status(&request.status)?;
    let changes = json!({ "available": status == AgentStatus::Available });
    desk.change_settings(&principal, &group.uid, &changes).await?;
    Ok(Success::new(WorkgroupRow::of(&state, &principal, group).await?))
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
    let row = |agent: AgentProfile| {
        let active_count = desk.presence().everywhere(&agent.uid);
        ColleaguePresence { uid: agent.uid, online: active_count > 0, active_count }
    };
    Ok(Success::new(Page::of(all, request, row)))
}
