//! Messages, frames and packets: the largest that fits is taken, one byte or header more is refused.

use deskwire_wire::{
    mqtt::Packet,
    stomp::{Command, FrameWriter, Version},
    ws::Opcode,
};

use crate::{
    mqtt_client::{Mqtt, id},
    server::{SERVICE, Server},
    stomp_client::Stomp,
    websocket::WebSocket,
};

const RECEIPT: &str = "fits";

/// A SEND with these headers, `headers` more and a body of `body` bytes.
fn send(header: (&str, &str), headers: usize, body: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = FrameWriter::new(&mut out, Command::Send, Version::V12)
        .header("destination", "/topic/sizes")
        .header("receipt", RECEIPT)
        .header(header.0, header.1);
    for number in 0..headers {
        writer = writer.header(&format!("h{number}"), "v");
    }
    writer.body(&vec![b'x'; body]);
    out
}

/// A SEND of exactly `size` bytes.
fn send_of(size: usize) -> Vec<u8> {
    (0..size).rev().map(|body| send(("a", "b"), 0, body)).find(|frame| frame.len() == size).unwrap()
}

#[test]
fn a_stomp_frame_is_taken_up_to_its_bounds() {
    let server = Server::start(&[
        ("CONNECT_BYTES", "1024"),
        ("STOMP_FRAME_BYTES", "2048"),
        ("STOMP_HEADERS", "8"),
        ("STOMP_HEADER_BYTES", "256"),
    ]);
    let mut other = Stomp::service(&server);
    let line = |length: usize| "y".repeat(length - "name:".len());
    for (fits, breaks, refusal) in [
        (send_of(2048), send_of(2049), "frame is longer than 2048 bytes"),
        // With destination, receipt, one more and content-length there are four.
        (send(("a", "b"), 4, 1), send(("a", "b"), 5, 1), "frame has more than 8 headers"),
        (send(("name", &line(256)), 0, 1), send(("name", &line(257)), 0, 1), "header line is longer than 256 bytes"),
    ] {
        let mut stomp = Stomp::service(&server);
        stomp.say(|out| out.extend_from_slice(&fits));
        stomp.receipt(RECEIPT);
        stomp.say(|out| out.extend_from_slice(&breaks));
        stomp.is_refused(refusal, 1002);
        other.is_served();
    }
    server.has_counted("size", 3);
}

#[test]
fn connect_has_a_bound_of_its_own() {
    let server = Server::start(&[("CONNECT_BYTES", "512")]);
    let mut other = Stomp::service(&server);
    let connect = |size: usize| {
        let mut out = Vec::new();
        let frame = |out: &mut Vec<u8>, padding: &str| {
            FrameWriter::new(out, Command::Connect, Version::V10)
                .header("accept-version", "1.2")
                .header("login", SERVICE.0)
                .header("passcode", SERVICE.1)
                .header("padding", padding)
                .finish();
        };
        frame(&mut out, "");
        let padding = "z".repeat(size - out.len());
        out.clear();
        frame(&mut out, &padding);
        assert_eq!(out.len(), size);
        out
    };
    let mut fits = Stomp::open(&server);
    fits.say(|out| out.extend_from_slice(&connect(512)));
    assert_eq!(fits.frame().command(), Command::Connected);
    fits.say(|out| out.extend_from_slice(&send_of(4096)));
    fits.receipt(RECEIPT);
    let mut breaks = Stomp::open(&server);
    breaks.say(|out| out.extend_from_slice(&connect(513)));
    breaks.is_refused("frame is longer than 512 bytes", 1002);
    other.is_served();
    server.has_counted("size", 1);
}

#[test]
fn a_websocket_message_is_taken_up_to_its_bound() {
    let server = Server::start(&[("WEBSOCKET_MESSAGE_BYTES", "1024")]);
    let mut other = Stomp::service(&server);
    let mut stomp = Stomp::service(&server);
    stomp.say(|out| out.extend_from_slice(&send_of(1024)));
    stomp.receipt(RECEIPT);
    stomp.say(|out| out.extend_from_slice(&send_of(1025)));
    assert_eq!(stomp.hear().closed(), 1009);
    let mut mqtt = WebSocket::open(&server, "/websocket", "mqtt");
    mqtt.send(Opcode::Binary, &[0x10; 1025]);
    assert_eq!(mqtt.hear().closed(), 1009);
    other.is_served();
    server.has_counted("size", 2);
}

#[test]
fn an_mqtt_packet_is_taken_up_to_its_bound() {
    let server = Server::start(&[("MQTT_PACKET_BYTES", "128")]);
    let mut other = Stomp::service(&server);
    let mut mqtt = Mqtt::service(&server);
    // Two bytes of header, two and five of the topic, two of the identifier.
    mqtt.publish(1, "sizes", vec![b'x'; 128 - 11]);
    assert_eq!(mqtt.packet(), Packet::Puback(id(1).into()));
    mqtt.publish(2, "sizes", vec![b'x'; 129 - 11]);
    assert_eq!(mqtt.hear().closed(), 1002);
    other.is_served();
    server.has_counted("size", 1);
}
