//! Taking what an SQLite file has to an empty PostgreSQL database, and making sure that it arrived.
//!
//! Everything happens in one transaction of the server, while the file is locked against writing: it all comes or nothing does.
//! Each table is read, on both sides, in pages in the order of its key, written in batches, and compared row by row before the
//! commit. The index of texts is not taken along: the first node that starts makes it anew.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection, TransactionBehavior,
    types::{ToSql, Value},
};

use crate::{
    PostgresOptions, SqliteOptions, Store, StoreError,
    engine::{Db, Error, params, postgres::Postgres},
};

/// The tables, each behind those that it refers to.
const TABLES: [&str; 55] = [
    "organisation",
    "agent",
    "workgroup",
    "workgroup_agent",
    "visitor",
    "conversation",
    "participant",
    "entry",
    "delivered",
    "read_position",
    "probe",
    "durable_subscription",
    "mqtt_session",
    "queued_message",
    "retained_message",
    "mqtt_subscription",
    "mqtt_received",
    "queued_inflight",
    "file",
    "file_share",
    "file_usage",
    "settings",
    "attendant",
    "episode",
    "timer",
    "notice",
    "notice_reader",
    "notice_copy",
    "order_card",
    "leave_message",
    "webhook",
    "webhook_event",
    "webhook_lane",
    "report_hour",
    "taboo_word",
    "taboo_scope",
    "taboo_hit",
    "blacklist",
    "edit",
    "original",
    "reaction",
    "visitor_info",
    "label",
    "mark",
    "quick_reply",
    "faq",
    "helpful",
    "ended_token",
    "channel",
    "customer",
    "audit",
    "retention",
    "service_key",
    "lease",
    "secret",
];

/// Rows that are read at a time.
const PAGE: usize = 500;
/// Rows that are written with one statement.
const BATCH: usize = 50;
/// Rows after which a table that is on its way is told of again.
const TOLD_EVERY: u64 = 100_000;

/// How far copying has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyStep {
    /// So many rows of a table are there, and more come.
    Copying {
        /// The table.
        table: &'static str,
        /// Rows so far.
        rows: u64,
    },
    /// A table is there.
    Copied {
        /// The table.
        table: &'static str,
        /// All its rows.
        rows: u64,
    },
    /// A table is the same on both sides.
    Compared {
        /// The table.
        table: &'static str,
        /// All its rows.
        rows: u64,
    },
}

/// Why nothing was copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// There is no such file.
    #[error("{path}: {source}", path = path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// Another process writes to the file.
    #[error("the file is in use; stop the server first")]
    InUse,
    /// The database has something in it already.
    #[error("the database is not empty: the table {0} has rows")]
    NotEmpty(&'static str),
    /// What arrived is not what was sent.
    #[error("the table {table} is not the same on both sides, behind {rows} rows")]
    Differs {
        /// The table.
        table: &'static str,
        /// Rows that are the same.
        rows: u64,
    },
    /// The file or the server failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Error> for CopyError {
    fn from(error: Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::InUse,
            _ => Self::Store(error.into()),
        }
    }
}

/// Copies the database in the file `from`, which is migrated first, to the empty database `to`, and says how far it is. Returns
/// the number of rows.
///
/// # Errors
/// [`CopyError`]; the database is as empty as it was then.
pub async fn copy_to_postgres(
    from: &Path,
    to: &PostgresOptions,
    mut told: impl FnMut(CopyStep) + Send + 'static,
) -> Result<u64, CopyError> {
    std::fs::metadata(from).map_err(|source| CopyError::NoFile { path: from.to_owned(), source })?;
    // Checks its pages, and brings its schema to where ours is.
    drop(Store::open_sqlite(from, SqliteOptions::default()).await?);
    let (from, to) = (from.to_owned(), to.clone());
    let copied = tokio::task::spawn_blocking(move || {
        let mut file = Connection::open(from)?;
        let file = file.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Postgres::exclusively(&to, |server| copy(&file, server, &mut told))
    });
    copied.await.map_err(|error| StoreError::Backend(Box::new(error)))?
}

fn copy(file: &Connection, server: &Db<'_>, told: &mut impl FnMut(CopyStep)) -> Result<u64, CopyError> {
    // Whoever wants to begin here at the same time waits, and finds it full.
    server.prepare_cached("LOCK TABLE organisation IN ACCESS EXCLUSIVE MODE")?.execute(params![])?;
    for table in TABLES {
        if server.prepare_cached(&format!("SELECT 1 FROM {table} LIMIT 1"))?.exists(params![])? {
            return Err(CopyError::NotEmpty(table));
        }
    }
    let numbers = numbers(file)?;
    let mut rows = 0;
    for name in TABLES {
        let table = Table::of(file, name)?;
        rows += table.copy(&Db::Sqlite(file, None), server, told)?;
        if let Some(last) = numbers.get(name).filter(|last| **last > 0) {
            let next = format!("SELECT setval(CAST(pg_get_serial_sequence('{name}', 'id') AS REGCLASS), ?1)");
            server.prepare_cached(&next)?.exists(params![last])?;
        }
    }
    for name in TABLES {
        Table::of(file, name)?.compare(&Db::Sqlite(file, None), server, told)?;
    }
    Ok(rows)
}

