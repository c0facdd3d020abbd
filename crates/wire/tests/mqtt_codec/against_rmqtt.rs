//! Our codec against rmqtt-codec: what one writes, the other reads as the same packet.

use bytes::BytesMut;
use deskwire_wire::mqtt::{
    Connect, Decoder, Encoder, Limits, Packet, ProtocolVersion, Publish, QoS, Role, SubackCode, Will,
};
use proptest::prelude::*;
use rmqtt_codec::types::Protocol;
use rmqtt_codec::{types, v3};
use tokio_util::codec::{Decoder as _, Encoder as _};

use crate::arbitrary::packet;
use crate::{decode_pieces, decoder_for, opened, username};

const LIMITS: Limits =
    Limits { max_packet: 1 << 16, max_filters: 8, max_properties: 4096, max_user_properties: 8, max_topic_alias: 4 };

fn qos(qos: QoS) -> v3::QoS {
    v3::QoS::try_from(qos as u8).unwrap()
}

fn connect(connect: &Connect) -> v3::Connect {
    v3::Connect {
        protocol: Protocol(connect.protocol.name_and_level().1),
        clean_session: connect.clean_start,
        keep_alive: connect.keep_alive,
        client_id: connect.client_id.as_str().into(),
        last_will: connect.will.as_ref().map(will),
        username: username(connect).map(Into::into),
        password: connect.login.as_ref().and_then(|login| login.password.clone()),
        cert: None,
    }
}

fn will(will: &Will) -> v3::LastWill {
    v3::LastWill {
        qos: qos(will.qos),
        retain: will.retain,
        topic: will.topic.as_str().into(),
        message: will.payload.clone(),
    }
}

fn publish(publish: &Publish) -> types::Publish {
    types::Publish {
        dup: publish.dup,
        retain: publish.retain,
        qos: qos(publish.delivery.qos()),
        topic: publish.topic.as_str().into(),
        packet_id: publish.delivery.packet_id(),
        payload: publish.payload.clone(),
        properties: None,
    }
}

/// The same packet as rmqtt-codec has it.
fn theirs(packet: &Packet) -> v3::Packet {
    match packet {
        Packet::Connect(packet) => connect(packet).into(),
        Packet::Connack(connack) => v3::Packet::ConnectAck(v3::ConnectAck {
            return_code: v3::ConnectAckReason::try_from(connack.code.return_code()).unwrap(),
            session_present: connack.session_present,
        }),
        Packet::Publish(packet) => publish(packet).into(),
        Packet::Puback(ack) => v3::Packet::PublishAck { packet_id: ack.packet_id },
        Packet::Pubrec(ack) => v3::Packet::PublishReceived { packet_id: ack.packet_id },
        Packet::Pubrel(ack) => v3::Packet::PublishRelease { packet_id: ack.packet_id },
        Packet::Pubcomp(ack) => v3::Packet::PublishComplete { packet_id: ack.packet_id },
        Packet::Subscribe(subscribe) => {
            let filters = subscribe.filters.iter().map(|(filter, options)| (filter.as_str().into(), qos(options.qos)));
            v3::Packet::Subscribe { packet_id: subscribe.packet_id, topic_filters: filters.collect() }
        }
        Packet::Suback(suback) => {
            let status = suback.codes.iter().map(|code| match code {
                SubackCode::Granted(level) => v3::SubscribeReturnCode::Success(qos(*level)),
                _ => v3::SubscribeReturnCode::Failure,
            });
            v3::Packet::SubscribeAck { packet_id: suback.packet_id, status: status.collect() }
        }
        Packet::Unsubscribe(unsubscribe) => {
            let filters = unsubscribe.filters.iter().map(|filter| filter.as_str().into());
            v3::Packet::Unsubscribe { packet_id: unsubscribe.packet_id, topic_filters: filters.collect() }
        }
        Packet::Unsuback(unsuback) => v3::Packet::UnsubscribeAck { packet_id: unsuback.packet_id },
        Packet::Pingreq => v3::Packet::PingRequest,
        Packet::Pingresp => v3::Packet::PingResponse,
        _ => v3::Packet::Disconnect,
    }
}

fn written_by_them(packet: &Packet) -> BytesMut {
    let mut out = BytesMut::new();
    v3::Codec::new(0).encode(theirs(packet), &mut out).unwrap();
    out
}

fn written_by_us(packet: &Packet) -> BytesMut {
    let mut out = Vec::new();
    Encoder::default().put(&mut out, packet).unwrap();
    out.as_slice().into()
}

