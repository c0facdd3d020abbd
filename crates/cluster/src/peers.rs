//! The other nodes, by their beacons.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use deskwire_model::Timestamp;

use crate::{codec::Beacon, node::NodeId};

/// Another node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its id; [`NodeId::name`] is its configured name.
    pub id: NodeId,
    /// When it started, by its own clock.
    pub since: Timestamp,
    /// How long ago its newest beacon was heard.
    pub last_heard: Duration,
}

/// Lost nodes that are remembered; the oldest go.
const MOST_LOST: usize = 64;

#[derive(Debug)]
struct Known {
    since: Timestamp,
    heard: Instant,
    /// Until when it is not lost, whatever is heard.
    counted_from: Instant,
    number: u64,
    dropped: u64,
}

/// What a beacon tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// The node was not known.
    pub(crate) has_joined: bool,
    /// Something that it published may not have been heard.
    pub(crate) has_missed: bool,
}

#[derive(Debug)]
struct Table {
    known: HashMap<NodeId, Known>,
    /// Who was not heard for the lease and has not come back under its name, the newest last: id, since when it was there,
    /// when it was heard last.
    lost: VecDeque<(NodeId, Timestamp, Instant)>,
    /// Since when beacons can be heard.
    listening_since: Instant,
}

/// The other nodes.
#[derive(Debug)]
pub(crate) struct Peers {
    table: Mutex<Table>,
    lease: Duration,
    most: usize,
}

