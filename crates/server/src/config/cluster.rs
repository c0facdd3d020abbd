//! `[cluster]`: this node among others.

use std::{fs, io, path::PathBuf};

use deskwire_cluster::{NodeId, RedisOptions};
use serde::{Deserialize, Serialize};

use super::{
    amount::{Millis, Seconds, bounded_section},
    secret::Secret,
};

const MIB: usize = 1024 * 1024;

bounded_section! {
    /// `[cluster]`: the bus between the nodes that share a database.
    ClusterSection in "cluster" {
        /// Seconds after which a node that is not heard counts as gone.
        peer_lease_s: Seconds = Seconds(5), 3..=600;
        /// Milliseconds in which Redis has to answer.
        response_ms: Millis = Millis(3000), 100..=60_000;
        /// Hints that may wait to be published; what is more is dropped, and the others look into the database.
        outgoing_hints: usize = 65_536, 1..=16_777_216;
        /// Their bytes.
        outgoing_bytes: usize = 32 * MIB, 65_536..=64 * 1024 * 1024 * 1024;
        /// Hints that may wait to be looked at; for what is more this node looks into the database.
        inbox_hints: usize = 65_536, 1..=16_777_216;
        /// Their bytes.
        inbox_bytes: usize = 64 * MIB, 65_536..=64 * 1024 * 1024 * 1024;
        /// Topics and users that are listened for.
        channels: usize = 1_000_000, 1..=100_000_000;
    } and {
        /// Where Redis is, as `redis://host:6379` or `rediss://user:password@host:6379`; several with commas between them
        /// are tried in turn. Empty for a node that is alone.
        redis: Secret;
        /// The certificates, in PEM, that vouch for Redis with `rediss://`; those of the system if empty.
        ca_file: PathBuf;
        /// What the node is called in logs and lists.
        node: NodeName;
        /// What the names of channels in Redis begin with; another one for each installation that shares it.
        prefix: Prefix;
    }
}

/// The name of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeName(pub String);

impl Default for NodeName {
    fn default() -> Self {
        Self("node".to_owned())
    }
}

/// What the names of channels begin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prefix(pub String);

impl Default for Prefix {
    fn default() -> Self {
        Self("deskwire".to_owned())
    }
}

impl ClusterSection {
    /// How to reach Redis; none for a node that is alone.
    ///
    /// # Errors
    /// When the certificates cannot be read.
    pub fn redis(&self) -> io::Result<Option<RedisOptions>> {
        if self.redis.expose().is_empty() {
            return Ok(None);
        }
        let root_certificates = if self.ca_file.as_os_str().is_empty() { None } else { Some(fs::read(&self.ca_file)?) };
        Ok(Some(RedisOptions {
            urls: self.redis.expose().split(',').map(|url| url.trim().to_owned()).collect(),
            root_certificates,
            prefix: self.prefix.0.clone(),
            peer_lease: self.peer_lease_s.duration(),
            response_timeout: self.response_ms.duration(),
            outgoing_hints: self.outgoing_hints,
            outgoing_bytes: self.outgoing_bytes,
            inbox_hints: self.inbox_hints,
            inbox_bytes: self.inbox_bytes,
            max_channels: self.channels,
            ..RedisOptions::default()
        }))
    }

    pub(super) fn check(&self, found: &mut Vec<(&'static str, String)>) {
        if let Err(error) = NodeId::starting(&self.node.0) {
            found.push(("cluster.node", error.to_string()));
        }
    }
}
