//! Questions to other nodes.

use std::time::Duration;

use bytes::Bytes;
use deskwire_cluster::{AskError, Bus, Channel, Heard, NodeId, RedisOptions};

use crate::{
    node::{Node, PATIENCE, in_time, note, options},
    server::RedisServer,
};

/// Answers each question with itself, and none that begins with `-`.
fn answer(node: Node) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let Node { bus, mut inbox } = node;
        while let Some(heard) = inbox.next().await {
            if let Heard::Asked(asked) = heard
                && !asked.request.starts_with(b"-")
            {
                asked.answer.send(asked.request);
            }
        }
        drop(bus);
    })
}

async fn ask(bus: &Bus, peer: &NodeId, request: &str) -> Result<Bytes, AskError> {
    bus.ask(peer, Bytes::copy_from_slice(request.as_bytes()), PATIENCE).await
}

#[tokio::test]
async fn questions_are_answered_by_who_is_asked() {
    let Some(redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let b = Node::up("b", options(redis.url())).await;
    let b_id = b.id();
    a.until_joined(&b_id).await;
    let answering = answer(b);
    let questions: Vec<_> = (0..100)
        .map(|number| {
            let (bus, b_id) = (a.bus.clone(), b_id.clone());
            tokio::spawn(async move { (number, ask(&bus, &b_id, &format!("{number}")).await) })
        })
        .collect();
    for question in questions {
        let (number, answered) = in_time("an answer", question).await.unwrap();
        assert_eq!(answered, Ok(Bytes::from(number.to_string())));
    }
    assert_eq!(in_time("a refusal", ask(&a.bus, &b_id, "-")).await, Err(AskError::Refused));
    answering.abort();
}

#[tokio::test]
async fn the_dead_are_not_waited_for() {
    let Some(redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let b = Node::up("b", options(redis.url())).await;
    let b_id = b.id();
    a.until_joined(&b_id).await;
    let nobody = NodeId::starting("nobody").unwrap();
    assert_eq!(ask(&a.bus, &nobody, "?").await, Err(AskError::NoSuchPeer));
    // It is there and does not answer.
    assert_eq!(a.bus.ask(&b_id, "?".into(), Duration::from_millis(50)).await, Err(AskError::TimedOut));
    // It dies with the question.
    let asking = tokio::spawn({
        let (bus, b_id) = (a.bus.clone(), b_id.clone());
        async move { ask(&bus, &b_id, "?").await }
    });
    let mut b = b;
    b.until("asked", |heard| matches!(heard, Heard::Asked(_))).await;
    drop(b);
    let became = in_time("an end", asking).await.unwrap();
    // Dropping the question may have told that it is refused before all went.
    assert!(matches!(became, Err(AskError::Lost | AskError::Refused)), "{became:?}");
    a.until("lost", |heard| matches!(heard, Heard::PeerLost(_))).await;
    assert_eq!(ask(&a.bus, &b_id, "?").await, Err(AskError::NoSuchPeer));
}

#[tokio::test]
async fn without_redis_nobody_is_asked() {
    let Some(mut redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let b = Node::up("b", options(redis.url())).await;
    a.until_joined(&b.id()).await;
    let asking = tokio::spawn({
        let (bus, b_id) = (a.bus.clone(), b.id());
        async move { ask(&bus, &b_id, "?").await }
    });
    let mut b = b;
    // Held, not answered.
    let _asked = b.until("asked", |heard| matches!(heard, Heard::Asked(_))).await;
    redis.kill();
    assert_eq!(in_time("an end", asking).await.unwrap(), Err(AskError::Down));
    a.until("down", |heard| matches!(heard, Heard::Down)).await;
    assert_eq!(ask(&a.bus, &b.id(), "?").await, Err(AskError::Down));
}

#[tokio::test]
async fn who_is_alone_asks_nobody_and_hears_nothing() {
    let (bus, mut inbox) = Bus::local();
    assert!(bus.is_up() && bus.peers().is_empty() && bus.node().is_none());
    let nobody = NodeId::starting("nobody").unwrap();
    assert_eq!(ask(&bus, &nobody, "?").await, Err(AskError::NoSuchPeer));
    assert!(inbox.next().await.is_none());
}

#[tokio::test]
async fn who_has_no_room_for_a_question_refuses_it() {
    let Some(redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let b = Node::up("b", RedisOptions { inbox_hints: 5, ..options(redis.url()) }).await;
    a.until_joined(&b.id()).await;
    // Nobody looks into the inbox.
    for number in 0..10 {
        a.bus.publish(&Channel::All, note(number));
    }
    assert_eq!(in_time("a refusal", ask(&a.bus, &b.id(), "?")).await, Err(AskError::Refused));
}
