//! Queues over a real store: what is kept, what comes back, and that nothing is lost or doubled between threads.

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use deskwire_broker::{
    Admitted, Answer, CloseReason, Consumer, Content, Delivered, Durable, DurableError, Hub, Opaque, Outbox,
    Publication, Publishing, QueueError, QueueLimits, Queues, Reply, Selector, Ticket, Wants,
};
use deskwire_model::{Topic, TopicFilter};
use deskwire_store::{QueuedId, Store, Written};
use tokio::sync::{mpsc, oneshot};

use crate::desk::{Desk, ROOMY, uid};

const LIMITS: QueueLimits = QueueLimits {
    queues: 10,
    messages: 1000,
    bytes: 1 << 20,
    total_bytes: 1 << 20,
    deliveries: 1_000_000,
    durable_per_owner: 2,
    lease: Duration::from_secs(3600),
};

async fn open(desk: &Desk, hub: &Arc<Hub>, limits: QueueLimits) -> Arc<Queues> {
    Queues::open(desk.store.clone(), desk.log.clone(), Arc::clone(hub), limits, None).await.unwrap()
}

fn topic(name: &str) -> Topic {
    Topic::new(name).unwrap()
}

fn saying(name: &str, text: &str, headers: &[(&str, &str)]) -> Publication {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let body = Bytes::copy_from_slice(text.as_bytes());
    Publication::new(topic(name), Content::Opaque(Opaque::new(body, Some("text/plain".into()), headers)))
}

/// Has a message stored, and waits for that.
async fn store(admitted: Admitted) -> Written {
    let (sender, receiver) = oneshot::channel();
    admitted.store(Reply::Waiter(sender)).await.unwrap();
    receiver.await.unwrap().unwrap()
}

const STORED: Publishing = Publishing { stored: true, durables: true, received: None, in_turn: false };

/// Publishes for a connection that nobody reads; says whether its answer comes later.
async fn publish(queues: &Queues, said: Publication, how: Publishing) -> bool {
    queues.publish(said, how, Ticket { outbox: Outbox::new(1), number: 0 }).await.unwrap()
}

fn consumer(outbox: &Arc<Outbox>) -> Consumer {
    Consumer { outbox: Arc::clone(outbox), key: 1, window: 100, wants: Wants::default() }
}

/// What is in an outbox: texts, numbers, and whether they may have come before.
fn handed(outbox: &Outbox) -> Vec<(String, u64, bool)> {
    let (deliveries, _) = outbox.take_deliveries();
    let read = |delivery: &deskwire_broker::Delivery| {
        let Delivered::Handed(publication, handover) = &delivery.delivered else { panic!("{delivery:?}") };
        let Content::Opaque(said) = publication.content() else { panic!("{delivery:?}") };
        (String::from_utf8(said.body().to_vec()).unwrap(), handover.number, handover.redelivered)
    };
    deliveries.iter().map(read).collect()
}

fn texts(outbox: &Outbox) -> Vec<String> {
    handed(outbox).into_iter().map(|(text, ..)| text).collect()
}

async fn stored(store: &Store) -> usize {
    store.queued_after(QueuedId::default(), usize::MAX).await.unwrap().len()
}

fn news(name: &str, selector: Option<&str>) -> Durable {
    let selector = selector.map(|text| (text.into(), Selector::parse(text).unwrap()));
    Durable { owner: uid("ann"), name: name.into(), filter: TopicFilter::new("news/+").unwrap(), selector }
}

