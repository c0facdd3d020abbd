//! What waits in queues, and the durable subscriptions it waits for.

use bytes::Bytes;
use deskwire_model::{Timestamp, Topic, TopicFilter};
use deskwire_store::{DurableId, NewQueued, QueueRef, Queued, QueuedId, QueuedMessage, Store, Write, Written};

use crate::{
    Backend,
    fixtures::{append, commit_one, create_log, uid},
};

fn enqueue(queues: &[QueueRef], topic: &str, body: &str) -> Write {
    let message = QueuedMessage { body: Bytes::copy_from_slice(body.as_bytes()), ..QueuedMessage::default() };
    let topic = Topic::new(topic).unwrap();
    Write::Enqueue(NewQueued { topic, queues: queues.to_vec(), message, received: None })
}

fn ids(written: Written) -> Vec<Option<QueuedId>> {
    match written {
        Written::Queued(ids) => ids,
        other => panic!("numbers were expected, not {other:?}"),
    }
}

async fn waiting(store: &Store) -> Vec<Queued> {
    store.queued_after(QueuedId::default(), usize::MAX).await.unwrap()
}

async fn bodies(store: &Store) -> Vec<String> {
    waiting(store).await.iter().map(|queued| String::from_utf8(queued.message.body.to_vec()).unwrap()).collect()
}

async fn create(store: &Store, owner: &str, name: &str, filter: &str, selector: &str) -> DurableId {
    let filter = TopicFilter::new(filter).unwrap();
    store.create_durable_subscription(&uid(owner), name, &filter, selector).await.unwrap()
}

pub(crate) async fn messages_wait_in_the_order_of_their_commits(backend: &impl Backend) {
    let store = backend.open().await;
    let work = [QueueRef::Work];
    store.commit(vec![enqueue(&work, "a", "1"), enqueue(&work, "b", "2"), enqueue(&work, "a", "3")]).await.unwrap();
    commit_one(&store, enqueue(&work, "a", "4")).await;
    drop(store);
    let store = backend.open().await;
    assert_eq!(bodies(&store).await, ["1", "2", "3", "4"]);
    let all = waiting(&store).await;
    let topics: Vec<_> = all.iter().map(|queued| queued.topic.as_str()).collect();
    assert_eq!(topics, ["a", "b", "a", "a"]);
    assert!(all.is_sorted_by(|a, b| a.id < b.id));
    assert_eq!(store.queued_after(all[1].id, 1).await.unwrap(), all[2..3], "a page");
}

pub(crate) async fn a_queued_message_comes_back_as_it_was_sent(backend: &impl Backend) {
    let store = backend.open().await;
    let message = QueuedMessage {
        content_type: Some("text/plain".into()),
        headers: vec![("b".into(), "\"ä\"\n".into()), ("a".into(), String::new().into()), ("b".into(), "2".into())],
        expires: Some(Timestamp(77)),
        body: Bytes::from_static(&[0, 0xff, 7]),
        qos: 2,
        retained: true,
        is_text: true,
        response_topic: Some("answers/ä".into()),
        correlation: Some(Bytes::from_static(&[0, 0xfe])),
        origin: None,
    };
    let (topic, queue) = (Topic::new("a/b").unwrap(), QueueRef::Work);
    let (queues, received) = (vec![queue.clone()], None);
    let new = NewQueued { topic: topic.clone(), queues, message: message.clone(), received };
    let id = ids(commit_one(&store, Write::Enqueue(new)).await)[0].unwrap();
    assert_eq!(waiting(&store).await, [Queued { id, queue, topic, message, inflight: None }]);
}

