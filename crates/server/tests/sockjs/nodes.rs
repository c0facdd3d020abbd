//! Sessions whose requests come to two nodes.

use std::time::Duration;

use tokio::{io::AsyncReadExt, task::JoinSet};

use crate::{redis::Redis, server::Server};

const BUSY: &str = "c[2010,\"Another connection still open\"]\n";

#[tokio::test]
async fn any_node_takes_messages_and_gives_them_in_their_order() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    for number in 0..200 {
        let (sends, polls) = if number % 3 == 0 { (&a, &b) } else { (&b, if number % 3 == 1 { &a } else { &b }) };
        assert_eq!(sends.say(&format!("[\"{number}\"]")).await, 204);
        assert_eq!(session.receive().await, Some(number.to_string()));
        session.send(&number.to_string()).await.unwrap();
        assert_eq!(polls.poll().await, format!("a[\"{number}\"]\n"));
    }
}

#[tokio::test]
async fn a_poll_waits_on_any_node() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    let mut waiting = b.stream("POST", "/base/0/a/xhr").await;
    session.send("later").await.unwrap();
    assert_eq!(waiting.chunk().await.unwrap(), "a[\"later\"]\n");
    assert_eq!(waiting.chunk().await, None);
}

#[tokio::test]
async fn each_transport_looks_the_same_on_any_node() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    for (method, path) in [
        ("POST", "xhr"),
        ("POST", "xhr_streaming"),
        ("GET", "eventsource"),
        ("GET", "htmlfile?c=call"),
        ("GET", "jsonp?c=call"),
    ] {
        let mut seen = Vec::new();
        for (name, is_here) in [("here", true), ("there", false)] {
            let base = format!("/base/0/{name}-{}", path.replace("?c=call", ""));
            assert_eq!(a.post(&format!("{base}/xhr"), "").await.body, "o\n");
            let mut session = a.session().await;
            session.send("</script>\u{2028}\"").await.unwrap();
            session.close(3000, "Go away!");
            let mut stream = if is_here { &a } else { &b }.stream(method, &format!("{base}/{path}")).await;
            let mut chunks = Vec::new();
            while let Some(chunk) = stream.chunk().await {
                chunks.push(chunk);
            }
            stream.headers.remove("date");
            seen.push((stream.headers, chunks));
        }
        assert!(seen[0].1.concat().contains("script"), "{path}");
        assert_eq!(seen[0], seen[1], "{path}");
    }
}

#[tokio::test]
async fn a_stream_ends_at_its_size_and_the_next_goes_on() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |settings| {
        settings.relays.response_bytes = 4096;
        settings.session.waiting_bytes = 1024;
    })
    .await;
    let mut session = a.open().await;
    let saying = tokio::spawn(async move {
        for number in 0..2000 {
            session.send(&format!("{number} {}", "x".repeat(40))).await.unwrap();
        }
        session
    });
    let (mut numbers, mut streams) = (Vec::new(), 0);
    while numbers.len() < 2000 {
        let mut stream = b.stream("POST", "/base/0/a/xhr_streaming").await;
        assert_eq!(stream.chunk().await.unwrap().len(), 2049);
        streams += 1;
        while numbers.len() < 2000
            && let Some(chunk) = stream.chunk().await
        {
            let messages: Vec<String> = serde_json::from_str(chunk.trim_end().strip_prefix('a').unwrap()).unwrap();
            numbers.extend(messages.iter().map(|text| text.split(' ').next().unwrap().parse::<usize>().unwrap()));
        }
    }
    assert!(numbers.into_iter().eq(0..2000));
    assert!(streams > 1, "none was ended");
    drop(saying.await.unwrap());
}

#[tokio::test]
async fn what_is_larger_than_an_answer_comes_in_parts() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    let large: String = (0..300_000).map(|number| char::from(b'a' + (number % 23) as u8)).collect();
    for _ in 0..3 {
        session.send(&large).await.unwrap();
        assert_eq!(b.poll().await, format!("a[\"{large}\"]\n"));
    }
    assert_eq!(b.say(&format!("[\"{large}\"]")).await, 204);
    assert_eq!(session.receive().await, Some(large));
}

#[tokio::test]
async fn rule_28_a_second_receiver_is_sent_away_on_any_node() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    let mut stream = b.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    assert_eq!(a.poll().await, BUSY);
    assert_eq!(b.poll().await, BUSY);
    session.send("still here").await.unwrap();
    assert_eq!(stream.chunk().await.unwrap(), "a[\"still here\"]\n");
}

