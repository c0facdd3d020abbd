//! Signing out, passwords, and who may sign in (`spec/bytedesk.md` §7.2).

use axum::{Extension, extract::State};
use deskwire_desk::DeskError;
use deskwire_model::{Role, Uid};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    auth::password::PasswordError,
    connection::timestamp,
    http::{
        AppError, Audited, JsonBody, Routes, Success,
        api::{
            ApiState,
            caller::{AgentCaller, TokenCaller},
        },
    },
    listener::Peer,
    telemetry::metrics::Limit,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Signing in")
        .post(
            "/api/v1/user/logout",
            sign_out,
            "Ends the access token that is shown, and the connections that it let in.",
        )
        .post(
            "/api/v1/user/change/password",
            change_password,
            "Changes the caller's password, and ends its other access tokens.",
        )
        .audited(Audited::as_action("agent.password"))
        .post(
            "/api/v1/agent/update/password",
            set_password,
            "Gives an agent another password, and ends its access tokens.",
        )
        .audited(Audited::as_action("agent.password").on(&["uid"]))
        .only_for(&[Role::Admin])
        .post(
            "/api/v1/agent/update/enabled",
            set_enabled,
            "Says whether an agent may sign in, and ends its access tokens.",
        )
        .audited(Audited::as_action("agent.enabled").on(&["uid"]).telling(&["enabled"]))
        .only_for(&[Role::Admin])
}

/// Ends the access token that is shown. Whatever else the agent is signed in by stays.
async fn sign_out(State(state): State<ApiState>, caller: TokenCaller) -> Result<Success<bool>, AppError> {
    state.gateway.sign_out(&caller.principal.uid, &caller.signed_in).await?;
    Ok(Success::new(true))
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

/// The hash of a new password, if it may be one.
async fn hashed(state: &ApiState, password: String) -> Result<String, AppError> {
    if password.len() < MIN_PASSWORD {
        return Err(AppError::Refused(format!("a password has at least {MIN_PASSWORD} bytes")));
    }
    match state.passwords.hash(password).await {
        Err(PasswordError::TooLong) => Err(AppError::Refused("the password is too long".into())),
        hashed => hashed.map_err(AppError::internal),
    }
}

/// Changes the caller's own password. A wrong old one counts as a failed login.
async fn change_password(
    State(state): State<ApiState>,
    caller: TokenCaller,
    Extension(peer): Extension<Peer>,
    JsonBody(request): JsonBody<PasswordChange>,
) -> Result<Success<bool>, AppError> {
    let (desk, gateway) = (&state.gateway.desk, &state.gateway);
    let agent = desk.agent(&caller.principal.uid).await?.ok_or(DeskError::NotAllowed)?;
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
    let hash = hashed(&state, request.new_password).await?;
    gateway.change_password(&agent.uid, &hash, Some(&caller.signed_in)).await?;
    Ok(Success::new(true))
}

/// A new password of an agent.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewPassword {
    uid: Uid,
    #[serde(alias = "password")]
    new_password: String,
}

/// Gives an agent of the organisation another password.
async fn set_password(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<NewPassword>,
) -> Result<Success<bool>, AppError> {
    // Hashing is costly: only for who may.
    state.gateway.desk.may_set_sign_in(&principal, &request.uid).await?;
    let hash = hashed(&state, request.new_password).await?;
    state.gateway.change_password(&request.uid, &hash, None).await?;
    Ok(Success::new(true))
}

/// Whether an agent may sign in.
#[derive(Deserialize, JsonSchema)]
struct EnabledRequest {
    uid: Uid,
    enabled: bool,
}

async fn set_enabled(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<EnabledRequest>,
) -> Result<Success<bool>, AppError> {
    state.gateway.set_enabled(&principal, &request.uid, request.enabled).await?;
    Ok(Success::new(request.enabled))
}
