//! What administrators do with the keys of programs: make, list, rename and revoke them.

use axum::extract::State;
use deskwire_desk::DeskError;
use deskwire_model::{Role, Timestamp, Uid};
use deskwire_store::ServiceKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IdempotencyKey;
use crate::{
    auth::service_key::KeySecret,
    connection::timestamp,
    http::{
        AppError, Audited, JsonBody, Routes, Success,
        api::{ApiState, caller::AgentCaller},
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Service keys")
        .post("/api/v1/service-key/create", create, "Makes a service key, and tells its secret.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("service_key.create").on(&["uid"]).telling(&["name", "expiresAt"]))
        .get("/api/v1/service-key/query", all, "Lists service keys, and the accounts of the configuration.")
        .only_for(&[Role::Admin])
        .post("/api/v1/service-key/update/name", rename, "Calls a service key otherwise.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("service_key.rename").on(&["uid"]).telling(&["name"]))
        .post("/api/v1/service-key/delete", revoke, "Revokes a service key, and ends what it has let in.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("service_key.revoke").on(&["uid"]))
}

/// A key by which a program acts as a service of the organisation. Times are milliseconds since 1970.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ServiceKeyRow {
    /// What is shown in front of the secret: the login of STOMP, the user name of MQTT.
    uid: Uid,
    /// What administrators call it.
    name: String,
    /// Whether it is an account of the configuration, which cannot be changed here.
    configured: bool,
    /// How its secret begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<i64>,
    /// The administrator who has made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Uid>,
    /// From when on it lets nobody in; never if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// When it was last shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<i64>,
    /// The secret; told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

fn row(state: &ApiState, key: ServiceKey) -> ServiceKeyRow {
    let used_at = state.gateway.service_keys.used_at(&key.uid).max(key.used_at);
    ServiceKeyRow {
        uid: key.uid,
        name: key.name,
        configured: false,
        prefix: Some(key.start),
        created_at: Some(key.created_at.0),
        created_by: Some(key.created_by),
        expires_at: key.expires_at.map(|at| at.0),
        last_used_at: used_at.map(|at| at.0),
        secret: None,
    }
}

fn configured(name: &Uid) -> ServiceKeyRow {
    ServiceKeyRow {
        uid: name.clone(),
        name: name.to_string(),
        configured: true,
        prefix: None,
        created_at: None,
        created_by: None,
        expires_at: None,
        last_used_at: None,
        secret: None,
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ServiceKeyToMake {
    /// What administrators call it: 1 to 100 characters.
    name: String,
    /// From when on it lets nobody in, in milliseconds since 1970; never if it is missing.
    expires_at: Option<i64>,
}

async fn create(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<ServiceKeyToMake>,
) -> Result<Success<ServiceKeyRow>, AppError> {
    // Before anything is said about the request.
    if principal.role != Role::Admin {
        return Err(DeskError::NotAllowed.into());
    }
    let secret = KeySecret::random().map_err(AppError::internal)?;
    let new = ServiceKey {
        uid: key.names(&principal, None),
        org: principal.org.clone(),
        name: request.name,
        digest: secret.digest(),
        start: secret.start(),
        created_at: timestamp(),
        created_by: principal.uid.clone(),
        expires_at: request.expires_at.map(Timestamp),
        used_at: None,
    };
    let made = state.gateway.create_service_key(&principal, new).await?;
    Ok(Success::new(ServiceKeyRow { secret: Some(secret.into_text()), ..row(&state, made) }))
}

async fn all(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
) -> Result<Success<Vec<ServiceKeyRow>>, AppError> {
    let keys = state.gateway.desk.service_keys(&principal).await?;
    let accounts = state.gateway.services.names_of(&principal.org).into_iter().map(configured);
    Ok(Success::new(keys.into_iter().map(|key| row(&state, key)).chain(accounts).collect()))
}

#[derive(Deserialize, JsonSchema)]
struct ServiceKeyChange {
    /// The key.
    uid: Uid,
    /// What administrators call it: 1 to 100 characters.
    name: String,
}

async fn rename(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<ServiceKeyChange>,
) -> Result<Success<ServiceKeyRow>, AppError> {
    let renamed = state.gateway.desk.rename_service_key(&principal, &request.uid, &request.name).await?;
    Ok(Success::new(row(&state, renamed)))
}

#[derive(Deserialize, JsonSchema)]
struct ServiceKeyName {
    /// The key.
    uid: Uid,
}

async fn revoke(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<ServiceKeyName>,
) -> Result<Success<bool>, AppError> {
    state.gateway.revoke_service_key(&principal, &request.uid).await?;
    Ok(Success::new(true))
}
