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
    /// The server of the database cannot be reached or has no room; nothing of the operation was kept, and it may be tried again.
    #[error("the database is not available: {0}")]
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// The database failed; nothing of the operation was kept, but when the connection to a server was lost in a commit, nobody
    /// knows.
    #[error("the database failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The threads that serve the database have ended.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether the database is away, and nothing is wrong with what was asked.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Logs that `what` has failed. An outage has a line of its own when it begins and when it ends: what fails meanwhile is
    /// for those who look closely.
    pub fn note(&self, what: &str) {
        if self.is_outage() {
            tracing::debug!(error = %self, "{what}");
        } else {
            tracing::error!(error = %self, "{what}");
        }
    }
}
