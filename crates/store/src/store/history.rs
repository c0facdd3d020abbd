//! What a user has had to do with, whatever the back end.

use deskwire_model::{Conversation, Entry, LogId, MessageUid, Seq, Uid};

use super::Store;
use crate::StoreError;

/// Conversations and messages of a user.
impl Store {
    /// The conversations that `user` takes part in, open or over, but no notes: newest activity first, at most `limit` behind
    /// the first `skipped`, and how many there are.
    pub async fn all_conversations_of(
        &self,
        user: &Uid,
        skipped: u64,
        limit: usize,
    ) -> Result<(Vec<Conversation>, u64), StoreError> {
        match self {
            Self::Sqlite(db) => db.all_conversations_of(user, skipped, limit).await,
        }
    }

    /// The entries that [`Self::unread_total`] counts, the newest first: at most `limit` behind the first `skipped`.
    pub async fn unread_entries(&self, user: &Uid, skipped: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        match self {
            Self::Sqlite(db) => db.unread_entries(user, skipped, limit).await,
        }
    }

    /// The last entry of each log, at most `limit`, in which `user` has not read everything.
    pub async fn unread_heads(&self, user: &Uid, limit: usize) -> Result<Vec<(LogId, Seq, MessageUid)>, StoreError> {
        match self {
            Self::Sqlite(db) => db.unread_heads(user, limit).await,
        }
    }
}
