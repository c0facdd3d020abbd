//! Several nodes that want a session at once, and nodes that do not know that they have lost it.

use std::sync::Arc;

use deskwire_broker::{CloseReason, EnterError, SavedMailbox};
use deskwire_cluster::NodeId;
use deskwire_model::Timestamp;
use deskwire_store::MqttSessionId;

use crate::mqtt::{FOR_EVER, Node};

fn node_id(name: &str) -> NodeId {
    NodeId::starting(name).unwrap()
}

/// The number of the session called `c`, and its home.
async fn stored(node: &Node) -> (MqttSessionId, Box<str>) {
    let (known, home) = node.desk.store.mqtt_session_called("c").await.unwrap().unwrap();
    (known.id, home.unwrap())
}

async fn left(node: &Node) -> Option<Timestamp> {
    node.desk.log.flush().await.unwrap();
    node.desk.store.mqtt_session_called("c").await.unwrap().unwrap().0.left
}

/// The session called `c` is at `node`, and collects what is said on `a`.
async fn session_at(node: &Node) {
    let client = node.enter("c").await;
    client.subscribe("a", 1).await;
    client.leave(Vec::new());
    node.desk.log.flush().await.unwrap();
}

/// Takes the session called `c` to `to` without a word to its home, as from a node that seems dead.
async fn take(to: &Node) {
    to.elsewhere(&"c".into()).await.unwrap().unwrap().arrive().await.unwrap();
}

#[tokio::test]
async fn two_nodes_that_ask_each_other_do_not_wait_for_each_other() {
    let (one, other) = (node_id("first"), node_id("second"));
    let first = Node::first(&one).await;
    let second = first.beside(&other).await;
    session_at(&first).await;
    let name = Arc::from("c");
    let to_second = second.elsewhere(&name).await.unwrap().unwrap();
    assert_eq!(to_second.home(), Some(one.as_str()));
    // The first one seemed dead, and comes back to a session that it has lost.
    let (id, _) = stored(&first).await;
    assert!(first.desk.store.move_mqtt_session(id, Some(one.as_str()), other.as_str()).await.unwrap());
    assert_eq!(first.mailboxes.recheck().await.unwrap(), 1);
    let to_first = first.elsewhere(&name).await.unwrap().unwrap();
    assert_eq!(to_first.home(), Some(other.as_str()));
    // Each has its turn, and is asked by the other.
    first.mailboxes.let_go(&name).await.unwrap();
    second.mailboxes.let_go(&name).await.unwrap();
    to_first.passed_on().await;
    to_second.passed_on().await;
    assert!(matches!(to_second.arrive().await, Err(EnterError::Moved)));
    assert!(matches!(to_first.arrive().await, Err(EnterError::Moved)));
    // Both try again, and the one that is the home by now need not ask.
    let home = stored(&first).await.1;
    let (here, there) = if *home == *one.as_str() { (&first, &second) } else { (&second, &first) };
    let at_home = here.elsewhere(&name).await.unwrap().unwrap();
    assert_eq!(at_home.home(), None);
    at_home.arrive().await.unwrap();
    there.say("a", "nobody collects there").await;
    here.say("a", "1").await;
    let client = here.enter("c").await;
    assert!(client.existed);
    assert_eq!(client.texts(), ["1"]);
}

#[tokio::test]
async fn a_node_that_is_asked_for_what_it_waits_to_ask_for_gives_way() {
    let first = Node::first(&node_id("first")).await;
    let (second, third) = (first.beside(&node_id("second")).await, first.beside(&node_id("third")).await);
    session_at(&first).await;
    let name: Arc<str> = Arc::from("c");
    let moving = second.elsewhere(&name).await.unwrap().unwrap();
    // A third node takes the second for its home, as it has been.
    second.mailboxes.let_go(&name).await.unwrap();
    assert!(matches!(moving.arrive().await, Err(EnterError::Moved)), "it was promised to another");
    let to_third = third.elsewhere(&name).await.unwrap().unwrap();
    to_third.arrive().await.unwrap();
    assert!(third.enter("c").await.existed);
}

#[tokio::test]
async fn a_session_that_was_adopted_meanwhile_arrives_all_the_same() {
    let (one, other) = (node_id("first"), node_id("second"));
    let first = Node::first(&one).await;
    let second = first.beside(&other).await;
    session_at(&first).await;
    let moving = second.elsewhere(&"c".into()).await.unwrap().unwrap();
    // The node is lost while it is asked. Whoever adopts what it had leaves this session to its client.
    assert_eq!(second.mailboxes.adopt(one.as_str()).await.unwrap(), 0);
    moving.arrive().await.unwrap();
    second.say("a", "1").await;
    let client = second.enter("c").await;
    assert!(client.existed);
    assert_eq!(client.texts(), ["1"]);
}

