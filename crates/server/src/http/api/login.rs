//! Signing in: `POST /auth/v1/login` (`spec/bytedesk.md` §7.2).

use axum::{Extension, extract::State};
use deskwire_model::{AgentProfile, ErrorCode, Principal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ApiState;
use crate::{
    auth::password::PasswordError,
    connection::timestamp,
    first_start,
    http::{AppError, JsonBody, Routes, Success, note_sign_in},
    listener::Peer,
    telemetry::metrics::Limit,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Signing in").post("/auth/v1/login", login, "Gives an agent an access token.").post(
        "/auth/v1/login/accessToken",
        resume,
        "Says whose an access token is, if it still lets its agent in.",
    )
}

#[derive(Deserialize, JsonSchema)]
struct LoginRequest {
    username: String,
    password: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LoginAnswer {
    access_token: String,
    user: AgentUser,
}

/// An agent as clients know it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgentUser {
    uid: String,
    username: String,
    nickname: String,
    avatar: String,
    r#type: &'static str,
    role: &'static str,
    status: &'static str,
    /// How many conversations it takes at a time.
    capacity: u32,
    org_uid: String,
    current_organization: Organisation,
}

#[derive(Serialize, JsonSchema)]
struct Organisation {
    uid: String,
}

impl From<&AgentProfile> for AgentUser {
    fn from(agent: &AgentProfile) -> Self {
        Self {
            uid: agent.uid.as_str().to_owned(),
            username: agent.username.clone(),
            nickname: agent.profile.nickname.clone(),
            avatar: agent.profile.avatar.clone(),
            r#type: agent.role.user_type(),
            role: agent.role.as_str(),
            status: agent.status.as_str(),
            capacity: agent.capacity,
            org_uid: agent.org.as_str().to_owned(),
            current_organization: Organisation { uid: agent.org.as_str().to_owned() },
        }
    }
}

async fn login(
    State(state): State<ApiState>,
    Extension(peer): Extension<Peer>,
    JsonBody(request): JsonBody<LoginRequest>,
) -> Result<Success<LoginAnswer>, AppError> {
    let (address, now) = (peer.address.ip(), timestamp());
    state.gateway.lockout.begin(&request.username, address, now).map_err(|locked| {
        state.gateway.metrics.limit_hits(Limit::Login).increment(1);
        AppError::Locked { retry_after: locked.retry_after }
    })?;
    let found = state.gateway.desk.agent_login(&request.username).await?;
    let (agent, stored) = found.map_or((None, None), |(agent, hash)| (Some(agent), Some(hash)));
    let right = match state.passwords.verify(request.password, stored).await {
        Ok(right) => right,
        Err(PasswordError::TooLong) => false,
        Err(error) => return Err(AppError::internal(error)),
    };
    let org = agent.as_ref().map(|agent| agent.org.clone());
    let org = org.map_or_else(first_start::organisation, Ok).map_err(AppError::internal)?;
    let Some(agent) = agent.filter(|_| right) else {
        let refused = Some(ErrorCode::WrongPassword);
        note_sign_in(&state, org, (&request.username, None), refused, &peer).await;
        return Err(AppError::Named(ErrorCode::WrongPassword, "wrong user name or password".into()));
    };
    state.gateway.lockout.succeeded(&request.username, address);
    let principal = Principal { org: agent.org.clone(), uid: agent.uid.clone(), role: agent.role };
    let ttl = state.gateway.config.auth.agent_token_ttl_s.duration();
    let issued = state.gateway.tokens.issue(&principal, &agent.username, now, ttl).map_err(AppError::internal)?;
    note_sign_in(&state, org, (&request.username, Some(agent.uid.clone())), None, &peer).await;
    Ok(Success::new(LoginAnswer { access_token: issued.token, user: AgentUser::from(&agent) }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ResumeRequest {
    access_token: String,
}

/// A client that has kept its token asks whether it is still signed in. No other token is made: this one keeps its end.
async fn resume(
    State(state): State<ApiState>,
    JsonBody(ResumeRequest { access_token }): JsonBody<ResumeRequest>,
) -> Result<Success<LoginAnswer>, AppError> {
    let shown = state.gateway.bearer(&access_token);
    let identity = shown.map_err(|error| AppError::Named(error.code(), error.to_string()))?;
    let agent = state.gateway.desk.agent(&identity.principal.uid).await?;
    let agent = agent.ok_or_else(|| AppError::Forbidden("only agents sign in".into()))?;
    Ok(Success::new(LoginAnswer { access_token, user: AgentUser::from(&agent) }))
}
