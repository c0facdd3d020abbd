//! One owner, and never more conversations than an agent takes (invariant I10), however many ask at once.

use std::{collections::HashMap, sync::Arc};

use deskwire_model::{ThreadStatus, ThreadType, Uid};
use proptest::prelude::*;
use serde_json::Value;

use crate::office::{Office, read, uid};

/// All visitors ask at once, each of them `times` times.
async fn rush(agents: usize, capacity: u32, visitors: usize, times: usize) {
    let names: Vec<String> = (0..agents).map(|number| format!("agent-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let office = Arc::new(Office::new(&names, capacity).await);
    let _connections: Vec<_> = names.iter().map(|name| office.connect(name)).collect();
    let asking: Vec<_> = (0..visitors * times)
        .map(|number| {
            let office = Arc::clone(&office);
            let visitor = format!("v{}", number % visitors);
            tokio::spawn(async move { (office.ask(&visitor, ThreadType::Workgroup, "sales").await, visitor) })
        })
        .collect();
    let mut answers: HashMap<String, Vec<Value>> = HashMap::new();
    for asked in asking {
        let (greeting, visitor) = asked.await.unwrap();
        answers.entry(visitor).or_default().push(read(&greeting.unwrap().message));
    }

    let uids: Vec<Uid> = names.iter().map(|name| uid(name)).collect();
    let counts = office.store.chatting_counts(&uids).await.unwrap();
    assert!(counts.iter().all(|count| *count <= capacity), "{counts:?} of {capacity}");
    let places = agents * capacity as usize;
    assert_eq!(counts.iter().sum::<u32>() as usize, visitors.min(places), "{counts:?}");

    for (visitor, answers) in answers {
        let topic = ThreadType::Workgroup.topic(&uid("sales"), &uid(&visitor));
        let conversation = office.store.conversation_by_topic(&topic).await.unwrap().unwrap();
        let logged = office.store.entries_after(conversation.id, deskwire_model::Seq::ZERO, 100).await.unwrap();
        let kinds: Vec<&str> = logged.iter().map(|entry| entry.kind.as_str()).collect();
        let (expected, owned) = match conversation.status {
            ThreadStatus::Chatting => ("WELCOME", true),
            ThreadStatus::Queuing => ("QUEUE", false),
            other => panic!("{visitor} is {other:?}"),
        };
        assert_eq!(kinds, [expected], "{visitor}");
        assert_eq!(conversation.agent.is_some(), owned, "{visitor}");
        assert!(answers.iter().any(|answer| answer["type"] == expected), "{visitor}: {answers:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_rush_of_visitors_never_passes_capacity(agents in 1_usize..4, capacity in 1_u32..4, visitors in 1_usize..16) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(rush(agents, capacity, visitors, 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_visitor_who_asks_many_times_at_once_has_one_conversation() {
    for _ in 0..10 {
        rush(2, 2, 2, 8).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_visitor_who_asks_many_times_at_once_waits_once() {
    for connected in [true, false] {
        for _ in 0..10 {
            // Whoever is connected is full.
            let office = Arc::new(Office::new(&["ann"], 0).await);
            let _connection = connected.then(|| office.connect("ann"));
            let asking: Vec<_> = (0..8)
                .map(|_| {
                    let office = Arc::clone(&office);
                    tokio::spawn(async move { office.ask("v", ThreadType::Workgroup, "sales").await })
                })
                .collect();
            let expected = if connected { "QUEUE" } else { "LEAVE_MSG" };
            let mut greetings = Vec::new();
            for asked in asking {
                greetings.push(asked.await.unwrap().unwrap());
            }
            for greeting in greetings {
                assert_eq!(read(&greeting.message)["type"], expected);
                assert_eq!(office.head(&greeting.conversation).await, 1, "all have asked, and one answer is logged");
            }
        }
    }
}
