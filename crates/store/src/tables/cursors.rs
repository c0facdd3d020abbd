//! Cursors and what is derived from them (invariant I4).
//!
//! A cursor stands at the larger of what is stored for it and where its participant joined.

use deskwire_model::{LogId, MessageUid, Seq, Uid};

use super::columns;
use crate::{
    DeliveredPosition, Moved, ReadPosition, Store, StoreError, Written,
    engine::{Db, OptionalExtension as _, Result, params},
};

/// Moves a device's delivered cursor to `seq` if that is forward; says whether it was.
pub(super) fn move_delivered(db: &Db<'_>, log: LogId, user: &Uid, device: &str, seq: Seq) -> Result<bool> {
    let rows = db
        .prepare_cached(
            "INSERT INTO delivered (log, user_uid, device, seq)
             SELECT ?1, ?2, ?3, ?4
              WHERE ?4 > COALESCE((SELECT joined FROM participant WHERE log = ?1 AND user_uid = ?2), 0)
                 ON CONFLICT (log, user_uid, device) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > delivered.seq",
        )?
        .execute(params![log.0, user.as_str(), device, columns::position(seq)])?;
    Ok(rows == 1)
}

/// Moves a user's read cursor to `seq` if that is forward; says whether it was.
pub(super) fn move_read(db: &Db<'_>, log: LogId, user: &Uid, seq: Seq) -> Result<bool> {
    let rows = db
        .prepare_cached(
            "INSERT INTO read_position (log, user_uid, seq)
             SELECT ?1, ?2, ?3
              WHERE ?3 > COALESCE((SELECT joined FROM participant WHERE log = ?1 AND user_uid = ?2), 0)
                 ON CONFLICT (log, user_uid) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > read_position.seq",
        )?
        .execute(params![log.0, user.as_str(), columns::position(seq)])?;
    Ok(rows == 1)
}

/// The answer to a write that has `moved` a cursor to `seq`, or left it where it was. What was deleted has no name, and
/// nobody is told that it was read.
pub(super) fn written(db: &Db<'_>, log: LogId, seq: Seq, moved: bool) -> Result<Written> {
    if !moved {
        return Ok(Written::Cursor(None));
    }
    let uid = db
        .prepare_cached("SELECT uid FROM entry WHERE log = ?1 AND seq = ?2")?
        .query_row(params![log.0, columns::position(seq)], |row| columns::message_uid(row, 0))
        .optional()?;
    Ok(Written::Cursor(uid.map(|uid| Moved { seq, uid })))
}

/// The position of the message called `uid`. Writers choose uids freely: the oldest of that name counts, so that
/// nobody moves another's cursor forward by repeating a name.
pub(super) fn seq_of(db: &Db<'_>, log: LogId, uid: &MessageUid) -> Result<Option<Seq>> {
    // Left to itself, the planner walks the log in the order of seq until it meets the uid.
    db.prepare_cached("SELECT seq FROM entry INDEXED BY entry_by_uid WHERE log = ?1 AND uid = ?2 ORDER BY seq LIMIT 1")?
        .query_row(params![log.0, uid.as_str()], |row| columns::seq(row, 0))
        .optional()
}

/// Cursors (invariant I4).
impl Store {
    /// What has arrived at a device; at one that is not known, what lay before its user joined. `None` if the user
    /// neither takes part nor has a cursor.
    pub async fn delivered(&self, log: LogId, user: &Uid, device: &str) -> Result<Option<Seq>, StoreError> {
        let (user, device) = (user.clone(), device.to_owned());
        self.read(move |db| {
            let stored = db
                .prepare_cached("SELECT seq FROM delivered WHERE log = ?1 AND user_uid = ?2 AND device = ?3")?
                .query_row(params![log.0, user.as_str(), device], |row| columns::seq(row, 0))
                .optional()?;
            let joined = db
                .prepare_cached("SELECT joined FROM participant WHERE log = ?1 AND user_uid = ?2")?
                .query_row(params![log.0, user.as_str()], |row| columns::seq(row, 0))
                .optional()?;
            Ok(stored.max(joined))
        })
        .await
    }

    /// Whether a device has a delivered cursor of its own in a log.
    pub async fn has_delivered(&self, log: LogId, user: &Uid, device: &str) -> Result<bool, StoreError> {
        let (user, device) = (user.clone(), device.to_owned());
        self.read(move |db| {
            let mut cursor =
                db.prepare_cached("SELECT 1 FROM delivered WHERE log = ?1 AND user_uid = ?2 AND device = ?3")?;
            cursor.exists(params![log.0, user.as_str(), device])
        })
        .await
    }

    /// What has arrived at the devices of all who follow a log, ordered by user and device; at most `limit`.
    pub async fn delivered_positions(&self, log: LogId, limit: usize) -> Result<Vec<DeliveredPosition>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT user_uid, device, seq FROM delivered WHERE log = ?1 ORDER BY user_uid, device LIMIT ?2",
            )?
            .query_map(params![log.0, columns::limit(limit)], |row| {
                let (user, seq) = (columns::uid(row, 0)?, columns::seq(row, 2)?);
                Ok(DeliveredPosition { user, device: row.get(1)?, seq })
            })?
            .collect()
        })
        .await
    }

    /// How far each user has read who has read anything since it joined.
    pub async fn read_positions(&self, log: LogId) -> Result<Vec<ReadPosition>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT r.user_uid, r.seq, e.uid
                   FROM read_position r
                   JOIN entry e ON e.log = r.log AND e.seq = r.seq
                  WHERE r.log = ?1
                  ORDER BY r.user_uid",
            )?
            .query_map(params![log.0], |row| {
                let (user, seq) = (columns::uid(row, 0)?, columns::seq(row, 1)?);
                Ok(ReadPosition { user, seq, uid: columns::message_uid(row, 2)? })
            })?
            .collect()
        })
        .await
    }

    /// The number of entries behind `user`'s read cursor that others wrote and did not recall.
    pub async fn unread(&self, log: LogId, user: &Uid) -> Result<u64, StoreError> {
        let user = user.clone();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT COUNT(*)
                   FROM entry
                  WHERE log = ?1
                    AND seq > (SELECT COALESCE(MAX(begin), 0)
                                  FROM (SELECT seq AS begin FROM read_position WHERE log = ?1 AND user_uid = ?2
                                         UNION ALL
                                        SELECT joined FROM participant WHERE log = ?1 AND user_uid = ?2) its)
                    AND sender <> ?2
                    AND recalled = 0
                    AND kind NOT IN ('EDIT', 'REACTION')",
            )?
            .query_row(params![log.0, user.as_str()], |row| columns::number(row, 0))
        })
        .await
    }

    /// The sum of [`Self::unread`] over all conversations that `user` takes part in.
    pub async fn unread_total(&self, user: &Uid) -> Result<u64, StoreError> {
        let user = user.clone();
        self.read(move |db| {
            // The cross join keeps the planner from starting with the entries.
            db.prepare_cached(
                "SELECT COUNT(*)
                   FROM participant p
                   LEFT JOIN read_position r ON r.log = p.log AND r.user_uid = p.user_uid
                  CROSS JOIN entry e ON e.log = p.log AND e.seq > CASE WHEN p.joined > COALESCE(r.seq, 0) THEN p.joined ELSE COALESCE(r.seq, 0) END
                  WHERE p.user_uid = ?1
                    AND e.sender <> ?1
                    AND e.recalled = 0
                    AND e.kind NOT IN ('EDIT', 'REACTION')",
            )?
            .query_row(params![user.as_str()], |row| columns::number(row, 0))
        })
        .await
    }
}
