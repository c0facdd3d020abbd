//! Why an operation failed.

/// Why an operation failed as a whole; a single refused write of a batch is [`crate::Refusal`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is no database, its pages contradict each other, or a row holds what no version of us writes.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// A later release has written this database.
    #[error("the database has schema version {found}, but this release knows only up to {known}")]
    NewerSchema {
        /// The version found.
        found: u32,
        /// The last version known.
        known: u32,
    },
    /// The schema could not be brought up to date.
    #[error("the schema cannot be brought up to date")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row with this key exists, perhaps in another organisation.
    #[error("the name is taken")]
    Exists,
    /// A row that the new one refers to, or that was to be changed, does not exist.
    #[error("what the change refers to does not exist")]
    Missing,
    /// There is no room for one more.
    #[error("there are too many already")]
    Full,
    /// The database failed; nothing of the operation was kept.
    #[error("the database failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The threads that serve the database have ended.
    #[error("the store is closed")]
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};

        if let rusqlite::Error::FromSqlConversionFailure(..) = error {
            return Self::Damaged(error.to_string());
        }
        let Some(failure) = error.sqlite_error() else { return Self::Backend(Box::new(error)) };
        match (failure.code, failure.extended_code) {
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => Self::Damaged(error.to_string()),
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Self::Exists,
            (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::Missing,
            _ => Self::Backend(Box::new(error)),
        }
    }
}
