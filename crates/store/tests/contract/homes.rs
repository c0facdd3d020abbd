//! Which of several nodes has what waits.

use deskwire_model::{Timestamp, Topic, TopicFilter};
use deskwire_store::{MqttSessionId, NewQueued, QueueRef, QueuedId, QueuedMessage, Store, StoreError, Write};

use crate::{Backend, fixtures::uid};

async fn session(store: &Store, client_id: &str, home: Option<&str>) -> MqttSessionId {
    store.create_mqtt_session_at(client_id, &uid("a"), u32::MAX, home).await.unwrap()
}

async fn home_of(store: &Store, client_id: &str) -> Option<String> {
    store.mqtt_session_called(client_id).await.unwrap().and_then(|(_, home)| home).map(Into::into)
}

pub(crate) async fn a_session_moves_by_compare_and_set(backend: &impl Backend) {
    let store = backend.open().await;
    let id = session(&store, "c", None).await;
    assert!(store.mqtt_session_called("d").await.unwrap().is_none());
    assert!(!store.move_mqtt_session(id, Some("one~1"), "two~1").await.unwrap());
    assert!(store.move_mqtt_session(id, None, "one~1").await.unwrap());
    assert!(store.move_mqtt_session(id, Some("one~1"), "two~1").await.unwrap());
    assert!(!store.move_mqtt_session(id, Some("one~1"), "three~1").await.unwrap(), "the other one was faster");
    assert_eq!(home_of(&store, "c").await.as_deref(), Some("two~1"));
    assert!(matches!(store.resume_mqtt_session_at(id, 9, Some("one~1")).await, Err(StoreError::Missing)));
    store.drop_mqtt_session_at(id, Some("one~1")).await.unwrap();
    assert_eq!(store.resume_mqtt_session_at(id, 9, Some("two~1")).await.unwrap(), [0; 0]);
    assert_eq!(store.mqtt_session_names_of("two~1").await.unwrap(), [(id, "c".into())]);
    store.drop_mqtt_session_at(id, Some("two~1")).await.unwrap();
    assert!(store.mqtt_session_called("c").await.unwrap().is_none());
}

pub(crate) async fn only_its_home_says_that_a_session_was_left(backend: &impl Backend) {
    let store = backend.open().await;
    let id = session(&store, "c", Some("two~1")).await;
    let leave =
        |home: &str| Write::LeaveSession { session: id, home: Some(home.into()), at: Timestamp(7), expiry_s: 9 };
    let left = async || store.mqtt_session_called("c").await.unwrap().map(|(known, _)| (known.left, known.expiry_s));
    store.commit(vec![leave("one~1")]).await.unwrap();
    assert_eq!(left().await, Some((None, u32::MAX)), "it is connected to another");
    store.commit(vec![leave("two~1")]).await.unwrap();
    assert_eq!(left().await, Some((Some(Timestamp(7)), 9)));
}

pub(crate) async fn a_session_is_created_in_place_of_the_one_that_is_known(backend: &impl Backend) {
    let store = backend.open().await;
    let create =
        async |known| store.replace_mqtt_session_at(known, "c", &uid("a"), u32::MAX, Some("one~1")).await.unwrap();
    let first = create(None).await.unwrap();
    assert_eq!(create(None).await, None, "another node has created one");
    let second = create(Some(first)).await.unwrap();
    assert_eq!(create(Some(first)).await, None);
    assert!(store.move_mqtt_session(second, Some("one~1"), "two~1").await.unwrap());
    assert_eq!(create(Some(second)).await, None, "it went to another node");
    assert_eq!(store.mqtt_session_called("c").await.unwrap().map(|(known, _)| known.id), Some(second));
    store.drop_mqtt_session(second).await.unwrap();
    assert!(create(Some(second)).await.is_some(), "it is gone, and no other one has come");
}

pub(crate) async fn the_sessions_of_a_home_are_claimed_in_parts(backend: &impl Backend) {
    let store = backend.open().await;
    for (client_id, home) in [("a", "one~1"), ("b", "one~1"), ("c", "one~1"), ("d", "two~1")] {
        session(&store, client_id, Some(home)).await;
    }
    let first = store.claim_mqtt_sessions("one~1", "two~1", 2).await.unwrap();
    let second = store.claim_mqtt_sessions("one~1", "three~1", 2).await.unwrap();
    assert_eq!((first.len(), second.len()), (2, 1));
    assert!(store.claim_mqtt_sessions("one~1", "two~1", 2).await.unwrap().is_empty());
    let mut homes = store.homes().await.unwrap();
    homes.sort_unstable();
    assert_eq!(homes, ["three~1".into(), "two~1".into()] as [Box<str>; 2]);
}

pub(crate) async fn a_node_has_what_its_earlier_starts_had_and_what_nobody_has(backend: &impl Backend) {
    let store = backend.open().await;
    for (client_id, home) in [("a", Some("one~1")), ("b", Some("one-more~1")), ("c", None)] {
        session(&store, client_id, home).await;
    }
    store.take_home("one", "one~2").await.unwrap();
    let mut homes = Vec::new();
    for client_id in ["a", "b", "c"] {
        homes.extend(home_of(&store, client_id).await);
    }
    assert_eq!(homes, ["one~2", "one-more~1", "one~2"]);
}

pub(crate) async fn a_durable_subscription_has_a_home_too(backend: &impl Backend) {
    let store = backend.open().await;
    let (ann, news) = (uid("ann"), TopicFilter::new("news").unwrap());
    let id = store.create_durable_subscription_at(&ann, "n", &news, "", Some("one~1")).await.unwrap();
    let message = QueuedMessage { body: "b".into(), ..QueuedMessage::default() };
    let queues = vec![QueueRef::Durable(id)];
    let new = NewQueued { topic: Topic::new("news").unwrap(), queues, message, received: None };
    store.commit(vec![Write::Enqueue(new)]).await.unwrap();
    assert_eq!(store.queued_for_durable(id, QueuedId::default(), 9).await.unwrap().len(), 1);
    let durables = store.claim_durable_subscriptions("one~1", "two~1").await.unwrap();
    assert_eq!(durables.iter().map(|known| known.id).collect::<Vec<_>>(), [id]);
    assert!(store.durable_subscriptions_of("one~1").await.unwrap().is_empty());
    assert!(store.move_durable_subscription(id, Some("two~1"), "three~1").await.unwrap());
    let (known, home) = store.durable_subscription_called(&ann, "n").await.unwrap().unwrap();
    assert_eq!((known.id, home.as_deref()), (id, Some("three~1")));
}