fn read_by_them(mut bytes: BytesMut) -> Option<v3::Packet> {
    v3::Codec::new(0).decode(&mut bytes).ok().flatten().map(|(packet, _)| packet)
}

/// An empty identifier without a clean session is well-formed; the server answers it with CONNACK [MQTT-3.1.3-8].
/// rmqtt-codec gives the server nothing to answer.
fn they_can_read(packet: &Packet) -> bool {
    !matches!(packet, Packet::Connect(connect) if connect.client_id.is_empty() && !connect.clean_start)
}

/// rmqtt-codec writes MQTT 3.1 with its name but level 4; that version's level is 3 (MQTT 3.1, 3.1).
fn they_can_write(packet: &Packet) -> bool {
    !matches!(packet, Packet::Connect(connect) if connect.protocol == ProtocolVersion::V3_1)
}

/// (packet, the rule it breaks)
const ONLY_WE_REFUSE: &[(&[u8], &str)] = &[
    (b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x01cx", "3.1.3: CONNECT has no further field"),
    (b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01\x00", "MQTT-1.5.3-2: U+0000"),
    (b"\x10\x0e\x00\x06MQIsdp\x04\x02\x00\x00\x00\x00", "3.1.2.2: level 4 is not that of MQIsdp"),
    (b"\x10\x10\x00\x04MQTT\x04\x42\x00\x00\x00\x01c\x00\x01p", "MQTT-3.1.2-22: password without user name"),
    (b"\x20\x02\x01\x05", "MQTT-3.2.2-4: session with a refusal"),
    (b"\x30\x03\x00\x01#", "MQTT-3.3.2-2: wildcard in a topic"),
    (b"\x38\x03\x00\x01a", "MQTT-3.3.1-2: DUP with QoS 0"),
    (b"\x82\x06\x00\x01\x00\x01a\x04", "MQTT-3.8.3-4: reserved bits beside the QoS"),
    (b"\x82\x07\x00\x01\x00\x02a#\x00", "MQTT-4.7.1-2: # within a level"),
    (b"\x90\x02\x00\x01", "MQTT-3.9.3-1: SUBACK without codes"),
    (b"\xc0\x01\x00", "3.12.1: PINGREQ has no body"),
    (b"\xe0\x01\x00", "3.14.1: DISCONNECT has no body"),
];

#[test]
fn where_only_we_refuse_the_standard_does_too() {
    for (bytes, rule) in ONLY_WE_REFUSE {
        let Some(accepted) = read_by_them((*bytes).into()) else { panic!("they refuse it too: {rule}") };
        let mut decoder = match accepted {
            v3::Packet::Connect(_) => Decoder::new(Role::Server, LIMITS),
            v3::Packet::ConnectAck(_) => Decoder::new(Role::Client, LIMITS),
            v3::Packet::SubscribeAck { .. } => opened(Role::Client, LIMITS),
            _ => opened(Role::Server, LIMITS),
        };
        assert!(decode_pieces(&mut decoder, [*bytes]).is_err(), "{rule}");
    }
}

proptest! {
    #[test]
    fn both_write_the_same_bytes(packet in packet().prop_filter("see above", they_can_write)) {
        prop_assert_eq!(written_by_us(&packet), written_by_them(&packet));
    }

    #[test]
    fn they_read_what_we_write(packet in packet().prop_filter("see above", they_can_read)) {
        prop_assert_eq!(read_by_them(written_by_us(&packet)), Some(theirs(&packet)));
    }

    #[test]
    fn we_read_what_they_write(packet in packet().prop_filter("see above", they_can_write)) {
        let bytes = written_by_them(&packet);
        let mut decoder = decoder_for(&packet, LIMITS);
        prop_assert_eq!(decode_pieces(&mut decoder, [&*bytes]), Ok(vec![packet]));
    }

    /// One byte of a packet is changed: whatever we still accept, they accept as the same packet.
    #[test]
    fn we_accept_no_damaged_packet_that_they_refuse(
        packet in packet(),
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let mut bytes = written_by_us(&packet);
        let at = at.index(bytes.len());
        bytes[at] = value;
        if let Ok(ours) = decode_pieces(&mut decoder_for(&packet, LIMITS), [&*bytes])
            && let [only] = ours.as_slice()
            && they_can_read(only)
        {
            prop_assert_eq!(read_by_them(bytes), Some(theirs(only)));
        }
    }
}
