//! What users have to see apart from conversations. What comes and goes is a [`Write`](crate::Write).

use deskwire_model::{Notice, NoticeFeed, Timestamp, Uid};

use super::Store;
use crate::{NoticeFilter, StoreError};

/// Notices.
impl Store {
    /// What each of `readers`, given by organisation and uid, has to see at the time `now`, with at most `listed`
    /// notices; in their order.
    pub async fn notice_feeds(
        &self,
        readers: &[(Uid, Uid)],
        now: Timestamp,
        listed: usize,
    ) -> Result<Vec<NoticeFeed>, StoreError> {
        match self {
            Self::Sqlite(db) => db.notice_feeds(readers, now, listed).await,
        }
    }

    /// The notices of `user` that `filter` lets through and that were not withdrawn, newest first; at most `limit`.
    pub async fn notices(
        &self,
        org: &Uid,
        user: &Uid,
        filter: &NoticeFilter,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Notice>, StoreError> {
        match self {
            Self::Sqlite(db) => db.notices(org, user, filter, now, limit).await,
        }
    }

    /// Forgets what was posted before `time`, the oldest first, about `most` rows of it at a time. Returns the users, by
    /// organisation and uid, who had not read something of it; and whether there may be more to forget.
    pub async fn forget_notices(&self, time: Timestamp, most: usize) -> Result<(Vec<(Uid, Uid)>, bool), StoreError> {
        match self {
            Self::Sqlite(db) => db.forget_notices(time, most).await,
        }
    }
}
