//! Several nodes on one PostgreSQL: what is promised of one writer holds for all of them together.

#![expect(clippy::unwrap_used, reason = "clippy does not take what prepares a test for a test")]

mod postgres_instance;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use deskwire_model::{
    AgentProfile, AgentStatus, Conversation, LogId, MessageType, MessageUid, Payload, Profile, Role, Seq, ThreadStatus,
    ThreadType, Timestamp, Uid,
};
use deskwire_store::{
    Decision, NewConversation, NewEntry, Placement, PostgresOptions, Store, StoreError, TimerChange, Write, Written,
};
use postgres_instance::Database;

fn uid(text: &str) -> Uid {
    Uid::new(text).unwrap()
}

async fn open(database: &Database) -> Store {
    let writers = 3.try_into().unwrap();
    let options = PostgresOptions { writers, ..PostgresOptions::new(&database.url()) };
    Store::open_postgres(&options).await.unwrap()
}

/// As many nodes, each of which may write several batches at a time.
async fn nodes(database: &Database, count: usize) -> Vec<Store> {
    let mut nodes = Vec::new();
    for _ in 0..count {
        nodes.push(open(database).await);
    }
    nodes
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

fn decision(log: LogId, fence: u64) -> Decision {
    Decision {
        log,
        fence,
        to: None,
        joins: Vec::new(),
        leaves: Vec::new(),
        entries: Vec::new(),
        timers: Vec::new(),
        consumes: None,
        facts: Vec::new(),
        card: None,
    }
}

/// Commits each batch on its own task, on the nodes in turn, and returns the answers in the order of the batches.
async fn commit_at_once(nodes: &[Store], batches: Vec<Vec<Write>>) -> Vec<Result<Vec<Written>, StoreError>> {
    let tasks: Vec<_> = batches
        .into_iter()
        .zip(nodes.iter().cycle().cloned())
        .map(|(batch, node)| tokio::spawn(async move { node.commit(batch).await }))
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

#[tokio::test]
async fn seqs_have_no_hole_and_a_repeat_gets_the_first_answer() {
    let Some(database) = postgres_instance::database() else { return };
    let nodes = nodes(&database, 2).await;
    let logs = [create(&nodes[0], "ann").await.id, create(&nodes[1], "eve").await.id];
    // Each message comes on both nodes, in batches that go through the logs in opposite directions.
    let (messages, size) = (120, 6);
    let forward: Vec<_> = (0..messages).flat_map(|n| logs.map(|log| entry(log, "ann", &format!("m{n}")))).collect();
    let backward: Vec<_> = forward.iter().rev().cloned().collect();
    let batches = forward
        .chunks(size)
        .zip(backward.chunks(size))
        .flat_map(|(one, other)| [one, other])
        .map(|batch| batch.iter().cloned().map(Write::Append).collect())
        .collect::<Vec<Vec<_>>>();
    let mut seqs: BTreeMap<(LogId, String), BTreeSet<u64>> = BTreeMap::new();
    let mut first = 0;
    for (batch, answers) in batches.clone().into_iter().zip(commit_at_once(&nodes, batches).await) {
        for (write, answer) in batch.into_iter().zip(answers.unwrap()) {
            let Write::Append(entry) = write else { panic!("only messages are sent") };
            let (Written::Appended { seq, .. } | Written::Duplicate { seq, .. }) = answer else { panic!("{answer:?}") };
            first += u64::from(matches!(answer, Written::Appended { .. }));
            seqs.entry((entry.log, entry.uid.to_string())).or_default().insert(seq.0);
        }
    }
    assert_eq!(first, messages * 2, "each is appended once");
    assert!(seqs.values().all(|seqs| seqs.len() == 1), "a repeat has another position: {seqs:?}");
    for log in logs {
        let entries = nodes[1].entries_after(log, Seq(0), 1000).await.unwrap();
        let found: Vec<_> = entries.iter().map(|entry| entry.seq.0).collect();
        assert_eq!(found, (1..=messages).collect::<Vec<_>>());
        assert!(entries.is_sorted_by_key(|entry| entry.at), "time goes back");
        assert_eq!(nodes[0].head(log).await.unwrap(), Seq(messages));
    }
}

#[tokio::test]
async fn one_decision_wins_under_a_fence() {
    let Some(database) = postgres_instance::database() else { return };
    let nodes = nodes(&database, 2).await;
    let log = create(&nodes[0], "ann").await.id;
    for fence in 0..10 {
        let batches = (0..6)
            .map(|rival| {
                let entries = vec![entry(log, "sys", &format!("r{fence}-{rival}"))];
                vec![Write::Decide(Box::new(Decision { entries, ..decision(log, fence) }))]
            })
            .collect();
        let answers = commit_at_once(&nodes, batches).await;
        let won: Vec<_> = answers
            .into_iter()
            .filter_map(|answer| match answer.unwrap().remove(0) {
                Written::Decided { conversation, .. } => Some(conversation.fence),
                Written::Refused(_) => None,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(won, [fence + 1], "under {fence}");
    }
    assert_eq!(nodes[0].head(log).await.unwrap(), Seq(10), "who loses says nothing");
}

#[tokio::test]
async fn capacity_holds_over_all_nodes() {
    let Some(database) = postgres_instance::database() else { return };
    let nodes = nodes(&database, 2).await;
    nodes[0].create_organisation(&uid("acme"), "Acme").await.unwrap();
    let bob = AgentProfile {
        uid: uid("bob"),
        org: uid("acme"),
        username: "bob".to_owned(),
        profile: Profile::default(),
        status: AgentStatus::Available,
        capacity: 3,
        role: Role::Agent,
    };
    nodes[0].create_agent(&bob, "$").await.unwrap();
    let mut batches = Vec::new();
    for n in 0..12 {
        let log = create(&nodes[0], &format!("v{n}")).await.id;
        let to = Some(Placement {
            status: ThreadStatus::Chatting,
            agent: Some(uid("bob")),
            capacity: Some(3),
            service: None,
        });
        batches.push(vec![Write::Decide(Box::new(Decision { to, ..decision(log, 0) }))]);
    }
    let answers = commit_at_once(&nodes, batches).await;
    let assigned = answers.into_iter().filter(|answer| matches!(answer.as_ref().unwrap()[0], Written::Decided { .. }));
    assert_eq!(assigned.count(), 3);
    assert_eq!(nodes[1].chatting_counts(&[uid("bob")]).await.unwrap(), [3]);
}

#[tokio::test]
async fn a_timer_is_answered_by_one() {
    let Some(database) = postgres_instance::database() else { return };
    let nodes = nodes(&database, 2).await;
    let log = create(&nodes[0], "ann").await.id;
    let due = Timestamp(5);
    let set = TimerChange::Set { kind: "test", key: "".into(), due, payload: "".into() };
    let set = Decision { timers: vec![set], ..decision(log, 0) };
    nodes[0].commit(vec![Write::Decide(Box::new(set))]).await.unwrap();
    let timer = nodes[1].timers_due(Timestamp(10), 10).await.unwrap().remove(0);
    let batches = (0..6)
        .map(|rival| {
            let entries = vec![entry(log, "sys", &format!("t{rival}"))];
            vec![Write::Decide(Box::new(Decision { consumes: Some(timer.id), entries, ..decision(log, 1) }))]
        })
        .collect();
    let answers = commit_at_once(&nodes, batches).await;
    let won =
        answers.into_iter().filter(|answer| matches!(answer.as_ref().unwrap()[0], Written::Decided { .. })).count();
    assert_eq!(won, 1);
    assert_eq!(nodes[0].head(log).await.unwrap(), Seq(1));
}

#[tokio::test]
async fn a_lease_has_one_holder() {
    let Some(database) = postgres_instance::database() else { return };
    let nodes = nodes(&database, 3).await;
    let long = Duration::from_secs(600);
    let tasks: Vec<_> = nodes
        .iter()
        .cloned()
        .zip(["a", "b", "c"])
        .map(|(node, name)| tokio::spawn(async move { node.take_lease("sweep", name, long).await.unwrap() }))
        .collect();
    let mut fences = Vec::new();
    for task in tasks {
        fences.push(task.await.unwrap());
    }
    assert_eq!(fences.iter().flatten().count(), 1, "{fences:?}");
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
