//! What is told when hints are lost.

use std::time::Duration;

use deskwire_cluster::{Channel, Heard, Hint, Listened, Missed, RedisOptions};

use crate::{
    node::{Node, in_time, note, note_of, options, topic, until_so},
    server::RedisServer,
};

fn is_down(heard: &Heard) -> bool {
    matches!(heard, Heard::Down)
}

#[tokio::test]
async fn a_redis_that_was_killed_is_found_again_with_all_channels() {
    let Some(mut redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let mut b = Node::up("b", options(redis.url())).await;
    // More than one step.
    let channels: Vec<Channel> = (0..1200).map(|number| topic(&format!("t/{number}"))).collect();
    for channel in &channels[..1199] {
        drop(b.bus.listen(channel));
    }
    b.listen(&channels[1198]).await;
    redis.kill();
    a.until("down", is_down).await;
    b.until("down", is_down).await;
    assert!(!a.bus.is_up());
    a.bus.publish(&channels[0], note(0));
    // Asked for while nobody can confirm it.
    assert_eq!(in_time("listening", b.bus.listen(&channels[1199])).await, Listened::Deaf);
    redis.restart().await;
    a.until_up().await;
    b.until_up().await;
    assert!(a.bus.is_up() && b.bus.is_up());
    for (number, channel) in (1..).zip(&channels) {
        a.bus.publish(channel, note(number));
    }
    assert_eq!(b.notes_until(1200).await, (1..=1200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_redis_that_is_not_there_yet_is_waited_for() {
    let Some(mut redis) = RedisServer::start().await else { return };
    redis.kill();
    let mut a = Node::start("a", options(redis.url()));
    assert!(!a.bus.is_up());
    assert_eq!(in_time("listening", a.bus.listen(&topic("t"))).await, Listened::Deaf);
    redis.restart().await;
    a.until_up().await;
    let b = Node::up("b", options(redis.url())).await;
    b.bus.publish(&topic("t"), note(1));
    assert_eq!(a.notes_until(1).await, [1]);
}

#[tokio::test]
async fn a_redis_that_stands_still_is_down() {
    let Some(redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    let mut b = Node::up("b", options(redis.url())).await;
    b.listen(&topic("t")).await;
    redis.freeze();
    a.until("down", is_down).await;
    b.until("down", is_down).await;
    redis.thaw();
    a.until_up().await;
    b.until_up().await;
    a.bus.publish(&topic("t"), note(1));
    assert_eq!(*b.notes_until(1).await.last().unwrap(), 1);
}

#[tokio::test]
async fn a_listener_that_redis_cuts_knows_that_it_missed_something() {
    let Some(redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    a.listen(&topic("t")).await;
    for round in 0..3 {
        // Kills the connections of listeners only.
        assert_eq!(redis.cli(&["CLIENT", "KILL", "TYPE", "pubsub"]), "1", "round {round}");
        a.until("down", is_down).await;
        a.until_up().await;
    }
    let b = Node::up("b", options(redis.url())).await;
    b.bus.publish(&topic("t"), note(1));
    assert_eq!(a.notes_until(1).await, [1]);
}

#[tokio::test]
async fn a_full_inbox_tells_it_once_and_goes_on() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", options(redis.url())).await;
    let mut b = Node::up("b", RedisOptions { inbox_hints: 10, ..options(redis.url()) }).await;
    b.until_joined(&a.id()).await;
    for number in 0..200 {
        a.bus.publish(&Channel::All, note(number));
    }
    // A question of b's own comes back behind all of them: then they have come, and did not fit.
    let mut a = a;
    let (a_id, bus) = (a.id(), b.bus.clone());
    let asking = tokio::spawn(async move { bus.ask(&a_id, "?".into(), Duration::from_secs(20)).await });
    let asked = a.until("asked", |heard| matches!(heard, Heard::Asked(_))).await;
    if let Heard::Asked(asked) = asked {
        asked.answer.send("!".into());
    }
    assert_eq!(in_time("answer", asking).await.unwrap(), Ok("!".into()));
    let (mut notes, mut missed) = (Vec::new(), 0);
    a.bus.publish(&Channel::Node(b.id()), Hint::Work);
    // The last one may not fit either: it is published until it does.
    until_so("room", async || {
        while let Ok(Some(heard)) = tokio::time::timeout(Duration::from_millis(50), b.inbox.next()).await {
            match &heard {
                Heard::Missed(Missed::Everything) => missed += 1,
                Heard::Hint { hint: Hint::Work, .. } => return true,
                heard => notes.extend(note_of(heard).map(|(_, number)| number)),
            }
        }
        a.bus.publish(&Channel::Node(b.id()), Hint::Work);
        false
    })
    .await;
    assert!(missed == 1 || missed == 2, "told {missed} times: once for the notes, maybe once for the last");
    assert!(notes.len() <= 10 && notes.is_sorted(), "{notes:?}");
}

#[tokio::test]
async fn what_a_publisher_drops_is_told_by_its_beacons() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", RedisOptions { outgoing_hints: 5, ..options(redis.url()) }).await;
    let mut b = Node::up("b", options(redis.url())).await;
    b.until_joined(&a.id()).await;
    // No await in between: nothing is taken meanwhile.
    for number in 0..50 {
        a.bus.publish(&Channel::All, note(number));
    }
    let mut notes = Vec::new();
    let from_a = a.id();
    b.until("missed", |heard| {
        notes.extend(note_of(heard).map(|(_, number)| number));
        matches!(heard, Heard::Missed(Missed::From(node)) if *node == from_a)
    })
    .await;
    assert!(notes.is_sorted() && notes.len() < 50, "{notes:?}");
    // Once: what comes now is heard without another loss.
    a.bus.publish(&Channel::All, note(100));
    b.until("the next", |heard| {
        assert!(!matches!(heard, Heard::Missed(_)));
        note_of(heard).is_some_and(|(_, number)| number == 100)
    })
    .await;
}

#[tokio::test]
async fn what_is_too_large_is_dropped_and_told() {
    let Some(redis) = RedisServer::start().await else { return };
    let a = Node::up("a", RedisOptions { max_hint_bytes: 1000, ..options(redis.url()) }).await;
    let mut b = Node::up("b", options(redis.url())).await;
    b.until_joined(&a.id()).await;
    a.bus.publish(&Channel::All, Hint::Note(vec![0; 5000].into()));
    b.until("missed", |heard| matches!(heard, Heard::Missed(Missed::From(node)) if *node == a.id())).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_told_where_it_was_said() {
    let Some(redis) = RedisServer::start().await else { return };
    let mut a = Node::up("a", options(redis.url())).await;
    a.listen(&topic("t")).await;
    // Damaged, and of a version that lays frames out in another way.
    for frame in ["\u{1}nonsense", "\u{7}whatever"] {
        redis.cli(&["PUBLISH", "{deskwire}:t:t", frame]);
        let missed = a.until("missed", |heard| matches!(heard, Heard::Missed(_))).await;
        assert!(matches!(missed, Heard::Missed(Missed::Channel(channel)) if channel == topic("t")));
    }
    redis.cli(&["PUBLISH", "{deskwire}:a", "\u{1}nonsense"]);
    a.until("missed", |heard| matches!(heard, Heard::Missed(Missed::Channel(Channel::All)))).await;
    assert!(a.bus.is_up());
}

#[tokio::test]
async fn what_is_lost_is_counted() {
    let Some(redis) = RedisServer::start().await else { return };
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    let few = RedisOptions { outgoing_hints: 5, ..options(redis.url()) };
    let mut a = metrics::with_local_recorder(&recorder, || Node::start("a", few));
    a.until_up().await;
    let mut b = metrics::with_local_recorder(&recorder, || Node::start("b", options(redis.url())));
    b.until_up().await;
    b.until_joined(&a.id()).await;
    for number in 0..8 {
        a.bus.publish(&Channel::All, note(number));
    }
    b.until("missed", |heard| matches!(heard, Heard::Missed(Missed::From(_)))).await;
    until_so("all", async || figures.render().contains("deskwire_bus_heard_total 5")).await;
    redis.cli(&["CLIENT", "KILL", "TYPE", "pubsub"]);
    b.until("down", is_down).await;
    b.until_up().await;
    let figures = figures.render();
    for line in ["deskwire_bus_published_total 5", "deskwire_bus_dropped_total 3", "deskwire_bus_lag_seconds_count 5"] {
        assert!(figures.contains(line), "{line} in {figures}");
    }
    for name in ["deskwire_bus_reconnects_total", "deskwire_bus_missed_total", "deskwire_bus_up", "deskwire_bus_peers"]
    {
        assert!(figures.contains(name), "{name} in {figures}");
    }
}
