//! Why a statement failed, on either engine.

use std::error::Error as StdError;

use rusqlite::{ErrorCode, ffi, types::FromSqlError};

use super::postgres;
use crate::StoreError;

/// What statements of the tables answer.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a statement failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// SQLite refused it.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
    /// PostgreSQL refused it, or could not be reached.
    #[error(transparent)]
    Postgres(#[from] postgres::Error),
    /// A row that must be there is not.
    #[error("a row is missing")]
    NoRow,
    /// A column holds what no release of us writes.
    #[error("column {column}: {source}")]
    Column {
        /// Counted from 0.
        column: usize,
        /// What is wrong with it.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A value cannot be written as JSON.
    #[error(transparent)]
    Unwritable(#[from] serde_json::Error),
    /// As [`Self::Column`], where it is not known which one.
    #[error("a column: {0}")]
    Value(#[from] FromSqlError),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        if matches!(error, rusqlite::Error::QueryReturnedNoRows) { Self::NoRow } else { Self::Sqlite(error) }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Sqlite(error) => error.into(),
            Error::Postgres(error) => error.into(),
            Error::NoRow | Error::Unwritable(_) => Self::Backend(Box::new(error)),
            Error::Column { .. } | Error::Value(_) => Self::Damaged(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(failure) = error.sqlite_error() else { return Self::Backend(Box::new(error)) };
        match (failure.code, failure.extended_code) {
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => Self::Damaged(error.to_string()),
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Self::Exists,
            (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::Missing,
            _ => Self::Backend(Box::new(error)),
        }
    }
}

/// A row that may be missing.
pub(crate) trait OptionalExtension<T> {
    /// None where the row is missing.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoRow) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
