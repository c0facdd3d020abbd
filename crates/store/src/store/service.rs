//! What visitors leave behind: messages to be answered later.

use deskwire_model::Uid;

use super::Store;
use crate::{LeaveInbox, LeaveMessage, LeaveStatus, StoreError};

/// Left messages. What becomes of them is a [`crate::Fact`].
impl Store {
    /// The left message called `uid`.
    pub async fn leave_message(&self, uid: &Uid) -> Result<Option<LeaveMessage>, StoreError> {
        match self {
            Self::Sqlite(db) => db.leave_message(uid).await,
        }
    }

    /// The left messages of an inbox, of one status or of all, the newest first; `limit` of them behind the first `skip`.
    pub async fn leave_messages(
        &self,
        inbox: &LeaveInbox,
        status: Option<LeaveStatus>,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<LeaveMessage>, StoreError> {
        match self {
            Self::Sqlite(db) => db.leave_messages(inbox, status, skip, limit).await,
        }
    }

    /// How many left messages an inbox has, of one status or of all; with `pending`, only those that wait for an answer.
    pub async fn count_leave_messages(
        &self,
        inbox: &LeaveInbox,
        status: Option<LeaveStatus>,
        pending: bool,
    ) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(db) => db.count_leave_messages(inbox, status, pending).await,
        }
    }
}
