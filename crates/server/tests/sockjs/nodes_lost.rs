//! Sessions whose node is gone or cannot be asked.

use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::{redis::Redis, server::Server};

const LOST: &str = "c[1006,\"Server lost session\"]\n";

#[tokio::test]
async fn a_session_is_lost_with_its_node() {
    let Some(redis) = Redis::start().await else { return };
    let soon = Duration::from_millis(200);
    let (mut a, mut b) = Server::two(&redis, |settings| settings.session.disconnect_delay = soon * 100).await;
    let mut session = a.open().await;
    let mut stream = b.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    session.send("x").await.unwrap();
    assert_eq!(stream.chunk().await.unwrap(), "a[\"x\"]\n");

    a.bus.clone().leave().await;
    assert_eq!(stream.chunk().await.unwrap(), LOST);
    assert_eq!(stream.chunk().await, None);
    assert_eq!(b.say("[\"a\"]").await, 404);
    for _ in 0..2 {
        assert_eq!(b.poll().await, LOST);
    }
    assert_eq!(b.post("/base/0/b/xhr", "").await.body, "o\n", "others are opened");
    drop(b.session().await);
}

#[tokio::test]
async fn the_name_of_a_lost_session_is_free_after_a_while() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |settings| settings.session.disconnect_delay = Duration::from_secs(1)).await;
    let _stream = a.stream("POST", "/base/0/a/xhr_streaming").await;
    let _session = a.session().await;
    a.bus.clone().leave().await;
    while !b.bus.peers().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(b.poll().await, LOST);
    loop {
        match b.poll().await.as_str() {
            LOST => tokio::time::sleep(Duration::from_millis(50)).await,
            other => return assert_eq!(other, "o\n"),
        }
    }
}

#[tokio::test]
async fn without_redis_what_is_elsewhere_is_lost_and_what_is_new_is_opened() {
    let Some(mut redis) = Redis::start().await else { return };
    let (mut a, mut b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    let mut stream = b.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    session.send("x").await.unwrap();
    assert_eq!(stream.chunk().await.unwrap(), "a[\"x\"]\n");

    redis.kill();
    assert_eq!(stream.chunk().await.unwrap(), LOST);
    assert_eq!(stream.chunk().await, None);
    let mut heard = String::new();
    session.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "", "its home has ended it too");
    assert_eq!(b.say("[\"a\"]").await, 404);
    assert_eq!(b.poll().await, "o\n");
    let mut session = b.session().await;
    assert_eq!(b.say("[\"a\"]").await, 204);
    assert_eq!(session.receive().await.as_deref(), Some("a"));
}

#[tokio::test]
async fn a_session_outlives_a_node_that_stops_and_has_not_got_it() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    let mut stream = b.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    session.send("x").await.unwrap();
    assert_eq!(stream.chunk().await.unwrap(), "a[\"x\"]\n");
    b.sockjs.stop();
    assert_eq!(stream.chunk().await.unwrap(), "h\n");
    assert_eq!(stream.chunk().await, None);
    session.send("y").await.unwrap();
    assert_eq!(a.poll().await, "a[\"y\"]\n");
    // A request that comes in the meantime is not kept waiting.
    assert_eq!(b.poll().await, "h\n");
    assert_eq!(a.say("[\"a\"]").await, 204);
    assert_eq!(session.receive().await.as_deref(), Some("a"));
}

#[tokio::test]
async fn nothing_is_missed_when_the_node_in_between_stops_while_something_is_said() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, _b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    let (mut heard, mut nodes) = (Vec::new(), Vec::new());
    for round in 0..10 {
        let node = a.beside(&redis).await;
        let mut stream = node.stream("POST", "/base/0/a/xhr_streaming").await;
        stream.chunk().await.unwrap();
        let says = async {
            for number in 0..50 {
                session.send(&(round * 50 + number).to_string()).await.unwrap();
                tokio::task::yield_now().await;
            }
            // All of it may have come in fewer chunks than are waited for below.
            node.sockjs.stop();
        };
        let hears = async {
            let mut chunks = 0;
            while let Some(chunk) = stream.chunk().await {
                if chunk != "h\n" {
                    heard.extend(numbers(&chunk));
                }
                chunks += 1;
                // Each time a bit later.
                if chunks > round / 3 {
                    node.sockjs.stop();
                }
            }
        };
        tokio::join!(says, hears);
        nodes.push(node);
    }
    while heard.len() < 500 {
        heard.extend(numbers(&a.poll().await));
    }
    assert!(heard.into_iter().eq(0..500));
}

/// The numbers that are the messages of a frame.
fn numbers(frame: &str) -> Vec<usize> {
    let messages: Vec<String> = serde_json::from_str(frame.trim_end().strip_prefix('a').unwrap()).unwrap();
    messages.iter().map(|text| text.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_client_that_leaves_while_nothing_is_said_is_gone_at_once() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    let mut stream = b.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    drop(stream);
    let mut heard = String::new();
    session.read_to_string(&mut heard).await.unwrap();
}

#[tokio::test]
async fn requests_that_are_relayed_are_bounded() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |settings| settings.relays.most = 1).await;
    let mut session = a.open().await;
    let mut stream = b.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    assert_eq!(b.say("[\"a\"]").await, 503);
    assert!(b.has_counted("sockjs_relayed"));
    assert_eq!(b.post("/base/0/a/xhr", "").await.status, 503);
    assert_eq!(a.say("[\"b\"]").await, 204, "here it is not relayed");
    assert_eq!(b.post("/base/0/b/xhr", "").await.body, "o\n", "nor what is opened");
    assert_eq!(session.receive().await.as_deref(), Some("b"));
}
