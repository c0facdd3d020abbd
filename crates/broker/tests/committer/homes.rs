//! Several nodes on one database: each session is on one of them, and comes along with its client.

use std::sync::Arc;

use deskwire_broker::{
    Assurance, CloseReason, Consumer, Content, Delivered, Durable, EnterError, Membership, Outbox, Publication,
    Publishing, Reply, Retained, RetainedLimits, Subscriber, Wants,
};
use deskwire_cluster::NodeId;
use deskwire_model::{Topic, TopicFilter};

use crate::{
    desk::uid,
    mqtt::{LIMITS, Node, STORED, opaque, saying},
};

fn node_id(name: &str) -> NodeId {
    NodeId::starting(name).unwrap()
}

/// Brings a session to a node as a connection does there; `from` is asked to let go of it if it has it.
async fn bring(client_id: &str, from: &Node, to: &Node) {
    let client_id = Arc::from(client_id);
    let moving = to.elsewhere(&client_id).await.unwrap().expect("it is elsewhere");
    assert!(moving.home().is_some());
    from.mailboxes.let_go(&client_id).await.unwrap();
    moving.arrive().await.unwrap();
}

#[tokio::test]
async fn a_session_comes_along_with_what_waits() {
    let first = Node::first(&node_id("first")).await;
    let second = first.beside(&node_id("second")).await;
    let client = first.enter("c").await;
    client.subscribe("a/+", 1).await;
    client.leave(Vec::new());
    first.say("a/b", "1").await;
    first.say("a/b", "2").await;
    bring("c", &first, &second).await;
    let client = second.enter("c").await;
    assert!(client.existed && client.subscriptions.len() == 1);
    assert_eq!(client.texts(), ["1", "2"]);
    assert!(!first.publish(saying("a/b", "nobody", Assurance::ExactlyOnce), STORED).await, "nobody collects there");
    second.say("a/b", "3").await;
    assert_eq!(client.texts(), ["3"]);
    assert_eq!(second.stored().await, 3);
    bring_back(&first, &second, client).await;
}

/// What was settled at one node does not come again at another, and its connection is told.
async fn bring_back(first: &Node, second: &Node, client: crate::mqtt::Client) {
    client.mailbox.settle(1);
    client.mailbox.settle(3);
    let name = Arc::from("c");
    let moving = first.elsewhere(&name).await.unwrap().unwrap();
    let from = Arc::clone(&second.mailboxes);
    let asked = tokio::spawn(async move { from.let_go(&Arc::from("c")).await });
    while client.closed() != Some(CloseReason::TakenOver) {
        tokio::task::yield_now().await;
    }
    client.leave(Vec::new());
    asked.await.unwrap().unwrap();
    moving.arrive().await.unwrap();
    assert_eq!(first.enter("c").await.texts(), ["2"]);
}

#[tokio::test]
async fn what_is_said_while_a_session_moves_comes_behind_what_waited() {
    let first = Node::first(&node_id("first")).await;
    let second = first.beside(&node_id("second")).await;
    let client = first.enter("c").await;
    client.subscribe("a", 1).await;
    client.leave(Vec::new());
    first.say("a", "1").await;
    let name = Arc::from("c");
    let moving = second.elsewhere(&name).await.unwrap().unwrap();
    second.say("a", "3").await;
    first.say("a", "2").await;
    first.mailboxes.let_go(&name).await.unwrap();
    moving.arrive().await.unwrap();
    second.say("a", "4").await;
    assert_eq!(second.enter("c").await.texts(), ["1", "2", "3", "4"]);
    assert_eq!(second.stored().await, 4);
}

#[tokio::test]
async fn of_two_nodes_one_gets_a_session() {
    let first = Node::first(&node_id("first")).await;
    let (second, third) = (first.beside(&node_id("second")).await, first.beside(&node_id("third")).await);
    let client = first.enter("c").await;
    client.subscribe("a", 1).await;
    client.leave(Vec::new());
    let name = Arc::from("c");
    let (to_second, to_third) = (second.elsewhere(&name).await.unwrap(), third.elsewhere(&name).await.unwrap());
    // Both collect it.
    third.say("a", "given back").await;
    to_second.unwrap().arrive().await.unwrap();
    assert!(matches!(to_third.unwrap().arrive().await, Err(EnterError::Moved)));
    assert!(!third.publish(saying("a", "nobody", Assurance::ExactlyOnce), STORED).await, "the other collects no more");
    assert_eq!(third.stored().await, 0, "nor does what it collected stay");
}