#[tokio::test]
async fn a_stored_message_stays_until_it_is_consumed() {
    let desk = Desk::new(ROOMY).await;
    let queues = open(&desk, &desk.hub, LIMITS).await;
    let outbox = Outbox::new(1 << 20);
    let consumption = queues.consume(&topic("q"), consumer(&outbox)).unwrap();
    for text in ["1", "2"] {
        let written = store(queues.admit(saying("q", text, &[])).unwrap()).await;
        assert!(matches!(&written, Written::Queued(ids) if ids.len() == 1), "{written:?}");
    }
    assert_eq!(texts(&outbox), ["1", "2"]);
    consumption.settle([0]);
    desk.log.flush().await.unwrap();
    assert_eq!(stored(&desk.another_store().await).await, 1);
    drop(consumption);
    desk.log.flush().await.unwrap();
    assert_eq!(stored(&desk.another_store().await).await, 1, "what is given back is not consumed");
}

#[tokio::test]
async fn a_queue_is_rebuilt_in_order() {
    let desk = Desk::new(ROOMY).await;
    let queues = open(&desk, &desk.hub, LIMITS).await;
    for number in 0..600 {
        let admitted = queues.admit(saying(["q", "r"][number % 2], &number.to_string(), &[("n", "1")])).unwrap();
        admitted.store(Reply::Nobody).await.unwrap();
    }
    queues.admit(saying("q", "transient", &[])).unwrap().push();
    desk.log.flush().await.unwrap();

    let again = open(&desk, &Arc::new(Hub::default()), QueueLimits { messages: 300, ..LIMITS }).await;
    assert_eq!(again.admit(saying("q", "more", &[])).unwrap_err(), QueueError::Full, "what is kept counts");
    let outbox = Outbox::new(1 << 20);
    let all = Consumer { window: 1000, ..consumer(&outbox) };
    let _consumption = again.consume(&topic("q"), all).unwrap();
    let expected: Vec<_> = (0..300).map(|number| ((number * 2).to_string(), number, true)).collect();
    assert_eq!(handed(&outbox), expected);
}

#[tokio::test]
async fn a_place_that_is_not_used_is_given_up() {
    let desk = Desk::new(ROOMY).await;
    let weight = saying("q", "1", &[]).weight();
    for limits in [
        QueueLimits { messages: 1, ..LIMITS },
        QueueLimits { bytes: weight, ..LIMITS },
        QueueLimits { total_bytes: weight, ..LIMITS },
    ] {
        let queues = open(&desk, &desk.hub, limits).await;
        let first = queues.admit(saying("q", "1", &[])).unwrap();
        assert_eq!(queues.admit(saying("q", "2", &[])).unwrap_err(), QueueError::Full);
        drop(first);
        queues.admit(saying("q", "3", &[])).unwrap().push();
        assert_eq!(queues.admit(saying("q", "4", &[])).unwrap_err(), QueueError::Full);
    }
    let queues = open(&desk, &desk.hub, QueueLimits { queues: 1, ..LIMITS }).await;
    let first = queues.admit(saying("q", "1", &[])).unwrap();
    assert_eq!(queues.admit(saying("r", "1", &[])).unwrap_err(), QueueError::TooMany);
    drop(first);
    drop(queues.admit(saying("r", "1", &[])).unwrap());
    assert!(queues.consume(&topic("q"), consumer(&Outbox::new(1))).is_ok(), "empty queues are forgotten");
}

#[tokio::test]
async fn what_is_pushed_in_turn_stands_behind_what_is_stored() {
    let desk = Desk::new(ROOMY).await;
    let queues = open(&desk, &desk.hub, LIMITS).await;
    let outbox = Outbox::new(1 << 20);
    let _consumption = queues.consume(&topic("q"), consumer(&outbox)).unwrap();
    for number in 0..9_u64 {
        let admitted = queues.admit(saying("q", &number.to_string(), &[])).unwrap();
        match number % 2 {
            0 => admitted.store(Reply::Nobody).await.unwrap(),
            _ => admitted.push_in_turn(Ticket { outbox: Arc::clone(&outbox), number }).await.unwrap(),
        }
    }
    desk.log.flush().await.unwrap();
    assert_eq!(texts(&outbox), ["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    let answered = outbox.take_answers().into_iter().map(|answer| match answer {
        Answer::HandedOn { ticket } => ticket,
        other => panic!("{other:?}"),
    });
    assert_eq!(answered.collect::<Vec<_>>(), [1, 3, 5, 7], "each is told when it is there");
}

