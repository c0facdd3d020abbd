//! Whether the server is well, and a test of itself.

use std::time::{Duration, Instant};

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::{ADMINS, Operator};
use crate::{
    http::{AppError, Routes, Success, api::ApiState},
    ops::{PROBE_LIMIT, Step, self_test},
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation")
        .get("/api/v1/ops/health", health, "Says whether the server is ready, as /readyz, and how full it is.")
        .only_for(&ADMINS)
        .post("/api/v1/ops/selftest", test, "Sends something through the store and the hub, and says how that went.")
        .only_for(&ADMINS)
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Health {
    /// Whether a write has reached the disk in time.
    ready: bool,
    /// How long it took, in milliseconds.
    write_ms: f64,
    /// What fills up: how much there is, and how much there may be.
    gauges: Vec<Filling>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Filling {
    /// connections or commits.
    name: &'static str,
    used: usize,
    most: usize,
}

async fn health(State(state): State<ApiState>, _: Operator) -> Result<Success<Health>, AppError> {
    let begun = Instant::now();
    let ready = matches!(tokio::time::timeout(PROBE_LIMIT, state.gateway.desk.probe()).await, Ok(Ok(())));
    let write_ms = millis(begun.elapsed());
    let (commits, most_commits) = state.gateway.desk.commits_waiting();
    let connections = state.endpoints.connections.count();
    let gauges = vec![
        Filling { name: "connections", used: connections, most: state.gateway.config.limits.max_connections },
        Filling { name: "commits", used: commits, most: most_commits },
    ];
    Ok(Success::new(Health { ready, write_ms, gauges }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct SelfTest {
    /// Whether every step went well.
    passed: bool,
    steps: Vec<TestStep>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TestStep {
    /// write: something reached the disk; read: something came from there; hub: a message passed the committer and the hub.
    name: &'static str,
    ms: f64,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Step> for TestStep {
    fn from(Step { name, took, error }: Step) -> Self {
        Self { name, ms: millis(took), passed: error.is_none(), error }
    }
}

async fn test(State(state): State<ApiState>, _: Operator) -> Result<Success<SelfTest>, AppError> {
    let steps: Vec<_> = self_test(&state.gateway).await.into_iter().map(TestStep::from).collect();
    Ok(Success::new(SelfTest { passed: steps.iter().all(|step| step.passed), steps }))
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}
