//! Questions with their answers, and what visitors think of these.

use deskwire_model::{LogId, MessageType, Seq, Timestamp, Uid};

use super::{columns, quick_replies::literally};
use crate::{
    FaqEntry, FaqFilter, NewFaq, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, Row, params},
};

const SELECT: &str =
    "SELECT uid, org, owner, category, question, answer, kind, in_welcome, asked, up, down, created_at,
                             updated_at FROM faq";
/// ?1 the owner, ?2 whether only those of WELCOME, ?3 what question or answer have, as a pattern or null.
const WHERE: &str = r"WHERE owner = ?1 AND (?2 = 0 OR in_welcome = 1)
                        AND (CAST(?3 AS TEXT) IS NULL OR LOWER(question) LIKE LOWER(?3) ESCAPE '\' OR LOWER(answer) LIKE LOWER(?3) ESCAPE '\')";

fn faq(row: &Row<'_>) -> Result<FaqEntry> {
    Ok(FaqEntry {
        uid: columns::uid(row, 0)?,
        org: columns::uid(row, 1)?,
        owner: columns::uid(row, 2)?,
        faq: NewFaq {
            category: row.get(3)?,
            question: row.get(4)?,
            answer: row.get(5)?,
            kind: columns::text(row, 6, MessageType::new)?,
            in_welcome: row.get(7)?,
        },
        asked: columns::number(row, 8)?,
        up: columns::number(row, 9)?,
        down: columns::number(row, 10)?,
        created_at: Timestamp(row.get(11)?),
        updated_at: Timestamp(row.get(12)?),
    })
}

/// Counts that a question was asked.
pub(super) fn asked(db: &Db<'_>, faq: &Uid) -> Result<()> {
    db.prepare_cached("UPDATE faq SET asked = asked + 1 WHERE uid = ?1")?.execute(params![faq.as_str()])?;
    Ok(())
}

/// Notes whether an answer helped, unless its visitor has said so before.
pub(super) fn judged(db: &Db<'_>, answer: (LogId, Seq), faq: Option<&Uid>, helpful: bool) -> Result<()> {
    let (log, seq) = answer;
    let name = faq.map_or("", Uid::as_str);
    let first = db
        .prepare_cached(
            "INSERT INTO helpful (log, seq, faq, helpful) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (log, seq) DO NOTHING",
        )?
        .execute(params![log.0, columns::position(seq), name, helpful])?;
    if first == 1 {
        db.prepare_cached("UPDATE faq SET up = up + ?2, down = down + ?3 WHERE uid = ?1")?
            .execute(params![name, helpful, !helpful])?;
    }
    Ok(())
}

/// Questions with their answers.
impl Store {
    /// The question called `uid`. Its organisation is for the caller to compare.
    pub async fn faq(&self, uid: &Uid) -> std::result::Result<Option<FaqEntry>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached(&format!("{SELECT} WHERE uid = ?1"))?.query_row(params![uid.as_str()], faq).optional()
        })
        .await
    }

    /// `limit` of the questions that `filter` wants, the oldest first, behind the first `skip`; and how many there are.
    pub async fn faqs(
        &self,
        filter: &FaqFilter,
        skip: u64,
        limit: usize,
    ) -> std::result::Result<(Vec<FaqEntry>, u64), StoreError> {
        let FaqFilter { owner, in_welcome, sought } = filter.clone();
        let sought = sought.map(|sought| format!("%{}%", literally(&sought)));
        self.read(move |db| {
            let total = db
                .prepare_cached(&format!("SELECT COUNT(*) FROM faq {WHERE}"))?
                .query_row(params![owner.as_str(), in_welcome, sought], |row| columns::number(row, 0))?;
            let skip = i64::try_from(skip).unwrap_or(i64::MAX);
            let found = db
                .prepare_cached(&format!("{SELECT} {WHERE} ORDER BY created_at, uid LIMIT ?4 OFFSET ?5"))?
                .query_map(params![owner.as_str(), in_welcome, sought, columns::limit(limit), skip], faq)?
                .collect::<Result<_>>()?;
            Ok((found, total))
        })
        .await
    }

    /// Makes or changes a question; what was counted of it stays.
    ///
    /// # Errors
    /// [`StoreError::Full`] when its owner has `most` others, [`StoreError::Exists`] when the uid is another owner's.
    pub async fn keep_faq(&self, entry: &FaqEntry, most: usize) -> std::result::Result<(), StoreError> {
        let FaqEntry { uid, org, owner, faq, created_at, updated_at, .. } = entry.clone();
        self.write(move |db| {
            let others: i64 = db
                .prepare_cached("SELECT COUNT(*) FROM faq WHERE owner = ?1 AND uid <> ?2")?
                .query_row(params![owner.as_str(), uid.as_str()], |row| row.get(0))?;
            if others >= columns::limit(most) {
                return Err(StoreError::Full);
            }
            let changed = db
                .prepare_cached(
                    "INSERT INTO faq (uid, org, owner, category, question, answer, kind, in_welcome, created_at, updated_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                         ON CONFLICT (uid) DO UPDATE
                        SET category = excluded.category, question = excluded.question, answer = excluded.answer,
                            kind = excluded.kind, in_welcome = excluded.in_welcome, updated_at = excluded.updated_at
                      WHERE faq.org = excluded.org AND faq.owner = excluded.owner",
                )?
                .execute(params![
                    uid.as_str(),
                    org.as_str(),
                    owner.as_str(),
                    faq.category,
                    faq.question,
                    faq.answer,
                    faq.kind.as_str(),
                    faq.in_welcome,
                    created_at.0,
                    updated_at.0,
                ])?;
            if changed == 1 { Ok(()) } else { Err(StoreError::Exists) }
        })
        .await
    }

    /// Forgets a question, if it is there.
    pub async fn drop_faq(&self, uid: &Uid) -> std::result::Result<(), StoreError> {
        let uid = uid.clone();
        self.write(move |db| {
            db.prepare_cached("DELETE FROM faq WHERE uid = ?1")?.execute(params![uid.as_str()])?;
            Ok(())
        })
        .await
    }
}
