//! The bounds of HTTP requests, logins and introductions.

use std::time::Instant;

use serde_json::json;

use crate::{
    server::{AGENT, Answer, PATIENCE, Server},
    stomp_client::Stomp,
};

#[test]
fn heads_and_bodies_are_bounded() {
    let server = Server::start(&[("HTTP_HEAD_BYTES", "8192"), ("HTTP_BODY_BYTES", "1024")]);
    let with_head = |length: usize| {
        let padding = "x".repeat(length);
        let request = format!("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: {padding}\r\n\r\n");
        server.exchange(&request).status
    };
    assert_eq!(with_head(4096), 200);
    assert_eq!(with_head(32 * 1024), 431);
    let with_body = |length: usize| server.login("x", &"y".repeat(length));
    assert_eq!(with_body(900).status, 401);
    let refused = with_body(1100);
    assert_eq!((refused.status, &refused.json()["code"]), (413, &json!(413)));
    Stomp::service(&server).is_served();
}

fn is_locked(answer: &Answer) -> bool {
    answer.head.to_ascii_lowercase().contains("\r\nretry-after:")
}

#[test]
fn a_name_is_locked_after_its_attempts() {
    let server = Server::start(&[("LOGIN_ATTEMPTS", "2"), ("LOGIN_LOCK_S", "1")]);
    for _ in 0..2 {
        let wrong = server.login(AGENT.1, "guess");
        assert_eq!((wrong.status, is_locked(&wrong)), (401, false));
    }
    let begun = Instant::now();
    let right = server.login(AGENT.1, AGENT.2);
    assert_eq!((right.status, &right.json()["code"], is_locked(&right)), (429, &json!(-1), true));
    server.has_counted("login", 1);
    let other = server.login("somebody else", "guess");
    assert_eq!((other.status, is_locked(&other)), (401, false), "another name is looked at");
    Stomp::service(&server).is_served();
    while server.login(AGENT.1, AGENT.2).status != 200 {
        assert!(begun.elapsed() < PATIENCE, "the lock does not end");
    }
}

#[test]
fn an_address_is_locked_after_its_attempts() {
    let server = Server::start(&[("LOGIN_ATTEMPTS_PER_ADDRESS", "3")]);
    let mut other = Stomp::service(&server);
    for name in ["a", "b", "c"] {
        assert!(!is_locked(&server.login(name, "guess")), "{name}");
    }
    let right = server.login(AGENT.1, AGENT.2);
    assert_eq!((right.status, is_locked(&right)), (429, true));
    server.has_counted("login", 1);
    other.is_served();
}

#[test]
fn an_address_introduces_visitors_only_so_fast() {
    let server = Server::start(&[("INIT_PER_SECOND", "1")]);
    let begun = Instant::now();
    let introduce_until = |status: u16| loop {
        let answer = server.introduce();
        if answer.status == status {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{status} never came: {answer:?}");
    };
    introduce_until(200);
    let refused = introduce_until(429);
    assert_eq!((&refused.json()["code"], is_locked(&refused)), (&json!(429), true));
    server.has_counted("rate", 1);
    Stomp::service(&server).is_served();
    introduce_until(200);
}
