//! What is retained, over a real store: kept, bounded, found again, and seen once by those who subscribe meanwhile.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::{
    Assurance, Content, Delivered, Hub, Opaque, Outbox, Publication, Reply, RetainError, Retained, RetainedLimits,
    Subscriber,
};
use deskwire_model::{Timestamp, Topic, TopicFilter};
use deskwire_store::Written;
use tokio::sync::oneshot;

use crate::desk::{Desk, ROOMY};

const LIMITS: RetainedLimits = RetainedLimits { topics: 1000, bytes: 1 << 20 };

async fn open(desk: &Desk, limits: RetainedLimits) -> Arc<Retained> {
    Retained::open(&desk.store, desk.log.clone(), Arc::clone(&desk.hub), limits).await.unwrap()
}

/// What the disk has, in a server that was started anew.
async fn opened_again(desk: &Desk) -> Arc<Retained> {
    let store = desk.another_store().await;
    Retained::open(&store, desk.log.clone(), Arc::new(Hub::default()), LIMITS).await.unwrap()
}

fn filter(text: &str) -> TopicFilter {
    TopicFilter::new(text).unwrap()
}

fn opaque(text: &str) -> Opaque {
    Opaque::new(Bytes::copy_from_slice(text.as_bytes()), None, Vec::new())
}

fn publication(topic: &str, said: Opaque) -> Publication {
    Publication::new(Topic::new(topic).unwrap(), Content::Opaque(said))
}

async fn keep(retained: &Arc<Retained>, topic: &str, said: Opaque) {
    let (sender, receiver) = oneshot::channel();
    let retaining = retained.admit(publication(topic, said), false, None).unwrap();
    retaining.publish(Reply::Waiter(sender)).await.unwrap();
    assert_eq!(receiver.await.unwrap(), Ok(Written::Queued(Vec::new())));
}

fn subscribe(retained: &Retained, pattern: &str) -> Arc<Outbox> {
    let outbox = Outbox::new(1 << 20);
    retained.subscribe(&filter(pattern), Subscriber::new(&outbox, 1), || ());
    outbox
}

fn text(publication: &Publication) -> String {
    let Content::Opaque(said) = publication.content() else { panic!("{publication:?}") };
    String::from_utf8(said.body().to_vec()).unwrap()
}

/// What an outbox brings, in order: texts, and whether they were retained.
fn heard(retained: &Retained, outbox: &Outbox) -> Vec<(String, bool)> {
    let mut heard = Vec::new();
    for delivery in outbox.take_deliveries().0 {
        match delivery.delivered {
            Delivered::Said(publication) => heard.push((text(&publication), false)),
            Delivered::Retained(mut recall) => {
                while let Some(publication) = retained.next(&recall) {
                    recall.pass(publication.topic());
                    heard.push((text(&publication), true));
                }
            }
            Delivered::Handed(..) | Delivered::Posted(_) => panic!("{delivery:?}"),
        }
    }
    heard
}

fn new(text: &str) -> (String, bool) {
    (text.to_owned(), false)
}

fn old(text: &str) -> (String, bool) {
    (text.to_owned(), true)
}

#[tokio::test]
async fn the_newest_of_each_topic_comes_first_and_then_what_is_said() {
    let desk = Desk::new(ROOMY).await;
    let retained = open(&desk, LIMITS).await;
    let early = subscribe(&retained, "#");
    for (topic, body) in [("a/b", "1"), ("a/c", "2"), ("a/b", "3"), ("$x/y", "4"), ("b", "5")] {
        keep(&retained, topic, opaque(body)).await;
    }
    assert_eq!(heard(&retained, &early), ["1", "2", "3", "5"].map(new), "as it was said");
    let late = subscribe(&retained, "a/+");
    desk.hub.publish(&Arc::new(publication("a/b", opaque("6"))));
    keep(&retained, "a/c", opaque("7")).await;
    assert_eq!(heard(&retained, &late), [old("3"), new("6"), new("7")], "what was replaced comes once, as new");
    assert_eq!(heard(&retained, &subscribe(&retained, "$x/#")), [old("4")]);
    assert_eq!(heard(&retained, &subscribe(&retained, "nothing/#")), []);
}

#[tokio::test]
async fn who_asks_again_gets_it_behind_what_was_said_before() {
    let desk = Desk::new(ROOMY).await;
    let retained = open(&desk, LIMITS).await;
    keep(&retained, "a", opaque("1")).await;
    let outbox = subscribe(&retained, "a");
    keep(&retained, "a", opaque("2")).await;
    retained.recall(&filter("a"), &Subscriber::new(&outbox, 1));
    keep(&retained, "b", opaque("no")).await;
    assert_eq!(heard(&retained, &outbox), [new("2"), old("2")]);
}

