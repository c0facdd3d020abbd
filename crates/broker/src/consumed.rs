//! Stored messages that were consumed, on their way out of the store.

use std::{
    collections::{BTreeMap, VecDeque},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deskwire_store::{QueuedId, Write, Written};
use tokio::sync::Notify;

use crate::log::{CommitError, Reply};

/// A message that was consumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Its number in the store.
    pub(crate) id: QueuedId,
    /// For a message of a work queue of several nodes: the home that handed it out.
    pub(crate) home: Option<Arc<str>>,
}

/// Numbers of messages that the store may forget. One that is not forgotten before a crash comes again.
#[derive(Debug, Default)]
pub(crate) struct Consumed {
    waiting: Mutex<Waiting>,
    changed: Notify,
    urgent: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    /// The oldest in front: it is written first, so that none waits for as long as others come.
    consumed: VecDeque<Settled>,
    /// What is in the batch that is being written.
    writing: Vec<Settled>,
    /// How many were ever consumed, how many of them were written, and how many of these were another home's by then.
    added: u64,
    written: u64,
    lost: u64,
    /// Who waits for the end of what was consumed.
    askers: Vec<Asker>,
}

#[derive(Debug)]
struct Asker {
    /// Behind how many that were written.
    through: u64,
    /// How many of them were another home's when the first was consumed that the asker means.
    lost: u64,
    reply: Reply,
}

impl Asker {
    fn answer(self, lost: u64) {
        let is_certain = lost <= self.lost;
        self.reply.send(if is_certain { Ok(Written::Noted) } else { Err(CommitError::Taken) });
    }
}

impl Consumed {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when messages were consumed and have waited for `delay`, or somebody waits for their end.
    pub(crate) async fn due(&self, delay: Duration) {
        self.changed.notified().await;
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = self.urgent.notified() => {}
        }
    }

    /// Has messages forgotten.
    pub(crate) fn add(&self, ids: Vec<QueuedId>) {
        self.settle(ids.into_iter().map(|id| Settled { id, home: None }).collect());
    }

    /// The same, for messages that may have a home.
    pub(crate) fn settle(&self, settled: Vec<Settled>) {
        if !settled.is_empty() {
            let mut waiting = self.lock();
            waiting.added += settled.len() as u64;
            waiting.consumed.extend(settled);
            drop(waiting);
            self.changed.notify_one();
        }
    }

    /// How many consumed messages were another home's by then. To be asked before what is consumed next, for
    /// [`Self::when_forgotten`].
    pub(crate) fn lost(&self) -> u64 {
        self.lock().lost
    }

    /// Tells `reply` when everything that was consumed before is forgotten; or that some of it may be another node's, if any
    /// was since there were `lost`.
    pub(crate) fn when_forgotten(&self, lost: u64, reply: Reply) {
        let mut waiting = self.lock();
        let asker = Asker { through: waiting.added, lost, reply };
        if waiting.written >= asker.through {
            let lost = waiting.lost;
            drop(waiting);
            return asker.answer(lost);
        }
        waiting.askers.push(asker);
        drop(waiting);
        self.urgent.notify_one();
    }

    /// Adds up to `limit` of the messages to a batch.
    pub(crate) fn begin(&self, limit: usize, writes: &mut Vec<Write>) {
        let mut waiting = self.lock();
        let count = waiting.consumed.len().min(limit);
        let taken: Vec<_> = waiting.consumed.drain(..count).collect();
        let mut homes: BTreeMap<Option<&Arc<str>>, Vec<QueuedId>> = BTreeMap::new();
        for Settled { id, home } in &taken {
            homes.entry(home.as_ref()).or_default().push(*id);
        }
        writes.extend(homes.into_iter().map(|(home, messages)| match home {
            None => Write::Consume(messages),
            Some(home) => Write::Settle { home: Arc::clone(home), messages },
        }));
        waiting.writing = taken;
        if waiting.consumed.is_empty() {
            waiting.consumed = VecDeque::new();
        } else {
            self.changed.notify_one();
        }
    }

    /// Ends the batch, with its outcome if it was written; what the store still has waits for the next one.
    pub(crate) fn end(&self, written: Option<&[Written]>) {
        let mut waiting = self.lock();
        let taken = mem::take(&mut waiting.writing);
        let answered = if let Some(written) = written {
            let lost = |written: &Written| if let Written::Settled { lost } = written { *lost as u64 } else { 0 };
            waiting.written += taken.len() as u64;
            waiting.lost += written.iter().map(lost).sum::<u64>();
            let through = waiting.written;
            waiting.askers.extract_if(.., |asker| asker.through <= through).collect()
        } else {
            if !taken.is_empty() {
                taken.into_iter().rev().for_each(|settled| waiting.consumed.push_front(settled));
                self.changed.notify_one();
            }
            mem::take(&mut waiting.askers)
        };
        if !waiting.askers.is_empty() {
            self.urgent.notify_one();
        }
        let lost = waiting.lost;
        drop(waiting);
        for asker in answered {
            match written {
                Some(_) => asker.answer(lost),
                None => asker.reply.send(Err(CommitError::Store)),
            }
        }
    }

    /// Whether any message waits that no batch has taken.
    pub(crate) fn are_waiting(&self) -> bool {
        !self.lock().consumed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

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
        consumed.end(None);
        assert_eq!(begun(&consumed), [Write::Consume(ids(&[1, 2]))]);
        consumed.end(Some(&[]));
        assert_eq!(begun(&consumed), [Write::Consume(ids(&[3, 4]))]);
        consumed.end(Some(&[]));
        assert!(begun(&consumed).is_empty() && !consumed.are_waiting());
    }

    #[test]
    fn who_asks_is_answered_when_all_of_it_is_written() {
        let (consumed, home) = (Consumed::default(), Arc::<str>::from("one"));
        let settled = |id| Settled { id: QueuedId(id), home: Some(Arc::clone(&home)) };
        let ask = |lost| {
            let (sender, receiver) = oneshot::channel();
            consumed.when_forgotten(lost, Reply::Waiter(sender));
            receiver
        };
        assert_eq!(ask(0).try_recv(), Ok(Ok(Written::Noted)), "nothing is on its way");
        consumed.settle(vec![settled(1), settled(2), settled(3)]);
        let mut first = ask(consumed.lost());
        assert_eq!(begun(&consumed), [Write::Settle { home: Arc::clone(&home), messages: ids(&[1, 2]) }]);
        consumed.end(Some(&[Written::Settled { lost: 0 }]));
        assert!(first.try_recv().is_err(), "one is left");
        assert_eq!(begun(&consumed).len(), 1);
        consumed.end(Some(&[Written::Settled { lost: 1 }]));
        assert_eq!(first.try_recv(), Ok(Err(CommitError::Taken)));
        consumed.settle(vec![settled(4)]);
        let mut second = ask(consumed.lost());
        begun(&consumed);
        consumed.end(Some(&[Written::Settled { lost: 0 }]));
        assert_eq!(second.try_recv(), Ok(Ok(Written::Noted)), "what was lost before is not its own");
    }
}
