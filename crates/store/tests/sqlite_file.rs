//! What the SQLite back end does with the file itself.

use std::{fs, path::Path};

use deskwire_model::Uid;
use deskwire_store::{SqliteOptions, Store, StoreError};

/// Bytes of a page.
const PAGE: usize = 4096;

async fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open_sqlite(path, SqliteOptions::default()).await
}

#[tokio::test]
async fn a_closed_database_is_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    let store = open(&path).await.unwrap();
    store.create_organisation(&Uid::new("acme").unwrap(), "Acme").await.unwrap();
    let clone = store.clone();
    drop(store);
    assert!(clone.organisation_exists(&Uid::new("acme").unwrap()).await.unwrap(), "a clone keeps the database open");
    drop(clone);
    let files: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["desk.db"], "the write-ahead log must be folded into the file");
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    drop(open(&path).await.unwrap());
    let sound = fs::read(&path).unwrap();
    let pages = sound.len() / PAGE;
    assert!(pages > 4, "the schema alone fills some pages");
    for (what, damaged) in [
        ("no database", b"not a database at all, but long enough to look at".repeat(100)),
        ("a cut file", sound[..PAGE * (pages - 2)].to_vec()),
        ("an overwritten page", [&sound[..PAGE * (pages - 2)], &[0xa5; PAGE], &sound[PAGE * (pages - 1)..]].concat()),
    ] {
        fs::write(&path, damaged).unwrap();
        assert!(matches!(open(&path).await, Err(StoreError::Damaged(_))), "{what} was opened");
    }
    fs::write(&path, sound).unwrap();
    open(&path).await.unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    drop(open(&path).await.unwrap());
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute(
        "INSERT INTO refinery_schema_history
         SELECT 7000, 'later', applied_on, checksum FROM refinery_schema_history LIMIT 1",
        [],
    )
    .unwrap();
    drop(db);
    let Err(StoreError::NewerSchema { found: 7000, known }) = open(&path).await else { panic!("it was opened") };
    assert!(known < 7000);
}

#[tokio::test]
async fn a_place_that_cannot_be_opened_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let result = open(&directory.path().join("missing").join("desk.db")).await;
    assert!(matches!(result, Err(StoreError::Backend(_))));
}

#[tokio::test]
async fn a_row_that_no_release_writes_is_damage() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    let store = open(&path).await.unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "INSERT INTO organisation (uid, name) VALUES ('acme', '');
         INSERT INTO agent (uid, org, username, password_hash, nickname, avatar, status, capacity, role)
         VALUES ('ann', 'acme', 'ann', '', '', '', 'DREAMING', 1, 'AGENT')",
    )
    .unwrap();
    assert!(matches!(store.agent(&Uid::new("ann").unwrap()).await, Err(StoreError::Damaged(_))));
}
