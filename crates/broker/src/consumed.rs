//! Stored messages that were consumed, on their way out of the store.

use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deskwire_store::{QueuedId, Write};
use tokio::sync::Notify;

/// Numbers of messages that the store may forget. One that is not forgotten before a crash comes again.
#[derive(Debug, Default)]
pub(crate) struct Consumed {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    consumed: Vec<QueuedId>,
    /// What is in the batch that is being written.
    writing: Vec<QueuedId>,
}

impl Consumed {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when messages were consumed and have waited for `delay`.
    pub(crate) async fn due(&self, delay: Duration) {
        self.changed.notified().await;
        tokio::time::sleep(delay).await;
    }

    /// Has messages forgotten.
    pub(crate) fn add(&self, ids: Vec<QueuedId>) {
        if !ids.is_empty() {
            self.lock().consumed.extend(ids);
            self.changed.notify_one();
        }
    }

    /// Adds up to `limit` of the messages to a batch.
    pub(crate) fn begin(&self, limit: usize, writes: &mut Vec<Write>) {
        let mut waiting = self.lock();
        let kept = waiting.consumed.len().saturating_sub(limit);
        let taken = waiting.consumed.split_off(kept);
        if !taken.is_empty() {
            writes.push(Write::Consume(taken.clone()));
            waiting.writing = taken;
        }
        if waiting.consumed.is_empty() {
            waiting.consumed = Vec::new();
        } else {
            self.changed.notify_one();
        }
    }

    /// Ends the batch; what the store still has waits for the next one.
    pub(crate) fn end(&self, committed: bool) {
        let mut waiting = self.lock();
        let written = mem::take(&mut waiting.writing);
        if !committed && !written.is_empty() {
            waiting.consumed.extend(written);
            self.changed.notify_one();
        }
    }

    /// Whether any message waits that no batch has taken.
    pub(crate) fn are_waiting(&self) -> bool {
        !self.lock().consumed.is_empty()
    }
}
