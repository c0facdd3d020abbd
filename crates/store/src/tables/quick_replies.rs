//! Canned replies.

use deskwire_model::{MessageType, Timestamp, Uid};

use super::columns;
use crate::{
    NewQuickReply, QuickReply, QuickReplyFilter, ReplyLevel, Store, StoreError,
    engine::{OptionalExtension as _, Result, Row, params},
};

const SELECT: &str = "SELECT uid, org, owner, level, category, shortcut, title, content, kind, created_at, updated_at
                        FROM quick_reply";
/// ?1 the organisation, ?2 owners as JSON, ?3 the level or null, ?4 the folder or null, ?5 what the shortcut begins with and
/// ?6 what the texts have, as patterns or null.
const WHERE: &str = r"WHERE org = ?1 AND owner IN (SELECT value FROM json_each(?2)) AND (CAST(?3 AS TEXT) IS NULL OR level = ?3)
                        AND (CAST(?4 AS TEXT) IS NULL OR category = ?4)
                        AND (CAST(?5 AS TEXT) IS NULL OR LOWER(shortcut) LIKE LOWER(?5) ESCAPE '\' OR LOWER(title) LIKE LOWER(?6) ESCAPE '\'
                             OR LOWER(content) LIKE LOWER(?6) ESCAPE '\')";

fn reply(row: &Row<'_>) -> Result<QuickReply> {
    Ok(QuickReply {
        uid: columns::uid(row, 0)?,
        org: columns::uid(row, 1)?,
        owner: columns::uid(row, 2)?,
        level: ReplyLevel::from_name(row.get_ref(3)?.as_str()?).ok_or_else(|| columns::unknown(3))?,
        reply: NewQuickReply {
            category: row.get(4)?,
            shortcut: row.get(5)?,
            title: row.get(6)?,
            content: row.get(7)?,
            kind: columns::text(row, 8, MessageType::new)?,
        },
        created_at: Timestamp(row.get(9)?),
        updated_at: Timestamp(row.get(10)?),
    })
}

/// `text` where a pattern takes it as it is.
pub(super) fn literally(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

type Patterns = (String, String, Option<&'static str>, Option<String>, Option<String>, Option<String>);

fn patterns(filter: &QuickReplyFilter) -> Patterns {
    let owners: Vec<&str> = filter.owners.iter().map(Uid::as_str).collect();
    let sought = filter.sought.as_deref().map(literally);
    (
        filter.org.to_string(),
        serde_json::json!(owners).to_string(),
        filter.level.map(ReplyLevel::as_str),
        filter.category.clone(),
        sought.as_ref().map(|sought| format!("{sought}%")),
        sought.as_ref().map(|sought| format!("%{sought}%")),
    )
}

/// Canned replies.
impl Store {
    /// The canned reply called `uid`. Its organisation is for the caller to compare.
    pub async fn quick_reply(&self, uid: &Uid) -> std::result::Result<Option<QuickReply>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached(&format!("{SELECT} WHERE uid = ?1"))?.query_row(params![uid.as_str()], reply).optional()
        })
        .await
    }

    /// `limit` of the canned replies that `filter` wants, by folder, shortcut and title, behind the first `skip`; and how
    /// many there are.
    pub async fn quick_replies(
        &self,
        filter: &QuickReplyFilter,
        skip: u64,
        limit: usize,
    ) -> std::result::Result<(Vec<QuickReply>, u64), StoreError> {
        let patterns = patterns(filter);
        self.read(move |db| {
            let (org, owners, level, category, begins, has) = &patterns;
            let total = db
                .prepare_cached(&format!("SELECT COUNT(*) FROM quick_reply {WHERE}"))?
                .query_row(params![org, owners, level, category, begins, has], |row| columns::number(row, 0))?;
            let skip = i64::try_from(skip).unwrap_or(i64::MAX);
            let found = db
                .prepare_cached(&format!(
                    "{SELECT} {WHERE} ORDER BY category, shortcut, title, uid LIMIT ?7 OFFSET ?8"
                ))?
                .query_map(params![org, owners, level, category, begins, has, columns::limit(limit), skip], reply)?
                .collect::<Result<_>>()?;
            Ok((found, total))
        })
        .await
    }

    /// Makes or changes a canned reply.
    ///
    /// # Errors
    /// [`StoreError::Full`] when its owner has `most` others, [`StoreError::Exists`] when the uid is another owner's.
    pub async fn keep_quick_reply(&self, reply: &QuickReply, most: usize) -> std::result::Result<(), StoreError> {
        let QuickReply { uid, org, owner, level, reply, created_at, updated_at } = reply.clone();
        self.write(move |db| {
            let others: i64 = db
                .prepare_cached("SELECT COUNT(*) FROM quick_reply WHERE owner = ?1 AND uid <> ?2")?
                .query_row(params![owner.as_str(), uid.as_str()], |row| row.get(0))?;
            if others >= columns::limit(most) {
                return Err(StoreError::Full);
            }
            let changed = db
                .prepare_cached(
                    "INSERT INTO quick_reply
                         (uid, org, owner, level, category, shortcut, title, content, kind, created_at, updated_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                         ON CONFLICT (uid) DO UPDATE
                        SET category = excluded.category, shortcut = excluded.shortcut, title = excluded.title,
                            content = excluded.content, kind = excluded.kind, updated_at = excluded.updated_at
                      WHERE quick_reply.org = excluded.org AND quick_reply.owner = excluded.owner",
                )?
                .execute(params![
                    uid.as_str(),
                    org.as_str(),
                    owner.as_str(),
                    level.as_str(),
                    reply.category,
                    reply.shortcut,
                    reply.title,
                    reply.content,
                    reply.kind.as_str(),
                    created_at.0,
                    updated_at.0,
                ])?;
            if changed == 1 { Ok(()) } else { Err(StoreError::Exists) }
        })
        .await
    }

    /// Forgets a canned reply, if it is there.
    pub async fn drop_quick_reply(&self, uid: &Uid) -> std::result::Result<(), StoreError> {
        let uid = uid.clone();
        self.write(move |db| {
            db.prepare_cached("DELETE FROM quick_reply WHERE uid = ?1")?.execute(params![uid.as_str()])?;
            Ok(())
        })
        .await
    }
}
