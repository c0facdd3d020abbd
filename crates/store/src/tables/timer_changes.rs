//! Changes to timers that a batch makes together.
//!
//! What is said sets, keeps or takes away several timers. To PostgreSQL each of these is a way there and back, under the locks
//! of the batch; so only what becomes of each timer in the end is written, for all of them at once, before anything else of
//! the batch might look at timers.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use deskwire_model::{LogId, Timestamp};

use super::{rows, timers};
use crate::{
    TimerChange, TimerKind,
    engine::{Db, Result, ToSql},
};

/// Which timer.
type Key = (LogId, TimerKind, Box<str>);

/// What becomes of a timer.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    /// It is taken away.
    Gone,
    /// It is set anew.
    Set(Timestamp, Box<str>),
    /// It is set unless it is there.
    Kept(Timestamp),
}

/// The changes of a batch that are not written yet.
#[derive(Debug, Default)]
pub(super) struct TimerChanges {
    /// Kinds of which all timers of a conversation go first.
    cleared: BTreeSet<(LogId, TimerKind)>,
    fates: BTreeMap<Key, Fate>,
}

impl TimerChanges {
    /// Makes `changes` to the timers of `log`: at once, or with those of others where statements travel.
    pub(super) fn make(&mut self, db: &Db<'_>, log: LogId, changes: &[TimerChange]) -> Result<()> {
        if !db.is_shared() {
            return timers::change(db, log, changes);
        }
        for change in changes {
            self.note(log, change);
        }
        Ok(())
    }

    fn note(&mut self, log: LogId, change: &TimerChange) {
        match change {
            TimerChange::Set { kind, key, due, payload } => {
                self.fates.insert((log, kind, key.clone()), Fate::Set(*due, payload.clone()));
            }
            TimerChange::Ensure { kind, key, due } => {
                let is_cleared = self.cleared.contains(&(log, *kind));
                let fate = self
                    .fates
                    .entry((log, kind, key.clone()))
                    .or_insert_with(|| if is_cleared { Fate::Gone } else { Fate::Kept(*due) });
                if *fate == Fate::Gone {
                    *fate = Fate::Set(*due, "".into());
                }
            }
            TimerChange::Cancel { kind, key } => {
                self.fates.insert((log, kind, key.clone()), Fate::Gone);
            }
            TimerChange::CancelAll(kinds) => {
                for &kind in *kinds {
                    self.cleared.insert((log, kind));
                    let of_kind = self.fates.range((log, kind, "".into())..);
                    let of_kind = of_kind.take_while(|((of, name, _), _)| (*of, *name) == (log, kind));
                    let keys: Vec<Key> = of_kind.map(|(key, _)| key.clone()).collect();
                    for key in keys {
                        self.fates.remove(&key);
                    }
                }
            }
        }
    }

    /// Writes what was noted.
    pub(super) fn write(&mut self, db: &Db<'_>) -> Result<()> {
        if self.cleared.is_empty() && self.fates.is_empty() {
            return Ok(());
        }
        let cleared: Vec<_> = mem::take(&mut self.cleared).into_iter().collect();
        for part in rows::parts(&cleared) {
            clear(db, part)?;
        }
        let fates: Vec<_> = mem::take(&mut self.fates).into_iter().collect();
        // A timer that is set anew gets another number: whoever answers the old one comes too late.
        let gone: Vec<&Key> =
            fates.iter().filter(|(_, fate)| !matches!(fate, Fate::Kept(_))).map(|(key, _)| key).collect();
        for part in rows::parts(&gone) {
            cancel(db, part)?;
        }
        let (mut set, mut kept) = (Vec::new(), Vec::new());
        for (key, fate) in &fates {
            match fate {
                Fate::Gone => {}
                Fate::Set(due, payload) => set.push((key, due.0, &**payload)),
                Fate::Kept(due) => kept.push((key, due.0, "")),
            }
        }
        for (timers, conflict) in [(set, ""), (kept, " ON CONFLICT (log, kind, key) DO NOTHING")] {
            for part in rows::parts(&timers) {
                insert(db, part, conflict)?;
            }
        }
        Ok(())
    }
}

