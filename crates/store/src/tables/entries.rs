//! Reading the log.

use deskwire_model::{Entry, LogId, MessageUid, Seq, Topic, Uid};

use super::{
    columns::{self, select_entry},
    cursors,
};
use crate::{
    EntryPage, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, params},
};

/// The last entry that was deleted with its conversation's past; zero if none was.
fn deleted_up_to(db: &Db<'_>, log: LogId) -> Result<Seq> {
    db.prepare_cached("SELECT swept_seq FROM conversation WHERE id = ?1")?
        .query_row(params![log.0], |row| columns::seq(row, 0))
        .optional()
        .map(Option::unwrap_or_default)
}

/// The log.
impl Store {
    /// The entries behind `seq`, oldest first; at most `limit`.
    pub async fn entries_after(&self, log: LogId, seq: Seq, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(select_entry!("FROM entry e WHERE e.log = ?1 AND e.seq > ?2 ORDER BY e.seq LIMIT ?3"))?
                .query_map(params![log.0, columns::position(seq), columns::limit(limit)], columns::entry)?
                .collect()
        })
        .await
    }

    /// The entries behind `seq`, oldest first; at most `entries`, and none more once their payloads have `bytes` bytes.
    pub async fn page_after(
        &self,
        log: LogId,
        seq: Seq,
        entries: usize,
        bytes: usize,
    ) -> Result<EntryPage, StoreError> {
        self.read(move |db| {
            let mut select = db.prepare_cached(select_entry!(
                "FROM entry e WHERE e.log = ?1 AND e.seq > ?2 ORDER BY e.seq LIMIT ?3"
            ))?;
            // One row more than is wanted tells whether there are more.
            let limit = columns::limit(entries.saturating_add(1));
            let mut rows = select.query_map(params![log.0, columns::position(seq), limit], columns::entry)?;
            let mut page = EntryPage { entries: Vec::new(), behind: seq, last: true };
            let mut size = 0;
            while let Some(entry) = rows.next().transpose()? {
                if page.entries.len() == entries || size >= bytes {
                    page.last = false;
                    break;
                }
                size += entry.payload.bytes().len();
                page.entries.push(entry);
            }
            // A log has no holes, but what it began with may be gone.
            page.behind = seq.max(match page.entries.first() {
                Some(first) => Seq(first.seq.0 - 1),
                None => deleted_up_to(db, log)?,
            });
            Ok(page)
        })
        .await
    }

    /// The entries before `seq`, or all of them, newest first; at most `limit`.
    pub async fn entries_before(&self, log: LogId, seq: Option<Seq>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read(move |db| {
            let end = seq.map_or(i64::MAX, columns::position);
            db.prepare_cached(select_entry!(
                "FROM entry e WHERE e.log = ?1 AND e.seq < ?2 ORDER BY e.seq DESC LIMIT ?3"
            ))?
            .query_map(params![log.0, end, columns::limit(limit)], columns::entry)?
            .collect()
        })
        .await
    }

    /// The entry called `uid`, whoever wrote it; the oldest if several writers chose the same name.
    pub async fn entry_by_uid(&self, log: LogId, uid: &MessageUid) -> Result<Option<Entry>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            let Some(seq) = cursors::seq_of(db, log, &uid)? else { return Ok(None) };
            db.prepare_cached(select_entry!("FROM entry e WHERE e.log = ?1 AND e.seq = ?2"))?
                .query_row(params![log.0, columns::position(seq)], columns::entry)
                .optional()
        })
        .await
    }

    /// The entry that `sender` has called `uid`.
    pub async fn entry_of(&self, log: LogId, sender: &Uid, uid: &MessageUid) -> Result<Option<Entry>, StoreError> {
        let (sender, uid) = (sender.clone(), uid.clone());
        self.read(move |db| {
            db.prepare_cached(select_entry!("FROM entry e WHERE e.log = ?1 AND e.uid = ?2 AND e.sender = ?3"))?
                .query_row(params![log.0, uid.as_str(), sender.as_str()], columns::entry)
                .optional()
        })
        .await
    }

    /// The log in which somebody has called a message `uid`, of the `among` newest conversations of an organisation; the
    /// newest of them if there are several.
    pub async fn log_of_message(&self, org: &Uid, uid: &MessageUid, among: usize) -> Result<Option<LogId>, StoreError> {
        let (org, uid) = (org.clone(), uid.clone());
        // One look into the index per conversation: messages have no index of their names alone, which every append would
        // pay for. It is for people who look for one message, on the thread that nobody waits for.
        self.look_up(move |db| {
            db.prepare_cached(
                "SELECT c.id FROM (SELECT id FROM conversation WHERE org = ?1 ORDER BY id DESC LIMIT ?3) c
                  WHERE EXISTS (SELECT 1 FROM entry e INDEXED BY entry_by_uid WHERE e.log = c.id AND e.uid = ?2)
                  LIMIT 1",
            )?
            .query_row(params![org.as_str(), uid.as_str(), columns::limit(among)], |row| Ok(LogId(row.get(0)?)))
            .optional()
        })
        .await
    }

    /// The position of the newest entry that somebody else than `user` wrote, but for edits and reactions; [`Seq::ZERO`] if
    /// there is none.
    pub async fn newest_of_others(&self, log: LogId, user: &Uid) -> Result<Seq, StoreError> {
        let user = user.clone();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT seq FROM entry
                  WHERE log = ?1 AND sender <> ?2 AND kind NOT IN ('EDIT', 'REACTION')
                  ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(params![log.0, user.as_str()], |row| columns::seq(row, 0))
            .optional()
            .map(Option::unwrap_or_default)
        })
        .await
    }

    /// The position of the last entry, deleted or not; [`Seq::ZERO`] for a log that is empty or unknown.
    pub async fn head(&self, log: LogId) -> Result<Seq, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT COALESCE((SELECT MAX(seq) FROM entry WHERE log = ?1),
                                 (SELECT swept_seq FROM conversation WHERE id = ?1), 0)",
            )?
            .query_row(params![log.0], |row| columns::seq(row, 0))
        })
        .await
    }

    /// As [`Self::head`], of the logs behind those of `topics` that are a conversation's, in the order of the topics' names.
    pub async fn heads(&self, topics: &[Topic]) -> Result<Vec<(Topic, Seq)>, StoreError> {
        let topics: Vec<String> = topics.iter().map(|topic| topic.as_str().to_owned()).collect();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT c.topic, COALESCE((SELECT MAX(seq) FROM entry WHERE log = c.id), c.swept_seq)
                   FROM conversation c WHERE c.topic IN (SELECT value FROM json_each(?1)) ORDER BY c.topic",
            )?
            .query_map(params![serde_json::to_string(&topics)?], |row| {
                Ok((columns::text(row, 0, Topic::new)?, columns::seq(row, 1)?))
            })?
            .collect()
        })
        .await
    }

    /// The position up to which entries were deleted; [`Seq::ZERO`] if none were.
    pub async fn deleted_up_to(&self, log: LogId) -> Result<Seq, StoreError> {
        self.read(move |db| deleted_up_to(db, log)).await
    }
}
