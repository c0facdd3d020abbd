//! What administrators do with channels: make, list, set up, drop, and give another secret.

use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use deskwire_desk::{Channel, ChannelSettings, DeskError, NewChannel};
use deskwire_model::{Role, Uid};
use deskwire_store::ChannelSecret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::IdempotencyKey;
use crate::{
    connection::timestamp,
    http::{
        AppError, Audited, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            page::{Page, PageRequest},
        },
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Channels")
        .get("/api/v1/channel/query/org", all, "Lists the channels of the organisation, the oldest first.")
        .only_for(&[Role::Admin])
        .get("/api/v1/channel/query/uid", one, "Gives a channel.")
        .only_for(&[Role::Admin])
        .post("/api/v1/channel/create", create, "Makes a channel, and tells its secret.")
        .audited(Audited::as_action("channel.create").on(&["uid"]).telling(&["name"]))
        .only_for(&[Role::Admin])
        .post("/api/v1/channel/update", update, "Changes the name or some of the settings of a channel.")
        .audited(Audited::as_action("channel.change").on(&["uid"]).telling(&["name"]))
        .only_for(&[Role::Admin])
        .post("/api/v1/channel/delete", delete, "Drops a channel.")
        .audited(Audited::as_action("channel.drop").on(&["uid"]))
        .only_for(&[Role::Admin])
        .post("/api/v1/channel/secret", renew, "Gives a channel another secret, and tells it.")
        .audited(Audited::as_action("channel.secret").on(&["uid"]))
        .only_for(&[Role::Admin])
}

/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// A new secret, in a form that shops can keep in their configuration: `dwid_` and Base64.
pub(crate) fn random_secret() -> Result<ChannelSecret, getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(ChannelSecret::new(format!("dwid_{}", URL_SAFE_NO_PAD.encode(bytes))))
}

/// A channel, for administrators.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ChannelRow {
    /// What stands on the shop's pages.
    uid: Uid,
    /// What administrators call it.
    name: String,
    org_uid: Uid,
    settings: ChannelSettings,
    created_at: String,
    updated_at: String,
    /// The key of what the shop signs; told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

fn row(state: &ApiState, channel: Channel) -> ChannelRow {
    let time = |at| state.gateway.desk.renderer().local_time(at);
    ChannelRow {
        created_at: time(channel.created_at),
        updated_at: time(channel.updated_at),
        uid: channel.uid,
        name: channel.name,
        org_uid: channel.org,
        settings: channel.settings,
        secret: None,
    }
}

fn row_with_secret(state: &ApiState, channel: Channel) -> ChannelRow {
    let secret = channel.secret.expose().to_owned();
    ChannelRow { secret: Some(secret), ..row(state, channel) }
}

async fn all(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Success<Page<ChannelRow>>, AppError> {
    let all = state.gateway.desk.channels(&principal).await?;
    let total = all.len() as u64;
    let skipped = usize::try_from(request.skipped()).unwrap_or(usize::MAX);
    let shown = all.into_iter().skip(skipped).take(request.size() as usize);
    Ok(Success::new(Page::new(shown.map(|channel| row(&state, channel)).collect(), request, total)))
}

#[derive(Deserialize, JsonSchema)]
struct ChannelName {
    /// The channel.
    uid: Uid,
}

async fn one(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<ChannelName>,
) -> Result<Success<ChannelRow>, AppError> {
    let channel = state.gateway.desk.own_channel(&principal, &request.uid).await?;
    Ok(Success::new(row(&state, channel)))
}

#[derive(Deserialize, JsonSchema)]
struct ChannelToMake {
    /// Letters, digits, `-` and `_`; one is made if it is missing.
    uid: Option<Uid>,
    /// What administrators call it.
    name: String,
    /// Its settings, with at least one service.
    #[serde(default)]
    #[schemars(with = "Option<ChannelSettings>")]
    settings: Value,
}

async fn create(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<ChannelToMake>,
) -> Result<Success<ChannelRow>, AppError> {
    // Before anything is said about the request.
    if principal.role != Role::Admin {
        return Err(DeskError::NotAllowed.into());
    }
    let is_named_by_key = key.is_there() && request.uid.is_none();
    let uid = key.names(&principal, request.uid);
    let secret = random_secret().map_err(AppError::internal)?;
    let new = NewChannel {
        uid: uid.clone(),
        name: request.name,
        settings: request.settings,
        secret,
        created_at: timestamp(),
    };
    let (desk, limit) = (&state.gateway.desk, state.gateway.config.channels.per_organisation);
    let channel = match desk.create_channel(&principal, new, limit).await {
        // Nobody else can have this uid: the first request under this key has made it, and its answer was lost.
        Err(DeskError::Taken) if is_named_by_key => desk.own_channel(&principal, &uid).await?,
        created => created?,
    };
    Ok(Success::new(row_with_secret(&state, channel)))
}

#[derive(Deserialize, JsonSchema)]
struct ChannelChange {
    /// The channel.
    uid: Uid,
    /// What administrators call it; what is left out stays.
    name: Option<String>,
    /// The settings that change.
    #[serde(default)]
    #[schemars(with = "Option<ChannelSettings>")]
    settings: Value,
}

async fn update(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<ChannelChange>,
) -> Result<Success<ChannelRow>, AppError> {
    let ChannelChange { uid, name, settings } = request;
    let changed = state.gateway.desk.change_channel(&principal, &uid, (name, &settings), timestamp()).await?;
    Ok(Success::new(row(&state, changed)))
}

async fn delete(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<ChannelName>,
) -> Result<Success<bool>, AppError> {
    state.gateway.desk.drop_channel(&principal, &request.uid).await?;
    Ok(Success::new(true))
}

async fn renew(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<ChannelName>,
) -> Result<Success<ChannelRow>, AppError> {
    let secret = random_secret().map_err(AppError::internal)?;
    let changed = state.gateway.desk.renew_channel_secret(&principal, &request.uid, &secret, timestamp()).await?;
    Ok(Success::new(row_with_secret(&state, changed)))
}