fn clear(db: &Db<'_>, kinds: &[(LogId, TimerKind)]) -> Result<()> {
    let mut delete = db.prepare_cached(&format!(
        "DELETE FROM timer WHERE (log, kind) IN (VALUES {})",
        rows::parameters(kinds.len(), &["BIGINT", "TEXT"])
    ))?;
    let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(kinds.len() * 2);
    for (log, kind) in kinds {
        parameters.extend([&log.0 as &dyn ToSql, kind]);
    }
    delete.execute(&parameters)?;
    Ok(())
}

fn cancel(db: &Db<'_>, timers: &[&Key]) -> Result<()> {
    let mut delete = db.prepare_cached(&format!(
        "DELETE FROM timer WHERE (log, kind, key) IN (VALUES {})",
        rows::parameters(timers.len(), &["BIGINT", "TEXT", "TEXT"])
    ))?;
    let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(timers.len() * 3);
    for (log, kind, key) in timers {
        parameters.extend([&log.0 as &dyn ToSql, kind, key]);
    }
    delete.execute(&parameters)?;
    Ok(())
}

fn insert(db: &Db<'_>, timers: &[(&Key, i64, &str)], conflict: &'static str) -> Result<()> {
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO timer (log, kind, key, due, payload) VALUES {}{conflict}",
        rows::parameters(timers.len(), &["BIGINT", "TEXT", "TEXT", "BIGINT", "TEXT"])
    ))?;
    let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(timers.len() * 5);
    for ((log, kind, key), due, payload) in timers {
        parameters.extend([&log.0 as &dyn ToSql, kind, key, due, payload]);
    }
    insert.execute(&parameters)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogId = LogId(7);

    fn set(key: &str, due: i64) -> TimerChange {
        TimerChange::Set { kind: "idle", key: key.into(), due: Timestamp(due), payload: "p".into() }
    }

    fn ensure(key: &str, due: i64) -> TimerChange {
        TimerChange::Ensure { kind: "idle", key: key.into(), due: Timestamp(due) }
    }

    fn cancel(key: &str) -> TimerChange {
        TimerChange::Cancel { kind: "idle", key: key.into() }
    }

    #[test]
    fn what_becomes_of_a_timer_is_what_was_said_last() {
        let all = || TimerChange::CancelAll(&["idle"]);
        let anew = |due| Some(Fate::Set(Timestamp(due), "p".into()));
        let plain = |due| Some(Fate::Set(Timestamp(due), "".into()));
        let kept = |due| Some(Fate::Kept(Timestamp(due)));
        for (changes, fate) in [
            (vec![set("a", 1), set("a", 2)], anew(2)),
            (vec![set("a", 1), ensure("a", 2)], anew(1)),
            (vec![set("a", 1), cancel("a")], Some(Fate::Gone)),
            (vec![ensure("a", 1), ensure("a", 2)], kept(1)),
            (vec![ensure("a", 1), set("a", 2)], anew(2)),
            (vec![cancel("a"), ensure("a", 2)], plain(2)),
            (vec![set("a", 1), set("b", 1), all()], None),
            (vec![all(), ensure("a", 2)], plain(2)),
            (vec![all(), set("a", 2)], anew(2)),
            (vec![all(), set("b", 2)], None),
        ] {
            let mut noted = TimerChanges::default();
            changes.iter().for_each(|change| noted.note(LOG, change));
            assert_eq!(noted.fates.get(&(LOG, "idle", "a".into())), fate.as_ref(), "{changes:?}");
            assert_eq!(noted.cleared.contains(&(LOG, "idle")), changes.contains(&all()), "{changes:?}");
        }
    }

    #[test]
    fn a_kind_is_cleared_of_one_conversation() {
        let mut noted = TimerChanges::default();
        noted.note(LOG, &set("a", 1));
        noted.note(LogId(8), &set("a", 1));
        noted.note(LOG, &TimerChange::Set { kind: "rating", key: "".into(), due: Timestamp(1), payload: "".into() });
        noted.note(LOG, &TimerChange::CancelAll(&["idle", "hello"]));
        let left: Vec<_> = noted.fates.keys().map(|(log, kind, _)| (log.0, *kind)).collect();
        assert_eq!(left, [(7, "rating"), (8, "idle")]);
    }
}
