//! What the desk's own task has to look at, and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use deskwire_model::{Timestamp, Uid};
use tokio::sync::Notify;

/// Who is to be looked at.
#[derive(Debug, Default)]
struct Woken {
    /// Whether all services with a queue are to be looked at.
    everything: bool,
    services: BTreeSet<Uid>,
    agents: BTreeSet<Uid>,
    /// Services whose visitors have other places now.
    places: BTreeSet<Uid>,
    /// Services that are closed and have a queue, and when each opens.
    closed: BTreeMap<Uid, Timestamp>,
}

/// What the desk's own task has to look at; each service and agent stands there once.
#[derive(Debug)]
pub(crate) struct Wakes {
    woken: Mutex<Woken>,
    /// When the task looks at the timers next.
    planned: AtomicI64,
    stopping: AtomicBool,
    notify: Notify,
}

impl Default for Wakes {
    fn default() -> Self {
        Self {
            woken: Mutex::default(),
            planned: AtomicI64::new(i64::MAX),
            stopping: AtomicBool::new(false),
            notify: Notify::new(),
        }
    }
}

impl Wakes {
    fn lock(&self) -> MutexGuard<'_, Woken> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody may have room for who waits for `service`, or somebody waits there now.
    pub(crate) fn service(&self, service: &Uid) {
        self.lock().services.insert(service.clone());
        self.notify.notify_one();
    }

    /// Somebody may have room, it is not known who.
    pub(crate) fn everything(&self) {
        self.lock().everything = true;
        self.notify.notify_one();
    }

    /// `agent` may have room.
    pub(crate) fn agent(&self, agent: &Uid) {
        self.lock().agents.insert(agent.clone());
        self.notify.notify_one();
    }

    /// Who waits for `service` has another place now.
    pub(crate) fn places(&self, service: &Uid) {
        self.lock().places.insert(service.clone());
        self.notify.notify_one();
    }

    /// `service` is to be looked at when it opens.
    pub(crate) fn closed_until(&self, service: &Uid, opens: Timestamp) {
        self.lock().closed.insert(service.clone(), opens);
    }

    /// Wakes what has opened by `now`; returns when the next service does.
    pub(crate) fn open(&self, now: Timestamp) -> Option<Timestamp> {
        let mut woken = self.lock();
        let opened: Vec<Uid> =
            woken.closed.extract_if(.., |_, opens| *opens <= now).map(|(service, _)| service).collect();
        woken.services.extend(opened);
        woken.closed.values().min().copied()
    }

    /// A timer was set for `due`.
    pub(crate) fn timer(&self, due: Option<Timestamp>) {
        if due.is_some_and(|due| due.0 < self.planned.load(Ordering::Acquire)) {
            self.notify.notify_one();
        }
    }

    /// The task looks at the timers at `time` at the latest.
    pub(crate) fn plan(&self, time: Timestamp) {
        self.planned.store(time.0, Ordering::Release);
    }

    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.notify.notify_one();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Waits until there is something to look at.
    pub(crate) async fn woken(&self) {
        self.notify.notified().await;
    }

    /// The services and agents that were woken, and whether all services are.
    pub(crate) fn take(&self) -> (BTreeSet<Uid>, BTreeSet<Uid>, bool) {
        let mut woken = self.lock();
        (mem::take(&mut woken.services), mem::take(&mut woken.agents), mem::take(&mut woken.everything))
    }

    /// The services whose visitors have to be told their places.
    pub(crate) fn take_places(&self) -> BTreeSet<Uid> {
        mem::take(&mut self.lock().places)
    }

    pub(crate) fn has_places(&self) -> bool {
        !self.lock().places.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_service_is_looked_at_when_it_opens() {
        let wakes = Wakes::default();
        let uid = |text| Uid::new(text).unwrap();
        wakes.closed_until(&uid("early"), Timestamp(10));
        wakes.closed_until(&uid("late"), Timestamp(20));
        assert_eq!(wakes.open(Timestamp(9)), Some(Timestamp(10)));
        assert_eq!(wakes.take(), Default::default(), "both are closed");
        assert_eq!(wakes.open(Timestamp(10)), Some(Timestamp(20)));
        assert_eq!(wakes.take().0, BTreeSet::from([uid("early")]));
        assert_eq!(wakes.open(Timestamp(30)), None);
        assert_eq!(wakes.take().0, BTreeSet::from([uid("late")]));
    }

    #[test]
    fn what_is_woken_twice_is_looked_at_once() {
        let wakes = Wakes::default();
        let uid = |text| Uid::new(text).unwrap();
        for _ in 0..2 {
            wakes.service(&uid("s"));
            wakes.agent(&uid("a"));
            wakes.places(&uid("s"));
        }
        assert_eq!(wakes.take(), (BTreeSet::from([uid("s")]), BTreeSet::from([uid("a")]), false));
        assert!(wakes.has_places());
        assert_eq!(wakes.take_places(), BTreeSet::from([uid("s")]));
        assert_eq!(wakes.take(), Default::default());
    }
}
