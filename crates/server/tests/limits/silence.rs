//! WebSockets on which nothing is heard: asked for a sign of life, and closed if none comes.

use std::time::{Duration, Instant};

use crate::{
    mqtt_client::Mqtt,
    server::Server,
    stomp_client::Stomp,
    websocket::{Heard, WebSocket},
};

/// A server that asks as early as it can be told to.
fn curious() -> Server {
    Server::configured("HEARTBEAT", &[("IDLE_PING_MS", "1000")])
}

/// Reads to the end without answering; how often it was asked.
fn asked_in_vain(mut socket: WebSocket) -> usize {
    socket.answers_pings = false;
    let end = socket.hear();
    assert!(matches!(end, Heard::Gone), "{end:?}");
    socket.pings
}

#[test]
fn who_answers_no_ping_is_closed() {
    let server = curious();
    for socket in [Stomp::service(&server).socket, Mqtt::service(&server).socket] {
        assert_eq!(asked_in_vain(socket), 1);
    }
    // The question itself.
    server.wait_for_metric("deskwire_sockets", |open| open == 1.0);
}

#[test]
fn who_answers_pings_may_be_silent_for_ever() {
    let server = curious();
    let (mut stomp, mut mqtt) = (Stomp::service(&server), Mqtt::service(&server));
    let answering = std::thread::spawn(move || {
        mqtt.socket.hear_pings(3);
        mqtt.hears_nothing();
    });
    stomp.socket.hear_pings(3);
    stomp.is_served();
    answering.join().unwrap();
}

#[test]
fn who_asks_for_no_keep_alive_gets_the_longest_there_is() {
    let server = Server::start(&[("MQTT_KEEP_ALIVE_S", "1")]);
    let mut mqtt = Mqtt::service(&server);
    let begun = Instant::now();
    // Pings do not count: there are none so soon.
    assert_eq!(mqtt.hear().closed(), 1008);
    assert!(begun.elapsed() >= Duration::from_millis(1500), "half as long again is borne");
    let mut stomp = Stomp::service(&server);
    stomp.is_served();
}
