//! Guesses at the secrets of service accounts: counted together, whatever protocol they come over.

use std::time::Instant;

use deskwire_wire::mqtt::ConnackCode;

use crate::{
    mqtt_client::Mqtt,
    server::{AGENT, PATIENCE, SERVICE, Server},
    stomp_client::Stomp,
};

const PATH: &str = "/api/v1/push/broadcast";

fn over_stomp(server: &Server, name: &str, secret: &str, part: &str) {
    let mut stomp = Stomp::open(server);
    stomp.connect(name, Some(secret), &[]);
    stomp.is_refused(part, 1002);
}

fn over_mqtt(server: &Server, name: &str, secret: &str) -> ConnackCode {
    Mqtt::open(server).connect("c", name, secret, None)
}

fn over_http(server: &Server, name: &str, secret: &str) -> u16 {
    server.post_with(PATH, &format!("X-Service-Key: {name}:{secret}"), &serde_json::json!({})).status
}

#[test]
fn a_name_is_locked_after_guesses_over_any_protocol() {
    let (name, secret) = SERVICE;
    let server = Server::start(&[("LOGIN_ATTEMPTS", "3"), ("LOGIN_LOCK_S", "1")]);
    over_stomp(&server, name, "guess", "not valid");
    assert_eq!(over_mqtt(&server, name, "guess"), ConnackCode::BadUserNameOrPassword);
    assert_eq!(over_http(&server, name, "guess"), 401);
    let begun = Instant::now();
    over_stomp(&server, name, "guess", "too many failed logins");
    server.has_counted("login", 1);
    while over_mqtt(&server, name, secret) != ConnackCode::Success {
        assert!(begun.elapsed() < PATIENCE, "the lock does not end");
    }
    Stomp::service(&server).is_served();
}

#[test]
fn a_right_secret_is_worth_nothing_while_the_name_is_locked() {
    let (name, secret) = SERVICE;
    let server = Server::start(&[("LOGIN_ATTEMPTS", "1")]);
    assert_eq!(over_mqtt(&server, name, "guess"), ConnackCode::BadUserNameOrPassword);
    over_stomp(&server, name, secret, "too many failed logins");
    assert_eq!(over_mqtt(&server, name, secret), ConnackCode::ServerUnavailable);
    assert_eq!(over_http(&server, name, secret), 429);
    server.has_counted("login", 3);
    assert_eq!(over_mqtt(&server, "other", "guess"), ConnackCode::BadUserNameOrPassword, "another name is looked at");
    Stomp::agent(&server).subscribed("s", "/user/queue/messages", &[]);
}

#[test]
fn an_address_is_locked_after_guesses_at_many_names() {
    let server = Server::start(&[("LOGIN_ATTEMPTS_PER_ADDRESS", "2")]);
    for name in ["a", "b"] {
        over_stomp(&server, name, "guess", "not valid");
    }
    assert_eq!(over_mqtt(&server, SERVICE.0, SERVICE.1), ConnackCode::ServerUnavailable);
    assert_eq!(server.login(AGENT.1, AGENT.2).status, 429, "people share the lock of their address");
}

/// Of a server that had another key: clients that were logged in there show it until somebody logs in anew.
#[test]
fn a_token_that_is_no_good_is_no_guess() {
    let token = Server::start(&[]).agent_token();
    let server = Server::start(&[("LOGIN_ATTEMPTS", "1"), ("LOGIN_ATTEMPTS_PER_ADDRESS", "1")]);
    for _ in 0..3 {
        over_stomp(&server, AGENT.1, &token, "not valid");
        assert_eq!(over_mqtt(&server, AGENT.1, &token), ConnackCode::BadUserNameOrPassword);
    }
    assert_eq!(server.login(AGENT.1, AGENT.2).status, 200);
    assert_eq!(over_mqtt(&server, SERVICE.0, &token), ConnackCode::BadUserNameOrPassword);
    assert_eq!(over_mqtt(&server, SERVICE.0, SERVICE.1), ConnackCode::ServerUnavailable, "but it is for a program");
}
