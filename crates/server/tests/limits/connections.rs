//! How many connections there are, and how long they may take to begin and to end.

use std::io::{Read, Write};

use crate::{mqtt_client::Mqtt, server::Server, stomp_client::Stomp};

#[test]
fn a_full_server_closes_who_comes_next_until_somebody_leaves() {
    let server = Server::start(&[("MAX_CONNECTIONS", "2")]);
    let mut first = Stomp::service(&server);
    let second = Stomp::service(&server);
    assert_eq!(server.connect().read(&mut [0]).unwrap_or(0), 0, "the third is closed at once");
    first.is_served();
    drop(second);
    // The slot of an answered request is free a little after its answer.
    let ask_until_answered = |path: &str| loop {
        let mut stream = server.connect();
        let mut answer = String::new();
        let _ = stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes());
        let _ = stream.read_to_string(&mut answer);
        if !answer.is_empty() {
            return answer;
        }
    };
    assert!(ask_until_answered("/healthz").ends_with("ok\n"));
    first.is_served();
    let metrics = ask_until_answered("/metrics");
    let refusals = metrics.lines().find_map(|l| l.strip_prefix(r#"deskwire_limit_hits_total{limit="connections"} "#));
    assert!(refusals.unwrap().parse::<f64>().unwrap() >= 1.0);
}

#[test]
fn one_address_has_its_share_and_no_more() {
    let server = Server::start(&[("CONNECTIONS_PER_ADDRESS", "2")]);
    let mut first = Stomp::service(&server);
    let _second = Stomp::service(&server);
    assert_eq!(server.connect().read(&mut [0]).unwrap_or(0), 0, "the third is closed at once");
    first.is_served();
}

#[test]
fn one_address_that_connects_too_often_is_closed_at_once() {
    let server = Server::start(&[("CONNECTS_PER_SECOND", "1")]);
    let is_closed = |_| {
        let mut stream = server.connect();
        let asked = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        asked.is_err() || stream.read(&mut [0]).unwrap_or(0) == 0
    };
    let closed = (0..100).any(is_closed);
    assert!(closed, "a hundred connections at once are more than one per second");
}

#[test]
fn who_does_not_say_who_it_is_in_time_is_cut() {
    let server = Server::start(&[("CONNECT_DEADLINE_MS", "2000")]);
    let mut known = Stomp::service(&server);
    Stomp::open(&server).is_refused("no CONNECT in time", 1002);
    assert_eq!(Mqtt::open(&server).hear().closed(), 1008);
    known.is_served();
    server.has_counted("connect_deadline", 2);
}

#[test]
fn a_stopping_server_says_goodbye_and_does_not_wait_for_ever() {
    let mut server = Server::start(&[("DRAIN_MS", "1500"), ("HEADER_READ_TIMEOUT_MS", "600000")]);
    let (mut stomp, mut mqtt) = (Stomp::service(&server), Mqtt::service(&server));
    let mut unfinished = server.connect();
    unfinished.write_all(b"GET / HTTP/1.1\r\nHo").unwrap();
    // Answered behind it, so the unfinished request is the server's by now.
    assert_eq!(server.get("/healthz").status, 200);
    server.stop();
    assert_eq!(stomp.hear().closed(), 1001);
    assert_eq!(mqtt.hear().closed(), 1001);
    assert!(server.wait().success(), "{}", server.log());
    let log = server.log();
    assert!(log.contains("stopped abandoned=") && !log.contains("abandoned=0"), "{log}");
}

#[test]
fn whoever_is_refused_is_told_why_and_closed_as_after_every_error() {
    let server = Server::start(&[]);
    let (one, other) = (server.visitor(), server.visitor());
    let foreign = format!("/topic/{}", other.topic);
    let mut listener = Stomp::visitor(&server, &one);
    listener.subscribe("s", &foreign, &[]);
    listener.is_refused("not allowed", 1002);
    let mut speaker = Stomp::visitor(&server, &one);
    speaker.text(&other, "TEXT", "m1", "hello");
    speaker.is_refused("not allowed", 1002);
    let mut stomp = Stomp::open(&server);
    stomp.connect("nobody", Some("wrong"), &[]);
    stomp.is_refused("not valid", 1002);
}