pub(crate) async fn consumed_messages_are_gone_and_may_be_consumed_again(backend: &impl Backend) {
    let store = backend.open().await;
    let batch = (1..=4).map(|n| enqueue(&[QueueRef::Work], "a", &n.to_string())).collect();
    let numbers: Vec<_> = store.commit(batch).await.unwrap().into_iter().map(|w| ids(w)[0].unwrap()).collect();
    for _ in 0..2 {
        let consumed = Write::Consume(vec![numbers[2], numbers[0], QueuedId(999)]);
        assert_eq!(commit_one(&store, consumed).await, Written::Consumed);
        assert_eq!(bodies(&store).await, ["2", "4"]);
    }
    commit_one(&store, Write::Consume(vec![numbers[1], numbers[3]])).await;
    let next = ids(commit_one(&store, enqueue(&[QueueRef::Work], "a", "5")).await)[0].unwrap();
    assert!(next > numbers[3], "a number is not used again");
}

pub(crate) async fn a_failed_batch_queues_nothing(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 1).await;
    let kept = ids(commit_one(&store, enqueue(&[QueueRef::Work], "a", "kept")).await)[0].unwrap();
    backend.fail_on("poison");
    let batch = vec![enqueue(&[QueueRef::Work], "a", "lost"), Write::Consume(vec![kept]), append(log, "v", "poison")];
    store.commit(batch).await.expect_err("the database was told to fail");
    assert_eq!(bodies(&store).await, ["kept"]);
}

pub(crate) async fn a_durable_subscription_is_kept_with_its_messages(backend: &impl Backend) {
    let store = backend.open().await;
    let first = create(&store, "ann", "news", "a/#", "").await;
    let second = create(&store, "bob", "news", "a/b", "kind = 'x'").await;
    let both = [QueueRef::Durable(first), QueueRef::Durable(second)];
    assert!(ids(commit_one(&store, enqueue(&both, "a/b", "1")).await).iter().all(Option::is_some));
    drop(store);
    let store = backend.open().await;
    let known = store.durable_subscriptions().await.unwrap();
    let seen: Vec<_> = known
        .iter()
        .map(|s| (s.id, s.owner.as_str(), s.name.as_str(), s.filter.as_str(), s.selector.as_str()))
        .collect();
    assert_eq!(seen, [(first, "ann", "news", "a/#", ""), (second, "bob", "news", "a/b", "kind = 'x'")]);
    let queues: Vec<_> = waiting(&store).await.iter().map(|queued| queued.queue.clone()).collect();
    assert_eq!(queues, both);
    for _ in 0..2 {
        store.drop_durable_subscription(first).await.unwrap();
    }
    assert_eq!(waiting(&store).await.len(), 1, "its messages go with it, and no others");
    assert_eq!(store.durable_subscriptions().await.unwrap().len(), 1);
}

pub(crate) async fn a_changed_subscription_starts_anew(backend: &impl Backend) {
    let store = backend.open().await;
    let old = create(&store, "ann", "news", "a/#", "").await;
    let other = create(&store, "ann", "more", "a/#", "").await;
    commit_one(&store, enqueue(&[QueueRef::Durable(old), QueueRef::Durable(other)], "a", "1")).await;
    let new = create(&store, "ann", "news", "b/#", "").await;
    assert!(new > other, "a number is not used again");
    let queues: Vec<_> = waiting(&store).await.iter().map(|queued| queued.queue.clone()).collect();
    assert_eq!(queues, [QueueRef::Durable(other)]);
}

pub(crate) async fn nothing_waits_for_a_subscription_that_is_gone(backend: &impl Backend) {
    let store = backend.open().await;
    let id = create(&store, "ann", "news", "a", "").await;
    store.drop_durable_subscription(id).await.unwrap();
    let queues = [QueueRef::Durable(id), QueueRef::Work];
    let written = store.commit(vec![enqueue(&queues, "a", "1"), Write::Probe]).await.unwrap();
    assert_eq!(written[1], Written::Probed, "its neighbours stand");
    let numbers = ids(written.into_iter().next().unwrap());
    assert!(numbers[0].is_none() && numbers[1].is_some());
    assert_eq!(waiting(&store).await.len(), 1);
}
