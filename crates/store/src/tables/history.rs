//! What a user has had to do with: its conversations, open or over, and what it has not read.

use deskwire_model::{Conversation, Entry, LogId, MessageUid, Seq, Uid};

use super::columns::{self, select_conversation, select_entry};
use crate::{
    Store, StoreError,
    engine::{Result, params},
};

/// Conversations and messages of a user.
impl Store {
    /// The conversations that `user` takes part in, open or over, but no notes: newest activity first, at most `limit` behind
    /// the first `skipped`, and how many there are.
    pub async fn all_conversations_of(
        &self,
        user: &Uid,
        skipped: u64,
        limit: usize,
    ) -> std::result::Result<(Vec<Conversation>, u64), StoreError> {
        let user = user.clone();
        self.read(move |db| {
            let page = db
                .prepare_cached(select_conversation!(
                    "FROM participant p JOIN conversation c ON c.id = p.log
                      WHERE p.user_uid = ?1 AND c.notes_of IS NULL
                      ORDER BY COALESCE((SELECT at FROM entry WHERE log = c.id ORDER BY seq DESC LIMIT 1), c.created_at)
                               DESC, c.id DESC
                      LIMIT ?2 OFFSET ?3"
                ))?
                .query_map(
                    params![user.as_str(), columns::limit(limit), columns::position(Seq(skipped))],
                    columns::conversation,
                )?
                .collect::<Result<_>>()?;
            let total = db
                .prepare_cached(
                    "SELECT COUNT(*) FROM participant p JOIN conversation c ON c.id = p.log
                      WHERE p.user_uid = ?1 AND c.notes_of IS NULL",
                )?
                .query_row(params![user.as_str()], |row| columns::number(row, 0))?;
            Ok((page, total))
        })
        .await
    }

    /// The entries that [`Self::unread_total`] counts, the newest first: at most `limit` behind the first `skipped`.
    pub async fn unread_entries(
        &self,
        user: &Uid,
        skipped: u64,
        limit: usize,
    ) -> std::result::Result<Vec<Entry>, StoreError> {
        let user = user.clone();
        self.read(move |db| {
            // The cross join keeps the planner from starting with the entries.
            db.prepare_cached(select_entry!(
                "FROM participant p
                 LEFT JOIN read_position r ON r.log = p.log AND r.user_uid = p.user_uid
                CROSS JOIN entry e ON e.log = p.log AND e.seq > CASE WHEN p.joined > COALESCE(r.seq, 0) THEN p.joined ELSE COALESCE(r.seq, 0) END
                WHERE p.user_uid = ?1 AND e.sender <> ?1 AND e.recalled = 0 AND e.kind NOT IN ('EDIT', 'REACTION')
                ORDER BY e.at DESC, e.log DESC, e.seq DESC
                LIMIT ?2 OFFSET ?3"
            ))?
            .query_map(params![user.as_str(), columns::limit(limit), columns::position(Seq(skipped))], columns::entry)?
            .collect()
        })
        .await
    }

    /// The last entry of each log, at most `limit`, in which `user` has not read everything.
    pub async fn unread_heads(
        &self,
        user: &Uid,
        limit: usize,
    ) -> std::result::Result<Vec<(LogId, Seq, MessageUid)>, StoreError> {
        let user = user.clone();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT e.log, e.seq, e.uid
                   FROM participant p
                   LEFT JOIN read_position r ON r.log = p.log AND r.user_uid = p.user_uid
                  CROSS JOIN entry e ON e.log = p.log AND e.seq = (SELECT MAX(seq) FROM entry WHERE log = p.log)
                  WHERE p.user_uid = ?1
                    AND EXISTS (SELECT 1 FROM entry u
                                 WHERE u.log = p.log AND u.seq > CASE WHEN p.joined > COALESCE(r.seq, 0) THEN p.joined ELSE COALESCE(r.seq, 0) END AND u.sender <> ?1
                                   AND u.recalled = 0 AND u.kind NOT IN ('EDIT', 'REACTION'))
                  ORDER BY e.log
                  LIMIT ?2",
            )?
            .query_map(params![user.as_str(), columns::limit(limit)], |row| {
                Ok((LogId(row.get(0)?), columns::seq(row, 1)?, columns::message_uid(row, 2)?))
            })?
            .collect()
        })
        .await
    }
}
