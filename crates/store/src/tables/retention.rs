//! Deleting closed conversations, piece by piece.
//!
//! What is left of a conversation is its row: its topic keeps its log and the log keeps counting, so that a position never
//! means another message to a reader who was away, and nobody who still follows it notices.

use deskwire_model::{LogId, Seq, Timestamp, Uid};

use super::{columns, conversations, index, locks, webhooks};
use crate::{
    ClosedConversation, ClosedSearch, Store, StoreError, Swept,
    engine::{Db, OptionalExtension as _, Result, Row, params},
};

/// What hangs on a log and goes with its last entry. All of these are found by their `log`.
const WITH_THE_LAST: [&str; 12] = [
    "attendant",
    "delivered",
    "episode",
    "helpful",
    "label",
    "mark",
    "order_card",
    "participant",
    "read_position",
    "search_position",
    "taboo_hit",
    "timer",
];

/// Room in a step.
struct Step<'a> {
    db: &'a Db<'a>,
    /// Rows that may still be deleted.
    room: usize,
    swept: Swept,
}

impl Step<'_> {
    /// Forgets into which log files were sent, and has those removed that nobody can find any more; whether that is all.
    fn files(&mut self, log: LogId) -> Result<bool> {
        let shared = self
            .db
            .prepare_cached("SELECT file FROM file_share WHERE log = ?1 LIMIT ?2")?
            .query_map(params![log.0, columns::limit(self.room)], |row| row.get::<String>(0))?
            .collect::<Result<Vec<_>>>()?;
        for file in &shared {
            self.db
                .prepare_cached("DELETE FROM file_share WHERE file = ?1 AND log = ?2")?
                .execute(params![file, log.0])?;
            self.swept.files += self.give_up(file)?;
        }
        self.room -= shared.len();
        Ok(self.room > 0)
    }

    /// Has a file removed unless it is in another conversation, an avatar, or ready to be said again.
    fn give_up(&self, file: &str) -> Result<usize> {
        self.db
            .prepare_cached(
                "UPDATE file AS f SET kept = 0
                  WHERE f.uid = ?1 AND f.kept = 1 AND f.is_avatar = 0 AND NOT EXISTS (SELECT 1 FROM file_share s WHERE s.file = f.uid)
                    AND NOT EXISTS (SELECT 1 FROM quick_reply q WHERE q.org = f.org AND instr(q.content, f.uid) > 0)
                    AND NOT EXISTS (SELECT 1 FROM faq q WHERE q.org = f.org AND instr(q.answer, f.uid) > 0)
                    AND NOT EXISTS (SELECT 1 FROM settings s WHERE instr(s.value, f.uid) > 0)
                    AND NOT EXISTS (SELECT 1 FROM channel c WHERE c.org = f.org AND instr(c.settings, f.uid) > 0)",
            )?
            .execute(params![file])
    }

    /// Deletes the oldest entries of a log with what was changed of them; whether that is all.
    fn entries(&mut self, log: LogId) -> Result<bool> {
        let oldest = self
            .db
            .prepare_cached("SELECT seq, at FROM entry WHERE log = ?1 ORDER BY seq LIMIT ?2")?
            .query_map(params![log.0, columns::limit(self.room)], |row| {
                Ok((columns::seq(row, 0)?, row.get::<i64>(1)?))
            })?
            .collect::<Result<Vec<_>>>()?;
        let Some((last, at)) = oldest.last() else { return Ok(true) };
        for (seq, _) in &oldest {
            index::forget(self.db, log, *seq)?;
        }
        for delete in [
            "DELETE FROM entry WHERE log = ?1 AND seq <= ?2",
            "DELETE FROM edit WHERE log = ?1 AND target <= ?2",
            "DELETE FROM original WHERE log = ?1 AND seq <= ?2",
            "DELETE FROM reaction WHERE log = ?1 AND target <= ?2",
        ] {
            self.db.prepare_cached(delete)?.execute(params![log.0, columns::position(*last)])?;
        }
        self.db
            .prepare_cached("UPDATE conversation SET swept_seq = ?2, swept_at = ?3 WHERE id = ?1")?
            .execute(params![log.0, columns::position(*last), at])?;
        self.room -= oldest.len();
        self.swept.entries += oldest.len();
        Ok(self.room > 0)
    }
}

