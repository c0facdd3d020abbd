//! What several nodes divide among themselves, and ask for together.

use std::time::Duration;

use deskwire_model::{Seq, Topic};

use crate::{
    Backend,
    fixtures::{create_log, uid},
};

const LONG: Duration = Duration::from_secs(3600);

pub(crate) async fn a_lease_has_one_holder<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let take = async |name, holder, lasting| store.take_lease(name, holder, lasting).await.unwrap();
    assert_eq!(take("timers", "a", LONG).await, Some(1));
    assert_eq!(take("timers", "b", LONG).await, None, "another one has it");
    assert_eq!(take("index", "b", LONG).await, Some(1), "each is one of its own");
    assert_eq!(take("timers", "a", LONG).await, Some(1), "it is prolonged under the same fence");
    assert_eq!(take("timers", "a", Duration::ZERO).await, Some(1), "it ends now");
    assert_eq!(take("timers", "b", LONG).await, Some(2), "its fence rises with its next holder");
    store.end_lease("timers", "a").await.unwrap();
    assert_eq!(take("timers", "a", LONG).await, None, "only its holder gives it back");
    store.end_lease("timers", "b").await.unwrap();
    assert_eq!(take("timers", "a", LONG).await, Some(3));
}

pub(crate) async fn sessions_have_a_home<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let mut ids = Vec::new();
    for (client, home) in [("phone", Some("a")), ("tablet", None), ("desk", Some("b"))] {
        ids.push(store.create_mqtt_session_at(client, &uid("ann"), u32::MAX, home).await.unwrap());
    }
    let of = async |node| {
        let sessions = store.mqtt_sessions_of(node).await.unwrap();
        sessions.into_iter().map(|session| session.id).collect::<Vec<_>>()
    };
    assert_eq!((of("a").await, of("b").await), (vec![ids[0]], vec![ids[2]]));
    assert_eq!(store.mqtt_sessions().await.unwrap().len(), 3, "wherever they live");
}

pub(crate) async fn heads_are_asked_for_together<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let (one, other) = (create_log(&store, "ann", 0).await, create_log(&store, "bob", 2).await);
    let mut topics = Vec::new();
    for log in [other, one] {
        topics.push(store.conversation(log).await.unwrap().unwrap().topic);
    }
    topics.push(Topic::new("no/log").unwrap());
    let heads = store.heads(&topics).await.unwrap();
    assert_eq!(heads, [(topics[1].clone(), Seq(0)), (topics[0].clone(), Seq(2))]);
    assert_eq!(store.heads(&[]).await.unwrap(), []);
}
