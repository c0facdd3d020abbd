//! How the server is, and how it was in the last minutes.

use axum::extract::State;
use deskwire_model::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ADMINS, Operator};
use crate::{
    http::{AppError, QueryParams, Routes, Success, api::ApiState},
    ops::{Latency, Point, Sample},
    telemetry::{metrics::Protocol, readings},
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation")
        .get("/api/v1/ops/overview", overview, "Says how the server is, and how it was in the last five minutes.")
        .only_for(&ADMINS)
}

#[derive(Debug, Deserialize, JsonSchema)]
struct OverviewQuery {
    /// Only points of the course behind this time, in milliseconds since 1970.
    #[serde(default)]
    after: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Overview {
    version: &'static str,
    /// Now, in milliseconds since 1970.
    at: i64,
    started_at: i64,
    store: StoreOverview,
    connections: ConnectionsOverview,
    rates: RatesOverview,
    latency: LatencyOverview,
    queues: QueuesOverview,
    /// Resident memory in bytes; missing where the system does not tell.
    memory_bytes: Option<u64>,
    /// The bounds that somebody ran into.
    limits: Vec<LimitHits>,
    /// Outboxes that grew over their bound.
    outbox_overflows: u64,
    /// The course, a point every two seconds, the oldest first.
    points: Vec<CoursePoint>,
}

/// The database.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct StoreOverview {
    /// sqlite or postgresql.
    kind: &'static str,
    /// Bytes of its file, or of the database on its server.
    file_bytes: u64,
    /// Bytes of its write-ahead log, which holds the newest; 0 on PostgreSQL, where it is the server's.
    log_bytes: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ConnectionsOverview {
    /// Those that speak STOMP or MQTT.
    total: usize,
    /// Sockets open now, whatever they speak.
    sockets: u64,
    /// How many sockets may be open.
    most: usize,
    by_kind: Vec<KindCount>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct KindCount {
    /// stomp, sockjs, mqtt or http.
    protocol: String,
    /// websocket, tcp or http.
    transport: &'static str,
    count: u64,
}

/// Messages per second of the last minute.
#[derive(Debug, Serialize, JsonSchema)]
struct RatesOverview {
    received: f64,
    sent: f64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LatencyOverview {
    /// Milliseconds of which this tells.
    window_ms: i64,
    /// Of a transaction.
    commit: Percentiles,
    /// From taking a message in to having it on disk.
    stored: Percentiles,
    /// From taking a message in to writing it for one who follows it.
    delivered: Percentiles,
}

/// Percentiles in milliseconds; missing where nothing was measured.
#[derive(Debug, Serialize, JsonSchema)]
struct Percentiles {
    count: u64,
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
}

impl From<Latency> for Percentiles {
    fn from(Latency { count, p50, p95, p99 }: Latency) -> Self {
        Self { count, p50, p95, p99 }
    }
}

/// What waits.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct QueuesOverview {
    /// Writes that wait for their commit.
    commits: usize,
    /// How many may.
    most_commits: usize,
    work_queues: u64,
    /// Messages in work queues and of durable subscriptions.
    queued_messages: u64,
    /// Messages that wait for MQTT sessions, or for their acknowledgement.
    mailbox_messages: u64,
    /// MQTT sessions that outlive their connections.
    mqtt_sessions: u64,
    retained_messages: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LimitHits {
    /// As in `deskwire_limit_hits_total`.
    limit: String,
    /// Since the start.
    total: u64,
    last_minute: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CoursePoint {
    at: i64,
    /// Messages per second.
    received: f64,
    sent: f64,
    connections: u64,
    /// Milliseconds, of the ten seconds before.
    stored_p95: Option<f64>,
    delivered_p50: Option<f64>,
    delivered_p95: Option<f64>,
    memory_bytes: Option<u64>,
}

impl From<Point> for CoursePoint {
    fn from(point: Point) -> Self {
        Self {
            at: point.at.0,
            received: point.received,
            sent: point.sent,
            connections: point.connections,
            stored_p95: point.stored.p95,
            delivered_p50: point.delivered.p50,
            delivered_p95: point.delivered.p95,
            memory_bytes: point.memory,
        }
    }
}

async fn overview(
    State(state): State<ApiState>,
    _: Operator,
    QueryParams(request): QueryParams<OverviewQuery>,
) -> Result<Success<Overview>, AppError> {
    let (ops, desk, connections) = (&state.ops, &state.gateway.desk, &state.endpoints.connections);
    let recent = ops.course.until(Sample::take(&ops.readings, connections));
    let (received, sent) = recent.rates();
    let (commits, most_commits) = desk.commits_waiting();
    let stands = |name| ops.readings.stands(name);
    let (file_bytes, log_bytes) = ops.database_bytes().await;
    Ok(Success::new(Overview {
        version: env!("CARGO_PKG_VERSION"),
        at: recent.now.at.0,
        started_at: ops.started_at.0,
        store: StoreOverview { kind: ops.store_kind(), file_bytes, log_bytes },
        connections: ConnectionsOverview {
            total: connections.count(),
            sockets: stands(readings::SOCKETS),
            most: state.gateway.config.limits.max_connections,
            by_kind: by_kind(&state),
        },
        rates: RatesOverview { received, sent },
        latency: LatencyOverview {
            window_ms: recent.window_ms(),
            commit: recent.committed().into(),
            stored: recent.stored().into(),
            delivered: recent.delivered().into(),
        },
        queues: QueuesOverview {
            commits,
            most_commits,
            work_queues: stands(readings::QUEUES),
            queued_messages: recent.now.queued,
            mailbox_messages: recent.now.mailed,
            mqtt_sessions: stands(readings::MQTT_SESSIONS),
            retained_messages: stands(readings::RETAINED),
        },
        memory_bytes: recent.now.memory,
        limits: recent
            .limits()
            .filter(|(_, total, _)| *total > 0)
            .map(|(limit, total, last_minute)| LimitHits { limit: limit.to_owned(), total, last_minute })
            .collect(),
        outbox_overflows: ops.readings.total(readings::OVERFLOWS),
        points: recent.points(Timestamp(request.after)).into_iter().map(CoursePoint::from).collect(),
    }))
}

/// How many connections there are of each kind; sockets of requests count while they speak HTTP.
fn by_kind(state: &ApiState) -> Vec<KindCount> {
    let upgraded = state.endpoints.connections.counts().into_iter().map(|(protocol, transport, count)| KindCount {
        protocol: protocol.label().to_owned(),
        transport: transport.label(),
        count: count as u64,
    });
    let standing = state.ops.readings.standing(readings::CONNECTIONS);
    let http = standing.into_iter().filter(|(protocol, count)| protocol == Protocol::Http.label() && *count > 0);
    upgraded.chain(http.map(|(protocol, count)| KindCount { protocol, transport: "http", count })).collect()
}
