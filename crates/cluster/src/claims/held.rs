//! What this node holds, and when Redis is to be told of it.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use crate::figures::limit_hit;

#[derive(Debug, Default)]
struct Table {
    /// How many claims there are of each name.
    names: HashMap<Arc<str>, usize>,
    /// When each name is to be renewed, the next first. One that was let go of stays until its turn.
    due: VecDeque<(Instant, Arc<str>)>,
    /// Who is in `due`.
    has_turn: HashSet<Arc<str>>,
    /// What Redis is still to take out.
    let_go: HashSet<Arc<str>>,
}

/// What Redis is to be told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Telling {
    pub(super) held: Vec<Arc<str>>,
    pub(super) let_go: Vec<Arc<str>>,
}

/// The claims of this node.
#[derive(Debug)]
pub(crate) struct Held {
    table: Mutex<Table>,
    has_changed: Notify,
    most: usize,
}

impl Held {
    /// Room for `most` names.
    pub(crate) fn new(most: usize) -> Self {
        Self { table: Mutex::default(), has_changed: Notify::new(), most }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds `name` once more. It is to be renewed at `renewed`, or told now. None if there is no room: other nodes
    /// do not find it then for long, or at all.
    pub(super) fn hold(&self, name: &str, renewed: Option<Instant>) -> Option<Arc<str>> {
        let mut table = self.lock();
        if let Some((known, _)) = table.names.get_key_value(name) {
            let known = Arc::clone(known);
            *table.names.entry(Arc::clone(&known)).or_default() += 1;
            return Some(known);
        }
        let name: Arc<str> = name.into();
        if table.names.len() >= self.most || table.due.len() >= self.most.saturating_mul(2) {
            limit_hit("bus_claims");
            return None;
        }
        table.names.insert(Arc::clone(&name), 1);
        table.let_go.remove(&name);
        if table.has_turn.insert(Arc::clone(&name)) {
            match renewed {
                Some(at) => table.due.push_back((at, Arc::clone(&name))),
                None => table.due.push_front((Instant::now(), Arc::clone(&name))),
            }
            drop(table);
            self.has_changed.notify_one();
        }
        Some(name)
    }

    /// Holds `name` once less.
    pub(super) fn let_go(&self, name: &Arc<str>) {
        let mut table = self.lock();
        let Some(count) = table.names.get_mut(name) else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        table.names.remove(name);
        // Without Redis this would grow: what does not fit expires there by itself.
        if table.let_go.len() < self.most {
            table.let_go.insert(Arc::clone(name));
            drop(table);
            self.has_changed.notify_one();
        }
    }

    /// Returns when there is something to tell.
    pub(super) async fn due(&self) {
        loop {
            let next = {
                let table = self.lock();
                if !table.let_go.is_empty() {
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

    /// Takes what Redis is to be told, at most `most` of each kind; what is held is due again after `renewal`.
    pub(super) fn take(&self, most: usize, now: Instant, renewal: Duration) -> Telling {
        let mut table = self.lock();
        let let_go: Vec<_> = table.let_go.iter().take(most).cloned().collect();
        for name in &let_go {
            table.let_go.remove(name);
        }
        let mut held = Vec::new();
        while held.len() < most
            && let Some((_, name)) = table.due.pop_front_if(|(at, _)| *at <= now)
        {
            if table.names.contains_key(&name) {
                table.due.push_back((now + renewal, Arc::clone(&name)));
                held.push(name);
            } else {
                table.has_turn.remove(&name);
            }
        }
        Telling { held, let_go }
    }

    /// Redis may know nothing: everything is due.
    pub(crate) fn all_due(&self, now: Instant) {
        let mut table = self.lock();
        table.due = table.names.keys().map(|name| (now, Arc::clone(name))).collect();
        table.has_turn = table.names.keys().cloned().collect();
        drop(table);
        self.has_changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RENEWAL: Duration = Duration::from_secs(10);

    fn names(names: &[Arc<str>]) -> Vec<&str> {
        names.iter().map(|name| &**name).collect()
    }

    #[test]
    fn a_name_is_held_until_its_last_claim_goes() {
        let (held, now) = (Held::new(9), Instant::now());
        let one = held.hold("a", Some(now + RENEWAL)).unwrap();
        let two = held.hold("a", Some(now + RENEWAL)).unwrap();
        held.let_go(&one);
        assert_eq!(held.take(9, now, RENEWAL), Telling::default());
        held.let_go(&two);
        assert_eq!(names(&held.take(9, now, RENEWAL).let_go), ["a"]);
        assert_eq!(held.take(9, now + RENEWAL, RENEWAL), Telling::default(), "it had a turn and is gone");
    }

    #[test]
    fn what_redis_does_not_know_is_told_at_once_and_the_rest_in_its_turn() {
        let (held, now) = (Held::new(9), Instant::now());
        held.hold("told", Some(now + RENEWAL));
        held.hold("untold", None);
        let later = Instant::now();
        assert_eq!(names(&held.take(9, later, RENEWAL).held), ["untold"]);
        assert_eq!(names(&held.take(1, later + RENEWAL, RENEWAL).held), ["told"]);
        assert_eq!(names(&held.take(1, later + RENEWAL, RENEWAL).held), ["untold"]);
        held.all_due(later);
        assert_eq!(held.take(9, later, RENEWAL).held.len(), 2);
    }

    #[test]
    fn what_is_claimed_again_is_not_taken_out() {
        let (held, now) = (Held::new(9), Instant::now());
        let name = held.hold("a", Some(now + RENEWAL)).unwrap();
        held.let_go(&name);
        held.hold("a", Some(now + RENEWAL));
        assert_eq!(held.take(9, now, RENEWAL), Telling::default());
        assert_eq!(names(&held.take(9, now + RENEWAL, RENEWAL).held), ["a"]);
    }

    #[test]
    fn names_are_bounded() {
        let (held, now) = (Held::new(1), Instant::now());
        held.hold("a", None);
        assert_eq!(held.hold("b", None), None);
        assert_eq!(names(&held.take(9, Instant::now().max(now), RENEWAL).held), ["a"]);
        assert_eq!(held.take(9, now, RENEWAL), Telling::default());
    }
}
