//! MQTT sessions that outlive their connection: their subscriptions, the messages on their way, and their devices'
//! cursors.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_model::{Seq, ThreadStatus, Timestamp, Topic};
use deskwire_store::{
    Inflight, MqttSessionId, MqttSubscription, NewQueued, QueueRef, QueuedId, QueuedMessage, Received, Store,
    StoreError, StoredMqttSession, Write, Written,
};

use crate::{
    Backend,
    fixtures::{append, assign, commit_one, create_log, delivered, set_status, uid},
};

const NEVER: u32 = u32::MAX;

fn subscription(filter: &str, options: u8, subscription_id: Option<u32>) -> MqttSubscription {
    MqttSubscription { filter: filter.into(), options, subscription_id }
}

async fn create(store: &Store, client_id: &str, user: &str) -> MqttSessionId {
    store.create_mqtt_session(client_id, &uid(user), NEVER).await.unwrap()
}

/// The one session that there is.
async fn only(store: &Store) -> StoredMqttSession {
    let mut sessions = store.mqtt_sessions().await.unwrap();
    assert_eq!(sessions.len(), 1);
    sessions.remove(0)
}

/// The packet ids that a client of the session would find taken.
async fn unreleased(store: &Store, id: MqttSessionId) -> Vec<u16> {
    store.resume_mqtt_session(id, NEVER).await.unwrap()
}

fn queue(id: MqttSessionId) -> QueueRef {
    QueueRef::Session { id, via: None }
}

fn message(queues: Vec<QueueRef>, body: &'static str, received: Option<Received>) -> NewQueued {
    let message = QueuedMessage { body: Bytes::from_static(body.as_bytes()), qos: 2, ..QueuedMessage::default() };
    NewQueued { topic: Topic::new("a/b").unwrap(), queues, message, received }
}

async fn enqueue(store: &Store, queues: Vec<QueueRef>, body: &'static str) -> Vec<Option<QueuedId>> {
    match commit_one(store, Write::Enqueue(message(queues, body, None))).await {
        Written::Queued(ids) => ids,
        other => panic!("numbers were expected, not {other:?}"),
    }
}

/// What waits: its body, its queue and how far it is.
async fn waiting(store: &Store) -> Vec<(String, QueueRef, Option<(u16, bool)>)> {
    let all = store.queued_after(QueuedId::default(), usize::MAX).await.unwrap();
    let text = |body: &Bytes| String::from_utf8(body.to_vec()).unwrap();
    all.into_iter().map(|queued| (text(&queued.message.body), queued.queue, queued.inflight)).collect()
}

pub(crate) async fn a_session_is_found_again_with_its_subscriptions(backend: &impl Backend) {
    let store = backend.open().await;
    let (shared, all) = ("$share/team/inbox", "org/#");
    let missing = store.save_mqtt_subscription(MqttSessionId(7), &subscription(all, 1, None)).await;
    assert!(matches!(missing, Err(StoreError::Missing)));
    let id = store.create_mqtt_session("phone", &uid("a"), 60).await.unwrap();
    for (filter, options, number) in [(all, 1, None), (shared, 0, Some(268_435_455)), (all, 0b10_1110, Some(7))] {
        store.save_mqtt_subscription(id, &subscription(filter, options, number)).await.unwrap();
    }
    drop(store);
    let store = backend.open().await;
    let subscriptions = vec![subscription(shared, 0, Some(268_435_455)), subscription(all, 0b10_1110, Some(7))];
    let (client_id, user) = ("phone".into(), uid("a"));
    let known = StoredMqttSession { id, client_id, user, expiry_s: 60, left: None, subscriptions };
    assert_eq!(only(&store).await, known);
    for _ in 0..2 {
        store.drop_mqtt_subscription(id, shared).await.unwrap();
    }
    assert_eq!(only(&store).await.subscriptions, [subscription(all, 0b10_1110, Some(7))]);
}

pub(crate) async fn a_session_knows_when_it_was_left_and_how_long_it_stays(backend: &impl Backend) {
    let store = backend.open().await;
    let id = create(&store, "phone", "a").await;
    let leave = |session, at| Write::LeaveSession { session, home: None, at: Timestamp(at), expiry_s: 30 };
    for at in [1000, 2000] {
        assert_eq!(commit_one(&store, leave(id, at)).await, Written::Noted);
        let left = only(&store).await;
        assert_eq!((left.left, left.expiry_s), (Some(Timestamp(at)), 30));
    }
    commit_one(&store, Write::Enqueue(message(Vec::new(), "1", Some(Received { session: id, packet_id: 7 })))).await;
    assert_eq!(store.resume_mqtt_session(id, NEVER).await.unwrap(), [7]);
    let back = only(&store).await;
    assert_eq!((back.left, back.expiry_s), (None, NEVER));
    store.drop_mqtt_session(id).await.unwrap();
    assert!(matches!(store.resume_mqtt_session(id, 1).await, Err(StoreError::Missing)));
    let written = store.commit(vec![leave(id, 3000), Write::Probe]).await.unwrap();
    assert_eq!(written, [Written::Noted, Written::Probed], "a session that is gone fails nothing");
}

