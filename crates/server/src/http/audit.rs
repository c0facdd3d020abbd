//! The audit log: whoever changes the service, or tries to, is noted.
//!
//! A route says with [`Routes::audited`](super::Routes::audited) that it is one of these; [`audited`] stands around all of
//! them. An entry is on disk before the answer leaves, so that who was told that something was done finds it in the log.

use std::{collections::HashMap, panic, sync::Arc};

use axum::{
    body::Body,
    extract::{MatchedPath, Query, Request, State},
    http::{HeaderMap, Method, Uri, header::AUTHORIZATION},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use deskwire_model::{ErrorCode, Principal, Uid};
use deskwire_store::NewAuditEntry;
use http_body_util::{BodyExt, Limited};
use serde_json::{Map, Value};

use super::{AppError, api::ApiState, envelope::Done};
use crate::{connection::timestamp, gateway::bearer_token, listener::Peer};

/// Characters of a member of a request that are noted.
const NOTED_CHARS: usize = 1000;

/// What an operation is called in the audit log, and what of it is noted: nothing but what is named here, so that no secret
/// gets there by itself.
#[derive(Clone, Copy, Debug)]
pub struct Audited {
    action: &'static str,
    target: &'static [&'static str],
    told: &'static [&'static str],
    answered: &'static [&'static str],
}

impl Audited {
    /// An action, as `webhook.create`.
    #[must_use]
    pub const fn as_action(action: &'static str) -> Self {
        Self { action, target: &[], told: &[], answered: &[] }
    }