#[tokio::test]
async fn a_durable_subscription_collects_across_restarts() {
    let desk = Desk::new(ROOMY).await;
    let queues = open(&desk, &desk.hub, LIMITS).await;
    assert!(!publish(&queues, saying("news/a", "0", &[]), STORED).await, "nobody collects it");
    let outbox = Outbox::new(1 << 20);
    drop(queues.subscribe_durably(news("n", Some("kind = 'x'")), consumer(&outbox)).await.unwrap());
    for (text, kind) in [("1", "x"), ("2", "y"), ("3", "x")] {
        let said = saying("news/a", text, &[("kind", kind)]);
        assert_eq!(publish(&queues, said, STORED).await, kind == "x");
    }
    desk.hub.publish(&Arc::new(saying("news/b", "transient", &[("kind", "x")])));
    desk.log.flush().await.unwrap();
    let back = queues.subscribe_durably(news("n", Some("kind = 'x'")), consumer(&outbox)).await.unwrap();
    assert_eq!(texts(&outbox), ["transient", "1", "3"], "in the order in which they were there");
    back.settle([1]);
    desk.log.flush().await.unwrap();

    let hub = Arc::new(Hub::default());
    let again = open(&desk, &hub, LIMITS).await;
    hub.publish(&Arc::new(saying("news/b", "new", &[("kind", "x")])));
    let other = Outbox::new(1 << 20);
    let _resumed = again.subscribe_durably(news("n", Some("kind = 'x'")), consumer(&other)).await.unwrap();
    assert_eq!(texts(&other), ["3", "new"]);
    let _anew = again.subscribe_durably(news("n", None), consumer(&outbox)).await.unwrap();
    assert_eq!(texts(&outbox), [""; 0]);
    assert!(other.take_orders().close.is_some(), "it is taken over");
    desk.log.flush().await.unwrap();
    assert_eq!(stored(&desk.store).await, 0);
}

#[tokio::test]
async fn durable_subscriptions_have_one_consumer_and_a_bound() {
    let desk = Desk::new(ROOMY).await;
    let queues = open(&desk, &desk.hub, LIMITS).await;
    let outbox = Outbox::new(1 << 20);
    let first = queues.subscribe_durably(news("n", None), consumer(&outbox)).await.unwrap();
    let own = queues.subscribe_durably(news("n", None), consumer(&outbox)).await;
    assert!(matches!(own, Err(DurableError::InUse)));
    desk.hub.publish(&Arc::new(saying("news/a", "1", &[])));
    assert_eq!(texts(&outbox), ["1"]);
    let other = Outbox::new(1 << 20);
    let _second = queues.subscribe_durably(news("n", None), consumer(&other)).await.unwrap();
    assert_eq!(handed(&other), [("1".to_owned(), 0, true)]);
    first.settle([0]);
    drop(first);
    desk.hub.publish(&Arc::new(saying("news/a", "2", &[])));
    assert_eq!((texts(&other), texts(&outbox).len()), (vec!["2".to_owned()], 0));

    drop(queues.subscribe_durably(news("m", None), consumer(&outbox)).await.unwrap());
    let third = queues.subscribe_durably(news("o", None), consumer(&outbox)).await;
    assert!(matches!(third, Err(DurableError::TooManyOfOwner)));
    queues.unsubscribe_durably(&uid("ann"), "m", &outbox).await.unwrap();
    queues.unsubscribe_durably(&uid("ann"), "m", &outbox).await.unwrap();
    queues.unsubscribe_durably(&uid("bob"), "n", &outbox).await.unwrap();
    drop(queues.subscribe_durably(news("o", None), consumer(&outbox)).await.unwrap());
    assert_eq!(desk.store.durable_subscriptions().await.unwrap().len(), 2);
}