pub(crate) async fn a_new_device_starts_now_and_a_known_one_resumes(backend: &impl Backend) {
    let store = backend.open().await;
    let (open, closed) = (create_log(&store, "v", 3).await, create_log(&store, "w", 2).await);
    let (later, foreign) = (create_log(&store, "x", 2).await, create_log(&store, "y", 2).await);
    store.commit(vec![assign(open, 0, "a", 9), assign(closed, 0, "a", 9)]).await.unwrap();
    commit_one(&store, set_status(closed, 1, ThreadStatus::Closed, Some("a"))).await;
    let id = create(&store, "phone", "a").await;
    commit_one(&store, assign(later, 0, "a", 9)).await;

    let at = async |log, device: &str| store.delivered(log, &uid("a"), device).await.unwrap();
    assert_eq!(at(open, "phone").await, Some(Seq(3)), "a new device starts at the head");
    assert_eq!(at(open, "tablet").await, Some(Seq::ZERO), "and no other device does");
    assert_eq!(at(closed, "phone").await, Some(Seq::ZERO), "a closed conversation keeps where it began");
    assert_eq!(at(later, "phone").await, Some(Seq::ZERO), "a conversation joined later begins where it was joined");
    assert_eq!(at(foreign, "phone").await, None);

    store.commit(vec![append(open, "v", "m4"), append(open, "v", "m5")]).await.unwrap();
    commit_one(&store, delivered(open, "a", "phone", 4)).await;
    store.resume_mqtt_session(id, NEVER).await.unwrap();
    assert_eq!(at(open, "phone").await, Some(Seq(4)), "a known device resumes");
}

pub(crate) async fn a_new_session_inherits_nothing(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 3).await;
    commit_one(&store, assign(log, 0, "a", 9)).await;
    let old = create(&store, "phone", "a").await;
    store.save_mqtt_subscription(old, &subscription("secret", 1, None)).await.unwrap();
    enqueue(&store, vec![queue(old)], "secret").await;
    let new = create(&store, "phone", "b").await;
    assert!(new > old, "a number is not used again");
    let session = only(&store).await;
    assert_eq!((session.id, session.user, session.subscriptions), (new, uid("b"), Vec::new()));
    assert_eq!(waiting(&store).await, []);
    assert_eq!(store.delivered(log, &uid("a"), "phone").await.unwrap(), Some(Seq::ZERO), "its cursors are gone");
}

pub(crate) async fn a_dropped_session_takes_everything_with_it(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 3).await;
    commit_one(&store, assign(log, 0, "a", 9)).await;
    let (phone, tablet) = (create(&store, "phone", "a").await, create(&store, "tablet", "a").await);
    for session in [phone, tablet] {
        store.save_mqtt_subscription(session, &subscription("inbox", 1, None)).await.unwrap();
        let received = Received { session, packet_id: 9 };
        commit_one(&store, Write::Enqueue(message(Vec::new(), "", Some(received)))).await;
    }
    let ids = enqueue(&store, vec![queue(phone), queue(tablet), QueueRef::Work], "1").await;
    let inflight = |id: Option<QueuedId>| Inflight { message: id.unwrap(), packet_id: 5, received: false };
    commit_one(&store, Write::Inflight(vec![inflight(ids[0]), inflight(ids[1])])).await;
    for _ in 0..2 {
        store.drop_mqtt_session(phone).await.unwrap();
    }
    assert_eq!(store.delivered(log, &uid("a"), "phone").await.unwrap(), Some(Seq::ZERO));
    assert_eq!(store.delivered(log, &uid("a"), "tablet").await.unwrap(), Some(Seq(3)));
    let left = [("1".to_owned(), queue(tablet), Some((5, false))), ("1".to_owned(), QueueRef::Work, None)];
    assert_eq!(waiting(&store).await, left);
    let session = only(&store).await;
    assert_eq!((session.id, session.subscriptions.len()), (tablet, 1));
    assert_eq!(unreleased(&store, tablet).await, [9]);
    store.drop_mqtt_session(tablet).await.unwrap();
    let new = create(&store, "phone", "a").await;
    assert!(new > tablet, "the newest number is not used again either");
    assert_eq!((only(&store).await.subscriptions, unreleased(&store, new).await), (Vec::new(), Vec::new()));
}

