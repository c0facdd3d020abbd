//! Counts connections, bounds them, and knows when the last one is gone.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

use crate::telemetry::metrics::Metrics;

/// The places for connections. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Slots(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    open: AtomicUsize,
    emptied: Notify,
    metrics: Arc<Metrics>,
}

impl Slots {
    /// Places for `most` connections.
    pub(super) fn new(most: usize, metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Shared { most, open: AtomicUsize::new(0), emptied: Notify::new(), metrics }))
    }

    /// Takes a place, if one is left.
    pub(super) fn take(&self) -> Option<ConnectionGuard> {
        let shared = &self.0;
        shared
            .open
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| (open < shared.most).then_some(open + 1))
            .ok()?;
        shared.metrics.sockets.increment(1.0);
        Some(ConnectionGuard { _place: Arc::new(Place(Arc::clone(shared))) })
    }

    /// Places taken now.
    pub(super) fn open(&self) -> usize {
        self.0.open.load(Ordering::Acquire)
    }

    /// Waits until no place is taken. Cancel safe.
    pub(super) async fn all_free(&self) {
        loop {
            // Listens before it looks, or the last drop in between would go unheard.
            let emptied = self.0.emptied.notified();
            if self.open() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

/// One connection's place; free again when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct ConnectionGuard {
    _place: Arc<Place>,
}

#[derive(Debug)]
struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.metrics.sockets.decrement(1.0);
        if self.0.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_are_bounded_and_come_back_with_the_last_clone() {
        let slots = Slots::new(2, Arc::new(Metrics::register()));
        let first = slots.take().unwrap();
        let second = slots.take().unwrap();
        assert!(slots.take().is_none());
        let clone = first.clone();
        drop(first);
        assert_eq!(slots.open(), 2);
        drop(clone);
        assert_eq!(slots.open(), 1);
        let waiting = tokio::spawn({
            let slots = slots.clone();
            async move { slots.all_free().await }
        });
        tokio::task::yield_now().await;
        drop(second);
        waiting.await.unwrap();
        slots.all_free().await;
    }
}
