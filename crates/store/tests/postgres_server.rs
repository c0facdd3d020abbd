//! The server as it may be: new, in use by several nodes, cut off, gone, slow, or behind TLS.

#![expect(clippy::unwrap_used, reason = "clippy does not take what prepares a test for a test")]

mod postgres_instance;

use std::time::Duration;

use deskwire_model::{Conversation, LogId, MessageType, MessageUid, Payload, Profile, Seq, ThreadType, Uid};
use deskwire_store::{NewConversation, NewEntry, PostgresOptions, Store, StoreError, Write, Written};
use postgres_instance::Database;

fn uid(text: &str) -> Uid {
    Uid::new(text).unwrap()
}

async fn open(database: &Database) -> Store {
    let writers = 3.try_into().unwrap();
    let options = PostgresOptions { writers, ..PostgresOptions::new(&database.url()) };
    Store::open_postgres(&options).await.unwrap()
}

async fn create(store: &Store, visitor: &str) -> Conversation {
    let new = NewConversation {
        uid: uid(&format!("thread-{visitor}")),
        org: uid("acme"),
        topic: ThreadType::Workgroup.topic(&uid("sales"), &uid(visitor)),
        kind: ThreadType::Workgroup,
        service: uid("sales"),
        visitor: uid(visitor),
        visitor_profile: Profile::default(),
        channel: "WEB".to_owned(),
        participants: vec![uid(visitor)],
    };
    let written = store.commit(vec![Write::CreateConversation(new)]).await.unwrap();
    let [Written::Conversation { conversation, .. }] = &written[..] else { panic!("{written:?}") };
    (**conversation).clone()
}

fn entry(log: LogId, sender: &str, name: &str) -> NewEntry {
    NewEntry {
        log,
        sender: uid(sender),
        uid: MessageUid::new(name).unwrap(),
        kind: MessageType::text(),
        payload: Payload::Json(format!(r#"{{"uid":"{name}"}}"#).into_bytes().into()),
        hides: None,
    }
}

#[tokio::test]
async fn several_nodes_start_on_an_empty_database() {
    let Some(database) = postgres_instance::database() else { return };
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let database = database.clone();
            tokio::spawn(async move { drop(open(&database).await) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    database.run("INSERT INTO refinery_schema_history VALUES (99, 'later', '2026-01-01T00:00:00Z', '1')");
    let newer = Store::open_postgres(&PostgresOptions::new(&database.url())).await;
    assert!(matches!(newer, Err(StoreError::NewerSchema { found: 99, .. })), "{newer:?}");
}

#[tokio::test]
async fn a_connection_that_was_cut_is_made_again() {
    let Some(database) = postgres_instance::database() else { return };
    let store = open(&database).await;
    let log = create(&store, "ann").await.id;
    for n in 1..=5 {
        database.cut();
        let written = store.commit(vec![Write::Append(entry(log, "ann", &format!("m{n}")))]).await.unwrap();
        assert!(matches!(written[..], [Written::Appended { seq: Seq(seq), .. }] if seq == n), "{written:?}");
        database.cut();
        assert_eq!(store.head(log).await.unwrap(), Seq(n));
    }
}

#[tokio::test]
async fn without_a_server_everything_fails_until_it_is_there_again() {
    let Some(database) = postgres_instance::database() else { return };
    let store = open(&database).await;
    let log = create(&store, "ann").await.id;
    // As a server that is not there: nobody gets in, and who was in is out.
    database.allow(false);
    database.cut();
    for n in 0..20 {
        let failed = store.commit(vec![Write::Append(entry(log, "ann", &format!("m{n}")))]).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
        let failed = store.head(log).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    }
    database.allow(true);
    let written = loop {
        match store.commit(vec![Write::Append(entry(log, "ann", "m"))]).await {
            Ok(written) => break written,
            Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error:?}"),
        }
    };
    assert!(matches!(written[..], [Written::Appended { seq: Seq(1), .. }]), "{written:?}");
}

#[tokio::test]
async fn a_connection_that_is_lost_in_a_commit_leaves_it_open_whether_it_was_made() {
    let Some(database) = postgres_instance::database() else { return };
    let store = open(&database).await;
    let log = create(&store, "ann").await.id;
    database.run(
        "CREATE FUNCTION cut() RETURNS TRIGGER LANGUAGE plpgsql AS $$
         BEGIN PERFORM nextval('attempts'); PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
         CREATE SEQUENCE attempts;
         CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW WHEN (NEW.uid = 'poison') EXECUTE FUNCTION cut()",
    );
    let lost = store.commit(vec![Write::Append(entry(log, "ann", "poison"))]).await;
    assert!(matches!(&lost, Err(StoreError::Backend(error)) if error.to_string().contains("commit")), "{lost:?}");
    assert_eq!(database.run("SELECT last_value FROM attempts"), "1", "nobody but the caller repeats it");
    let written = store.commit(vec![Write::Append(entry(log, "ann", "m1"))]).await.unwrap();
    assert!(matches!(written[..], [Written::Appended { seq: Seq(1), .. }]), "{written:?}");
}

#[tokio::test]
async fn what_others_hold_for_too_long_fails() {
    let Some(database) = postgres_instance::database() else { return };
    let lock_timeout = Duration::from_millis(50);
    let options = PostgresOptions { lock_timeout, ..PostgresOptions::new(&database.url()) };
    let store = Store::open_postgres(&options).await.unwrap();
    let log = create(&store, "ann").await.id;
    let holder = database.hold("SELECT id FROM conversation FOR UPDATE");
    let failed = store.commit(vec![Write::Append(entry(log, "ann", "m1"))]).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    drop(holder);
    let written = loop {
        // The server may take a while to see that the holder has gone.
        match store.commit(vec![Write::Append(entry(log, "ann", "m1"))]).await {
            Ok(written) => break written,
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
        }
    };
    assert!(matches!(written[..], [Written::Appended { seq: Seq(1), .. }]), "{written:?}");
}

#[tokio::test]
async fn a_server_is_believed_whom_the_right_one_vouches_for() {
    let Some(database) = postgres_instance::database() else { return };
    let authority = || {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        rcgen::CertifiedIssuer::self_signed(params, rcgen::KeyPair::generate().unwrap()).unwrap()
    };
    let (ours, another) = (authority(), authority());
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &ours).unwrap();
    database.serve_tls(&certificate.pem(), &key.serialize_pem());
    let folder = tempfile::tempdir().unwrap();
    let ca_file = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        Some(path)
    };
    let options = PostgresOptions::new(&database.url());
    let trusting = PostgresOptions { ca_file: ca_file("ours.pem", &ours.pem()), ..options.clone() };
    let store = Store::open_postgres(&trusting).await.unwrap();
    create(&store, "ann").await;
    let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                      WHERE application_name = 'deskwire' AND datname = current_database()";
    assert_eq!(database.run(encrypted), "t");
    for ca_file in
        [ca_file("another.pem", &another.pem()), ca_file("none.pem", ""), Some(folder.path().join("missing.pem"))]
    {
        let doubting = PostgresOptions { ca_file, ..options.clone() };
        let refused = Store::open_postgres(&doubting).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
}
