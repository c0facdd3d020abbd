//! The server of `examples/interceptor.rs`: a word may not be said, whichever way it is tried, and sessions are told.

use std::path::Path;

use deskwire_wire::{
    mqtt::{TopicName, Will},
    stomp::Command,
};
use serde_json::json;

use crate::{
    mqtt_client::Mqtt,
    server::{PROGRAM, SERVICE, Server},
    stomp_client::Stomp,
};

const WORD: &str = "it is forbidden";
const REFUSAL: &str = "holds a word that is not said here";

fn server() -> Server {
    let example = Path::new(PROGRAM).with_file_name("examples").join("interceptor");
    assert!(example.exists(), "build the examples first, as `cargo test -p deskwire` does");
    Server::of_program(&example, "")
}

#[test]
fn no_destination_of_stomp_is_a_way_around() {
    let server = server();
    let mut asker = Stomp::service(&server);
    asker.subscribed("a", "/temp-queue/answers", &[]);
    asker.posted("/queue/questions", "may I?", &[("reply-to", "/temp-queue/answers")]);
    let mut answerer = Stomp::service(&server);
    answerer.subscribed("q", "/queue/questions", &[]);
    let reply_queue = answerer.message().header("reply-to").unwrap().to_owned();
    let visitor = server.visitor();
    let conversation = format!("/app/{}", visitor.topic);
    for destination in ["/topic/x", "/queue/x", "/user/somebody/queue/x", "/temp-queue/x", &reply_queue] {
        let mut service = Stomp::service(&server);
        service.post(destination, WORD, &[]);
        service.is_refused(REFUSAL, 1002);
    }
    for destination in ["/app/send", "/user/queue/x", &conversation] {
        let mut stomp = Stomp::visitor(&server, &visitor);
        stomp.post(destination, WORD, &[]);
        stomp.is_refused(REFUSAL, 1002);
    }
    let mut service = Stomp::service(&server);
    service.transaction(Command::Begin, "t");
    service.receipt("t");
    service.posted("/topic/x", WORD, &[("transaction", "t")]);
    service.transaction(Command::Commit, "t");
    service.is_refused(REFUSAL, 1002);
    answerer.posted(&reply_queue, "you may", &[]);
    assert_eq!(asker.message().body(), b"you may");
}

#[test]
fn http_is_no_way_around() {
    let server = server();
    let visitor = server.visitor();
    let key = format!("X-Service-Key: {}:{}", SERVICE.0, SERVICE.1);
    let token = format!("Authorization: Bearer {}", server.agent_token());
    let message = |content: &str| {
        let thread = json!({ "topic": visitor.topic });
        json!({ "json": json!({ "content": content, "thread": thread, "user": { "uid": visitor.uid } }).to_string() })
    };
    let pushed = |destination: &str| json!({ "destination": destination, "payload": WORD });
    for (path, header, request) in [
        ("/visitor/api/v1/message/send", "", message(WORD)),
        ("/api/v1/message/rest/send", &token, message(WORD)),
        ("/api/v1/push/broadcast", &key, pushed("/topic/x")),
        ("/api/v1/push/broadcast", &key, pushed("/queue/x")),
        ("/api/v1/push/users/somebody", &key, pushed("/queue/x")),
        ("/api/v1/notices", &key, json!({ "everybody": true, "title": WORD })),
    ] {
        let answer = server.post_with(path, header, &request).json();
        assert_eq!(answer["code"], 500, "{path}: {answer}");
        assert!(answer["message"].as_str().unwrap().contains(REFUSAL), "{path}: {answer}");
    }
    let answer = server.post_with("/visitor/api/v1/message/send", "", &message("hello")).json();
    assert_eq!(answer["code"], 200, "{answer}");
}

#[test]
fn a_will_is_no_way_around() {
    let server = server();
    let mut heir = Stomp::service(&server);
    heir.subscribed("s", "/topic/wills", &[]);
    for payload in [WORD, "it is allowed"] {
        let topic = TopicName::new("wills").unwrap();
        let will = Will::new(topic, payload.into());
        drop(Mqtt::open(&server).connected_with_will("testator", SERVICE.0, SERVICE.1, Some(will)));
        // The heir, and the question itself.
        server.wait_for_metric("deskwire_sockets", |open| open == 2.0);
    }
    assert_eq!(heir.message().body(), b"it is allowed");
}

#[test]
fn a_message_that_an_interceptor_refuses_reaches_nobody() {
    let server = server();
    let (mut listener, mut sender) = (Stomp::service(&server), Stomp::service(&server));
    listener.subscribed("t", "/topic/talk", &[]);
    sender.posted("/topic/talk", "allowed", &[]);
    sender.post("/topic/talk", "this is forbidden", &[]);
    let error = sender.frame();
    assert_eq!((error.command(), error.header("receipt-id")), (Command::Error, Some("this is forbidden")));
    let expected = "a message to /topic/talk holds a word that is not said here";
    assert_eq!(error.header("message"), Some(expected));
    assert_eq!(sender.hear().closed(), 1002);

    Stomp::service(&server).posted("/topic/talk", "after", &[]);
    assert_eq!(
        [listener.message(), listener.message()].map(|message| message.body().to_vec()),
        [&b"allowed"[..], b"after"]
    );
}

#[test]
fn a_listener_hears_of_each_session() {
    let server = server();
    let mut agent = Stomp::open(&server);
    agent.connect("agent", Some(&server.agent_token()), &[]);
    let connected = agent.frame();
    let session = connected.header("session").unwrap();
    agent.subscribed("s", "/user/queue/x", &[]);
    agent.unsubscribed(&[("id", "s")]);
    drop(agent);
    server.wait_for_log(&format!("session {session} (Stomp): Disconnected"));
    let log = server.log();
    let heard: Vec<_> =
        log.lines().filter_map(|line| line.strip_prefix(&format!("session {session} (Stomp): "))).collect();
    assert_eq!(heard, ["Connected", "Subscribed(\"/user/queue/x\")", "Unsubscribed(\"s\")", "Disconnected"]);
}
