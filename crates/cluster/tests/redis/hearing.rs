//! What is heard, by whom and in which order.

use deskwire_cluster::{Channel, Heard, Hint, LiveShard, Missed, RedisOptions, Said};
use deskwire_model::{LogId, Payload, Seq, Timestamp, Topic};

use crate::{
    node::{Node, in_time, note, note_of, options, topic, uid, until_so},
    server::RedisServer,
};

#[tokio::test]
async fn each_channel_keeps_the_order_of_its_publisher() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", options(redis.url())).await;
    let mut b = Node::up("b", options(redis.url())).await;
    let channels = [topic("t/1"), topic("t/2"), Channel::User(uid("u")), Channel::All];
    for channel in &channels {
        b.listen(channel).await;
    }
    const EACH: u32 = 3000;
    for number in 0..EACH {
        for channel in &channels {
            a.bus.publish(channel, note(number));
        }
        // As publishers do, who have other work too.
        if number % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let mut next = [0; 4];
    b.until("all", |heard| {
        if let Some((channel, number)) = note_of(heard) {
            let place = channels.iter().position(|known| known == channel).unwrap();
            assert_eq!(number, next[place], "{channel:?}");
            next[place] += 1;
        }
        assert!(!matches!(heard, Heard::Missed(_)), "{heard:?}");
        next == [EACH; 4]
    })
    .await;
}

#[tokio::test]
async fn only_what_is_listened_to_is_heard_and_never_oneself() {
    let Some(redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let mut b = Node::up("b", options(redis.url())).await;
    a.listen(&topic("wanted")).await;
    b.listen(&topic("wanted")).await;
    a.bus.publish(&topic("other"), note(1));
    a.bus.publish(&topic("wanted"), note(2));
    a.bus.publish(&Channel::All, note(3));
    assert_eq!(b.notes_until(3).await, [2, 3]);
    b.bus.unlisten(&topic("wanted"));
    // Not to be let go.
    b.bus.unlisten(&Channel::All);
    b.bus.unlisten(&Channel::Node(b.id()));
    a.bus.publish(&topic("wanted"), note(4));
    a.bus.publish(&Channel::Node(b.id()), note(5));
    a.bus.publish(&Channel::All, note(6));
    assert_eq!(b.notes_until(6).await, [5, 6]);
    b.bus.publish(&Channel::All, note(7));
    assert_eq!(a.notes_until(7).await, [7], "a hears nothing of its own");
    let of_wanted = format!("{{{}}}:t:wanted", RedisOptions::default().prefix);
    until_so("unsubscribing", async || redis.cli(&["PUBSUB", "NUMSUB", &of_wanted]).ends_with('1')).await;
}

#[tokio::test]
async fn who_listens_to_all_shards_hears_each_live_topic_once() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", options(redis.url())).await;
    let mut wild = Node::up("b", options(redis.url())).await;
    let mut exact = Node::up("c", options(redis.url())).await;
    for shard in LiveShard::all() {
        wild.listen(&Channel::Live(shard)).await;
    }
    let topics: Vec<Topic> = (0..50).map(|number| Topic::new(&format!("prices/{number}")).unwrap()).collect();
    exact.listen(&Channel::live(&topics[7])).await;
    for (number, topic) in (0..).zip(&topics) {
        a.bus.publish(&Channel::live(topic), note(number));
    }
    a.bus.publish(&Channel::All, note(99));
    let mut heard = wild.notes_until(99).await;
    heard.sort_unstable();
    assert_eq!(heard, (0..50).chain([99]).collect::<Vec<_>>());
    assert!(exact.notes_until(99).await.contains(&7));
}

#[tokio::test]
async fn large_payloads_stay_in_the_database() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", RedisOptions { max_payload_bytes: 100, ..options(redis.url()) }).await;
    let mut b = Node::up("b", options(redis.url())).await;
    let said = |bytes: usize| Said {
        log: LogId(7),
        seq: Seq(3),
        at: Timestamp(9),
        payload: Some(Payload::Json(vec![b'x'; bytes].into())),
        about: None,
    };
    for bytes in [100, 101] {
        a.bus.publish(&Channel::All, Hint::Said(said(bytes)));
    }
    let mut heard = Vec::new();
    b.until("both", |news| {
        if let Heard::Hint { from, hint: Hint::Said(said), .. } = news {
            assert_eq!(*from, a.id());
            heard.push(said.clone());
        }
        heard.len() == 2
    })
    .await;
    assert_eq!(heard, [said(100), Said { payload: None, ..said(101) }]);
}

#[tokio::test]
async fn installations_with_different_prefixes_do_not_meet() {
    let Some(redis) = RedisServer::start().await else { return };
    let other = || RedisOptions { prefix: "other".into(), ..options(redis.url()) };
    let (a, alien) = (Node::up("a", options(redis.url())).await, Node::up("a", other()).await);
    let mut b = Node::up("b", options(redis.url())).await;
    b.listen(&topic("t")).await;
    b.until_joined(&a.id()).await;
    alien.bus.publish(&topic("t"), note(1));
    alien.bus.publish(&Channel::All, note(2));
    alien.bus.registry().enter(&uid("u"), "s", "v".into()).unwrap();
    a.bus.publish(&topic("t"), note(3));
    assert_eq!(b.notes_until(3).await, [3]);
    assert_eq!(b.bus.peers().iter().map(|peer| peer.id.clone()).collect::<Vec<_>>(), [a.id()]);
    until_so("the entry", async || redis.cli(&["EXISTS", "{other}:on:u"]) == "1").await;
    assert_eq!(b.bus.registry().who(&uid("u")).await, Ok(Vec::new()));
}

#[tokio::test]
async fn nodes_come_and_go() {
    let Some(redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let b = Node::up("b", options(redis.url())).await;
    let c = Node::up("c", options(redis.url())).await;
    a.until_joined(&b.id()).await;
    a.until_joined(&c.id()).await;
    let names: Vec<String> = a.bus.peers().iter().map(|peer| peer.id.name().to_owned()).collect();
    assert_eq!(names, ["b", "c"]);
    let (b_id, c_id) = (b.id(), c.id());
    // What is published last still arrives, then it is gone at once.
    b.bus.publish(&Channel::All, note(1));
    in_time("leaving", b.bus.leave()).await;
    assert_eq!(a.notes_until(1).await, [1]);
    a.until("leaving", |heard| matches!(heard, Heard::PeerLost(lost) if *lost == b_id)).await;
    assert_eq!(a.bus.peers().len(), 1, "no beacon follows a goodbye");
    // This one says nothing.
    drop(c);
    a.until("dying", |heard| {
        assert!(!matches!(heard, Heard::Missed(_) | Heard::PeerJoined(_)), "{heard:?}");
        matches!(heard, Heard::PeerLost(lost) if *lost == c_id)
    })
    .await;
    // What it committed last, nobody published.
    a.until("missed", |heard| matches!(heard, Heard::Missed(Missed::From(lost)) if *lost == c_id)).await;
    assert!(a.bus.peers().is_empty());
}

#[tokio::test]
async fn the_inbox_ends_with_the_bus() {
    let Some(redis) = RedisServer::start().await else { return };
    let Node { bus, mut inbox } = Node::up("a", options(redis.url())).await;
    let clone = bus.clone();
    drop(bus);
    assert!(clone.is_up());
    drop(clone);
    in_time("the end", async { while inbox.next().await.is_some() {} }).await;
}
