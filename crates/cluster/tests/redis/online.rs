//! Who is connected where.

use deskwire_cluster::{Bus, Heard, Online};
use deskwire_model::Uid;

use crate::{
    node::{Node, options, uid, until_so},
    server::RedisServer,
};

async fn sessions(bus: &Bus, user: &Uid) -> Vec<String> {
    let online = bus.registry().who(user).await.unwrap_or_default();
    let mut sessions: Vec<String> = online
        .iter()
        .map(|Online { node, session, value }| {
            let node = node.as_ref().map_or("-", |node| node.name());
            format!("{node} {session} {}", String::from_utf8_lossy(value))
        })
        .collect();
    sessions.sort_unstable();
    sessions
}

#[tokio::test]
async fn sessions_are_seen_from_everywhere() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", options(redis.url())).await;
    let b = Node::up("b", options(redis.url())).await;
    let (u, v, w) = (uid("u"), uid("v"), uid("w"));
    a.bus.registry().enter(&u, "s1", "phone".into()).unwrap();
    a.bus.registry().enter(&v, "s2", "desk".into()).unwrap();
    b.bus.registry().enter(&u, "s3", "web".into()).unwrap();
    for bus in [&a.bus, &b.bus] {
        until_so("both", async || sessions(bus, &u).await == ["a s1 phone", "b s3 web"]).await;
        let online = bus.registry().are_online(&[u.clone(), w.clone(), v.clone()]).await;
        assert_eq!(online, Ok(vec![true, false, true]));
    }
    a.bus.registry().enter(&u, "s1", "tablet".into()).unwrap();
    until_so("another value", async || sessions(&b.bus, &u).await == ["a s1 tablet", "b s3 web"]).await;
    a.bus.registry().leave(&u, "s1");
    a.bus.registry().leave(&v, "s2");
    assert_eq!(sessions(&a.bus, &u).await, ["b s3 web"], "it knows of itself at once");
    until_so("leaving", async || sessions(&b.bus, &u).await == ["b s3 web"]).await;
    until_so("leaving", async || b.bus.registry().are_online(std::slice::from_ref(&v)).await == Ok(vec![false])).await;
}

#[tokio::test]
async fn entries_outlive_their_lease_and_die_with_their_node() {
    let Some(redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let b = Node::up("b", options(redis.url())).await;
    let (u, v) = (uid("u"), uid("v"));
    a.bus.registry().enter(&u, "s1", "x".into()).unwrap();
    b.bus.registry().enter(&u, "s2", "y".into()).unwrap();
    b.bus.registry().enter(&v, "s3", "z".into()).unwrap();
    until_so("both", async || sessions(&a.bus, &u).await == ["a s1 x", "b s2 y"]).await;
    let died = b.id();
    drop(b);
    a.until("lost", |heard| matches!(heard, Heard::PeerLost(lost) if *lost == died)).await;
    until_so("expiry", async || sessions(&a.bus, &u).await == ["a s1 x"]).await;
    until_so("expiry", async || a.bus.registry().are_online(std::slice::from_ref(&v)).await == Ok(vec![false])).await;
    // By then the lease of the other one has ended too: it was renewed. Redis forgets what nobody renews.
    let key = "{deskwire}:on:v";
    until_so("forgetting", async || redis.cli(&["EXISTS", key]) == "0").await;
    until_so("members", async || redis.cli(&["ZCARD", "{deskwire}:on:u"]) == "1").await;
    let other = Node::up("c", options(redis.url())).await;
    assert_eq!(sessions(&other.bus, &u).await, ["a s1 x"]);
}

#[tokio::test]
async fn what_redis_forgot_is_entered_again() {
    let Some(mut redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let mut b = Node::up("b", options(redis.url())).await;
    let users: Vec<Uid> = (0..600).map(|number| uid(&format!("u{number}"))).collect();
    for user in &users {
        a.bus.registry().enter(user, "s", "x".into()).unwrap();
    }
    let all = async |bus: &Bus| bus.registry().are_online(&users).await.is_ok_and(|online| online.iter().all(|is| *is));
    until_so("all", async || all(&b.bus).await).await;
    assert_eq!(redis.cli(&["FLUSHALL"]), "OK");
    until_so("all again", async || all(&b.bus).await).await;
    redis.kill();
    b.until("down", |heard| matches!(heard, Heard::Down)).await;
    assert!(b.bus.registry().who(&users[0]).await.is_err());
    // Who leaves meanwhile is not entered again.
    a.bus.registry().leave(&users[0], "s");
    redis.restart().await;
    a.until_up().await;
    b.until_up().await;
    until_so("all but one", async || {
        b.bus.registry().are_online(&users[1..]).await.is_ok_and(|online| online.iter().all(|is| *is))
    })
    .await;
    assert_eq!(sessions(&b.bus, &users[0]).await, Vec::<String>::new());
}

#[tokio::test]
async fn who_is_alone_knows_its_own() {
    let (bus, _inbox) = Bus::local();
    let u = uid("u");
    bus.registry().enter(&u, "s", "x".into()).unwrap();
    assert_eq!(sessions(&bus, &u).await, ["- s x"]);
    assert_eq!(bus.registry().are_online(&[u.clone(), uid("v")]).await, Ok(vec![true, false]));
    bus.registry().leave(&u, "s");
    assert!(sessions(&bus, &u).await.is_empty());
}
