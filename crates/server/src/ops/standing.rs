//! How one node is: what it says of itself when it is looked at, from here or from another node.

use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Sample, ThisNode};
use crate::telemetry::metrics::Protocol;

/// How long a probe entry may take to commit before a node is not ready.
pub(crate) const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// Whether a node may be sent clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Readiness {
    /// Writes reach the database in time.
    Ready,
    /// They do not.
    Unready,
    /// It stops, and its clients go to others.
    Draining,
}

/// Whether a node hears the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum BusState {
    /// It has no Redis: it is a node by itself.
    Alone,
    Up,
    Down,
}

/// How a node is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Standing {
    /// The release that it runs.
    pub(crate) version: String,
    /// When it began to serve, in milliseconds since 1970, by its own clock.
    pub(crate) started_at: i64,
    pub(crate) readiness: Readiness,
    /// Where it listens, as it was told to.
    pub(crate) listeners: Vec<String>,
    /// Connections that speak STOMP or MQTT.
    pub(crate) connections: u64,
    /// How many sockets it may have.
    pub(crate) most_connections: u64,
    /// The connections by protocol, without those that nobody speaks.
    pub(crate) by_protocol: Vec<ProtocolCount>,
    /// Whether it hears the other nodes by Redis.
    pub(crate) bus: BusState,
    /// How old hints of other nodes are when they come, of the last minutes in milliseconds; none if none came.
    pub(crate) lag_p95_ms: Option<f64>,
    pub(crate) store: StoreStanding,
}

/// Connections of a protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ProtocolCount {
    /// stomp, sockjs or mqtt.
    pub(crate) protocol: String,
    pub(crate) count: u64,
}

/// A node's way to its database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoreStanding {
    /// sqlite or postgresql.
    pub(crate) kind: String,
    /// Whether a write has reached it in time.
    pub(crate) up: bool,
    /// How long that write took, in milliseconds.
    pub(crate) write_ms: f64,
    /// How long transactions took in the last minutes, in milliseconds; none if there were none.
    pub(crate) commit_p95_ms: Option<f64>,
}

impl ThisNode {
    /// How this node is. Writes to the database, for at most [`PROBE_LIMIT`].
    pub(crate) async fn standing(&self) -> Standing {
        let begun = Instant::now();
        let up = matches!(tokio::time::timeout(PROBE_LIMIT, self.gateway.desk.probe()).await, Ok(Ok(())));
        let write_ms = begun.elapsed().as_secs_f64() * 1000.0;
        let recent = self.ops.course.until(Sample::take(&self.ops.readings, &self.connections));
        Standing {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.ops.started_at.0,
            readiness: match (self.ops.is_draining(), up) {
                (true, _) => Readiness::Draining,
                (false, true) => Readiness::Ready,
                (false, false) => Readiness::Unready,
            },
            listeners: self.ops.listeners.iter().map(ToString::to_string).collect(),
            connections: self.connections.count() as u64,
            most_connections: self.gateway.config.limits.max_connections as u64,
            by_protocol: self.by_protocol(),
            bus: self.bus_state(),
            lag_p95_ms: recent.lagged().p95,
            store: StoreStanding {
                kind: self.ops.store_kind().into(),
                up,
                write_ms,
                commit_p95_ms: recent.committed().p95,
            },
        }
    }

    /// Whether it hears the others.
    pub(crate) fn bus_state(&self) -> BusState {
        match (self.gateway.bus.is_shared(), self.gateway.bus.is_up()) {
            (false, _) => BusState::Alone,
            (true, true) => BusState::Up,
            (true, false) => BusState::Down,
        }
    }

    fn by_protocol(&self) -> Vec<ProtocolCount> {
        let counts = self.connections.counts();
        let of =
            |spoken| counts.iter().filter(|(protocol, ..)| *protocol == spoken).map(|(.., count)| *count as u64).sum();
        let all = Protocol::ALL
            .into_iter()
            .map(|protocol| ProtocolCount { protocol: protocol.label().into(), count: of(protocol) });
        all.filter(|one| one.count > 0).collect()
    }
}
