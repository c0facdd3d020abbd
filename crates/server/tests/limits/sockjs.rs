//! The bounds of SockJS sessions over HTTP, and STOMP inside of them.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    server::{Answer, PATIENCE, SERVICE, Server, Visitor},
    stomp_client::Stomp,
};

/// HTTP/1.0, so that the body comes without chunks.
pub(crate) fn post(server: &Server, path: &str, body: &str) -> Answer {
    server.exchange(&format!("POST {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

pub(crate) fn say(server: &Server, path: &str, frame: &str) -> u16 {
    post(server, &format!("{path}/xhr_send"), &json!([frame]).to_string()).status
}

/// Polls until something with `part` in it comes.
pub(crate) fn hear(server: &Server, path: &str, part: &str) -> String {
    loop {
        let answer = post(server, &format!("{path}/xhr"), "");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(!answer.body.starts_with('c'), "{answer:?}");
        if answer.body.contains(part) {
            return answer.body;
        }
    }
}

#[test]
fn stomp_is_spoken_under_every_base() {
    let server = Server::start(&[]);
    for base in ["/stomp", "/ws/chat", "/ws/agent", "/sockjs", "/main2/ws"] {
        let path = format!("{base}/0/session");
        assert_eq!(post(&server, &format!("{path}/xhr"), "").body, "o\n", "{base}");
        let (login, passcode) = SERVICE;
        let connect = format!("CONNECT\naccept-version:1.2\nlogin:{login}\npasscode:{passcode}\n\n\0");
        assert_eq!(say(&server, &path, &connect), 204);
        assert!(hear(&server, &path, "CONNECTED").starts_with("a[\"CONNECTED\\n"));
        assert_eq!(say(&server, &path, "SUBSCRIBE\nid:1\ndestination:/topic/a\nreceipt:r\n\n\0"), 204);
        hear(&server, &path, "RECEIPT");
        assert_eq!(say(&server, &path, "SEND\ndestination:/topic/a\n\n你\u{2028}\0"), 204);
        assert!(hear(&server, &path, "MESSAGE").ends_with("你\\u2028\\u0000\"]\n"));
        assert_eq!(say(&server, &path, "DISCONNECT\nreceipt:bye\n\n\0"), 204);
        assert!(hear(&server, &path, "RECEIPT").contains("receipt-id:bye"));
        let end = post(&server, &format!("{path}/xhr"), "").body;
        assert!(end.starts_with("c[1000,"), "{end}");
    }
}

#[test]
fn only_some_bases_are_plain_websockets_as_well() {
    let server = Server::start(&[]);
    let upgrade = |path: &str| {
        server.exchange(&format!(
            "GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\
             Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ))
    };
    for (path, status) in [
        ("/stomp", 426),
        ("/ws/chat", 426),
        ("/ws/agent", 426),
        ("/sockjs", 400),
        ("/main2/ws", 400),
        ("/sockjs/websocket", 426),
        ("/main2/ws/0/a/websocket", 426),
    ] {
        assert_eq!(upgrade(path).status, status, "{path} and a version that nobody speaks");
    }
}

#[test]
fn an_address_has_so_many_sessions() {
    let server = Server::start(&[("SOCKJS_SESSIONS_PER_ADDRESS", "1")]);
    assert_eq!(post(&server, "/sockjs/0/a/xhr", "").body, "o\n");
    assert_eq!(post(&server, "/sockjs/0/b/xhr", "").status, 429);
    assert_eq!(post(&server, "/stomp/0/a/xhr", "").status, 429, "all base paths share the bound");
    server.has_counted("sockjs_sessions", 2);
    Stomp::service(&server).is_served();
}

#[test]
fn a_request_brings_so_many_bytes() {
    let server = Server::start(&[("SOCKJS_POST_BYTES", "1024")]);
    assert_eq!(post(&server, "/sockjs/0/a/xhr", "").body, "o\n");
    assert_eq!(say(&server, "/sockjs/0/a", &"\n".repeat(500)), 204);
    assert_eq!(say(&server, "/sockjs/0/a", &"\n".repeat(600)), 413);
    server.has_counted("size", 1);
}

#[test]
fn somebody_elses_token_finds_no_session() {
    let server = Server::start(&[]);
    let token = server.agent_token();
    let mine = |request: &str| format!("/ws/chat/0/a/{request}?token={token}");
    assert_eq!(post(&server, &mine("xhr"), "").body, "o\n");
    for (path, status) in [
        ("/ws/chat/0/a/xhr_send".to_owned(), 404),
        ("/ws/chat/0/a/xhr_send?token=forged".to_owned(), 401),
        (mine("xhr_send"), 204),
    ] {
        assert_eq!(post(&server, &path, "[]").status, status, "{path}");
    }
}

/// What a visitor finds first when it comes back on another connection and acknowledges nothing there.
fn first_unread(server: &Server, visitor: &Visitor) -> String {
    let mut reader = Stomp::visitor(server, visitor);
    reader.subscribed("s", &format!("/topic/{}", visitor.topic), &[("ack", "client-individual")]);
    let body: Value = serde_json::from_slice(reader.message().body()).unwrap();
    body["uid"].as_str().unwrap().to_owned()
}

/// DESIGN §1, cursor rules: a response is no evidence, the next request is.
#[test]
fn the_next_poll_proves_what_the_one_before_it_brought() {
    let server = Server::start(&[("CURSOR_DELAY_MS", "1")]);
    let visitor = server.visitor();
    let mut agent = Stomp::agent(&server);
    let mut agent_says = |name: &str| {
        agent.text(&visitor, "TEXT", name, "hello");
        agent.receipt(name);
    };
    let path = "/ws/chat/0/visitor";
    assert_eq!(post(&server, &format!("{path}/xhr"), "").body, "o\n");
    say(&server, path, &format!("CONNECT\naccept-version:1.2\nlogin:{}\n\n\0", visitor.uid));
    hear(&server, path, "CONNECTED");
    say(&server, path, &format!("SUBSCRIBE\nid:1\ndestination:/topic/{}\nreceipt:r\n\n\0", visitor.topic));
    hear(&server, path, "RECEIPT");

    agent_says("m0");
    hear(&server, path, "m0");
    assert_eq!(first_unread(&server, &visitor), "m0", "the response may have been lost");
    let begun = Instant::now();
    for round in 1.. {
        let name = format!("m{round}");
        agent_says(&name);
        hear(&server, path, &name);
        if first_unread(&server, &visitor) != "m0" {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "nothing is proved");
    }
}
