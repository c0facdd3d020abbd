//! Shared subscriptions over a real store: members take turns, and no message comes to two of them.

use std::{collections::HashMap, sync::Arc};

use deskwire_broker::{Assurance, Outbox, Publishing, Ticket};

use crate::mqtt::{Client, LIMITS, Node, STORED, saying};

const GROUP: &str = "$share/g/a/+";

#[tokio::test]
async fn connected_members_take_turns() {
    let node = Node::new(LIMITS).await;
    let (durable, visitor, away) = (node.enter("d").await, node.visit("v").await, node.enter("w").await);
    for client in [&durable, &visitor, &away] {
        client.subscribe(GROUP, 1).await;
    }
    away.leave(Vec::new());
    for (text, assurance) in [("0", Assurance::AtMostOnce), ("1", Assurance::AtLeastOnce)] {
        for _ in 0..5 {
            node.publish(saying("a/b", text, assurance), STORED).await;
        }
        let (first, second) = (durable.came(), visitor.came());
        assert_eq!(first.len() + second.len(), 5, "{text}: no other member gets any");
        assert!(first.len().abs_diff(second.len()) == 1, "{text}: they take turns");
        for came in first.iter().chain(&second) {
            let via = (text == "1").then(|| GROUP.to_owned());
            assert_eq!((came.text.as_str(), &came.via), (text, &via));
        }
        assert!(text == "0" || first.iter().all(|came| came.stored));
        assert!(second.iter().all(|came| !came.stored));
    }
}

#[tokio::test]
async fn what_finds_nobody_connected_waits_for_a_member_if_it_is_assured() {
    let node = Node::new(LIMITS).await;
    for name in ["c", "d"] {
        let client = node.enter(name).await;
        client.subscribe(GROUP, 1).await;
        client.leave(Vec::new());
    }
    node.publish(saying("a/b", "0", Assurance::AtMostOnce), STORED).await;
    for text in ["1", "2", "3"] {
        node.say("a/b", text).await;
    }
    let node = node.restart().await;
    let (first, second) = (node.enter("c").await.came(), node.enter("d").await.came());
    let mut texts: Vec<_> = first.iter().chain(&second).map(|came| came.text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["1", "2", "3"]);
    assert!(!first.is_empty() && !second.is_empty());
    assert!(first.iter().chain(&second).all(|came| came.via.as_deref() == Some(GROUP) && came.stored));
}

#[tokio::test]
async fn a_group_is_its_name_and_its_filter() {
    let node = Node::new(LIMITS).await;
    let clients = [node.visit("a").await, node.visit("b").await, node.visit("c").await];
    for (client, filter) in clients.iter().zip(["$share/g/a", "$share/g/+", "$share/h/a"]) {
        client.subscribe(filter, 2).await;
    }
    node.say("a", "1").await;
    assert_eq!(clients.each_ref().map(Client::texts), [["1"], ["1"], ["1"]]);
    clients[0].mailbox.unsubscribe("$share/g/a").await.unwrap();
    node.say("a", "2").await;
    assert_eq!(clients.each_ref().map(|client| client.texts().len()), [0, 1, 1]);
}

#[tokio::test]
async fn a_member_without_assurance_gets_all_of_it_straight() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    client.subscribe(GROUP, 0).await;
    node.say("a/b", "1").await;
    assert_eq!(
        client.came().into_iter().map(|came| (came.text, came.number)).collect::<Vec<_>>(),
        [("1".into(), None)]
    );
    client.leave(Vec::new());
    node.say("a/b", "2").await;
    assert_eq!((node.enter("c").await.texts().len(), node.stored().await), (0, 0));
}

/// Publishers in several tasks, stored and not, and members that come and go: each message comes to one member, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_message_comes_to_two_members_or_none() {
    const PUBLISHERS: usize = 4;
    const MESSAGES: usize = 60;
    let node = Arc::new(Node::new(LIMITS).await);
    for name in ["a", "b", "c"] {
        let client = node.enter(name).await;
        client.subscribe(GROUP, 1).await;
        client.leave(Vec::new());
    }
    let publishers: Vec<_> = (0..PUBLISHERS)
        .map(|publisher| {
            let node = Arc::clone(&node);
            tokio::spawn(async move {
                for number in 0..MESSAGES {
                    let said = saying("a/b", &format!("{publisher}-{number}"), Assurance::AtLeastOnce);
                    let how = Publishing {
                        stored: number.is_multiple_of(2),
                        in_turn: number.is_multiple_of(3),
                        ..Publishing::default()
                    };
                    node.queues.publish(said, how, Ticket { outbox: Outbox::new(1), number: 0 }).await.unwrap();
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut take = |client: &Client| {
        for came in client.came() {
            let number: usize = came.text.rsplit('-').next().unwrap().parse().unwrap();
            assert_eq!(came.stored, number.is_multiple_of(2), "its member was chosen before it was stored");
            *seen.entry(came.text).or_default() += 1;
            came.number.into_iter().for_each(|number| client.mailbox.settle(number));
        }
    };
    let mut turn = 0;
    while !publishers.iter().all(tokio::task::JoinHandle::is_finished) {
        let client = node.enter(["a", "b", "c"][turn % 3]).await;
        client.subscribe(GROUP, 1).await;
        tokio::task::yield_now().await;
        take(&client);
        client.leave(Vec::new());
        turn += 1;
    }
    for publisher in publishers {
        publisher.await.unwrap();
    }
    node.desk.log.flush().await.unwrap();
    for name in ["a", "b", "c"] {
        let client = node.enter(name).await;
        loop {
            let before = seen_count(&client, &mut take);
            if before == 0 {
                break;
            }
        }
    }
    assert_eq!(seen.len(), PUBLISHERS * MESSAGES);
    assert!(seen.values().all(|times| *times == 1), "{seen:?}");
    assert_eq!(node.stored().await, 0);
}

/// Takes what is there; says how much it was.
fn seen_count(client: &Client, take: &mut impl FnMut(&Client)) -> usize {
    let is_ready = client.outbox.poll_ready(&mut std::task::Context::from_waker(std::task::Waker::noop()), true, true);
    take(client);
    usize::from(is_ready.is_ready())
}
