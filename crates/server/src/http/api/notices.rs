//! Notices over HTTP: `/api/v1/notices…` for business systems that post them and for agents who have them,
//! `/visitor/api/v1/notices…` for visitors (seed 004).

use std::{num::NonZeroU32, time::Duration};

use axum::{
    Extension, Router,
    extract::State,
    http::HeaderMap,
    routing::{get, post},
};
use deskwire_desk::NoticeDraft;
use deskwire_model::{
    InvalidUid, MessageUid, NoticeContent, NoticeFeed, NoticeId, Principal, Seq, Timestamp, Uid,
    dialect::{self, InvalidReading},
};
use deskwire_store::{NoticeAudience, NoticeChanged, NoticeFilter, NoticeName};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use super::{
    ApiState,
    caller::{self, AgentCaller, Bearer, ServiceCaller, may_send},
    message::raw,
    visitor::at_visitors_pace,
};
use crate::{
    config::NoticesSection,
    http::{AppError, JsonBody, QueryParams, Success},
    listener::Peer,
    telemetry::metrics::Limit,
};

/// Bytes of a menu's name.
const MAX_MENU: usize = 64;
/// The header that names a request, for who does not name the notice in the body.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Notices of a page of the history, if the request does not say, and at most.
const PAGE: usize = 20;
const MAX_PAGE: usize = 100;

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/api/v1/notices", post(post_notice).get(history_of_agent))
        .route("/api/v1/notices/withdraw", post(withdraw))
        .route("/api/v1/notices/feed", get(feed_of_agent))
        .route("/api/v1/notices/read", post(read_by_agent))
}

/// The routes of visitors, whose pages are anywhere.
pub(super) fn visitor_routes() -> Router<ApiState> {
    Router::new()
        .route("/visitor/api/v1/notices", get(history_of_visitor))
        .route("/visitor/api/v1/notices/feed", get(feed_of_visitor))
        .route("/visitor/api/v1/notices/read", post(read_by_visitor))
}

/// How fast service accounts may post.
#[derive(Debug)]
pub struct NoticeRates(DefaultKeyedRateLimiter<Uid>);

impl NoticeRates {
    /// `notices.posts_per_second`, as a lasting rate and as a burst. There are no more keys than accounts.
    #[must_use]
    pub fn new(config: &NoticesSection) -> Self {
        let per_second = NonZeroU32::new(config.posts_per_second).unwrap_or(NonZeroU32::MIN);
        Self(RateLimiter::keyed(Quota::per_second(per_second)))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostRequest {
    #[serde(alias = "userId")]
    user: Option<Uid>,
    role: Option<Audience>,
    #[serde(default)]
    everybody: bool,
    title: Box<str>,
    #[serde(default, alias = "content")]
    text: Box<str>,
    #[serde(default, alias = "handlerUrl")]
    link: Box<str>,
    #[serde(default)]
    menu_key: Box<str>,
    #[serde(default)]
    meta_data: Option<Box<RawValue>>,
    #[serde(alias = "pendingId")]
    business_id: Option<Box<str>>,
    expires_at: Option<i64>,
}

/// The people of an organisation by what they are.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Audience {
    Agent,
    Supervisor,
    Admin,
    Visitor,
}

impl PostRequest {
    /// Whom the notice is for; exactly one of three members says so.
    fn audience(&self) -> Result<NoticeAudience, AppError> {
        match (&self.user, self.role, self.everybody) {
            (Some(user), None, false) => Ok(NoticeAudience::User(user.clone())),
            (None, Some(Audience::Agent), false) => Ok(NoticeAudience::Agents),
            (None, Some(Audience::Supervisor), false) => Ok(NoticeAudience::Supervisors),
            (None, Some(Audience::Admin), false) => Ok(NoticeAudience::Admins),
            (None, Some(Audience::Visitor), false) => Ok(NoticeAudience::Visitors),
            (None, None, true) => Ok(NoticeAudience::Everybody),
            _ => Err(AppError::Refused("exactly one of user, role and everybody must say whom it is for".into())),
        }
    }

