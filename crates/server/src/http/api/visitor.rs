//! What visitors call: `/visitor/api/v1/…` (`spec/bytedesk.md` §7.1).

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use axum::{Extension, extract::State};
use deskwire_desk::{Desk, DeskError, Language, ThreadRequest, nameless};
use deskwire_model::{Profile, ThreadType, Uid};
use deskwire_store::Visitor;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{
    ApiState,
    agent::{IdempotencyKey, ThreadName, close_by},
    caller::{self, Bearer},
    identity::ClaimedCustomer,
    introduction::Told,
    message::{self, HistoryRequest, SendRequest},
    page::Page,
    shapes::{MessageJson, ThreadJson},
};
use crate::{
    address::network,
    config::Limits,
    connection::timestamp,
    http::{AppError, JsonBody, QueryParams, Routes, Success},
    listener::Peer,
    telemetry::metrics::Limit,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Visitors")
        .post("/visitor/api/v1/init", init, "Introduces a visitor, or one who comes back.")
        .get("/visitor/api/v1/init", init_by_query, "Introduces a visitor.")
        .deprecated()
        .post("/visitor/api/v1/thread", thread, "Opens the visitor's conversation with an agent or a workgroup.")
        .get("/visitor/api/v1/thread", thread_by_query, "Opens the visitor's conversation.")
        .deprecated()
        .post("/visitor/api/v1/thread/close", close, "Ends a conversation.")
        .post("/visitor/api/v1/message/send", send, "Sends a message.")
        .get("/visitor/api/v1/message/thread/topic", history, "Gives a part of a conversation's messages.")
        .get("/visitor/api/v1/message/unread/count", unread, "Counts what the visitor has not read.")
        .get("/visitor/api/v1/ip", address, "Gives the address from which the caller is seen.")
        .get("/visitor/api/v1/ping", ping, "Answers pong and the number of unread messages.")
}

/// Bytes of what a visitor says of itself: it goes into every message of its conversations.
const MAX_NICKNAME: usize = 128;
const MAX_AVATAR: usize = 2048;
const MAX_CHANNEL: usize = 64;

fn bounded(field: &str, text: &str, limit: usize) -> Result<(), AppError> {
    if text.len() <= limit { Ok(()) } else { Err(AppError::Refused(format!("{field} has at most {limit} bytes"))) }
}

/// How fast visitors may go over HTTP; sockets have a pace of their own.
#[derive(Debug)]
pub struct VisitorRates {
    /// Introductions from one address.
    introductions: DefaultKeyedRateLimiter<IpAddr>,
    /// Questions from one address how a channel looks.
    channels: DefaultKeyedRateLimiter<IpAddr>,
    /// Messages of one visitor.
    messages: DefaultKeyedRateLimiter<Uid>,
}

impl VisitorRates {
    /// `limits.init_per_second` and `limits.visitor_messages_per_second`, as lasting rates and as bursts.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let quota = |per_second| Quota::per_second(NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN));
        Self {
            introductions: RateLimiter::keyed(quota(limits.init_per_second)),
            // Whoever is introduced has asked for the channel before.
            channels: RateLimiter::keyed(quota(limits.init_per_second)),
            messages: RateLimiter::keyed(quota(limits.visitor_messages_per_second)),
        }
    }

    /// Forgets who has been quiet, so that memory is bounded by who called lately.
    pub fn forget_quiet(&self) {
        self.introductions.retain_recent();
        self.introductions.shrink_to_fit();
        self.channels.retain_recent();
        self.channels.shrink_to_fit();
        self.messages.retain_recent();
        self.messages.shrink_to_fit();
    }
}

fn too_fast(state: &ApiState) -> AppError {
    state.gateway.metrics.limit_hits(Limit::Rate).increment(1);
    AppError::TooMany { retry_after: Duration::from_secs(1) }
}

/// Lets a visitor do what costs about as much as a message, at the pace of its messages.
pub(super) fn at_visitors_pace(state: &ApiState, visitor: &Uid) -> Result<(), AppError> {
    if state.rates.messages.check_key(visitor).is_err() { Err(too_fast(state)) } else { Ok(()) }
}

