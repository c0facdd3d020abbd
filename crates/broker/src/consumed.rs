//! Stored messages that were consumed, on their way out of the store.

use std::{
    collections::VecDeque,
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
    /// The oldest in front: it is written first, so that none waits for as long as others come.
    consumed: VecDeque<QueuedId>,
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
        let count = waiting.consumed.len().min(limit);
        let taken: Vec<_> = waiting.consumed.drain(..count).collect();
        if !taken.is_empty() {
            writes.push(Write::Consume(taken.clone()));
            waiting.writing = taken;
        }
        if waiting.consumed.is_empty() {
            waiting.consumed = VecDeque::new();
        } else {
            self.changed.notify_one();
        }
    }

    /// Ends the batch; what the store still has waits for the next one.
    pub(crate) fn end(&self, committed: bool) {
        let mut waiting = self.lock();
        let written = mem::take(&mut waiting.writing);
        if !committed && !written.is_empty() {
            written.into_iter().rev().for_each(|id| waiting.consumed.push_front(id));
            self.changed.notify_one();
        }
    }

    /// Whether any message waits that no batch has taken.
    pub(crate) fn are_waiting(&self) -> bool {
        !self.lock().consumed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[i64]) -> Vec<QueuedId> {
        numbers.iter().copied().map(QueuedId).collect()
    }

    fn begun(consumed: &Consumed) -> Vec<Write> {
        let mut writes = Vec::new();
        consumed.begin(2, &mut writes);
        writes
    }

    #[test]
    fn the_oldest_is_written_first_also_after_a_failure() {
        let consumed = Consumed::default();
        consumed.add(ids(&[1, 2, 3]));
        assert_eq!(begun(&consumed), [Write::Consume(ids(&[1, 2]))]);
        consumed.add(ids(&[4]));
        consumed.end(false);
        assert_eq!(begun(&consumed), [Write::Consume(ids(&[1, 2]))]);
        consumed.end(true);
        assert_eq!(begun(&consumed), [Write::Consume(ids(&[3, 4]))]);
        consumed.end(true);
        assert!(begun(&consumed).is_empty() && !consumed.are_waiting());
    }
}
