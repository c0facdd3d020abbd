//! Which mailboxes collect what is said on which topics.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicUsize, Ordering},
};

use deskwire_model::TopicFilter;
use deskwire_store::QueuedId;
use smallvec::SmallVec;

use super::Mailbox;
use crate::{filters::Filters, outbox::Outbox, publication::Publication};

/// A subscription of a session.
#[derive(Debug)]
struct Bound {
    mailbox: Arc<Mailbox>,
    /// Whether it does not want what its own client says, by whatever connection (MQTT 5.0, 3.8.3.1).
    no_local: bool,
}

impl Bound {
    fn is_of(&self, mailbox: &Mailbox) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.mailbox), mailbox)
    }

    fn wants(&self, publication: &Publication) -> bool {
        !self.no_local || !publication.origin().is_some_and(|origin| origin == self.mailbox.origin())
    }
}

/// The mailboxes by what their sessions listen to.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    filters: RwLock<Filters<Bound>>,
    /// How many there are, so that a publication need not take the lock where there are none.
    count: AtomicUsize,
    /// How many of them belong to sessions that outlive their connections.
    durable: AtomicUsize,
}

impl Bindings {
    /// Has `mailbox` collect what `filter` matches; replaces its binding to that filter.
    pub(super) fn bind(&self, filter: &TopicFilter, mailbox: &Arc<Mailbox>, no_local: bool) {
        let mut filters = self.filters.write().unwrap_or_else(PoisonError::into_inner);
        let replaced = filters.remove(filter, |bound| bound.is_of(mailbox));
        filters.insert(filter, Bound { mailbox: Arc::clone(mailbox), no_local });
        drop(filters);
        if !replaced {
            self.count.fetch_add(1, Ordering::Release);
            self.durable.fetch_add(usize::from(mailbox.durable().is_some()), Ordering::Release);
        }
    }

    pub(super) fn unbind(&self, filter: &TopicFilter, mailbox: &Mailbox) {
        let mut filters = self.filters.write().unwrap_or_else(PoisonError::into_inner);
        let removed = filters.remove(filter, |bound| bound.is_of(mailbox));
        drop(filters);
        if removed {
            self.count.fetch_sub(1, Ordering::Release);
            self.durable.fetch_sub(usize::from(mailbox.durable().is_some()), Ordering::Release);
        }
    }

    /// Calls `found` for each mailbox that collects `publication`: once, however many of its subscriptions match.
    fn matching(&self, publication: &Publication, mut found: impl FnMut(&Arc<Mailbox>)) {
        if self.count.load(Ordering::Acquire) == 0 {
            return;
        }
        let filters = self.filters.read().unwrap_or_else(PoisonError::into_inner);
        let mut mailboxes: SmallVec<[&Arc<Mailbox>; 16]> = SmallVec::new();
        filters.matching(publication.topic().as_str(), &mut |bound| {
            if bound.wants(publication) {
                mailboxes.push(&bound.mailbox);
            }
        });
        mailboxes.sort_unstable_by_key(|mailbox| Arc::as_ptr(mailbox));
        mailboxes.dedup_by_key(|mailbox| Arc::as_ptr(mailbox));
        mailboxes.into_iter().for_each(&mut found);
    }

    /// Whether a session that outlives its connection collects anything.
    pub(crate) fn has_durable(&self) -> bool {
        self.durable.load(Ordering::Acquire) > 0
    }

    /// The mailboxes whose sessions outlive their connections and that collect `publication`, which is assured.
    pub(crate) fn collectors(&self, publication: &Publication) -> Vec<Arc<Mailbox>> {
        let mut collectors = Vec::new();
        if !self.has_durable() {
            return collectors;
        }
        self.matching(publication, |mailbox| {
            if mailbox.durable().is_some() {
                collectors.push(Arc::clone(mailbox));
            }
        });
        collectors
    }

    /// Puts `publication`, which is assured, into all mailboxes that collect it, with the number it is stored under for
    /// some of them; what is left of these numbers was stored for nobody.
    pub(crate) fn post(
        &self,
        publication: &Arc<Publication>,
        stored: &mut [(Arc<Mailbox>, Option<QueuedId>)],
        reached: &mut impl FnMut(&Arc<Outbox>),
    ) {
        self.matching(publication, |mailbox| {
            // They stand in the order of their addresses, as they were found.
            let index = stored.binary_search_by_key(&Arc::as_ptr(mailbox), |(other, _)| Arc::as_ptr(other));
            let id = index.ok().and_then(|index| stored[index].1.take());
            mailbox.post(publication, id, None, reached);
        });
    }
}
