//! MQTT messages in flight, in both directions: as many as were agreed, through connections that end, and none of them stops
//! anything else.

use std::num::{NonZeroU16, NonZeroU32};

use deskwire_wire::mqtt::{
    Connect, Delivery, DisconnectCode, Packet, Publish, QoS, TopicFilter, TopicName, Unsubscribe,
};
use serde_json::json;

use crate::{
    mqtt_client::{Mqtt, id},
    server::{AGENT, Server},
    slow_readers::narrow,
    websocket::Heard,
};

/// Large, so that few of them fill the buffers of the kernel, and each of them a write of the server.
const LARGE: usize = 100_000;

/// A connection of a session that is kept and its connection's receive maximum.
fn taking(server: &Server, client_id: &str, maximum: u16) -> Mqtt {
    let mut mqtt = Mqtt::open(server).v5();
    mqtt.connect_with(client_id, |connect: &mut Connect| {
        connect.properties.session_expiry = Some(60);
        connect.properties.receive_maximum = NonZeroU16::new(maximum);
    });
    mqtt
}

fn kept(server: &Server, client_id: &str) -> Mqtt {
    let mut mqtt = Mqtt::open(server);
    mqtt.connect_with(client_id, |_| ());
    mqtt
}

fn text(publish: &Publish) -> String {
    String::from_utf8(publish.payload.to_vec()).unwrap()
}

/// The next message is this one; how it came.
fn comes(mqtt: &mut Mqtt, expected: &str, dup: bool) -> Delivery {
    let publish = mqtt.publication();
    assert_eq!((text(&publish).as_str(), publish.dup), (expected, dup));
    publish.delivery
}

fn exactly_once(packet_id: u16, topic: &str) -> Packet {
    let topic = TopicName::new(topic).unwrap();
    Packet::Publish(Publish::new(Delivery::ExactlyOnce(id(packet_id)), topic, "x".into()))
}

#[test]
fn a_client_gets_no_more_at_a_time_than_it_takes_also_of_what_an_earlier_connection_left() {
    let server = Server::start(&[]);
    let mut reader = taking(&server, "reader", 2);
    reader.subscribed(QoS::AtLeastOnce, "x");
    let mut sender = Mqtt::service(&server);
    ["1", "2", "3"].into_iter().for_each(|text| sender.published("x", text));
    let first = comes(&mut reader, "1", false);
    let second = comes(&mut reader, "2", false);
    reader.hears_nothing();
    reader.leave();
    let mut reader = taking(&server, "reader", 1);
    for (text, delivery) in [("1", first), ("2", second)] {
        assert_eq!(comes(&mut reader, text, true), delivery, "under its packet identifier");
        reader.hears_nothing();
        reader.acknowledge(delivery);
    }
    let third = comes(&mut reader, "3", false);
    reader.acknowledge(third);
    reader.hears_nothing();
}

#[test]
fn a_client_that_sends_more_at_a_time_than_the_server_takes_is_cut() {
    let server = Server::start(&[("MQTT_RECEIVE_MAXIMUM", "2")]);
    let mut other = Mqtt::service(&server);
    let packets: Vec<_> = (1..=3).map(|packet_id| exactly_once(packet_id, "x")).collect();

    let mut new = Mqtt::open(&server).v5();
    let connack = new.connect_with("new", |_| ());
    assert_eq!(connack.properties.receive_maximum, NonZeroU16::new(2));
    new.say_all(&packets);
    let told = loop {
        match new.packet() {
            Packet::Pubrec(_) => {}
            Packet::Disconnect(disconnect) => break disconnect.code,
            packet => panic!("{packet:?}"),
        }
    };
    assert_eq!((told, new.hear().closed()), (DisconnectCode::ReceiveMaximumExceeded, 1002));

    let mut old = kept(&server, "old");
    old.say_all(&packets);
    while let Heard::Said(packet) = old.hear() {
        assert!(matches!(packet, Packet::Pubrec(_)), "{packet:?}");
    }
    server.has_counted("commits", 2);
    other.hears_nothing();
}

