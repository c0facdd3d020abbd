//! The engine for several nodes: a PostgreSQL server.

pub(crate) mod texts;

use std::marker::PhantomData;

use rusqlite::types::{ToSql, ValueRef};

use super::{Db, Result as EngineResult};
use crate::StoreError;

/// Why PostgreSQL failed.
#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL is not there")]
pub(crate) struct Error;

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        Self::Backend(Box::new(error))
    }
}

/// An open server.
pub(crate) struct Postgres;

impl Postgres {
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        _query: impl FnMut(&Db<'_>) -> EngineResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        Err(Error.into())
    }

    pub(crate) async fn look_up<T: Send + 'static>(
        &self,
        query: impl FnMut(&Db<'_>) -> EngineResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read(query).await
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        _change: impl FnMut(&Db<'_>) -> Result<T, StoreError> + Send + 'static,
        _committed: impl FnOnce(&mut T) + Send + 'static,
    ) -> Result<T, StoreError> {
        Err(Error.into())
    }
}

/// A connection.
pub(crate) struct Session;

impl Session {
    pub(crate) fn prepare_cached(&self, _sql: &str) -> Result<Statement<'_>, Error> {
        Err(Error)
    }

    /// Runs `queries` in one transaction that reads (`ISOLATION LEVEL REPEATABLE READ READ ONLY`).
    pub(crate) fn snapshot<T>(&self, _queries: impl FnOnce() -> EngineResult<T>) -> EngineResult<T> {
        Err(Error.into())
    }
}

/// A statement that a connection keeps prepared.
pub(crate) struct Statement<'a>(PhantomData<&'a Session>);

impl Statement<'_> {
    pub(crate) fn execute(&mut self, _parameters: &[&dyn ToSql]) -> Result<usize, Error> {
        Err(Error)
    }

    pub(crate) fn query(&mut self, _parameters: &[&dyn ToSql]) -> Result<Vec<Row>, Error> {
        Err(Error)
    }
}

/// A row.
pub(crate) struct Row;

/// A column's value: all whole numbers as 64 bits, truth values as 0 and 1.
pub(crate) fn value(_row: &Row, _column: usize) -> Result<ValueRef<'_>, Error> {
    Err(Error)
}
