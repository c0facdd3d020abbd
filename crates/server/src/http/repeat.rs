//! Requests that are sent again: `Idempotency-Key` on every POST.
//!
//! What a request does in the store is named in the commit itself, after its key: a message by its uid, what an
//! administrator makes by [`uid_from_key`]. So a repeat finds it there, also if the process was killed between the effect
//! and the answer. Beyond that the answers of the last hours are remembered here, in memory: a repeat gets the same one,
//! and another request under a known key is refused.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use deskwire_model::{ErrorCode, Uid};
use http_body_util::{BodyExt, Limited};
use metrics::counter;
use moka::sync::Cache;

use super::{
    AppError,
    api::{ApiState, shown_by_program},
    envelope::Done,
};
use crate::{auth::service_key::Shown, config::Limits, connection::timestamp, gateway::bearer_token};

/// The header that names a request.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key, in bytes.
pub(super) const MAX_KEY: usize = 255;
/// A program's key, which stands for it as its `Authorization` does.
const SERVICE_KEY: &str = "x-service-key";
/// What an answer takes in memory beside its body.
const ENTRY_BYTES: usize = 256;

type Print = [u8; 32];

/// The answers to requests that had a key, as long as `limits.repeat_s` and `limits.repeat_bytes` say.
#[derive(Debug)]
pub struct Repeats {
    answered: Cache<Print, Arc<Answered>>,
    /// What is being answered: the names of requests, with what they ask.
    under_way: Mutex<HashMap<Print, Print>>,
    body_bytes: usize,
}

#[derive(Debug)]
struct Answered {
    asked: Print,
    status: StatusCode,
    content_type: Option<HeaderValue>,
    body: Bytes,
}

/// What becomes of a request with a key.
enum Begun<'a> {
    First(Turn<'a>),
    Repeat(Arc<Answered>),
    Reused,
    UnderWay,
}

/// The first request under a name; the name is free again when it is gone.
struct Turn<'a> {
    repeats: &'a Repeats,
    name: Print,
    asked: Print,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.repeats.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

impl Repeats {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let weight =
            |_: &Print, answer: &Arc<Answered>| u32::try_from(answer.body.len() + ENTRY_BYTES).unwrap_or(u32::MAX);
        let answered = Cache::builder()
            .weigher(weight)
            .max_capacity(limits.repeat_bytes as u64)
            .time_to_live(limits.repeat_s.duration())
            .build();
        Self { answered, under_way: Mutex::default(), body_bytes: limits.http_body_bytes }
    }

    fn begin(&self, name: Print, asked: Print) -> Begun<'_> {
        // Under one lock, so that of two at once one is the first. An answer is there before its turn is over.
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answered) = self.answered.get(&name) {
            return if answered.asked == asked { Begun::Repeat(answered) } else { Begun::Reused };
        }
        match under_way.entry(name) {
            Entry::Vacant(free) => {
                free.insert(asked);
                Begun::First(Turn { repeats: self, name, asked })
            }
            Entry::Occupied(first) if *first.get() == asked => Begun::UnderWay,
            Entry::Occupied(_) => Begun::Reused,
        }
    }
}

impl IntoResponse for &Answered {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body.clone()).into_response();
        match &self.content_type {
            Some(kind) => response.headers_mut().insert(header::CONTENT_TYPE, kind.clone()),
            None => response.headers_mut().remove(header::CONTENT_TYPE),
        };
        response
    }
}

