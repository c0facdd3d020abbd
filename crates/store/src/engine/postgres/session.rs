//! One connection on a thread of its own, and its statements.
//!
//! The thread drives the connection itself, with a runtime of one thread: a statement costs no change of threads, and no other
//! runtime has to be there. What the server says on its own is read with the next statement.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::Future,
    sync::Arc,
    time::Duration,
};

use rusqlite::types::ValueRef;
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};
use tokio_postgres::{Client, types::ToSql};

use super::{
    Error,
    error::Kind,
    reach::Reach,
    sql,
    value::{self, Parameter},
};
use crate::{StoreError, engine::Result as EngineResult};

/// Statements that a connection keeps prepared; more than there are.
const PREPARED_STATEMENTS: usize = 512;
/// How long the server may take beyond the time after which it ends a statement by itself, before it is taken for dead.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long saying good-bye may take.
const GOOD_BYE: Duration = Duration::from_millis(500);

/// A row.
pub(crate) type Row = tokio_postgres::Row;

/// A connection, lost or not.
pub(crate) struct Session {
    reach: Arc<Reach>,
    runtime: Runtime,
    connection: RefCell<Option<Connection>>,
    /// How a transaction is to begin with the next statement, if one is.
    beginning: Cell<Option<&'static str>>,
    /// What the last statement failed with.
    failure: Cell<Option<Kind>>,
}

struct Connection {
    client: Client,
    /// What speaks with the server; it ends when there is no client any more.
    task: JoinHandle<()>,
    prepared: HashMap<String, tokio_postgres::Statement>,
}

