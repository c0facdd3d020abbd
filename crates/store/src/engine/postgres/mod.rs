//! The engine for several nodes: a PostgreSQL server.
//!
//! Some threads own a connection each (`session`): writers, readers, and one for what may take longer. Callers send them jobs
//! over bounded queues ([`super::workers`]) and await the answers. All connections share what is known of the server (`reach`):
//! while it is not there, jobs fail at once.
//!
//! A change runs in a transaction of the isolation READ COMMITTED; the tables lock what they read to change it. One that other
//! transactions stood in the way of is run again, a few times, and so is one whose connection was lost before its commit. What was
//! lost in its commit is an error: whoever repeats it gets the first answer, if there is one.
//!
//! `sql` spells what the tables write, `value` passes values, `error` says what failures mean, `schema` migrates, `texts` is the
//! index of texts, `options` what can be set.

mod error;
mod options;
mod reach;
mod schema;
mod session;
mod sql;
pub(super) mod texts;
mod value;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::task;

use self::error::Kind;
pub use self::options::{InvalidPostgres, PostgresOptions};
pub(super) use self::{
    error::Error,
    session::{Row, Session, Statement, value},
};
use super::{Db, Result as EngineResult, workers::Workers};
use crate::StoreError;

/// How often a change is run that other transactions stand in the way of.
const ATTEMPTS: u32 = 8;
/// How long to wait before the second attempt, at most; twice as long before each further one.
const PAUSE: Duration = Duration::from_millis(4);

/// A server that is in use.
pub(crate) struct Postgres {
    readers: Workers<Session>,
    searcher: Workers<Session>,
    writers: Workers<Session>,
}

impl Postgres {
    /// Connects and brings the schema up to date, as [`crate::Store::open_postgres`] says.
    pub(crate) async fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        let reach = Arc::new(options.reach()?);
        let (readers, writers, waiting) = (options.readers.get(), options.writers.get(), options.waiting);
        let opened = task::spawn_blocking(move || {
            let sessions = |number: usize| {
                (0..number).map(|_| Session::new(Arc::clone(&reach))).collect::<Result<Vec<_>, StoreError>>()
            };
            let mut searchers = sessions(1)?;
            if let Some(session) = searchers.first_mut() {
                session.connect()?;
                schema::prepare(session)?;
            }
            Ok(Self {
                readers: Workers::start("store-read", sessions(readers)?, waiting)?,
                searcher: Workers::start("store-search", searchers, waiting)?,
                writers: Workers::start("store-write", sessions(writers)?, waiting)?,
            })
        });
        opened.await.map_err(|error| StoreError::Backend(Box::new(error)))?
    }

    /// Runs `change` in a transaction on a connection of its own, on this thread, once the schema is up to date.
    ///
    /// # Errors
    /// Those of `change` and of [`Self::open`]; nothing of the transaction is kept then.
    pub(crate) fn exclusively<T, E: From<StoreError>>(
        options: &PostgresOptions,
        change: impl FnOnce(&Db<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let connected = || -> Result<Session, StoreError> {
            let session = Session::new(Arc::new(options.reach()?))?;
            session.connect()?;
            schema::prepare(&session)?;
            session.connect()?;
            Ok(session)
        };
        let session = connected()?;
        session.begin();
        let result = change(&Db::Postgres(&session));
        match &result {
            Ok(_) => session.commit().map_err(StoreError::from)?,
            Err(_) => session.roll_back(),
        }
        result
    }

    /// Runs `query` on a reader.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnMut(&Db<'_>) -> EngineResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.run(move |session| read(session, query)).await
    }

    /// Runs `query` on the thread that searches.
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        query: impl FnMut(&Db<'_>) -> EngineResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.searcher.run(move |session| read(session, query)).await
    }

    /// Runs `change` in a transaction of its own on a writer.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&Db<'_>) -> Result<T, StoreError> + Send + 'static,
        committed: impl FnOnce(&mut T) + Send + 'static,
    ) -> Result<T, StoreError> {
        let job = move |session: &mut Session| {
            let mut result = write(session, change)?;
            committed(&mut result);
            Ok(result)
        };
        self.writers.run(job).await
    }
}

/// Runs `query`, and once more when the connection turns out to be lost.
fn read<T>(session: &Session, mut query: impl FnMut(&Db<'_>) -> EngineResult<T>) -> Result<T, StoreError> {
    let mut attempt = || {
        session.connect()?;
        Ok(query(&Db::Postgres(session))?)
    };
    let first = attempt();
    if first.is_err() && is_disconnected(session) { attempt() } else { first }
}

/// Runs `change` in a transaction, and again when others stand in its way or the connection turns out to be lost before the
/// commit.
fn write<T>(session: &Session, mut change: impl FnMut(&Db<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut is_first = true;
    let mut pauses = (0..ATTEMPTS - 1).map(|attempt| PAUSE * 2_u32.pow(attempt));
    loop {
        session.connect()?;
        session.begin();
        let changed = match change(&Db::Postgres(session)) {
            Ok(result) => match session.commit() {
                Ok(()) => return Ok(result),
                Err(error) if error.kind == Kind::Conflict => Err(error.into()),
                Err(error) => {
                    session.disconnect();
                    return Err(error.into());
                }
            },
            Err(error) => {
                session.roll_back();
                Err(error)
            }
        };
        if session.failure() == Some(Kind::Conflict)
            && let Some(pause) = pauses.next()
        {
            session.pause(part_of(pause));
        } else if !is_disconnected(session) || !std::mem::take(&mut is_first) {
            return changed;
        }
    }
}

/// Whether the last statement failed as the connection is of no use any more; it is given up then.
fn is_disconnected(session: &Session) -> bool {
    let is_lost = matches!(session.failure(), Some(Kind::Lost | Kind::Stale));
    if is_lost {
        session.disconnect();
    }
    is_lost
}

/// Some of `pause`, so that two that met do not meet again.
fn part_of(pause: Duration) -> Duration {
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    pause.mul_f64(f64::from(nanos % 1024) / 1024.0)
}