#[tokio::test]
async fn the_sessions_of_a_lost_node_go_on_at_one_other() {
    let dead = node_id("dead");
    let first = Node::first(&dead).await;
    for name in ["c", "d"] {
        let client = first.enter(name).await;
        client.subscribe("a", 1).await;
        // One is connected when the node dies.
        if name == "c" {
            client.leave(Vec::new());
        } else {
            std::mem::forget(client);
        }
    }
    first.say("a", "1").await;
    first.desk.log.flush().await.unwrap();
    let (second, third) = (first.beside(&node_id("second")).await, first.beside(&node_id("third")).await);
    let lost = second.mailboxes.adopt(dead.as_str()).await.unwrap();
    assert_eq!((lost, third.mailboxes.adopt(dead.as_str()).await.unwrap()), (2, 0));
    second.say("a", "2").await;
    for name in ["c", "d"] {
        assert_eq!(second.enter(name).await.texts(), ["1", "2"], "{name}");
    }
}

#[tokio::test]
async fn a_node_that_was_taken_for_dead_ends_what_it_has_lost() {
    let first = Node::first(&node_id("first")).await;
    let second = first.beside(&node_id("second")).await;
    let (kept, lost) = (first.enter("k").await, first.enter("c").await);
    lost.subscribe("a", 1).await;
    first.say("a", "1").await;
    let name = Arc::from("c");
    // It is not asked.
    second.elsewhere(&name).await.unwrap().unwrap().arrive().await.unwrap();
    let here = second.enter("c").await;
    let mailboxes = Arc::clone(&first.mailboxes);
    let rechecked = tokio::spawn(async move { mailboxes.recheck().await });
    while lost.closed() != Some(CloseReason::TakenOver) {
        tokio::task::yield_now().await;
    }
    // It ends with its connection by what its client wanted there.
    lost.mailbox.leave(deskwire_broker::SavedMailbox::default(), 0, deskwire_model::Timestamp(0));
    assert_eq!(rechecked.await.unwrap().unwrap(), 1);
    first.mailboxes.sweep(deskwire_model::Timestamp(i64::MAX)).await;
    assert_eq!(kept.closed(), None);
    assert!(!first.publish(saying("a", "nobody", Assurance::ExactlyOnce), STORED).await);
    assert_eq!(here.texts(), ["1"]);
    second.say("a", "2").await;
    assert_eq!(here.texts(), ["2"], "the session is where it went");
    assert_eq!(second.stored().await, 2);
}

#[tokio::test]
async fn a_connection_to_a_lost_session_is_sent_to_where_it_is() {
    let first = Node::first(&node_id("first")).await;
    let second = first.beside(&node_id("second")).await;
    let client = first.enter("c").await;
    client.subscribe("a", 1).await;
    client.leave(Vec::new());
    let name = Arc::from("c");
    second.elsewhere(&name).await.unwrap().unwrap().arrive().await.unwrap();
    assert!(matches!(first.try_enter("c", |_| ()).await, Err(EnterError::Moved)));
    bring("c", &second, &first).await;
    assert!(first.enter("c").await.existed);
}

#[tokio::test]
async fn a_node_that_starts_again_has_its_own_sessions() {
    let first = Node::first(&node_id("first")).await;
    let second = first.beside(&node_id("second")).await;
    first.enter("a").await.leave(Vec::new());
    second.enter("b").await.leave(Vec::new());
    second.desk.log.flush().await.unwrap();
    first.desk.log.flush().await.unwrap();
    let again = first.beside(&node_id("first")).await;
    let here = async |name: &str| again.elsewhere(&Arc::from(name)).await.unwrap().is_none();
    assert!(here("a").await && !here("b").await);
    let other = again.try_enter("a", |entering| entering.user = Box::leak(Box::new(uid("bob")))).await.unwrap();
    assert!(!other.existed, "invariant I9");
}

