//! The port: an open database. Its operations are with their tables, in [`crate::tables`].

use std::{path::Path, sync::Arc};

use tokio::sync::Notify;

use crate::{
    PostgresOptions, SqliteOptions, StoreError,
    engine::{Db, Engine, Result as EngineResult, postgres::Postgres, sqlite::Sqlite},
    tables::behind::Behind,
};

/// A database. Cheap to clone; all clones are the same database, which is closed with the last of them.
///
/// Every operation fails with [`StoreError::Backend`] when the database does, [`StoreError::Unavailable`] when its server is
/// not there, [`StoreError::Damaged`] when it finds damage and [`StoreError::Closed`] when the threads behind it have died; only further errors are named below. What
/// an operation has begun to write is written even if its future is dropped.
///
/// Uids of agents, visitors and workgroups are unique across organisations and conversations take in only users of
/// their own, so that a list by uid never crosses tenants (invariant I9).
#[derive(Clone)]
pub struct Store {
    engine: Arc<Engine>,
    /// Told when webhooks are to be told something.
    pub(crate) raised: Arc<Notify>,
    /// The logs that the index of texts is behind with.
    pub(crate) behind: Arc<Behind>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let engine = match &*self.engine {
            Engine::Sqlite(_) => "Sqlite",
            Engine::Postgres(_) => "Postgres",
        };
        f.debug_struct("Store").field("engine", &engine).finish_non_exhaustive()
    }
}

/// Opening.
impl Store {
    /// Opens the SQLite file at `path`, creates it if there is none, reads all of its pages to check them and brings
    /// its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], [`StoreError::NewerSchema`] or [`StoreError::Migration`].
    pub async fn open_sqlite(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        Sqlite::open(path, options).await.map(|engine| Self::new(Engine::Sqlite(engine)))
    }

    /// Uses the PostgreSQL server that `options` describe, and brings the schema of its database up to date. Several nodes may
    /// use one database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server cannot be reached, [`StoreError::NewerSchema`] or [`StoreError::Migration`].
    pub async fn open_postgres(options: &PostgresOptions) -> Result<Self, StoreError> {
        Postgres::open(options).await.map(|engine| Self::new(Engine::Postgres(engine)))
    }

    /// Whether other nodes may use it at the same time.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(*self.engine, Engine::Postgres(_))
    }

    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine: Arc::new(engine), raised: Arc::default(), behind: Arc::default() }
    }

    /// Brings the database into the form in which its file can be copied: to be called when nothing writes any more.
    /// Nothing on PostgreSQL.
    ///
    /// # Errors
    /// [`StoreError::Backend`]; nothing is lost then.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        match &*self.engine {
            Engine::Sqlite(engine) => engine.checkpoint().await,
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// See [`Engine::read`].
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnMut(&Db<'_>) -> EngineResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.engine.read(query).await
    }

    /// See [`Engine::look_up`].
    pub(crate) async fn look_up<T: Send + 'static>(
        &self,
        query: impl FnMut(&Db<'_>) -> EngineResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.engine.look_up(query).await
    }

    /// See [`Engine::write`].
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&Db<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_and(change, |_| ()).await
    }

    /// See [`Engine::write`].
    pub(crate) async fn write_and<T: Send + 'static>(
        &self,
        change: impl FnMut(&Db<'_>) -> Result<T, StoreError> + Send + 'static,
        committed: impl FnOnce(&mut T) + Send + 'static,
    ) -> Result<T, StoreError> {
        self.engine.write(change, committed).await
    }
}
