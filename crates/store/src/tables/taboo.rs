//! Words that are not to be said, and where they were said.

use deskwire_model::{Timestamp, Topic, Uid};

use super::columns;
use crate::{
    Entered, HitFilter, NewTabooHits, Store, StoreError, TabooAction, TabooHit, TabooScope, TabooWord, Written,
    engine::{Db, OptionalExtension as _, Result, Row, ValueRef, params},
};

/// The columns that [`taboo_word`] reads.
const SELECT: &str = "SELECT uid, org, content, folded, action, whole, category, enabled, created_by, created_at,
                             updated_at FROM taboo_word";

/// Notes what a message says. `now` is the time of the commit.
pub(super) fn note(db: &Db<'_>, hits: &NewTabooHits, now: Timestamp) -> Result<Written> {
    let org = hits.org.as_str();
    let mut seq: i64 = db
        .prepare_cached("SELECT COALESCE(MAX(seq), 0) FROM taboo_hit WHERE org = ?1")?
        .query_row(params![org], |row| row.get(0))?;
    let mut insert = db.prepare_cached(
        "INSERT INTO taboo_hit (org, seq, log, sender, message, word, action, text, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (log, sender, message, word) DO NOTHING",
    )?;
    for (word, action) in &hits.words {
        let rows = insert.execute(params![
            org,
            seq + 1,
            hits.log.0,
            hits.sender.as_str(),
            hits.message.as_str(),
            word,
            action.as_str(),
            hits.text,
            now.0,
        ])?;
        seq += i64::try_from(rows).unwrap_or(0);
    }
    let oldest = seq.saturating_sub(i64::try_from(hits.kept).unwrap_or(i64::MAX));
    if oldest > 0 {
        db.prepare_cached("DELETE FROM taboo_hit WHERE org = ?1 AND seq <= ?2")?.execute(params![org, oldest])?;
    }
    Ok(Written::Noted)
}

fn action(row: &Row<'_>, column: usize) -> Result<TabooAction> {
    TabooAction::from_name(row.get_ref(column)?.as_str()?).ok_or_else(|| columns::unknown(column))
}

fn taboo_word(row: &Row<'_>) -> Result<TabooWord> {
    Ok(TabooWord {
        uid: columns::uid(row, 0)?,
        org: columns::uid(row, 1)?,
        content: row.get(2)?,
        folded: row.get(3)?,
        action: action(row, 4)?,
        whole: row.get(5)?,
        category: row.get(6)?,
        enabled: row.get(7)?,
        created_by: columns::uid(row, 8)?,
        created_at: Timestamp(row.get(9)?),
        updated_at: Timestamp(row.get(10)?),
    })
}

fn taboo_hit(row: &Row<'_>) -> Result<TabooHit> {
    let has_topic = row.get_ref(1)? != ValueRef::Null;
    Ok(TabooHit {
        seq: columns::number(row, 0)?,
        topic: has_topic.then(|| columns::text(row, 1, Topic::new)).transpose()?,
        sender: columns::uid(row, 2)?,
        message: columns::message_uid(row, 3)?,
        word: row.get(4)?,
        action: action(row, 5)?,
        text: row.get(6)?,
        at: Timestamp(row.get(7)?),
    })
}

fn count(db: &Db<'_>, org: &Uid) -> Result<u64> {
    db.prepare_cached("SELECT COUNT(*) FROM taboo_word WHERE org = ?1")?
        .query_row(params![org.as_str()], |row| columns::number(row, 0))
}

fn enter(db: &Db<'_>, word: &TabooWord, most: u64) -> Result<Entered> {
    let known = db
        .prepare_cached("SELECT 1 FROM taboo_word WHERE uid = ?1 OR (org = ?2 AND folded = ?3)")?
        .exists(params![word.uid.as_str(), word.org.as_str(), word.folded])?;
    if known {
        return Ok(Entered::Known);
    }
    if count(db, &word.org)? >= most {
        return Ok(Entered::Full);
    }
    db.prepare_cached(
        "INSERT INTO taboo_word
             (uid, org, content, folded, action, whole, category, enabled, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        word.uid.as_str(),
        word.org.as_str(),
        word.content,
        word.folded,
        word.action.as_str(),
        word.whole,
        word.category,
        word.enabled,
        word.created_by.as_str(),
        word.created_at.0,
        word.updated_at.0,
    ])?;
    Ok(Entered::New)
}

/// Words. That they were said is a [`crate::Write::TabooHits`].
impl Store {
    /// Enters words of one organisation, which has at most `most`; what became of each, in their order. One whose uid or
    /// whose compared form is there already is known.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such organisation; nothing is entered then.
    pub async fn enter_taboo_words(
        &self,
        words: Vec<TabooWord>,
        most: usize,
    ) -> std::result::Result<Vec<Entered>, StoreError> {
        self.write(move |db| Ok(words.iter().map(|word| enter(db, word, most as u64)).collect::<Result<_>>()?)).await
    }

    /// Replaces a word but for who entered it and when.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when its organisation has none of its uid, [`StoreError::Exists`] when another is compared
    /// the same.
    pub async fn update_taboo_word(&self, word: &TabooWord) -> std::result::Result<(), StoreError> {
        let word = word.clone();
        self.write(move |db| {
            let changed = db
                .prepare_cached(
                    "UPDATE taboo_word
                        SET content = ?3, folded = ?4, action = ?5, whole = ?6, category = ?7, enabled = ?8, updated_at = ?9
                      WHERE uid = ?1 AND org = ?2",
                )?
                .execute(params![
                    word.uid.as_str(),
                    word.org.as_str(),
                    word.content,
                    word.folded,
                    word.action.as_str(),
                    word.whole,
                    word.category,
                    word.enabled,
                    word.updated_at.0,
                ])?;
            if changed == 1 { Ok(()) } else { Err(StoreError::Missing) }
        })
        .await
    }