#[tokio::test]
async fn what_another_node_has_said_is_stored_for_sessions_here() {
    let node = Node::new(LIMITS).await;
    let away = node.enter("c").await;
    away.subscribe("a/+", 1).await;
    away.leave(Vec::new());
    let there = node.enter("d").await;
    there.subscribe("a/b", 2).await;
    for (text, assurance) in
        [("0", Assurance::AtMostOnce), ("1", Assurance::AtLeastOnce), ("2", Assurance::ExactlyOnce)]
    {
        node.queues.hear(saying("a/b", text, assurance)).await.unwrap();
    }
    assert_eq!(node.stored().await, 4, "each that is assured, for each of both");
    assert_eq!(there.texts(), ["1", "2"]);
    let node = node.restart().await;
    assert_eq!(node.enter("c").await.texts(), ["1", "2"]);
}

#[tokio::test]
async fn what_another_node_has_retained_is_kept_and_stored_for_sessions_here() {
    let node = Node::new(LIMITS).await;
    let (store, log, hub) = (&node.desk.store, node.desk.log.clone(), Arc::clone(&node.desk.hub));
    let limits = RetainedLimits { topics: 10, bytes: 1 << 20 };
    let retained = Retained::open(store, log, hub, limits).await.unwrap();
    let away = node.enter("c").await;
    away.subscribe("a", 1).await;
    away.leave(Vec::new());
    let said = |text: &str| {
        let said = opaque(text, Assurance::AtLeastOnce).retained();
        Publication::new(Topic::new("a").unwrap(), Content::Opaque(said))
    };
    retained.hear(said("1")).await.unwrap();
    assert_eq!(node.stored().await, 1);
    let recalled = || {
        let outbox = Outbox::new(1 << 20);
        let filter = TopicFilter::new("#").unwrap();
        let recall = retained.recall(&filter, &Subscriber::new(&outbox, 1))?;
        let publication = retained.next(&recall)?;
        let Content::Opaque(said) = publication.content() else { return None };
        String::from_utf8(said.body().to_vec()).ok()
    };
    assert_eq!(recalled().as_deref(), Some("1"));
    // The other node's word was lost that this is retained no more.
    retained.reread().await.unwrap();
    assert_eq!(recalled(), None);
    retained.hear(said("2")).await.unwrap();
    retained.hear(said("")).await.unwrap();
    node.desk.log.flush().await.unwrap();
    assert_eq!(recalled(), None);
    assert_eq!(node.enter("c").await.texts(), ["1", "2", ""]);
}

#[tokio::test]
async fn what_is_retained_is_read_again_without_undoing_what_came_since() {
    let node = Node::new(LIMITS).await;
    let (store, log, hub) = (&node.desk.store, node.desk.log.clone(), Arc::clone(&node.desk.hub));
    let limits = RetainedLimits { topics: 10, bytes: 1 << 20 };
    let here = Retained::open(store, log.clone(), Arc::clone(&hub), limits).await.unwrap();
    let there = Retained::open(store, log, Arc::default(), limits).await.unwrap();
    let said = |topic: &str, text: &str| {
        let said = opaque(text, Assurance::AtLeastOnce).retained();
        Publication::new(Topic::new(topic).unwrap(), Content::Opaque(said))
    };
    for (retained, topic, text) in [(&here, "a", "1"), (&there, "b", "2"), (&there, "a", "3")] {
        retained.admit(said(topic, text), false, None).unwrap().publish(Reply::Nobody).await.unwrap();
    }
    node.desk.log.flush().await.unwrap();
    here.reread().await.unwrap();
    let outbox = Outbox::new(1 << 20);
    let mut recall = here.recall(&TopicFilter::new("#").unwrap(), &Subscriber::new(&outbox, 1)).unwrap();
    let mut found = Vec::new();
    while let Some(publication) = here.next(&recall) {
        let Content::Opaque(said) = publication.content() else { panic!("{publication:?}") };
        found.push(String::from_utf8(said.body().to_vec()).unwrap());
        recall.pass(publication.topic());
    }
    assert_eq!(found, ["3", "2"]);
    assert_eq!(outbox.take_deliveries().0.len(), 1, "the recall itself; nobody is told of what has changed");
}

fn reader(outbox: &Arc<Outbox>) -> Consumer {
    Consumer { outbox: Arc::clone(outbox), key: 1, window: 100, wants: Wants::default() }
}

fn news() -> Durable {
    Durable { owner: uid("ann"), name: "n".into(), filter: TopicFilter::new("news").unwrap(), selector: None }
}

