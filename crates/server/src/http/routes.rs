//! The routes that need no domain: `/`, `/healthz`, `/metrics`.

use axum::{
    extract::{FromRef, State},
    http::{HeaderName, header},
    response::Html,
};
use metrics_exporter_prometheus::PrometheusHandle;

use super::Routes;

const LANDING_PAGE: &str = include_str!("landing.html");
const LANDING_HEADERS: [(HeaderName, &str); 2] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];
/// The text format of Prometheus.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `/` says what is running, `/healthz` that it is, `/metrics` how it is.
pub fn base_routes<S>() -> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    PrometheusHandle: FromRef<S>,
{
    Routes::about("Operation")
        .get("/", async || (LANDING_HEADERS, Html(LANDING_PAGE)), "Says what is running.")
        .get("/healthz", async || "ok\n", "Says that it is running.")
        .get("/metrics", metrics, "Says how it is, for Prometheus.")
}

async fn metrics(State(handle): State<PrometheusHandle>) -> ([(HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, METRICS_TYPE)], handle.render())
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::telemetry::metrics::{Metrics, recorder};

    #[tokio::test]
    async fn the_base_routes_answer() {
        let recorder = recorder().unwrap();
        let metrics = ::metrics::with_local_recorder(&recorder, Metrics::register);
        metrics.accepted.increment(7);
        let router = base_routes().into_router().with_state(recorder.handle());
        for (path, kind, text) in [
            ("/", "text/html; charset=utf-8", "Deskwire"),
            ("/healthz", "text/plain; charset=utf-8", "ok"),
            ("/metrics", METRICS_TYPE, "deskwire_sockets_accepted_total 7"),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()["content-type"], kind);
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert!(String::from_utf8_lossy(&body).contains(text), "{path}");
        }
    }
}
