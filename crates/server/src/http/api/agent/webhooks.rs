//! What administrators do with webhooks and robots: make, list, switch and drop them, and look after what they did not hear.

use axum::extract::State;
use deskwire_desk::DeskError;
use deskwire_model::{Role, Uid};
use deskwire_store::{DeadLetter, HookTopic, NewWebhook, Webhook};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IdempotencyKey;
use crate::{
    connection::timestamp,
    http::{
        AppError, Audited, JsonBody, QueryParams, Routes, Success,
        api::{ApiState, caller::AgentCaller},
    },
    webhooks::{Guard, Secret},
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Webhooks")
        .post("/api/v1/webhook/create", create, "Makes a webhook, or a robot for a workgroup.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("webhook.create").on(&["uid"]).telling(&["url", "events", "robotOf"]))
        .get("/api/v1/webhook/query", all, "Lists webhooks.")
        .only_for(&[Role::Admin])
        .post("/api/v1/webhook/update/active", switch, "Switches a webhook on or off.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("webhook.switch").on(&["uid"]).telling(&["active"]))
        .post("/api/v1/webhook/delete", drop_one, "Drops a webhook.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("webhook.drop").on(&["uid"]))
        .get("/api/v1/webhook/dead/query", dead, "Lists what a webhook did not hear.")
        .only_for(&[Role::Admin])
        .post("/api/v1/webhook/dead/replay", replay, "Tells a webhook again what it did not hear.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("webhook.replay").on(&["uid"]).telling(&["event"]).answering(&["replayed"]))
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewHook {
    /// One is made if it is missing.
    uid: Option<Uid>,
    url: String,
    /// Names of topics; all if it is missing.
    events: Option<Vec<String>>,
    /// The workgroup that it answers for, if it is a robot.
    robot_of: Option<Uid>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct HookAnswer {
    uid: Uid,
    url: String,
    events: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    robot_of: Option<Uid>,
    active: bool,
    /// Events that are to be told.
    waiting: u64,
    /// Events that were not kept.
    lost: u64,
    created_at: i64,
    /// The key of its signatures; told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Webhook> for HookAnswer {
    fn from(webhook: Webhook) -> Self {
        let Webhook { hook, active, waiting, lost, .. } = webhook;
        Self {
            uid: hook.uid,
            url: hook.url,
            events: hook.topics.iter().map(|topic| topic.as_str()).collect(),
            robot_of: hook.bot_of,
            active,
            waiting,
            lost,
            created_at: hook.created_at.0,
            secret: None,
        }
    }
}

async fn create(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<NewHook>,
) -> Result<Success<HookAnswer>, AppError> {
    // Before anything is said about the request.
    if principal.role != Role::Admin {
        return Err(DeskError::NotAllowed.into());
    }
    let config = &state.gateway.config.webhooks;
    let url = Guard::new(&config.allowed_networks).url(&request.url);
    let url = url.map_err(|error| AppError::Refused(error.to_string()))?;
    let topic = |name: &String| {
        HookTopic::from_name(name).ok_or_else(|| AppError::Refused(format!("there are no events called {name}")))
    };
    let topics = match (&request.robot_of, &request.events) {
        (Some(_), _) => Vec::new(),
        (None, None) => HookTopic::ALL.to_vec(),
        (None, Some(names)) => names.iter().map(topic).collect::<Result<_, _>>()?,
    };
    let secret = Secret::random().map_err(AppError::internal)?;
    let told = secret.to_text();
    let new = NewWebhook {
        uid: key.names(&principal, request.uid),
        org: principal.org.clone(),
        url: url.into(),
        secret: secret.into_bytes(),
        topics,
        bot_of: request.robot_of,
        created_at: timestamp(),
    };
    let made = state.gateway.desk.create_webhook(&principal, &new, config.per_organisation).await?;
    Ok(Success::new(HookAnswer { secret: Some(told), ..made.into() }))
}

async fn all(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
) -> Result<Success<Vec<HookAnswer>>, AppError> {
    let hooks = state.gateway.desk.webhooks(&principal).await?;
    Ok(Success::new(hooks.into_iter().map(HookAnswer::from).collect()))
}

#[derive(Deserialize, JsonSchema)]
struct Switch {
    uid: Uid,
    active: bool,
}

async fn switch(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<Switch>,
) -> Result<Success<HookAnswer>, AppError> {
    let hook = state.gateway.desk.set_webhook_active(&principal, &request.uid, request.active, timestamp()).await?;
    Ok(Success::new(hook.into()))
}

#[derive(Deserialize, JsonSchema)]
struct WebhookName {
    uid: Uid,
}

async fn drop_one(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<WebhookName>,
) -> Result<Success<bool>, AppError> {
    state.gateway.desk.drop_webhook(&principal, &request.uid, timestamp()).await?;
    Ok(Success::new(true))
}

#[derive(Deserialize, JsonSchema)]
struct DeadQuery {
    uid: Uid,
    /// Only what is older than the letter of this number.
    before: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DeadAnswer {
    /// Its number, for asking on and for having it told again.
    event: i64,
    r#type: &'static str,
    seq: u64,
    attempts: u32,
    timestamp: i64,
    died_at: i64,
    error: String,
}

impl From<DeadLetter> for DeadAnswer {
    fn from(letter: DeadLetter) -> Self {
        let DeadLetter { event, died_at, error } = letter;
        Self {
            event: event.id,
            r#type: event.topic.as_str(),
            seq: event.seq.0,
            attempts: event.attempts,
            timestamp: event.at.0,
            died_at: died_at.0,
            error,
        }
    }
}

async fn dead(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<DeadQuery>,
) -> Result<Success<Vec<DeadAnswer>>, AppError> {
    let letters = state.gateway.desk.dead_letters(&principal, &request.uid, request.before).await?;
    Ok(Success::new(letters.into_iter().map(DeadAnswer::from).collect()))
}

#[derive(Deserialize, JsonSchema)]
struct Replay {
    uid: Uid,
    /// The number of a letter; all if it is missing.
    event: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Replayed {
    replayed: usize,
}

async fn replay(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<Replay>,
) -> Result<Success<Replayed>, AppError> {
    let desk = &state.gateway.desk;
    let replayed = desk.replay_dead_letters(&principal, &request.uid, request.event, timestamp()).await?;
    Ok(Success::new(Replayed { replayed }))
}
