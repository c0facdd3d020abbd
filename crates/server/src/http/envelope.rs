//! The envelope around every answer: `{"message", "code", "data"}` (`spec/bytedesk.md` §7).

use std::{error::Error, time::Duration};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde::Serialize;

const SUCCESS: i32 = 200;
const FAILURE: i32 = 500;
const NOT_LET_IN: i32 = -1;

#[derive(Serialize)]
struct Envelope<'a, T> {
    message: &'a str,
    code: i32,
    data: T,
}

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
        Json(Envelope { message: self.message, code: SUCCESS, data: self.data }).into_response()
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
    /// The desk does not take what somebody says, for a reason that clients tell apart: its own code under HTTP 200.
    #[error("{reason}")]
    Declined {
        /// The code.
        code: u16,
        /// Why.
        reason: String,
    },
    /// Wrong password, or no valid token: code -1 under HTTP 401.
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

    fn codes(&self) -> (StatusCode, i32) {
        match self {
            Self::Declined { code, .. } => (StatusCode::OK, i32::from(*code)),
            Self::Refused(_) => (StatusCode::OK, FAILURE),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, NOT_LET_IN),
            Self::Locked { .. } => (StatusCode::TOO_MANY_REQUESTS, NOT_LET_IN),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, NOT_LET_IN),
            Self::NotFound => (StatusCode::NOT_FOUND, 404),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, 405),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, 413),
            Self::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, 429),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, 503),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, FAILURE),
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        if let Self::Internal(cause) = &self {
            tracing::error!(%cause, "request failed");
        }
        let (status, code) = self.codes();
        let envelope = Envelope { message: &self.to_string(), code, data: false };
        let mut response = (status, Json(envelope)).into_response();
        if let Self::TooMany { retry_after } | Self::Locked { retry_after } = self {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(whole_seconds(retry_after)));
        }
        response
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
        for (error, status, code, message) in [
            (AppError::Refused("no such thread".into()), 200, 500, "no such thread"),
            (AppError::Unauthorized("wrong password".into()), 401, -1, "wrong password"),
            (AppError::Forbidden("not yours".into()), 403, -1, "not yours"),
            (AppError::NotFound, 404, 404, "not found"),
            (AppError::MethodNotAllowed, 405, 405, "method not allowed"),
            (AppError::TooLarge, 413, 413, "the request is too large"),
            (AppError::Busy, 503, 503, "the server is too busy"),
            (AppError::internal("the disk said something private"), 500, 500, "internal error"),
        ] {
            let (got_status, body) = read(error.into_response()).await;
            assert_eq!(got_status, status, "{message}");
            assert_eq!(body, json!({"message": message, "code": code, "data": false}));
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
