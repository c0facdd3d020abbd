//! What is retained on live topics, between both protocols and through servers that go away.

use deskwire_wire::{
    mqtt::{Delivery, Packet, Publish, QoS, TopicName, Will},
    stomp::{Command, Frame, client::Send},
};

use crate::{
    acknowledgements::hears_nothing,
    mqtt_client::{Mqtt, id},
    server::{SERVICE, Server},
    stomp_client::Stomp,
};

const RETAIN: &[(&str, &str)] = &[("retain", "true")];
const RETAINED: &[(&str, &str)] = &[("retained", "true")];

fn mqtt(server: &Server, client_id: &str) -> Mqtt {
    Mqtt::open(server).connected(client_id, SERVICE.0, SERVICE.1)
}

/// Publishes with RETAIN, and waits for the answer if there is one.
fn retain(client: &mut Mqtt, delivery: Delivery, topic: &str, payload: &str) {
    let mut publish = Publish::new(delivery, TopicName::new(topic).unwrap(), payload.to_owned().into());
    publish.retain = true;
    client.say(&Packet::Publish(publish));
    if let Delivery::AtLeastOnce(_) = delivery {
        assert!(matches!(client.packet(), Packet::Puback(_)));
    }
}

/// Subscribes with QoS 1 and waits for the SUBACK.
fn subscribed(client: &mut Mqtt, filter: &str) {
    client.subscribe(9, &[filter]);
    let packet = client.packet();
    assert!(matches!(packet, Packet::Suback(_)), "{packet:?}");
}

/// Topic, payload, RETAIN and QoS of the next packet.
fn heard(client: &mut Mqtt) -> (String, String, bool, QoS) {
    let publish = client.publication();
    let text = String::from_utf8(publish.payload.to_vec()).unwrap();
    (publish.topic.as_str().to_owned(), text, publish.retain, publish.delivery.qos())
}

fn was(topic: &str, text: &str, retained: bool, qos: QoS) -> (String, String, bool, QoS) {
    (topic.to_owned(), text.to_owned(), retained, qos)
}

fn is_retained(message: &Frame) -> Option<&str> {
    message.header("retained")
}

#[test]
fn a_new_subscription_gets_it_and_an_old_one_hears_it_as_said() {
    let server = Server::start(&[]);
    let (mut early, mut speaker) = (mqtt(&server, "early"), mqtt(&server, "speaker"));
    subscribed(&mut early, "a/#");
    retain(&mut speaker, Delivery::AtLeastOnce(id(1)), "a/b", "1");
    retain(&mut speaker, Delivery::AtMostOnce, "a/c", "2");
    // Behind a retained message that waits for its commit.
    speaker.publish(3, "a/b", "3");
    assert!(matches!(speaker.packet(), Packet::Puback(_)));
    for expected in [("a/b", "1", QoS::AtLeastOnce), ("a/c", "2", QoS::AtMostOnce), ("a/b", "3", QoS::AtLeastOnce)] {
        assert_eq!(heard(&mut early), was(expected.0, expected.1, false, expected.2));
    }
    let mut late = mqtt(&server, "late");
    for _ in 0..2 {
        subscribed(&mut late, "a/+");
        assert_eq!(heard(&mut late), was("a/b", "1", true, QoS::AtLeastOnce));
        assert_eq!(heard(&mut late), was("a/c", "2", true, QoS::AtMostOnce));
        late.hears_nothing();
    }
    retain(&mut speaker, Delivery::AtLeastOnce(id(4)), "a/b", "");
    assert_eq!(heard(&mut late), was("a/b", "", false, QoS::AtLeastOnce));
    subscribed(&mut late, "#");
    assert_eq!(heard(&mut late), was("a/c", "2", true, QoS::AtMostOnce));
    late.hears_nothing();
}

#[test]
fn a_resumed_session_is_not_told_again() {
    let server = Server::start(&[]);
    retain(&mut mqtt(&server, "speaker"), Delivery::AtLeastOnce(id(1)), "a", "1");
    let mut client = mqtt(&server, "client");
    subscribed(&mut client, "a");
    let first = client.publication();
    assert_eq!((first.retain, first.dup), (true, false));
    drop(client);
    let mut client = mqtt(&server, "client");
    let again = client.publication();
    assert_eq!((again.dup, again.delivery), (true, first.delivery), "it was not acknowledged");
    assert!(again.retain, "it is still what was retained");
    client.acknowledge(again.delivery);
    drop(client);
    let mut client = mqtt(&server, "client");
    client.hears_nothing();
    retain(&mut mqtt(&server, "speaker"), Delivery::AtLeastOnce(id(2)), "a", "2");
    assert_eq!(heard(&mut client), was("a", "2", false, QoS::AtLeastOnce));
}

