//! Notices over HTTP: `/api/v1/notices…` for business systems that post them and for agents who have them,
//! `/visitor/api/v1/notices…` for visitors (seed 004).

use std::{borrow::Cow, num::NonZeroU32, time::Duration};

use axum::{Extension, extract::State, http::HeaderMap};
use deskwire_desk::NoticeDraft;
use deskwire_model::{
    InvalidUid, MessageUid, NoticeContent, NoticeFeed, NoticeId, Principal, Seq, Timestamp, Uid,
    dialect::{self, InvalidReading},
};
use deskwire_store::{NoticeAudience, NoticeChanged, NoticeFilter, NoticeName};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json, value::RawValue};

use super::{
    ApiState,
    caller::{self, AgentCaller, Bearer, ServiceCaller, may_send},
    shapes::{FeedJson, NoticeJson, raw},
    visitor::at_visitors_pace,
};
use crate::{
    config::NoticesSection,
    http::{AppError, IDEMPOTENCY_KEY, JsonBody, QueryParams, Routes, Success},
    listener::Peer,
    telemetry::metrics::Limit,
};

/// Bytes of a menu's name.
const MAX_MENU: usize = 64;
/// Notices of a page of the history, if the request does not say, and at most.
const PAGE: usize = 20;
const MAX_PAGE: usize = 100;

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Notices")
        .post("/api/v1/notices", post_notice, "Posts a notice to a user, a role or everybody of the organisation.")
        .get("/api/v1/notices", history_of_agent, "Lists the agent's notices, the newest first.")
        .post("/api/v1/notices/withdraw", withdraw, "Takes back a notice.")
        .get("/api/v1/notices/feed", feed_of_agent, "Gives the frame that the agent's pages are shown.")
        .post("/api/v1/notices/read", read_by_agent, "Marks notices as read.")
}

/// The routes of visitors, whose pages are anywhere.
pub(super) fn visitor_routes() -> Routes<ApiState> {
    Routes::about("Visitors")
        .get("/visitor/api/v1/notices", history_of_visitor, "Lists the visitor's notices, the newest first.")
        .get("/visitor/api/v1/notices/feed", feed_of_visitor, "Gives the frame that the visitor's pages are shown.")
        .post("/visitor/api/v1/notices/read", read_by_visitor, "Marks notices as read.")
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

#[derive(Debug, Deserialize, JsonSchema)]
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
    #[schemars(with = "Option<Map<String, Value>>")]
    meta_data: Option<Box<RawValue>>,
    #[serde(alias = "pendingId")]
    business_id: Option<Box<str>>,
    expires_at: Option<i64>,
}

/// The people of an organisation by what they are.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Audience {
    Agent,
    Supervisor,
    Admin,
    Visitor,
}

/// A notice as it was posted: interceptors are asked about these bytes.
#[derive(Deserialize)]
#[serde(transparent)]
struct PostBody(Box<RawValue>);

impl JsonSchema for PostBody {
    fn schema_name() -> Cow<'static, str> {
        "NewNotice".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        PostRequest::json_schema(generator)
    }
}

/// Which notices were read.
#[derive(Deserialize)]
#[serde(transparent)]
struct ReadBody(Box<RawValue>);

impl JsonSchema for ReadBody {
    fn schema_name() -> Cow<'static, str> {
        "NoticesRead".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let id = json!({"type": ["integer", "string"], "description": "The id of a notice."});
        json_schema!({
            "type": "object",
            "properties": {
                "id": id,
                "ids": {"type": "array", "items": id, "maxItems": 999},
                "all": {"type": "boolean", "description": "All of them."},
                "menuKey": {"type": ["string", "null"], "description": "With `all`: those of this menu."},
                "upToSeq": {"type": ["integer", "null"], "minimum": 0, "description": "With `all`: up to this one."},
            },
        })
    }
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