/// Has a POST with a key done once. What was refused may be tried again under its key.
pub async fn once(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let key = request.headers().get(IDEMPOTENCY_KEY).filter(|_| request.method() == Method::POST);
    let Some(key) = key.map(|key| key.as_bytes().to_vec()) else { return next.run(request).await };
    let Some(caller) = caller(&state, request.headers()) else { return next.run(request).await };
    match answer_once(&state, (&caller, &key), request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn answer_once(
    state: &ApiState,
    (caller, key): (&[u8], &[u8]),
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(AppError::Refused(format!("Idempotency-Key has between 1 and {MAX_KEY} bytes")));
    }
    let (parts, body) = request.into_parts();
    let limit = state.repeats.body_bytes;
    let body = Limited::new(body, limit).collect().await.map_err(|error| match error.downcast::<axum::Error>() {
        Ok(broken) => AppError::Refused(broken.to_string()),
        Err(_) => AppError::TooLarge,
    })?;
    let body = body.to_bytes();
    let name = print(&[caller, key]);
    let target = parts.uri.path_and_query().map_or(parts.uri.path(), |target| target.as_str());
    let asked = print(&[target.as_bytes(), &body]);
    let turn = match state.repeats.begin(name, asked) {
        Begun::First(turn) => turn,
        Begun::Repeat(answered) => {
            counter!("deskwire_http_repeats_total").increment(1);
            return Ok(answered.as_ref().into_response());
        }
        Begun::Reused => {
            let reason = "this Idempotency-Key came with another request before".to_owned();
            return Err(AppError::Named(ErrorCode::KeyReused, reason));
        }
        Begun::UnderWay => {
            let reason = "the first request under this Idempotency-Key is being answered".to_owned();
            return Err(AppError::Named(ErrorCode::KeyInUse, reason));
        }
    };
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if response.extensions().get::<Done>().is_none() {
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(AppError::internal)?.to_bytes();
    let answered = Arc::new(Answered {
        asked: turn.asked,
        status: head.status,
        content_type: head.headers.get(header::CONTENT_TYPE).cloned(),
        body: body.clone(),
    });
    state.repeats.answered.insert(turn.name, answered);
    drop(turn);
    Ok(Response::from_parts(head, Body::from(body)))
}

/// Who asks: a user, whichever token it has now; else what was shown. Who shows nothing is a visitor with its uid. Its
/// writes, the introduction among them, are all named or change nothing when they come again; and an answer must not come
/// to another who makes up the same key.
fn caller(state: &ApiState, headers: &HeaderMap) -> Option<Vec<u8>> {
    let shown = headers.get(SERVICE_KEY).or_else(|| headers.get(header::AUTHORIZATION))?;
    let token = shown.to_str().ok().and_then(bearer_token);
    Some(match token.map(|token| state.gateway.bearer(token)) {
        Some(Ok(identity)) => identity.principal.uid.as_str().into(),
        _ if holds_key(state, headers) => [shown.as_bytes(), b" holds"].concat(),
        _ => shown.as_bytes().into(),
    })
}

/// Whether a service key is shown that lets its holder in. Once it does not, answers that its holder was given are not
/// given again.
fn holds_key(state: &ApiState, headers: &HeaderMap) -> bool {
    let Some((name, secret)) = shown_by_program(headers) else { return false };
    let shown = state.gateway.service_keys.authenticate(&name, secret.as_bytes(), timestamp());
    matches!(shown, Shown::Valid(_))
}

/// A digest of `parts`, which cannot be told by where they end.
fn print(parts: &[&[u8]]) -> Print {
    let mut text = Vec::new();
    for part in parts {
        text.extend_from_slice(&(part.len() as u64).to_be_bytes());
        text.extend_from_slice(part);
    }
    let mut print = Print::default();
    print.copy_from_slice(digest(&SHA256, &text).as_ref());
    print
}

/// The uid of what `maker` makes under `key`: the same whenever the request is sent again.
pub(super) fn uid_from_key(maker: &Uid, key: &str) -> Option<Uid> {
    let print = print(&[b"uid", maker.as_str().as_bytes(), key.as_bytes()]);
    let text: String = print[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    Uid::new(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Print = [1; 32];
    const B: Print = [2; 32];

    fn repeats() -> Repeats {
        Repeats::new(&Limits::default())
    }

    #[test]
    fn one_of_many_is_the_first() {
        let repeats = repeats();
        let Begun::First(turn) = repeats.begin(A, A) else { panic!("nobody was there before") };
        assert!(matches!(repeats.begin(A, A), Begun::UnderWay));
        assert!(matches!(repeats.begin(A, B), Begun::Reused));
        assert!(matches!(repeats.begin(B, A), Begun::First(_)), "another name");
        drop(turn);
        assert!(matches!(repeats.begin(A, B), Begun::First(_)), "what was given up may be another request");
    }

    #[test]
    fn a_repeat_gets_the_answer_and_another_request_does_not() {
        let repeats = repeats();
        let answered =
            Arc::new(Answered { asked: A, status: StatusCode::OK, content_type: None, body: Bytes::from_static(b"x") });
        repeats.answered.insert(A, answered);
        assert!(matches!(repeats.begin(A, A), Begun::Repeat(answer) if answer.body == "x"));
        assert!(matches!(repeats.begin(A, B), Begun::Reused));
    }

    #[test]
    fn a_print_tells_where_parts_end() {
        assert_ne!(print(&[b"ab", b"c"]), print(&[b"a", b"bc"]));
        assert_ne!(print(&[b"a"]), print(&[b"a", b""]));
    }

    #[test]
    fn a_name_is_the_makers_own() {
        let (one, other) = (Uid::new("a").unwrap(), Uid::new("b").unwrap());
        assert_eq!(uid_from_key(&one, "k"), uid_from_key(&one, "k"));
        assert_ne!(uid_from_key(&one, "k"), uid_from_key(&other, "k"));
        assert_ne!(uid_from_key(&one, "k"), uid_from_key(&one, "l"));
    }
}
