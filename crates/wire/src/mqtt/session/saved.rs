//! What a persistent session remembers between connections (4.1), as values that the application stores.

use super::outbound::Stage;
use super::{Phase, Session};
use crate::mqtt::PacketId;

/// The state of a session that [`Session::save`] gives out and [`Session::resume`] takes back. Subscriptions are the
/// application's anyway, and so are messages that have not been sent yet.
///
/// A process that may be killed keeps QoS 2 exactly once by what it has on disk before a packet leaves. A
/// [durable](super::Acceptance::durable) session waits for it:
///
/// | before | is stored | which the application knows from, and reports with |
/// |---|---|---|
/// | PUBLISH to the client | the identifier of the message | [`Session::reserve`], [`Session::redeliver`] |
/// | PUBREL to the client | that the message waits for PUBCOMP | [`Event::Received`](super::Event::Received), [`Session::release`] |
/// | PUBREC to the client | the message and its identifier, at once | [`Event::Publish`](super::Event::Publish), [`Session::published`] |
/// | PUBCOMP to the client | that the identifier is free | [`Event::Released`](super::Event::Released), [`Session::published`] |
///
/// That a message is [settled](super::Event::Settled) may be stored at any time later: if it is forgotten, PUBREL is
/// repeated, or a message with QoS 1.
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
    /// What the session has to remember. A process that may be killed keeps the same up to date itself, as
    /// [`SavedSession`] has it.
    #[must_use]
    pub fn save(&self) -> SavedSession {
        SavedSession { inflight: self.outbound.save().collect(), unreleased: self.inbound.unreleased().collect() }
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
