//! Messages on their way to a client that has to acknowledge: no more than the window, and none is lost.

use deskwire_model::proto;
use deskwire_wire::{
    mqtt::{Packet, PacketId, Publish, QoS},
    stomp::{Command, client::Send},
};
use prost::Message as _;
use serde_json::json;

use crate::{
    mqtt_client::Mqtt,
    server::{Server, Visitor},
    stomp_client::{Stomp, seq},
};

const MESSAGES: u64 = 10;

fn say_all(stomp: &mut Stomp, visitor: &Visitor) {
    for number in 0..MESSAGES {
        let name = format!("m{number}");
        stomp.text(visitor, "TEXT", &name, "hello");
        stomp.receipt(&name);
    }
}

/// Nothing is on its way to the client: the answer to a question comes first.
pub(crate) fn hears_nothing(stomp: &mut Stomp) {
    for command in [Command::Begin, Command::Abort] {
        stomp.transaction(command, "question");
        stomp.receipt("question");
    }
}

#[test]
fn a_conversation_pauses_at_the_window_and_goes_on_with_each_ack() {
    for (headers, window) in [(&[][..], 3), (&[("prefetch-count", "2")], 2), (&[("prefetch-count", "100")], 3)] {
        let server = Server::start(&[("UNACKNOWLEDGED_PER_SUBSCRIPTION", "3"), ("CATCH_UP_PAGE", "2")]);
        let mut agent = Stomp::agent(&server);
        let visitor = server.visitor();
        let mut reader = Stomp::visitor(&server, &visitor);
        let headers: Vec<_> = headers.iter().copied().chain([("ack", "client-individual")]).collect();
        reader.subscribed("s", &format!("/topic/{}", visitor.topic), &headers);
        say_all(&mut agent, &visitor);

        let (mut seen, mut unacknowledged) = (Vec::new(), Vec::new());
        while seen.len() < MESSAGES as usize {
            while unacknowledged.len() < window && seen.len() < MESSAGES as usize {
                let message = reader.message();
                seen.push(seq(&message));
                unacknowledged.push(message.header("ack").unwrap().to_owned());
            }
            hears_nothing(&mut reader);
            reader.ack(&unacknowledged.remove(0));
        }
        // WELCOME is the first entry and came with the answer of the thread request.
        assert_eq!(seen, (2..=MESSAGES + 1).collect::<Vec<_>>(), "{headers:?}");
        Stomp::service(&server).is_served();
    }
}

#[test]
fn a_live_topic_does_not_wait_for_acknowledgements() {
    let server = Server::start(&[("UNACKNOWLEDGED_PER_SUBSCRIPTION", "3")]);
    let (mut sender, mut reader) = (Stomp::service(&server), Stomp::service(&server));
    reader.subscribed("s", "/topic/x", &[("ack", "client")]);
    let mut send = |body: &[u8]| sender.send(Send { destination: "/topic/x", body, ..Default::default() });
    for body in [b"1", b"2", b"3", b"4"] {
        send(body);
    }
    for body in [b"1", b"2", b"3"] {
        assert_eq!(reader.message().body(), body);
    }
    reader.is_refused("too many unacknowledged messages on a live topic", 1002);
    sender.is_served();
    server.has_counted("unacknowledged", 1);
}

/// The name of a conversation's message and the identifier to acknowledge it with.
fn named(publish: &Publish) -> (String, PacketId) {
    let message = proto::Message::decode(publish.payload.as_ref()).unwrap();
    (message.uid, publish.delivery.packet_id().expect("conversations are delivered with QoS 1"))
}

#[test]
fn an_mqtt_client_never_has_more_than_its_window() {
    const WINDOW: usize = 3;
    let server = Server::start(&[("MQTT_INFLIGHT", "3"), ("CATCH_UP_PAGE", "2")]);
    let mut agent = Mqtt::agent(&server);
    let visitor = server.visitor();
    let mut writer = Stomp::visitor(&server, &visitor);
    let (_, welcome) = named(&agent.publication());
    agent.say(&Packet::Puback(welcome.into()));
    say_all(&mut writer, &visitor);

    let (mut seen, mut unacknowledged) = (Vec::new(), Vec::new());
    while seen.len() < MESSAGES as usize {
        while unacknowledged.len() < WINDOW && seen.len() < MESSAGES as usize {
            let (name, packet_id) = named(&agent.publication());
            assert!(!unacknowledged.contains(&packet_id), "{name} takes a packet id that is in use");
            seen.push(name);
            unacknowledged.push(packet_id);
        }
        agent.hears_nothing();
        agent.say(&Packet::Puback(unacknowledged.remove(0).into()));
    }
    let expected: Vec<String> = (0..MESSAGES).map(|number| format!("m{number}")).collect();
    assert_eq!(seen, expected);
    for packet_id in unacknowledged {
        agent.say(&Packet::Puback(packet_id.into()));
    }
    agent.hears_nothing();
    Stomp::service(&server).is_served();
}