    /// Takes a word out; whether it was there.
    pub async fn drop_taboo_word(&self, org: &Uid, uid: &Uid) -> std::result::Result<bool, StoreError> {
        let (org, uid) = (org.clone(), uid.clone());
        self.write(move |db| {
            let gone = db
                .prepare_cached("DELETE FROM taboo_word WHERE uid = ?1 AND org = ?2")?
                .execute(params![uid.as_str(), org.as_str()])?;
            Ok(gone == 1)
        })
        .await
    }

    /// The word called `uid` of an organisation.
    pub async fn taboo_word(&self, org: &Uid, uid: &Uid) -> std::result::Result<Option<TabooWord>, StoreError> {
        let (org, uid) = (org.clone(), uid.clone());
        self.read(move |db| {
            db.prepare_cached(&format!("{SELECT} WHERE uid = ?1 AND org = ?2"))?
                .query_row(params![uid.as_str(), org.as_str()], taboo_word)
                .optional()
        })
        .await
    }

    /// The words of an organisation, the newest first; `limit` of them behind the first `skip`.
    pub async fn taboo_words(
        &self,
        org: &Uid,
        skip: u64,
        limit: usize,
    ) -> std::result::Result<Vec<TabooWord>, StoreError> {
        let org = org.clone();
        self.read(move |db| {
            let skip = i64::try_from(skip).unwrap_or(i64::MAX);
            db.prepare_cached(&format!("{SELECT} WHERE org = ?1 ORDER BY created_at DESC, uid LIMIT ?2 OFFSET ?3"))?
                .query_map(params![org.as_str(), columns::limit(limit), skip], taboo_word)?
                .collect()
        })
        .await
    }

    /// How many words an organisation has.
    pub async fn count_taboo_words(&self, org: &Uid) -> std::result::Result<u64, StoreError> {
        let org = org.clone();
        self.read(move |db| count(db, &org)).await
    }

    /// Whose messages an organisation looks at.
    pub async fn taboo_scope(&self, org: &Uid) -> std::result::Result<TabooScope, StoreError> {
        let org = org.clone();
        self.read(move |db| {
            let scope = db
                .prepare_cached("SELECT agents, robots FROM taboo_scope WHERE org = ?1")?
                .query_row(params![org.as_str()], |row| Ok(TabooScope { agents: row.get(0)?, robots: row.get(1)? }))
                .optional()?;
            Ok(scope.unwrap_or_default())
        })
        .await
    }

    /// Sets whose messages an organisation looks at.
    pub async fn save_taboo_scope(&self, org: &Uid, scope: TabooScope) -> std::result::Result<(), StoreError> {
        let org = org.clone();
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO taboo_scope (org, agents, robots) VALUES (?1, ?2, ?3)
                     ON CONFLICT (org) DO UPDATE SET agents = excluded.agents, robots = excluded.robots",
            )?
            .execute(params![org.as_str(), scope.agents, scope.robots])?;
            Ok(())
        })
        .await
    }

    /// The words that were said in an organisation, the newest first; at most `limit`.
    pub async fn taboo_hits(
        &self,
        org: &Uid,
        filter: &HitFilter,
        limit: usize,
    ) -> std::result::Result<Vec<TabooHit>, StoreError> {
        let (org, filter) = (org.clone(), filter.clone());
        self.read(move |db| {
            let before = filter.before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
            db.prepare_cached(
                "SELECT h.seq, c.topic, h.sender, h.message, h.word, h.action, h.text, h.at
                   FROM taboo_hit h LEFT JOIN conversation c ON c.id = h.log
                  WHERE h.org = ?1 AND h.seq < ?2 AND (CAST(?3 AS TEXT) IS NULL OR h.action = ?3) AND (CAST(?4 AS TEXT) IS NULL OR h.sender = ?4)
                  ORDER BY h.seq DESC LIMIT ?5",
            )?
            .query_map(
                params![
                    org.as_str(),
                    before,
                    filter.action.map(TabooAction::as_str),
                    filter.sender.as_ref().map(Uid::as_str),
                    columns::limit(limit),
                ],
                taboo_hit,
            )?
            .collect()
        })
        .await
    }

    /// Forgets at most `most` hits from before `time`, the oldest first; how many.
    pub async fn forget_taboo_hits(&self, time: Timestamp, most: usize) -> std::result::Result<usize, StoreError> {
        // The writer is not disturbed for nothing.
        let is_old = move |db: &Db<'_>| {
            db.prepare_cached("SELECT EXISTS (SELECT 1 FROM taboo_hit WHERE at < ?1)")?
                .query_row(params![time.0], |row| row.get(0))
        };
        if !self.read(is_old).await? {
            return Ok(0);
        }
        self.write(move |db| {
            let forgotten = db
                .prepare_cached(
                    "DELETE FROM taboo_hit
                      WHERE (org, seq) IN (SELECT org, seq FROM taboo_hit WHERE at < ?1 ORDER BY at LIMIT ?2)",
                )?
                .execute(params![time.0, columns::limit(most)])?;
            Ok(forgotten)
        })
        .await
    }
}
