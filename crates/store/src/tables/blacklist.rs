//! Visitors who are not heard.

use deskwire_model::{Timestamp, Uid};

use super::columns;
use crate::{
    Block, BlockFilter, Entered, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, Row, params},
};

/// The columns that [`block`] reads.
const SELECT: &str =
    "SELECT uid, org, visitor, nickname, avatar, address, reason, topic, starts_at, ends_at, created_by,
                             created_at, lifted_by, lifted_at FROM blacklist";
/// Which of them: ?1 the organisation, ?2 who made them or null, ?3 the visitor or null, ?4 a time at which they are not over
/// or null.
const WHERE: &str =
    "WHERE org = ?1 AND (CAST(?2 AS TEXT) IS NULL OR created_by = ?2) AND (CAST(?3 AS TEXT) IS NULL OR visitor = ?3)
                       AND (CAST(?4 AS BIGINT) IS NULL OR (ends_at > ?4 AND lifted_at IS NULL))";

fn block(row: &Row<'_>) -> Result<Block> {
    let lifted_by = columns::optional_uid(row, 12)?;
    let lifted_at: Option<i64> = row.get(13)?;
    Ok(Block {
        uid: columns::uid(row, 0)?,
        org: columns::uid(row, 1)?,
        visitor: columns::uid(row, 2)?,
        nickname: row.get(3)?,
        avatar: row.get(4)?,
        address: row.get(5)?,
        reason: row.get(6)?,
        topic: row.get(7)?,
        starts_at: Timestamp(row.get(8)?),
        ends_at: Timestamp(row.get(9)?),
        created_by: columns::uid(row, 10)?,
        created_at: Timestamp(row.get(11)?),
        lifted: lifted_by.zip(lifted_at.map(Timestamp)),
    })
}

fn enter(db: &Db<'_>, block: &Block, most: u64) -> Result<Entered> {
    if db.prepare_cached("SELECT 1 FROM blacklist WHERE uid = ?1")?.exists(params![block.uid.as_str()])? {
        return Ok(Entered::Known);
    }
    let filter = BlockFilter { not_over: Some(block.created_at), ..BlockFilter::default() };
    if count(db, &block.org, &filter)? >= most {
        return Ok(Entered::Full);
    }
    db.prepare_cached(
        "INSERT INTO blacklist (uid, org, visitor, nickname, avatar, address, reason, topic, starts_at, ends_at, created_by,
                                created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        block.uid.as_str(),
        block.org.as_str(),
        block.visitor.as_str(),
        block.nickname,
        block.avatar,
        block.address,
        block.reason,
        block.topic,
        block.starts_at.0,
        block.ends_at.0,
        block.created_by.as_str(),
        block.created_at.0,
    ])?;
    Ok(Entered::New)
}

fn count(db: &Db<'_>, org: &Uid, filter: &BlockFilter) -> Result<u64> {
    let (by, visitor) = (filter.by.as_ref().map(Uid::as_str), filter.visitor.as_ref().map(Uid::as_str));
    let not_over = filter.not_over.map(|time| time.0);
    db.prepare_cached(&format!("SELECT COUNT(*) FROM blacklist {WHERE}"))?
        .query_row(params![org.as_str(), by, visitor, not_over], |row| columns::number(row, 0))
}

/// Visitors who are not heard.
impl Store {
    /// Enters a block; its organisation has at most `most` that are not over at its beginning.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such organisation.
    pub async fn enter_block(&self, block: &Block, most: usize) -> std::result::Result<Entered, StoreError> {
        let block = block.clone();
        self.write(move |db| Ok(enter(db, &block, most as u64)?)).await
    }

    /// The block called `uid` of an organisation.
    pub async fn block(&self, org: &Uid, uid: &Uid) -> std::result::Result<Option<Block>, StoreError> {
        let (org, uid) = (org.clone(), uid.clone());
        self.read(move |db| {
            db.prepare_cached(&format!("{SELECT} WHERE uid = ?1 AND org = ?2"))?
                .query_row(params![uid.as_str(), org.as_str()], block)
                .optional()
        })
        .await
    }

    /// Ends those of these blocks of an organisation that are not over at `at`; how many.
    pub async fn lift_blocks(
        &self,
        org: &Uid,
        blocks: &[Uid],
        (by, at): (&Uid, Timestamp),
    ) -> std::result::Result<usize, StoreError> {
        let (org, blocks, by) = (org.clone(), blocks.to_vec(), by.clone());
        self.write(move |db| {
            let mut lift = db.prepare_cached(
                "UPDATE blacklist SET lifted_by = ?3, lifted_at = ?4
                  WHERE uid = ?1 AND org = ?2 AND lifted_at IS NULL AND ends_at > ?4",
            )?;
            let mut lifted = 0;
            for uid in &blocks {
                lifted += lift.execute(params![uid.as_str(), org.as_str(), by.as_str(), at.0])?;
            }
            Ok(lifted)
        })
        .await
    }

    /// The blocks of an organisation, the newest first; `limit` of them behind the first `skip`.
    pub async fn blocks(
        &self,
        org: &Uid,
        filter: &BlockFilter,
        skip: u64,
        limit: usize,
    ) -> std::result::Result<Vec<Block>, StoreError> {
        let (org, filter) = (org.clone(), filter.clone());
        self.read(move |db| {
            let (by, visitor) = (filter.by.as_ref().map(Uid::as_str), filter.visitor.as_ref().map(Uid::as_str));
            let not_over = filter.not_over.map(|time| time.0);
            let skip = i64::try_from(skip).unwrap_or(i64::MAX);
            db.prepare_cached(&format!("{SELECT} {WHERE} ORDER BY created_at DESC, uid LIMIT ?5 OFFSET ?6"))?
                .query_map(params![org.as_str(), by, visitor, not_over, columns::limit(limit), skip], block)?
                .collect()
        })
        .await
    }

    /// How many blocks of an organisation there are.
    pub async fn count_blocks(&self, org: &Uid, filter: &BlockFilter) -> std::result::Result<u64, StoreError> {
        let (org, filter) = (org.clone(), filter.clone());
        self.read(move |db| count(db, &org, &filter)).await
    }

    /// Forgets at most `most` blocks that were over before `time`; how many.
    pub async fn forget_blocks(&self, time: Timestamp, most: usize) -> std::result::Result<usize, StoreError> {
        let is_over = move |db: &Db<'_>| {
            db.prepare_cached("SELECT EXISTS (SELECT 1 FROM blacklist WHERE ends_at < ?1 OR lifted_at < ?1)")?
                .query_row(params![time.0], |row| row.get(0))
        };
        if !self.read(is_over).await? {
            return Ok(0);
        }
        self.write(move |db| {
            let forgotten = db
                .prepare_cached(
                    "DELETE FROM blacklist
                      WHERE uid IN (SELECT uid FROM blacklist WHERE ends_at < ?1 OR lifted_at < ?1 LIMIT ?2)",
                )?
                .execute(params![time.0, columns::limit(most)])?;
            Ok(forgotten)
        })
        .await
    }
}