#[test]
fn what_was_acknowledged_survives_the_server() {
    let server = Server::start(&[]);
    retain(&mut mqtt(&server, "speaker"), Delivery::AtLeastOnce(id(1)), "a/mqtt", "1");
    let mut sender = Stomp::service(&server);
    sender.posted("/topic/a.stomp", "2", &[RETAIN, &[("color", "red: ä")]].concat());
    sender.posted("/topic/a.gone", "3", RETAIN);
    retain(&mut mqtt(&server, "speaker"), Delivery::AtLeastOnce(id(2)), "a/gone", "");

    let server = server.crashed();
    let mut stomp = Stomp::service(&server);
    stomp.subscribed("s", "/topic/a.*", RETAINED);
    let messages = [stomp.message(), stomp.message()];
    assert_eq!(messages.each_ref().map(Frame::body), [b"1", b"2"]);
    assert!(messages.iter().all(|message| is_retained(message) == Some("true")));
    assert_eq!(messages[1].header("destination"), Some("/topic/a.stomp"));
    assert_eq!(messages[1].header("color"), Some("red: ä"));
    hears_nothing(&mut stomp);
    let mut client = mqtt(&server, "late");
    subscribed(&mut client, "a/+");
    assert_eq!(heard(&mut client), was("a/mqtt", "1", true, QoS::AtLeastOnce));
    assert_eq!(heard(&mut client), was("a/stomp", "2", true, QoS::AtLeastOnce));
}

#[test]
fn stomp_is_told_when_it_asks_and_nobody_else_says_so() {
    let server = Server::start(&[]);
    let mut sender = Stomp::service(&server);
    sender.posted("/topic/a", "1", &[RETAIN, RETAINED].concat());
    let mut reader = Stomp::service(&server);
    reader.subscribed("plain", "/topic/a", &[]);
    hears_nothing(&mut reader);
    reader.subscribed("asks", "/topic/a", RETAINED);
    let message = reader.message();
    assert_eq!(
        (message.body(), message.header("subscription"), is_retained(&message)),
        (&b"1"[..], Some("asks"), Some("true"))
    );
    sender.posted("/topic/a", "2", RETAINED);
    for _ in 0..2 {
        let message = reader.message();
        assert_eq!((message.body(), is_retained(&message)), (&b"2"[..], None), "it cannot be forged");
    }
    let mut agent = Stomp::agent(&server);
    agent.subscribe("s", "/topic/a", RETAINED);
    agent.is_refused("not allowed", 1002);
}

#[test]
fn a_window_and_a_selector_hold_for_what_is_retained() {
    let server = Server::start(&[]);
    let mut sender = Stomp::service(&server);
    for (number, color) in ["red", "blue", "red", "red"].iter().enumerate() {
        let text = number.to_string();
        sender.posted(&format!("/topic/a.{number}"), &text, &[RETAIN, &[("color", color)]].concat());
    }
    let mut reader = Stomp::service(&server);
    let headers = [RETAINED, &[("ack", "client"), ("prefetch-count", "1"), ("selector", "color = 'red'")]].concat();
    reader.subscribed("s", "/topic/a.*", &headers);
    for text in ["0", "2", "3"] {
        let message = reader.message();
        assert_eq!(message.body(), text.as_bytes());
        hears_nothing(&mut reader);
        reader.ack(message.header("ack").unwrap());
    }
    sender.posted("/topic/a.1", "live", &[("color", "red")]);
    assert_eq!(reader.message().body(), b"live");
}

#[test]
fn more_than_an_outbox_holds_is_retained_and_comes() {
    const TOPICS: usize = 200;
    let server = Server::start(&[("OUTBOX_BYTES", "4096"), ("MQTT_INFLIGHT", "3")]);
    let mut sender = Stomp::service(&server);
    let text = |number: usize| format!("{number:0>2000}");
    for number in 0..TOPICS {
        sender.posted(&format!("/topic/many.{number:0>3}"), &text(number), RETAIN);
    }
    let mut stomp = Stomp::service(&server);
    stomp.subscribed("s", "/topic/many.*", RETAINED);
    let mut client = mqtt(&server, "late");
    subscribed(&mut client, "many/#");
    for number in 0..TOPICS {
        assert_eq!(stomp.message().body(), text(number).as_bytes());
        let publish = client.publication();
        assert_eq!((publish.payload.as_ref(), publish.retain), (text(number).as_bytes(), true));
        let Delivery::AtLeastOnce(packet_id) = publish.delivery else { panic!("{publish:?}") };
        client.say(&Packet::Puback(packet_id.into()));
    }
    client.hears_nothing();
    assert_eq!(server.metric("deskwire_outbox_overflows_total"), 0.0);
}

