//! Messages on their way to the disk: however few may wait, all of them get there, in order.

use deskwire_wire::mqtt::Packet;
use serde_json::json;

use crate::{
    mqtt_client::{Mqtt, id},
    server::Server,
    stomp_client::{Stomp, seq},
};

const MESSAGES: u16 = 40;

/// As narrow as everything between a client and the disk can be.
const NARROW: [(&str, &str); 5] = [
    ("UNANSWERED_PUBLISHES", "1"),
    ("COMMIT_QUEUE", "1"),
    ("COMMIT_BATCH", "1"),
    ("CATCH_UP_PAGE", "1"),
    ("OUTBOX_BYTES", "4096"),
];

#[test]
fn a_stomp_client_that_does_not_wait_gets_all_receipts_and_echoes_in_order() {
    let server = Server::start(&NARROW);
    let mut other = Stomp::agent(&server);
    let visitor = server.visitor();
    let mut stomp = Stomp::visitor(&server, &visitor);
    stomp.subscribed("s", &format!("/topic/{}", visitor.topic), &[]);
    for number in 0..MESSAGES {
        stomp.text(&visitor, "TEXT", &format!("m{number}"), "hello");
    }
    let (mut receipts, mut echoes) = (Vec::new(), Vec::new());
    while receipts.len() + echoes.len() < 2 * usize::from(MESSAGES) {
        let frame = stomp.frame();
        match frame.header("receipt-id") {
            Some(receipt) => receipts.push(receipt.to_owned()),
            None => echoes.push(seq(&frame)),
        }
    }
    let names: Vec<String> = (0..MESSAGES).map(|number| format!("m{number}")).collect();
    let first = echoes[0];
    assert_eq!(receipts, names);
    assert_eq!(echoes, (first..first + u64::from(MESSAGES)).collect::<Vec<_>>());
    other.text(&visitor, "TEXT", "mine", "hello");
    other.receipt("mine");
}

#[test]
fn an_mqtt_client_that_does_not_wait_gets_all_pubacks_in_order() {
    let server = Server::start(&NARROW);
    let mut agent = Mqtt::agent(&server);
    let visitor = server.visitor();
    let Packet::Publish(welcome) = agent.packet() else { panic!("WELCOME was expected") };
    agent.say(&Packet::Puback(welcome.delivery.packet_id().unwrap().into()));
    for number in 1..=MESSAGES {
        let message = json!({ "uid": format!("m{number}"), "type": "TEXT", "content": "hello" });
        agent.publish(number, &visitor.topic, message.to_string());
    }
    let (mut pubacks, mut echoes) = (Vec::new(), 0);
    while pubacks.len() + echoes < 2 * usize::from(MESSAGES) {
        match agent.packet() {
            Packet::Puback(puback) => pubacks.push(puback.packet_id),
            Packet::Publish(publish) => {
                // Only what is logged is acknowledged; the visitor's read position comes in between.
                if let Some(packet_id) = publish.delivery.packet_id() {
                    echoes += 1;
                    agent.say(&Packet::Puback(packet_id.into()));
                }
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pubacks, (1..=MESSAGES).map(id).collect::<Vec<_>>());
    Stomp::service(&server).is_served();
}