impl Session {
    /// A connection that is made when it is needed.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when the system has no room for a runtime.
    pub(super) fn new(reach: Arc<Reach>) -> Result<Self, StoreError> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| StoreError::Backend(Box::new(error)))?;
        Ok(Self {
            reach,
            runtime,
            connection: RefCell::new(None),
            beginning: Cell::new(None),
            failure: Cell::new(None),
        })
    }

    /// Prepares a statement, or takes it as it was prepared before.
    pub(crate) fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>, Error> {
        self.note(self.prepare(sql))
    }

    fn prepare(&self, sql: &str) -> Result<Statement<'_>, Error> {
        let mut connection = self.connection.borrow_mut();
        let Some(Connection { client, prepared, .. }) = &mut *connection else { return Err(not_connected()) };
        if let Some(statement) = prepared.get(sql) {
            return Ok(Statement { session: self, statement: statement.clone() });
        }
        let statement = self.drive(client.prepare(&sql::spelled(sql)))?;
        if prepared.len() >= PREPARED_STATEMENTS {
            prepared.clear();
        }
        prepared.insert(sql.to_owned(), statement.clone());
        Ok(Statement { session: self, statement })
    }

    /// Connects if need be. Without a server this fails at once, but for one attempt now and then.
    pub(super) fn connect(&self) -> Result<(), Error> {
        self.failure.set(None);
        self.beginning.set(None);
        let mut connection = self.connection.borrow_mut();
        if connection.as_ref().is_some_and(|connection| !connection.client.is_closed()) {
            return Ok(());
        }
        self.close(connection.take());
        let (client, task) = self.reach.connect(&self.runtime)?;
        *connection = Some(Connection { client, task, prepared: HashMap::new() });
        Ok(())
    }

    /// Gives the connection up.
    pub(super) fn disconnect(&self) {
        self.close(self.connection.take());
    }

    /// Says good-bye, so that the server does not keep locks for somebody who has gone.
    fn close(&self, connection: Option<Connection>) {
        let Some(Connection { client, mut task, .. }) = connection else { return };
        drop(client);
        self.runtime.block_on(async {
            if tokio::time::timeout(GOOD_BYE, &mut task).await.is_err() {
                task.abort();
                let _cancelled = task.await;
            }
        });
    }

    /// Has a transaction begin with the next statement, on the same way to the server.
    pub(super) fn begin(&self) {
        self.beginning.set(Some("BEGIN"));
    }

    /// Commits what was begun.
    ///
    /// # Errors
    /// [`Kind::Unknown`] when the connection is lost meanwhile: the transaction was committed, or was not.
    pub(super) fn commit(&self) -> Result<(), Error> {
        if self.beginning.take().is_some() {
            return Ok(());
        }
        let committed = self.run("COMMIT").map_err(|error| match error.kind {
            Kind::Lost | Kind::Overloaded => error.with_kind(Kind::Unknown),
            _ => error,
        });
        self.note(committed)
    }

    /// Takes back what was begun.
    pub(super) fn roll_back(&self) {
        if self.failure.get() == Some(Kind::Lost) {
            return self.disconnect();
        }
        // A connection that cannot even do this has no transaction any more.
        if self.beginning.take().is_none() && self.run("ROLLBACK").is_err() {
            self.disconnect();
        }
    }

    /// Runs `queries` in one transaction that reads, and sees what was committed when the first of them began.
    pub(crate) fn snapshot<T>(&self, queries: impl FnOnce() -> EngineResult<T>) -> EngineResult<T> {
        self.beginning.set(Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
        let result = queries();
        match result {
            Ok(_) => self.commit()?,
            Err(_) => self.roll_back(),
        }
        result
    }

    /// Waits without a transaction, so that others come first.
    pub(super) fn pause(&self, pause: Duration) {
        self.runtime.block_on(tokio::time::sleep(pause));
    }

    /// What a statement failed with since [`Self::connect`], whatever became of its error.
    pub(super) fn failure(&self) -> Option<Kind> {
        self.failure.get()
    }

    /// Runs `work` with the client, as opening does.
    pub(super) fn with_client<T>(&self, work: impl AsyncFnOnce(&mut Client) -> T) -> Result<T, Error> {
        let mut connection = self.connection.borrow_mut();
        let Some(Connection { client, .. }) = &mut *connection else { return Err(not_connected()) };
        Ok(self.runtime.block_on(work(client)))
    }

    fn run(&self, command: &str) -> Result<(), Error> {
        let connection = self.connection.borrow();
        let Some(Connection { client, .. }) = &*connection else { return Err(not_connected()) };
        self.drive(client.batch_execute(command))
    }

    /// Runs a statement that was prepared.
    fn query(
        &self,
        statement: &tokio_postgres::Statement,
        parameters: &[&dyn rusqlite::types::ToSql],
    ) -> Result<Answer, Error> {
        let parameters = parameters.iter().map(|value| Parameter::of(*value)).collect::<Result<Vec<_>, _>>()?;
        let parameters: Vec<&(dyn ToSql + Sync)> = parameters.iter().map(|value| value as _).collect();
        let connection = self.connection.borrow();
        let Some(Connection { client, .. }) = &*connection else { return Err(not_connected()) };
        let beginning = self.beginning.take();
        self.drive(async {
            let begin = async {
                match beginning {
                    Some(command) => client.batch_execute(command).await,
                    None => Ok(()),
                }
            };
            // A statement that answers no rows tells how many it has changed.
            let query = async {
                if statement.columns().is_empty() {
                    client.execute(statement, &parameters).await.map(Answer::Changed)
                } else {
                    client.query(statement, &parameters).await.map(Answer::Rows)
                }
            };
            let (begun, answer) = futures_util::future::join(begin, query).await;
            begun.and(answer)
        })
    }

    /// Waits for the server, but not for ever.
    fn drive<T>(&self, work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Error> {
        let limit = self.reach.statement_timeout() + PATIENCE;
        match self.runtime.block_on(async { tokio::time::timeout(limit, work).await }) {
            Ok(answer) => Ok(answer?),
            Err(elapsed) => Err(Error::new(Kind::Lost, elapsed)),
        }
    }

    fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.failure.set(Some(error.kind));
        }
        result
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.disconnect();
    }
}

enum Answer {
    Rows(Vec<Row>),
    Changed(u64),
}

/// A statement that a connection keeps prepared.
pub(crate) struct Statement<'a> {
    session: &'a Session,
    statement: tokio_postgres::Statement,
}

impl Statement<'_> {
    /// Runs it; how many rows it has changed, or answered.
    pub(crate) fn execute(&mut self, parameters: &[&dyn rusqlite::types::ToSql]) -> Result<usize, Error> {
        Ok(match self.session.note(self.session.query(&self.statement, parameters))? {
            Answer::Rows(rows) => rows.len(),
            Answer::Changed(rows) => usize::try_from(rows).unwrap_or(usize::MAX),
        })
    }

    /// Reads all its rows.
    pub(crate) fn query(&mut self, parameters: &[&dyn rusqlite::types::ToSql]) -> Result<Vec<Row>, Error> {
        Ok(match self.session.note(self.session.query(&self.statement, parameters))? {
            Answer::Rows(rows) => rows,
            Answer::Changed(_) => Vec::new(),
        })
    }
}

/// A column's value, counted from 0: all whole numbers as 64 bits, truth values as 0 and 1.
pub(crate) fn value(row: &Row, column: usize) -> Result<ValueRef<'_>, Error> {
    value::value(row, column)
}

fn not_connected() -> Error {
    Error::new(Kind::Lost, "there is no connection")
}
