//! Statements and rows, the same for both engines.
//!
//! They look as rusqlite's do, and values pass in its plain types ([`ToSql`], [`FromSql`]): whole numbers, which hold
//! truth values too, floating-point numbers, text, bytes, and nothing.

use rusqlite::types::{FromSql, FromSqlError, ToSql, ValueRef};

use super::{Error, Result, postgres};

/// A statement that its connection keeps prepared.
pub(crate) enum Statement<'a> {
    /// Of SQLite.
    Sqlite(rusqlite::CachedStatement<'a>),
    /// Of PostgreSQL.
    Postgres(postgres::Statement<'a>),
}

impl Statement<'_> {
    /// Runs it; how many rows it has changed.
    pub(crate) fn execute(&mut self, parameters: &[&dyn ToSql]) -> Result<usize> {
        match self {
            Self::Sqlite(statement) => Ok(statement.execute(parameters)?),
            Self::Postgres(statement) => Ok(statement.execute(parameters)?),
        }
    }

    /// Reads its first row.
    ///
    /// # Errors
    /// [`Error::NoRow`] when there is none: [`super::OptionalExtension`].
    pub(crate) fn query_row<T>(
        &mut self,
        parameters: &[&dyn ToSql],
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        match self {
            Self::Sqlite(statement) => match statement.query(parameters)?.next()? {
                Some(row) => read(&Row::Sqlite(row)),
                None => Err(Error::NoRow),
            },
            Self::Postgres(statement) => match statement.query(parameters)?.first() {
                Some(row) => read(&Row::Postgres(row)),
                None => Err(Error::NoRow),
            },
        }
    }

    /// Reads its rows as they are asked for.
    pub(crate) fn query_map<T, F: FnMut(&Row<'_>) -> Result<T>>(
        &mut self,
        parameters: &[&dyn ToSql],
        read: F,
    ) -> Result<Rows<'_, F>> {
        Ok(match self {
            Self::Sqlite(statement) => Rows::Sqlite(statement.query(parameters)?, read),
            Self::Postgres(statement) => Rows::Postgres(statement.query(parameters)?.into_iter(), read),
        })
    }

    /// Whether it has a row.
    pub(crate) fn exists(&mut self, parameters: &[&dyn ToSql]) -> Result<bool> {
        match self {
            Self::Sqlite(statement) => Ok(statement.exists(parameters)?),
            Self::Postgres(statement) => Ok(!statement.query(parameters)?.is_empty()),
        }
    }
}

/// What a query answers, row by row. PostgreSQL's are all in memory: a query has a `LIMIT` where there may be many.
pub(crate) enum Rows<'a, F> {
    /// Of SQLite.
    Sqlite(rusqlite::Rows<'a>, F),
    /// Of PostgreSQL.
    Postgres(std::vec::IntoIter<postgres::Row>, F),
}

impl<T, F: FnMut(&Row<'_>) -> Result<T>> Iterator for Rows<'_, F> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Sqlite(rows, read) => match rows.next() {
                Ok(row) => row.map(|row| read(&Row::Sqlite(row))),
                Err(error) => Some(Err(error.into())),
            },
            Self::Postgres(rows, read) => rows.next().map(|row| read(&Row::Postgres(&row))),
        }
    }
}

/// A row.
pub(crate) enum Row<'a> {
    /// Of SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// Of PostgreSQL.
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// A column's value, counted from 0.
    ///
    /// # Errors
    /// [`Error::Column`] when it is no `T`.
    pub(crate) fn get<T: FromSql>(&self, column: usize) -> Result<T> {
        T::column_result(self.get_ref(column)?)
            .map_err(|source: FromSqlError| Error::Column { column, source: Box::new(source) })
    }

    /// As [`Self::get`], without a copy.
    pub(crate) fn get_ref(&self, column: usize) -> Result<ValueRef<'_>> {
        match self {
            Self::Sqlite(row) => Ok(row.get_ref(column)?),
            Self::Postgres(row) => Ok(postgres::value(row, column)?),
        }
    }
}