    /// What it is done to is named by the first of these members that the request has, or else the answer.
    #[must_use]
    pub const fn on(self, target: &'static [&'static str]) -> Self {
        Self { target, ..self }
    }

    /// These members of the request are noted.
    #[must_use]
    pub const fn telling(self, told: &'static [&'static str]) -> Self {
        Self { told, ..self }
    }

    /// These members of the answer are noted.
    #[must_use]
    pub const fn answering(self, answered: &'static [&'static str]) -> Self {
        Self { answered, ..self }
    }

    fn details(&self, request: &Value, answer: &Value) -> Map<String, Value> {
        let of = |names: &'static [&'static str], from: &Value| -> Vec<_> {
            names.iter().filter_map(|name| Some(((*name).to_owned(), shortened(from.get(name)?)))).collect()
        };
        of(self.told, request).into_iter().chain(of(self.answered, answer)).collect()
    }

    fn target(&self, request: &Value, answer: &Value) -> Box<str> {
        let named = |from: &Value| self.target.iter().find_map(|name| text(from.get(name)?));
        named(request).or_else(|| named(answer)).unwrap_or_default().chars().take(NOTED_CHARS).collect()
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A value as it is noted: what is long is cut.
fn shortened(value: &Value) -> Value {
    let written = value.to_string();
    if written.chars().count() <= NOTED_CHARS {
        return value.clone();
    }
    let whole = text(value).unwrap_or(written);
    Value::String(whole.chars().take(NOTED_CHARS).chain(['…']).collect())
}

/// The operations that are audited, by path.
pub type Audits = HashMap<&'static str, Vec<(Method, Audited)>>;

/// What [`audited`] works with.
#[derive(Clone, Debug)]
pub struct Auditing {
    /// Where entries go.
    pub state: ApiState,
    /// What is noted.
    pub audits: Arc<Audits>,
}

/// Notes what members of an organisation do over audited routes, and what they are refused there.
pub async fn audited(State(auditing): State<Auditing>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let found = path.and_then(|path| {
        let (template, operations) = auditing.audits.get_key_value(path.as_str())?;
        let (_, audited) = operations.iter().find(|(method, _)| method == request.method())?;
        Some((*template, *audited, caller(&auditing.state, request.headers())?))
    });
    let Some((template, audited, caller)) = found else { return next.run(request).await };
    match note(auditing.state, (template, audited), caller, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// Who asks; visitors and programs are not audited.
fn caller(state: &ApiState, headers: &HeaderMap) -> Option<Principal> {
    let token = headers.get(AUTHORIZATION)?.to_str().ok().and_then(bearer_token)?;
    let principal = state.gateway.bearer(token).ok()?.principal;
    principal.role.is_staff().then_some(principal)
}

async fn note(
    state: ApiState,
    (template, audited): (&'static str, Audited),
    caller: Principal,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, state.gateway.config.limits.http_body_bytes).collect().await;
    let body = body
        .map_err(|error| match error.downcast::<axum::Error>() {
            Ok(broken) => AppError::Refused(broken.to_string()),
            Err(_) => AppError::TooLarge,
        })?
        .to_bytes();
    let asked = asked(template, &parts.uri, &body);
    let address = parts.extensions.get::<Peer>().map(|peer| peer.address.ip().to_string());
    let request = Request::from_parts(parts, Body::from(body));
    // In a task of its own: what was done is noted also when its asker goes away meanwhile.
    let noted = tokio::spawn(async move {
        let (response, answer) = answered(&audited, next.run(request).await).await?;
        let entry = NewAuditEntry {
            org: caller.org,
            at: timestamp(),
            actor: Some(caller.uid),
            action: audited.action.into(),
            target: audited.target(&asked, &answer),
            outcome: outcome(&response).into(),
            address: address.unwrap_or_default().into(),
            details: Value::Object(audited.details(&asked, &answer)).to_string().into(),
        };
        keep(&state, entry).await;
        Ok(response)
    });
    match noted.await {
        Ok(response) => response,
        Err(ended) => match ended.try_into_panic() {
            Ok(panicked) => panic::resume_unwind(panicked),
            Err(_) => Err(AppError::Busy),
        },
    }
}

/// Puts an entry into the log. What was done cannot be undone when that fails.
async fn keep(state: &ApiState, entry: NewAuditEntry) {
    if let Err(error) = state.gateway.desk.note_audit(entry).await {
        tracing::error!(%error, "an entry of the audit log could not be kept");
    }
}

/// Notes that somebody called `username` has signed in as `actor`, or was refused.
pub(super) async fn note_sign_in(
    state: &ApiState,
    org: Uid,
    (username, actor): (&str, Option<Uid>),
    refused: Option<ErrorCode>,
    peer: &Peer,
) {
    let entry = NewAuditEntry {
        org,
        at: timestamp(),
        actor,
        action: "sign_in".into(),
        target: username.chars().take(NOTED_CHARS).collect(),
        outcome: refused.map_or(NewAuditEntry::DONE, ErrorCode::as_str).into(),
        address: peer.address.ip().to_string().into(),
        details: "{}".into(),
    };
    keep(state, entry).await;
}

/// The members of a request: of its path, of what is behind the `?`, and of its body.
fn asked(template: &str, uri: &Uri, body: &Bytes) -> Value {
    let mut members = Map::new();
    for (name, value) in template.split('/').zip(uri.path().split('/')) {
        if let Some(name) = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            members.insert(name.to_owned(), value.into());
        }
    }
    if let Ok(Query(query)) = Query::<HashMap<String, String>>::try_from_uri(uri) {
        members.extend(query.into_iter().map(|(name, value)| (name, value.into())));
    }
    if let Ok(Value::Object(body)) = serde_json::from_slice(body) {
        members.extend(body);
    }
    Value::Object(members)
}

/// The response with the data of the answer, as far as it is needed.
async fn answered(audited: &Audited, response: Response) -> Result<(Response, Value), AppError> {
    let is_needed = !(audited.target.is_empty() && audited.answered.is_empty());
    if !is_needed || response.extensions().get::<Done>().is_none() {
        return Ok((response, Value::Null));
    }
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(AppError::internal)?.to_bytes();
    let data = serde_json::from_slice::<Value>(&body).map(|mut envelope| envelope["data"].take()).unwrap_or_default();
    Ok((Response::from_parts(head, Body::from(body)), data))
}

fn outcome(response: &Response) -> &'static str {
    match response.extensions().get::<ErrorCode>() {
        Some(error) => error.as_str(),
        None if response.status().is_success() => NewAuditEntry::DONE,
        None => ErrorCode::Internal.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CREATE: Audited =
        Audited::as_action("agent.create").on(&["uid", "userUid"]).telling(&["role"]).answering(&["status"]);

    #[test]
    fn nothing_is_noted_but_what_is_named() {
        let request = json!({"role": "ADMIN", "password": "hush", "uid": "ann"});
        let answer = json!({"uid": "other", "status": "AVAILABLE", "token": "hush"});
        assert_eq!(&*CREATE.target(&request, &answer), "ann");
        let details = Value::Object(CREATE.details(&request, &answer));
        assert_eq!(details, json!({"role": "ADMIN", "status": "AVAILABLE"}));
    }

    #[test]
    fn what_the_request_does_not_name_the_answer_names() {
        for (request, answer, expected) in [
            (json!({}), json!({"uid": "made"}), "made"),
            (json!({"userUid": 7}), Value::Null, "7"),
            (json!([1]), json!(false), ""),
            (json!({"uid": {"a": 1}}), Value::Null, ""),
        ] {
            assert_eq!(&*CREATE.target(&request, &answer), expected, "{request} {answer}");
        }
    }

    #[test]
    fn what_is_long_is_cut() {
        let long = json!("喂".repeat(3000));
        let noted = shortened(&long);
        assert_eq!(noted.as_str().map(|text| text.chars().count()), Some(NOTED_CHARS + 1));
        assert_eq!(shortened(&json!([1, "two"])), json!([1, "two"]));
        assert!(shortened(&json!([long])).is_string());
    }

    #[test]
    fn a_request_is_its_path_its_query_and_its_body() {
        let uri = "/black/unblock/v%201?reason=a%20b".parse().unwrap();
        let members = asked("/black/unblock/{visitor}", &uri, &Bytes::from_static(b"{\"reason\":\"c\"}"));
        assert_eq!(members, json!({"visitor": "v%201", "reason": "c"}));
        assert_eq!(asked("/a", &"/a".parse().unwrap(), &Bytes::from_static(b"[1]")), json!({}));
    }
}
