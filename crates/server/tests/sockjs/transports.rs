use tokio::io::AsyncWriteExt;

use crate::server::Server;

const SCRIPT: &str = "application/javascript; charset=UTF-8";
const NO_CACHE: &str = "no-store, no-cache, no-transform, must-revalidate, max-age=0";

#[tokio::test]
async fn polls_get_one_frame_each() {
    for (path, method, wrap) in [
        ("/base/0/a/xhr", "POST", (|frame| format!("{frame}\n")) as fn(&str) -> String),
        ("/base/0/a/jsonp?c=%63allback", "GET", |frame| format!("/**/callback({});\r\n", serde_json::json!(frame))),
    ] {
        let mut server = Server::start();
        let answer = server.request(method, path).header("Origin", "test").send().await;
        assert_eq!((answer.status, answer.body), (200, wrap("o")));
        assert_eq!(answer.headers["content-type"], SCRIPT);
        assert_eq!(answer.headers["cache-control"], NO_CACHE);
        assert_eq!(answer.headers["access-control-allow-origin"], "test");
        let mut session = server.session().await;
        session.send("x").await.unwrap();
        session.send("y").await.unwrap();
        assert_eq!(server.request(method, path).send().await.body, wrap("a[\"x\",\"y\"]"));
        session.close(3000, "Go away!");
        assert_eq!(server.request(method, path).send().await.body, wrap("c[3000,\"Go away!\"]"));
    }
}

#[tokio::test]
async fn streams_get_frames_as_they_come() {
    let html = |frame: &str| format!("<script>\np({});\n</script>\r\n", serde_json::json!(frame));
    for (method, path, kind, wrap) in [
        ("POST", "xhr_streaming", SCRIPT, (|frame| format!("{frame}\n")) as fn(&str) -> String),
        ("GET", "eventsource", "text/event-stream", |frame| format!("data: {frame}\r\n\r\n")),
        ("GET", "htmlfile?c=callback", "text/html; charset=UTF-8", html),
    ] {
        let mut server = Server::start();
        let mut stream = server.stream(method, &format!("/base/0/a/{path}")).await;
        assert_eq!(stream.headers["content-type"], kind);
        assert_eq!(stream.headers["cache-control"], NO_CACHE);
        assert!(!stream.headers.contains_key("content-length"));
        let prelude = stream.chunk().await.unwrap();
        assert!(path != "xhr_streaming" || prelude == "h".repeat(2048) + "\n");
        assert_eq!(stream.chunk().await, Some(wrap("o")), "{path}");
        let mut session = server.session().await;
        for text in ["x", "y"] {
            session.send(text).await.unwrap();
            assert_eq!(stream.chunk().await, Some(wrap(&format!("a[\"{text}\"]"))), "{path}");
        }
        session.write_all(b"\"1\",\"2\",").await.unwrap();
        assert_eq!(stream.chunk().await, Some(wrap("a[\"1\",\"2\"]")));
        session.close(3000, "Go away!");
        assert_eq!(stream.chunk().await, Some(wrap("c[3000,\"Go away!\"]")));
        assert_eq!(stream.chunk().await, None);
    }
}

#[tokio::test]
async fn a_stream_ends_at_its_limit_and_the_next_goes_on() {
    let mut server = Server::with(|settings| settings.session.response_bytes = 100);
    let mut stream = server.stream("POST", "/base/0/a/xhr_streaming").await;
    assert_eq!(stream.chunk().await.unwrap().len(), 2049);
    assert_eq!(stream.chunk().await.unwrap(), "o\n");
    let mut session = server.session().await;
    session.send(&"x".repeat(40)).await.unwrap();
    assert_eq!(stream.chunk().await.unwrap().len(), 46);
    session.send(&"y".repeat(60)).await.unwrap();
    assert_eq!(stream.chunk().await.unwrap().len(), 66);
    assert_eq!(stream.chunk().await, None);
    session.send("z").await.unwrap();
    let mut stream = server.stream("POST", "/base/0/a/xhr_streaming").await;
    assert_eq!(stream.chunk().await.unwrap().len(), 2049);
    assert_eq!(stream.chunk().await.unwrap(), "a[\"z\"]\n");
}

#[tokio::test]
async fn silence_is_broken_by_heartbeats() {
    let mut server = Server::with(|settings| settings.session.heartbeat = std::time::Duration::from_millis(10));
    let _session = server.open().await;
    assert_eq!(server.poll().await, "h\n");
    let mut stream = server.stream("GET", "/base/0/a/eventsource").await;
    assert_eq!(stream.chunk().await.unwrap(), "\r\n");
    for _ in 0..3 {
        assert_eq!(stream.chunk().await.unwrap(), "data: h\r\n\r\n");
    }
}

#[tokio::test]
async fn callbacks_are_names() {
    let server = Server::start();
    for transport in ["jsonp", "htmlfile"] {
        for (query, body) in [
            ("", "\"callback\" parameter required"),
            ("?c=", "\"callback\" parameter required"),
            ("?c=abc%28", "invalid \"callback\" parameter"),
            ("?c=*", "invalid \"callback\" parameter"),
        ] {
            let answer = server.get(&format!("/base/0/a/{transport}{query}")).await;
            assert_eq!((answer.status, answer.body.as_str()), (500, body), "{transport}{query}");
        }
    }
}

#[tokio::test]
async fn http_1_0_gets_no_chunks() {
    let mut server = Server::start();
    let request = server.request("POST", "/base/0/a/xhr_streaming").http10().header("Connection", "Keep-Alive");
    let stream = request.open().await;
    assert!(!stream.headers.contains_key("transfer-encoding"));
    assert!(!stream.headers.contains_key("content-length"));
    server.session().await.close(3000, "Go away!");
    let body = stream.until_end().await;
    assert_eq!(body, "h".repeat(2048) + "\no\nc[3000,\"Go away!\"]\n");
}
