//! A message of a queue, and how it may be lost.

use std::sync::Arc;

use deskwire_store::QueuedId;

use super::state::ConsumerId;
use crate::publication::Publication;

/// Why a message leaves a queue unconsumed, as a label of the metric that counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// It was too late.
    Expired,
    /// It was refused too often.
    Refused,
    /// There was no room.
    Overflow,
}

impl Loss {
    const fn label(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Overflow => "overflow",
        }
    }

    pub(super) fn count(self) {
        metrics::counter!("deskwire_queue_messages_dropped_total", "reason" => self.label()).increment(1);
    }
}

/// A message of a queue.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) publication: Arc<Publication>,
    /// Whether somebody may have had it before.
    pub(super) redelivered: bool,
    /// Its number in the store, if it is there.
    pub(super) stored: Option<QueuedId>,
    pub(super) weight: usize,
    pub(super) refusals: u32,
    pub(super) refused: Option<Refusal>,
}

/// The last refusal of a message that waits again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal {
    pub(super) by: ConsumerId,
    /// The end of the queue at that time: its refuser, if it must take it again, gets what was there before.
    pub(super) behind: u64,
}

impl Message {
    pub(super) fn new(publication: Arc<Publication>, stored: Option<QueuedId>) -> Self {
        let weight = publication.weight();
        Self { publication, redelivered: false, stored, weight, refusals: 0, refused: None }
    }

    /// A message of an earlier process, of which nobody knows whether it was delivered.
    pub(super) fn restored(publication: Arc<Publication>, stored: QueuedId) -> Self {
        Self { redelivered: true, ..Self::new(publication, Some(stored)) }
    }

    pub(super) fn is_refused_by(&self, consumer: ConsumerId) -> bool {
        self.refused.is_some_and(|refusal| refusal.by == consumer)
    }
}
