//! How long conversations are kept after they were closed.

use deskwire_model::{LogId, Timestamp, Uid};

use super::Store;
use crate::{ClosedConversation, ClosedSearch, StoreError, Swept};

/// Retention.
impl Store {
    /// How many days an organisation keeps what was closed; none for ever.
    pub async fn retention(&self, org: &Uid) -> Result<Option<u32>, StoreError> {
        match self {
            Self::Sqlite(db) => db.retention(org).await,
        }
    }

    /// The organisations that do not keep what was closed for ever, with their days.
    pub async fn retentions(&self) -> Result<Vec<(Uid, u32)>, StoreError> {
        match self {
            Self::Sqlite(db) => db.retentions().await,
        }
    }

    /// Sets how many days an organisation keeps what was closed.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such organisation.
    pub async fn save_retention(&self, org: &Uid, days: Option<u32>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.save_retention(org, days).await,
        }
    }

    /// The closed conversations that `search` looks for, in the order of their closings; at most `limit`.
    pub async fn closed_conversations(
        &self,
        search: ClosedSearch,
        limit: usize,
    ) -> Result<Vec<ClosedConversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.closed_conversations(search, limit).await,
        }
    }

    /// Deletes a part of a conversation, if it was closed before `before` and is closed still: about `limit` of its entries,
    /// the oldest first, with all that hangs on them; and with the last of them everything else but its row, by which it
    /// can go on. All of a step happens, or nothing; the next one goes on where it ended.
    ///
    /// Files that are in no other conversation become unfinished ones: [`Store::files_before`] has them for whoever
    /// removes their bytes.
    pub async fn sweep_conversation(
        &self,
        log: LogId,
        before: Timestamp,
        now: Timestamp,
        limit: usize,
    ) -> Result<Swept, StoreError> {
        match self {
            Self::Sqlite(db) => db.sweep_conversation(log, before, now, limit).await,
        }
    }
}
