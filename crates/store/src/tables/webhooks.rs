//! What webhooks are told: noted with the entries, taken away when it was told.
//!
//! Events of a conversation for one hook are a *lane*: only its first event is due, so that they are told in order. A lane
//! is there as long as it has an event that is not dead.

use deskwire_model::{LogId, Seq, Timestamp, Uid};

use super::{columns, locks};
use crate::{
    DeadLetter, HookEvent, HookId, HookOutcome, HookTopic, HooksDue, NewEntry, NewWebhook, Store, StoreError, Webhook,
    engine::{Db, OptionalExtension as _, Result, Row, params},
};

/// Events that wait for one hook at most; further ones are counted as lost.
const MOST_WAITING: u32 = 1_000_000;
/// Dead events that are kept of one hook: the newest.
const MOST_DEAD: u32 = 10_000;

/// Notes `entry` for the hooks that hear of it; whether there are any. A bot hears what its visitor says to the robot.
pub(super) fn raise(db: &Db<'_>, entry: &NewEntry, seq: Seq, at: Timestamp) -> Result<bool> {
    let topic = HookTopic::of(&entry.kind).bit();
    // Mostly there are no hooks: the join begins with them.
    let mut select = db.prepare_cached(
        "SELECT h.id, h.waiting < ?5 FROM webhook h CROSS JOIN conversation c
          WHERE h.active = 1 AND c.id = ?1 AND c.org = h.org AND c.notes_of IS NULL
            AND CASE WHEN h.bot_of IS NULL THEN h.topics & ?2 <> 0
                ELSE ?3 = 1 AND h.bot_of = c.service AND c.status = 'ROBOTING' AND c.visitor = ?4 END",
    )?;
    let speech = entry.kind.is_speech();
    let hooks = select
        .query_map(params![entry.log.0, topic, speech, entry.sender.as_str(), MOST_WAITING], |row| {
            Ok((row.get::<i64>(0)?, row.get::<bool>(1)?))
        })?
        .collect::<Result<Vec<_>>>()?;
    for (hook, has_room) in &hooks {
        if !has_room {
            db.prepare_cached("UPDATE webhook SET lost = lost + 1 WHERE id = ?1")?.execute(params![hook])?;
            continue;
        }
        db.prepare_cached("INSERT INTO webhook_event (hook, log, seq, topic, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![hook, entry.log.0, columns::position(seq), topic, at.0])?;
        wait(db, *hook, entry.log.0, at)?;
    }
    Ok(!hooks.is_empty())
}

/// One event more waits in a lane, which is due now if it was not there.
fn wait(db: &Db<'_>, hook: i64, log: i64, now: Timestamp) -> Result<()> {
    db.prepare_cached("UPDATE webhook SET waiting = waiting + 1 WHERE id = ?1")?.execute(params![hook])?;
    db.prepare_cached("INSERT INTO webhook_lane (hook, log, due) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
        .execute(params![hook, log, now.0])?;
    Ok(())
}

/// As many `events` wait for a hook no more.
fn wait_no_more(db: &Db<'_>, hook: i64, events: usize) -> Result<()> {
    let events = i64::try_from(events).unwrap_or(i64::MAX);
    db.prepare_cached("UPDATE webhook SET waiting = waiting - ?2 WHERE id = ?1")?.execute(params![hook, events])?;
    Ok(())
}

/// What the robot of a conversation was to be told is not told any more: it has lost it.
pub(super) fn silence_bots(db: &Db<'_>, log: LogId) -> Result<()> {
    let bots = db
        .prepare_cached(
            "SELECT h.id FROM webhook h CROSS JOIN webhook_lane l ON l.hook = h.id AND l.log = ?1
              WHERE h.bot_of IS NOT NULL",
        )?
        .query_map(params![log.0], |row| row.get::<i64>(0))?
        .collect::<Result<Vec<_>>>()?;
    for hook in bots {
        let gone = db
            .prepare_cached("DELETE FROM webhook_event WHERE hook = ?1 AND log = ?2 AND died_at IS NULL")?
            .execute(params![hook, log.0])?;
        wait_no_more(db, hook, gone)?;
        db.prepare_cached("DELETE FROM webhook_lane WHERE hook = ?1 AND log = ?2")?.execute(params![hook, log.0])?;
    }
    Ok(())
}

/// What was to be told of a log is not told any more, and what could not be told is forgotten.
pub(super) fn forget(db: &Db<'_>, log: LogId) -> Result<()> {
    let waiting = db
        .prepare_cached("SELECT hook, COUNT(*) FROM webhook_event WHERE log = ?1 AND died_at IS NULL GROUP BY hook")?
        .query_map(params![log.0], |row| Ok((row.get::<i64>(0)?, row.get::<u32>(1)?)))?
        .collect::<Result<Vec<_>>>()?;
    for (hook, events) in waiting {
        wait_no_more(db, hook, events as usize)?;
        db.prepare_cached("DELETE FROM webhook_lane WHERE hook = ?1 AND log = ?2")?.execute(params![hook, log.0])?;
    }
    db.prepare_cached("DELETE FROM webhook_event WHERE log = ?1")?.execute(params![log.0])?;
    Ok(())
}

/// Notes what came of telling `event`, if it is still to be told.
fn settle(db: &Db<'_>, event: &HookEvent, outcome: &HookOutcome) -> Result<()> {
    let settled =
        match outcome {
            HookOutcome::Told => db
                .prepare_cached("DELETE FROM webhook_event WHERE id = ?1 AND died_at IS NULL")?
                .execute(params![event.id])?,
            HookOutcome::Again { due, error } => {
                db.prepare_cached("UPDATE webhook_event SET attempts = attempts + 1, error = ?2 WHERE id = ?1")?
                    .execute(params![event.id, error])?;
                db.prepare_cached("UPDATE webhook_lane SET due = ?3 WHERE hook = ?1 AND log = ?2")?
                    .execute(params![event.hook.0, event.log.0, due.0])?;
                return Ok(());
            }
            HookOutcome::Dead { at, error } => db
                .prepare_cached(
                    "UPDATE webhook_event SET attempts = attempts + 1, error = ?2, died_at = ?3
                  WHERE id = ?1 AND died_at IS NULL",
                )?
                .execute(params![event.id, error, at.0])?,
        };
    wait_no_more(db, event.hook.0, settled)?;
    if let HookOutcome::Dead { .. } = outcome {
        db.prepare_cached(
            "DELETE FROM webhook_event WHERE hook = ?1 AND died_at IS NOT NULL AND id <= (
                 SELECT id FROM webhook_event WHERE hook = ?1 AND died_at IS NOT NULL
                  ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![event.hook.0, MOST_DEAD])?;
    }
    db.prepare_cached(
        "UPDATE webhook_lane SET due = 0 WHERE hook = ?1 AND log = ?2
            AND EXISTS (SELECT 1 FROM webhook_event WHERE hook = ?1 AND log = ?2 AND died_at IS NULL)",
    )?
    .execute(params![event.hook.0, event.log.0])?;
    db.prepare_cached(
        "DELETE FROM webhook_lane WHERE hook = ?1 AND log = ?2
            AND NOT EXISTS (SELECT 1 FROM webhook_event WHERE hook = ?1 AND log = ?2 AND died_at IS NULL)",
    )?
    .execute(params![event.hook.0, event.log.0])?;
    Ok(())
}

/// The columns that [`webhook`] reads.
const WEBHOOK: &str =
    "SELECT id, uid, org, url, secret, topics, bot_of, created_at, active, waiting, lost FROM webhook";

fn webhook(row: &Row<'_>) -> Result<Webhook> {
    let topics: u8 = row.get(5)?;
    Ok(Webhook {
        id: HookId(row.get(0)?),
        hook: NewWebhook {
            uid: columns::uid(row, 1)?,
            org: columns::uid(row, 2)?,
            url: row.get(3)?,
            secret: row.get::<Vec<u8>>(4)?.into(),
            topics: HookTopic::ALL.into_iter().filter(|topic| topics & topic.bit() != 0).collect(),
            bot_of: columns::optional_uid(row, 6)?,
            created_at: Timestamp(row.get(7)?),
        },
        active: row.get(8)?,
        waiting: columns::number(row, 9)?,
        lost: columns::number(row, 10)?,
    })
}

fn event(row: &Row<'_>) -> Result<HookEvent> {
    let topic: u8 = row.get(4)?;
    Ok(HookEvent {
        id: row.get(0)?,
        hook: HookId(row.get(1)?),
        log: LogId(row.get(2)?),
        seq: columns::seq(row, 3)?,
        topic: HookTopic::ALL.into_iter().find(|known| known.bit() == topic).unwrap_or(HookTopic::Message),
        at: Timestamp(row.get(5)?),
        attempts: row.get(6)?,
    })
}

/// What is to be told to one hook at `now`, at most `room` events that are not in lanes of `busy`.
fn due_for(db: &Db<'_>, hook: i64, now: Timestamp, room: usize, busy: &[LogId]) -> Result<HooksDue> {
    let mut select = db.prepare_cached(
        "SELECT e.id, e.hook, e.log, e.seq, e.topic, e.at, e.attempts
           FROM (SELECT hook, log, due FROM webhook_lane WHERE hook = ?1 AND due <= ?2 ORDER BY due LIMIT ?3) lane
           JOIN webhook_event e ON e.id = (SELECT MIN(id) FROM webhook_event f
                                            WHERE f.hook = lane.hook AND f.log = lane.log AND f.died_at IS NULL)
          ORDER BY lane.due",
    )?;
    let rows = select.query_map(params![hook, now.0, columns::limit(room + busy.len())], event)?;
    let mut events = rows.collect::<Result<Vec<_>>>()?;
    events.retain(|event| !busy.contains(&event.log));
    events.truncate(room);
    let next: Option<i64> = db
        .prepare_cached("SELECT MIN(due) FROM webhook_lane WHERE hook = ?1 AND due > ?2")?
        .query_row(params![hook, now.0], |row| row.get(0))?;
    Ok(HooksDue { events, next: next.map(Timestamp) })
}

/// Webhooks.
impl Store {
    /// Makes a webhook; it hears of what happens from now on.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if its uid is taken or its workgroup has a bot, [`StoreError::Missing`] without its
    /// organisation.
    pub async fn create_webhook(&self, new: &NewWebhook) -> std::result::Result<(), StoreError> {
        let new = new.clone();
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO webhook (uid, org, url, secret, topics, bot_of, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                new.uid.as_str(),
                new.org.as_str(),
                new.url,
                new.secret.as_ref(),
                new.topics.iter().fold(0, |bits, topic| bits | topic.bit()),
                new.bot_of.as_ref().map(Uid::as_str),
                new.created_at.0
            ])?;
            Ok(())
        })
        .await
    }

    /// The webhooks of an organisation, or of all, the oldest first.
    pub async fn webhooks(&self, org: Option<&Uid>) -> std::result::Result<Vec<Webhook>, StoreError> {
        let org = org.cloned();
        self.read(move |db| {
            db.prepare_cached(&format!("{WEBHOOK} WHERE CAST(?1 AS TEXT) IS NULL OR org = ?1 ORDER BY id"))?
                .query_map(params![org.as_ref().map(Uid::as_str)], webhook)?
                .collect()
        })
        .await
    }

    /// The active bot of a workgroup, if it has one.
    pub async fn bot_of(&self, workgroup: &Uid) -> std::result::Result<Option<Webhook>, StoreError> {
        let workgroup = workgroup.clone();
        self.read(move |db| {
            db.prepare_cached(&format!("{WEBHOOK} WHERE bot_of = ?1 AND active = 1"))?
                .query_row(params![workgroup.as_str()], webhook)
                .optional()
        })
        .await
    }

    /// Forgets a webhook with everything that it was to be told.
    pub async fn drop_webhook(&self, id: HookId) -> std::result::Result<(), StoreError> {
        self.write(move |db| {
            db.prepare_cached("DELETE FROM webhook WHERE id = ?1")?.execute(params![id.0])?;
            Ok(())
        })
        .await
    }

    /// Has a webhook be told of what happens from now on, or not; what waits already waits on.
    pub async fn set_webhook_active(&self, id: HookId, active: bool) -> std::result::Result<(), StoreError> {
        self.write(move |db| {
            db.prepare_cached("UPDATE webhook SET active = ?2 WHERE id = ?1")?.execute(params![id.0, active])?;
            Ok(())
        })
        .await?;
        self.raised.notify_one();
        Ok(())
    }

    /// What is to be told at `now`: at most `per_hook` events of a hook, those of `busy` conversations included, which
    /// are left out as an event of theirs is being told.
    pub async fn webhooks_due(
        &self,
        now: Timestamp,
        per_hook: usize,
        busy: &[(HookId, LogId)],
    ) -> std::result::Result<HooksDue, StoreError> {
        let busy = busy.to_vec();
        self.read(move |db| {
            let hooks = db
                .prepare_cached("SELECT id FROM webhook WHERE active = 1 AND waiting > 0 ORDER BY id")?
                .query_map(params![], |row| row.get::<i64>(0))?
                .collect::<Result<Vec<_>>>()?;
            let mut all = HooksDue::default();
            for hook in hooks {
                let lanes: Vec<LogId> = busy.iter().filter(|lane| lane.0.0 == hook).map(|lane| lane.1).collect();
                let due = due_for(db, hook, now, per_hook.saturating_sub(lanes.len()), &lanes)?;
                all.events.extend(due.events);
                all.next = [all.next, due.next].into_iter().flatten().min();
            }
            Ok(all)
        })
        .await
    }

    /// Whether the event of this number is still to be told.
    pub async fn is_to_be_told(&self, event: i64) -> std::result::Result<bool, StoreError> {
        self.read(move |db| {
            db.prepare_cached("SELECT 1 FROM webhook_event WHERE id = ?1 AND died_at IS NULL")?.exists(params![event])
        })
        .await
    }

    /// Notes what came of telling events; nothing for those that are not to be told any more.
    pub async fn settle_webhooks(
        &self,
        outcomes: Vec<(HookEvent, HookOutcome)>,
    ) -> std::result::Result<(), StoreError> {
        self.write(move |db| {
            locks::hooks(db, outcomes.iter().map(|(event, _)| event.hook))?;
            for (event, outcome) in &outcomes {
                settle(db, event, outcome)?;
            }
            Ok(())
        })
        .await
    }

    /// The events of a hook that were given up, the newest first, before the event of this number; at most `limit`.
    pub async fn dead_letters(
        &self,
        hook: HookId,
        before: Option<i64>,
        limit: usize,
    ) -> std::result::Result<Vec<DeadLetter>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT id, hook, log, seq, topic, at, attempts, died_at, COALESCE(error, '') FROM webhook_event
                  WHERE hook = ?1 AND died_at IS NOT NULL AND id < ?2 ORDER BY id DESC LIMIT ?3",
            )?
            .query_map(params![hook.0, before.unwrap_or(i64::MAX), columns::limit(limit)], |row| {
                Ok(DeadLetter { event: event(row)?, died_at: Timestamp(row.get(7)?), error: row.get(8)? })
            })?
            .collect()
        })
        .await
    }

    /// Has an event that was given up, or all of a hook, be told again, before what waits of their conversations; how
    /// many there were.
    pub async fn replay_dead_letters(
        &self,
        hook: HookId,
        event: Option<i64>,
        now: Timestamp,
    ) -> std::result::Result<usize, StoreError> {
        let replayed = self
                        .write(move |db| {
                locks::hooks(db, [hook])?;
                let dead = db
                    .prepare_cached(
                        "SELECT id, log FROM webhook_event
                          WHERE hook = ?1 AND died_at IS NOT NULL AND (CAST(?2 AS BIGINT) IS NULL OR id = ?2) ORDER BY id",
                    )?
                    .query_map(params![hook.0, event], |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)))?
                    .collect::<Result<Vec<_>>>()?;
                for (id, log) in &dead {
                    db.prepare_cached("UPDATE webhook_event SET died_at = NULL, attempts = 0 WHERE id = ?1")?
                        .execute(params![id])?;
                    wait(db, hook.0, *log, now)?;
                }
                Ok(dead.len())
            })
            .await?;
        self.raised.notify_one();
        Ok(replayed)
    }

    /// Waits until there may be something new to tell since the last call; for one waiter.
    pub async fn webhooks_raised(&self) {
        self.raised.notified().await;
    }
}
