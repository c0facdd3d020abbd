//! The entries of this node, and which of them Redis is to be told.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use deskwire_model::Uid;
use tokio::sync::Notify;

use super::{EnterError, MAX_SESSION_LEN, MAX_VALUE_LEN};
use crate::figures::limit_hit;

/// Sessions of one user and what is told of them.
type Sessions = BTreeMap<Box<str>, Bytes>;
/// A session and what is told of it.
pub(super) type Session = (Box<str>, Bytes);

#[derive(Debug, Default)]
struct Table {
    users: HashMap<Uid, Sessions>,
    count: usize,
    /// Users whose entries changed, with those that are no longer true.
    changed: HashMap<Uid, Vec<Session>>,
    /// When each user's entries are to be renewed, the next first. A user that is gone stays until its turn.
    due: VecDeque<(Instant, Uid)>,
    /// Who is in `due`.
    has_turn: HashSet<Uid>,
}

/// What Redis is to be told of one user.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Telling {
    pub(super) user: Uid,
    pub(super) untrue: Vec<Session>,
    pub(super) sessions: Vec<Session>,
}

/// What is on its way to Redis. Telling it may end at any await, with the connection.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    entries: &'a Entries,
    pub(super) tellings: Vec<Telling>,
}

impl Taken<'_> {
    /// Redis knows it.
    pub(super) fn told(mut self) {
        self.tellings.clear();
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.entries.untold(std::mem::take(&mut self.tellings));
    }
}

/// The entries of this node.
#[derive(Debug)]
pub(crate) struct Entries {
    table: Mutex<Table>,
    has_changed: Notify,
    most: usize,
    /// Whether there is anybody to tell.
    is_told: bool,
    /// How far the clock of Redis is ahead of ours, in milliseconds.
    ahead: AtomicI64,
}

impl Entries {
    /// Room for `most` entries.
    pub(crate) fn new(most: usize) -> Self {
        Self { table: Mutex::default(), has_changed: Notify::new(), most, is_told: true, ahead: AtomicI64::new(0) }
    }