#[tokio::test]
async fn a_message_without_a_body_takes_it_away() {
    let desk = Desk::new(ROOMY).await;
    let retained = open(&desk, LIMITS).await;
    keep(&retained, "a", opaque("1")).await;
    let listener = subscribe(&retained, "a");
    keep(&retained, "a", opaque("")).await;
    assert_eq!(heard(&retained, &listener), [new("")], "those who listen hear it");
    assert_eq!(heard(&retained, &subscribe(&retained, "#")), []);
    let again = opened_again(&desk).await;
    assert_eq!(heard(&again, &subscribe(&again, "#")), []);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let desk = Desk::new(ROOMY).await;
    let retained = open(&desk, LIMITS).await;
    // More than are read at a time.
    for number in 0..300 {
        let retaining = retained.admit(publication(&format!("t/{number}"), opaque("x")), false, None).unwrap();
        retaining.publish(Reply::Nobody).await.unwrap();
    }
    keep(&retained, "u", opaque("y").assured(Assurance::AtMostOnce).expiring(Timestamp(i64::MAX))).await;
    let few = open(&desk, RetainedLimits { topics: 1, ..LIMITS }).await;
    assert_eq!(few.admit(publication("u", opaque("z")), false, None).err(), None, "a topic keeps its place");
    let again = opened_again(&desk).await;
    let found = subscribe(&again, "u").take_deliveries().0.pop_front().unwrap();
    let Delivered::Retained(recall) = found.delivered else { panic!("{found:?}") };
    let publication = again.next(&recall).unwrap();
    let Content::Opaque(said) = publication.content() else { panic!("{publication:?}") };
    assert_eq!((said.assurance(), said.expires()), (Assurance::AtMostOnce, Some(Timestamp(i64::MAX))));
    assert_eq!(heard(&again, &subscribe(&again, "#")).len(), 301);
}

#[tokio::test]
async fn more_than_there_may_be_is_refused() {
    let desk = Desk::new(ROOMY).await;
    let weight = 1000;
    for (limits, error) in [
        (RetainedLimits { topics: 1, ..LIMITS }, RetainError::TooMany),
        (RetainedLimits { bytes: weight, ..LIMITS }, RetainError::Full),
    ] {
        let retained = open(&desk, limits).await;
        let big = || opaque(&"x".repeat(500));
        let refused = |topic: &str| retained.admit(publication(topic, big()), false, None).err();
        let admitted = retained.admit(publication("a", big()), false, None).unwrap();
        assert_eq!(refused("b"), Some(error), "what is on its way counts");
        assert_eq!(refused("a"), Some(error).filter(|error| *error == RetainError::Full), "a topic counts once");
        drop(admitted);
        keep(&retained, "a", big()).await;
        assert_eq!(refused("b"), Some(error));
        keep(&retained, "a", big()).await;
        keep(&retained, "b", opaque("")).await;
        keep(&retained, "a", opaque("")).await;
        keep(&retained, "b", big()).await;
        assert_eq!(refused("a"), Some(error));
        keep(&retained, "b", opaque("")).await;
    }
}

#[tokio::test]
async fn what_has_expired_makes_room() {
    let desk = Desk::new(ROOMY).await;
    let retained = open(&desk, RetainedLimits { topics: 2, ..LIMITS }).await;
    keep(&retained, "a", opaque("1").expiring(Timestamp(10))).await;
    keep(&retained, "b", opaque("2").expiring(Timestamp(11))).await;
    retained.sweep(Timestamp(9)).await;
    assert_eq!(heard(&retained, &subscribe(&retained, "#")), [old("1"), old("2")]);
    retained.sweep(Timestamp(10)).await;
    keep(&retained, "c", opaque("3")).await;
    for retained in [&retained, &opened_again(&desk).await] {
        assert_eq!(heard(retained, &subscribe(retained, "#")), [old("2"), old("3")]);
    }
    retained.sweep(Timestamp(11)).await;
    assert_eq!(heard(&retained, &subscribe(&retained, "#")), [old("3")]);
}

/// Subscribers that come and go while a topic's retained message changes all the time see one change after the other, from
/// the one they begin with.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_misses_or_doubles_what_is_retained_meanwhile() {
    const CHANGES: usize = 3000;
    let desk = Desk::new(ROOMY).await;
    let retained = open(&desk, LIMITS).await;
    keep(&retained, "a/b", opaque("0")).await;
    let readers: Vec<_> = ["a/b", "#", "a/+"]
        .map(|pattern| {
            let (retained, hub) = (Arc::clone(&retained), Arc::clone(&desk.hub));
            tokio::spawn(async move { while read_a_while(&retained, &hub, pattern, CHANGES).await < CHANGES {} })
        })
        .into();
    for number in 1..=CHANGES {
        let retaining = retained.admit(publication("a/b", opaque(&number.to_string())), false, None).unwrap();
        retaining.publish(Reply::Nobody).await.unwrap();
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

/// Subscribes for a few changes, which must follow each other; returns the newest.
async fn read_a_while(retained: &Retained, hub: &Hub, pattern: &str, last: usize) -> usize {
    const FEW: usize = 4;
    let (outbox, mut numbers) = (Outbox::new(1 << 20), Vec::<usize>::new());
    let subscriber = Subscriber::new(&outbox, 1);
    retained.subscribe(&filter(pattern), subscriber.clone(), || ());
    while numbers.len() < FEW && numbers.last() != Some(&last) {
        numbers.extend(heard(retained, &outbox).iter().map(|(text, _)| text.parse::<usize>().unwrap()));
        tokio::task::yield_now().await;
    }
    hub.unsubscribe(&filter(pattern), &subscriber);
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
    numbers.last().copied().unwrap_or_default()
}
