//! Mailboxes over a real store: what comes to them, and what a restart keeps.

use std::sync::Arc;

use deskwire_broker::{
    Assurance, Content, Handed, MailboxLimits, Outbox, Overflow, Publication, Publishing, Retained, RetainedLimits,
    SavedMailbox, Subscriber, Takes, Ticket,
};
use deskwire_model::{Timestamp, Topic, TopicFilter};
use deskwire_store::Received;

use crate::mqtt::{Came, Client, FOR_EVER, LIMITS, Node, STORED, noted, opaque, saying, subscription};

const TRANSIENT: Publishing = Publishing { stored: false, durables: false, received: None, in_turn: false };

fn handed(number: u64, packet_id: u16, received: bool) -> Handed {
    Handed { number, packet_id, qos: 2, received }
}

fn numbers(client: &Client) -> Vec<(String, bool)> {
    client.came().into_iter().map(|came| (came.text, came.redelivered)).collect()
}

#[tokio::test]
async fn a_restart_keeps_what_waits_and_what_is_in_flight_in_order() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    assert!(!client.existed && client.mailbox.is_durable());
    client.subscribe("a/+", 2).await;
    for text in ["1", "2", "3", "4"] {
        node.say("a/b", text).await;
    }
    let came = client.came();
    let first = Came { text: "1".into(), number: Some(1), redelivered: false, stored: true, via: None };
    assert_eq!((&came[0], came.len()), (&first, 4));
    assert!(noted(|reply| client.mailbox.reserve(&[(2, 20), (3, 30), (9, 90)], reply)).await);
    assert!(noted(|reply| client.mailbox.received(2, 20, reply)).await);
    client.mailbox.settle(1);
    client.leave(vec![handed(2, 20, true), handed(3, 30, false), handed(4, 40, false)]);

    let node = node.restart().await;
    let client = node.try_enter("c", |_| ()).await.unwrap();
    assert!(client.existed);
    assert_eq!(client.subscriptions, [subscription("a/+", 2)]);
    assert_eq!(client.saved.inflight, [handed(1, 20, true), handed(2, 30, false)], "QoS 2 is what the store has");
    assert_eq!(client.texts(), [""; 0]);
    client.mailbox.begin(|| ());
    node.say("a/b", "5").await;
    assert_eq!(numbers(&client), [("3".into(), true), ("4".into(), false), ("5".into(), false)]);
    (1..=4).for_each(|number| client.mailbox.settle(number));
    assert_eq!(node.stored().await, 0);
}

#[tokio::test]
async fn what_a_connection_left_in_memory_comes_again_under_its_packet_id() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    client.subscribe("a", 1).await;
    for text in ["1", "2", "3"] {
        node.say("a", text).await;
    }
    assert_eq!(client.texts().len(), 3);
    let inflight = vec![Handed { qos: 1, ..handed(2, 20, false) }];
    client.leave(inflight.clone());
    node.say("a", "4").await;
    let client = node.enter("c").await;
    assert_eq!(client.saved.inflight, inflight);
    let expected = [("2", true), ("1", false), ("3", false), ("4", false)];
    assert_eq!(numbers(&client), expected.map(|(text, again)| (text.to_owned(), again)));
}

#[tokio::test]
async fn packet_ids_of_the_client_are_kept_until_they_are_released() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    for packet_id in [7, 8] {
        let received = client.mailbox.received_mark(packet_id);
        let unheard = saying("a", "1", Assurance::ExactlyOnce);
        assert!(node.publish(unheard, Publishing { received, ..STORED }).await, "nobody listens, and still");
    }
    assert!(noted(|reply| client.mailbox.release(8, reply)).await);
    drop(client);
    let node = node.restart().await;
    let client = node.enter("c").await;
    assert_eq!(client.saved.unreleased, [7]);
    drop(client);
    assert_eq!(node.enter("c").await.saved.unreleased, [7], "a connection that says nothing has released nothing");

    let visitor = node.visit("v").await;
    assert_eq!(visitor.mailbox.received_mark(7), None::<Received>);
    assert!(!noted(|reply| visitor.mailbox.release(7, reply)).await);
}