    /// The notice, with the name that a header gives it if the body does not.
    fn draft(self, key: Option<Box<str>>, most: usize) -> Result<NoticeDraft, AppError> {
        let audience = self.audience()?;
        let metadata = match &self.meta_data {
            None => Box::default(),
            Some(json) if json.get().starts_with('{') => json.get().into(),
            Some(json) if json.get() == "null" => Box::default(),
            Some(_) => return Err(AppError::Refused("metaData must be an object".into())),
        };
        let business = self.business_id.or(key).map(|name| name_of_notice(&name)).transpose()?;
        let Self { title, text, link, menu_key: menu, .. } = self;
        if title.is_empty() {
            return Err(AppError::Refused("title is empty".into()));
        }
        if menu.len() > MAX_MENU || menu.chars().any(char::is_control) {
            return Err(AppError::Refused(format!("menuKey has at most {MAX_MENU} bytes and no control characters")));
        }
        let content = NoticeContent { menu, title, text, link, metadata };
        if content.len() > most {
            return Err(AppError::Refused(format!("a notice has at most {most} bytes")));
        }
        Ok(NoticeDraft { business, audience, expires: self.expires_at.map(Timestamp), content })
    }
}

fn name_of_notice(name: &str) -> Result<Box<str>, AppError> {
    let refused = |error: InvalidUid| AppError::Refused(format!("businessId: {error}"));
    Ok(MessageUid::new(name).map_err(refused)?.as_str().into())
}

#[derive(Debug, Serialize)]
struct Posted {
    id: String,
    /// How many users have it.
    recipients: u64,
    /// When it was posted first, in milliseconds since 1970.
    timestamp: i64,
    /// Whether it had been posted before.
    repeated: bool,
}

/// From a business system to a user, to all of a role, or to everybody of its organisation.
async fn post_notice(
    State(state): State<ApiState>,
    ServiceCaller(account): ServiceCaller,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Box<RawValue>>,
) -> Result<Success<Posted>, AppError> {
    if state.notice_rates.0.check_key(&account.principal.uid).is_err() {
        state.gateway.metrics.limit_hits(Limit::Rate).increment(1);
        return Err(AppError::TooMany { retry_after: Duration::from_secs(1) });
    }
    let request: PostRequest =
        serde_json::from_str(body.get()).map_err(|error| AppError::Refused(error.to_string()))?;
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()).map(Into::into);
    let draft = request.draft(key, state.gateway.config.notices.bytes)?;
    let user = match &draft.audience {
        NoticeAudience::User(user) => Some(user),
        _ => None,
    };
    let place = format!("user/{}/notices", user.map_or("+", Uid::as_str));
    if !account.may_notify(user) {
        return Err(AppError::Forbidden(format!("no right to send to {place}")));
    }
    may_send(&state, (&account.principal, &peer), &place, body.get().as_bytes())?;
    match state.gateway.notices.post(&account.principal, draft).await? {
        NoticeChanged::Posted { id, at, recipients, repeated, .. } => {
            Ok(Success::new(Posted { id: id.to_string(), recipients, timestamp: at.0, repeated }))
        }
        other => Err(AppError::internal(format!("a post was answered by {other:?}"))),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WithdrawRequest {
    id: Option<String>,
    #[serde(alias = "pendingId")]
    business_id: Option<Box<str>>,
}

/// Takes a notice back that the same account has posted.
async fn withdraw(
    State(state): State<ApiState>,
    ServiceCaller(account): ServiceCaller,
    JsonBody(request): JsonBody<WithdrawRequest>,
) -> Result<Success<()>, AppError> {
    let notice = match (request.id, request.business_id) {
        // What is no number names nothing that was given out.
        (Some(id), None) => NoticeName::Id(NoticeId(id.parse().unwrap_or_default())),
        (None, Some(name)) => NoticeName::Business(name),
        _ => return Err(AppError::Refused("one of id and businessId must say which notice".into())),
    };
    state.gateway.notices.withdraw(&account.principal, notice).await?;
    Ok(Success::new(()))
}

#[derive(Debug, Deserialize)]
struct VisitorQuery {
    uid: Option<String>,
}

async fn feed_of_agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
) -> Result<Success<Box<RawValue>>, AppError> {
    feed(&state, &principal).await
}

async fn feed_of_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(query): QueryParams<VisitorQuery>,
) -> Result<Success<Box<RawValue>>, AppError> {
    feed(&state, &caller::visitor_principal(&state, bearer, query.uid.as_deref()).await?).await
}

/// The frame that who listens has got last.
async fn feed(state: &ApiState, principal: &Principal) -> Result<Success<Box<RawValue>>, AppError> {
    let notices = &state.gateway.notices;
    let feed = notices.feed(principal).await?;
    let online = principal.role.is_staff().then(|| notices.online(principal));
    Ok(Success::new(raw(&state.gateway.desk.renderer().notice_feed(&feed, online))?))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HistoryRequest {
    /// The visitor who asks.
    uid: Option<String>,
    /// Only what is before this position: `next` of the page before.
    before: Option<u64>,
    size: Option<usize>,
    menu_key: Option<Box<str>>,
    #[serde(default)]
    unread: bool,
}

/// A page of notices, newest first.
#[derive(Debug, Serialize)]
struct History {
    content: Vec<Box<RawValue>>,
    /// What to ask for next as `before`; none at the end.
    next: Option<u64>,
}

async fn history_of_agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<HistoryRequest>,
) -> Result<Success<History>, AppError> {
    history(&state, &principal, request).await
}

async fn history_of_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<HistoryRequest>,
) -> Result<Success<History>, AppError> {
    history(&state, &caller::visitor_principal(&state, bearer, request.uid.as_deref()).await?, request).await
}

