//! The server's session, driven with bytes and ticks.

#![expect(clippy::unwrap_used, reason = "a test that cannot make its own input is to fail")]

mod closing_v5;
mod connecting;
mod connecting_v5;
mod durable;
mod exactly_once;
mod inbound;
mod messages_v5;
mod model;
mod outbound;
mod size;
mod timing;

use std::num::NonZeroU16;
use std::sync::Arc;

use bytes::Bytes;
use deskwire_wire::Tick;
use deskwire_wire::mqtt::{
    Acceptance, Connect, Decoder, Delivery, Encoder, Event, Limits, Outgoing, Packet, PacketId, ProtocolVersion,
    Publish, QoS, Role, Session, SessionConfig, Text, Ticket, TopicName,
};

const START: Tick = Tick::from_millis(1_000);

const LIMITS: Limits =
    Limits { max_packet: 512, max_filters: 4, max_properties: 256, max_user_properties: 4, max_topic_alias: 3 };

fn config() -> SessionConfig {
    SessionConfig {
        highest_version: ProtocolVersion::V5,
        limits: LIMITS,
        connect_limits: Limits { max_packet: 128, ..LIMITS },
        connect_deadline_ms: 5_000,
        max_inflight: 3,
        max_inbound_qos2: 2,
        receive_maximum: NonZeroU16::new(4).unwrap(),
        max_unanswered: 8,
        max_topic_aliases: 2,
        session_expiry_max: 3_600,
        keep_alive_default: 0,
        keep_alive_max: 0,
    }
}

fn id(value: u16) -> PacketId {
    PacketId::new(value).unwrap()
}

fn bytes_of(packets: &[Packet]) -> Vec<u8> {
    let mut out = Vec::new();
    for packet in packets {
        Encoder::default().put(&mut out, packet).unwrap();
    }
    out
}

fn connect(change: impl FnOnce(&mut Connect)) -> Packet {
    let mut connect = Connect::new(Text::new("client").unwrap());
    change(&mut connect);
    Packet::Connect(Box::new(connect))
}

fn publish(delivery: Delivery) -> Packet {
    let topic = TopicName::new("t").unwrap();
    Packet::Publish(Publish::new(delivery, topic, Bytes::from_static(b"m")))
}

fn outgoing(qos: QoS, token: u64) -> Outgoing<'static> {
    let mut outgoing = Outgoing::new("t", b"m");
    outgoing.qos = qos;
    outgoing.token = token;
    outgoing
}

/// A session that has read a CONNECT and waits for the answer.
fn asking(config: SessionConfig, change: impl FnOnce(&mut Connect)) -> Session {
    let mut session = Session::new(Arc::new(config), START);
    send(&mut session, &[connect(change)]);
    assert!(matches!(session.poll_event(), Some(Event::Connect(_))));
    session
}

/// A session that has accepted its client and sent CONNACK.
fn open(config: SessionConfig) -> Session {
    let mut session = asking(config, |_| {});
    session.accept(Acceptance::new(false));
    assert_eq!(sent(&mut session), b"\x20\x02\x00\x00");
    session
}

fn send(session: &mut Session, packets: &[Packet]) {
    session.receive(&bytes_of(packets), START);
}

/// Everything that the session has to send.
fn sent(session: &mut Session) -> Vec<u8> {
    std::iter::from_fn(|| session.poll_transmit()).flatten().collect()
}

fn events(session: &mut Session) -> Vec<Event> {
    std::iter::from_fn(|| session.poll_event()).collect()
}

/// The tickets of the messages among the events.
fn tickets(session: &mut Session) -> Vec<Ticket> {
    let ticket = |event| match event {
        Event::Publish { ticket, .. } => ticket,
        _ => None,
    };
    events(session).into_iter().filter_map(ticket).collect()
}

/// CONNECT of MQTT 5.0.
fn connect_v5(change: impl FnOnce(&mut Connect)) -> Packet {
    connect(|connect| {
        connect.protocol = ProtocolVersion::V5;
        change(connect);
    })
}

fn bytes_of_v5(packets: &[Packet]) -> Vec<u8> {
    let mut out = Vec::new();
    for packet in packets {
        Encoder::new(ProtocolVersion::V5).put(&mut out, packet).unwrap();
    }
    out
}

fn send_v5(session: &mut Session, packets: &[Packet]) {
    session.receive(&bytes_of_v5(packets), START);
}

/// The packets that the session has to send to a client of MQTT 5.0.
fn answers_v5(session: &mut Session) -> Vec<Packet> {
    read_v5(&sent(session))
}

fn read_v5(bytes: &[u8]) -> Vec<Packet> {
    let limits = Limits { max_packet: 1 << 16, max_properties: 1 << 16, max_topic_alias: u16::MAX, ..LIMITS };
    let mut decoder = Decoder::new(Role::Client, limits).speaking(ProtocolVersion::V5);
    if bytes.first() != Some(&0x20) {
        decoder.decode(&mut b"\x20\x03\x00\x00\x00".as_slice()).unwrap();
    }
    let mut input = bytes;
    std::iter::from_fn(|| decoder.decode(&mut input).unwrap()).collect()
}

/// A session of MQTT 5.0 that waits for the answer to CONNECT.
fn asking_v5(config: SessionConfig, change: impl FnOnce(&mut Connect)) -> Session {
    let mut session = Session::new(Arc::new(config), START);
    send(&mut session, &[connect_v5(change)]);
    assert!(matches!(session.poll_event(), Some(Event::Connect(_))));
    session
}

/// A session of MQTT 5.0 that has accepted its client and sent CONNACK.
fn open_v5(config: SessionConfig, change: impl FnOnce(&mut Connect)) -> Session {
    let mut session = asking_v5(config, change);
    session.accept(Acceptance::new(false));
    assert!(matches!(answers_v5(&mut session).as_slice(), [Packet::Connack(_)]));
    session
}
