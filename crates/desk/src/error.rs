//! Why the desk refuses or fails.

use deskwire_broker::CommitError;
use deskwire_model::dialect::DialectError;
use deskwire_store::{Refusal, StoreError};

/// Why the desk does not do what it is asked. The text is made for the asker's eyes.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The message cannot be understood.
    #[error(transparent)]
    Dialect(#[from] DialectError),
    /// The principal has no business there. Also the answer when there is nothing, so that nobody can probe for it.
    #[error("there is no such conversation, or it is not yours")]
    NotYours,
    /// No agent or workgroup of the organisation has this uid.
    #[error("there is no such agent or workgroup")]
    UnknownService,
    /// There is no such organisation.
    #[error("there is no such organisation")]
    UnknownOrganisation,
    /// There is no such visitor.
    #[error("there is no such visitor")]
    UnknownVisitor,
    /// The store's rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// It could not be read; the details are in the server's log.
    #[error("the server could not read its store")]
    Store(#[source] StoreError),
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a read failed");
        Self::Store(error)
    }
}
