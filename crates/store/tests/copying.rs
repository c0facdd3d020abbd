//! What a file has is on the server after it was copied, and nothing when it was not.

#![expect(clippy::unwrap_used, reason = "clippy does not take what prepares a test for a test")]

mod postgres_instance;

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use deskwire_model::{LogId, Seq, Uid};
use deskwire_store::{
    CopyError, CopyStep, PostgresOptions, SqliteOptions, Store, StoreError, Write, Written, copy_to_postgres,
};
use postgres_instance::Database;
use rusqlite::Connection;

/// Entries of the first log: more than one page, and no whole number of batches.
const ENTRIES: i64 = 1234;

/// A file with rows of many tables, and with values that are easily lost.
async fn filled(path: &Path) {
    drop(Store::open_sqlite(path, SqliteOptions::default()).await.unwrap());
    let db = Connection::open(path).unwrap();
    db.execute_batch(&format!(
        "INSERT INTO organisation VALUES ('acme', '客服 ''quoted'' \"and\" \\'), ('other', '');
         INSERT INTO agent (uid, org, username, password_hash, nickname, avatar, status, capacity)
         VALUES ('bob', 'acme', 'bob', '$argon2', 'Bob', '', 'AVAILABLE', 3);
         INSERT INTO workgroup VALUES ('sales', 'acme', 'Sales');
         INSERT INTO workgroup_agent (workgroup, position, agent, org) VALUES ('sales', 0, 'bob', 'acme');
         INSERT INTO visitor VALUES ('ann', 'acme', 'A' || char(0) || 'nn', '', 'WEB');
         INSERT INTO conversation (id, uid, session_no, org, topic, kind, service, visitor, visitor_nickname, visitor_avatar,
                                   channel, status, created_at)
         VALUES (7, 't1', NULL, 'acme', 'org/workgroup/sales/ann', 1, 'sales', 'ann', '', '', 'WEB', 'NEW', 5),
                (9, 't2', '20260101-1', 'acme', 'org/workgroup/sales/eve', 1, 'sales', 'eve', '', '', 'WEB', 'NEW', 5),
                (40, 'gone', NULL, 'acme', 'gone', 1, 'sales', 'eve', '', '', 'WEB', 'NEW', 5);
         DELETE FROM conversation WHERE id = 40;
         INSERT INTO participant VALUES (7, 'ann', 0), (9, 'eve', 0);
         INSERT INTO entry (log, seq, at, sender, uid, kind, dialect, payload)
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {ENTRIES})
         SELECT 7, n, 10 + n, 'ann', 'm' || n, 'TEXT', 0, CAST('{{\"n\":' || n || '}}' AS BLOB) FROM n;
         INSERT INTO entry (log, seq, at, sender, uid, kind, dialect, payload) VALUES (9, 1, 10, 'eve', 'm1', 'TEXT', 1, x'00ff00');
         INSERT INTO blacklist VALUES ('b1', 'acme', 'eve', '', '', NULL, '', '', -5, 9223372036854775807, 'bob', 1, NULL, NULL);
         INSERT INTO delivered VALUES (7, 'ann', '', 3), (7, 'ann', 'Äpfel', 4), (7, 'ann', 'a', 5), (7, 'ann', 'B', 6);"
    ))
    .unwrap();
}

async fn copied(from: &Path, to: &Database) -> Result<(u64, Vec<CopyStep>), CopyError> {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&steps);
    let to = PostgresOptions::new(&to.url());
    let rows = copy_to_postgres(from, &to, move |step| told.lock().unwrap().push(step)).await?;
    let steps = steps.lock().unwrap().clone();
    Ok((rows, steps))
}

#[tokio::test]
async fn everything_arrives_and_numbers_go_on() {
    let Some(database) = postgres_instance::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    filled(&path).await;
    let (rows, steps) = copied(&path, &database).await.unwrap();
    assert_eq!(rows, 2 + 1 + 1 + 1 + 1 + 2 + 2 + 1235 + 1 + 4);
    assert!(steps.contains(&CopyStep::Copied { table: "entry", rows: 1235 }));
    assert!(steps.contains(&CopyStep::Compared { table: "entry", rows: 1235 }));
    assert!(steps.contains(&CopyStep::Compared { table: "lease", rows: 0 }));
    assert_eq!(database.run("SELECT nickname FROM visitor"), "A\u{fffd}nn", "there is no text with a NUL");
    assert_eq!(database.run("SELECT ends_at FROM blacklist"), i64::MAX.to_string());
    let store = Store::open_postgres(&PostgresOptions::new(&database.url())).await.unwrap();
    let last = store.entries_after(LogId(7), Seq(1233), 10).await.unwrap();
    assert_eq!(
        (last.len(), last[0].uid.as_str(), last[0].payload.bytes().as_ref()),
        (1, "m1234", &b"{\"n\":1234}"[..])
    );
    assert_eq!(store.delivered(LogId(7), &Uid::new("ann").unwrap(), "Äpfel").await.unwrap(), Some(Seq(4)));
    // 40 was given, though nothing has it.
    database.run(
        "INSERT INTO conversation (uid, org, topic, kind, service, visitor, visitor_nickname, visitor_avatar, channel, status,
                                   created_at)
         VALUES ('new', 'acme', 'new', 1, 'sales', 'new', '', '', '', 'NEW', 1)",
    );
    assert_eq!(database.run("SELECT id FROM conversation WHERE uid = 'new'"), "41");
    let written = store.commit(vec![Write::Probe]).await.unwrap();
    assert_eq!(written, [Written::Probed]);
}

#[tokio::test]
async fn a_database_with_something_in_it_is_left_alone() {
    let Some(database) = postgres_instance::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    filled(&path).await;
    drop(Store::open_postgres(&PostgresOptions::new(&database.url())).await.unwrap());
    database.run("INSERT INTO settings VALUES ('sales', '{}')");
    assert!(matches!(copied(&path, &database).await, Err(CopyError::NotEmpty("settings"))));
    assert_eq!(database.run("SELECT COUNT(*) FROM organisation"), "0");
}

#[tokio::test]
async fn what_arrives_changed_is_refused_and_taken_back() {
    let Some(database) = postgres_instance::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    filled(&path).await;
    drop(Store::open_postgres(&PostgresOptions::new(&database.url())).await.unwrap());
    database.run(
        "CREATE FUNCTION spoil() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN NEW.payload = ''; RETURN NEW; END $$;
         CREATE TRIGGER spoil BEFORE INSERT ON entry FOR EACH ROW WHEN (NEW.seq = 700) EXECUTE FUNCTION spoil()",
    );
    assert!(matches!(copied(&path, &database).await, Err(CopyError::Differs { table: "entry", rows: 699 })));
    assert_eq!(database.run("SELECT COUNT(*) FROM organisation"), "0");
}

#[tokio::test]
async fn there_is_a_file_that_nobody_writes_and_a_server() {
    let Some(database) = postgres_instance::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    assert!(matches!(copied(&path, &database).await, Err(CopyError::NoFile { .. })));
    assert!(!path.exists(), "none is made");
    filled(&path).await;
    let nowhere = PostgresOptions::new("postgres://nobody@127.0.0.1:1/desk");
    let refused = copy_to_postgres(&path, &nowhere, |_| ()).await;
    assert!(matches!(refused, Err(CopyError::Store(StoreError::Unavailable(_)))), "{refused:?}");
}
