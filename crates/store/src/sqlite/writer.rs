//! The one connection that writes.

use std::{
    num::NonZeroUsize,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use deskwire_model::{LogId, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Notify;

use super::{behind::Behind, commit::Commit, heads::Heads, reports::Tally};
use crate::{StoreError, Write, Written};

/// The writing connection and what it remembers of the logs.
pub(super) struct Writer {
    db: Connection,
    heads: Heads,
    behind: Arc<Behind>,
    /// Told when webhooks are to be told something.
    raised: Arc<Notify>,
}

impl Writer {
    pub(super) fn new(db: Connection, heads: NonZeroUsize, behind: Arc<Behind>, raised: Arc<Notify>) -> Self {
        Self { db, heads: Heads::new(heads), behind, raised }
    }

    /// Makes `batch` durable in one transaction. On an error nothing of it is kept, in the file or in memory.
    pub(super) fn commit(&mut self, batch: Vec<Write>) -> Result<Vec<Written>, StoreError> {
        let written = self.try_commit(batch);
        if written.is_err() {
            self.heads.forget();
        }
        written
    }

    fn try_commit(&mut self, batch: Vec<Write>) -> Result<Vec<Written>, StoreError> {
        let db = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (grown, tally, is_raised) = (Vec::new(), Tally::default(), false);
        let mut commit = Commit { db: &db, heads: &mut self.heads, grown, now: now(), tally, is_raised };
        let written = batch.into_iter().map(|write| commit.apply(write)).collect::<Result<_, _>>()?;
        let grown = std::mem::take(&mut commit.grown);
        let is_raised = commit.finish()?;
        db.commit()?;
        self.behind.note(grown);
        if is_raised {
            self.raised.notify_one();
        }
        Ok(written)
    }

    /// Runs `change` in a transaction of its own. It must not move the ends of logs: the heads would not notice.
    pub(super) fn change<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let db = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = change(&db)?;
        db.commit()?;
        Ok(result)
    }

    /// As [`Self::change`], for a change that empties logs: those that it returns beside its result.
    pub(super) fn emptying<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<(T, Vec<LogId>), StoreError>,
    ) -> Result<T, StoreError> {
        let (result, emptied) = self.change(change)?;
        for log in emptied {
            self.heads.remove(log);
        }
        Ok(result)
    }

    /// Folds the write-ahead log into the file and empties it.
    pub(super) fn checkpoint(&self) -> Result<(), StoreError> {
        Ok(self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }
}

/// The wall clock; one that stands before 1970 counts as 1970.
fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
