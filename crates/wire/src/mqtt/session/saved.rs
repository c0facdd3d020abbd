//! What a persistent session remembers between connections (4.1), as values that the application stores.

use super::outbound::Stage;
use super::{Phase, Session};
use crate::mqtt::PacketId;

/// The state of a session that [`Session::save`] gives out and [`Session::resume`] takes back. Subscriptions are the
/// application's anyway, and so are messages that have not been sent yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedSession {
    /// Messages to the client that are not fully acknowledged, in the order they were sent.
    pub inflight: Vec<SavedInflight>,
    /// Identifiers of committed QoS 2 messages from the client whose PUBREL has not come.
    pub unreleased: Vec<PacketId>,
}

/// A message that waits for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavedInflight {
    /// The identifier it was sent with and has to be repeated with [MQTT-4.4.0-1].
    pub packet_id: PacketId,
    /// What the application calls it.
    pub token: u64,
    /// What it waits for.
    pub stage: Stage,
}

impl Session {
    /// What the session has to remember. A process that may be killed keeps the same up to date from the events, and knows
    /// from [`reserve`](Self::reserve) which identifiers are about to be used.
    #[must_use]
    pub fn save(&self) -> SavedSession {
        SavedSession { inflight: self.inflight().collect(), unreleased: self.inbound.unreleased().collect() }
    }

    /// Takes over what an earlier connection of the same session left, before [`accept`](Self::accept). PUBREL is repeated
    /// at once with the acceptance; messages are for the application to [`redeliver`](Self::redeliver) [MQTT-4.4.0-1].
    pub fn resume(&mut self, saved: SavedSession) {
        if matches!(self.phase, Phase::Answering(_)) {
            self.outbound.resume(saved.inflight);
            self.inbound.resume(saved.unreleased);
        }
    }

    /// Messages that wait for the client, in the order they were sent.
    pub fn inflight(&self) -> impl Iterator<Item = SavedInflight> + '_ {
        self.outbound.iter()
    }
}
