//! How deep the topics are that clients may name.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use deskwire_wire::mqtt::{Packet, SubackCode};
use serde_json::json;

use crate::{
    mqtt_client::Mqtt,
    server::{SERVICE, Server},
    stomp_client::Stomp,
};

const DEEPEST: &str = "a/b/c/d";
const TOO_DEEP: &str = "a/b/c/d/e";
const REASON: &str = "too many levels";

fn server() -> Server {
    Server::start(&[("TOPIC_LEVELS", "4")])
}

#[test]
fn a_stomp_client_names_no_deeper_topic() {
    let server = server();
    for place in ["/topic", "/app", "/queue", "/temp-queue"] {
        for separator in ["/", "."] {
            let destination = format!("{place}/{}", TOO_DEEP.replace('/', separator));
            let mut speaker = Stomp::service(&server);
            speaker.post(&destination, "1", &[]);
            speaker.is_refused(REASON, 1002);
            let mut listener = Stomp::service(&server);
            listener.subscribe("s", &destination, &[]);
            listener.is_refused(REASON, 1002);
        }
    }
    let mut stomp = Stomp::service(&server);
    stomp.subscribed("s", &format!("/topic/{DEEPEST}"), &[]);
    stomp.post(&format!("/topic/{DEEPEST}"), "1", &[]);
    stomp.receipt("1");
    assert_eq!(stomp.message().body(), b"1");
}

#[test]
fn an_mqtt_client_names_no_deeper_topic() {
    let server = server();
    let mut mqtt = Mqtt::service(&server);
    mqtt.subscribe(1, &[DEEPEST, TOO_DEEP, "+/+/+/+/#", "a/#"]);
    let Packet::Suback(suback) = mqtt.packet() else { panic!("a SUBACK was expected") };
    let granted: Vec<_> = suback.codes.iter().map(|code| matches!(code, SubackCode::Granted(_))).collect();
    assert_eq!(granted, [true, false, false, true]);
    mqtt.publish(2, TOO_DEEP, "too deep");
    mqtt.publish(3, DEEPEST, "deep");
    loop {
        match mqtt.packet() {
            Packet::Publish(publish) if publish.topic.as_str() == DEEPEST => break assert_eq!(publish.payload, "deep"),
            Packet::Publish(publish) => {
                assert_eq!(publish.topic.as_str(), format!("user/{}", SERVICE.0), "a complaint");
            }
            Packet::Puback(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_back_end_pushes_to_no_deeper_topic() {
    let server = server();
    let key = format!("Authorization: Basic {}", STANDARD.encode(format!("{}:{}", SERVICE.0, SERVICE.1)));
    for (topic, refused) in [(DEEPEST, false), (TOO_DEEP, true)] {
        let body = json!({ "destination": format!("/topic/{topic}"), "payload": "hello" });
        let answer = server.post_with("/api/v1/push/broadcast", &key, &body);
        assert_eq!(answer.body.contains(REASON), refused, "{answer:?}");
        assert_eq!(answer.json()["code"] == 200, !refused, "{answer:?}");
    }
}
