//! The back end for one node: an SQLite file.
//!
//! One thread owns the connection that writes (`writer`), a few others read (`workers`); callers send them jobs and
//! await the answers, so no thread of the runtime ever waits for the disk. The file is in WAL mode, readers see what
//! was committed when they began and disturb nobody; with `synchronous=FULL` a commit returns when it is on disk
//! (invariant I1), and batches make the one fsync affordable.
//!
//! One file per subject holds its queries: `commit` applies the [`crate::Write`]s of a batch, with `heads`,
//! `cursors`, `assignment`, `decisions`, `episodes`, `timers`, `queues`, `retained`, `sessions`, `notices`, `taboo`, `webhooks` and
//! `reports`; `entries`, `conversations`, `history`, `people`, `settings`, `leave_messages`, `visitor_info`, `labels`,
//! `quick_replies`, `faqs`, `channels`, `blacklist`, `audit`, `service_keys` and `files` answer the rest; `retention` deletes
//! what is not to be kept.
//! `index` fills the index of texts behind the commits, as `behind` tells it, and `search` asks it, on a thread of its own, so
//! that nobody waits for somebody's search.
//! `columns` turns rows into domain types; `schema` opens, checks and migrates.

mod amendments;
mod assignment;
mod audit;
mod behind;
mod blacklist;
mod cards;
mod channels;
mod columns;
mod commit;
mod conversations;
mod cursors;
mod decisions;
mod entries;
mod episodes;
mod faqs;
mod files;
mod heads;
mod history;
mod index;
mod labels;
mod leave_messages;
mod notices;
mod people;
mod queues;
mod quick_replies;
mod reports;
mod retained;
mod retention;
mod schema;
mod search;
mod service_keys;
mod sessions;
mod settings;
mod taboo;
mod timers;
mod tokens;
mod visitor_info;
mod webhooks;
mod workers;
mod writer;

use std::{num::NonZeroUsize, path::Path, sync::Arc};

use rusqlite::{Connection, Transaction};
use tokio::sync::Notify;

use self::{behind::Behind, workers::Workers, writer::Writer};
use crate::{StoreError, Write, Written};

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

/// An open SQLite database. When the last clone goes, waiting jobs are finished, the log is folded into the file and
/// the file is closed; that blocks for as long as it takes.
#[derive(Clone)]
pub struct Sqlite {
    threads: Arc<Threads>,
    /// Told when webhooks are to be told something.
    raised: Arc<Notify>,
    /// The logs that the index of texts is behind with.
    behind: Arc<Behind>,
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").finish_non_exhaustive()
    }
}

/// Dropped in this order: the connection that closes last folds the write-ahead log into the file, and only the
/// writer's can.
struct Threads {
    readers: Workers<Connection>,
    searcher: Workers<Connection>,
    writer: Workers<Writer>,
}

impl Sqlite {
    pub(crate) async fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            let connection = schema::open(&path, options.cache_kib)?;
            let readers = (0..options.readers.get())
                .map(|_| schema::open_reader(&path, options.cache_kib / 8))
                .collect::<Result<Vec<_>, _>>()?;
            let raised = Arc::<Notify>::default();
            let searcher = schema::open_reader(&path, options.cache_kib / 4)?;
            let behind = Arc::<Behind>::default();
            let writer = Writer::new(connection, options.heads, Arc::clone(&behind), Arc::clone(&raised));
            let threads = Threads {
                readers: Workers::start("store-read", readers, options.waiting)?,
                searcher: Workers::start("store-search", vec![searcher], options.waiting)?,
                writer: Workers::start("store-write", vec![writer], options.waiting)?,
            };
            Ok(Self { threads: Arc::new(threads), behind, raised })
        });
        opened.await.map_err(|error| StoreError::Backend(Box::new(error)))?
    }

    pub(crate) async fn commit(&self, batch: Vec<Write>) -> Result<Vec<Written>, StoreError> {
        self.threads.writer.run(move |writer| writer.commit(batch)).await
    }

    pub(crate) async fn checkpoint(&self) -> Result<(), StoreError> {
        self.threads.writer.run(|writer| writer.checkpoint()).await
    }

    /// Runs `query` on a reader.
    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.threads.readers.run(move |db| Ok(query(db)?)).await
    }

    /// Runs `query` on the thread that searches and reads for the index.
    async fn look_up<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.threads.searcher.run(move |db| Ok(query(db)?)).await
    }

    /// Runs `change` in a transaction of its own on the writer.
    async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.threads.writer.run(move |writer| writer.change(change)).await
    }
}