#[test]
fn so_many_topics_have_an_alias() {
    let server = Server::start(&[("MQTT_TOPIC_ALIASES", "2")]);
    let mut mqtt = Mqtt::open(&server).v5();
    let connack = mqtt.connect_with("c", |connect| connect.properties.topic_alias_maximum = Some(9));
    assert_eq!(connack.properties.topic_alias_maximum, Some(2));
    mqtt.subscribed(QoS::AtMostOnce, "topic/+");
    let named = |topic: &str, alias| {
        let mut publish = Publish::new(Delivery::AtMostOnce, TopicName::new(topic).unwrap(), "x".into());
        publish.topic_alias = NonZeroU16::new(alias);
        Packet::Publish(publish)
    };
    for (topic, alias) in [("topic/a", Some(1)), ("topic/b", Some(2)), ("topic/c", None), ("topic/a", Some(1))] {
        mqtt.say(&named(topic, 0));
        let publish = mqtt.publication();
        assert_eq!((publish.topic.as_str(), publish.topic_alias), (topic, alias.and_then(NonZeroU16::new)));
    }
    mqtt.say(&named("topic/a", 2));
    mqtt.publication();
    mqtt.say(&named("topic/a", 3));
    match mqtt.packet() {
        Packet::Disconnect(disconnect) => assert_eq!(disconnect.code, DisconnectCode::TopicAliasInvalid),
        packet => panic!("{packet:?}"),
    }
    assert_eq!(mqtt.hear().closed(), 1002);
}

