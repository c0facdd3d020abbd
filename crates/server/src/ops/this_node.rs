//! What a node says of itself, to those who look at it from here and to other nodes.

use std::sync::Arc;

use crate::{connection::Connections, gateway::Gateway, ops::Ops};

/// This node, as others look at it. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct ThisNode {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) connections: Arc<Connections>,
    pub(crate) ops: Arc<Ops>,
}

impl ThisNode {
    /// What it is called in the configuration; others may be called the same.
    pub(crate) fn name(&self) -> &str {
        &self.gateway.config.cluster.node.0
    }
}
