//! What one node knows of a work queue beyond what is in its memory.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use deskwire_model::Topic;
use deskwire_store::{QueuedId, ReturnedWork, WorkElsewhere};

use crate::consumed::Settled;

/// What a queue knows of its messages that are not in the memory of this node.
#[derive(Debug, Default)]
pub(super) struct Beyond {
    /// Whether something may wait in the store: what is said now stands behind it.
    pub(super) is_behind: bool,
    /// Messages on their way into the store to wait there.
    pub(super) entering: usize,
    /// How many messages were ever said to wait there.
    pub(super) entered: u64,
    /// Whether something may wait there that nobody here has looked at.
    pub(super) look: bool,
    /// What was looked at, and is for nobody here.
    pub(super) after: QueuedId,
    /// Whether somebody looks, or brings something back.
    pub(super) is_served: bool,
    /// What goes back, with the home that it has.
    pub(super) returning: Vec<(Arc<str>, ReturnedWork)>,
    /// What was consumed of what is at home here.
    pub(super) settled: Vec<Settled>,
    /// Whether others are being told that something waits.
    pub(super) is_told: bool,
    /// Whether something waits that they were not told of.
    pub(super) is_untold: bool,
}

impl Beyond {
    /// Something may wait in the store.
    pub(super) const fn look_again(&mut self) {
        (self.is_behind, self.look) = (true, true);
    }

    /// Whether the queue is needed for what is on its way.
    pub(super) const fn is_idle(&self) -> bool {
        self.entering == 0 && !self.is_served && self.returning.is_empty() && !self.is_told
    }
}

/// How much is not in the memory of this node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) messages: usize,
    pub(super) bytes: usize,
}

/// How much of which queue is not in the memory of this node, as it was looked up last, with what has changed from here since.
#[derive(Debug, Default)]
pub(super) struct Elsewhere(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    queues: HashMap<Topic, Amount>,
    total: Amount,
    has_changed: bool,
}

impl Elsewhere {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn of(&self, topic: &Topic) -> Amount {
        self.lock().queues.get(topic).copied().unwrap_or_default()
    }

    pub(super) fn total(&self) -> Amount {
        self.lock().total
    }

    /// Whether `topic` is one of the queues, and how many there are.
    pub(super) fn knows(&self, topic: &Topic) -> (bool, usize) {
        let known = self.lock();
        (known.queues.contains_key(topic), known.queues.len())
    }

    pub(super) fn add(&self, topic: &Topic, bytes: usize) {
        let mut known = self.lock();
        known.has_changed = true;
        known.total.messages += 1;
        known.total.bytes += bytes;
        let amount = known.queues.entry(topic.clone()).or_default();
        amount.messages += 1;
        amount.bytes += bytes;
    }

    pub(super) fn remove(&self, topic: &Topic, bytes: usize) {
        let mut known = self.lock();
        known.has_changed = true;
        let Some(amount) = known.queues.get_mut(topic) else { return };
        amount.messages = amount.messages.saturating_sub(1);
        amount.bytes = amount.bytes.saturating_sub(bytes);
        if amount.messages == 0 {
            known.queues.remove(topic);
        }
        known.total.messages = known.total.messages.saturating_sub(1);
        known.total.bytes = known.total.bytes.saturating_sub(bytes);
    }

    /// Whether anything has changed from here since it was looked up.
    pub(super) fn take_changed(&self) -> bool {
        std::mem::take(&mut self.lock().has_changed)
    }

    /// It was looked up.
    pub(super) fn is(&self, found: Vec<WorkElsewhere>) {
        let (mut queues, mut total) = (HashMap::with_capacity(found.len()), Amount::default());
        for WorkElsewhere { topic, messages, bytes } in found {
            total.messages += messages;
            total.bytes += bytes;
            queues.insert(topic, Amount { messages, bytes });
        }
        let mut known = self.lock();
        (known.queues, known.total) = (queues, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_here_counts_until_it_is_looked_up() {
        let (elsewhere, jobs) = (Elsewhere::default(), Topic::new("queue/jobs").unwrap());
        elsewhere.add(&jobs, 5);
        elsewhere.add(&jobs, 7);
        elsewhere.remove(&jobs, 5);
        assert_eq!(elsewhere.of(&jobs), Amount { messages: 1, bytes: 7 });
        assert!(elsewhere.take_changed() && !elsewhere.take_changed());
        elsewhere.is(vec![WorkElsewhere { topic: jobs.clone(), messages: 3, bytes: 9 }]);
        assert_eq!(elsewhere.total(), Amount { messages: 3, bytes: 9 });
        for _ in 0..4 {
            elsewhere.remove(&jobs, 100);
        }
        assert_eq!((elsewhere.total(), elsewhere.knows(&jobs)), (Amount::default(), (false, 0)));
    }
}
