//! The nodes that share the database.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::{ADMINS, Operator};
use crate::http::{AppError, Routes, Success, api::ApiState};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation")
        .get("/api/v1/ops/nodes", nodes, "Lists the nodes of the cluster, as this one knows them.")
        .only_for(&ADMINS)
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Nodes {
    /// Whether this node hears the others: ALONE, UP or DOWN.
    bus: &'static str,
    /// This node first, then the others by name.
    nodes: Vec<Node>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Node {
    /// What it is called; others may be called the same.
    name: String,
    /// This start of the node; none where it is alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// When it started, in milliseconds since 1970, by its own clock; none of this node.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    /// How long ago it was last heard, in milliseconds; none of this node.
    #[serde(skip_serializing_if = "Option::is_none")]
    heard_ms: Option<u64>,
}

async fn nodes(State(state): State<ApiState>, _: Operator) -> Result<Success<Nodes>, AppError> {
    let gateway = &state.gateway;
    let bus = match (gateway.bus.is_shared(), gateway.bus.is_up()) {
        (false, _) => "ALONE",
        (true, true) => "UP",
        (true, false) => "DOWN",
    };
    let this = Node {
        name: gateway.config.cluster.node.0.clone(),
        id: gateway.bus.node().map(ToString::to_string),
        since: None,
        heard_ms: None,
    };
    let peers = gateway.bus.peers().into_iter().map(|peer| Node {
        name: peer.id.name().to_owned(),
        id: Some(peer.id.to_string()),
        since: Some(peer.since.0),
        heard_ms: Some(u64::try_from(peer.last_heard.as_millis()).unwrap_or(u64::MAX)),
    });
    Ok(Success::new(Nodes { bus, nodes: std::iter::once(this).chain(peers).collect() }))
}