async fn history(
    state: &ApiState,
    principal: &Principal,
    request: HistoryRequest,
) -> Result<Success<History>, AppError> {
    let size = request.size.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let filter = NoticeFilter { before: request.before.map(Seq), menu: request.menu_key, unread: request.unread };
    let notices = state.gateway.notices.history(principal, &filter, size).await?;
    let next = notices.last().filter(|_| notices.len() == size).map(|oldest| oldest.seq.0);
    let renderer = state.gateway.desk.renderer();
    let content = notices.iter().map(|notice| raw(renderer.notice(notice).as_bytes())).collect::<Result<_, _>>()?;
    Ok(Success::new(History { content, next }))
}

/// How the reader's numbers are now.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    /// How many notices are read now that were not.
    read: u64,
    sys_msg_nums: u64,
    menu_tips_map: Map<String, Value>,
}

async fn read_by_agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(body): JsonBody<Box<RawValue>>,
) -> Result<Success<Read>, AppError> {
    read(&state, &principal, &body).await
}

async fn read_by_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(query): QueryParams<VisitorQuery>,
    JsonBody(body): JsonBody<Box<RawValue>>,
) -> Result<Success<Read>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, query.uid.as_deref()).await?;
    at_visitors_pace(&state, &principal.uid)?;
    read(&state, &principal, &body).await
}

async fn read(state: &ApiState, principal: &Principal, body: &RawValue) -> Result<Success<Read>, AppError> {
    let which = dialect::parse_reading(body.get().as_bytes())?;
    let notices = &state.gateway.notices;
    let read = notices.read(principal, which).await?;
    let feed = notices.feed(principal).await?;
    Ok(Success::new(Read { read, sys_msg_nums: feed.total(), menu_tips_map: menus(&feed) }))
}

fn menus(feed: &NoticeFeed) -> Map<String, Value> {
    let menus = feed.unread.iter().filter(|(menu, _)| !menu.is_empty());
    menus.map(|(menu, unread)| (menu.to_string(), (*unread).into())).collect()
}

impl From<InvalidReading> for AppError {
    fn from(error: InvalidReading) -> Self {
        Self::Refused(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(json: &str, key: Option<&str>) -> Result<NoticeDraft, String> {
        let request: PostRequest = serde_json::from_str(json).map_err(|error| error.to_string())?;
        request.draft(key.map(Into::into), 64).map_err(|error| error.to_string())
    }

    #[test]
    fn a_notice_is_for_exactly_one_audience() {
        let user = NoticeAudience::User(Uid::new("u").unwrap());
        for (members, expected) in [
            (r#""user":"u""#, Some(user.clone())),
            (r#""userId":"u""#, Some(user)),
            (r#""role":"AGENT""#, Some(NoticeAudience::Agents)),
            (r#""role":"SUPERVISOR""#, Some(NoticeAudience::Supervisors)),
            (r#""role":"ADMIN""#, Some(NoticeAudience::Admins)),
            (r#""role":"VISITOR","everybody":false"#, Some(NoticeAudience::Visitors)),
            (r#""everybody":true"#, Some(NoticeAudience::Everybody)),
            (r#""everybody":false"#, None),
            (r#""user":"u","role":"AGENT""#, None),
            (r#""role":"AGENT","everybody":true"#, None),
            (r#""role":"SERVICE""#, None),
            (r#""user":"a/b""#, None),
        ] {
            let drafted = draft(&format!(r#"{{"title":"t",{members}}}"#), None);
            assert_eq!(drafted.map(|draft| draft.audience).ok(), expected, "{members}");
        }
    }

    #[test]
    fn a_notice_is_bounded_and_named_by_body_or_header() {
        for (members, key, expected) in [
            ("", None, Ok(None)),
            ("", Some("k"), Ok(Some("k"))),
            (r#","businessId":"b""#, Some("k"), Ok(Some("b"))),
            (r#","pendingId":"p""#, None, Ok(Some("p"))),
            (r#","businessId":"""#, None, Err("businessId: a uid must not be empty")),
            (r#","metaData":null"#, None, Ok(None)),
            (r#","metaData":[]"#, None, Err("metaData must be an object")),
            (r#","menuKey":"\n""#, None, Err("menuKey has at most 64 bytes and no control characters")),
        ] {
            let drafted = draft(&format!(r#"{{"title":"t","user":"u"{members}}}"#), key);
            let name = drafted.map(|draft| draft.business);
            let expected = expected.map(|name: Option<&str>| name.map(Box::from)).map_err(str::to_owned);
            assert_eq!(name, expected, "{members} {key:?}");
        }
        let sized = |title: usize| draft(&format!(r#"{{"title":"{}","user":"u"}}"#, "x".repeat(title)), None);
        assert!(sized(64).is_ok());
        assert_eq!(sized(65).map(drop), Err("a notice has at most 64 bytes".to_owned()));
        assert_eq!(sized(0).map(drop), Err("title is empty".to_owned()));
        let metadata = draft(r#"{"title":"t","user":"u","metaData":{"b": 1,"a":2}}"#, None).unwrap().content.metadata;
        assert_eq!(metadata.as_ref(), r#"{"b": 1,"a":2}"#, "as it was spelled");
    }
}