#[tokio::test]
async fn a_session_that_waits_for_nobody_is_not_taken_from_the_node_that_has_adopted_it() {
    let (one, other, last) = (node_id("first"), node_id("second"), node_id("third"));
    let first = Node::first(&one).await;
    let (second, third) = (first.beside(&other).await, first.beside(&last).await);
    session_at(&first).await;
    assert_eq!(second.mailboxes.adopt(one.as_str()).await.unwrap(), 1);
    assert_eq!(third.mailboxes.adopt(one.as_str()).await.unwrap(), 0);
    assert_eq!(third.mailboxes.recheck().await.unwrap(), 0);
    assert_eq!(&*stored(&third).await.1, other.as_str());
}

#[tokio::test]
async fn what_has_its_home_here_and_was_not_taken_in_is_taken_in_later() {
    let (one, other) = (node_id("first"), node_id("second"));
    let first = Node::first(&one).await;
    let second = first.beside(&other).await;
    session_at(&first).await;
    // As by an adoption that the database left halfway.
    assert_eq!(first.desk.store.claim_mqtt_sessions(one.as_str(), other.as_str(), 9).await.unwrap().len(), 1);
    second.say("a", "nobody collects there").await;
    assert_eq!(second.mailboxes.recheck().await.unwrap(), 0, "none was lost");
    second.say("a", "1").await;
    second.mailboxes.recheck().await.unwrap();
    assert_eq!(second.enter("c").await.texts(), ["1"]);
}

#[tokio::test]
async fn who_enters_is_not_disturbed_by_whoever_looks_after_homes() {
    let node = Node::first(&node_id("first")).await;
    session_at(&node).await;
    let client = node.enter("c").await;
    node.mailboxes.recheck().await.unwrap();
    node.mailboxes.connected_elsewhere(&"c".into()).await.unwrap();
    assert_eq!(client.closed(), None, "its home is here: the other connection was there before");
    node.say("a", "1").await;
    assert_eq!(client.texts(), ["1"]);
}

#[tokio::test]
async fn a_node_that_has_lost_a_session_does_not_say_when_it_was_left() {
    let first = Node::first(&node_id("first")).await;
    let second = first.beside(&node_id("second")).await;
    let stale = first.enter("c").await;
    take(&second).await;
    let client = second.enter("c").await;
    assert_eq!(left(&second).await, None);
    // It does not know yet, and its connection ends: the session would seem to be over long before its time.
    stale.mailbox.leave(SavedMailbox::default(), 0, Timestamp(1));
    first.desk.log.flush().await.unwrap();
    first.mailboxes.sweep(Timestamp(2)).await;
    assert_eq!(left(&second).await, None);
    client.mailbox.leave(SavedMailbox::default(), FOR_EVER, Timestamp(3));
    assert_eq!(left(&second).await, Some(Timestamp(3)));
}

#[tokio::test]
async fn a_node_learns_of_its_loss_when_the_client_is_connected_elsewhere() {
    let first = Node::first(&node_id("first")).await;
    let second = first.beside(&node_id("second")).await;
    let stale = first.enter("c").await;
    stale.subscribe("a", 1).await;
    take(&second).await;
    let client = second.enter("c").await;
    let mailboxes = Arc::clone(&first.mailboxes);
    let told = tokio::spawn(async move { mailboxes.connected_elsewhere(&"c".into()).await });
    while stale.closed() != Some(CloseReason::TakenOver) {
        tokio::task::yield_now().await;
    }
    stale.leave(Vec::new());
    told.await.unwrap().unwrap();
    first.say("a", "nobody collects there").await;
    assert_eq!(first.stored().await, 0);
    second.say("a", "1").await;
    assert_eq!(client.texts(), ["1"]);
}

#[tokio::test]
async fn a_stale_node_does_not_begin_a_session_anew_over_the_one_that_goes_on() {
    let first = Node::first(&node_id("first")).await;
    let second = first.beside(&node_id("second")).await;
    // What the first one has of it would be over.
    first.enter("c").await.mailbox.leave(SavedMailbox::default(), 1, Timestamp(0));
    first.desk.log.flush().await.unwrap();
    take(&second).await;
    let client = second.try_enter("c", |_| ()).await;
    let kept = match client {
        Ok(client) => (client.existed, stored(&second).await.0),
        Err(error) => panic!("{error}"),
    };
    assert!(matches!(first.try_enter("c", |_| ()).await, Err(EnterError::Moved)));
    assert_eq!(stored(&second).await.0, kept.1, "it is the same one");
}