/// The client sends it again under its identifier, and that must be known for a repeat.
#[tokio::test]
async fn a_connection_that_ends_before_it_hears_of_a_commit_leaves_the_packet_id_all_the_same() {
    let node = Node::new(LIMITS).await;
    let publisher = node.enter("p").await;
    for packet_id in [7, 8] {
        let how = Publishing { received: publisher.mailbox.received_mark(packet_id), ..STORED };
        let ticket = Ticket { outbox: Arc::clone(&publisher.outbox), number: 1 };
        let pending = node.queues.publish(saying("a", "1", Assurance::ExactlyOnce), how, ticket).await.unwrap();
        assert!(pending && publisher.outbox.take_answers().is_empty(), "it is not on disk yet");
    }
    let saved = SavedMailbox { unreleased: vec![3, 8], ..SavedMailbox::default() };
    publisher.mailbox.leave(saved, FOR_EVER, Timestamp(0));
    assert_eq!(node.enter("p").await.saved.unreleased, [3, 7, 8]);
}

/// PUBCOMP sets the identifier free before the store forgets the message. After a crash in between the store has two.
#[tokio::test]
async fn a_packet_id_that_was_given_twice_belongs_to_the_later_message() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    client.subscribe("a", 2).await;
    for text in ["1", "2", "3"] {
        node.say("a", text).await;
    }
    for handed in [[(1, 5)], [(2, 6)], [(3, 5)]] {
        assert!(noted(|reply| client.mailbox.reserve(&handed, reply)).await);
    }
    assert!(noted(|reply| client.mailbox.received(1, 5, reply)).await);
    let node = node.restart().await;
    let client = node.enter("c").await;
    assert_eq!(client.saved.inflight, [handed(2, 6, false), handed(3, 5, false)]);
    assert_eq!(client.texts(), ["2", "3"]);
    assert_eq!(node.stored().await, 2);
}

#[tokio::test]
async fn what_was_sent_comes_again_in_front_of_what_is_retained_and_does_not_wait_for_room() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    client.subscribe("a", 1).await;
    for text in ["1", "2", "3"] {
        node.say("a", text).await;
    }
    assert_eq!(client.texts().len(), 3);
    let sent = |number| Handed { qos: 1, ..handed(number, 10, false) };
    client.leave(vec![sent(1), sent(2)]);
    let narrow = Outbox::new(1);
    let entered = node.try_enter("c", |entering| entering.outbox = Box::leak(Box::new(Arc::clone(&narrow)))).await;
    let client = Client { outbox: narrow, ..entered.unwrap() };
    let retained = Arc::new(saying("b", "retained", Assurance::AtMostOnce));
    client.mailbox.begin(|| client.outbox.deliver(1, &retained));
    assert_eq!(client.texts(), ["1", "2", "retained"]);
    client.mailbox.refill();
    assert_eq!(client.texts(), ["3"]);
}

#[tokio::test]
async fn a_subscription_that_collects_nothing_is_the_sessions_all_the_same() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    let log = subscription("org/agent/c", 1);
    client.mailbox.save(&log).await.unwrap();
    client.leave(Vec::new());
    let client = node.enter("c").await;
    assert_eq!(client.subscriptions, [log]);
    assert!(client.mailbox.unsubscribe("org/agent/c").await.unwrap());
    client.leave(Vec::new());
    assert_eq!(node.restart().await.enter("c").await.subscriptions, []);
}

