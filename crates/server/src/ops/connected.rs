//! The connections of a node, as those see them who run the cluster.

use std::{net::IpAddr, sync::Arc};

use deskwire_broker::Outbox;
use deskwire_model::{Role, Uid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ThisNode;
use crate::connection::{Link, Listening, Seen};

/// Subscriptions of a connection that are told.
const MOST_SUBSCRIPTIONS: usize = 100;

/// Which connections somebody wants to see.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ConnectionsWanted {
    /// Of this user only; service accounts are no users.
    pub(crate) user: Option<Uid>,
    /// Those that speak what is called so.
    pub(crate) protocol: Option<String>,
    /// Those that are carried by what is called so.
    pub(crate) transport: Option<String>,
    /// From this address only.
    pub(crate) address: Option<IpAddr>,
    /// Only before the one of this number.
    pub(crate) before: Option<u64>,
    /// At most so many, the newest.
    pub(crate) size: usize,
}

/// Connections of one node.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Connected {
    /// The newest first.
    pub(crate) rows: Vec<ConnectionRow>,
    /// How many it has in all.
    pub(crate) total: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectionRow {
    /// Its number, by which it is ended.
    pub(crate) connection: u64,
    /// The node that has it.
    pub(crate) node: String,
    /// Missing before the client was let in, and when it is too busy to answer.
    session_id: Option<String>,
    user: Option<String>,
    role: Option<Role>,
    protocol: String,
    transport: String,
    /// Whether it is inside TLS of this server.
    tls: bool,
    address: Option<IpAddr>,
    /// When it began, in milliseconds since 1970.
    since: i64,
    /// Whether it has answered within two seconds; if not, the rest is not known.
    answered: bool,
    received_bytes: u64,
    sent_bytes: u64,
    /// The first 100.
    subscriptions: Vec<Followed>,
}

/// What a connection listens to.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct Followed {
    id: Option<Box<str>>,
    topic: String,
}

impl From<Listening> for Followed {
    fn from(Listening { id, topic }: Listening) -> Self {
        Self { id, topic }
    }
}

impl ConnectionRow {
    fn new(Seen { number, link, told }: Seen, node: &str) -> Self {
        let (description, traffic) = told.map(|told| (told.description, told.traffic)).unzip();
        let (session, principal, subscriptions) =
            description.map_or((None, None, Vec::new()), |told| (told.session, told.principal, told.subscriptions));
        Self {
            connection: number,
            node: node.to_owned(),
            session_id: session.map(|session| session.to_string()),
            user: principal.as_ref().map(|principal| principal.uid.to_string()),
            role: principal.map(|principal| principal.role),
            protocol: link.protocol.label().to_owned(),
            transport: link.transport.label().to_owned(),
            tls: link.is_tls,
            address: link.address,
            since: link.since.0,
            answered: traffic.is_some(),
            received_bytes: traffic.unwrap_or_default().received,
            sent_bytes: traffic.unwrap_or_default().sent,
            subscriptions: subscriptions.into_iter().take(MOST_SUBSCRIPTIONS).map(Followed::from).collect(),
        }
    }
}

impl Connected {
    /// Puts pages of several nodes together, to one of about `size`, the newest first; whether there may be more. Connections
    /// that have the same number stay together: the next page begins behind a number.
    pub(crate) fn merge(pages: impl IntoIterator<Item = Self>, size: usize) -> (Self, bool) {
        let mut all = Self::default();
        for page in pages {
            all.total += page.total;
            all.rows.extend(page.rows);
        }
        all.rows.sort_by(|a, b| b.connection.cmp(&a.connection).then_with(|| a.node.cmp(&b.node)));
        let is_full = all.rows.len() >= size;
        if let Some(last) = size.checked_sub(1).and_then(|last| all.rows.get(last)).map(|row| row.connection) {
            all.rows.retain(|row| row.connection >= last);
        }
        (all, is_full)
    }
}

impl ThisNode {
    /// Connections of this node.
    pub(crate) async fn connected(&self, wanted: &ConnectionsWanted) -> Connected {
        let of_user = wanted.user.as_ref().map(|user| self.gateway.sessions.of(user));
        let which = |link: &Link, outbox: &Arc<Outbox>| {
            wanted.protocol.as_deref().is_none_or(|protocol| link.protocol.label() == protocol)
                && wanted.transport.as_deref().is_none_or(|transport| link.transport.label() == transport)
                && wanted.address.is_none_or(|address| link.address == Some(address))
                && of_user.as_ref().is_none_or(|theirs| theirs.iter().any(|(_, their)| Arc::ptr_eq(their, outbox)))
        };
        let seen = self.connections.newest(which, wanted.before, wanted.size).await;
        let rows = seen.into_iter().map(|seen| ConnectionRow::new(seen, self.name())).collect();
        Connected { rows, total: self.connections.count() }
    }

    /// Ends the connection of this number, with a word; what it was, if this node has it.
    pub(crate) async fn dismiss(&self, connection: u64) -> Option<ConnectionRow> {
        let seen = self.connections.one(connection).await;
        // One that is too busy to say who it is may be just the one to end.
        let seen = seen.filter(|seen| self.connections.dismiss(seen.number));
        seen.map(|seen| ConnectionRow::new(seen, self.name()))
    }
}

#[cfg(test)]
mod tests {
    use deskwire_model::Timestamp;

    use super::*;
    use crate::{connection::Transport, telemetry::metrics::Protocol};

    fn page(node: &str, numbers: &[u64]) -> Connected {
        let link = Link {
            protocol: Protocol::Stomp,
            transport: Transport::Tcp,
            is_tls: false,
            address: None,
            since: Timestamp(0),
        };
        let row = |number: &u64| ConnectionRow::new(Seen { number: *number, link, told: None }, node);
        Connected { rows: numbers.iter().map(row).collect(), total: numbers.len() }
    }

    #[test]
    fn pages_of_nodes_become_one_that_skips_nothing() {
        let pages = || [page("a", &[9, 7, 5]), page("b", &[8, 7, 1])];
        let numbers = |merged: &Connected| merged.rows.iter().map(|row| row.connection).collect::<Vec<_>>();
        let (merged, is_full) = Connected::merge(pages(), 3);
        assert_eq!((numbers(&merged), merged.total, is_full), (vec![9, 8, 7, 7], 6, true), "equals stay together");
        let (merged, is_full) = Connected::merge(pages(), 10);
        assert_eq!((numbers(&merged), is_full), (vec![9, 8, 7, 7, 5, 1], false));
        assert_eq!(merged.rows[2].node, "a");
    }
}