#[derive(Debug, Serialize, JsonSchema)]
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
    JsonBody(body): JsonBody<PostBody>,
) -> Result<Success<Posted>, AppError> {
    if state.notice_rates.0.check_key(&account.principal.uid).is_err() {
        state.gateway.metrics.limit_hits(Limit::Rate).increment(1);
        return Err(AppError::TooMany { retry_after: Duration::from_secs(1) });
    }
    let request: PostRequest =
        serde_json::from_str(body.0.get()).map_err(|error| AppError::Refused(error.to_string()))?;
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
    may_send(&state, (&account.principal, &peer), &place, body.0.get().as_bytes())?;
    match state.gateway.notices.post(&account.principal, draft).await? {
        NoticeChanged::Posted { id, at, recipients, repeated, .. } => {
            Ok(Success::new(Posted { id: id.to_string(), recipients, timestamp: at.0, repeated }))
        }
        other => Err(AppError::internal(format!("a post was answered by {other:?}"))),
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
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

#[derive(Debug, Deserialize, JsonSchema)]
struct VisitorQuery {
    uid: Option<String>,
}

async fn feed_of_agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
) -> Result<Success<FeedJson>, AppError> {
    feed(&state, &principal).await
}

async fn feed_of_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(query): QueryParams<VisitorQuery>,
) -> Result<Success<FeedJson>, AppError> {
    feed(&state, &caller::visitor_principal(&state, bearer, query.uid.as_deref()).await?).await
}

/// The frame that who listens has got last.
async fn feed(state: &ApiState, principal: &Principal) -> Result<Success<FeedJson>, AppError> {
    let notices = &state.gateway.notices;
    let feed = notices.feed(principal).await?;
    let online = principal.role.is_staff().then(|| notices.online(principal));
    Ok(Success::new(FeedJson(raw(&state.gateway.desk.renderer().notice_feed(&feed, online))?)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NoticesQuery {
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
#[derive(Debug, Serialize, JsonSchema)]
struct NoticesAnswer {
    content: Vec<NoticeJson>,
    /// What to ask for next as `before`; none at the end.
    next: Option<u64>,
}

async fn history_of_agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<NoticesQuery>,
) -> Result<Success<NoticesAnswer>, AppError> {
    history(&state, &principal, request).await
}

async fn history_of_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<NoticesQuery>,
) -> Result<Success<NoticesAnswer>, AppError> {
    history(&state, &caller::visitor_principal(&state, bearer, request.uid.as_deref()).await?, request).await
}

async fn history(
    state: &ApiState,
    principal: &Principal,
    request: NoticesQuery,
) -> Result<Success<NoticesAnswer>, AppError> {
    let size = request.size.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let filter = NoticeFilter { before: request.before.map(Seq), menu: request.menu_key, unread: request.unread };
    let notices = state.gateway.notices.history(principal, &filter, size).await?;
    let next = notices.last().filter(|_| notices.len() == size).map(|oldest| oldest.seq.0);
    let renderer = state.gateway.desk.renderer();
    let content = notices
        .iter()
        .map(|notice| raw(renderer.notice(notice).as_bytes()).map(NoticeJson))
        .collect::<Result<_, _>>()?;
    Ok(Success::new(NoticesAnswer { content, next }))
}

/// How the reader's numbers are now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Read {
    /// How many notices are read now that were not.
    read: u64,
    sys_msg_nums: u64,
    #[schemars(with = "std::collections::BTreeMap<String, u64>")]
    menu_tips_map: Map<String, Value>,
}

async fn read_by_agent(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(body): JsonBody<ReadBody>,
) -> Result<Success<Read>, AppError> {
    read(&state, &principal, &body.0).await
}

async fn read_by_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(query): QueryParams<VisitorQuery>,
    JsonBody(body): JsonBody<ReadBody>,
) -> Result<Success<Read>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, query.uid.as_deref()).await?;
    at_visitors_pace(&state, &principal.uid)?;
    read(&state, &principal, &body.0).await
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
