//! Several nodes that write to one PostgreSQL at the same time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use deskwire_model::{LogId, Seq, ThreadStatus, Timestamp};
use deskwire_store::{
    Decision, Fact, HookTopic, NewWebhook, QueuePlace, Refusal, ReportQuery, Store, TimerChange, VisitorTold, Write,
    Written,
};
use tokio::task::JoinSet;

use crate::{
    Backend as _, PostgresBackend,
    fixtures::{
        agent, append, assign, commit_one, conversation, conversation_of, create, create_log, decision, delivered,
        refused, seq, set_status, uid,
    },
};

const NODES: usize = 3;

/// Nodes on a new database; none where there is no PostgreSQL.
async fn nodes() -> Option<Vec<Store>> {
    if !PostgresBackend::is_there() {
        return None;
    }
    let backend = PostgresBackend::new();
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        nodes.push(backend.open().await);
    }
    Some(nodes)
}

/// Has every node commit `batches` of its number, all at once; what each was answered, by node and batch.
async fn at_once(
    nodes: &[Store],
    batches: usize,
    batch: impl Fn(usize, usize) -> Vec<Write>,
) -> BTreeMap<(usize, usize), Vec<Written>> {
    let mut running = JoinSet::new();
    for (node, store) in nodes.iter().enumerate() {
        let (store, batches) = (store.clone(), (0..batches).map(|number| batch(node, number)).collect::<Vec<_>>());
        running.spawn(async move {
            let mut written = Vec::new();
            for (number, batch) in batches.into_iter().enumerate() {
                written.push(((node, number), store.commit(batch).await.unwrap()));
            }
            written
        });
    }
    running.join_all().await.into_iter().flatten().collect()
}

/// The positions and names of a log.
async fn log(store: &Store, log: LogId) -> Vec<(u64, String)> {
    let entries = store.entries_after(log, Seq::ZERO, usize::MAX >> 1).await.unwrap();
    let times: Vec<_> = entries.iter().map(|entry| entry.at).collect();
    assert!(times.is_sorted(), "time does not go back within a log");
    entries.into_iter().map(|entry| (entry.seq.0, entry.uid.to_string())).collect()
}

#[tokio::test]
async fn positions_have_no_holes_and_repeats_get_the_first_answer() {
    let Some(nodes) = nodes().await else { return };
    let mut logs = Vec::new();
    for visitor in ["a", "b", "c", "d", "e"] {
        logs.push(create_log(&nodes[0], visitor, 0).await);
    }
    // All nodes say the same things, each in an order of its own, in batches that cross each other; and move cursors.
    let count = 60;
    let say = |node: usize, batch: usize| {
        let mut writes = Vec::new();
        for place in 0..6 {
            let message = (batch * 6 + place) * [1, 7, 49][node] % count;
            let log = logs[(message + 3 * node + place) % logs.len()];
            let names = [message, (message + 1) % count];
            writes.extend(names.map(|name| append(log, "v", &format!("m{name}"))));
            writes.push(delivered(log, "v", "phone", u64::MAX));
        }
        writes
    };
    let answers = at_once(&nodes, 10, say).await;
    let mut firsts = BTreeMap::new();
    let mut appended = BTreeMap::<_, usize>::new();
    for ((node, batch), written) in answers {
        for (write, written) in say(node, batch).into_iter().zip(written) {
            let Write::Append(entry) = write else { continue };
            let name = (entry.log, entry.uid.to_string());
            assert_eq!(*firsts.entry(name.clone()).or_insert(seq(&written)), seq(&written), "{name:?}");
            *appended.entry(name).or_default() += usize::from(matches!(written, Written::Appended { .. }));
        }
    }
    assert!(appended.values().all(|times| *times == 1), "each is appended once: {appended:?}");
    for id in logs {
        let found = log(&nodes[1], id).await;
        let seqs: Vec<u64> = found.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(seqs, (1..=found.len() as u64).collect::<Vec<_>>());
        for (seq, name) in found {
            assert_eq!(firsts.remove(&(id, name)), Some(seq));
        }
    }
    assert!(firsts.is_empty(), "what was answered is there: {firsts:?}");
}

