//! What is wrapped around all routes: bounds, a net under panics, and a span for the log.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{catch_panic::CatchPanicLayer, trace::TraceLayer};

use super::AppError;
use crate::{config::Limits, webhooks::HOOK_HEADER};

/// Wraps `router`, to be called last: body bound, time bound, panics and unknown routes are answered in the envelope.
///
/// The body bound holds for extractors, not for a handler that reads the bare body. The time bound ends when an answer
/// begins, so that it cuts neither upgrades nor streams; a long poll must answer within it. `unhurried` routes have time
/// bounds of their own.
pub fn finish(router: Router, unhurried: Router, limits: &Limits) -> Router {
    let time_limit = limits.http_request_timeout_ms.duration();
    let answer_in_time = move |request: Request, next: Next| answer_in_time(time_limit, request, next);
    router
        .layer(middleware::from_fn(answer_in_time))
        .merge(unhurried)
        .fallback(async || AppError::NotFound)
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(limits.http_body_bytes))
        .layer(middleware::from_fn(no_webhooks))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TraceLayer::new_for_http().make_span_with(span))
}

async fn answer_in_time(limit: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => AppError::Busy.into_response(),
    }
}

/// A webhook that leads to us would have us tell what it makes us tell, without end.
async fn no_webhooks(request: Request, next: Next) -> Response {
    if request.headers().contains_key(HOOK_HEADER) {
        return AppError::Forbidden("a webhook must not lead to a Deskwire".into()).into_response();
    }
    next.run(request).await
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast::<&str>().map_or_else(|_| "no message".to_owned(), |text| (*text).to_owned()),
    };
    AppError::internal(format!("panic: {text}")).into_response()
}

/// The path alone: query strings hold tokens.
fn span<B>(request: &axum::http::Request<B>) -> tracing::Span {
    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Method, StatusCode},
        routing::{get, post},
    };
    use http_body_util::BodyExt;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::*;
    use crate::{
        config::Millis,
        http::{JsonBody, QueryParams, Success, for_any_origin},
    };

    #[derive(serde::Deserialize)]
    struct Page {
        number: u32,
    }

    fn router() -> Router {
        router_with(&Limits { http_body_bytes: 64, ..Limits::default() })
    }

    fn router_with(limits: &Limits) -> Router {
        let visitor = Router::new().route("/visitor/ping", get(async || Success::new(())));
        let routes = Router::new()
            .route("/echo", post(async |JsonBody(value): JsonBody<Value>| Success::new(value)))
            .route("/page", get(async |QueryParams(page): QueryParams<Page>| Success::new(page.number)))
            .route("/panic", get(async || -> Success<()> { panic!("on purpose") }))
            .route("/stuck", get(async || std::future::pending::<Success<()>>().await))
            .merge(for_any_origin(visitor));
        finish(routes, Router::new(), limits)
    }

    fn request(method: Method, path: &str, body: &str) -> Request {
        axum::http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap()
    }

    async fn answer(request: Request) -> (u16, Value) {
        let response = router().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn everything_is_answered_in_the_envelope() {
        let large = format!("\"{}\"", "x".repeat(64));
        for (method, path, body, status, code) in [
            (Method::POST, "/echo", "{\"a\":1}", 200, 200),
            (Method::POST, "/echo", "{\"a\":", 200, 500),
            (Method::POST, "/echo", "", 200, 500),
            (Method::POST, "/echo", large.as_str(), 413, 413),
            (Method::GET, "/page?number=2", "", 200, 200),
            (Method::GET, "/page?number=two", "", 200, 500),
            (Method::GET, "/echo", "", 405, 405),
            (Method::GET, "/nowhere", "", 404, 404),
            (Method::GET, "/panic", "", 500, 500),
        ] {
            let (got, envelope) = answer(request(method, path, body)).await;
            assert_eq!((got, &envelope["code"]), (status, &json!(code)), "{path} {body}: {envelope}");
            assert!(envelope["message"].is_string() && envelope.get("data").is_some(), "{envelope}");
        }
    }

    #[tokio::test]
    async fn a_stuck_handler_is_given_up() {
        let limits = Limits { http_request_timeout_ms: Millis(0), ..Limits::default() };
        let response = router_with(&limits).oneshot(request(Method::GET, "/stuck", "")).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn a_visitor_page_of_any_origin_is_let_in() {
        let mut preflight = request(Method::OPTIONS, "/visitor/ping", "");
        for (name, value) in [
            ("origin", "https://shop.example"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "authorization"),
        ] {
            preflight.headers_mut().insert(name, value.parse().unwrap());
        }
        let response = router().oneshot(preflight).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["access-control-allow-origin"], "https://shop.example");
        assert_eq!(response.headers()["access-control-allow-headers"], "authorization");

        let mut elsewhere = request(Method::GET, "/page?number=1", "");
        elsewhere.headers_mut().insert("origin", "https://shop.example".parse().unwrap());
        let response = router().oneshot(elsewhere).await.unwrap();
        assert!(!response.headers().contains_key("access-control-allow-origin"));
    }
}
