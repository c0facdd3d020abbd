//! What those who run the service look at: the audit log, and where a message is.

use deskwire_model::{LogId, MessageUid, Timestamp, Uid};

use super::Store;
use crate::{AuditEntry, AuditFilter, DeliveredPosition, NewAuditEntry, StoreError};

/// The audit log.
impl Store {
    /// Adds an entry.
    pub async fn note_audit(&self, new: NewAuditEntry) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.note_audit(new).await,
        }
    }

    /// The entries of an organisation that `filter` chooses, the newest first, before the one of this number; at most
    /// `limit`.
    pub async fn audit(
        &self,
        org: &Uid,
        filter: AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        match self {
            Self::Sqlite(db) => db.audit(org, filter, before, limit).await,
        }
    }

    /// Forgets what is older than `before`, and of each organisation the oldest beyond `most`; how many entries went.
    pub async fn forget_audit(&self, before: Timestamp, most: u64) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(db) => db.forget_audit(before, most).await,
        }
    }
}

/// Where a message is.
impl Store {
    /// The log in which somebody has called a message `uid`, of the `among` newest conversations of an organisation; the
    /// newest of them if there are several.
    pub async fn log_of_message(&self, org: &Uid, uid: &MessageUid, among: usize) -> Result<Option<LogId>, StoreError> {
        match self {
            Self::Sqlite(db) => db.log_of_message(org, uid, among).await,
        }
    }

    /// What has arrived at the devices of all who follow a log, ordered by user and device; at most `limit`.
    pub async fn delivered_positions(&self, log: LogId, limit: usize) -> Result<Vec<DeliveredPosition>, StoreError> {
        match self {
            Self::Sqlite(db) => db.delivered_positions(log, limit).await,
        }
    }
}