#[tokio::test]
async fn who_has_a_durable_subscription_hears_that_it_is_forgotten() {
    let desk = Desk::new(ROOMY).await;
    let queues = open(&desk, &desk.hub, LIMITS).await;
    let (reader, other) = (Outbox::new(1 << 20), Outbox::new(1 << 20));
    let consumption = queues.subscribe_durably(news("n", None), consumer(&reader)).await.unwrap();
    let own = queues.unsubscribe_durably(&uid("ann"), "n", &reader).await;
    assert!(matches!(own, Err(DurableError::InUse)), "it has it under another name");
    desk.hub.publish(&Arc::new(saying("news/a", "1", &[])));
    assert_eq!((texts(&reader), reader.take_orders().close), (vec!["1".to_owned()], None));
    queues.unsubscribe_durably(&uid("ann"), "n", &other).await.unwrap();
    assert_eq!(reader.take_orders().close, Some(CloseReason::SubscriptionForgotten));
    drop(consumption);
    desk.hub.publish(&Arc::new(saying("news/a", "2", &[])));
    let _anew = queues.subscribe_durably(news("n", None), consumer(&other)).await.unwrap();
    assert_eq!(texts(&other).len(), 0);
}

#[tokio::test]
async fn who_is_gone_collects_nothing() {
    let desk = Desk::new(ROOMY).await;
    let queues = open(&desk, &desk.hub, LIMITS).await;
    let outbox = Outbox::new(1 << 20);
    for name in ["m", "n"] {
        drop(queues.subscribe_durably(news(name, None), consumer(&outbox)).await.unwrap());
    }
    let others = Durable { owner: uid("bob"), ..news("n", None) };
    drop(queues.subscribe_durably(others, consumer(&outbox)).await.unwrap());
    queues.forget_durables_of(&uid("ann")).await.unwrap();
    queues.forget_durables_of(&uid("ann")).await.unwrap();
    let kept = desk.store.durable_subscriptions().await.unwrap();
    assert_eq!(kept.iter().map(|durable| durable.owner.as_str()).collect::<Vec<_>>(), ["bob"]);
    publish(&queues, saying("news/a", "1", &[]), STORED).await;
    desk.log.flush().await.unwrap();
    assert_eq!(stored(&desk.store).await, 1);
}

fn millis() -> u128 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis()
}

#[tokio::test]
async fn no_two_queues_have_one_number_across_restarts() {
    let desk = Desk::new(ROOMY).await;
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let queues = open(&desk, &Arc::new(Hub::default()), LIMITS).await;
        for name in ["q", "r"] {
            numbers.push(queues.consume(&topic(name), consumer(&Outbox::new(1))).unwrap().queue());
        }
        // Numbers begin with the time in milliseconds, and no restart is quicker than one.
        let now = millis();
        while millis() == now {
            tokio::task::yield_now().await;
        }
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
}