#[test]
fn what_is_relayed_does_not_cut_a_reader_whose_window_is_full() {
    for (kind, content) in [("TYPING", ""), ("READ", "m1")] {
        let server = Server::start(&[("UNACKNOWLEDGED_PER_SUBSCRIPTION", "1")]);
        let mut agent = Stomp::agent(&server);
        let visitor = server.visitor();
        let mut reader = Stomp::visitor(&server, &visitor);
        reader.subscribed("s", &format!("/topic/{}", visitor.topic), &[("ack", "client")]);
        agent.text(&visitor, "TEXT", "m1", "hello");
        agent.receipt("m1");
        let mut message = reader.message();
        agent.text(&visitor, kind, "relayed", content);
        agent.receipt("relayed");
        agent.text(&visitor, "TEXT", "m2", "hello");
        agent.receipt("m2");
        while message.header("seq") != Some("3") {
            reader.ack(message.header("ack").unwrap());
            message = reader.message();
        }
    }
}

#[test]
fn acknowledging_what_is_relayed_covers_the_entries_before_it() {
    let server = Server::start(&[("UNACKNOWLEDGED_PER_SUBSCRIPTION", "2")]);
    let mut agent = Stomp::agent(&server);
    let visitor = server.visitor();
    let mut reader = Stomp::visitor(&server, &visitor);
    reader.subscribed("s", &format!("/topic/{}", visitor.topic), &[("ack", "client")]);
    for (kind, uid) in [("TEXT", "m1"), ("TEXT", "m2"), ("TYPING", "t"), ("TEXT", "m3")] {
        agent.text(&visitor, kind, uid, "hello");
        agent.receipt(uid);
    }
    assert_eq!(reader.message().header("seq"), Some("2"));
    assert_eq!(reader.message().header("seq"), Some("3"));
    let typing = reader.message();
    assert_eq!(typing.header("seq"), None);
    hears_nothing(&mut reader);
    reader.ack(typing.header("ack").unwrap());
    assert_eq!(reader.message().header("seq"), Some("4"), "the window is open again");
}

#[test]
fn an_mqtt_client_with_a_full_window_and_unanswered_messages_can_still_acknowledge() {
    let server = Server::start(&[("MQTT_INFLIGHT", "1"), ("UNANSWERED_PUBLISHES", "1")]);
    let mut agent = Mqtt::agent(&server);
    let visitor = server.visitor();
    let mut writer = Stomp::visitor(&server, &visitor);
    let (_, welcome) = named(&agent.publication());
    writer.subscribed("s", &format!("/topic/{}", visitor.topic), &[]);
    // Needs no place in the window, which WELCOME fills.
    writer.text(&visitor, "TYPING", "t1", "");
    writer.receipt("t1");
    assert_eq!(writer.message().header("seq"), None);
    agent.publish(1, &visitor.topic, json!({ "uid": "a1", "type": "TEXT", "content": "hello" }).to_string());
    assert_eq!(writer.message().header("seq"), Some("2"), "the agent's message is on disk");
    let typing = agent.publication();
    assert_eq!(typing.delivery.qos(), QoS::AtMostOnce, "what is relayed asks for no acknowledgement");
    agent.say(&Packet::Puback(welcome.into()));
    let (mut answered, mut echoed) = (false, false);
    while !(answered && echoed) {
        match agent.packet() {
            Packet::Puback(_) => answered = true,
            Packet::Publish(publish) => {
                let (name, packet_id) = named(&publish);
                echoed |= name == "a1";
                agent.say(&Packet::Puback(packet_id.into()));
            }
            other => panic!("{other:?}"),
        }
    }
}
