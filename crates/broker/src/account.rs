//! What many queues, or many mailboxes, weigh together, and the stored messages that leave them.

use std::sync::{
    Arc, MutexGuard,
    atomic::{AtomicUsize, Ordering},
};

use deskwire_store::QueuedId;

use crate::consumed::{Consumed, Settled};

/// One of those of which an [`Account`] is kept.
pub(crate) trait Holder {
    /// The weight of everything in it, in bytes.
    fn bytes(&self) -> usize;

    /// The numbers of stored messages that left it since this was asked last.
    fn take_gone(&mut self) -> Vec<QueuedId>;
}

/// What all of them share; `B` are the bounds of each.
#[derive(Debug)]
pub(crate) struct Account<B> {
    pub(crate) bounds: B,
    most_bytes: usize,
    bytes: AtomicUsize,
    consumed: Arc<Consumed>,
}

impl<B> Account<B> {
    /// An account of nothing yet, which may come to `most_bytes`.
    pub(crate) const fn new(bounds: B, most_bytes: usize, consumed: Arc<Consumed>) -> Self {
        Self { bounds, most_bytes, bytes: AtomicUsize::new(0), consumed }
    }

    /// What all of them weigh, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// How many bytes more all of them may weigh. Callers that race may exceed the bound by what they bring, which is a
    /// message each.
    pub(crate) fn room(&self) -> usize {
        self.most_bytes.saturating_sub(self.bytes())
    }

    /// Makes a change to one of them, and keeps account of it.
    pub(crate) fn change<H: Holder, T>(&self, mut holder: MutexGuard<'_, H>, change: impl FnOnce(&mut H) -> T) -> T {
        let before = holder.bytes();
        let result = change(&mut holder);
        let after = holder.bytes();
        let gone = holder.take_gone();
        // Under the lock: what is taken off the sum has been added before.
        if after >= before {
            self.bytes.fetch_add(after - before, Ordering::Relaxed);
        } else {
            self.bytes.fetch_sub(before - after, Ordering::Relaxed);
        }
        drop(holder);
        self.forget(gone);
        result
    }

    /// Has the store forget messages.
    pub(crate) fn forget(&self, gone: Vec<QueuedId>) {
        self.consumed.add(gone);
    }

    /// Has the store forget messages of work queues, each if it still has its home.
    pub(crate) fn settle(&self, settled: Vec<Settled>) {
        self.consumed.settle(settled);
    }
}
