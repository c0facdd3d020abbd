//! Readers that do not read: a conversation waits for them in the log, a live topic does not wait (invariant I7).

use std::{io::Write, net::TcpStream, time::Duration};

use deskwire_wire::{
    stomp::{Command, client::Send},
    ws::{Opcode, put_masked_frame},
};
use socket2::{Domain, Socket, Type};

use crate::{
    mqtt_client::Mqtt,
    server::{PATIENCE, SERVICE, Server},
    stomp_client::{Stomp, VERSION, seq},
    websocket::{Heard, WebSocket},
};

const OVERFLOWS: &str = "deskwire_outbox_overflows_total";
const DROPPED: &str = r#"deskwire_messages_dropped_total{reason="slow_reader"}"#;
/// Large, so that few of them fill the buffers of the kernel.
const CONTENT: usize = 100_000;

/// A connection that takes in as little as the kernel lets it before somebody reads.
pub(crate) fn narrow(server: &Server) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&server.address.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn stomp_over(stream: TcpStream) -> Stomp {
    Stomp::on(WebSocket::over(stream, "/stomp", "v12.stomp"))
}

fn publish(sender: &mut Stomp) {
    say(sender, &[b'x'; CONTENT]);
}

fn say(sender: &mut Stomp, body: &[u8]) {
    sender.send(Send { destination: "/topic/x", receipt: Some("said"), body, ..Default::default() });
    sender.receipt("said");
}

#[test]
fn a_slow_reader_of_a_conversation_gets_all_of_it_from_the_log() {
    let server = Server::start(&[("OUTBOX_BYTES", "4096")]);
    let mut agent = Stomp::agent(&server);
    let visitor = server.visitor();
    let mut reader = stomp_over(narrow(&server)).connected(&visitor.uid, None);
    reader.subscribed("s", &format!("/topic/{}", visitor.topic), &[]);
    let content = "x".repeat(CONTENT);
    let mut said = 0;
    while server.metric(OVERFLOWS) < 10.0 {
        said += 1;
        let name = format!("m{said}");
        agent.text(&visitor, "TEXT", &name, &content);
        agent.receipt(&name);
    }
    for expected in 2..=said + 1 {
        assert_eq!(seq(&reader.message()), expected);
    }
    agent.text(&visitor, "TEXT", "last", "live again");
    agent.receipt("last");
    assert_eq!(seq(&reader.message()), said + 2);
}

#[test]
fn a_slow_reader_of_a_live_topic_is_cut_with_a_reason() {
    let server = Server::start(&[("OUTBOX_BYTES", "4096")]);
    let mut sender = Stomp::service(&server);
    let mut stomp = stomp_over(narrow(&server)).connected(SERVICE.0, Some(SERVICE.1));
    stomp.subscribed("s", "/topic/x", &[]);
    while server.metric(OVERFLOWS) < 1.0 {
        publish(&mut sender);
    }
    let error = loop {
        let frame = stomp.frame();
        if frame.command() != Command::Message {
            break frame;
        }
    };
    assert_eq!(error.command(), Command::Error, "{error:?}");
    assert!(error.header("message").unwrap().contains("slow consumer"), "{error:?}");
    assert_eq!(stomp.hear().closed(), 4500);
    sender.is_served();
}

#[test]
fn a_slow_mqtt_reader_of_a_live_topic_misses_what_has_no_room_and_nothing_else() {
    let server = Server::start(&[("OUTBOX_BYTES", "4096")]);
    let mut sender = Stomp::service(&server);
    let mut mqtt = Mqtt::over(narrow(&server)).connected("slow", SERVICE.0, SERVICE.1);
    mqtt.subscribe_unacknowledged(1, "x");
    mqtt.packet();
    let mut said = 0;
    while server.metric(DROPPED) < 1.0 {
        publish(&mut sender);
        said += 1;
    }
    let missed = server.metric(DROPPED);
    let arrives = said - 1;
    for _ in 0..arrives {
        assert_eq!(mqtt.publication().payload.len(), CONTENT);
    }
    say(&mut sender, b"live again");
    assert_eq!((mqtt.publication().payload.as_ref(), server.metric(DROPPED)), (&b"live again"[..], missed));
}

#[test]
fn who_takes_nothing_at_all_is_cut() {
    let server = Server::start(&[("WRITE_STALL_MS", "100")]);
    let mut sender = Stomp::service(&server);
    let mut stuck = stomp_over(narrow(&server)).connected(SERVICE.0, Some(SERVICE.1));
    stuck.subscribed("s", "/topic/x", &[]);
    // The sender, the one that is stuck, and the question itself.
    assert_eq!(server.metric("deskwire_sockets"), 3.0);
    while server.metric(OVERFLOWS) < 1.0 {
        publish(&mut sender);
    }
    server.wait_for_metric("deskwire_sockets", |open| open == 2.0);
    server.has_counted("write_stall", 1);
    sender.is_served();
    while let Heard::Said(_) = stuck.hear() {}
}

/// Sends `request` again and again until the server takes no more of it, whose answers nobody reads.
fn is_not_listened_to(mut writer: TcpStream, opcode: Opcode, request: &[u8]) {
    // More than the kernel holds for both sides.
    const MOST: usize = 64 * 1024 * 1024;
    let mut message = Vec::new();
    put_masked_frame(&mut message, opcode, request, [0; 4]);
    writer.set_write_timeout(Some(Duration::from_secs(3))).unwrap();
    let taken = (0..MOST / message.len()).take_while(|_| writer.write_all(&message).is_ok()).count();
    assert!(taken < MOST / message.len(), "the server took all and has all its answers in memory");
}

#[test]
fn who_does_not_read_is_not_listened_to() {
    let server = Server::start(&[("WRITE_STALL_MS", "60000")]);
    let stream = narrow(&server);
    let writer = stream.try_clone().unwrap();
    let _deaf = stomp_over(stream).connected(SERVICE.0, Some(SERVICE.1));
    let receipt = "r".repeat(4000);
    let mut frame = Vec::new();
    Send { destination: "/topic/x", receipt: Some(&receipt), ..Default::default() }.encode(VERSION, &mut frame);
    is_not_listened_to(writer, Opcode::Text, &frame);

    let stream = narrow(&server);
    let writer = stream.try_clone().unwrap();
    let _deaf = Mqtt::over(stream).connected("deaf", SERVICE.0, SERVICE.1);
    is_not_listened_to(writer, Opcode::Binary, &b"\xc0\x00".repeat(16 * 1024));
}

#[test]
fn a_burst_that_is_larger_than_one_write_arrives_without_another_push() {
    // The second one fits into the default outbox by weight, but the long ids make its frames larger than a write.
    for (limits, subscriptions, body, id_length) in
        [(&[("OUTBOX_BYTES", "8000000")][..], 200, 20_000, 3), (&[], 215, 1000, 600)]
    {
        let server = Server::start(limits);
        let mut sender = Stomp::service(&server);
        for _ in 0..5 {
            let mut reader = Stomp::service(&server);
            for number in 0..subscriptions {
                reader.subscribed(&format!("{number:0>id_length$}"), "/topic/burst", &[]);
            }
            let body = vec![b'x'; body];
            sender.send(Send { destination: "/topic/burst", body: &body, ..Default::default() });
            for _ in 0..subscriptions {
                reader.message();
            }
        }
    }
}
