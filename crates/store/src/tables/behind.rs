//! Which logs the index of texts is behind with.

use std::{
    collections::BTreeSet,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use deskwire_model::LogId;
use tokio::sync::Notify;

/// Logs that are remembered; with more of them all are gone through.
const REMEMBERED: usize = 65_536;

/// Where to look next. In memory only: a new process goes through all logs once, by their positions on disk.
#[derive(Debug, Default)]
pub(crate) struct Behind {
    known: Mutex<Known>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Known {
    grown: BTreeSet<LogId>,
    sweep: Sweep,
}

/// Going through all logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sweep {
    /// The logs from the first to this one were looked at.
    Behind(LogId),
    /// From the first one on.
    #[default]
    All,
    Done,
}

/// Where to look for entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// In these logs.
    Grown(Vec<LogId>),
    /// In the logs behind this one that are behind.
    After(LogId),
}

impl Behind {
    /// Notes that `logs` have entries that were not looked at.
    pub(crate) fn note(&self, logs: Vec<LogId>) {
        if logs.is_empty() {
            return;
        }
        let mut known = self.known();
        known.grown.extend(logs);
        if known.grown.len() > REMEMBERED {
            *known = Known::default();
        }
        drop(known);
        self.changed.notify_one();
    }

    /// What to do next, at most `limit` logs of it; nothing if the index has everything.
    pub(crate) fn take(&self, limit: usize) -> Option<Work> {
        let mut known = self.known();
        if known.grown.is_empty() {
            return match known.sweep {
                Sweep::All => Some(Work::After(LogId(0))),
                Sweep::Behind(log) => Some(Work::After(log)),
                Sweep::Done => None,
            };
        }
        let rest = known.grown.iter().nth(limit).copied().map(|log| known.grown.split_off(&log));
        let taken = mem::replace(&mut known.grown, rest.unwrap_or_default());
        Some(Work::Grown(taken.into_iter().collect()))
    }

    /// Notes that all logs up to `log` were gone through, or all there are.
    pub(crate) fn swept(&self, log: Option<LogId>) {
        self.known().sweep = log.map_or(Sweep::Done, Sweep::Behind);
    }

    /// Whether there is anything to do.
    pub(crate) fn is_known(&self) -> bool {
        let known = self.known();
        !known.grown.is_empty() || known.sweep != Sweep::Done
    }

    /// Waits until there is something to do. For one caller at a time.
    pub(crate) async fn wait(&self) {
        while !self.is_known() {
            self.changed.notified().await;
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_grown_comes_before_what_may_be_behind() {
        let behind = Behind::default();
        assert_eq!(behind.take(2), Some(Work::After(LogId(0))), "at first all logs may be behind");
        behind.swept(Some(LogId(7)));
        behind.note(vec![LogId(3), LogId(1), LogId(2), LogId(3)]);
        assert_eq!(behind.take(2), Some(Work::Grown(vec![LogId(1), LogId(2)])));
        assert_eq!(behind.take(2), Some(Work::Grown(vec![LogId(3)])));
        assert_eq!(behind.take(2), Some(Work::After(LogId(7))));
        behind.swept(None);
        assert_eq!(behind.take(2), None);
        assert!(!behind.is_known());
    }

    #[test]
    fn more_than_is_remembered_means_all() {
        let behind = Behind::default();
        behind.swept(None);
        behind.note((0..=65_536).map(LogId).collect());
        assert_eq!(behind.take(2), Some(Work::After(LogId(0))));
    }
}
