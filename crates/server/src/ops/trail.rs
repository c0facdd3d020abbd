//! Which way the last messages of conversations went: who said them over what, and which sessions got them when.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use deskwire_model::{LogId, MessageUid, Seq, SessionId, Timestamp, Uid};

use crate::telemetry::metrics::Protocol;

/// Rings under locks of their own: many more than there are cores. What belongs to one log is in one of them.
const RINGS: usize = 32;

/// A message that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acceptance {
    pub(crate) log: LogId,
    pub(crate) uid: MessageUid,
    pub(crate) user: Uid,
    /// None for HTTP.
    pub(crate) session: Option<SessionId>,
    pub(crate) protocol: Protocol,
    pub(crate) address: Option<IpAddr>,
    pub(crate) at: Timestamp,
}

/// A message that was written for a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) log: LogId,
    pub(crate) seq: Seq,
    pub(crate) user: Uid,
    pub(crate) session: SessionId,
    pub(crate) protocol: Protocol,
    pub(crate) at: Timestamp,
}

#[derive(Debug, Default)]
struct Ring {
    acceptances: VecDeque<Acceptance>,
    passages: VecDeque<Passage>,
}

/// The last acceptances and passages.
#[derive(Debug)]
pub(crate) struct Trail {
    rings: [Mutex<Ring>; RINGS],
    /// What one ring holds.
    acceptances: usize,
    passages: usize,
}

impl Trail {
    /// Remembers so many messages that were taken in, and so many that were written for a session; it allocates nothing until
    /// there are any.
    pub(crate) fn new(acceptances: usize, passages: usize) -> Self {
        Self {
            rings: std::array::from_fn(|_| Mutex::default()),
            acceptances: acceptances.div_ceil(RINGS),
            passages: passages.div_ceil(RINGS),
        }
    }

    fn ring(&self, log: LogId) -> MutexGuard<'_, Ring> {
        let index = usize::try_from(log.0.unsigned_abs() % RINGS as u64).unwrap_or_default();
        self.rings[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that a message was taken in.
    pub(crate) fn accepted(&self, acceptance: Acceptance) {
        push(&mut self.ring(acceptance.log).acceptances, acceptance, self.acceptances);
    }

    /// Remembers that a message was written for a session.
    pub(crate) fn passed(&self, passage: Passage) {
        push(&mut self.ring(passage.log).passages, passage, self.passages);
    }

    /// The log into which somebody has said the message called `uid`, if that is remembered: the newest.
    pub(crate) fn log_of(&self, uid: &MessageUid) -> Option<LogId> {
        let found = self.rings.iter().filter_map(|ring| {
            let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
            ring.acceptances.iter().rev().find(|acceptance| acceptance.uid == *uid).map(|found| (found.at, found.log))
        });
        found.max().map(|(_, log)| log)
    }

    /// How the message called `uid` came into `log`, and when it was written for which session; the oldest first.
    pub(crate) fn of(&self, log: LogId, uid: &MessageUid, seq: Seq) -> (Vec<Acceptance>, Vec<Passage>) {
        let ring = self.ring(log);
        let acceptances = ring.acceptances.iter().filter(|one| one.log == log && one.uid == *uid).cloned();
        let passages = ring.passages.iter().filter(|one| one.log == log && one.seq == seq).cloned();
        (acceptances.collect(), passages.collect())
    }
}

fn push<T>(ring: &mut VecDeque<T>, new: T, most: usize) {
    if most == 0 {
        return;
    }
    if ring.len() >= most {
        ring.pop_front();
    }
    ring.push_back(new);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acceptance(log: i64, uid: &str, at: i64) -> Acceptance {
        Acceptance {
            log: LogId(log),
            uid: MessageUid::new(uid).unwrap(),
            user: Uid::new("ann").unwrap(),
            session: None,
            protocol: Protocol::Http,
            address: None,
            at: Timestamp(at),
        }
    }

    fn passage(log: i64, seq: u64) -> Passage {
        Passage {
            log: LogId(log),
            seq: Seq(seq),
            user: Uid::new("bob").unwrap(),
            session: SessionId::random(),
            protocol: Protocol::Mqtt,
            at: Timestamp(0),
        }
    }

    #[test]
    fn a_message_is_found_with_all_who_got_it() {
        let trail = Trail::new(1000, 1000);
        let name = |text: &str| MessageUid::new(text).unwrap();
        trail.accepted(acceptance(1, "m", 1));
        trail.accepted(acceptance(33, "m", 2));
        for (log, seq) in [(1, 1), (1, 2), (33, 1), (1, 1)] {
            trail.passed(passage(log, seq));
        }
        assert_eq!(trail.log_of(&name("m")), Some(LogId(33)), "the newest");
        assert_eq!(trail.log_of(&name("n")), None);
        let (accepted, passed) = trail.of(LogId(1), &name("m"), Seq(1));
        assert_eq!((accepted, passed.len()), (vec![acceptance(1, "m", 1)], 2));
    }

    #[test]
    fn the_oldest_go_and_nothing_may_be_remembered() {
        let trail = Trail::new(RINGS, 2 * RINGS);
        for seq in 1..=5 {
            trail.accepted(acceptance(1, &format!("m{seq}"), 0));
            trail.passed(passage(1, seq));
        }
        let left = |seq: u64| {
            let (accepted, passed) = trail.of(LogId(1), &MessageUid::new(&format!("m{seq}")).unwrap(), Seq(seq));
            (accepted.len(), passed.len())
        };
        assert_eq!([3, 4, 5].map(left), [(0, 0), (0, 1), (1, 1)]);
        let nothing = Trail::new(0, 0);
        nothing.accepted(acceptance(1, "m", 0));
        nothing.passed(passage(1, 1));
        assert_eq!(nothing.log_of(&MessageUid::new("m").unwrap()), None);
    }
}