#[tokio::test]
async fn batches_that_cross_each_other_are_all_committed_and_counted() {
    let Some(nodes) = nodes().await else { return };
    let store = &nodes[0];
    store.create_organisation(&uid("acme"), "Acme").await.unwrap();
    let hook = NewWebhook {
        uid: uid("hook"),
        org: uid("acme"),
        url: "https://example.org".to_owned(),
        secret: b"secret".to_vec().into(),
        topics: vec![HookTopic::Message],
        bot_of: None,
        created_at: Timestamp(1),
    };
    store.create_webhook(&hook).await.unwrap();
    let mut logs = Vec::new();
    for number in 0..8 {
        let log = create_log(store, &format!("v{number}"), 0).await;
        commit_one(store, set_status(log, 0, ThreadStatus::Chatting, Some(&format!("agent{}", number % 4)))).await;
        logs.push(log);
    }
    let batch = |node: usize, number: usize| {
        let order = (0..logs.len()).map(|place| if node == 0 { place } else { logs.len() - 1 - place });
        order.map(|place| append(logs[place], &format!("v{place}"), &format!("m-{node}-{number}"))).collect::<Vec<_>>()
    };
    let batches = 12;
    at_once(&nodes, batches, batch).await;
    let said = (NODES * batches * logs.len()) as u64;
    let all = ReportQuery {
        org: uid("acme"),
        from: Timestamp(0),
        to: Timestamp(i64::MAX >> 1),
        service: None,
        agent: None,
        by_hour: false,
        by_service: false,
        by_agent: false,
        limit: 9,
    };
    assert_eq!(store.report(&all).await.unwrap()[0].counters.visitor_messages, said);
    assert_eq!(store.webhooks(None).await.unwrap()[0].waiting, said);
}

#[tokio::test]
async fn a_conversation_begins_once_wherever_it_is_asked_for() {
    let Some(nodes) = nodes().await else { return };
    let visitors = ["a", "b", "c", "d", "e", "f"];
    let answers = at_once(&nodes, visitors.len(), |node, batch| {
        let visitor = visitors[(batch * [1, 5, 1][node]) % visitors.len()];
        vec![Write::CreateConversation(conversation_of(visitor))]
    })
    .await;
    let mut created = BTreeMap::<_, usize>::new();
    for written in answers.into_values().flatten() {
        let Written::Conversation { conversation, created: is_new } = written else { panic!("{written:?}") };
        *created.entry((conversation.topic.to_string(), conversation.id)).or_default() += usize::from(is_new);
    }
    assert_eq!(created.len(), visitors.len(), "{created:?}");
    assert!(created.values().all(|times| *times == 1), "{created:?}");
}

#[tokio::test]
async fn one_decision_wins_per_fence_and_one_answer_per_timer() {
    let Some(nodes) = nodes().await else { return };
    let log = create(&nodes[0], "v").await.id;
    for fence in (0..30).step_by(2) {
        let set = TimerChange::Set { kind: "TRANSFER", key: "t".into(), due: Timestamp(5), payload: "{}".into() };
        commit_one(&nodes[0], Write::Decide(Box::new(Decision { timers: vec![set], ..decision(log, fence) }))).await;
        let timer = nodes[0].timers_due(Timestamp(9), 9).await.unwrap()[0].id;
        let answers = at_once(&nodes, 1, |_, _| {
            vec![Write::Decide(Box::new(Decision { consumes: Some(timer), ..decision(log, fence + 1) }))]
        })
        .await;
        let won = answers.values().flatten().filter(|written| matches!(written, Written::Decided { .. })).count();
        let lost = answers.values().flatten().filter(|written| **written == refused(Refusal::Fenced)).count();
        assert_eq!((won, lost), (1, NODES - 1), "{answers:?}");
    }
    assert_eq!(nodes[0].timers_of(log).await.unwrap(), []);
}

