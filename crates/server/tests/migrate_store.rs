//! `deskwire migrate-store`, as an operator uses it.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

#[path = "../../store/tests/postgres_instance/mod.rs"]
mod postgres_instance;

use std::{fs::File, path::Path, process::Command};

use deskwire_model::Uid;
use deskwire_store::{SqliteOptions, Store};

/// Whether it succeeds, and what it says on standard output and standard error.
fn migrate_store(from: &Path, to: &str) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_deskwire"))
        .env_clear()
        .env("DESKWIRE__STORE__URL", to)
        .args(["migrate-store", "--from"])
        .arg(from)
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), out, err)
}

#[tokio::test]
async fn a_file_goes_to_an_empty_server_once() {
    let Some(database) = postgres_instance::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deskwire.db");
    let store = Store::open_sqlite(&path, SqliteOptions::default()).await.unwrap();
    store.create_organisation(&Uid::new("acme").unwrap(), "Acme").await.unwrap();
    drop(store);
    let lock = File::create(folder.path().join("deskwire.lock")).unwrap();
    lock.try_lock().unwrap();
    let (succeeds, _, err) = migrate_store(&path, &database.url());
    assert!(!succeeds && err.contains("in use"), "as a server has the folder: {err}");
    drop(lock);
    let (succeeds, out, err) = migrate_store(&path, &database.url());
    assert!(succeeds, "{err}");
    assert!(out.lines().any(|line| line.starts_with("compared  organisation") && line.contains(" 1 rows")), "{out}");
    assert_eq!(database.run("SELECT name FROM organisation"), "Acme");
    let (succeeds, _, err) = migrate_store(&path, &database.url());
    assert!(!succeeds && err.contains("not empty"), "{err}");
    let (succeeds, _, err) = migrate_store(&folder.path().join("none.db"), &database.url());
    assert!(!succeeds && err.contains("none.db"), "{err}");
    let (succeeds, _, err) = migrate_store(&path, "postgres://u:hidden@127.0.0.1:1/d");
    assert!(!succeeds && err.contains("cannot be reached") && !err.contains("hidden"), "{err}");
}
