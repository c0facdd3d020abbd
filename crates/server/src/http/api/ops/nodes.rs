//! The nodes that share the database.

use axum::{extract::FromRequestParts, extract::State, http::request::Parts};
use deskwire_cluster::Peer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ADMINS, Operator};
use crate::{
    cluster::questions::{self, LOOK_PATIENCE, Question},
    http::{AppError, Description, Input, Routes, Success, api::ApiState},
    ops::{BusState, LocalPass, Standing},
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation")
        .get("/api/v1/ops/nodes", nodes, "Lists the nodes of the cluster and how they are, as this one knows them.")
        .only_for(&ADMINS)
}

/// An operator, or a program on the same machine that can read the data folder.
#[derive(Debug)]
struct Looker;

impl Input for Looker {
    fn describe(description: &mut Description<'_>) {
        Operator::describe(description);
    }
}

impl FromRequestParts<ApiState> for Looker {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, AppError> {
        match parts.headers.get(LocalPass::HEADER) {
            Some(shown) if state.ops.pass.is(shown.as_bytes()) => Ok(Self),
            Some(_) => Err(AppError::Unauthorized("the pass is not that of this process".into())),
            None => Operator::from_request_parts(parts, state).await.map(|_| Self),
        }
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Nodes {
    /// Whether this node hears the others.
    pub(crate) bus: BusState,
    /// This node first, then the others by name, then those that are missing.
    pub(crate) nodes: Vec<Node>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Node {
    /// What it is called; others may be called the same.
    pub(crate) name: String,
    /// This start of the node; none where it is alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// When it started, in milliseconds since 1970, by its own clock.
    pub(crate) since: i64,
    /// How long ago it was last heard, in milliseconds; none of this node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) heard_ms: Option<u64>,
    /// Whether it was lost, and no other node of its name has come: it has crashed, or is cut off.
    pub(crate) missing: bool,
    /// What it says of itself; none if it does not answer.
    pub(crate) standing: Option<Standing>,
}

impl Node {
    fn other(peer: &Peer, standing: Option<Standing>) -> Self {
        Self {
            name: peer.id.name().to_owned(),
            id: Some(peer.id.to_string()),
            since: peer.since.0,
            heard_ms: Some(u64::try_from(peer.last_heard.as_millis()).unwrap_or(u64::MAX)),
            missing: false,
            standing,
        }
    }
}

async fn nodes(State(state): State<ApiState>, _: Looker) -> Result<Success<Nodes>, AppError> {
    let (this, bus) = (state.this_node(), &state.gateway.bus);
    let (peers, asked) = (bus.peers(), questions::ask_all(&state.gateway, &Question::Standing, LOOK_PATIENCE));
    let (standing, mut asked) = tokio::join!(this.standing(), asked);
    let mut nodes = vec![Node {
        name: this.name().to_owned(),
        id: bus.node().map(ToString::to_string),
        since: standing.started_at,
        heard_ms: None,
        missing: false,
        standing: Some(standing),
    }];
    nodes.extend(peers.iter().map(|peer| {
        let answer = asked.iter().position(|(node, _)| *node == peer.id).map(|index| asked.swap_remove(index).1);
        Node::other(peer, answer.and_then(Result::ok))
    }));
    nodes.extend(bus.lost().iter().map(|peer| Node { missing: true, ..Node::other(peer, None) }));
    Ok(Success::new(Nodes { bus: this.bus_state(), nodes }))
}
