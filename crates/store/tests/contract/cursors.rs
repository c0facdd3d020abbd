//! Cursors only move forward, and unread is derived from them (invariant I4).

use deskwire_model::{LogId, Seq};
use deskwire_store::{ReadPosition, Refusal, Upto, Write};

use crate::{
    Backend,
    fixtures::{
        append, assign, commit_one, create, create_log, delivered, message_uid, moved, read, recall, refused, uid,
    },
};

pub(crate) async fn cursors_only_move_forward_and_not_past_the_head(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 5).await;
    for (seq, expected) in [(2, Some(2)), (2, None), (1, None), (0, None), (u64::MAX, Some(5)), (6, None)] {
        let expected = expected.map(|seq: u64| (seq, format!("m{seq}")));
        assert_eq!(moved(commit_one(&store, delivered(log, "v", "phone", seq)).await), expected, "delivered {seq}");
        assert_eq!(moved(commit_one(&store, read(log, "v", seq)).await), expected, "read {seq}");
    }
    assert_eq!(store.delivered(log, &uid("v"), "phone").await.unwrap(), Some(Seq(5)));
    assert_eq!(store.delivered(log, &uid("v"), "tablet").await.unwrap(), Some(Seq::ZERO), "devices are independent");

    let empty = create(&store, "w").await.id;
    assert_eq!(moved(commit_one(&store, read(empty, "w", 1)).await), None);
    for write in [read(LogId(99), "v", 1), delivered(LogId(99), "v", "", 1)] {
        assert_eq!(commit_one(&store, write).await, refused(Refusal::UnknownLog));
    }
}

pub(crate) async fn reading_means_delivered(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 3).await;
    let upto = |name| Write::Read {
        log,
        user: uid("a"),
        device: Some(Box::default()),
        upto: Upto::Message(message_uid(name)),
    };
    assert_eq!(moved(commit_one(&store, upto("m2")).await), Some((2, "m2".to_owned())));
    assert_eq!(store.delivered(log, &uid("a"), "").await.unwrap(), Some(Seq(2)));
    assert_eq!(store.delivered(log, &uid("a"), "phone").await.unwrap(), None, "what a device has not shown");
    assert_eq!(moved(commit_one(&store, upto("m1")).await), None);
    assert_eq!(moved(commit_one(&store, upto("m9")).await), None, "a message that is not there moves nothing");
    let position = ReadPosition { user: uid("a"), seq: Seq(2), uid: message_uid("m2") };
    assert_eq!(store.read_positions(log).await.unwrap(), [position]);
}

pub(crate) async fn a_name_stands_for_its_oldest_message(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 2).await;
    commit_one(&store, append(log, "a", "m1")).await;
    let upto =
        Write::Read { log, user: uid("b"), device: Some(Box::default()), upto: Upto::Message(message_uid("m1")) };
    assert_eq!(moved(commit_one(&store, upto).await), Some((1, "m1".to_owned())));
    let found = store.entry_by_uid(log, &message_uid("m1")).await.unwrap().unwrap();
    assert_eq!((found.seq, found.sender), (Seq(1), uid("v")));
}

pub(crate) async fn cursors_start_where_their_user_joined(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 4).await;
    store.commit(vec![assign(log, 0, "first", 9), assign(log, 1, "second", 9)]).await.unwrap();
    assert_eq!(store.delivered(log, &uid("second"), "phone").await.unwrap(), Some(Seq(4)));
    assert_eq!(store.delivered(log, &uid("stranger"), "").await.unwrap(), None);
    assert_eq!(moved(commit_one(&store, delivered(log, "second", "phone", 3)).await), None, "behind its start");
    assert!(!store.has_delivered(log, &uid("second"), "phone").await.unwrap());
    assert_eq!(store.unread(log, &uid("second")).await.unwrap(), 0);
    commit_one(&store, append(log, "v", "m5")).await;
    assert_eq!(store.unread(log, &uid("second")).await.unwrap(), 1);
    assert_eq!(moved(commit_one(&store, read(log, "second", 5)).await), Some((5, "m5".to_owned())));
    assert_eq!(moved(commit_one(&store, delivered(log, "second", "phone", 5)).await), Some((5, "m5".to_owned())));
    assert!(store.has_delivered(log, &uid("second"), "phone").await.unwrap());
    assert!(!store.has_delivered(log, &uid("second"), "tablet").await.unwrap());
}

pub(crate) async fn unread_is_derived(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 4).await;
    let other = create_log(&store, "w", 2).await;
    store.commit(vec![assign(log, 0, "a", 9), assign(other, 0, "a", 9)]).await.unwrap();
    commit_one(&store, append(log, "a", "own")).await;
    let unread = async |log, user: &str| store.unread(log, &uid(user)).await.unwrap();
    assert_eq!((unread(log, "a").await, unread(log, "v").await), (4, 1));
    assert_eq!(store.unread_total(&uid("a")).await.unwrap(), 6);

    commit_one(&store, read(log, "a", 2)).await;
    assert_eq!(unread(log, "a").await, 2);
    // One entry is hidden, the recall itself is one more.
    commit_one(&store, recall(log, "v", "r", "m4")).await;
    assert_eq!(unread(log, "a").await, 2);
    commit_one(&store, read(log, "a", 9)).await;
    assert_eq!(unread(log, "a").await, 0);
    assert_eq!(store.unread_total(&uid("a")).await.unwrap(), 2);
    assert_eq!(store.unread_total(&uid("stranger")).await.unwrap(), 0);
}