#[test]
fn a_durable_subscription_collects_what_is_retained_as_well() {
    let server = Server::start(&[]);
    let durable = [("durable", "true"), ("auto-delete", "false"), ("retained", "true")];
    let mut sender = Stomp::service(&server);
    sender.posted("/topic/a", "before", RETAIN);
    Stomp::service(&server).subscribed("r", "/topic/a", &durable);
    sender.posted("/topic/a", "1", &[RETAIN, &[("persistent", "true")]].concat());
    sender.posted("/topic/a", "lost with the server", RETAIN);
    let server = server.crashed();
    let mut reader = Stomp::service(&server);
    reader.subscribed("r", "/topic/a", &durable);
    assert_eq!(reader.handed(), ("1".to_owned(), true));
    reader.subscribed("s", "/topic/a", RETAINED);
    let message = reader.message();
    assert_eq!((message.body(), is_retained(&message)), (&b"lost with the server"[..], Some("true")));
}

#[test]
fn a_will_can_be_retained() {
    let server = Server::start(&[]);
    let mut will = Will::new(TopicName::new("state/robot").unwrap(), "gone".into());
    will.qos = QoS::AtLeastOnce;
    will.retain = true;
    let mut watcher = mqtt(&server, "watcher");
    subscribed(&mut watcher, "state/#");
    drop(Mqtt::open(&server).connected_with_will("robot", SERVICE.0, SERVICE.1, Some(will)));
    assert_eq!(heard(&mut watcher), was("state/robot", "gone", false, QoS::AtLeastOnce));
    let server = server.crashed();
    let mut late = mqtt(&server, "late");
    subscribed(&mut late, "state/#");
    assert_eq!(heard(&mut late), was("state/robot", "gone", true, QoS::AtLeastOnce));
}

#[test]
fn what_has_expired_is_not_told() {
    let server = Server::start(&[]);
    let mut sender = Stomp::service(&server);
    sender.posted("/topic/a", "late", &[RETAIN, &[("expires", "1000")]].concat());
    sender.posted("/topic/b", "in time", &[RETAIN, &[("expires", "99999999999999")]].concat());
    let mut reader = Stomp::service(&server);
    reader.subscribed("s", "/topic/#", RETAINED);
    assert_eq!(reader.message().body(), b"in time");
    hears_nothing(&mut reader);
    let mut client = mqtt(&server, "late");
    subscribed(&mut client, "#");
    assert_eq!(heard(&mut client), was("b", "in time", true, QoS::AtLeastOnce));
    client.hears_nothing();
    server.wait_for_metric("deskwire_retained_messages", |messages| messages == 1.0);
}

#[test]
fn more_than_there_may_be_is_refused() {
    for (key, bound) in [("RETAINED_TOPICS", "1"), ("RETAINED_BYTES", "1000")] {
        let server = Server::start(&[(key, bound)]);
        let text = "x".repeat(500);
        let mut client = mqtt(&server, "client");
        retain(&mut client, Delivery::AtLeastOnce(id(1)), "a", &text);
        let mut watcher = Stomp::service(&server);
        watcher.subscribed("s", "/topic/b", RETAINED);
        // MQTT 3 has no answer that could say it.
        retain(&mut client, Delivery::AtLeastOnce(id(2)), "b", &text);
        server.has_counted("retained", 1);
        let mut sender = Stomp::service(&server);
        sender.post("/topic/b", &text, RETAIN);
        sender.is_refused("retained message", 1002);
        server.has_counted("retained", 2);
        hears_nothing(&mut watcher);
        // Another for the same topic finds room, and so does one when the first is gone.
        retain(&mut client, Delivery::AtLeastOnce(id(3)), "a", &text);
        retain(&mut client, Delivery::AtLeastOnce(id(4)), "a", "");
        retain(&mut client, Delivery::AtLeastOnce(id(5)), "b", &text);
        assert_eq!(watcher.message().body(), text.as_bytes());
    }
}

#[test]
fn a_conversation_retains_nothing() {
    // Whatever was to be retained would be refused.
    let server = Server::start(&[("RETAINED_TOPICS", "0")]);
    let visitor = server.visitor();
    let text = |name: &str| format!(r#"{{"uid":"{name}","type":"TEXT","content":"x"}}"#);
    let mut stomp = Stomp::visitor(&server, &visitor);
    let destination = format!("/topic/{}", visitor.topic);
    stomp.subscribed("s", &destination, RETAINED);
    for (name, headers) in [("m1", RETAIN), ("m2", &[])] {
        let body = text(name);
        let (receipt, body) = (Some(name), body.as_bytes());
        stomp.send(Send { destination: &destination, receipt, headers, body, ..Default::default() });
        let mut frames = [stomp.frame(), stomp.frame()];
        frames.sort_by_key(|frame| frame.command() == Command::Receipt);
        assert_eq!(frames.each_ref().map(Frame::command), [Command::Message, Command::Receipt]);
        assert_eq!(is_retained(&frames[0]), None);
    }
    let mut agent = Mqtt::agent(&server);
    let mut publish =
        Publish::new(Delivery::AtLeastOnce(id(1)), TopicName::new(&visitor.topic).unwrap(), text("m3").into());
    publish.retain = true;
    agent.say(&Packet::Publish(publish));
    while !matches!(agent.packet(), Packet::Puback(_)) {}
    server.has_counted("retained", 0);
}
