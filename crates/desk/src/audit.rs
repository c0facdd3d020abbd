//! The audit log: who has done what to the service, or tried to.

use deskwire_model::{Principal, Role, Timestamp};
use deskwire_store::{AuditEntry, AuditFilter, NewAuditEntry};

use crate::{Desk, DeskError};

impl Desk {
    /// Notes what somebody has done or tried to do; on disk when this returns.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn note_audit(&self, new: NewAuditEntry) -> Result<(), DeskError> {
        Ok(self.store.note_audit(new).await?)
    }

    /// The entries of the administrator's organisation that `filter` chooses, the newest first, before the one of this
    /// number; at most `limit`.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::Store`].
    pub async fn audit(
        &self,
        by: &Principal,
        filter: AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, DeskError> {
        if by.role != Role::Admin {
            return Err(DeskError::NotAllowed);
        }
        Ok(self.store.audit(&by.org, filter, before, limit).await?)
    }

    /// Forgets what is older than `before`, and of each organisation the oldest beyond `most`; how many entries went.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn forget_audit(&self, before: Timestamp, most: u64) -> Result<usize, DeskError> {
        Ok(self.store.forget_audit(before, most).await?)
    }
}
