//! What the desk writes on conversations.

use deskwire_model::{LogId, Uid};

use super::columns;
use crate::{
    LabelChange, Labels, Marks, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, Row, params},
};

fn of(db: &Db<'_>, log: LogId) -> Result<Option<Labels>> {
    db.prepare_cached("SELECT note, tags FROM label WHERE log = ?1")?
        .query_row(params![log.0], |row| Ok(Labels { note: row.get(0)?, tags: columns::json(row, 1)? }))
        .optional()
}

/// Writes on a conversation.
pub(super) fn change(db: &Db<'_>, change: &LabelChange) -> Result<()> {
    let mut labels = of(db, change.of)?.unwrap_or_default();
    if let Some(note) = &change.note {
        labels.note.clone_from(note);
    }
    if let Some(tags) = &change.tags {
        labels.tags.clone_from(tags);
    }
    let tags = serde_json::json!(labels.tags).to_string();
    db.prepare_cached("INSERT INTO label (log, note, tags) VALUES (?1, ?2, ?3) ON CONFLICT (log) DO UPDATE SET note = excluded.note, tags = excluded.tags")?.execute(params![
        change.of.0,
        labels.note,
        tags
    ])?;
    Ok(())
}

fn marks(row: &Row<'_>, first: usize) -> Result<Marks> {
    let seq = |column| row.get::<Option<i64>>(column)?.map(|_| columns::seq(row, column)).transpose();
    Ok(Marks {
        top: row.get(first)?,
        star: row.get(first + 1)?,
        mute: row.get(first + 2)?,
        fold: row.get(first + 3)?,
        unread_at: seq(first + 4)?,
        hidden_at: seq(first + 5)?,
    })
}

/// What is written on conversations. [`crate::Fact::Labelled`] writes it.
impl Store {
    /// What is written on a conversation for all at the desk.
    pub async fn labels(&self, log: LogId) -> std::result::Result<Labels, StoreError> {
        self.read(move |db| Ok(of(db, log)?.unwrap_or_default())).await
    }

    /// Those of `logs` that have a tag, or whose visitors have it, in their order.
    pub async fn tagged(&self, logs: Vec<LogId>, tag: &str) -> std::result::Result<Vec<LogId>, StoreError> {
        let tag = tag.to_owned();
        self.read(move |db| {
            let mut tagged = db.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM label l, json_each(l.tags) t WHERE l.log = ?1 AND t.value = ?2)
                     OR EXISTS (SELECT 1 FROM conversation c JOIN visitor_info i ON i.visitor = c.visitor,
                                              json_each(i.tags) t
                                 WHERE c.id = ?1 AND t.value = ?2)",
            )?;
            let mut found = Vec::new();
            for &log in &logs {
                if tagged.query_row(params![log.0, tag], |row| row.get(0))? {
                    found.push(log);
                }
            }
            Ok(found)
        })
        .await
    }

    /// How `user` keeps a conversation in its list.
    pub async fn marks(&self, log: LogId, user: &Uid) -> std::result::Result<Marks, StoreError> {
        let user = user.clone();
        self.read(move |db| {
            let found = db
                .prepare_cached(
                    "SELECT top, star, mute, fold, unread_at, hidden_at FROM mark WHERE log = ?1 AND user_uid = ?2",
                )?
                .query_row(params![log.0, user.as_str()], |row| marks(row, 0))
                .optional()?;
            Ok(found.unwrap_or_default())
        })
        .await
    }

    /// The conversations that `user` keeps otherwise than the others, by number.
    pub async fn marks_of(&self, user: &Uid) -> std::result::Result<Vec<(LogId, Marks)>, StoreError> {
        let user = user.clone();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT log, top, star, mute, fold, unread_at, hidden_at FROM mark WHERE user_uid = ?1 ORDER BY log",
            )?
            .query_map(params![user.as_str()], |row| Ok((LogId(row.get(0)?), marks(row, 1)?)))?
            .collect()
        })
        .await
    }

    /// Replaces how `user` keeps a conversation.
    pub async fn set_marks(&self, log: LogId, user: &Uid, marks: Marks) -> std::result::Result<(), StoreError> {
        let user = user.clone();
        self.write(move |db| {
            if marks == Marks::default() {
                db.prepare_cached("DELETE FROM mark WHERE log = ?1 AND user_uid = ?2")?
                    .execute(params![log.0, user.as_str()])?;
                return Ok(());
            }
            let Marks { top, star, mute, fold, unread_at, hidden_at } = marks;
            let [unread_at, hidden_at] = [unread_at, hidden_at].map(|seq| seq.map(columns::position));
            // What was deleted stands in no list.
            db.prepare_cached(
                "INSERT INTO mark (log, user_uid, top, star, mute, fold, unread_at, hidden_at)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
                  WHERE NOT EXISTS (SELECT 1 FROM conversation WHERE id = ?1 AND emptied_at IS NOT NULL)
                     ON CONFLICT (log, user_uid) DO UPDATE
                    SET top = excluded.top, star = excluded.star, mute = excluded.mute, fold = excluded.fold,
                        unread_at = excluded.unread_at, hidden_at = excluded.hidden_at",
            )?
            .execute(params![log.0, user.as_str(), top, star, mute, fold, unread_at, hidden_at])?;
            Ok(())
        })
        .await
    }
}
