//! MQTT sessions over a real store: who has one, and when it ends.

use std::sync::Arc;

use deskwire_broker::{CloseReason, EnterError, MailboxLimits, SavedMailbox};
use deskwire_model::Timestamp;

use crate::{
    desk::uid,
    mqtt::{Client, FOR_EVER, LIMITS, Node},
};

async fn sessions(node: &Node) -> usize {
    node.desk.log.flush().await.unwrap();
    node.desk.another_store().await.mqtt_sessions().await.unwrap().len()
}

fn leave_at(client: Client, at: i64, expiry_s: u32) {
    client.mailbox.leave(SavedMailbox::default(), expiry_s, Timestamp(at));
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let node = Node::new(LIMITS).await;
    for (name, expiry_s) in [("a", 10), ("b", 20), ("c", u32::MAX)] {
        let client = node.enter(name).await;
        client.subscribe("t", 1).await;
        leave_at(client, 1000, expiry_s);
    }
    node.say("t", "1").await;
    assert_eq!(node.mailboxes.sweep(Timestamp(10_999)).await, [""; 0].map(Arc::from));
    assert_eq!(node.mailboxes.sweep(Timestamp(11_000)).await, [Arc::<str>::from("a")]);
    assert_eq!((sessions(&node).await, node.stored().await), (2, 2));
    let node = node.restart().await;
    assert_eq!(node.mailboxes.sweep(Timestamp(i64::MAX)).await, [Arc::<str>::from("b")]);
    assert_eq!((sessions(&node).await, node.stored().await), (1, 1));
    assert!(!node.enter("a").await.existed);
    assert!(node.enter("c").await.existed);
    assert_eq!(node.mailboxes.sweep(Timestamp(i64::MAX)).await, [""; 0].map(Arc::from), "they are connected");
}

#[tokio::test]
async fn a_session_whose_time_is_over_does_not_go_on_before_it_is_swept_either() {
    let node = Node::new(LIMITS).await;
    leave_at(node.enter("a").await, 0, 10);
    assert!(!node.enter("a").await.existed);
}

#[tokio::test]
async fn a_session_without_expiry_ends_with_its_connection() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    client.subscribe("t", 1).await;
    leave_at(client, 0, 0);
    assert_eq!(node.mailboxes.sweep(Timestamp(0)).await, [""; 0].map(Arc::from), "its connection knows");
    assert_eq!(sessions(&node).await, 0);
    node.say("t", "1").await;
    let visitor = node.visit("c").await;
    assert!(!visitor.existed && !visitor.mailbox.is_durable());
    visitor.subscribe("t", 1).await;
    node.say("t", "2").await;
    assert_eq!(visitor.texts(), ["2"]);
    drop(visitor);
    assert!(!node.visit("c").await.existed);
    assert_eq!((sessions(&node).await, node.stored().await), (0, 0));
}

#[tokio::test]
async fn a_session_goes_on_once_more_when_it_is_to_end_with_the_next_connection() {
    let node = Node::new(LIMITS).await;
    let client = node.enter("c").await;
    client.subscribe("t", 1).await;
    client.leave(Vec::new());
    let last = node.visit("c").await;
    assert!(last.existed && last.mailbox.is_durable());
    leave_at(last, 0, 0);
    assert!(!node.enter("c").await.existed);
}

#[tokio::test]
async fn a_clean_start_and_another_user_inherit_nothing() {
    let node = Node::new(LIMITS).await;
    for foreign in [false, true] {
        let client = node.try_enter("c", |entering| entering.clean_start = true).await.unwrap();
        client.subscribe("t", 1).await;
        client.leave(Vec::new());
        node.say("t", "1").await;
        let bob = uid("bob");
        let client = node
            .try_enter("c", |entering| {
                if foreign {
                    entering.user = Box::leak(Box::new(bob));
                } else {
                    entering.clean_start = true;
                }
            })
            .await
            .unwrap();
        client.mailbox.begin(|| ());
        assert!(!client.existed && client.subscriptions.is_empty());
        assert_eq!((client.texts().len(), node.stored().await, sessions(&node).await), (0, 0, 1));
    }
}

#[tokio::test]
async fn durable_sessions_have_a_bound() {
    let node = Node::new(MailboxLimits { sessions: 1, ..LIMITS }).await;
    let first = node.enter("a").await;
    let second = node.try_enter("b", |_| ()).await;
    assert!(matches!(second, Err(EnterError::TooMany)));
    assert!(!node.visit("b").await.existed);
    leave_at(first, 0, 0);
    assert!(!node.enter("b").await.existed);
}

#[tokio::test]
async fn another_connection_takes_a_session_over_when_it_has_been_left() {
    let node = Arc::new(Node::new(LIMITS).await);
    let first = node.enter("c").await;
    first.subscribe("t", 1).await;
    let second = {
        let node = Arc::clone(&node);
        tokio::spawn(async move { node.enter("c").await })
    };
    while first.closed().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(first.closed(), Some(CloseReason::TakenOver));
    assert!(!second.is_finished());
    node.say("t", "1").await;
    assert_eq!(first.texts(), ["1"]);
    first.leave(Vec::new());
    let second = second.await.unwrap();
    assert_eq!((second.existed, second.texts()), (true, vec!["1".to_owned()]), "it was not sent");
    assert_eq!(second.closed(), None);
}

