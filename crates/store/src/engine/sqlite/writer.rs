//! The one connection that writes.

use std::{cell::RefCell, num::NonZeroUsize};

use rusqlite::{Connection, TransactionBehavior};

use crate::{StoreError, engine::Db, tables::heads::Heads};

/// The writing connection and what it remembers of the logs.
pub(super) struct Writer {
    db: Connection,
    heads: RefCell<Heads>,
}

impl Writer {
    pub(super) fn new(db: Connection, heads: NonZeroUsize) -> Self {
        Self { db, heads: RefCell::new(Heads::new(heads)) }
    }

    /// Runs `change` in a transaction of its own. On an error nothing of it is kept, in the file or in memory.
    pub(super) fn change<T>(&mut self, change: impl FnMut(&Db<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let changed = self.try_change(change);
        if changed.is_err() {
            self.heads.get_mut().forget();
        }
        changed
    }

    fn try_change<T>(&mut self, mut change: impl FnMut(&Db<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let db = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = change(&Db::Sqlite(&db, Some(&self.heads)))?;
        db.commit()?;
        Ok(result)
    }

    /// Folds the write-ahead log into the file and empties it.
    pub(super) fn checkpoint(&self) -> Result<(), StoreError> {
        Ok(self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }
}