#[test]
fn a_message_that_is_larger_than_the_client_takes_is_dropped_for_it_and_counted() {
    let server = Server::start(&[]);
    let mut mqtt = Mqtt::open(&server).v5();
    mqtt.connect_with("c", |connect| connect.properties.maximum_packet_size = NonZeroU32::new(100));
    mqtt.subscribed(QoS::AtLeastOnce, "x");
    let mut sender = Mqtt::service(&server);
    sender.published("x", "y".repeat(100));
    sender.published("x", "short");
    comes(&mut mqtt, "short", false);
    assert_eq!(server.metric(r#"deskwire_messages_dropped_total{reason="unsendable"}"#), 1.0);
}

#[test]
fn a_session_whose_client_does_not_read_is_taken_over_at_once_with_all_that_it_was_sent() {
    const MESSAGES: usize = 100;
    let limits = [("OUTBOX_BYTES", "4096"), ("MQTT_INFLIGHT", "1000"), ("WRITE_STALL_MS", "60000")];
    let server = Server::start(&limits);
    let mut deaf = Mqtt::over(narrow(&server));
    deaf.connect_with("c", |_| ());
    deaf.subscribed(QoS::AtLeastOnce, "x");
    let mut sender = Mqtt::service(&server);
    let mut body = vec![b'x'; LARGE];
    for number in 0..MESSAGES {
        body[0] = u8::try_from(number).unwrap();
        sender.published("x", body.clone());
    }
    // The server gives up on who does not let go of a session for five seconds.
    let mut back = Mqtt::open(&server);
    let connack = back.connect_with("c", |_| ());
    assert!(connack.session_present, "{connack:?}");
    let mut repeats = Vec::new();
    for number in 0..MESSAGES {
        let publish = back.publication();
        assert_eq!((usize::from(publish.payload[0]), publish.payload.len()), (number, LARGE));
        repeats.push(publish.dup);
        back.acknowledge(publish.delivery);
    }
    assert!(repeats[0] && !repeats[MESSAGES - 1] && repeats.is_sorted_by(|a, b| a >= b), "{repeats:?}");
    back.hears_nothing();
}

#[test]
fn messages_with_qos_2_do_not_wait_for_each_others_acknowledgement() {
    let server = Server::start(&[]);
    let mut reader = kept(&server, "reader");
    reader.subscribed(QoS::ExactlyOnce, "x");
    let mut sender = Mqtt::service(&server);
    let publish = |packet_id| {
        let topic = TopicName::new("x").unwrap();
        Packet::Publish(Publish::new(Delivery::ExactlyOnce(id(packet_id)), topic, vec![b'x'; LARGE].into()))
    };
    (1..=9).for_each(|packet_id| sender.say(&publish(packet_id)));
    for _ in 1..=9 {
        assert_eq!(reader.publication().delivery.qos(), QoS::ExactlyOnce);
    }
}

#[test]
fn what_was_sent_before_comes_again_in_front_of_what_is_retained() {
    let server = Server::start(&[("OUTBOX_BYTES", "4096")]);
    let mut sender = Mqtt::service(&server);
    retain(&mut sender, "r", "retained");
    let mut reader = kept(&server, "reader");
    reader.subscribed(QoS::AtLeastOnce, "x");
    let large = |number: u8| format!("{number}{}", "x".repeat(LARGE));
    (1..=5).for_each(|number| sender.published("x", large(number)));
    for number in 1..=5 {
        comes(&mut reader, &large(number), false);
    }
    drop(reader);
    let mut reader = kept(&server, "reader");
    reader.subscribe(2, &["r"]);
    let mut heard = Vec::new();
    while heard.len() < 6 {
        match reader.packet() {
            Packet::Publish(publish) => {
                heard.push(text(&publish).chars().next().unwrap());
                reader.acknowledge(publish.delivery);
            }
            packet => assert!(matches!(packet, Packet::Suback(_)), "{packet:?}"),
        }
    }
    assert_eq!(heard, ['1', '2', '3', '4', '5', 'r']);
}

/// Publishes to be retained, with QoS 1.
fn retain(sender: &mut Mqtt, topic: &str, payload: &str) {
    let topic = TopicName::new(topic).unwrap();
    let mut publish = Publish::new(Delivery::AtLeastOnce(id(1)), topic, payload.to_owned().into());
    publish.retain = true;
    sender.say(&Packet::Publish(publish));
    assert!(matches!(sender.packet(), Packet::Puback(_)));
}

#[test]
fn retained_messages_that_a_connection_did_not_get_come_to_the_next_one() {
    let server = Server::start(&[("MQTT_INFLIGHT", "2")]);
    let mut sender = Mqtt::service(&server);
    (1..=5).for_each(|number| retain(&mut sender, &format!("r/{number}"), &number.to_string()));
    let mut reader = kept(&server, "reader");
    reader.subscribed(QoS::AtLeastOnce, "r/+");
    let first = comes(&mut reader, "1", false);
    comes(&mut reader, "2", false);
    reader.acknowledge(first);
    comes(&mut reader, "3", false);
    reader.leave();
    sender.published("r/6", "6");
    retain(&mut sender, "r/5", "new");
    // It takes no more at a time, and so gets nothing new.
    let mut reader = kept(&server, "reader");
    comes(&mut reader, "2", true);
    comes(&mut reader, "3", true);
    reader.leave();
    let mut reader = kept(&server, "reader");
    for (text, dup) in [("2", true), ("3", true), ("4", false), ("6", false), ("new", false)] {
        let delivery = comes(&mut reader, text, dup);
        reader.acknowledge(delivery);
    }
}

#[test]
fn a_visitors_session_goes_on_with_the_conversation_it_subscribed_to() {
    let server = Server::start(&[]);
    let mut agent = Mqtt::agent(&server);
    let introduced = server.introduce().json();
    let [uid, token] = ["uid", "accessToken"].map(|key| introduced["data"][key].as_str().unwrap().to_owned());
    let asked = server.post("/visitor/api/v1/thread", &json!({ "uid": uid, "type": 0, "sid": AGENT.0 })).json();
    let topic = asked["data"]["thread"]["topic"].as_str().unwrap();
    let visitor = || Mqtt::open(&server).connected(&format!("{uid}/web/1"), "visitor", &token);
    let mut phone = visitor();
    phone.subscribed(QoS::AtLeastOnce, topic);
    phone.leave();
    agent.publish(7, topic, json!({ "uid": "a1", "type": "TEXT", "content": "hello" }).to_string());
    while !matches!(agent.packet(), Packet::Puback(_)) {}
    let mut phone = visitor();
    let delivery = phone.publication().delivery;
    phone.acknowledge(delivery);
    phone.say(&Packet::Unsubscribe(Unsubscribe::new(id(2), vec![TopicFilter::new(topic).unwrap()])));
    while !matches!(phone.packet(), Packet::Unsuback(_)) {}
    phone.leave();
    let server = server.restarted(&[]);
    let mut phone = Mqtt::open(&server).connected(&format!("{uid}/web/1"), "visitor", &token);
    let mut sender = Mqtt::agent(&server);
    sender.publish(8, topic, json!({ "uid": "a2", "type": "TEXT", "content": "unheard" }).to_string());
    while !matches!(sender.packet(), Packet::Puback(_)) {}
    phone.hears_nothing();
}