/// The last number that each table has given.
fn numbers(file: &Connection) -> Result<HashMap<String, i64>, rusqlite::Error> {
    file.prepare("SELECT name, seq FROM sqlite_sequence")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// A table as the file has it.
struct Table {
    name: &'static str,
    columns: Vec<String>,
    /// Where in `columns` its key is.
    key: Vec<usize>,
}

type Line = Vec<Value>;

impl Table {
    fn of(file: &Connection, name: &'static str) -> Result<Self, rusqlite::Error> {
        let described: Vec<(String, i64)> = file
            .prepare("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid")?
            .query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut key: Vec<usize> = (0..described.len()).filter(|column| described[*column].1 > 0).collect();
        key.sort_by_key(|column| described[*column].1);
        Ok(Self { name, columns: described.into_iter().map(|(column, _)| column).collect(), key })
    }

    fn copy(&self, from: &Db<'_>, to: &Db<'_>, told: &mut impl FnMut(CopyStep)) -> Result<u64, CopyError> {
        let (table, mut rows, mut last) = (self.name, 0, None);
        loop {
            let page = self.page(from, last.as_ref())?;
            for batch in page.chunks(BATCH) {
                self.insert(to, batch)?;
            }
            let before = rows;
            rows += page.len() as u64;
            if page.len() < PAGE {
                told(CopyStep::Copied { table, rows });
                return Ok(rows);
            }
            if before / TOLD_EVERY < rows / TOLD_EVERY {
                told(CopyStep::Copying { table, rows });
            }
            last = page.into_iter().next_back();
        }
    }

    fn compare(&self, one: &Db<'_>, other: &Db<'_>, told: &mut impl FnMut(CopyStep)) -> Result<(), CopyError> {
        let (table, mut rows, mut last) = (self.name, 0, None);
        loop {
            let (sent, arrived) = (self.page(one, last.as_ref())?, self.page(other, last.as_ref())?);
            let same = sent.iter().zip(&arrived).take_while(|(sent, arrived)| is_same(sent, arrived)).count();
            rows += same as u64;
            if same < sent.len().max(arrived.len()) {
                return Err(CopyError::Differs { table, rows });
            }
            if sent.len() < PAGE {
                told(CopyStep::Compared { table, rows });
                return Ok(());
            }
            last = sent.into_iter().next_back();
        }
    }

    /// The rows behind `last` in the order of the key, or the first.
    fn page(&self, db: &Db<'_>, last: Option<&Line>) -> Result<Vec<Line>, Error> {
        let key = self.key.iter().map(|column| self.columns[*column].as_str()).collect::<Vec<_>>().join(", ");
        let (behind, values) = match last {
            None => (String::new(), Vec::new()),
            Some(last) => {
                let places = (1..=self.key.len()).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
                (format!("WHERE ({key}) > ({places})"), self.key.iter().map(|column| &last[*column] as _).collect())
            }
        };
        let sql = format!("SELECT {} FROM {} {behind} ORDER BY {key} LIMIT {PAGE}", self.columns.join(", "), self.name);
        let values: Vec<&dyn ToSql> = values;
        db.prepare_cached(&sql)?
            .query_map(&values, |row| (0..self.columns.len()).map(|column| row.get(column)).collect())?
            .collect()
    }

    fn insert(&self, db: &Db<'_>, lines: &[Line]) -> Result<(), Error> {
        let width = self.columns.len();
        let places: Vec<_> = (0..lines.len())
            .map(|line| {
                let places: Vec<_> = (1..=width).map(|place| format!("?{}", line * width + place)).collect();
                format!("({})", places.join(", "))
            })
            .collect();
        let sql = format!("INSERT INTO {} ({}) VALUES {}", self.name, self.columns.join(", "), places.join(", "));
        let values: Vec<&dyn ToSql> = lines.iter().flatten().map(|value| value as _).collect();
        db.prepare_cached(&sql)?.execute(&values)?;
        Ok(())
    }
}

/// Whether a row arrived as it was sent, but for the character that PostgreSQL has no text with.
fn is_same(sent: &Line, arrived: &Line) -> bool {
    sent.len() == arrived.len()
        && sent.iter().zip(arrived).all(|pair| match pair {
            (Value::Text(sent), Value::Text(arrived)) => {
                sent == arrived || sent.contains('\0') && sent.replace('\0', "\u{fffd}") == *arrived
            }
            (sent, arrived) => sent == arrived,
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[tokio::test]
    async fn every_table_is_copied_behind_those_it_refers_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        drop(Store::open_sqlite(&path, SqliteOptions::default()).await.unwrap());
        let file = Connection::open(path).unwrap();
        let listed = |sql: &str| -> Vec<String> {
            file.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let found = listed(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'search%'
                AND name NOT LIKE 'refinery%'",
        );
        let copied: BTreeSet<_> = TABLES.into_iter().map(str::to_owned).collect();
        assert_eq!(copied, found.into_iter().collect::<BTreeSet<_>>());
        let mut seen = BTreeSet::new();
        for table in TABLES {
            for referred in listed(&format!("SELECT \"table\" FROM pragma_foreign_key_list('{table}')")) {
                assert!(seen.contains(&referred), "{table} refers to {referred}");
            }
            seen.insert(table.to_owned());
            assert!(!Table::of(&file, table).unwrap().key.is_empty(), "{table}");
        }
    }
}
