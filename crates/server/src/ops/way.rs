//! The way of a message through a node, as those see it who run the cluster.

use std::net::IpAddr;

use deskwire_model::{LogId, MessageUid, Seq, Uid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Acceptance, Passage, ThisNode};

/// What a node remembers of a message.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Way {
    /// How it came; several if it was sent again.
    pub(crate) accepted: Vec<AcceptedTrace>,
    /// The sessions that it was written for.
    pub(crate) relayed: Vec<RelayedTrace>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AcceptedTrace {
    at: i64,
    /// The node that took it in.
    node: String,
    user: Uid,
    /// Missing for what was sent over HTTP.
    session_id: Option<String>,
    protocol: String,
    address: Option<IpAddr>,
}

impl AcceptedTrace {
    fn new(acceptance: Acceptance, node: &str) -> Self {
        Self {
            at: acceptance.at.0,
            node: node.to_owned(),
            user: acceptance.user,
            session_id: acceptance.session.map(|session| session.to_string()),
            protocol: acceptance.protocol.label().to_owned(),
            address: acceptance.address,
        }
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RelayedTrace {
    at: i64,
    /// The node that the session is on.
    node: String,
    user: Uid,
    session_id: String,
    protocol: String,
}

impl RelayedTrace {
    fn new(passage: Passage, node: &str) -> Self {
        Self {
            at: passage.at.0,
            node: node.to_owned(),
            user: passage.user,
            session_id: passage.session.to_string(),
            protocol: passage.protocol.label().to_owned(),
        }
    }
}

impl Way {
    /// Puts together what several nodes remember, the oldest first, by their clocks.
    pub(crate) fn merge(ways: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for way in ways {
            all.accepted.extend(way.accepted);
            all.relayed.extend(way.relayed);
        }
        all.accepted.sort_by_key(|one| one.at);
        all.relayed.sort_by_key(|one| one.at);
        all
    }
}

impl ThisNode {
    /// What is remembered here of the message called `uid`, which is at `seq` in `log`.
    pub(crate) fn way(&self, log: LogId, uid: &MessageUid, seq: Seq) -> Way {
        let (accepted, relayed) = self.gateway.trail.of(log, uid, seq);
        Way {
            accepted: accepted.into_iter().map(|one| AcceptedTrace::new(one, self.name())).collect(),
            relayed: relayed.into_iter().map(|one| RelayedTrace::new(one, self.name())).collect(),
        }
    }
}