pub(crate) async fn a_message_waits_for_its_sessions(backend: &impl Backend) {
    let store = backend.open().await;
    let (phone, tablet) = (create(&store, "phone", "a").await, create(&store, "tablet", "b").await);
    let shared = QueueRef::Session { id: tablet, via: Some(Arc::from("$share/team/a/+")) };
    let queues = vec![queue(phone), shared.clone(), QueueRef::Work];
    assert!(enqueue(&store, queues, "1").await.iter().all(Option::is_some));
    drop(store);
    let store = backend.open().await;
    let one = "1".to_owned();
    let expected = [(one.clone(), queue(phone), None), (one.clone(), shared, None), (one, QueueRef::Work, None)];
    assert_eq!(waiting(&store).await, expected);
}

pub(crate) async fn nothing_waits_for_a_session_that_is_gone(backend: &impl Backend) {
    let store = backend.open().await;
    let (gone, there) = (create(&store, "phone", "a").await, create(&store, "tablet", "a").await);
    store.drop_mqtt_session(gone).await.unwrap();
    let received = Some(Received { session: gone, packet_id: 1 });
    let batch = vec![
        Write::Enqueue(message(vec![queue(gone), queue(there)], "1", received)),
        Write::Retain(message(vec![queue(gone)], "2", received)),
        Write::Release(Received { session: gone, packet_id: 1 }),
        Write::Probe,
    ];
    let written = store.commit(batch).await.unwrap();
    assert!(matches!(&written[0], Written::Queued(ids) if matches!(ids[..], [None, Some(_)])), "{written:?}");
    assert_eq!(written[1..], [Written::Queued(vec![None]), Written::Noted, Written::Probed]);
    assert_eq!(waiting(&store).await, [("1".to_owned(), queue(there), None)]);
    assert_eq!(unreleased(&store, there).await, [0; 0]);
}

pub(crate) async fn a_message_keeps_its_packet_id_until_it_is_consumed(backend: &impl Backend) {
    let store = backend.open().await;
    let id = create(&store, "phone", "a").await;
    let first = enqueue(&store, vec![queue(id)], "1").await[0].unwrap();
    let second = enqueue(&store, vec![queue(id)], "2").await[0].unwrap();
    let inflight = |message, packet_id, received| Inflight { message, packet_id, received };
    let gone = inflight(QueuedId(999), 3, false);
    let both = Write::Inflight(vec![inflight(first, 1, false), gone, inflight(second, u16::MAX, false)]);
    assert_eq!(commit_one(&store, both).await, Written::Noted);
    commit_one(&store, Write::Inflight(vec![inflight(second, u16::MAX, true)])).await;
    drop(store);
    let store = backend.open().await;
    let far = async || waiting(&store).await.into_iter().map(|(_, _, inflight)| inflight).collect::<Vec<_>>();
    assert_eq!(far().await, [Some((1, false)), Some((u16::MAX, true))]);
    commit_one(&store, Write::Consume(vec![second])).await;
    assert_eq!(far().await, [Some((1, false))]);
    let late = Write::Inflight(vec![inflight(second, 2, true)]);
    assert_eq!(commit_one(&store, late).await, Written::Noted, "what is consumed fails nothing");
    assert_eq!(far().await, [Some((1, false))]);
}

pub(crate) async fn a_received_packet_id_comes_and_goes_with_its_message(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 1).await;
    let session = create(&store, "phone", "a").await;
    let with = |packet_id| Some(Received { session, packet_id });
    let batch = vec![
        Write::Enqueue(message(vec![QueueRef::Work], "1", with(300))),
        Write::Retain(message(Vec::new(), "2", with(4))),
        Write::Enqueue(message(Vec::new(), "3", with(4))),
    ];
    store.commit(batch).await.unwrap();
    drop(store);
    let store = backend.open().await;
    assert_eq!(unreleased(&store, session).await, [4, 300]);
    backend.fail_on("poison");
    let batch = vec![
        Write::Enqueue(message(vec![QueueRef::Work], "lost", with(5))),
        Write::Release(Received { session, packet_id: 300 }),
        append(log, "v", "poison"),
    ];
    store.commit(batch).await.expect_err("the database was told to fail");
    assert_eq!(unreleased(&store, session).await, [4, 300]);
    for _ in 0..2 {
        let written = commit_one(&store, Write::Release(Received { session, packet_id: 300 })).await;
        assert_eq!(written, Written::Noted);
        assert_eq!(unreleased(&store, session).await, [4]);
    }
    assert_eq!(waiting(&store).await, [("1".to_owned(), QueueRef::Work, None)]);
}