/// Says how a channel looks at the pace at which visitors introduce themselves.
pub(super) fn at_channels_pace(state: &ApiState, address: IpAddr) -> Result<(), AppError> {
    if state.rates.channels.check_key(&network(address)).is_err() { Err(too_fast(state)) } else { Ok(()) }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct InitRequest {
    org_uid: Uid,
    uid: Option<String>,
    visitor_uid: Option<String>,
    #[serde(default)]
    nickname: String,
    #[serde(default)]
    avatar: String,
    #[serde(alias = "client", default)]
    channel: String,
    #[serde(flatten)]
    customer: ClaimedCustomer,
    #[serde(flatten)]
    told: Told,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct InitAnswer {
    uid: String,
    visitor_uid: String,
    nickname: String,
    avatar: String,
    r#type: &'static str,
    channel: String,
    /// What is known of how to reach the visitor; it sees no more of what the desk knows.
    mobile: String,
    email: String,
    org_uid: String,
    /// Whether the shop's server has signed who it is: then it is this visitor on every device.
    verified: bool,
    access_token: String,
}

async fn init_by_query(
    state: State<ApiState>,
    peer: Extension<Peer>,
    key: IdempotencyKey,
    QueryParams(request): QueryParams<InitRequest>,
) -> Result<Success<InitAnswer>, AppError> {
    init(state, peer, key, JsonBody(request)).await
}

/// Introduces a visitor. One that sends the uid it got before is the same visitor, unless it has to be proven who it is; a uid
/// that we did not make is not taken, since whoever knows a visitor's uid is that visitor.
async fn init(
    State(state): State<ApiState>,
    Extension(peer): Extension<Peer>,
    key: IdempotencyKey,
    JsonBody(mut request): JsonBody<InitRequest>,
) -> Result<Success<InitAnswer>, AppError> {
    if state.rates.introductions.check_key(&network(peer.address.ip())).is_err() {
        return Err(too_fast(&state));
    }
    bounded("nickname", &request.nickname, MAX_NICKNAME)?;
    bounded("avatar", &request.avatar, MAX_AVATAR)?;
    bounded("channel", &request.channel, MAX_CHANNEL)?;
    let (desk, now) = (&state.gateway.desk, timestamp());
    let mut told = std::mem::take(&mut request.told).of(&request.nickname, &request.avatar);
    let channel = desk.channel(&request.channel).await?.filter(|channel| channel.org == request.org_uid);
    let customer = std::mem::take(&mut request.customer).prove(channel.as_deref(), &mut told, now)?;
    let known = known_visitor(desk, &request).await?;
    let visitor_uid = request.visitor_uid.take();
    let visitor =
        known.unwrap_or_else(|| new_visitor(key.visitor(&request.org_uid), Language::of_visitor(&told.lang), request));
    let verified = customer.is_some();
    let visitor = match customer {
        Some(customer) => desk.introduce_customer(&visitor, told, &customer, now).await?,
        None => desk.introduce(&visitor, told, now).await?,
    };
    let (mobile, email) = desk.contact_of(&visitor.uid).await?;
    let principal = Desk::visitor_principal(&visitor);
    state.gateway.heard_from(&principal, Some(peer.address.ip()));
    let ttl = state.gateway.config.auth.visitor_token_ttl_s.duration();
    let issued = state
        .gateway
        .tokens
        .issue(&principal, &visitor.profile.nickname, timestamp(), ttl)
        .map_err(AppError::internal)?;
    let uid = visitor.uid.as_str().to_owned();
    Ok(Success::new(InitAnswer {
        // A customer may be another visitor than its client thought.
        visitor_uid: visitor_uid.filter(|_| !verified).unwrap_or_else(|| uid.clone()),
        uid,
        nickname: visitor.profile.nickname,
        avatar: visitor.profile.avatar,
        r#type: "VISITOR",
        channel: visitor.channel,
        mobile,
        email,
        org_uid: visitor.org.as_str().to_owned(),
        verified,
        access_token: issued.token,
    }))
}

/// The visitor whose uid the request repeats, if it is one of the same organisation who need not be proven.
async fn known_visitor(desk: &Desk, request: &InitRequest) -> Result<Option<Visitor>, AppError> {
    let Some(Ok(uid)) = request.uid.as_deref().map(Uid::new) else { return Ok(None) };
    Ok(desk.anonymous_visitor(&uid, &request.org_uid).await?)
}

fn new_visitor(uid: Uid, language: Language, request: InitRequest) -> Visitor {
    // Upstream names nameless visitors by the place of their address, which we do not know.
    let nickname = not_empty(request.nickname).unwrap_or_else(|| nameless(&uid, language));
    let profile = Profile { nickname, avatar: request.avatar };
    Visitor { uid, org: request.org_uid, profile, channel: request.channel }
}

fn not_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OpenRequest {
    uid: Option<String>,
    visitor_uid: Option<String>,
    org_uid: Option<Uid>,
    /// 0 or `AGENT`, 1 or `WORKGROUP`.
    #[serde(alias = "t", deserialize_with = "number_or_text")]
    #[schemars(with = "ServiceType")]
    r#type: u8,
    sid: Uid,
    #[serde(alias = "client", default)]
    channel: String,
    /// Whether a person is to answer, also where a robot does.
    #[serde(default)]
    #[schemars(with = "Option<bool>")]
    force_agent: Value,
}

/// How the type of a service is spelled.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the shape alone is wanted")]
enum ServiceType {
    Number(u8),
    Text(String),
}

/// Whether `value` says yes, in JSON or as a parameter of a query.
fn says_yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::String(text) => text == "true" || text == "1",
        number => number.as_u64() == Some(1),
    }
}

