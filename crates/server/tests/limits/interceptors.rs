//! Hooks, through the program of `examples/interceptor.rs`.

use std::path::Path;

use deskwire_wire::stomp::Command;

use crate::{
    server::{PROGRAM, Server},
    stomp_client::Stomp,
};

fn server() -> Server {
    let example = Path::new(PROGRAM).with_file_name("examples").join("interceptor");
    assert!(example.exists(), "build the examples first, as `cargo test -p deskwire` does");
    Server::of_program(&example, "")
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

    let mut queue = Stomp::service(&server);
    queue.transaction(Command::Begin, "t");
    queue.receipt("t");
    queue.post("/queue/work", "forbidden too", &[("transaction", "t")]);
    queue.receipt("forbidden too");
    queue.transaction(Command::Commit, "t");
    queue.is_refused("a message to /queue/work holds a word", 1002);

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