/// Consumes until told that all is done: settles most, refuses some, goes away and comes back.
async fn consume_for_a_while(queues: Arc<Queues>, done: mpsc::UnboundedSender<String>, number: usize) {
    let mut taken = 0;
    loop {
        let outbox = Outbox::new(2000);
        let consumption = queues.consume(&topic("q"), Consumer { window: 7, ..consumer(&outbox) }).unwrap();
        for _ in 0..20 + number {
            poll_fn(|cx| outbox.poll_ready(cx, true, false)).await;
            let (deliveries, lagging) = outbox.take_deliveries();
            if !lagging.is_empty() {
                consumption.refill();
            }
            for delivery in deliveries {
                taken += 1;
                let Delivered::Handed(publication, handover) = &delivery.delivered else { panic!("{delivery:?}") };
                let Content::Opaque(said) = publication.content() else { panic!("{delivery:?}") };
                if taken % 5 == number {
                    consumption.refuse([handover.number]);
                } else {
                    let text = String::from_utf8(said.body().to_vec()).unwrap();
                    consumption.settle([handover.number]);
                    if done.send(text).is_err() {
                        return;
                    }
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_many_consume_is_consumed_once() {
    const SENDERS: usize = 3;
    const EACH: usize = 200;
    let desk = Desk::new(ROOMY).await;
    let queues = open(&desk, &desk.hub, LIMITS).await;
    let (done, mut consumed) = mpsc::unbounded_channel();
    let consumers: Vec<_> =
        (0..4).map(|number| tokio::spawn(consume_for_a_while(Arc::clone(&queues), done.clone(), number))).collect();
    for sender in 0..SENDERS {
        let queues = Arc::clone(&queues);
        tokio::spawn(async move {
            for number in 0..EACH {
                let admitted = queues.admit(saying("q", &format!("{sender}-{number}"), &[])).unwrap();
                if number % 3 == 0 {
                    admitted.store(Reply::Nobody).await.unwrap();
                } else {
                    let ticket = Ticket { outbox: Outbox::new(1), number: 0 };
                    admitted.push_in_turn(ticket).await.unwrap();
                }
            }
        });
    }
    let mut times = HashMap::new();
    for _ in 0..SENDERS * EACH {
        *times.entry(consumed.recv().await.unwrap()).or_insert(0) += 1;
    }
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    consumers.iter().for_each(tokio::task::JoinHandle::abort);
    for consumer in consumers {
        assert!(consumer.await.is_err(), "it was still waiting");
    }
    assert!(consumed.try_recv().is_err(), "nothing came twice");
    desk.log.flush().await.unwrap();
    assert_eq!(stored(&desk.store).await, 0);
}

/// Reads a durable subscription on one connection after the other, each taking over from one that has not settled all;
/// returns what was consumed, in order.
async fn read_in_turns(queues: Arc<Queues>, last: String) -> Vec<String> {
    let mut consumed: Vec<String> = Vec::new();
    let mut left_behind = None;
    for turn in 0.. {
        let outbox = Outbox::new(2000);
        let narrow = Consumer { window: 5, ..consumer(&outbox) };
        let consumption = queues.subscribe_durably(news("n", None), narrow).await.unwrap();
        // Only now the connection before this one goes.
        drop(left_behind.take());
        for _ in 0..turn % 7 {
            poll_fn(|cx| outbox.poll_ready(cx, true, false)).await;
            let taken = handed(&outbox);
            consumption.refill();
            // The last of them are on their way when the next connection comes.
            for (text, number, _) in taken.iter().take(1 + taken.len() / 2) {
                consumption.settle([*number]);
                consumed.push(text.clone());
                if *text == last {
                    return consumed;
                }
            }
            if taken.len() > 1 {
                break;
            }
        }
        left_behind = Some(consumption);
    }
    consumed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_durable_subscription_loses_and_repeats_nothing_between_its_connections() {
    const MESSAGES: u64 = 500;
    let desk = Desk::new(ROOMY).await;
    let queues = open(&desk, &desk.hub, LIMITS).await;
    drop(queues.subscribe_durably(news("n", None), consumer(&Outbox::new(1))).await.unwrap());
    let reader = tokio::spawn(read_in_turns(Arc::clone(&queues), (MESSAGES - 1).to_string()));
    for number in 0..MESSAGES {
        let said = saying("news/a", &number.to_string(), &[]);
        let how = if number % 3 == 0 { STORED } else { Publishing { in_turn: true, ..Publishing::default() } };
        assert!(publish(&queues, said, how).await);
    }
    let expected: Vec<_> = (0..MESSAGES).map(|number| number.to_string()).collect();
    assert_eq!(reader.await.unwrap(), expected);
    desk.log.flush().await.unwrap();
    assert_eq!(stored(&desk.store).await, 0);
}
