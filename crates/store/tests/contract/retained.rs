//! What is retained on live topics.

use bytes::Bytes;
use deskwire_model::{Timestamp, Topic};
use deskwire_store::{NewQueued, QueueRef, QueuedId, QueuedMessage, Retained, Store, Write, Written};

use crate::{
    Backend,
    fixtures::{append, commit_one, create_log},
};

fn saying(topic: &str, body: &str, expires: Option<i64>) -> Write {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let message = QueuedMessage { body, expires: expires.map(Timestamp), ..QueuedMessage::default() };
    retain(topic, Vec::new(), message)
}

fn retain(topic: &str, queues: Vec<QueueRef>, message: QueuedMessage) -> Write {
    Write::Retain(NewQueued { topic: Topic::new(topic).unwrap(), queues, message, received: None })
}

async fn retained(store: &Store) -> Vec<(String, String)> {
    let all = store.retained_after(None, usize::MAX).await.unwrap();
    let text =
        |retained: Retained| (retained.topic.to_string(), String::from_utf8(retained.message.body.to_vec()).unwrap());
    all.into_iter().map(text).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(topic, body)| ((*topic).to_owned(), (*body).to_owned())).collect()
}

pub(crate) async fn a_topic_has_one_retained_message(backend: &impl Backend) {
    let store = backend.open().await;
    let batch = vec![saying("b", "1", None), saying("a/b", "2", None), saying("b", "3", None)];
    assert_eq!(store.commit(batch).await.unwrap(), vec![Written::Queued(Vec::new()); 3]);
    commit_one(&store, saying("a", "4", None)).await;
    drop(store);
    let store = backend.open().await;
    assert_eq!(retained(&store).await, pairs(&[("a", "4"), ("a/b", "2"), ("b", "3")]));
    let page = store.retained_after(Some(&Topic::new("a").unwrap()), 1).await.unwrap();
    assert_eq!(page.iter().map(|retained| retained.topic.as_str()).collect::<Vec<_>>(), ["a/b"], "a page");
}

pub(crate) async fn a_message_without_a_body_takes_it_away(backend: &impl Backend) {
    let store = backend.open().await;
    store.commit(vec![saying("a", "1", None), saying("b", "2", None)]).await.unwrap();
    for _ in 0..2 {
        commit_one(&store, saying("a", "", None)).await;
        assert_eq!(retained(&store).await, pairs(&[("b", "2")]));
    }
}

pub(crate) async fn a_retained_message_comes_back_as_it_was_sent(backend: &impl Backend) {
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
    let topic = Topic::new("a/b").unwrap();
    commit_one(&store, retain("a/b", Vec::new(), message.clone())).await;
    assert_eq!(store.retained_after(None, 9).await.unwrap(), [Retained { topic, message }]);
}

pub(crate) async fn a_retained_message_waits_in_queues_too(backend: &impl Backend) {
    let store = backend.open().await;
    for (body, waiting) in [("1", 1), ("", 2)] {
        let message = QueuedMessage { body: Bytes::from_static(body.as_bytes()), ..QueuedMessage::default() };
        let written = commit_one(&store, retain("a", vec![QueueRef::Work], message)).await;
        assert!(matches!(&written, Written::Queued(ids) if matches!(ids[..], [Some(_)])), "{written:?}");
        assert_eq!(store.queued_after(QueuedId::default(), 9).await.unwrap().len(), waiting);
    }
    assert_eq!(retained(&store).await, []);
}

pub(crate) async fn what_has_expired_is_forgotten(backend: &impl Backend) {
    let store = backend.open().await;
    let batch = vec![saying("a", "1", Some(10)), saying("b", "2", Some(11)), saying("c", "3", None)];
    store.commit(batch).await.unwrap();
    assert_eq!(commit_one(&store, Write::ForgetExpired(Timestamp(10))).await, Written::Forgotten);
    assert_eq!(retained(&store).await, pairs(&[("b", "2"), ("c", "3")]));
    commit_one(&store, saying("b", "4", None)).await;
    commit_one(&store, Write::ForgetExpired(Timestamp(1000))).await;
    assert_eq!(retained(&store).await, pairs(&[("b", "4"), ("c", "3")]), "a newer one does not expire with the old");
}

pub(crate) async fn a_failed_batch_retains_nothing(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 1).await;
    commit_one(&store, saying("a", "kept", None)).await;
    backend.fail_on("poison");
    let batch = vec![saying("a", "lost", None), saying("b", "lost", None), append(log, "v", "poison")];
    store.commit(batch).await.expect_err("the database was told to fail");
    assert_eq!(retained(&store).await, pairs(&[("a", "kept")]));
}
