//! The engine for one node: an SQLite file.
//!
//! One thread owns the connection that writes (`writer`), a few others read ([`super::workers`]); callers send them jobs and
//! await the answers, so no thread of the runtime ever waits for the disk. The file is in WAL mode, readers see what
//! was committed when they began and disturb nobody; with `synchronous=FULL` a commit returns when it is on disk
//! (invariant I1), and batches make the one fsync affordable.
//!
//! Searches and what fills the index of texts (`texts`) have a thread of their own, so that nobody waits for somebody's
//! search. `schema` opens, checks and migrates.

mod schema;
pub(super) mod texts;
mod writer;

use std::{num::NonZeroUsize, path::Path};

use rusqlite::Connection;

use self::writer::Writer;
use super::{Db, Result as EngineResult, workers::Workers};
use crate::StoreError;

/// How much a database may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Threads that read, each with a connection of its own.
    pub readers: NonZeroUsize,
    /// Jobs that may wait for the writer, and as many for the readers; further callers wait for room.
    pub waiting: NonZeroUsize,
    /// Pages the writer keeps in memory, in KiB; a reader keeps an eighth of it and the search a quarter.
    pub cache_kib: u32,
    /// Logs whose head the writer remembers; about 40 bytes each.
    pub heads: NonZeroUsize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        const fn of(number: usize) -> NonZeroUsize {
            NonZeroUsize::new(number).expect("the defaults are not zero")
        }
        Self { readers: of(2), waiting: of(1024), cache_kib: 64 * 1024, heads: of(65_536) }
    }
}

/// An open SQLite database. When it is dropped, waiting jobs are finished, the log is folded into the file and the file
/// is closed; that blocks for as long as it takes.
///
/// Dropped in this order: the connection that closes last folds the write-ahead log into the file, and only the
/// writer's can.
pub(crate) struct Sqlite {
    readers: Workers<Connection>,
    searcher: Workers<Connection>,
    writer: Workers<Writer>,
}

impl Sqlite {
    /// Opens the file at `path`, as [`crate::Store::open_sqlite`] says.
    pub(crate) async fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            let connection = schema::open(&path, options.cache_kib)?;
            let readers = (0..options.readers.get())
                .map(|_| schema::open_reader(&path, options.cache_kib / 8))
                .collect::<Result<Vec<_>, _>>()?;
            let searcher = schema::open_reader(&path, options.cache_kib / 4)?;
            let writer = Writer::new(connection, options.heads);
            Ok(Self {
                readers: Workers::start("store-read", readers, options.waiting)?,
                searcher: Workers::start("store-search", vec![searcher], options.waiting)?,
                writer: Workers::start("store-write", vec![writer], options.waiting)?,
            })
        });
        opened.await.map_err(|error| StoreError::Backend(Box::new(error)))?
    }

    /// Folds the write-ahead log into the file.
    pub(crate) async fn checkpoint(&self) -> Result<(), StoreError> {
        self.writer.run(|writer| writer.checkpoint()).await
    }

    /// Runs `query` on a reader.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        mut query: impl FnMut(&Db<'_>) -> EngineResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.run(move |db| Ok(query(&Db::Sqlite(db, None))?)).await
    }

    /// Runs `query` on the thread that searches.
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        mut query: impl FnMut(&Db<'_>) -> EngineResult<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.searcher.run(move |db| Ok(query(&Db::Sqlite(db, None))?)).await
    }

    /// Runs `change` in a transaction of its own on the writer.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&Db<'_>) -> Result<T, StoreError> + Send + 'static,
        committed: impl FnOnce(&mut T) + Send + 'static,
    ) -> Result<T, StoreError> {
        let job = move |writer: &mut Writer| {
            let mut result = writer.change(change)?;
            committed(&mut result);
            Ok(result)
        };
        self.writer.run(job).await
    }
}