#[tokio::test]
async fn a_timer_is_given_to_one_node_and_to_another_when_that_one_did_not_answer_it() {
    let Some(nodes) = nodes().await else { return };
    let log = create(&nodes[0], "v").await.id;
    let set = |key: usize| TimerChange::Set {
        kind: "CARD",
        key: format!("{key}").into(),
        due: Timestamp(5),
        payload: "".into(),
    };
    let timers = (0..30).map(set).collect();
    commit_one(&nodes[0], Write::Decide(Box::new(Decision { timers, ..decision(log, 0) }))).await;
    assert_eq!(nodes[0].next_due().await.unwrap(), Some(Timestamp(5)));
    let hour = Duration::from_secs(3600);
    let claims = nodes.iter().map(|node| node.claim_timers(Timestamp(9), 7, hour));
    let claimed: Vec<_> = futures_util::future::try_join_all(claims).await.unwrap().concat();
    let mut ids: Vec<_> = claimed.iter().map(|timer| timer.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 7 * NODES, "each has its own: {claimed:?}");
    // The rest is claimed for no time: it can be had again at once.
    let rest = nodes[0].claim_timers(Timestamp(9), 99, Duration::ZERO).await.unwrap();
    assert_eq!(rest.len(), 30 - 7 * NODES);
    assert_eq!(nodes[1].claim_timers(Timestamp(9), 99, hour).await.unwrap(), rest);
    assert_eq!(nodes[2].claim_timers(Timestamp(9), 99, hour).await.unwrap(), []);
    let next = nodes[2].next_due().await.unwrap().unwrap();
    assert!(next > Timestamp(9), "they come back when the claims are over: {next:?}");
    // One that is set anew is another one, and nobody's.
    commit_one(&nodes[0], Write::Decide(Box::new(Decision { timers: vec![set(3)], ..decision(log, 1) }))).await;
    assert_eq!(nodes[2].claim_timers(Timestamp(9), 99, hour).await.unwrap().len(), 1);
    assert_eq!(nodes[2].timers_due(Timestamp(9), 99).await.unwrap().len(), 30);
}

#[tokio::test]
async fn capacity_holds_whoever_assigns() {
    let Some(nodes) = nodes().await else { return };
    let store = &nodes[0];
    store.create_organisation(&uid("acme"), "Acme").await.unwrap();
    let agents = ["x", "y"];
    for name in agents {
        store.create_agent(&agent(name, "acme"), "hash").await.unwrap();
    }
    let mut logs = Vec::new();
    for number in 0..NODES * 8 {
        logs.push(create(store, &format!("v{number}")).await.id);
    }
    let answers = at_once(&nodes, 8, |node, batch| {
        let log = logs[node * 8 + batch];
        vec![assign(log, 0, agents[(node + batch) % 2], 3)]
    })
    .await;
    let assigned: BTreeSet<_> = answers
        .into_values()
        .flatten()
        .filter(|written| *written != refused(Refusal::AtCapacity))
        .map(|written| conversation(written).id)
        .collect();
    assert_eq!(assigned.len(), 6);
    let names: Vec<_> = agents.into_iter().map(uid).collect();
    assert_eq!(store.chatting_counts(&names).await.unwrap(), [3, 3]);
}

#[tokio::test]
async fn everybody_who_waits_has_a_turn_of_its_own() {
    let Some(nodes) = nodes().await else { return };
    let mut logs = Vec::new();
    for number in 0..NODES * 6 {
        logs.push(create(&nodes[0], &format!("v{number}")).await.id);
    }
    at_once(&nodes, 6, |node, batch| {
        let log = logs[node * 6 + batch];
        let queued = Write::Decide(Box::new(Decision { facts: vec![Fact::Opened], ..decision(log, 0) }));
        vec![queued, set_status(log, 1, ThreadStatus::Queuing, None)]
    })
    .await;
    let mut places = Vec::new();
    for log in &logs {
        let QueuePlace { position, size } = nodes[1].queue_place(&uid("sales"), *log).await.unwrap();
        assert_eq!(size, logs.len() as u64);
        places.push(position);
    }
    places.sort_unstable();
    assert_eq!(places, (1..=logs.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_visitor_of_two_tabs_is_introduced_once() {
    let Some(nodes) = nodes().await else { return };
    nodes[0].create_organisation(&uid("acme"), "Acme").await.unwrap();
    let mut running = JoinSet::new();
    for node in &nodes {
        let store = node.clone();
        running.spawn(async move {
            for number in 0..10 {
                let visitor = deskwire_store::Visitor {
                    uid: uid(&format!("v{number}")),
                    org: uid("acme"),
                    profile: agent("v", "acme").profile,
                    channel: "WEB".to_owned(),
                };
                store.introduce_visitor(&visitor, VisitorTold::default(), Timestamp(1)).await.unwrap();
            }
        });
    }
    running.join_all().await;
}
