//! Which node has what only one may have.

use std::time::Duration;

use deskwire_cluster::{Bus, Claim, Claimed, RedisOptions};

use crate::{
    node::{Node, options, until_so},
    server::RedisServer,
};

/// Claims that are renewed often.
fn hasty(redis: &RedisServer) -> RedisOptions {
    RedisOptions { claim_lease: Duration::from_secs(3), ..options(redis.url()) }
}

async fn claimed(bus: &Bus, name: &str) -> Claim {
    match bus.claims().claim(name).await.unwrap() {
        Claimed::Here(claim) => claim,
        Claimed::At(node) => panic!("{node} has it"),
    }
}

/// Who has `name`, as `bus` sees it.
async fn holder(bus: &Bus, name: &str) -> String {
    let elsewhere = bus.claims().elsewhere(name).await.unwrap();
    elsewhere.map_or_else(|| "-".to_owned(), |node| node.name().to_owned())
}

#[tokio::test]
async fn of_nodes_that_come_together_one_has_it() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", options(redis.url())).await;
    let b = Node::up("b", options(redis.url())).await;
    let (claims_of_a, claims_of_b) = (a.bus.claims(), b.bus.claims());
    for round in 0..200 {
        let name = round.to_string();
        let (here, there) = tokio::join!(claims_of_a.claim(&name), claims_of_b.claim(&name));
        let (here, there) = (here.unwrap(), there.unwrap());
        match (&here, &there) {
            (Claimed::Here(_), Claimed::At(node)) => assert_eq!(*node, a.id()),
            (Claimed::At(node), Claimed::Here(_)) => assert_eq!(*node, b.id()),
            both => panic!("{both:?}"),
        }
    }
}

#[tokio::test]
async fn it_is_renewed_and_free_when_its_last_holder_lets_go() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", hasty(&redis)).await;
    let b = Node::up("b", hasty(&redis)).await;
    let (one, two) = (claimed(&a.bus, "s").await, claimed(&a.bus, "s").await);
    let short = claimed(&a.bus, "short").await;
    drop((one, short));
    until_so("letting go", async || holder(&b.bus, "short").await == "-").await;
    // Longer than the lease: it is what is waited for, not how long.
    let mut left = i64::MAX;
    until_so("a renewal", async || {
        let before = std::mem::replace(&mut left, redis.cli(&["PTTL", "{deskwire}:claim:s"]).parse().unwrap());
        left > before
    })
    .await;
    assert_eq!(holder(&b.bus, "s").await, "a");
    assert_eq!(holder(&a.bus, "s").await, "-", "nowhere else");
    drop(two);
    until_so("letting go", async || holder(&b.bus, "s").await == "-").await;
    let _claim = claimed(&b.bus, "s").await;
    assert_eq!(holder(&a.bus, "s").await, "b");
}

#[tokio::test]
async fn what_a_dead_node_had_stays_lost_until_it_is_taken_or_fades() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", options(redis.url())).await;
    let b = Node::up("b", options(redis.url())).await;
    let claims = (claimed(&a.bus, "s").await, claimed(&a.bus, "t").await);
    let dead = a.id();
    std::mem::forget(claims);
    drop(a);
    assert!(matches!(b.bus.claims().claim("s").await, Ok(Claimed::At(node)) if node == dead));
    let taken = b.bus.claims().take_over("s", &dead).await.unwrap();
    assert!(taken.is_some());
    assert!(b.bus.claims().take_over("s", &dead).await.unwrap().is_none(), "it has it no more");
    assert_eq!(holder(&b.bus, "s").await, "-");
    b.bus.claims().fade("s", &dead, Duration::from_millis(1)).await.unwrap();
    b.bus.claims().fade("t", &dead, Duration::from_millis(1)).await.unwrap();
    until_so("fading", async || holder(&b.bus, "t").await == "-").await;
    assert!(matches!(b.bus.claims().claim("s").await, Ok(Claimed::Here(_))));
}

#[tokio::test]
async fn what_was_held_while_redis_was_away_or_has_forgotten_is_told_again() {
    let Some(mut redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let mut b = Node::up("b", options(redis.url())).await;
    let _known = claimed(&a.bus, "known").await;
    redis.kill();
    until_so("down", async || !a.bus.is_up() && !b.bus.is_up()).await;
    assert!(a.bus.claims().claim("new").await.is_err());
    let _new = a.bus.claims().hold("new");
    redis.restart().await;
    a.until_up().await;
    b.until_up().await;
    for name in ["known", "new"] {
        until_so(name, async || b.bus.is_up() && holder(&b.bus, name).await == "a").await;
    }
}

#[tokio::test]
async fn a_node_that_is_alone_has_everything() {
    let (bus, _inbox) = Bus::local();
    let _claim = claimed(&bus, "s").await;
    assert_eq!(holder(&bus, "s").await, "-");
}
