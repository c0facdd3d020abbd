//! Words that are not to be said, and visitors who are not heard.

use deskwire_model::{Timestamp, Uid};

use super::Store;
use crate::{Block, BlockFilter, Entered, HitFilter, StoreError, TabooHit, TabooScope, TabooWord};

/// Words. That they were said is a [`crate::Write::TabooHits`].
impl Store {
    /// Enters words of one organisation, which has at most `most`; what became of each, in their order. One whose uid or
    /// whose compared form is there already is known.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such organisation; nothing is entered then.
    pub async fn enter_taboo_words(&self, words: Vec<TabooWord>, most: usize) -> Result<Vec<Entered>, StoreError> {
        match self {
            Self::Sqlite(db) => db.enter_taboo_words(words, most).await,
        }
    }

    /// Replaces a word but for who entered it and when.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when its organisation has none of its uid, [`StoreError::Exists`] when another is compared
    /// the same.
    pub async fn update_taboo_word(&self, word: &TabooWord) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.update_taboo_word(word).await,
        }
    }

    /// Takes a word out; whether it was there.
    pub async fn drop_taboo_word(&self, org: &Uid, uid: &Uid) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(db) => db.drop_taboo_word(org, uid).await,
        }
    }

    /// The word called `uid` of an organisation.
    pub async fn taboo_word(&self, org: &Uid, uid: &Uid) -> Result<Option<TabooWord>, StoreError> {
        match self {
            Self::Sqlite(db) => db.taboo_word(org, uid).await,
        }
    }

    /// The words of an organisation, the newest first; `limit` of them behind the first `skip`.
    pub async fn taboo_words(&self, org: &Uid, skip: u64, limit: usize) -> Result<Vec<TabooWord>, StoreError> {
        match self {
            Self::Sqlite(db) => db.taboo_words(org, skip, limit).await,
        }
    }

    /// How many words an organisation has.
    pub async fn count_taboo_words(&self, org: &Uid) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(db) => db.count_taboo_words(org).await,
        }
    }

    /// Whose messages an organisation looks at.
    pub async fn taboo_scope(&self, org: &Uid) -> Result<TabooScope, StoreError> {
        match self {
            Self::Sqlite(db) => db.taboo_scope(org).await,
        }
    }

    /// Sets whose messages an organisation looks at.
    pub async fn save_taboo_scope(&self, org: &Uid, scope: TabooScope) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.save_taboo_scope(org, scope).await,
        }
    }

    /// The words that were said in an organisation, the newest first; at most `limit`.
    pub async fn taboo_hits(&self, org: &Uid, filter: &HitFilter, limit: usize) -> Result<Vec<TabooHit>, StoreError> {
        match self {
            Self::Sqlite(db) => db.taboo_hits(org, filter, limit).await,
        }
    }

    /// Forgets at most `most` hits from before `time`, the oldest first; how many.
    pub async fn forget_taboo_hits(&self, time: Timestamp, most: usize) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(db) => db.forget_taboo_hits(time, most).await,
        }
    }
}

/// Visitors who are not heard.
impl Store {
    /// Enters a block; its organisation has at most `most` that are not over at its beginning.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such organisation.
    pub async fn enter_block(&self, block: &Block, most: usize) -> Result<Entered, StoreError> {
        match self {
            Self::Sqlite(db) => db.enter_block(block, most).await,
        }
    }

    /// The block called `uid` of an organisation.
    pub async fn block(&self, org: &Uid, uid: &Uid) -> Result<Option<Block>, StoreError> {
        match self {
            Self::Sqlite(db) => db.block(org, uid).await,
        }
    }

    /// Ends those of these blocks of an organisation that are not over at `at`; how many.
    pub async fn lift_blocks(
        &self,
        org: &Uid,
        blocks: &[Uid],
        (by, at): (&Uid, Timestamp),
    ) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(db) => db.lift_blocks(org, blocks, (by, at)).await,
        }
    }

    /// The blocks of an organisation, the newest first; `limit` of them behind the first `skip`.
    pub async fn blocks(
        &self,
        org: &Uid,
        filter: &BlockFilter,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<Block>, StoreError> {
        match self {
            Self::Sqlite(db) => db.blocks(org, filter, skip, limit).await,
        }
    }

    /// How many blocks of an organisation there are.
    pub async fn count_blocks(&self, org: &Uid, filter: &BlockFilter) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(db) => db.count_blocks(org, filter).await,
        }
    }

    /// Forgets at most `most` blocks that were over before `time`; how many.
    pub async fn forget_blocks(&self, time: Timestamp, most: usize) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(db) => db.forget_blocks(time, most).await,
        }
    }
}
