//! Looking at a server for the first time: what it must be, and the migrations.

use refinery::Runner;
use tokio_postgres::Client;

use super::{Error, Session};
use crate::StoreError;

mod migrations {
    refinery::embed_migrations!("migrations/postgres");
}

/// The lock that one node holds while it migrates: the text `deskwire`.
const MIGRATION_LOCK: i64 = 0x6465_736b_7769_7265;

/// Checks the server and brings the schema up to date. Of several nodes that start at once one does it and the others wait.
pub(super) fn prepare(session: &Session) -> Result<(), StoreError> {
    let prepared = session.with_client(async |client| {
        check(client).await?;
        migrate(client).await
    });
    // The lock goes with the connection, and so does that it waits for ever.
    session.disconnect();
    prepared?
}

async fn check(client: &Client) -> Result<(), StoreError> {
    let encoding = setting(client, "server_encoding").await?;
    if encoding != "UTF8" {
        return Err(StoreError::Backend(format!("the database's encoding is {encoding}, but it must be UTF8").into()));
    }
    for name in ["fsync", "synchronous_commit"] {
        if setting(client, name).await? == "off" {
            tracing::warn!(setting = name, "PostgreSQL is told to lose what it has committed when it crashes");
        }
    }
    Ok(())
}

async fn setting(client: &Client, name: &str) -> Result<String, StoreError> {
    let row = client.query_one("SELECT current_setting($1)", &[&name]).await.map_err(failure)?;
    row.try_get(0).map_err(failure)
}

async fn migrate(client: &mut Client) -> Result<(), StoreError> {
    let patient = format!(
        "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
         SELECT pg_advisory_lock({MIGRATION_LOCK})"
    );
    client.batch_execute(&patient).await.map_err(failure)?;
    let runner: Runner = migrations::migrations::runner();
    let known = runner.get_migrations().iter().map(|migration| version(migration.version())).max().unwrap_or(0);
    let found = schema_version(client).await?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    let report = runner.run_async(client).await.map_err(|error| StoreError::Migration(Box::new(error)))?;
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
async fn schema_version(client: &Client) -> Result<u32, StoreError> {
    let migrated = client
        .query_one("SELECT to_regclass('refinery_schema_history') IS NOT NULL", &[])
        .await
        .and_then(|row| row.try_get::<_, bool>(0))
        .map_err(failure)?;
    if !migrated {
        return Ok(0);
    }
    let found: i32 = client
        .query_one("SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history", &[])
        .await
        .and_then(|row| row.try_get(0))
        .map_err(failure)?;
    Ok(version(found))
}

/// A version as it is told to people: the migration numbers of this crate are small and positive.
fn version(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

fn failure(error: tokio_postgres::Error) -> StoreError {
    Error::from(error).into()
}