const WRONG_TYPE: &str = "type must be 0 (agent) or 1 (workgroup)";

/// The type comes as `0`, `"0"` or by name.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NumberOrText {
        Number(u8),
        Text(String),
    }
    let wrong = || serde::de::Error::custom(WRONG_TYPE);
    match NumberOrText::deserialize(deserializer)? {
        NumberOrText::Number(number) => Ok(number),
        NumberOrText::Text(text) => match text.as_str() {
            "AGENT" => Ok(ThreadType::Agent.number()),
            "WORKGROUP" => Ok(ThreadType::Workgroup.number()),
            digits => digits.parse().map_err(|_| wrong()),
        },
    }
}

async fn thread_by_query(
    state: State<ApiState>,
    bearer: Option<Bearer>,
    peer: Extension<Peer>,
    QueryParams(request): QueryParams<OpenRequest>,
) -> Result<Success<MessageJson>, AppError> {
    thread(state, bearer, peer, JsonBody(request)).await
}

async fn thread(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    Extension(peer): Extension<Peer>,
    JsonBody(request): JsonBody<OpenRequest>,
) -> Result<Success<MessageJson>, AppError> {
    bounded("channel", &request.channel, MAX_CHANNEL)?;
    let kind = ThreadType::from_number(request.r#type).ok_or_else(|| AppError::Refused(WRONG_TYPE.into()))?;
    let uid = request.uid.as_deref().or(request.visitor_uid.as_deref());
    let visitor = caller::visitor(&state, bearer, uid).await?;
    state.gateway.heard_from(&Desk::visitor_principal(&visitor), Some(peer.address.ip()));
    if request.org_uid.is_some_and(|org| org != visitor.org) {
        return Err(DeskError::UnknownOrganisation.into());
    }
    let channel = not_empty(request.channel).unwrap_or_else(|| visitor.channel.clone());
    let force_agent = says_yes(&request.force_agent);
    let request = ThreadRequest { visitor, kind, service: request.sid, channel };
    let desk = &state.gateway.desk;
    let greeting = if force_agent {
        desk.request_agent(request, timestamp()).await?
    } else {
        desk.request_thread(request, timestamp()).await?
    };
    Ok(Success::new(MessageJson::rendered(&greeting.message)?))
}

#[derive(Deserialize, JsonSchema)]
struct VisitorCloseRequest {
    #[serde(flatten)]
    thread: ThreadName,
    uid: Option<String>,
}

/// The visitor ends its conversation. Without a token, `uid` is the visitor's.
async fn close(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    Extension(peer): Extension<Peer>,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<VisitorCloseRequest>,
) -> Result<Success<ThreadJson>, AppError> {
    let principal = caller::speaking_visitor(&state, (bearer, &peer), request.uid.as_deref()).await?;
    let conversation = request.thread.find(&state, &principal).await?;
    Ok(Success::new(close_by(&state, &principal, &conversation, key, String::new()).await?))
}

async fn send(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    Extension(peer): Extension<Peer>,
    JsonBody(request): JsonBody<SendRequest>,
) -> Result<Success<String>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, request.claimed_sender().as_deref()).await?;
    at_visitors_pace(&state, &principal.uid)?;
    Ok(Success::new(request.send(&state, &principal, &peer).await?))
}

async fn history(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<HistoryRequest>,
) -> Result<Success<Page<MessageJson>>, AppError> {
    // A thread topic ends with the visitor's uid, so that who knows the topic knows the uid.
    let uid = request.uid.as_deref().or_else(|| request.topic.rsplit('/').next());
    let principal = caller::visitor_principal(&state, bearer, uid).await?;
    let conversation = state.gateway.desk.own_conversation(&principal, &request.topic).await?;
    Ok(Success::new(message::history(&state, &conversation, request.page()?).await?))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct UidQuery {
    uid: Option<String>,
}

async fn unread(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<UidQuery>,
) -> Result<Success<u64>, AppError> {
    let visitor = caller::visitor(&state, bearer, request.uid.as_deref()).await?;
    Ok(Success::new(state.gateway.desk.unread(&visitor.uid).await?))
}

async fn address(Extension(peer): Extension<Peer>) -> Success<String> {
    Success::new(peer.address.ip().to_string())
}

/// Answers `pong` and the unread number.
async fn ping(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<UidQuery>,
) -> Result<Success<u64>, AppError> {
    let visitor = caller::visitor(&state, bearer, request.uid.as_deref()).await?;
    Ok(Success::with_message("pong", state.gateway.desk.unread(&visitor.uid).await?))
}
