//! The envelope around every answer: `{"message", "code", "data"}` (`spec/bytedesk.md` §7).

use std::{error::Error, time::Duration};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use deskwire_model::ErrorCode;
use serde::Serialize;

const SUCCESS: i32 = 200;
const FAILURE: i32 = 500;
const NOT_LET_IN: i32 = -1;

#[derive(Serialize)]
struct Envelope<'a, T> {
    message: &'a str,
    code: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorCode>,
    data: T,
}

/// Marks responses that say that something was done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done;

/// A good answer: code 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success<T> {
    message: &'static str,
    data: T,
}

impl<T> Success<T> {
    /// `data` under the message `success`.
    #[must_use]
    pub const fn new(data: T) -> Self {
        Self { message: "success", data }
    }

    /// `data` under a message of its own, as `pong` for a ping.
    #[must_use]
    pub const fn with_message(message: &'static str, data: T) -> Self {
        Self { message, data }
    }
}

impl<T: Serialize> IntoResponse for Success<T> {
    fn into_response(self) -> Response {
        let mut response =
            Json(Envelope { message: self.message, code: SUCCESS, error: None, data: self.data }).into_response();
        response.extensions_mut().insert(Done);
        response
    }
}

/// A bad answer. Its `data` is false.
///
/// Clients take HTTP 400, 401 and 403 for "your token is invalid" (`spec/bytedesk.md` §7), so that only answers that
/// mean it have these.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The request makes no sense or the domain says no: code 500 under HTTP 200.
    #[error("{0}")]
    Refused(String),
    /// The domain says no, for a reason that has a name: as [`Self::Refused`], or under the status of the name.
    #[error("{1}")]
    Named(ErrorCode, String),
    /// No valid token: code -1 under HTTP 401.
    #[error("{0}")]
    Unauthorized(String),
    /// A valid token of somebody who may not do this: code -1 under HTTP 403.
    #[error("{0}")]
    Forbidden(String),
    /// So many failed logins that not even the right password is looked at: code -1 under HTTP 429 with `Retry-After`.
    #[error("too many failed logins, locked for {} s", whole_seconds(*retry_after))]
    Locked {
        /// When to try again.
        retry_after: Duration,
    },
    /// There is no such route: code 404 under HTTP 404.
    #[error("not found")]
    NotFound,
    /// The route has other methods: code 405 under HTTP 405.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The body is over its bound: code 413 under HTTP 413.
    #[error("the request is too large")]
    TooLarge,
    /// Too many requests: code 429 under HTTP 429 with `Retry-After`.
    #[error("too many requests, try again in {} s", whole_seconds(*retry_after))]
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// The answer took too long, or the server is stopping: code 503 under HTTP 503.
    #[error("the server is too busy")]
    Busy,
    /// Our fault; the cause goes to the log, not to the client: code 500 under HTTP 500.
    #[error("internal error")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl AppError {
    /// An [`AppError::Internal`] from any cause.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(_) => ErrorCode::InvalidRequest,
            Self::Named(code, _) => *code,
            Self::Unauthorized(_) => ErrorCode::NotSignedIn,
            Self::Locked { .. } => ErrorCode::Locked,
            Self::Forbidden(_) => ErrorCode::Forbidden,
            Self::NotFound => ErrorCode::NotFound,
            Self::MethodNotAllowed => ErrorCode::MethodNotAllowed,
            Self::TooLarge => ErrorCode::TooLarge,
            Self::TooMany { .. } => ErrorCode::TooFast,
            Self::Busy => ErrorCode::Busy,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        if let Self::Internal(cause) = &self {
            tracing::error!(%cause, "request failed");
        }
        let error = self.code();
        let status = StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let envelope = Envelope { message: &self.to_string(), code: number(error), error: Some(error), data: false };
        let mut response = (status, Json(envelope)).into_response();
        response.extensions_mut().insert(error);
        if let Self::TooMany { retry_after } | Self::Locked { retry_after } = self {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(whole_seconds(retry_after)));
        }
        response
    }
}

/// `code` of the envelope: 500 for what is refused, -1 for who is (`spec/bytedesk.md` §7), else the status.
const fn number(error: ErrorCode) -> i32 {
    match (error, error.http_status()) {
        (ErrorCode::Locked, _) | (_, 401 | 403) => NOT_LET_IN,
        (_, 200) => FAILURE,
        (_, status) => status as i32,
    }
}

/// Rounded up: trying again at that time must work.
fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use serde_json::{Value, json};

    use super::*;

    async fn read(response: Response) -> (u16, Value) {
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn success_has_code_200() {
        let (status, body) = read(Success::new(json!({"uid": "a"})).into_response()).await;
        assert_eq!((status, body), (200, json!({"message": "success", "code": 200, "data": {"uid": "a"}})));
        let (_, body) = read(Success::with_message("pong", 3).into_response()).await;
        assert_eq!(body, json!({"message": "pong", "code": 200, "data": 3}));
    }

    #[tokio::test]
    async fn each_error_has_its_status_and_code() {
        for (error, status, code, name, message) in [
            (AppError::Refused("no such thread".into()), 200, 500, "invalid_request", "no such thread"),
            (AppError::Unauthorized("wrong password".into()), 401, -1, "not_signed_in", "wrong password"),
            (AppError::Forbidden("not yours".into()), 403, -1, "forbidden", "not yours"),
            (AppError::NotFound, 404, 404, "not_found", "not found"),
            (AppError::MethodNotAllowed, 405, 405, "method_not_allowed", "method not allowed"),
            (AppError::TooLarge, 413, 413, "too_large", "the request is too large"),
            (AppError::Busy, 503, 503, "busy", "the server is too busy"),
            (AppError::internal("the disk said something private"), 500, 500, "internal", "internal error"),
        ] {
            let (got_status, body) = read(error.into_response()).await;
            assert_eq!(got_status, status, "{message}");
            assert_eq!(body, json!({"message": message, "code": code, "error": name, "data": false}));
        }
    }

    #[test]
    fn too_many_says_when_to_come_back() {
        let retry_after = Duration::from_millis(1200);
        for error in [AppError::TooMany { retry_after }, AppError::Locked { retry_after }] {
            let response = error.into_response();
            assert_eq!(response.status(), 429);
            assert_eq!(response.headers()[RETRY_AFTER], "2");
        }
    }
}
