//! What is to happen at a time.

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

/// Timers, episodes and what is known of agents from them.
impl Store {
    /// The timers that are due at `until`, the first first; at most `limit`.
    pub async fn timers_due(&self, until: Timestamp, limit: usize) -> std::result::Result<Vec<Timer>, StoreError> {
        self.read(move |db| {
            // One that another node is answering at this moment is gone in the next.
            let due = "SELECT id, log, kind, key, due, payload FROM timer WHERE due <= ?1 ORDER BY due, id LIMIT ?2";
            let free = if db.is_shared() { " FOR UPDATE SKIP LOCKED" } else { "" };
            db.prepare_cached(&format!("{due}{free}"))?
                .query_map(params![until.0, columns::limit(limit)], timer)?
                .collect()
        })
        .await
    }

    /// When the next timer is due, if one is set.
    pub async fn next_due(&self) -> std::result::Result<Option<Timestamp>, StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT MIN(due) FROM timer")?
                .query_row(params![], |row| Ok(row.get::<Option<i64>>(0)?.map(Timestamp)))
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