/// The conversation's notes and itself, if it is to be deleted: in this order, so that it is itself until nothing else is
/// left.
fn logs(db: &Db<'_>, log: LogId, before: Timestamp) -> Result<Vec<LogId>> {
    db.prepare_cached(
        "SELECT n.id FROM conversation c
           JOIN episode e ON e.id = c.episode AND e.closed_at < ?2
           JOIN conversation n ON n.id = c.id OR n.notes_of = c.id
          WHERE c.id = ?1 AND c.status = 'CLOSED'
          ORDER BY n.notes_of IS NULL",
    )?
    .query_map(params![log.0, before.0], |row| row.get(0).map(LogId))?
    .collect()
}

/// What was deleted, and the logs of which nothing is left.
fn sweep(db: &Db<'_>, log: LogId, (before, now): (Timestamp, Timestamp), limit: usize) -> Result<(Swept, Vec<LogId>)> {
    let mut step = Step { db, room: limit, swept: Swept::default() };
    locks::logs(db, [log])?;
    let logs = logs(db, log, before)?;
    locks::logs(db, logs.iter().copied())?;
    locks::webhooks(db, &logs)?;
    for log in &logs {
        // First of all: what is not told yet is not told when its entry is gone.
        webhooks::forget(db, *log)?;
        if !step.files(*log)? || !step.entries(*log)? {
            step.swept.more = true;
            return Ok((step.swept, Vec::new()));
        }
    }
    for log in &logs {
        empty(db, *log, now)?;
    }
    if !logs.is_empty() {
        step.swept.emptied = Some(Box::new(conversations::existing(db, log)?));
    }
    Ok((step.swept, logs))
}

/// Something was said in an emptied log that does not go on, as a late rating or a note: its conversation is closed as if now,
/// and goes again in its time.
pub(super) fn close_again(db: &Db<'_>, log: LogId, seq: Seq, at: Timestamp) -> Result<()> {
    let closed = db
        .prepare_cached(
            "INSERT INTO episode (log, org, service, opened_at, opened_seq, closed_at, closed_by)
             SELECT c.id, c.org, c.service, ?3, ?2, ?3, 'TIMER'
               FROM conversation n JOIN conversation c ON c.id = COALESCE(n.notes_of, n.id)
              WHERE n.id = ?1 AND c.emptied_at IS NOT NULL AND c.status = 'CLOSED'
             RETURNING id",
        )?
        .query_row(params![log.0, columns::position(Seq(seq.0.saturating_sub(1))), at.0], |row| row.get::<i64>(0))
        .optional()?;
    if let Some(episode) = closed {
        db.prepare_cached(
            "UPDATE conversation SET episode = ?2, emptied_at = NULL
              WHERE id = (SELECT COALESCE(notes_of, id) FROM conversation WHERE id = ?1)",
        )?
        .execute(params![log.0, episode])?;
    }
    db.prepare_cached("UPDATE conversation SET emptied_at = NULL WHERE id = ?1")?.execute(params![log.0])?;
    Ok(())
}

/// Deletes what is left of a log without entries, but for its row.
fn empty(db: &Db<'_>, log: LogId, now: Timestamp) -> Result<()> {
    for table in WITH_THE_LAST {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE log = ?1"))?.execute(params![log.0])?;
    }
    db.prepare_cached(
        "DELETE FROM leave_message WHERE log = ?1 AND visitor = (SELECT visitor FROM conversation WHERE id = ?1)",
    )?
    .execute(params![log.0])?;
    // The fence is raised: what was decided about the conversation as it was is not carried out.
    db.prepare_cached(
        "UPDATE conversation SET episode = NULL, agent = NULL, was_assigned = 0, fence = fence + 1, emptied_at = ?2
          WHERE id = ?1",
    )?
    .execute(params![log.0, now.0])?;
    Ok(())
}

