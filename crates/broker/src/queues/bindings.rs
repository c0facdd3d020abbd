//! Which durable subscriptions collect what is said on which topics.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicUsize, Ordering},
};

use deskwire_model::TopicFilter;
use deskwire_store::{DurableId, QueuedId};

use super::queue::Queue;
use crate::{filters::Filters, publication::Publication, selector::Wants};

/// The queue of a durable subscription.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) id: DurableId,
    pub(super) queue: Arc<Queue>,
    pub(super) wants: Wants,
}

/// The durable subscriptions by what they listen to.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    filters: RwLock<Filters<Arc<Bound>>>,
    /// How many there are, so that a publication need not take the lock where there are none.
    count: AtomicUsize,
}

impl Bindings {
    pub(super) fn bind(&self, filter: &TopicFilter, bound: Arc<Bound>) {
        self.filters.write().unwrap_or_else(PoisonError::into_inner).insert(filter, bound);
        self.count.fetch_add(1, Ordering::Release);
    }

    pub(super) fn unbind(&self, filter: &TopicFilter, id: DurableId) {
        self.filters.write().unwrap_or_else(PoisonError::into_inner).remove(filter, |bound| bound.id == id);
        self.count.fetch_sub(1, Ordering::Release);
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    fn matching(&self, publication: &Publication, mut found: impl FnMut(&Bound)) {
        if self.is_empty() {
            return;
        }
        let filters = self.filters.read().unwrap_or_else(PoisonError::into_inner);
        filters.matching(publication.topic().as_str(), &mut |bound| {
            if bound.wants.accepts(publication) {
                found(bound);
            }
        });
    }

    /// The subscriptions that collect `publication`.
    pub(crate) fn collectors(&self, publication: &Publication) -> Vec<DurableId> {
        let mut ids = Vec::new();
        self.matching(publication, |bound| ids.push(bound.id));
        ids
    }

    /// Puts `publication` into all queues that collect it, with the number it is stored under for some of them.
    pub(crate) fn collect(&self, publication: &Arc<Publication>, stored: &[(DurableId, Option<QueuedId>)]) {
        self.matching(publication, |bound| {
            let id = stored.iter().find(|(durable, _)| *durable == bound.id).and_then(|(_, id)| *id);
            bound.queue.collect(publication, id);
        });
    }
}
