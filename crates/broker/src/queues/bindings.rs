//! Which durable subscriptions collect what is said on which topics.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use deskwire_model::TopicFilter;
use deskwire_store::{DurableId, Queued, QueuedId};

use super::queue::Queue;
use crate::{
    filters::Filters,
    publication::{Content, Publication},
    selector::Wants,
};

/// The queue of a durable subscription.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) id: DurableId,
    pub(super) queue: Arc<Queue>,
    pub(super) wants: Wants,
    /// What has come while it is not known what the store has for it.
    arriving: Mutex<Option<Vec<Collected>>>,
}

/// A message, with its number in the store if it is there.
type Collected = (Arc<Publication>, Option<QueuedId>);

impl Bound {
    pub(super) fn new(id: DurableId, queue: Arc<Queue>, wants: Wants) -> Arc<Self> {
        Arc::new(Self { id, queue, wants, arriving: Mutex::default() })
    }

    fn arriving(&self) -> MutexGuard<'_, Option<Vec<Collected>>> {
        self.arriving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what comes apart until it [arrives](Self::arrive).
    pub(super) fn expect(&self) {
        *self.arriving() = Some(Vec::new());
    }

    fn collect(&self, publication: &Arc<Publication>, stored: Option<QueuedId>) {
        match &mut *self.arriving() {
            Some(arriving) => arriving.push((Arc::clone(publication), stored)),
            None => self.queue.collect(publication, stored),
        }
    }

    /// Takes in what the store has for it, in that order, and behind that what has come meanwhile.
    pub(super) fn arrive(&self, stored: Vec<Queued>) {
        let mut arriving = self.arriving();
        let came = arriving.take().unwrap_or_default();
        let known: HashSet<_> = came.iter().filter_map(|(_, stored)| *stored).collect();
        for queued in stored.into_iter().filter(|queued| !known.contains(&queued.id)) {
            let content = Content::Opaque(queued.message.into());
            self.queue.restore(Arc::new(Publication::new(queued.topic, content)), queued.id);
        }
        for (publication, stored) in came {
            self.queue.collect(&publication, stored);
        }
    }

    /// Lets go of what it has: the store keeps it, but for what has come before it arrived.
    pub(super) fn release(&self) {
        let came = self.arriving().take().unwrap_or_default();
        self.queue.abandon(came.into_iter().filter_map(|(_, stored)| stored).collect());
    }
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

    pub(super) fn unbind(&self, filter: &TopicFilter, unbound: &Arc<Bound>) {
        self.filters
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(filter, |bound| Arc::ptr_eq(bound, unbound));
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
            bound.collect(publication, id);
        });
    }
}
