//! `deskwire migrate-store`: from a file of SQLite to PostgreSQL.

use std::{
    error::Error,
    io::{self, Write as _},
    path::Path,
};

use deskwire_store::{CopyError, CopyStep, PostgresOptions, copy_to_postgres};

use super::MigrateStoreArgs;
use crate::data_folder::{self, DataFolderError, LOCK_FILE};

/// Why `migrate-store` fails. The database is as empty then as it was.
#[derive(Debug, thiserror::Error)]
pub(super) enum MigrateStoreError {
    #[error("{}", with_causes(.0))]
    Copy(#[from] CopyError),
    #[error(transparent)]
    InUse(#[from] DataFolderError),
    #[error("cannot start: {0}")]
    Runtime(#[from] io::Error),
}

/// Copies, and says on standard output how far it is.
pub(super) fn run(args: &MigrateStoreArgs) -> Result<(), MigrateStoreError> {
    let MigrateStoreArgs { from, to, ca_file } = args;
    // A server that works on the folder of the file would go on in the file.
    let _lock = match from.parent() {
        Some(folder) if from.is_file() && folder.join(LOCK_FILE).exists() => Some(data_folder::lock(folder)?),
        _ => None,
    };
    let server = PostgresOptions { ca_file: ca_file.clone(), ..PostgresOptions::new(to) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rows = runtime.block_on(copy_to_postgres(from, &server, |step| say(&line(step))))?;
    say(&done(from, rows));
    Ok(())
}

fn line(step: CopyStep) -> String {
    match step {
        CopyStep::Copying { table, rows } => format!("copying   {table:<20} {rows:>12} rows so far"),
        CopyStep::Copied { table, rows } => format!("copied    {table:<20} {rows:>12} rows"),
        CopyStep::Compared { table, rows } => format!("compared  {table:<20} {rows:>12} rows are the same"),
    }
}

fn done(from: &Path, rows: u64) -> String {
    format!(
        "{rows} rows are on the server, and compared. {} is as it was; the servers that use the database make their index of texts \
         when they start. Uploaded files are where they were: take the folder along, or move them to a bucket.",
        from.display()
    )
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Some say themselves what they come from.
        if !text.ends_with(&error.to_string()) {
            text.push_str(&format!(": {error}"));
        }
        cause = error.source();
    }
    text
}

/// Nobody reading is no reason to stop.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _unread = writeln!(out, "{line}").and_then(|()| out.flush());
}
