//! Clients that send faster than they may: they are read more slowly, and nothing is lost.

use deskwire_wire::{
    mqtt::Packet,
    stomp::{Command, client},
};

use crate::{
    mqtt_client::Mqtt,
    server::{SERVICE, Server},
    sockjs,
    stomp_client::{Stomp, seq},
};

/// SUBSCRIBE has its price too.
const SUBSCRIBED: u32 = 1;
const WAITING: u32 = 3;
const AT_ONCE: u32 = 5;

#[test]
fn a_visitor_is_read_only_as_fast_as_it_may_send() {
    let server = Server::start(&[("VISITOR_MESSAGES_PER_SECOND", "1")]);
    let mut agent = Stomp::agent(&server);
    let visitor = server.visitor();
    let mut stomp = Stomp::visitor(&server, &visitor);
    stomp.subscribed("s", &format!("/topic/{}", visitor.topic), &[]);
    let mut seen = Vec::new();
    for number in 1..=WAITING {
        let name = format!("m{number}");
        stomp.text(&visitor, "TEXT", &name, "hello");
        let frames = [stomp.frame(), stomp.frame()];
        seen.extend(frames.iter().filter(|frame| frame.command() == Command::Message).map(seq));
        assert!(frames.iter().any(|frame| frame.header("receipt-id") == Some(&name)), "{frames:?}");
        // With one message a second each uses up the budget, unless it was read before there was one.
        server.has_counted("rate", SUBSCRIBED + number);
    }
    for number in 0..AT_ONCE {
        stomp.text(&visitor, "TEXT", &format!("n{number}"), "hello");
    }
    let mut receipts = Vec::new();
    for _ in 0..2 * AT_ONCE {
        let frame = stomp.frame();
        match frame.header("receipt-id") {
            Some(receipt) => receipts.push(receipt.to_owned()),
            None => seen.push(seq(&frame)),
        }
    }
    assert_eq!(receipts, (0..AT_ONCE).map(|number| format!("n{number}")).collect::<Vec<_>>());
    // WELCOME is the first entry and came with the answer of the thread request.
    assert_eq!(seen, (2..2 + u64::from(WAITING + AT_ONCE)).collect::<Vec<_>>());
    for name in ["a1", "a2"] {
        agent.text(&visitor, "TEXT", name, "hello");
        agent.receipt(name);
    }
}

/// With one request a second each uses up the budget: as many hits as requests.
const SLOWLY: [(&str, &str); 1] = [("FRAMES_PER_SECOND", "1")];

#[test]
fn nobodys_frames_are_lost_on_stomp() {
    let server = Server::start(&SLOWLY);
    let mut stomp = Stomp::service(&server);
    stomp.subscribe("s", "/topic/a", &[]);
    ["1", "2", "3"].iter().for_each(|text| stomp.post("/topic/a", text, &[]));
    stomp.receipt("s");
    let mut heard: Vec<_> = (0..6).map(|_| stomp.frame()).collect();
    heard.retain(|frame| frame.command() == Command::Message);
    assert_eq!(heard.iter().map(|message| message.body()).collect::<Vec<_>>(), [b"1", b"2", b"3"]);
    stomp.unsubscribed(&[("id", "s")]);
    server.has_counted("rate", 5);
}

#[test]
fn nobodys_packets_are_lost_on_mqtt() {
    let server = Server::start(&SLOWLY);
    let mut mqtt = Mqtt::service(&server);
    mqtt.subscribe_unacknowledged(1, "a");
    (2..5).for_each(|packet_id| mqtt.publish(packet_id, "a", packet_id.to_string()));
    assert!(matches!(mqtt.packet(), Packet::Suback(_)));
    let heard = (0..6).map(|_| mqtt.packet());
    let (publications, answers): (Vec<_>, Vec<_>) = heard.partition(|packet| matches!(packet, Packet::Publish(_)));
    let payloads = publications.iter().filter_map(|packet| match packet {
        Packet::Publish(publish) => Some(publish.payload.clone()),
        _ => None,
    });
    assert_eq!(payloads.collect::<Vec<_>>(), ["2", "3", "4"]);
    assert_eq!(answers.len(), 3, "{answers:?}");
    server.has_counted("rate", 4);
}

#[test]
fn nobodys_frames_are_lost_on_sockjs() {
    let server = Server::start(&SLOWLY);
    let path = "/sockjs/0/session";
    assert_eq!(sockjs::post(&server, &format!("{path}/xhr"), "").body, "o\n");
    let (login, passcode) = SERVICE;
    let connect = format!("CONNECT\naccept-version:1.2\nlogin:{login}\npasscode:{passcode}\n\n\0");
    let sends = ["1", "2", "3"].map(|text| format!("SEND\ndestination:/topic/a\nreceipt:{text}\n\n\0"));
    assert_eq!(sockjs::say(&server, path, &(connect + &sends.concat())), 204);
    sockjs::hear(&server, path, "receipt-id:3");
    server.has_counted("rate", 3);
}

#[test]
fn who_is_too_fast_waits_and_others_do_not() {
    let server = Server::start(&SLOWLY);
    let (mut reader, mut fast, mut other) = (Stomp::service(&server), Stomp::service(&server), Stomp::service(&server));
    reader.subscribed("s", "/topic/a", &[]);
    // A minute's worth.
    for number in 0..60 {
        let body = number.to_string();
        fast.send(client::Send { destination: "/topic/a", body: body.as_bytes(), ..Default::default() });
    }
    assert_eq!(reader.message().body(), b"0");
    other.send(client::Send { destination: "/topic/a", body: b"other", ..Default::default() });
    let before = (0..60).take_while(|_| reader.message().body() != b"other").count();
    assert!(before < 59, "all {before} came first");
}
