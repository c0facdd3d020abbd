//! What the writer remembers of the ends of logs.

use std::{collections::HashMap, mem, num::NonZeroUsize};

use deskwire_model::{LogId, Seq, Timestamp};

use super::columns;
use crate::engine::{Db, OptionalExtension as _, Result, params};

/// The end of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Position of the last entry.
    pub(crate) seq: Seq,
    /// Time of the last entry, or of the creation of a log without any.
    pub(crate) at: Timestamp,
    /// Whether the log was emptied and has got nothing since.
    pub(crate) is_emptied: bool,
}

impl Head {
    /// The head after one more entry, at the wall clock's `now`: a clock that was set back does not turn time around.
    pub(crate) fn after(self, now: Timestamp) -> Self {
        Self { seq: self.seq.next(), at: self.at.max(now), is_emptied: false }
    }
}

/// The heads of recently used logs, as the current transaction sees them.
///
/// Two generations: when the young one is full it becomes the old one, and what is used again is young again. So
/// neither a hot log nor memory is lost, and no list has to be kept in order.
#[derive(Debug)]
pub(crate) struct Heads {
    young: HashMap<LogId, Head>,
    old: HashMap<LogId, Head>,
    generation: usize,
}

impl Heads {
    /// Remembers at most `limit` heads.
    pub(crate) fn new(limit: NonZeroUsize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation: limit.get().div_ceil(2) }
    }

    /// The head of `log`; none if no conversation has this number.
    pub(crate) fn get(&mut self, db: &Db<'_>, log: LogId) -> Result<Option<Head>> {
        if let Some(head) = self.young.get(&log) {
            return Ok(Some(*head));
        }
        let head = match self.old.get(&log) {
            Some(head) => Some(*head),
            None => load(db, log)?,
        };
        if let Some(head) = head {
            self.set(log, head);
        }
        Ok(head)
    }

    /// Reads the heads of `logs`, which are held; whether a webhook hears of one of them.
    pub(crate) fn load(&mut self, db: &Db<'_>, logs: &[LogId]) -> Result<bool> {
        if logs.is_empty() {
            return Ok(false);
        }
        let numbers: Vec<i64> = logs.iter().map(|log| log.0).collect();
        let mut select = db.prepare_cached(
            "SELECT c.id, COALESCE(e.seq, c.swept_seq), COALESCE(e.at, c.swept_at, c.created_at),
                    c.emptied_at IS NOT NULL, EXISTS (SELECT 1 FROM webhook h WHERE h.org = c.org)
               FROM conversation c
               LEFT JOIN entry e ON e.log = c.id AND e.seq = (SELECT MAX(seq) FROM entry WHERE log = c.id)
              WHERE c.id IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))",
        )?;
        let rows = select.query_map(params![serde_json::to_string(&numbers)?], |row| {
            let head = Head { seq: columns::seq(row, 1)?, at: Timestamp(row.get(2)?), is_emptied: row.get(3)? };
            Ok((LogId(row.get(0)?), head, row.get::<bool>(4)?))
        })?;
        let mut is_heard = false;
        for row in rows {
            let (log, head, hooks) = row?;
            self.set(log, head);
            is_heard |= hooks;
        }
        Ok(is_heard)
    }

    /// Remembers that `log` ends with `head` now.
    pub(crate) fn set(&mut self, log: LogId, head: Head) {
        if self.young.len() >= self.generation && !self.young.contains_key(&log) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(log, head);
    }

    /// Forgets `log`, as it was changed by others than its entries.
    pub(crate) fn remove(&mut self, log: LogId) {
        self.young.remove(&log);
        self.old.remove(&log);
    }

    /// Forgets everything, as a transaction was rolled back that some of it came from.
    pub(crate) fn forget(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

fn load(db: &Db<'_>, log: LogId) -> Result<Option<Head>> {
    db.prepare_cached(
        "SELECT COALESCE(e.seq, c.swept_seq), COALESCE(e.at, c.swept_at, c.created_at), c.emptied_at IS NOT NULL
           FROM conversation c
           LEFT JOIN entry e ON e.log = c.id AND e.seq = (SELECT MAX(seq) FROM entry WHERE log = c.id)
          WHERE c.id = ?1",
    )?
    .query_row(params![log.0], |row| {
        Ok(Head { seq: columns::seq(row, 0)?, at: Timestamp(row.get(1)?), is_emptied: row.get(2)? })
    })
    .optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(seq: u64, at: i64) -> Head {
        Head { seq: Seq(seq), at: Timestamp(at), is_emptied: false }
    }

    #[test]
    fn time_never_decreases_within_a_log() {
        for (last, now, expected) in [(10, 20, 20), (20, 20, 20), (20, 10, 20)] {
            assert_eq!(head(1, last).after(Timestamp(now)), head(2, expected), "{now} after {last}");
        }
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_used() {
        let file = rusqlite::Connection::open_in_memory().unwrap();
        file.execute_batch(
            "CREATE TABLE conversation (id INTEGER, created_at INTEGER, swept_seq INTEGER, swept_at INTEGER,
                                        emptied_at INTEGER);
             CREATE TABLE entry (log INTEGER, seq INTEGER, at INTEGER)",
        )
        .unwrap();
        let db = Db::Sqlite(&file, None);
        let mut heads = Heads::new(NonZeroUsize::new(8).unwrap());
        let hot = LogId(1);
        heads.set(hot, head(7, 7));
        for cold in 2..1000 {
            heads.set(LogId(cold), head(1, 1));
            assert_eq!(heads.get(&db, hot).unwrap(), Some(head(7, 7)), "the hot log must not be forgotten");
            assert!(heads.young.len() + heads.old.len() <= 8);
        }
        assert_eq!(heads.get(&db, LogId(2)).unwrap(), None, "a cold log must be forgotten");
        heads.forget();
        assert_eq!(heads.get(&db, hot).unwrap(), None);
    }
}
