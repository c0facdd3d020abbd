//! The two engines under the tables: an SQLite file for one node, a PostgreSQL server for several.
//!
//! A table's code is plain and synchronous: it gets a [`Db`] on a thread of the engine, runs statements on it and returns
//! values. The SQL is one text for both engines, so it is what both understand:
//!
//! * Parameters are `?1`, `?2` …; PostgreSQL gets them as `$1`, `$2`. Where it cannot tell the type of one, it is told:
//!   `CAST(?1 AS BIGINT)`.
//! * All whole numbers are 64 bits wide, and a truth value is one: `active = 1`, not `active`. What a `SELECT` computes
//!   (`EXISTS …`, `x IS NULL`) may be read as `bool` on both.
//! * New rows tell their number by `RETURNING`, and what exists is met by `ON CONFLICT`.
//! * A list is one text, a JSON array, and is read with `json_each(?1)`, whose column is `value`: SQLite's own, and a
//!   function of our schema on PostgreSQL. So is `instr(text, part)`.
//! * Text is compared byte by byte on both; `LIKE` stands between `LOWER(…)`s.
//! * SQLite's planner takes hints that PostgreSQL does not know and is not shown: `CROSS JOIN … ON` is a `JOIN` there, and
//!   `INDEXED BY name` is nothing.
//!
//! Only the index of texts has statements of its own on each engine: `texts`.

mod error;
pub(crate) mod postgres;
pub(crate) mod sqlite;
mod statement;
mod workers;

use std::{
    cell::RefCell,
    time::{SystemTime, UNIX_EPOCH},
};

use deskwire_model::Timestamp;

pub(crate) use rusqlite::{
    params,
    types::{ToSql, ValueRef},
};

pub(crate) use self::{
    error::{Error, OptionalExtension, Result},
    statement::{Row, Statement},
};
use crate::{Found, SearchOrder, SearchQuery, StoreError, tables::heads::Heads};

/// An open database.
pub(crate) enum Engine {
    /// A file.
    Sqlite(sqlite::Sqlite),
    /// A server.
    Postgres(postgres::Postgres),
}

impl Engine {
    /// Runs `query` on a connection that reads. It may be run again, from its beginning, when a connection was lost.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnMut(&Db<'_>) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.read(query).await,
            Self::Postgres(engine) => engine.read(query).await,
        }
    }

    /// As [`Self::read`], on a connection that is kept for what may take longer, as searches.
    pub(crate) async fn look_up<T: Send + 'static>(
        &self,
        query: impl FnMut(&Db<'_>) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.look_up(query).await,
            Self::Postgres(engine) => engine.look_up(query).await,
        }
    }

    /// Runs `change` in a transaction, which is on disk when this returns; on an error nothing of it is. PostgreSQL may
    /// run it again, from its beginning, when other transactions stood in its way. `committed` hears of it on the engine's
    /// thread once it is on disk, also when nobody waits for the answer any more.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&Db<'_>) -> std::result::Result<T, StoreError> + Send + 'static,
        committed: impl FnOnce(&mut T) + Send + 'static,
    ) -> std::result::Result<T, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.write(change, committed).await,
            Self::Postgres(engine) => engine.write(change, committed).await,
        }
    }
}

/// A connection, in a transaction if it is one that writes.
#[derive(Clone, Copy)]
pub(crate) enum Db<'a> {
    /// To a file. The one that writes remembers the heads of logs between transactions, as nobody else moves them.
    Sqlite(&'a rusqlite::Connection, Option<&'a RefCell<Heads>>),
    /// To a server, to which other nodes write too.
    Postgres(&'a postgres::Session),
}

impl<'a> Db<'a> {
    /// Prepares a statement, or takes it as it was prepared before.
    pub(crate) fn prepare_cached(&self, sql: &str) -> Result<Statement<'a>> {
        Ok(match self {
            Self::Sqlite(connection, _) => Statement::Sqlite(connection.prepare_cached(sql)?),
            Self::Postgres(session) => Statement::Postgres(session.prepare_cached(sql)?),
        })
    }

    /// Runs `queries`, which read, so that all of them see what was committed when the first began.
    pub(crate) fn snapshot<T>(&self, queries: impl FnOnce() -> Result<T>) -> Result<T> {
        match self {
            Self::Sqlite(connection, _) => {
                let _moment = connection.unchecked_transaction()?;
                queries()
            }
            Self::Postgres(session) => session.snapshot(queries),
        }
    }

    /// The time now by a clock that all who write share: the server's, or this machine's.
    pub(crate) fn clock(&self) -> Result<Timestamp> {
        match self {
            Self::Sqlite(..) => Ok(now()),
            Self::Postgres(_) => self
                .prepare_cached("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")?
                .query_row(params![], |row| row.get(0).map(Timestamp)),
        }
    }

    /// Whether other nodes may write at the same time, so that what is read to be changed must be locked.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// The heads that the connection remembers between transactions, if it does.
    pub(crate) const fn heads(&self) -> Option<&'a RefCell<Heads>> {
        match self {
            Self::Sqlite(_, heads) => *heads,
            Self::Postgres(_) => None,
        }
    }
}

/// The wall clock; one that stands before 1970 counts as 1970.
pub(crate) fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// The index of texts: each message under its place, with its tokens and the names of where it was said.
pub(crate) mod texts {
    use super::{Db, Found, Result, SearchOrder, SearchQuery, postgres, sqlite};

    /// Enters a message at a place that is free: its tokens, and the names by which searches are narrowed, with blanks
    /// between them.
    pub(crate) fn enter(db: &Db<'_>, place: i64, tokens: &str, scope: &str) -> Result<()> {
        match db {
            Db::Sqlite(..) => sqlite::texts::enter(db, place, tokens, scope),
            Db::Postgres(_) => postgres::texts::enter(db, place, tokens, scope),
        }
    }

    /// As [`enter`], for several.
    pub(crate) fn enter_all(db: &Db<'_>, messages: &[(i64, &str, &str)]) -> Result<()> {
        match db {
            Db::Sqlite(..) => {
                messages.iter().try_for_each(|(place, tokens, scope)| sqlite::texts::enter(db, *place, tokens, scope))
            }
            Db::Postgres(_) => postgres::texts::enter_all(db, messages),
        }
    }

    /// Takes out what stands at a place.
    pub(crate) fn forget(db: &Db<'_>, place: i64) -> Result<()> {
        match db {
            Db::Sqlite(..) => sqlite::texts::forget(db, place),
            Db::Postgres(_) => postgres::texts::forget(db, place),
        }
    }

    /// What matches `query` at the places from `from` to before `to`: the `limit` newest, in `order`, and the newest first
    /// among equals. Where each was said is in the table `search_message`.
    pub(crate) fn find(
        db: &Db<'_>,
        query: &SearchQuery,
        (from, to): (i64, i64),
        order: SearchOrder,
        limit: usize,
    ) -> Result<Vec<Found>> {
        match db {
            Db::Sqlite(..) => sqlite::texts::find(db, query, (from, to), order, limit),
            Db::Postgres(_) => postgres::texts::find(db, query, (from, to), order, limit),
        }
    }
}
