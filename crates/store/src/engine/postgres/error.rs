//! Why PostgreSQL failed, and what to do about it.

use std::{error::Error as StdError, fmt};

use tokio_postgres::error::SqlState;

use crate::StoreError;

type Cause = Box<dyn StdError + Send + Sync>;

/// Why PostgreSQL failed.
#[derive(Debug)]
pub(crate) struct Error {
    pub(super) kind: Kind,
    cause: Cause,
}

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The server could not be reached, or the connection was lost: nothing was committed.
    Lost,
    /// The connection was lost while a transaction was committed: nobody knows whether it was.
    Unknown,
    /// The statement was prepared for tables that have changed since: a new connection prepares it anew.
    Stale,
    /// Other transactions stood in the way: it may be tried again.
    Conflict,
    /// It took too long, or the server has no room.
    Overloaded,
    /// A row with this key exists.
    Exists,
    /// A row that the new one refers to does not exist.
    Missing,
    /// The server found damage.
    Damaged,
    /// A value does not fit the statement.
    Value,
    /// Anything else.
    Other,
}

impl Error {
    pub(super) fn new(kind: Kind, cause: impl Into<Cause>) -> Self {
        Self { kind, cause: cause.into() }
    }

    /// The same failure, with what it means where it happened.
    pub(super) fn with_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let kind = match error.code() {
            Some(code) => kind_of(code),
            None if error.is_closed() => Kind::Lost,
            // Without a code the server has not answered: a socket or TLS failed, or a value could not be written.
            None => match error.source() {
                Some(source) if source.is::<std::io::Error>() => Kind::Lost,
                _ => Kind::Other,
            },
        };
        Self::new(kind, error)
    }
}

fn kind_of(code: &SqlState) -> Kind {
    match *code {
        SqlState::UNIQUE_VIOLATION => Kind::Exists,
        SqlState::FOREIGN_KEY_VIOLATION => Kind::Missing,
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => Kind::Conflict,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => Kind::Damaged,
        SqlState::FEATURE_NOT_SUPPORTED | SqlState::INVALID_SQL_STATEMENT_NAME => Kind::Stale,
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::QUERY_CANCELED
        | SqlState::TOO_MANY_CONNECTIONS
        | SqlState::OUT_OF_MEMORY
        | SqlState::DISK_FULL => Kind::Overloaded,
        // A server that stops, starts, recovers or has become a standby.
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        | SqlState::READ_ONLY_SQL_TRANSACTION => Kind::Lost,
        _ if code.code().starts_with("08") => Kind::Lost,
        _ => Kind::Other,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Lost => f.write_str("PostgreSQL cannot be reached"),
            Kind::Unknown => f.write_str("the connection to PostgreSQL was lost in a commit"),
            _ => f.write_str("PostgreSQL failed"),
        }?;
        // The library says little itself; what the server said is below.
        let mut cause: Option<&(dyn StdError + 'static)> = Some(self.cause.as_ref());
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error.kind {
            Kind::Lost | Kind::Overloaded => Self::Unavailable(Box::new(error)),
            Kind::Exists => Self::Exists,
            Kind::Missing => Self::Missing,
            Kind::Damaged => Self::Damaged(error.to_string()),
            Kind::Unknown | Kind::Stale | Kind::Conflict | Kind::Value | Kind::Other => Self::Backend(Box::new(error)),
        }
    }
}
