//! What earlier releases have written is there after the schema has changed.

#![expect(clippy::unwrap_used, reason = "clippy does not take what prepares a test for a test")]

use std::path::Path;

use bytes::Bytes;
use deskwire_model::{LogId, Timestamp, Topic, Uid};
use deskwire_store::{
    DurableId, MqttSubscription, NewQueued, QueueRef, QueuedId, QueuedMessage, SqliteOptions, Store, Write, Written,
};
use refinery::{Runner, Target};
use rusqlite::Connection;

mod migrations {
    refinery::embed_migrations!("migrations/sqlite");
}

/// A database as the release left it that knew the schema up to `version`.
fn database_of(version: i32, path: &Path, content: &str) {
    let mut db = Connection::open(path).unwrap();
    let runner: Runner = migrations::migrations::runner();
    runner.set_target(Target::Version(version)).run(&mut db).unwrap();
    db.pragma_update(None, "foreign_keys", true).unwrap();
    db.execute_batch(content).unwrap();
}

const SESSIONS: &str = "
    INSERT INTO mqtt_session (client_id, user) VALUES ('tablet', 'bob'), ('phone', 'ann');
    INSERT INTO mqtt_subscription (client_id, filter, qos)
    VALUES ('tablet', 'a/#', 2), ('phone', 'b', 0), ('phone', 'a/+', 1);
    INSERT INTO delivered (log, user, device, seq) VALUES (1, 'ann', 'phone', 7), (1, 'ann', '', 3);
";

const QUEUES: &str = r#"
    INSERT INTO durable_subscription (id, owner, name, filter, selector) VALUES (5, 'ann', 'news', 'a/#', '');
    INSERT INTO queued_message (id, subscription, topic, expires, content_type, headers, body)
    VALUES (11, NULL, 'a', NULL, NULL, '[]', x'31'),
           (12, 5, 'a/b', 99, 'text/plain', '[["k","v"]]', x'32'),
           (13, NULL, 'a', NULL, NULL, '[]', x'33');
    DELETE FROM queued_message WHERE id = 13;
"#;

const RETAINED: &str = "
    INSERT INTO retained_message (topic, qos, expires, content_type, headers, body)
    VALUES ('a/b', 1, 77, NULL, '[]', x'34');
";

const SERVICES: &str = "
    INSERT INTO entry (log, seq, at, sender, uid, kind, dialect, payload)
    VALUES (1, 1, 10, 'ann', 'm1', 'TEXT', 0, x'7b7d'), (1, 2, 20, 'ann', 'm2', 'TEXT', 0, x'7b7d'),
           (1, 3, 30, 'ann', 'm3', 'TEXT', 0, x'7b7d'), (2, 1, 30, 'ann', 'm1', 'TEXT', 0, x'7b7d');
    INSERT INTO episode (id, log, org, service, opened_at)
    VALUES (1, 1, 'acme', 'sales', 10), (2, 1, 'acme', 'sales', 30), (3, 2, 'acme', 'sales', 40);
";

async fn migrated(version: i32, content: &str) -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    database_of(version, &path, content);
    let store = Store::open_sqlite(&path, SqliteOptions::default()).await.unwrap();
    let violations: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT COUNT(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(violations, 0);
    (directory, store)
}

#[tokio::test]
async fn sessions_keep_their_subscriptions_and_never_expire() {
    for (version, content) in
        [(1, SESSIONS.to_owned()), (2, [SESSIONS, QUEUES].concat()), (3, [SESSIONS, QUEUES, RETAINED].concat())]
    {
        let (_directory, store) = migrated(version, &content).await;
        let sessions = store.mqtt_sessions().await.unwrap();
        let seen: Vec<_> = sessions
            .iter()
            .map(|session| {
                assert_eq!((session.expiry_s, session.left), (u32::MAX, None));
                (&*session.client_id, session.user.as_str(), session.subscriptions.clone())
            })
            .collect();
        let old = |filter: &str, qos| MqttSubscription { filter: filter.into(), options: qos, subscription_id: None };
        let expected = [("phone", "ann", vec![old("a/+", 1), old("b", 0)]), ("tablet", "bob", vec![old("a/#", 2)])];
        assert_eq!(seen, expected, "from version {version}");

        let phone = sessions[0].id;
        let message = QueuedMessage { body: Bytes::from_static(b"new"), ..QueuedMessage::default() };
        let (topic, queues) = (Topic::new("a/b").unwrap(), vec![QueueRef::Session { id: phone, via: None }]);
        let write = Write::Enqueue(NewQueued { topic, queues, message, received: None });
        let written = store.commit(vec![write]).await.unwrap();
        assert!(matches!(&written[..], [Written::Queued(ids)] if ids[0].is_some()), "{written:?}");
        let waiting = store.queued_after(QueuedId::default(), 9).await.unwrap().len();
        store.drop_mqtt_session(phone).await.unwrap();
        assert_eq!(store.queued_after(QueuedId::default(), 9).await.unwrap().len(), waiting - 1);
        let ann = Uid::new("ann").unwrap();
        let has_cursor = async |device| store.has_delivered(LogId(1), &ann, device).await.unwrap();
        assert!(!has_cursor("phone").await && has_cursor("").await, "a known session's cursors are its own");
    }
}

#[tokio::test]
async fn what_waits_and_what_is_retained_is_kept() {
    let (_directory, store) = migrated(3, &[QUEUES, RETAINED].concat()).await;
    let waiting = store.queued_after(QueuedId::default(), 9).await.unwrap();
    let seen: Vec<_> = waiting
        .iter()
        .map(|queued| (queued.id.0, queued.queue.clone(), queued.topic.as_str(), queued.inflight))
        .collect();
    let durable = QueueRef::Durable(DurableId(5));
    assert_eq!(seen, [(11, QueueRef::Work, "a", None), (12, durable, "a/b", None)]);
    let old = QueuedMessage {
        content_type: Some("text/plain".into()),
        headers: vec![("k".into(), "v".into())],
        expires: Some(Timestamp(99)),
        body: Bytes::from_static(b"2"),
        qos: 2,
        ..QueuedMessage::default()
    };
    assert_eq!(waiting[1].message, old, "what STOMP said arrives as surely as its reader wants");

    let message = QueuedMessage { body: Bytes::from_static(b"3"), ..QueuedMessage::default() };
    let new = NewQueued { topic: Topic::new("a").unwrap(), queues: vec![QueueRef::Work], message, received: None };
    let written = store.commit(vec![Write::Enqueue(new)]).await.unwrap();
    assert_eq!(written, [Written::Queued(vec![Some(QueuedId(14))])], "no number is used again");

    let retained = store.retained_after(None, 9).await.unwrap();
    let kept = &retained[0].message;
    assert_eq!((retained[0].topic.as_str(), &kept.body[..], kept.qos, kept.retained), ("a/b", &b"4"[..], 1, true));
}

#[tokio::test]
async fn services_know_where_they_began() {
    let (_directory, store) = migrated(11, SERVICES).await;
    for (log, expected) in [(1, &[(2, 2), (1, 0)][..]), (2, &[(3, 1)])] {
        let services = store.episodes(LogId(log), 9).await.unwrap();
        let seen: Vec<_> = services.iter().map(|service| (service.id, service.opened_behind.0)).collect();
        assert_eq!(seen, expected);
    }
}
