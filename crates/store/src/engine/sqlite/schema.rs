//! Opening a file: settings, check, migrations.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, config::DbConfig};

use crate::StoreError;

mod migrations {
    refinery::embed_migrations!("migrations/sqlite");
}

/// Pages in the write-ahead log before it is folded into the file: 64 MiB, so that a page that takes many messages is
/// written back once. Pages have SQLite's own 4 KiB: a commit to many logs dirties two pages per log, so larger ones
/// cost more than they save as long as most entries stay under 1 KB (`examples/append_rate.rs`).
const CHECKPOINT_PAGES: u32 = 16_384;
/// What the write-ahead log keeps on disk after a checkpoint.
const WAL_LIMIT_BYTES: i64 = 128 << 20;
/// What a reader maps into memory. The writer maps nothing: it would only copy the pages that it changes.
const MAPPED_BYTES: i64 = 256 << 20;
/// How long to wait for another process, such as a backup, that locks the file.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
/// Statements a connection keeps prepared; more than there are.
const PREPARED_STATEMENTS: usize = 256;

/// Opens `path` for writing, creating it if need be; checks its pages and brings its schema up to date.
pub(super) fn open(path: &Path, cache_kib: u32) -> Result<Connection, StoreError> {
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, cache_kib)?;
    db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    db.pragma_update_and_check(None, "journal_size_limit", WAL_LIMIT_BYTES, |_| Ok(()))?;
    check(&db)?;
    migrate(&mut db)?;
    Ok(db)
}

/// Opens `path`, which [`open`] has prepared and keeps open, for reading.
pub(super) fn open_reader(path: &Path, cache_kib: u32) -> Result<Connection, StoreError> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, cache_kib)?;
    db.pragma_update_and_check(None, "mmap_size", MAPPED_BYTES, |_| Ok(()))?;
    Ok(db)
}

fn connect(path: &Path, access: OpenFlags, cache_kib: u32) -> Result<Connection, StoreError> {
    let db = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(LOCK_PATIENCE)?;
    db.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    // Else a statement that compares a parameter with a column of a partial index is prepared anew for each value.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Negative: in KiB instead of pages.
    db.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(db)
}

/// Reads every page once.
fn check(db: &Connection) -> Result<(), StoreError> {
    let finding: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if finding == "ok" { Ok(()) } else { Err(StoreError::Damaged(finding)) }
}

fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let runner = migrations::migrations::runner();
    let known = runner.get_migrations().iter().map(|migration| version(migration.version())).max().unwrap_or(0);
    let found = schema_version(db)?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    let report = runner.run(db).map_err(|error| StoreError::Migration(Box::new(error)))?;
    if found == 0 {
        tracing::info!(version = known, "made the database");
        return Ok(());
    }
    for migration in report.applied_migrations() {
        tracing::info!(version = version(migration.version()), name = migration.name(), "migrated the database");
    }
    Ok(())
}

/// The highest version applied to the database; 0 if it is empty.
fn schema_version(db: &Connection) -> rusqlite::Result<u32> {
    let migrated = db
        .query_row("SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history'", [], |_| Ok(()))
        .optional()?;
    match migrated {
        None => Ok(0),
        Some(()) => db.query_row("SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history", [], |row| row.get(0)),
    }
}

/// A version as it is told to people: the migration numbers of this crate are small and positive.
fn version(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_prepared_once_whatever_its_parameters() {
        let db = connect(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_READ_WRITE, 1024).unwrap();
        db.execute_batch(
            "CREATE TABLE conversation (id INTEGER PRIMARY KEY, agent TEXT, status TEXT);
             CREATE INDEX chatting ON conversation (agent) WHERE status = 'CHATTING'",
        )
        .unwrap();
        let mut select = db.prepare("SELECT 1 FROM conversation WHERE agent = ?1 AND status = ?2").unwrap();
        for status in ["CHATTING", "QUEUING", "CLOSED"] {
            assert!(!select.exists(("ann", status)).unwrap());
        }
        assert_eq!(select.get_status(StatementStatus::RePrepare), 0);
    }
}
