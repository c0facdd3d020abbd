//! Somebody who hears everything that is said in conversations, in the order of the commits: without gaps and repeats
//! (invariants I2 and I5), and never of an agent who is given more than it takes (invariant I10).

use std::collections::BTreeMap;

use deskwire_broker::{Content, Delivered, Outbox};
use deskwire_model::{LogId, ThreadStatus, Topic, Uid};

use crate::ledger::{Change, Ledger, read};

/// What was heard.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    /// How much of each log.
    heard: BTreeMap<LogId, u64>,
    /// On which topic of its own.
    topics: BTreeMap<LogId, Topic>,
    /// How much of each log was read when the server had died: what is announced meanwhile is known.
    resumed: BTreeMap<LogId, u64>,
    /// Who talks with the visitor, as far as was heard.
    owners: BTreeMap<LogId, Uid>,
    /// Since when who waits does so, in the order of the commits, as far as that was heard.
    pub(crate) waiting: BTreeMap<LogId, usize>,
    changes: usize,
    /// The most that each agent may have been given since the last quiet moment.
    pub(crate) capacity: BTreeMap<Uid, u32>,
}

impl Witness {
    /// Hears what was announced since; what routing has given out of queues, in this order.
    pub(crate) fn listen(&mut self, outbox: &Outbox) -> Vec<LogId> {
        let mut given = Vec::new();
        let (deliveries, lagging) = outbox.take_deliveries();
        assert!(lagging.is_empty(), "the witness has room for everything");
        for delivery in deliveries {
            let Delivered::Said(publication) = delivery.delivered else { panic!("{delivery:?}") };
            let Some((log, seq)) = publication.place() else { continue };
            if self.resumed.get(&log).is_some_and(|resumed| seq.0 <= *resumed) {
                continue;
            }
            let topic = self.topics.entry(log).or_insert_with(|| publication.topic().clone());
            assert_eq!(publication.topic(), topic, "conversation {log} is heard on two topics");
            let heard = self.heard.entry(log).or_default();
            assert_eq!(seq.0, *heard + 1, "conversation {log}: a gap or a repeat behind {heard}");
            *heard = seq.0;
            let Content::Message { payload, .. } = publication.content() else { panic!("{publication:?}") };
            let Some(change) = read(payload).1 else { continue };
            self.follow(log, &change, true);
            let by_hand = change.reason == "accepted by hand";
            if change.from == ThreadStatus::Queuing && change.name == "ASSIGN" && !by_hand {
                given.push(log);
            }
        }
        given
    }

    fn follow(&mut self, log: LogId, change: &Change, live: bool) {
        self.changes += 1;
        if change.to != ThreadStatus::Queuing {
            self.waiting.remove(&log);
        } else if change.from != ThreadStatus::Queuing && live {
            self.waiting.insert(log, self.changes);
        }
        self.owners.remove(&log);
        let Some(agent) = change.agent.clone().filter(|_| change.to == ThreadStatus::Chatting) else { return };
        if live && ["ASSIGN", "TRANSFER"].contains(&change.name.as_str()) && change.reason != "offered" {
            let others = self.owners.values().filter(|owner| **owner == agent).count();
            let room = self.capacity.get(&agent).copied().unwrap_or_default() as usize;
            assert!(others < room, "{agent} has {others} and takes {room}, and is given {log} by {change:?}");
        }
        self.owners.insert(log, agent);
    }

    /// The server has died, and was not heard to the end: what it had committed is read from the log, as a reader does that
    /// comes back.
    pub(crate) fn resume(&mut self, ledger: &Ledger) {
        for (log, record) in &ledger.records {
            let heard = self.heard.entry(*log).or_default();
            assert!(*heard <= record.log.len() as u64, "conversation {log}: {heard} was heard and is not there");
            let missed: Vec<Change> =
                record.log.iter().skip(*heard as usize).filter_map(|line| line.change.clone()).collect();
            *heard = record.log.len() as u64;
            self.resumed.insert(*log, *heard);
            missed.iter().for_each(|change| self.follow(*log, change, false));
        }
    }

    /// Nothing was committed that was not announced, on the topic of its log.
    pub(crate) fn has_heard(&self, ledger: &Ledger) {
        for (log, record) in &ledger.records {
            let heard = self.heard.get(log).copied().unwrap_or_default();
            assert_eq!(heard, record.log.len() as u64, "conversation {log} was not heard to its end");
            let topic = self.topics.get(log);
            assert!(topic.is_none_or(|topic| *topic == record.conversation.topic), "{log} is heard on {topic:?}");
        }
    }
}
