//! A message of a queue.

use std::sync::Arc;

use deskwire_store::{QueuedId, ReturnedWork};

use super::state::ConsumerId;
use crate::publication::Publication;

/// A message of a queue.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) publication: Arc<Publication>,
    /// Whether somebody may have had it before.
    pub(super) redelivered: bool,
    /// Its number in the store, if it is there.
    pub(super) stored: Option<QueuedId>,
    /// For a message of a work queue of several nodes: the home that it has in the store.
    pub(super) home: Option<Arc<str>>,
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
        Self { publication, redelivered: false, stored, home: None, weight, refusals: 0, refused: None }
    }

    /// A message of an earlier process, of which nobody knows whether it was delivered.
    pub(super) fn restored(publication: Arc<Publication>, stored: QueuedId) -> Self {
        Self { redelivered: true, ..Self::new(publication, Some(stored)) }
    }

    /// A message that is at `home` on this node, and was refused so often, if anybody has had it.
    pub(super) fn at_home(
        home: Arc<str>,
        publication: Arc<Publication>,
        stored: QueuedId,
        refusals: Option<u32>,
    ) -> Self {
        Self {
            redelivered: refusals.is_some(),
            refusals: refusals.unwrap_or_default(),
            home: Some(home),
            ..Self::new(publication, Some(stored))
        }
    }

    /// How it goes back to the store from its home, if it has one.
    pub(super) fn returned(&self) -> Option<(Arc<str>, ReturnedWork)> {
        let refusals = self.redelivered.then_some(self.refusals);
        Some((Arc::clone(self.home.as_ref()?), ReturnedWork { id: self.stored?, refusals }))
    }

    pub(super) fn is_refused_by(&self, consumer: ConsumerId) -> bool {
        self.refused.is_some_and(|refusal| refusal.by == consumer)
    }
}