#[tokio::test]
async fn what_is_assured_comes_once_and_the_rest_straight_from_the_hub() {
    let node = Node::new(LIMITS).await;
    let client = node.visit("c").await;
    for (filter, options) in [("a/+", 1), ("a/b", 2), ("#", 0)] {
        client.subscribe(filter, options).await;
    }
    let outbox = Arc::clone(&client.outbox);
    let subscriber = Subscriber { outbox, key: 1, takes: Takes::Unassured, overflow: Overflow::Drop };
    node.desk.hub.subscribe(&TopicFilter::new("a/+").unwrap(), subscriber);
    for (text, assurance) in [("0", Assurance::AtMostOnce), ("1", Assurance::AtLeastOnce)] {
        assert!(!node.publish(saying("a/b", text, assurance), STORED).await, "nobody needs it stored");
    }
    node.publish(saying("b", "only by #", Assurance::AtLeastOnce), STORED).await;
    let came: Vec<_> = client.came().into_iter().map(|came| (came.text, came.number)).collect();
    assert_eq!(came, [("0".to_owned(), None), ("1".to_owned(), Some(1))]);

    let counted = Arc::new(saying("a/b", "counted", Assurance::AtLeastOnce));
    assert_eq!((node.desk.hub.publish_counting(&counted), client.texts().len()), (1, 1));

    client.mailbox.unsubscribe("a/b").await.unwrap();
    client.subscribe("a/+", 0).await;
    node.publish(saying("a/b", "2", Assurance::AtLeastOnce), STORED).await;
    assert_eq!(client.texts(), [""; 0], "the mailbox collects no more");
}

#[tokio::test]
async fn nobody_hears_himself_where_he_does_not_want_to() {
    const NO_LOCAL: u8 = 0b100;
    let node = Node::new(LIMITS).await;
    let (own, other) = (node.enter("own").await, node.enter("other").await);
    for client in [&own, &other] {
        client.subscribe("a", 1 | NO_LOCAL).await;
    }
    let mine = || {
        let said = opaque("mine", Assurance::AtLeastOnce).said_by(own.origin);
        Publication::new(Topic::new("a").unwrap(), Content::Opaque(said))
    };
    let (first, second, third) = (mine(), mine(), mine());
    node.publish(first, STORED).await;
    assert_eq!(own.texts(), [""; 0]);
    own.leave(Vec::new());
    node.publish(second, STORED).await;
    let own = node.enter("own").await;
    node.publish(third, STORED).await;
    assert_eq!(own.texts(), [""; 0], "it is his whatever connection he has by now");
    assert_eq!((other.texts(), node.stored().await), (vec!["mine".to_owned(); 3], 3));
}

#[tokio::test]
async fn what_is_transient_waits_in_memory_alone() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    client.subscribe("a", 2).await;
    client.leave(Vec::new());
    assert!(!node.publish(saying("a", "1", Assurance::ExactlyOnce), TRANSIENT).await);
    node.say("a", "2").await;
    let client = node.enter("c").await;
    let came: Vec<_> = client.came().into_iter().map(|came| (came.text, came.stored)).collect();
    assert_eq!(came, [("1".to_owned(), false), ("2".to_owned(), true)]);
    assert!(!noted(|reply| client.mailbox.reserve(&[(1, 10)], reply)).await, "it has no place for a packet id");
    client.leave(Vec::new());
    assert_eq!(node.restart().await.enter("c").await.texts(), ["2"]);
}

/// Between the collecting and the commit of a message, whoever comes gets it all the same, and what was stored for who
/// goes is forgotten.
#[tokio::test]
async fn who_subscribes_before_the_commit_gets_it_unstored() {
    let node = Node::new(LIMITS).await;
    let limits = RetainedLimits { topics: 9, bytes: 9999 };
    let (store, log, hub) = (&node.desk.store, node.desk.log.clone(), Arc::clone(&node.desk.hub));
    let retained = Retained::open(store, log, hub, limits).await.unwrap();
    let (early, late) = (node.enter("early").await, node.enter("late").await);
    early.subscribe("a", 1).await;
    let message = saying("a", "1", Assurance::AtLeastOnce);
    let retaining = retained.admit(message, false, None).unwrap();
    early.mailbox.unsubscribe("a").await.unwrap();
    late.subscribe("a", 1).await;
    retaining.publish(deskwire_broker::Reply::Nobody).await.unwrap();
    assert_eq!(node.stored().await, 0);
    assert_eq!(early.texts(), [""; 0]);
    let came = late.came();
    assert_eq!((came.len(), came[0].stored), (1, false));
}

