//! Redis as a cluster, and as a pair of which one stands in for the other.

use deskwire_cluster::{Channel, Heard, RedisOptions};

use crate::{
    node::{Node, note, options, topic, uid, until_so},
    server::RedisServer,
};

fn is_down(heard: &Heard) -> bool {
    matches!(heard, Heard::Down)
}

#[tokio::test]
async fn a_cluster_is_spoken_to_in_its_own_way() {
    let Some(redis) = RedisServer::start_with(&["--cluster-enabled", "yes"], &[]).await else { return };
    assert_eq!(redis.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]), "OK");
    until_so("a cluster", async || redis.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok")).await;
    let mut a = Node::up("a", options(redis.url())).await;
    let mut b = Node::up("b", options(redis.url())).await;
    b.listen(&topic("t")).await;
    a.bus.publish(&topic("t"), note(1));
    assert_eq!(b.notes_until(1).await, [1]);
    let shard_channels = redis.cli(&["PUBSUB", "SHARDCHANNELS"]);
    assert!(shard_channels.lines().any(|line| line.contains(":t:t")), "{shard_channels}");
    a.bus.registry().enter(&uid("u"), "s", "x".into()).unwrap();
    until_so("online", async || b.bus.registry().are_online(&[uid("u")]).await == Ok(vec![true])).await;
    // Who is let go is not taken for a slot that moves.
    b.bus.unlisten(&topic("t"));
    until_so("letting go", async || !redis.cli(&["PUBSUB", "SHARDCHANNELS"]).contains(":t:t")).await;
    b.listen(&topic("t2")).await;
    assert!(b.bus.is_up());
    // The slots go: so do we, until they are back.
    assert_eq!(redis.cli(&["CLUSTER", "DELSLOTSRANGE", "0", "16383"]), "OK");
    a.until("down", is_down).await;
    b.until("down", is_down).await;
    assert_eq!(redis.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]), "OK");
    a.until_up().await;
    b.until_up().await;
    a.bus.publish(&topic("t2"), note(2));
    assert_eq!(b.notes_until(2).await, [2]);
}

#[tokio::test]
async fn nodes_follow_their_slot_through_a_cluster() {
    let clustered = ["--cluster-enabled", "yes"];
    let Some(one) = RedisServer::start_with(&clustered, &[]).await else { return };
    let Some(two) = RedisServer::start_with(&clustered, &[]).await else { return };
    let slot = one.cli(&["CLUSTER", "KEYSLOT", "{deskwire}"]);
    assert_eq!(one.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]), "OK");
    one.meet(&two);
    let is_ok = async || {
        [&one, &two].iter().all(|node| {
            let info = node.cli(&["CLUSTER", "INFO"]);
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:2")
        })
    };
    until_so("a cluster", is_ok).await;
    // The first is asked, or the second, which sends on.
    let mut a = Node::up("a", options(one.url())).await;
    let mut b = Node::up("b", options(two.url())).await;
    b.listen(&topic("t")).await;
    a.bus.publish(&topic("t"), note(1));
    assert_eq!(b.notes_until(1).await, [1]);
    // The slot moves to the second, emptied: as after resharding, which moves its keys before.
    let (from, to) = (one.cli(&["CLUSTER", "MYID"]), two.cli(&["CLUSTER", "MYID"]));
    until_so("moving", async || {
        // Nodes write their keys all the time, and a slot with keys stays.
        one.cli(&["FLUSHALL"]);
        two.cli(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from]);
        two.cli(&["CLUSTER", "SETSLOT", &slot, "NODE", &to]);
        one.cli(&["CLUSTER", "SETSLOT", &slot, "NODE", &to]);
        let key = ["EXISTS", "{deskwire}:x"];
        one.cli(&key).starts_with("MOVED") && two.cli(&key) == "0"
    })
    .await;
    a.until("down", is_down).await;
    b.until("down", is_down).await;
    a.until_up().await;
    b.until_up().await;
    a.bus.publish(&topic("t"), note(2));
    assert_eq!(b.notes_until(2).await, [2]);
    assert!(two.cli(&["PUBSUB", "SHARDCHANNELS"]).contains(":t:t"));
}

#[tokio::test]
async fn of_a_pair_the_one_that_takes_writes_is_used() {
    let Some(one) = RedisServer::start().await else { return };
    let Some(two) = RedisServer::start().await else { return };
    let follow = |node: &RedisServer, other: &RedisServer| {
        assert_eq!(node.cli(&["REPLICAOF", "127.0.0.1", &other.port().to_string()]), "OK");
    };
    follow(&one, &two);
    let both = || RedisOptions { urls: vec![one.url(), two.url()], ..options(one.url()) };
    let mut a = Node::up("a", both()).await;
    let mut b = Node::up("b", both()).await;
    a.bus.publish(&Channel::All, note(1));
    assert_eq!(b.notes_until(1).await, [1]);
    assert!(two.cli(&["PUBSUB", "CHANNELS"]).contains("{deskwire}:a"));
    // They change places.
    assert_eq!(one.cli(&["REPLICAOF", "NO", "ONE"]), "OK");
    follow(&two, &one);
    a.until("down", is_down).await;
    b.until("down", is_down).await;
    a.until_up().await;
    b.until_up().await;
    a.bus.publish(&Channel::All, note(2));
    assert_eq!(b.notes_until(2).await, [2]);
}