#[tokio::test]
async fn a_connection_that_goes_while_it_waits_is_not_waited_for() {
    let node = Node::new(LIMITS).await;
    let first = node.visit("c").await;
    let mut second = Box::pin(node.enter("c"));
    assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(second.as_mut().poll(cx).is_pending())).await);
    drop(second);
    drop(first);
    let third = node.enter("c").await;
    assert_eq!(third.closed(), None);
    leave_at(third, 0, FOR_EVER);
}

/// The store's own word for when each session was left.
async fn left(node: &Node) -> Vec<Option<Timestamp>> {
    node.desk.log.flush().await.unwrap();
    let sessions = node.desk.another_store().await.mqtt_sessions().await.unwrap();
    sessions.into_iter().map(|session| session.left).collect()
}

#[tokio::test]
async fn the_end_of_a_connection_is_stored_before_the_next_one_whoever_waited_for_that_and_gave_up() {
    let node = Node::new(LIMITS).await;
    leave_at(node.enter("c").await, 1000, FOR_EVER);
    let mut second = Box::pin(node.enter("c"));
    assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(second.as_mut().poll(cx).is_pending())).await);
    drop(second);
    let third = node.enter("c").await;
    assert_eq!(left(&node).await, [None], "it is connected");
    leave_at(third, 2000, FOR_EVER);
    assert_eq!(left(&node).await, [Some(Timestamp(2000))]);
}

#[tokio::test]
async fn what_a_restart_ended_is_stored_before_anybody_comes_back() {
    let node = Node::new(LIMITS).await;
    let (gone, back) = (node.enter("gone").await, node.enter("back").await);
    assert_eq!(left(&node).await, [None, None]);
    std::mem::forget((gone, back));
    let node = node.restart().await;
    let back = node.enter("back").await;
    let [gone, connected] = left(&node).await[..] else { panic!("two sessions were expected") };
    assert!(gone.is_some() && connected.is_none(), "{gone:?} {connected:?}");
    leave_at(back, 0, 0);
}

#[tokio::test]
async fn of_connections_that_wait_the_latest_is_let_in() {
    let node = Arc::new(Node::new(LIMITS).await);
    let first = node.enter("c").await;
    let mut second = Box::pin(node.try_enter("c", |_| ()));
    assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(second.as_mut().poll(cx).is_pending())).await);
    let early = node.mailboxes.arrival();
    let mut third = Box::pin(node.try_enter("c", |_| ()));
    assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(third.as_mut().poll(cx).is_pending())).await);
    assert!(matches!(second.await, Err(EnterError::Superseded)), "its client has given it up");
    drop(first);
    let third = third.await.unwrap();
    let late = node.try_enter("c", |entering| entering.arrival = early).await;
    assert!(matches!(late, Err(EnterError::Superseded)));
    assert_eq!(third.closed(), None, "it was there before the other came to its turn");
}

/// Each that enters is told to leave by the next; in the end one has the session, and nothing is lost or comes twice.
#[tokio::test]
async fn of_a_hundred_connections_at_once_one_at_a_time_has_a_session() {
    let node = Arc::new(Node::new(LIMITS).await);
    let first = node.enter("c").await;
    first.subscribe("t", 1).await;
    first.leave(Vec::new());
    node.say("t", "1").await;
    let mut tasks = tokio::task::JoinSet::new();
    let holders = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for _ in 0..100 {
        let (node, holders) = (Arc::clone(&node), Arc::clone(&holders));
        tasks.spawn(async move {
            let client = match node.try_enter("c", |_| ()).await {
                Ok(client) => client,
                Err(EnterError::Superseded) => return None,
                Err(error) => panic!("{error}"),
            };
            client.mailbox.begin(|| ());
            assert_eq!(holders.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0, "one at a time");
            assert!(client.existed);
            tokio::task::yield_now().await;
            let texts = client.texts();
            holders.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            client.leave(Vec::new());
            Some(texts)
        });
    }
    let had: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert!(!had.is_empty() && had.iter().all(|texts| *texts == ["1"]), "{had:?}");
    let last = node.enter("c").await;
    assert_eq!((last.closed(), last.texts()), (None, vec!["1".to_owned()]));
}

#[tokio::test]
async fn a_connection_that_does_not_end_keeps_its_session() {
    let node = Node::new(LIMITS).await;
    let first = node.visit("c").await;
    tokio::time::pause();
    let second = node.try_enter("c", |_| ()).await;
    tokio::time::resume();
    assert!(matches!(second, Err(EnterError::Busy)));
    assert_eq!(first.closed(), Some(CloseReason::TakenOver), "it was told");
    drop(first);
    assert_eq!(node.visit("c").await.closed(), None);
}