/// Whether nothing but its row is left of a conversation.
pub(super) fn is_emptied(db: &Db<'_>, log: LogId) -> Result<bool> {
    db.prepare_cached("SELECT emptied_at IS NOT NULL FROM conversation WHERE id = ?1")?
        .query_row(params![log.0], |row| row.get(0))
        .optional()
        .map(Option::unwrap_or_default)
}

fn closed(row: &Row<'_>) -> Result<ClosedConversation> {
    Ok(ClosedConversation { log: LogId(row.get(0)?), closed_at: Timestamp(row.get(1)?), episode: row.get(2)? })
}

/// Retention.
impl Store {
    /// How many days an organisation keeps what was closed; none for ever.
    pub async fn retention(&self, org: &Uid) -> std::result::Result<Option<u32>, StoreError> {
        let org = org.clone();
        self.read(move |db| {
            db.prepare_cached("SELECT days FROM retention WHERE org = ?1")?
                .query_row(params![org.as_str()], |row| row.get(0))
                .optional()
        })
        .await
    }

    /// The organisations that do not keep what was closed for ever, with their days.
    pub async fn retentions(&self) -> std::result::Result<Vec<(Uid, u32)>, StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT org, days FROM retention ORDER BY org")?
                .query_map(params![], |row| Ok((columns::uid(row, 0)?, row.get(1)?)))?
                .collect()
        })
        .await
    }

    /// Sets how many days an organisation keeps what was closed.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such organisation.
    pub async fn save_retention(&self, org: &Uid, days: Option<u32>) -> std::result::Result<(), StoreError> {
        let org = org.clone();
        self.write(move |db| {
            match days {
                Some(days) => db
                    .prepare_cached(
                        "INSERT INTO retention (org, days) VALUES (?1, ?2)
                             ON CONFLICT (org) DO UPDATE SET days = excluded.days",
                    )?
                    .execute(params![org.as_str(), days])?,
                None => db.prepare_cached("DELETE FROM retention WHERE org = ?1")?.execute(params![org.as_str()])?,
            };
            Ok(())
        })
        .await
    }

    /// The closed conversations that `search` looks for, in the order of their closings; at most `limit`.
    pub async fn closed_conversations(
        &self,
        search: ClosedSearch,
        limit: usize,
    ) -> std::result::Result<Vec<ClosedConversation>, StoreError> {
        // Who looks through the closings of months must not keep readers of conversations waiting.
        self.look_up(move |db| {
            let after = search.after.map_or((i64::MIN, i64::MIN), |after| (after.closed_at.0, after.episode));
            db.prepare_cached(
                "SELECT e.log, e.closed_at, e.id
                   FROM episode e INDEXED BY episode_by_closing
                  CROSS JOIN conversation c ON c.id = e.log AND c.episode = e.id AND c.status = 'CLOSED'
                  WHERE e.org = ?1 AND e.closed_at < ?2 AND (e.closed_at, e.id) > (?3, ?4)
                  ORDER BY e.closed_at, e.id LIMIT ?5",
            )?
            .query_map(params![search.org.as_str(), search.before.0, after.0, after.1, columns::limit(limit)], closed)?
            .collect()
        })
        .await
    }

    /// Deletes a part of a conversation, if it was closed before `before` and is closed still: about `limit` of its entries,
    /// the oldest first, with all that hangs on them; and with the last of them everything else but its row, by which it
    /// can go on. All of a step happens, or nothing; the next one goes on where it ended.
    ///
    /// Files that are in no other conversation become unfinished ones: [`Store::files_before`] has them for whoever
    /// removes their bytes.
    pub async fn sweep_conversation(
        &self,
        log: LogId,
        before: Timestamp,
        now: Timestamp,
        limit: usize,
    ) -> std::result::Result<Swept, StoreError> {
        self.write(move |db| {
            let (swept, emptied) = sweep(db, log, (before, now), limit.max(1))?;
            if let Some(heads) = db.heads() {
                emptied.into_iter().for_each(|log| heads.borrow_mut().remove(log));
            }
            Ok(swept)
        })
        .await
    }
}
