//! What a client that comes back is told, and what it is not told again (invariants I4 and I5).

use deskwire_model::proto;
use deskwire_wire::{mqtt::Packet, stomp::Command};
use prost::Message as _;
use serde_json::json;

use crate::{mqtt_client::Mqtt, server::Server, stomp_client::Stomp};

#[test]
fn an_mqtt_agent_that_comes_back_is_told_how_far_the_visitor_has_read() {
    let server = Server::start(&[]);
    let mut agent = Mqtt::agent(&server);
    let visitor = server.visitor();
    let mut stomp = Stomp::visitor(&server, &visitor);
    let welcome = agent.publication();
    agent.say(&Packet::Puback(welcome.delivery.packet_id().unwrap().into()));
    agent.publish(1, &visitor.topic, json!({ "uid": "a1", "type": "TEXT", "content": "hello" }).to_string());
    for _ in 0..2 {
        if let Packet::Publish(echo) = agent.packet() {
            agent.say(&Packet::Puback(echo.delivery.packet_id().unwrap().into()));
        }
    }
    agent.hears_nothing();
    drop(agent);
    stomp.text(&visitor, "READ", "r1", "a1");
    stomp.receipt("r1");
    let mut agent = Mqtt::agent(&server);
    let message = proto::Message::decode(agent.publication().payload.as_ref()).unwrap();
    assert_eq!((message.r#type.as_str(), message.content.as_str()), ("READ", "a1"));
}

#[test]
fn what_was_acknowledged_before_a_clean_stop_does_not_come_again() {
    // The cursor is not written by itself before the stop.
    const LIMITS: [(&str, &str); 1] = [("CURSOR_DELAY_MS", "10000")];
    let mut server = Server::start(&LIMITS);
    let mut agent = Stomp::agent(&server);
    let visitor = server.visitor();
    let destination = format!("/topic/{}", visitor.topic);
    for round in 0..20 {
        let mut reader = Stomp::visitor(&server, &visitor);
        reader.subscribed("s", &destination, &[("ack", "client-individual")]);
        let name = format!("m{round}");
        agent.text(&visitor, "TEXT", &name, "hello");
        agent.receipt(&name);
        let message = reader.message();
        let body: serde_json::Value = serde_json::from_slice(message.body()).unwrap();
        assert_eq!(body["uid"], name.as_str(), "what came before was acknowledged");
        reader.ack(message.header("ack").unwrap());
        reader.transaction(Command::Begin, "acknowledged");
        reader.receipt("acknowledged");
        drop((agent, reader));
        server = server.restarted(&LIMITS);
        agent = Stomp::agent(&server);
    }
}
