//! What is to happen at a time.

use std::time::Duration;

use deskwire_model::{LogId, Timestamp};

use super::columns;
use crate::{
    Store, StoreError, Timer, TimerChange, TimerId,
    engine::{Db, Result, Row, params},
};

pub(super) fn change(db: &Db<'_>, log: LogId, changes: &[TimerChange]) -> Result<()> {
    for change in changes {
        match change {
            // A timer that is set anew gets another number: whoever answers the old one comes too late.
            TimerChange::Set { kind, key, due, payload } => {
                cancel(db, log, kind, key)?;
                db.prepare_cached("INSERT INTO timer (log, kind, key, due, payload) VALUES (?1, ?2, ?3, ?4, ?5)")?
                    .execute(params![log.0, kind, key, due.0, payload])?
            }
            TimerChange::Ensure { kind, key, due } => db
                .prepare_cached(
                    "INSERT INTO timer (log, kind, key, due, payload) VALUES (?1, ?2, ?3, ?4, '')
                         ON CONFLICT (log, kind, key) DO NOTHING",
                )?
                .execute(params![log.0, kind, key, due.0])?,
            TimerChange::Cancel { kind, key } => cancel(db, log, kind, key)?,
            TimerChange::CancelAll(kinds) => {
                let mut delete = db.prepare_cached("DELETE FROM timer WHERE log = ?1 AND kind = ?2")?;
                kinds.iter().map(|kind| delete.execute(params![log.0, kind])).sum::<Result<usize>>()?
            }
        };
    }
    Ok(())
}

fn cancel(db: &Db<'_>, log: LogId, kind: &str, key: &str) -> Result<usize> {
    db.prepare_cached("DELETE FROM timer WHERE log = ?1 AND kind = ?2 AND key = ?3")?.execute(params![log.0, kind, key])
}

pub(super) fn exists(db: &Db<'_>, timer: TimerId, log: LogId) -> Result<bool> {
    db.prepare_cached("SELECT 1 FROM timer WHERE id = ?1 AND log = ?2")?.exists(params![timer.0, log.0])
}

pub(super) fn consume(db: &Db<'_>, timer: TimerId) -> Result<()> {
    db.prepare_cached("DELETE FROM timer WHERE id = ?1")?.execute(params![timer.0])?;
    Ok(())
}

fn timer(row: &Row<'_>) -> Result<Timer> {
    Ok(Timer {
        id: TimerId(row.get(0)?),
        log: LogId(row.get(1)?),
        kind: row.get(2)?,
        key: row.get(3)?,
        due: Timestamp(row.get(4)?),
        payload: row.get(5)?,
    })
}

fn due(db: &Db<'_>, until: Timestamp, limit: usize) -> Result<Vec<Timer>> {
    db.prepare_cached("SELECT id, log, kind, key, due, payload FROM timer WHERE due <= ?1 ORDER BY due, id LIMIT ?2")?
        .query_map(params![until.0, columns::limit(limit)], timer)?
        .collect()
}

/// Timers, episodes and what is known of agents from them.
impl Store {
    /// Takes timers that are due at `until` to be answered, the first first; at most `limit`. Other nodes are not given them
    /// for `lasting`, by the database's clock: who dies with them has them answered late, not never. A file is one
    /// node's, and keeps no claims.
    pub async fn claim_timers(
        &self,
        until: Timestamp,
        limit: usize,
        lasting: Duration,
    ) -> std::result::Result<Vec<Timer>, StoreError> {
        if !self.is_shared() {
            return self.timers_due(until, limit).await;
        }
        let lasting = i64::try_from(lasting.as_millis()).unwrap_or(i64::MAX);
        self.write(move |db| {
            let now = db.clock()?.0;
            let mut claimed: Vec<Timer> = db
                .prepare_cached(
                    "UPDATE timer SET claimed = ?4 WHERE id IN (
                         SELECT id FROM timer WHERE due <= ?1 AND claimed <= ?3 ORDER BY due, id LIMIT ?2
                            FOR UPDATE SKIP LOCKED)
                     RETURNING id, log, kind, key, due, payload",
                )?
                .query_map(params![until.0, columns::limit(limit), now, now.saturating_add(lasting)], timer)?
                .collect::<Result<_>>()?;
            claimed.sort_by_key(|timer| (timer.due, timer.id.0));
            Ok(claimed)
        })
        .await
    }

    /// The timers that are due at `until`, taken or not, the first first; at most `limit`.
    pub async fn timers_due(&self, until: Timestamp, limit: usize) -> std::result::Result<Vec<Timer>, StoreError> {
        self.read(move |db| due(db, until, limit)).await
    }

    /// When the next timer can be taken, if one is set: when it is due, or later if somebody has taken it.
    pub async fn next_due(&self) -> std::result::Result<Option<Timestamp>, StoreError> {
        self.read(|db| {
            let next = |row: &Row<'_>| Ok(row.get::<Option<i64>>(0)?.map(Timestamp));
            if db.is_shared() {
                let now = db.clock()?.0;
                return db
                    .prepare_cached(
                        "SELECT LEAST((SELECT MIN(due) FROM timer WHERE claimed <= ?1),
                                      (SELECT MIN(claimed) FROM timer WHERE claimed > 0 AND claimed > ?1))",
                    )?
                    .query_row(params![now], next);
            }
            db.prepare_cached("SELECT MIN(due) FROM timer")?.query_row(params![], next)
        })
        .await
    }

    /// The timers of a conversation, by kind and key.
    pub async fn timers_of(&self, log: LogId) -> std::result::Result<Vec<Timer>, StoreError> {
        self.read(move |db| {
            db.prepare_cached("SELECT id, log, kind, key, due, payload FROM timer WHERE log = ?1 ORDER BY kind, key")?
                .query_map(params![log.0], timer)?
                .collect()
        })
        .await
    }
}
