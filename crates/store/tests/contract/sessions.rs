//! Persistent MQTT sessions and the cursors of their devices.

use deskwire_model::{Seq, ThreadStatus, TopicFilter};
use deskwire_store::{OpenedSession, StoreError, Write};

use crate::{
    Backend,
    fixtures::{append, assign, commit_one, create_log, delivered, uid},
};

fn filter(text: &str) -> TopicFilter {
    TopicFilter::new(text).unwrap()
}

fn fresh() -> OpenedSession {
    OpenedSession { existed: false, subscriptions: Vec::new() }
}

pub(crate) async fn a_session_is_found_again_with_its_subscriptions(backend: &impl Backend) {
    let store = backend.open().await;
    let (inbox, all) = (filter("inbox"), filter("org/#"));
    assert!(matches!(store.save_mqtt_subscription("phone", &all, 1).await, Err(StoreError::Missing)));
    assert_eq!(store.open_mqtt_session("phone", &uid("a")).await.unwrap(), fresh());
    for (topic, qos) in [(&all, 1), (&inbox, 0), (&all, 2)] {
        store.save_mqtt_subscription("phone", topic, qos).await.unwrap();
    }
    drop(store);
    let store = backend.open().await;
    let known = store.open_mqtt_session("phone", &uid("a")).await.unwrap();
    assert_eq!(known, OpenedSession { existed: true, subscriptions: vec![(inbox.clone(), 0), (all, 2)] });
    for _ in 0..2 {
        store.drop_mqtt_subscription("phone", &inbox).await.unwrap();
    }
    assert_eq!(store.open_mqtt_session("phone", &uid("a")).await.unwrap().subscriptions, [(filter("org/#"), 2)]);
}

pub(crate) async fn a_new_device_starts_now_and_a_known_one_resumes(backend: &impl Backend) {
    let store = backend.open().await;
    let (open, closed) = (create_log(&store, "v", 3).await, create_log(&store, "w", 2).await);
    let (later, foreign) = (create_log(&store, "x", 2).await, create_log(&store, "y", 2).await);
    store.commit(vec![assign(open, 0, "a", 9), assign(closed, 0, "a", 9)]).await.unwrap();
    commit_one(&store, Write::SetStatus { log: closed, fence: 1, status: ThreadStatus::Closed }).await;
    assert_eq!(store.open_mqtt_session("phone", &uid("a")).await.unwrap(), fresh());
    commit_one(&store, assign(later, 0, "a", 9)).await;

    let at = async |log, device: &str| store.delivered(log, &uid("a"), device).await.unwrap();
    assert_eq!(at(open, "phone").await, Some(Seq(3)), "a new device starts at the head");
    assert_eq!(at(open, "tablet").await, Some(Seq::ZERO), "and no other device does");
    assert_eq!(at(closed, "phone").await, Some(Seq::ZERO), "a closed conversation keeps where it began");
    assert_eq!(at(later, "phone").await, Some(Seq::ZERO), "a conversation joined later begins where it was joined");
    assert_eq!(at(foreign, "phone").await, None);

    store.commit(vec![append(open, "v", "m4"), append(open, "v", "m5")]).await.unwrap();
    commit_one(&store, delivered(open, "a", "phone", 4)).await;
    assert!(store.open_mqtt_session("phone", &uid("a")).await.unwrap().existed);
    assert_eq!(at(open, "phone").await, Some(Seq(4)), "a known device resumes");
}

pub(crate) async fn nobody_inherits_a_session(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 3).await;
    commit_one(&store, assign(log, 0, "a", 9)).await;
    store.open_mqtt_session("phone", &uid("a")).await.unwrap();
    store.save_mqtt_subscription("phone", &filter("secret"), 1).await.unwrap();
    assert_eq!(store.open_mqtt_session("phone", &uid("b")).await.unwrap(), fresh());
    assert_eq!(store.delivered(log, &uid("a"), "phone").await.unwrap(), Some(Seq::ZERO), "its cursors are gone");
    assert_eq!(store.open_mqtt_session("phone", &uid("a")).await.unwrap(), fresh());
}

pub(crate) async fn a_dropped_session_is_new_again(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 3).await;
    commit_one(&store, assign(log, 0, "a", 9)).await;
    for device in ["phone", "tablet"] {
        store.open_mqtt_session(device, &uid("a")).await.unwrap();
        store.save_mqtt_subscription(device, &filter("inbox"), 1).await.unwrap();
    }
    for _ in 0..2 {
        store.drop_mqtt_session("phone").await.unwrap();
    }
    assert_eq!(store.delivered(log, &uid("a"), "phone").await.unwrap(), Some(Seq::ZERO));
    assert_eq!(store.delivered(log, &uid("a"), "tablet").await.unwrap(), Some(Seq(3)));
    assert_eq!(store.open_mqtt_session("phone", &uid("a")).await.unwrap(), fresh());
    assert!(store.open_mqtt_session("tablet", &uid("a")).await.unwrap().existed);
}
