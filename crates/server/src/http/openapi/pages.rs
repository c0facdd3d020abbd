//! The routes of the document itself.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderName, header},
    response::Html,
    routing::get,
};
use bytes::Bytes;

use super::{Document, reference};

const JSON_HEADERS: [(HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "application/json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
const PAGE_HEADERS: [(HeaderName, &str); 2] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// `/openapi.json` for programs and `/reference` for people. They are not in the document.
pub fn document_routes<S: Clone + Send + Sync + 'static>(document: &Document) -> Router<S> {
    let json = Bytes::from(document.json().to_string());
    let page: Arc<str> = reference(document).into();
    Router::new()
        .route("/openapi.json", get(async move || (JSON_HEADERS, json)))
        .route("/reference", get(async move || (PAGE_HEADERS, Html(page.to_string()))))
}