#[tokio::test]
async fn a_subscription_begins_with_what_is_retained_in_one_step() {
    let node = Node::new(LIMITS).await;
    let limits = RetainedLimits { topics: 9, bytes: 9999 };
    let (store, log, hub) = (&node.desk.store, node.desk.log.clone(), Arc::clone(&node.desk.hub));
    let retained = Retained::open(store, log, hub, limits).await.unwrap();
    let client = node.enter("c").await;
    let subscriber =
        Subscriber { takes: Takes::Unassured, overflow: Overflow::Drop, ..Subscriber::new(&client.outbox, 1) };
    let wanted = subscription("a", 1);
    retained.subscribe(&TopicFilter::new("a").unwrap(), subscriber, || {
        client.mailbox.subscribe(&wanted, 1);
    });
    let retaining = retained.admit(saying("a", "1", Assurance::AtLeastOnce), false, None).unwrap();
    retaining.publish(deskwire_broker::Reply::Nobody).await.unwrap();
    node.desk.log.flush().await.unwrap();
    let came = client.came();
    assert_eq!((came.len(), came[0].stored), (1, true), "stored for the session, and retained");
}

#[tokio::test]
async fn a_full_mailbox_loses_its_oldest_in_the_store_too() {
    let weight = saying("a", "1", Assurance::AtLeastOnce).weight();
    for limits in [
        MailboxLimits { messages: 2, ..LIMITS },
        MailboxLimits { bytes: weight * 2, ..LIMITS },
        MailboxLimits { total_bytes: weight * 2, ..LIMITS },
    ] {
        let node = Node::new(limits).await;
        let client = node.enter("c").await;
        client.subscribe("a", 1).await;
        client.leave(Vec::new());
        for text in ["1", "2", "3"] {
            node.say("a", text).await;
        }
        assert_eq!(node.stored().await, 2);
        assert_eq!(node.enter("c").await.texts(), ["2", "3"]);
    }
}

#[tokio::test]
async fn a_reader_without_room_asks_for_more() {
    let node = Node::new(MailboxLimits { bytes: 1 << 22, total_bytes: 1 << 22, ..LIMITS }).await;
    let client = node.enter("c").await;
    client.subscribe("a", 1).await;
    let long = "x".repeat(1 << 19);
    for _ in 0..2 {
        node.say("a", &long).await;
    }
    let (deliveries, lagging) = client.outbox.take_deliveries();
    assert_eq!((deliveries.len(), lagging), (1, vec![deskwire_broker::mailboxes::MAILBOX]));
    client.mailbox.refill();
    assert_eq!(client.texts(), [long]);
}

#[tokio::test]
async fn what_came_another_way_takes_a_place_in_the_window() {
    let node = Node::new(LIMITS).await;
    let client = node.try_enter("c", |entering| entering.window = 1).await.unwrap();
    client.mailbox.begin(|| ());
    client.subscribe("a", 1).await;
    let number = client.mailbox.adopt(Arc::new(saying("r", "retained", Assurance::AtLeastOnce)));
    node.say("a", "1").await;
    assert_eq!(client.texts(), [""; 0]);
    client.mailbox.settle(number);
    assert_eq!(client.texts(), ["1"]);
}

#[tokio::test]
async fn one_publisher_is_heard_in_order_whatever_is_stored() {
    const MESSAGES: usize = 300;
    let node = Node::new(LIMITS).await;
    let client = node.try_enter("c", |entering| entering.window = MESSAGES).await.unwrap();
    client.mailbox.begin(|| ());
    client.subscribe("a", 1).await;
    for number in 0..MESSAGES {
        let said = saying("a", &number.to_string(), Assurance::AtLeastOnce);
        let how = if number % 3 == 0 { STORED } else { Publishing { in_turn: true, ..TRANSIENT } };
        let ticket = deskwire_broker::Ticket { outbox: deskwire_broker::Outbox::new(1), number: 0 };
        assert!(node.queues.publish(said, how, ticket).await.unwrap());
    }
    node.queues.publish_in_the_background(saying("a", "will", Assurance::AtLeastOnce), true);
    assert_eq!(node.stored().await, MESSAGES / 3 + 1);
    let mut expected: Vec<_> = (0..MESSAGES).map(|number| number.to_string()).collect();
    expected.push("will".to_owned());
    let mut came = client.texts();
    client.mailbox.settle(1);
    came.extend(client.texts());
    assert_eq!(came, expected);
}