    /// The same, where there is nobody to tell.
    pub(crate) fn untold_to_anybody(most: usize) -> Self {
        Self { is_told: false, ..Self::new(most) }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a session, or changes what is told of it.
    pub(super) fn enter(&self, user: &Uid, session: &str, value: Bytes) -> Result<(), EnterError> {
        if session.is_empty() || session.len() > MAX_SESSION_LEN || session.contains('\0') {
            return Err(EnterError::Session);
        }
        if value.len() > MAX_VALUE_LEN {
            return Err(EnterError::Value);
        }
        let mut table = self.lock();
        let known = table.users.get(user).and_then(|sessions| sessions.get(session)).cloned();
        match &known {
            Some(old) if *old == value => return Ok(()),
            None if table.count >= self.most => {
                limit_hit("bus_entries");
                return Err(EnterError::Full);
            }
            None => table.count += 1,
            Some(_) => {}
        }
        table.users.entry(user.clone()).or_default().insert(session.into(), value);
        if self.is_told {
            let untrue = table.changed.entry(user.clone()).or_default();
            untrue.extend(known.map(|old| (session.into(), old)));
            self.has_changed.notify_one();
        }
        Ok(())
    }

    /// Takes a session out.
    pub(super) fn leave(&self, user: &Uid, session: &str) {
        let mut table = self.lock();
        let Some(sessions) = table.users.get_mut(user) else { return };
        let Some(value) = sessions.remove(session) else { return };
        if sessions.is_empty() {
            table.users.remove(user);
        }
        table.count -= 1;
        // Without Redis this would grow: what does not fit expires there by itself.
        let has_room = table.changed.len() < self.most || table.changed.contains_key(user);
        if self.is_told && has_room {
            table.changed.entry(user.clone()).or_default().push((session.into(), value));
            self.has_changed.notify_one();
        }
    }

    /// The sessions of `user` on this node.
    pub(super) fn sessions(&self, user: &Uid) -> Vec<Session> {
        let table = self.lock();
        let sessions = table.users.get(user).into_iter().flatten();
        sessions.map(|(session, value)| (session.clone(), value.clone())).collect()
    }

    pub(super) fn has(&self, user: &Uid) -> bool {
        self.lock().users.contains_key(user)
    }

    /// Returns when something changed, or is to be renewed.
    pub(super) async fn due(&self) {
        loop {
            let next = {
                let table = self.lock();
                if !table.changed.is_empty() {
                    return;
                }
                table.due.front().map(|(at, _)| *at)
            };
            let renewal = async {
                match next {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = renewal => return,
                () = self.has_changed.notified() => {}
            }
        }
    }

    /// What to tell Redis of at most `most` users: what changed, then what is due. All of it is due again after `renewal`.
    fn take(&self, most: usize, now: Instant, renewal: Duration) -> Vec<Telling> {
        let mut table = self.lock();
        // In a set: a user may have changed and be due.
        let mut users: HashSet<Uid> = table.changed.keys().take(most).cloned().collect();
        while users.len() < most
            && let Some((_, user)) = table.due.pop_front_if(|(at, _)| *at <= now)
        {
            table.has_turn.remove(&user);
            users.insert(user);
        }
        let mut tellings = Vec::with_capacity(users.len());
        for user in users {
            let untrue = table.changed.remove(&user).unwrap_or_default();
            let sessions: Vec<Session> = table
                .users
                .get(&user)
                .into_iter()
                .flatten()
                .map(|(session, value)| (session.clone(), value.clone()))
                .collect();
            if !sessions.is_empty() && table.has_turn.insert(user.clone()) {
                table.due.push_back((now + renewal, user.clone()));
            }
            if !sessions.is_empty() || !untrue.is_empty() {
                tellings.push(Telling { user, untrue, sessions });
            }
        }
        tellings
    }

    /// The same as [`Entries::take`]; what is not [`Taken::told`] is kept.
    pub(super) fn take_to_tell(&self, most: usize, now: Instant, renewal: Duration) -> Taken<'_> {
        Taken { entries: self, tellings: self.take(most, now, renewal) }
    }

    /// Redis was not told: what is no longer true is kept for the next time. The rest is renewed when it is there again.
    fn untold(&self, tellings: Vec<Telling>) {
        let mut table = self.lock();
        for Telling { user, untrue, .. } in tellings {
            if !untrue.is_empty() {
                table.changed.entry(user).or_default().extend(untrue);
            }
        }
    }

    /// Redis knows nothing: everything is due.
    pub(crate) fn all_due(&self, now: Instant) {
        let mut table = self.lock();
        table.due = table.users.keys().map(|user| (now, user.clone())).collect();
        table.has_turn = table.users.keys().cloned().collect();
        self.has_changed.notify_one();
    }

    /// Redis says that it is `redis` while we say that it is `own`, in milliseconds.
    pub(super) fn set_clock(&self, redis: i64, own: i64) {
        self.ahead.store(redis - own, Ordering::Release);
    }

    /// What the clock of Redis shows when ours shows `own`.
    pub(super) fn redis_clock(&self, own: i64) -> i64 {
        own.saturating_add(self.ahead.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RENEWAL: Duration = Duration::from_secs(10);

    fn uid(text: &str) -> Uid {
        Uid::new(text).unwrap()
    }

    fn value(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn redis_is_told_what_changed_and_what_is_no_longer_true() {
        let (entries, now) = (Entries::new(2), Instant::now());
        entries.enter(&uid("u"), "s1", value("a")).unwrap();
        entries.enter(&uid("u"), "s2", value("b")).unwrap();
        assert_eq!(entries.enter(&uid("v"), "s3", value("c")), Err(EnterError::Full));
        let told = entries.take(9, now, RENEWAL);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].untrue.len(), told[0].sessions.len()), (0, 2));
        assert!(entries.take(9, now, RENEWAL).is_empty());

        entries.enter(&uid("u"), "s1", value("z")).unwrap();
        entries.leave(&uid("u"), "s2");
        let told = entries.take(9, now, RENEWAL);
        assert_eq!(told[0].untrue, [("s1".into(), value("a")), ("s2".into(), value("b"))]);
        assert_eq!(told[0].sessions, [("s1".into(), value("z"))]);
    }

    #[test]
    fn everybody_has_a_turn_each_time_and_after_redis_forgot() {
        let (entries, now) = (Entries::new(100), Instant::now());
        for user in ["a", "b", "c"] {
            entries.enter(&uid(user), "s", value("x")).unwrap();
        }
        assert_eq!(entries.take(2, now, RENEWAL).len() + entries.take(2, now, RENEWAL).len(), 3);
        entries.leave(&uid("c"), "s");
        assert_eq!(entries.take(9, now, RENEWAL).len(), 1, "c has left");
        assert!(entries.take(9, now + RENEWAL / 2, RENEWAL).is_empty());
        assert_eq!(entries.take(9, now + RENEWAL, RENEWAL).len(), 2);
        entries.all_due(now + RENEWAL);
        assert_eq!(entries.take(9, now + RENEWAL, RENEWAL).len(), 2);
    }

    #[test]
    fn what_redis_was_not_told_is_kept() {
        let (entries, now) = (Entries::new(100), Instant::now());
        entries.enter(&uid("a"), "s", value("x")).unwrap();
        entries.take(9, now, RENEWAL);
        entries.leave(&uid("a"), "s");
        // The connection ends.
        drop(entries.take_to_tell(9, now, RENEWAL));
        let told = entries.take(9, now, RENEWAL);
        assert_eq!(told[0].untrue, [("s".into(), value("x"))]);
        entries.leave(&uid("a"), "s");
        entries.take_to_tell(9, now, RENEWAL).told();
        assert!(entries.take(9, now, RENEWAL).is_empty());
    }

    #[test]
    fn sessions_and_values_have_bounds() {
        let entries = Entries::new(9);
        let long = "x".repeat(MAX_SESSION_LEN + 1);
        for bad in ["", "a\0b", &long] {
            assert_eq!(entries.enter(&uid("a"), bad, Bytes::new()), Err(EnterError::Session));
        }
        let large = vec![0; MAX_VALUE_LEN + 1].into();
        assert_eq!(entries.enter(&uid("a"), "s", large), Err(EnterError::Value));
    }
}