fn bodies(outbox: &Outbox) -> Vec<String> {
    let (deliveries, _) = outbox.take_deliveries();
    let body = |delivered: &Delivered| {
        let Delivered::Handed(said, _) = delivered else { panic!("{delivered:?}") };
        let Content::Opaque(said) = said.content() else { panic!("{said:?}") };
        String::from_utf8(said.body().to_vec()).unwrap()
    };
    deliveries.iter().map(|delivery| body(&delivery.delivered)).collect()
}

const FOR_ALL: Publishing = Publishing { stored: true, durables: true, received: None, in_turn: false };

#[tokio::test]
async fn a_durable_subscription_comes_along_with_what_it_has_collected() {
    let (dead, first_outbox, outbox) = (node_id("first"), Outbox::new(1 << 20), Outbox::new(1 << 20));
    let first = Node::first(&dead).await;
    let (second, third) = (first.beside(&node_id("second")).await, first.beside(&node_id("third")).await);
    let reading = first.queues.subscribe_durably(news(), reader(&first_outbox)).await.unwrap();
    let say = async |node: &Node, text: &str| node.publish(saying("news", text, Assurance::ExactlyOnce), FOR_ALL).await;
    say(&first, "1").await;
    say(&first, "2").await;
    let moving = second.queues.durable_elsewhere(&uid("ann"), "n").await.unwrap().unwrap();
    assert_eq!(moving.home(), Some(dead.as_str()));
    assert!(say(&second, "3").await, "it collects there already");
    first.queues.let_go_durable(&uid("ann"), "n").await.unwrap();
    assert_eq!(first_outbox.take_orders().close, Some(CloseReason::SubscriptionTakenOver));
    moving.arrive().await.unwrap();
    drop(reading);
    assert!(!say(&first, "nobody").await);
    let _reading = second.queues.subscribe_durably(news(), reader(&outbox)).await.unwrap();
    assert_eq!(bodies(&outbox), ["1", "2", "3"]);
    // It is taken from there without a word.
    third.queues.durable_elsewhere(&uid("ann"), "n").await.unwrap().unwrap().arrive().await.unwrap();
    assert_eq!((second.queues.recheck().await.unwrap(), third.queues.recheck().await.unwrap()), (1, 0));
    assert_eq!(outbox.take_orders().close, Some(CloseReason::SubscriptionTakenOver));
    assert!(!say(&second, "nobody").await && say(&third, "4").await);
    assert_eq!(third.stored().await, 4);
}

#[tokio::test]
async fn a_durable_subscription_of_a_lost_node_goes_on_at_one_other() {
    let (dead, outbox) = (node_id("dead"), Outbox::new(1 << 20));
    let first = Node::first(&dead).await;
    drop(first.queues.subscribe_durably(news(), reader(&Outbox::new(1 << 20))).await.unwrap());
    first.publish(saying("news", "1", Assurance::ExactlyOnce), FOR_ALL).await;
    first.desk.log.flush().await.unwrap();
    let second = first.beside(&node_id("second")).await;
    assert_eq!(second.queues.adopt(dead.as_str()).await.unwrap(), 1);
    assert_eq!(first.beside(&node_id("third")).await.queues.adopt(dead.as_str()).await.unwrap(), 0);
    let _reading = second.queues.subscribe_durably(news(), reader(&outbox)).await.unwrap();
    assert_eq!(bodies(&outbox), ["1"]);
}

#[tokio::test]
async fn members_on_other_nodes_have_their_turns_too() {
    let (first, second) = (node_id("first"), node_id("second"));
    let node = Node::first(&first).await;
    let client = node.visit("c").await;
    client.subscribe("$share/g/a", 1).await;
    assert_eq!(node.desk.hub.shared(), [Membership { group: "$share/g/a".into(), connected: 1, collecting: 0 }]);
    let elsewhere = Membership { group: "$share/g/a".into(), connected: 2, collecting: 0 };
    node.desk.hub.hear_shared(&second, &[elsewhere]);
    for number in 0..6 {
        node.say("a", &number.to_string()).await;
    }
    assert_eq!(client.texts().len(), 2, "a member of three has a third");
    node.desk.hub.hear_shared(&second, &[]);
    for number in 0..3 {
        node.say("a", &number.to_string()).await;
    }
    assert_eq!(client.texts(), ["0", "1", "2"], "the other node is gone");
    drop(client);
    assert!(node.desk.hub.shared().is_empty());
}
