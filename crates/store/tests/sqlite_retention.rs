//! Nothing of a deleted conversation is left in any table, also not in those that come later.

#![expect(clippy::unwrap_used, reason = "clippy does not take what prepares a test for a test")]

use std::path::Path;

use deskwire_model::{Profile, ThreadStatus, ThreadType, Timestamp, Uid};
use deskwire_store::{Closer, Decision, Fact, NewConversation, Placement, SqliteOptions, Store, Write, Written};
use rusqlite::{Connection, types::Value};

const LOG: &str = "log";

fn uid(text: &str) -> Uid {
    Uid::new(text).unwrap()
}

/// The tables with rows about conversations, each with its columns and their types.
fn tables(db: &Connection) -> Vec<(String, Vec<(String, String)>)> {
    let mut names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut columns = db.prepare("SELECT name, type FROM pragma_table_info(?1)").unwrap();
    let mut tables = Vec::new();
    for name in names {
        let found: Vec<(String, String)> =
            columns.query_map([&name], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
        if found.iter().any(|(column, _)| column == LOG) {
            tables.push((name, found));
        }
    }
    tables
}

fn rows(db: &Connection, table: &str) -> i64 {
    db.query_row(&format!("SELECT COUNT(*) FROM {table} WHERE log = 1"), [], |row| row.get(0)).unwrap()
}

/// One row about the conversation 1, which is all that a table has of it, unless it has some already.
fn fill(db: &Connection, table: &str, columns: &[(String, String)]) {
    if rows(db, table) > 0 {
        return;
    }
    let values = columns.iter().map(|(column, kind)| match (column.as_str(), kind.as_str()) {
        // The first place of the first millisecond, at which the entry below is.
        ("id", _) if table == "search_message" => Value::Integer(1 << 10),
        (_, "INTEGER") => Value::Integer(1),
        (_, "BLOB") => Value::Blob(vec![1]),
        _ => Value::Text("v".to_owned()),
    });
    let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
    let places: Vec<String> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
    let insert = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
    db.execute(&insert, rusqlite::params_from_iter(values)).unwrap_or_else(|error| panic!("{table}: {error}"));
}

async fn open(path: &Path) -> Store {
    Store::open_sqlite(path, SqliteOptions::default()).await.unwrap()
}

async fn closed_conversation(store: &Store) {
    store.create_organisation(&uid("acme"), "Acme").await.unwrap();
    let new = NewConversation {
        uid: uid("thread"),
        org: uid("acme"),
        topic: ThreadType::Workgroup.topic(&uid("sales"), &uid("v")),
        kind: ThreadType::Workgroup,
        service: uid("sales"),
        visitor: uid("v"),
        visitor_profile: Profile::default(),
        channel: String::new(),
        participants: vec![uid("v")],
    };
    let decision = |fence, status, facts| {
        let (agent, capacity, service) = (Some(uid("a")), None, None);
        Write::Decide(Box::new(Decision {
            log: deskwire_model::LogId(1),
            fence,
            to: Some(Placement { status, agent, capacity, service }),
            joins: Vec::new(),
            leaves: Vec::new(),
            entries: Vec::new(),
            timers: Vec::new(),
            consumes: None,
            facts,
            card: None,
        }))
    };
    let written = store
        .commit(vec![
            Write::CreateConversation(new),
            decision(0, ThreadStatus::Chatting, vec![Fact::Opened]),
            decision(1, ThreadStatus::Closed, vec![Fact::Closed(Closer::Agent)]),
        ])
        .await
        .unwrap();
    assert!(matches!(written[2], Written::Decided { .. }), "{written:?}");
}

#[tokio::test]
async fn every_table_that_knows_of_a_conversation_forgets_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    let store = open(&path).await;
    closed_conversation(&store).await;
    drop(store);
    let db = Connection::open(&path).unwrap();
    db.pragma_update(None, "foreign_keys", true).unwrap();
    db.execute_batch(
        "INSERT INTO webhook (id, uid, org, url, secret, topics, created_at, waiting)
         VALUES (1, 'hook', 'acme', '', x'00', 1, 1, 5);
         INSERT INTO file (uid, path, org, uploader, name, mime, size, hash, is_avatar, created, kept)
         VALUES ('v', 'p', 'acme', 'v', '', '', 1, '', 0, 1, 1);",
    )
    .unwrap();
    let tables = tables(&db);
    assert!(tables.len() > 15, "{tables:?}");
    for (table, columns) in &tables {
        fill(&db, table, columns);
    }
    // This event waits: it has not been given up.
    db.execute("UPDATE webhook_event SET died_at = NULL", []).unwrap();
    drop(db);

    let store = open(&path).await;
    let far = Timestamp(i64::MAX);
    let swept = store.sweep_conversation(deskwire_model::LogId(1), far, far, 100).await.unwrap();
    assert_eq!((swept.entries, swept.files, swept.more), (1, 1, false));
    assert_eq!(swept.emptied.map(|left| (left.status, left.agent)), Some((ThreadStatus::Closed, None)));
    drop(store);
    let db = Connection::open(&path).unwrap();
    for (table, _) in &tables {
        assert_eq!(rows(&db, table), 0, "{table} still knows of it");
    }
    let one = |query: &str| db.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(one("SELECT waiting FROM webhook"), 4, "the hook waits for one event less");
    assert_eq!(one("SELECT kept FROM file"), 0, "the bytes are to be removed");
    assert_eq!(one("SELECT swept_seq FROM conversation WHERE id = 1"), 1);
}
