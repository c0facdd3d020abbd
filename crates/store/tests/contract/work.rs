//! Work queues that several nodes share.

use std::time::Duration;

use deskwire_model::{Timestamp, Topic};
use deskwire_store::{
    NewQueued, QueueRef, QueuedId, QueuedMessage, ReturnedWork, Store, WaitingWork, WorkElsewhere, Write, Written,
};

use crate::Backend;

const LONG: Duration = Duration::from_secs(3600);
const NOW: Timestamp = Timestamp(1000);
const ORIGIN: Option<u64> = Some(u64::MAX);

fn jobs() -> Topic {
    Topic::new("queue/jobs").unwrap()
}

/// Says `text`, at home at `home`, or for anybody.
async fn say(store: &Store, queue: QueueRef, text: &str, expires: Option<i64>) -> QueuedId {
    let message = QueuedMessage {
        body: text.to_owned().into(),
        expires: expires.map(Timestamp),
        origin: ORIGIN,
        ..QueuedMessage::default()
    };
    let new = NewQueued { topic: jobs(), queues: vec![queue], message, received: None };
    match store.commit(vec![Write::Enqueue(new)]).await.unwrap().remove(0) {
        Written::Queued(ids) => ids[0].unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn say_at(store: &Store, home: Option<&str>, text: &str) -> QueuedId {
    say(store, QueueRef::WorkAt(home.map(Into::into)), text, None).await
}

async fn settle(store: &Store, home: &str, messages: Vec<QueuedId>) -> usize {
    match store.commit(vec![Write::Settle { home: home.into(), messages }]).await.unwrap()[0] {
        Written::Settled { lost } => lost,
        ref other => panic!("{other:?}"),
    }
}

/// What waits: texts, and how often each was refused, if somebody has had it.
async fn waiting(store: &Store) -> Vec<(String, Option<u32>)> {
    let found = store.waiting_work(&jobs(), QueuedId::default(), NOW, 99).await.unwrap();
    let text = |WaitingWork { queued, refusals }: WaitingWork| {
        (String::from_utf8(queued.message.body.into()).unwrap(), refusals)
    };
    found.into_iter().map(text).collect()
}

fn never(texts: &[&str]) -> Vec<(String, Option<u32>)> {
    texts.iter().map(|text| ((*text).to_owned(), None)).collect()
}

pub(crate) async fn waiting_work_is_claimed_by_one_home(backend: &impl Backend) {
    let store = backend.open().await;
    let first = say_at(&store, None, "1").await;
    say_at(&store, Some("one~1"), "at one").await;
    let second = say_at(&store, None, "2").await;
    assert_eq!(waiting(&store).await, never(&["1", "2"]));
    let next = store.waiting_work(&jobs(), first, NOW, 9).await.unwrap().remove(0).queued;
    assert_eq!((next.id, next.message.origin), (second, ORIGIN));
    assert_eq!(store.waiting_work(&jobs(), QueuedId::default(), NOW, 1).await.unwrap()[0].queued.id, first);
    assert_eq!(store.claim_work(vec![first], "one~1").await.unwrap(), [first]);
    assert_eq!(store.claim_work(vec![first, second, QueuedId(999)], "two~1").await.unwrap(), [second]);
    assert!(waiting(&store).await.is_empty());
    assert!(store.work_waits_in(vec![jobs()]).await.unwrap().is_empty());

    let back = |id, refusals| ReturnedWork { id, refusals };
    store.return_work(vec![back(first, Some(2)), back(second, None)], "one~1").await.unwrap();
    assert_eq!(waiting(&store).await, [("1".to_owned(), Some(2))], "the other one is at another home");
    store.return_work(vec![back(second, None)], "two~1").await.unwrap();
    assert_eq!(waiting(&store).await, [("1".to_owned(), Some(2)), ("2".to_owned(), None)]);
    assert_eq!(store.work_waits_in(vec![Topic::new("queue/other").unwrap(), jobs()]).await.unwrap(), [jobs()]);
}

pub(crate) async fn work_is_settled_from_its_home_alone(backend: &impl Backend) {
    let store = backend.open().await;
    let (here, elsewhere) = (say_at(&store, Some("one~1"), "1").await, say_at(&store, Some("two~1"), "2").await);
    let waits = say_at(&store, None, "3").await;
    assert_eq!(settle(&store, "one~1", vec![here, elsewhere, waits]).await, 2);
    assert_eq!(settle(&store, "one~1", vec![here]).await, 0, "what is gone is gone for whoever says so");
    let left = store.queued_after(QueuedId::default(), 9).await.unwrap();
    assert_eq!(left.iter().map(|queued| queued.id).collect::<Vec<_>>(), [elsewhere, waits]);
}

pub(crate) async fn work_is_released_when_the_lease_of_its_home_is_over(backend: &impl Backend) {
    let store = backend.open().await;
    store.begin_work_home("live~1", LONG).await.unwrap();
    store.begin_work_home("late~1", Duration::ZERO).await.unwrap();
    store.begin_work_home("back~1", Duration::ZERO).await.unwrap();
    for home in ["live~1", "late~1", "back~1", "unknown~1"] {
        say_at(&store, Some(home), home).await;
    }
    assert!(store.hold_work_home("back~1", LONG).await.unwrap(), "nobody has taken anything yet");
    assert_eq!(store.release_lost_work().await.unwrap(), 2);
    assert_eq!(store.release_lost_work().await.unwrap(), 0);
    assert_eq!(waiting(&store).await, [("late~1".to_owned(), Some(0)), ("unknown~1".to_owned(), Some(0))]);
    assert!(!store.hold_work_home("late~1", LONG).await.unwrap(), "it is gone for ever");
    assert!(store.hold_work_home("live~1", LONG).await.unwrap());
}

pub(crate) async fn work_of_homes_that_end_waits_for_others(backend: &impl Backend) {
    let store = backend.open().await;
    for home in ["one~1", "one~1.1", "one-more~1", "two~1"] {
        store.begin_work_home(home, LONG).await.unwrap();
        say_at(&store, Some(home), home).await;
    }
    store.end_work_homes_of("one").await.unwrap();
    assert_eq!(waiting(&store).await, [("one~1".to_owned(), Some(0)), ("one~1.1".to_owned(), Some(0))]);
    store.end_work_home("two~1").await.unwrap();
    assert_eq!(waiting(&store).await.len(), 3);
    for (home, held) in [("one~1", false), ("one~1.1", false), ("two~1", false), ("one-more~1", true)] {
        assert_eq!(store.hold_work_home(home, LONG).await.unwrap(), held, "{home}");
    }
}

pub(crate) async fn work_is_counted_and_expires(backend: &impl Backend) {
    let store = backend.open().await;
    say_at(&store, Some("one~1"), "here").await;
    say_at(&store, Some("two~1"), "there").await;
    say(&store, QueueRef::WorkAt(None), "over", Some(NOW.0)).await;
    say(&store, QueueRef::WorkAt(None), "later", Some(NOW.0 + 1)).await;
    say(&store, QueueRef::Work, "of a node that was alone", None).await;
    let elsewhere = store.work_elsewhere("one~1").await.unwrap();
    let bytes = "there".len() + "over".len() + "later".len() + "of a node that was alone".len();
    assert_eq!(elsewhere, [WorkElsewhere { topic: jobs(), messages: 4, bytes }]);
    let expected = [("later".to_owned(), None), ("of a node that was alone".to_owned(), Some(0))];
    assert_eq!(waiting(&store).await, expected);
    assert_eq!(store.forget_expired_work(NOW, 9).await.unwrap(), 1);
    assert_eq!(store.forget_expired_work(NOW, 9).await.unwrap(), 0);
    assert_eq!(waiting(&store).await, expected);
}