#[tokio::test]
async fn rule_29_a_receiver_that_breaks_off_on_another_node_ends_the_session() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    let mut stream = b.stream("POST", "/base/0/a/xhr_streaming").await;
    stream.chunk().await.unwrap();
    session.send("x").await.unwrap();
    stream.chunk().await.unwrap();
    drop(stream);
    let mut heard = String::new();
    session.read_to_string(&mut heard).await.unwrap();
    session.send("too late").await.unwrap_err();
    assert_eq!(b.say("[\"a\"]").await, 404);
    assert_eq!(b.poll().await, "o\n", "a new session");
    assert_eq!(b.say("[\"a\"]").await, 204);
    assert_eq!(a.say("[\"b\"]").await, 204, "it is found there");
}

#[tokio::test]
async fn rule_30_the_end_is_told_again_and_again_on_any_node() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    session.send("goodbye").await.unwrap();
    session.close(4001, "enough");
    drop(session);
    assert_eq!(b.poll().await, "a[\"goodbye\"]\n");
    for _ in 0..3 {
        assert_eq!(b.poll().await, "c[4001,\"enough\"]\n");
        assert_eq!(a.poll().await, "c[4001,\"enough\"]\n");
    }
    assert_eq!(b.say("[\"a\"]").await, 404);
}

#[tokio::test]
async fn silence_is_broken_by_heartbeats_of_the_home() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |settings| settings.session.heartbeat = Duration::from_millis(50)).await;
    let mut session = a.open().await;
    assert_eq!(b.poll().await, "h\n");
    let mut stream = b.stream("GET", "/base/0/a/eventsource").await;
    assert_eq!(stream.chunk().await.unwrap(), "\r\n");
    assert_eq!(stream.chunk().await.unwrap(), "data: h\r\n\r\n");
    session.send("x").await.unwrap();
    while stream.chunk().await.unwrap() != "data: a[\"x\"]\r\n\r\n" {}
}

#[tokio::test]
async fn coming_back_to_another_node_proves_what_arrived() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    let mut session = a.open().await;
    session.send("x").await.unwrap();
    session.mark(session.written(), 7);
    assert_eq!(b.poll().await, "a[\"x\"]\n");
    assert_eq!(session.proved(), None, "said is not heard");
    session.send("y").await.unwrap();
    assert_eq!(b.poll().await, "a[\"y\"]\n");
    assert_eq!(session.proved(), Some(7));
}

#[tokio::test]
async fn a_session_is_its_owners_on_any_node() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |_| {}).await;
    assert_eq!(a.post("/base/0/a/xhr?token=ann", "").await.body, "o\n");
    let mut session = a.session().await;
    assert_eq!(b.post("/base/0/a/xhr?token=bob", "").await.status, 404);
    assert_eq!(b.post("/base/0/a/xhr_send?token=bob", "[\"bob\"]").await.status, 404);
    assert_eq!(b.post("/base/0/a/xhr_send?token=ann", "[\"ann\"]").await.status, 204);
    assert_eq!(session.receive().await.as_deref(), Some("ann"));
}

#[tokio::test]
async fn what_is_no_message_is_refused_where_it_comes() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, b) = Server::two(&redis, |settings| settings.relays.post_bytes = 1024).await;
    let mut session = a.open().await;
    for (body, status, text) in [("", 500, "Payload expected."), ("[\"x", 500, "Broken JSON encoding.")] {
        let answer = b.post("/base/0/a/xhr_send", body).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, text));
    }
    assert_eq!(b.say(&format!("[\"{}\"]", "x".repeat(1024))).await, 413);
    assert!(b.has_counted("size"));
    let form = b.request("POST", "/base/0/a/jsonp_send").header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(form.body("d=%5B%22a+b%22%5D").send().await.body, "ok");
    assert_eq!(session.receive().await.as_deref(), Some("a b"));
    assert_eq!(b.post("/base/0/nobody/xhr_send", "[\"x\"]").await.status, 404);
}

#[tokio::test]
async fn requests_that_come_together_to_two_nodes_open_one_session() {
    let Some(redis) = Redis::start().await else { return };
    let (mut a, mut b) = Server::two(&redis, |_| {}).await;
    for round in 0..10 {
        let mut together = JoinSet::new();
        for number in 0..4 {
            let node = if number % 2 == 0 { &a } else { &b };
            let request = node.request("POST", &format!("/base/0/{round}/xhr_streaming"));
            together.spawn(async move {
                let mut stream = request.open().await;
                stream.chunk().await.unwrap();
                (stream.chunk().await.unwrap(), stream)
            });
        }
        let all = together.join_all().await;
        let mut frames: Vec<&str> = all.iter().map(|(frame, _)| frame.as_str()).collect();
        frames.sort_unstable();
        assert_eq!(frames, [BUSY, BUSY, BUSY, "o\n"]);
        let session = tokio::select! {
            session = a.session() => session,
            session = b.session() => session,
        };
        drop(session);
    }
}
