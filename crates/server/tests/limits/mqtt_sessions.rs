//! What waits for MQTT sessions, how many of them there are, and for how long.

use deskwire_wire::mqtt::{ConnackCode, Packet, QoS};

use crate::{mqtt_client::Mqtt, server::Server};

const DROPPED: &str = r#"deskwire_queue_messages_dropped_total{reason="overflow"}"#;
const SESSIONS: &str = "deskwire_mqtt_durable_sessions";

/// A connection of the service account that has entered its session.
fn entered(server: &Server, client_id: &str) -> (Mqtt, bool) {
    let mut mqtt = Mqtt::open(server);
    let connack = mqtt.connect_with(client_id, |_| ());
    assert_eq!(connack.code, ConnackCode::Success);
    (mqtt, connack.session_present)
}

/// Leaves sessions of these names that listen to a topic of the same name.
fn absent(server: &Server, client_ids: &[&str]) {
    for client_id in client_ids {
        let (mut mqtt, _) = entered(server, client_id);
        mqtt.subscribed(QoS::AtLeastOnce, client_id);
        mqtt.leave();
    }
}

/// The first letters of what has waited for a session. It comes behind CONNACK, and so before the answer to a ping.
fn waited(server: &Server, client_id: &str) -> String {
    let (mut mqtt, existed) = entered(server, client_id);
    assert!(existed);
    mqtt.say(&Packet::Pingreq);
    let mut letters = String::new();
    loop {
        match mqtt.packet() {
            Packet::Publish(publish) => letters.push(publish.payload[0].into()),
            Packet::Pingresp => return letters,
            packet => panic!("{packet:?}"),
        }
    }
}

#[test]
fn a_session_has_room_for_so_many_messages_and_bytes_and_the_oldest_go() {
    // Two messages of this size, with what is added for their heads, weigh less than 1024 bytes, and three weigh more.
    let body = "x".repeat(200);
    for (limits, room) in [(&[("MQTT_QUEUED_MESSAGES", "3")][..], 3), (&[("MQTT_QUEUED_BYTES", "1024")], 2)] {
        let server = Server::start(limits);
        absent(&server, &["a"]);
        let mut sender = Mqtt::service(&server);
        for number in 1..=5 {
            sender.published("a", format!("{number}{body}"));
        }
        assert_eq!(server.metric(DROPPED), (5 - room) as f64, "{limits:?}");
        assert_eq!(waited(&server, "a"), "12345"[5 - room..], "{limits:?}");
        sender.hears_nothing();
    }
}

#[test]
fn all_sessions_together_have_room_for_so_many_bytes() {
    let server = Server::start(&[("MQTT_QUEUED_BYTES", "1024"), ("MQTT_QUEUED_TOTAL_BYTES", "1024")]);
    absent(&server, &["a", "b"]);
    let mut sender = Mqtt::service(&server);
    let large = format!("1{}", "x".repeat(600));
    for topic in ["a", "b"] {
        sender.published(topic, large.clone());
    }
    assert_eq!(server.metric(DROPPED), 1.0, "the other session has the room");
    assert_eq!((waited(&server, "a").as_str(), waited(&server, "b").as_str()), ("1", ""));
    sender.hears_nothing();
}

#[test]
fn there_are_so_many_sessions_that_outlive_their_connection() {
    let server = Server::start(&[("MQTT_SESSIONS", "1")]);
    let (kept, _) = entered(&server, "kept");
    assert_eq!(Mqtt::open(&server).connect_with("b", |_| ()).code, ConnackCode::ServerUnavailable);
    let too_many = Mqtt::open(&server).v5().connect_with("b", |connect| connect.properties.session_expiry = Some(60));
    assert_eq!(too_many.code, ConnackCode::QuotaExceeded);
    server.has_counted("mqtt_sessions", 2);
    let clean = Mqtt::open(&server).v5().connect_with("b", |_| ());
    assert_eq!(clean.code, ConnackCode::Success, "it is not kept");
    kept.leave();
    assert!(entered(&server, "kept").1);
}

#[test]
fn a_session_outlives_its_connection_by_so_many_seconds_whatever_its_client_asks_for() {
    let server = Server::start(&[("MQTT_SESSION_EXPIRY_S", "1")]);
    let (old, _) = entered(&server, "old");
    let mut new = Mqtt::open(&server).v5();
    let connack = new.connect_with("new", |connect| connect.properties.session_expiry = Some(3600));
    assert_eq!(connack.properties.session_expiry, Some(1), "it is told what it gets");
    server.wait_for_metric(SESSIONS, |sessions| sessions == 2.0);
    old.leave();
    new.leave();
    server.wait_for_metric(SESSIONS, |sessions| sessions == 0.0);
    assert!(!entered(&server, "old").1);
}