impl Peers {
    pub(crate) fn new(lease: Duration, most: usize, now: Instant) -> Self {
        Self {
            table: Mutex::new(Table { known: HashMap::new(), lost: VecDeque::new(), listening_since: now }),
            lease,
            most,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A beacon of `from` is heard; none if there are too many nodes.
    pub(crate) fn beacon(&self, from: &NodeId, beacon: Beacon, now: Instant) -> Option<News> {
        let Beacon { number, dropped, since, .. } = beacon;
        let mut table = self.lock();
        if let Some(known) = table.known.get_mut(from) {
            let has_missed = dropped > known.dropped || number > known.number + 1;
            (known.heard, known.counted_from) = (now, now);
            known.number = known.number.max(number);
            known.dropped = known.dropped.max(dropped);
            return Some(News { has_joined: false, has_missed });
        }
        if table.known.len() >= self.most {
            return None;
        }
        // A node that is not new, and should have been heard before.
        let was_unheard = number > 1 && now.saturating_duration_since(table.listening_since) > self.lease;
        table.lost.retain(|(lost, ..)| lost.name() != from.name());
        table.known.insert(from.clone(), Known { since, heard: now, counted_from: now, number, dropped });
        Some(News { has_joined: true, has_missed: dropped > 0 || was_unheard })
    }

    /// `peer` has left. Returns whether it was known.
    pub(crate) fn left(&self, peer: &NodeId) -> bool {
        self.lock().known.remove(peer).is_some()
    }

    /// Beacons can be heard again from now on: nobody is lost for what could not be heard.
    pub(crate) fn listening(&self, now: Instant) {
        let mut table = self.lock();
        table.listening_since = now;
        for known in table.known.values_mut() {
            known.counted_from = now;
        }
    }

    /// Forgets who was not heard for the lease, and names them.
    pub(crate) fn expire(&self, now: Instant) -> Vec<NodeId> {
        let is_lost = |known: &Known| now.saturating_duration_since(known.counted_from) > self.lease;
        let mut table = self.lock();
        let Table { known, lost, .. } = &mut *table;
        let expired = known.extract_if(|_, known| is_lost(known)).map(|(peer, Known { since, heard, .. })| {
            lost.retain(|(other, ..)| other.name() != peer.name());
            if lost.len() == MOST_LOST {
                lost.pop_front();
            }
            lost.push_back((peer.clone(), since, heard));
            peer
        });
        expired.collect()
    }

    /// Those that were lost and have not come back under their names, by id.
    pub(crate) fn lost(&self, now: Instant) -> Vec<Peer> {
        let table = self.lock();
        let lost = table.lost.iter().filter(|(id, ..)| table.known.keys().all(|known| known.name() != id.name()));
        let mut lost: Vec<Peer> = lost
            .map(|(id, since, heard)| Peer {
                id: id.clone(),
                since: *since,
                last_heard: now.saturating_duration_since(*heard),
            })
            .collect();
        lost.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        lost
    }

    pub(crate) fn is_known(&self, peer: &NodeId) -> bool {
        self.lock().known.contains_key(peer)
    }

    /// All of them, by id.
    pub(crate) fn all(&self, now: Instant) -> Vec<Peer> {
        let mut peers: Vec<Peer> = self
            .lock()
            .known
            .iter()
            .map(|(id, known)| Peer {
                id: id.clone(),
                since: known.since,
                last_heard: now.saturating_duration_since(known.heard),
            })
            .collect();
        peers.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        peers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(5);

    fn beacon(number: u64, dropped: u64) -> Beacon {
        Beacon { number, dropped, since: Timestamp(0), is_greeting: false }
    }

    #[test]
    fn losses_show_in_what_beacons_count() {
        let (start, node) = (Instant::now(), NodeId::starting("a").unwrap());
        let peers = Peers::new(LEASE, 2, start);
        let hear = |number, dropped| peers.beacon(&node, beacon(number, dropped), start).unwrap();
        let news = |has_joined, has_missed| News { has_joined, has_missed };
        assert_eq!(hear(40, 0), news(true, false), "we are new, not the node");
        assert_eq!(hear(41, 0), news(false, false));
        assert_eq!(hear(42, 3), news(false, true), "it dropped something");
        assert_eq!(hear(43, 3), news(false, false));
        assert_eq!(hear(45, 3), news(false, true), "a beacon is missing");
    }

    #[test]
    fn who_is_found_late_may_have_been_missed() {
        let start = Instant::now();
        let peers = Peers::new(LEASE, 2, start);
        let late = start + LEASE * 2;
        let [a, b, c] = ["a", "b", "c"].map(|name| NodeId::starting(name).unwrap());
        assert_eq!(peers.beacon(&a, beacon(0, 0), late), Some(News { has_joined: true, has_missed: false }));
        assert_eq!(peers.beacon(&b, beacon(9, 0), late), Some(News { has_joined: true, has_missed: true }));
        assert_eq!(peers.beacon(&c, beacon(0, 0), late), None, "bounded");
    }

    #[test]
    fn who_is_silent_is_lost_but_not_for_our_own_deafness() {
        let (start, node) = (Instant::now(), NodeId::starting("a").unwrap());
        let peers = Peers::new(LEASE, 2, start);
        let after = |seconds| start + Duration::from_secs(seconds);
        peers.beacon(&node, beacon(0, 0), start);
        assert!(peers.expire(after(5)).is_empty());
        peers.listening(after(20));
        assert!(peers.expire(after(25)).is_empty());
        assert_eq!(peers.all(after(25))[0].last_heard, Duration::from_secs(25));
        assert_eq!(peers.expire(after(26)), [node]);
        assert!(peers.all(after(26)).is_empty());
    }

    #[test]
    fn who_is_lost_is_remembered_until_its_name_is_back() {
        let start = Instant::now();
        let peers = Peers::new(LEASE, 100, start);
        let lost = |now| peers.lost(now).into_iter().map(|peer| peer.id).collect::<Vec<_>>();
        let after = |seconds| start + Duration::from_secs(seconds);
        let [dies, again, leaves] = ["a", "a", "b"].map(|name| NodeId::starting(name).unwrap());
        peers.beacon(&dies, beacon(0, 0), start);
        peers.beacon(&leaves, beacon(0, 0), start);
        assert!(peers.left(&leaves));
        peers.expire(after(6));
        assert_eq!(lost(after(6)), [dies], "who has left is not missed");
        peers.beacon(&again, beacon(0, 0), after(7));
        assert!(lost(after(7)).is_empty(), "it was started again");
        for number in 0..90 {
            peers.beacon(&NodeId::starting(&format!("n{number}")).unwrap(), beacon(0, 0), after(8));
        }
        peers.expire(after(20));
        assert_eq!(lost(after(20)).len(), MOST_LOST, "bounded");
    }
}
