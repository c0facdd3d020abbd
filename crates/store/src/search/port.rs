//! The operations of search, whatever the back end.

use deskwire_model::{Conversation, Entry, LogId, Seq, Uid};

use super::{Found, Indexed, SearchId, SearchOrder, SearchQuery};
use crate::{Store, StoreError};

/// Search. None of these waits for, or holds up, other reading.
impl Store {
    /// Waits until the index may be behind the logs. For one caller at a time.
    pub async fn behind(&self) {
        match self {
            Self::Sqlite(db) => db.behind().await,
        }
    }

    /// Brings the index forward by at most `limit` entries, in a transaction of its own. For one caller at a time.
    pub async fn index(&self, limit: usize) -> Result<Indexed, StoreError> {
        match self {
            Self::Sqlite(db) => db.index(limit).await,
        }
    }

    /// Messages before the place `before`, or the newest, in `order`; at most `limit`. [`SearchOrder::Best`] orders the
    /// `limit` newest.
    pub async fn search(
        &self,
        query: SearchQuery,
        before: Option<SearchId>,
        order: SearchOrder,
        limit: usize,
    ) -> Result<Vec<Found>, StoreError> {
        match self {
            Self::Sqlite(db) => db.search(query, before, order, limit).await,
        }
    }

    /// The conversations that `user` takes or took part in, at most `limit`, in no order.
    pub async fn logs_of(&self, user: &Uid, limit: usize) -> Result<Vec<LogId>, StoreError> {
        match self {
            Self::Sqlite(db) => db.logs_of(user, limit).await,
        }
    }

    /// Those of `logs` that there are, in their order.
    pub async fn conversations(&self, logs: Vec<LogId>) -> Result<Vec<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.conversations(logs).await,
        }
    }

    /// The entries at `places`, in their order, without those that there are not.
    pub async fn entries_at(&self, places: Vec<(LogId, Seq)>) -> Result<Vec<Entry>, StoreError> {
        match self {
            Self::Sqlite(db) => db.entries_at(places).await,
        }
    }
}
