//! Packets and their bytes, read and written.

use bytes::Bytes;
use deskwire_wire::mqtt::{
    Connack, ConnackCode, Connect, Decoder, Delivery, Disconnect, Encoder, Login, Packet, PacketId, ProtocolVersion,
    Publish, QoS, Role, Suback, SubackCode, Subscribe, Text, TopicFilter, TopicName, Unsuback, Unsubscribe, Will,
};

use crate::{CONNECT, LIMITS, decode_pieces, decoder_for, opened};

fn id(value: u16) -> PacketId {
    PacketId::new(value).unwrap()
}

fn name(value: &str) -> TopicName {
    TopicName::new(value).unwrap()
}

fn filter(value: &str) -> TopicFilter {
    TopicFilter::new(value).unwrap()
}

fn connect(client_id: &str, change: impl FnOnce(&mut Connect)) -> Packet {
    let mut connect = Connect::new(Text::new(client_id).unwrap());
    change(&mut connect);
    Packet::Connect(Box::new(connect))
}

fn publish(delivery: Delivery, topic: &str, payload: &'static [u8], change: impl FnOnce(&mut Publish)) -> Packet {
    let mut publish = Publish::new(delivery, name(topic), Bytes::from_static(payload));
    change(&mut publish);
    Packet::Publish(publish)
}

/// (what it is, bytes, packet)
fn table() -> Vec<(&'static str, &'static [u8], Packet)> {
    vec![
        ("smallest CONNECT", CONNECT, connect("c", |_| {})),
        (
            "CONNECT without client id",
            b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00",
            connect("", |connect| connect.keep_alive = 60),
        ),
        (
            "empty client id on a kept session is for the session to refuse",
            b"\x10\x0c\x00\x04MQTT\x04\x00\x00\x00\x00\x00",
            connect("", |connect| connect.clean_start = false),
        ),
        (
            "CONNECT with everything",
            b"\x10\x1f\x00\x04MQTT\x04\xec\xff\xff\x00\x02id\x00\x03w/t\x00\x02\x00\xff\x00\x01u\x00\x03p\x00w",
            connect("id", |connect| {
                let mut will = Will::new(name("w/t"), Bytes::from_static(b"\x00\xff"));
                will.qos = QoS::AtLeastOnce;
                will.retain = true;
                connect.will = Some(will);
                connect.clean_start = false;
                connect.keep_alive = 65_535;
                connect.login = Some(Login {
                    username: Some(Text::new("u").unwrap()),
                    password: Some(Bytes::from_static(b"p\0w")),
                });
            }),
        ),
        (
            "user name without password, empty will",
            b"\x10\x16\x00\x04MQTT\x04\x96\x00\x0a\x00\x01c\x00\x01w\x00\x00\x00\x02me",
            connect("c", |connect| {
                let mut will = Will::new(name("w"), Bytes::new());
                will.qos = QoS::ExactlyOnce;
                connect.will = Some(will);
                connect.keep_alive = 10;
                connect.login = Some(Login { username: Some(Text::new("me").unwrap()), password: None });
            }),
        ),
        (
            "MQTT 3.1",
            b"\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x00\x00\x01c",
            connect("c", |connect| connect.protocol = ProtocolVersion::V3_1),
        ),
        (
            "a byte order mark stays [MQTT-1.5.4-3]",
            b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x00\x00\x03\xef\xbb\xbf",
            connect("\u{feff}", |_| {}),
        ),
        ("CONNACK", b"\x20\x02\x00\x00", Packet::Connack(Connack::accepted(false).into())),
        ("CONNACK with session", b"\x20\x02\x01\x00", Packet::Connack(Connack::accepted(true).into())),
        (
            "CONNACK that refuses",
            b"\x20\x02\x00\x05",
            Packet::Connack(Connack::without_session(ConnackCode::NotAuthorized).into()),
        ),
        ("QoS 0", b"\x30\x07\x00\x03a/bhi", publish(Delivery::AtMostOnce, "a/b", b"hi", |_| {})),
        ("no payload", b"\x30\x03\x00\x01a", publish(Delivery::AtMostOnce, "a", b"", |_| {})),
        (
            "QoS 1, retained",
            b"\x33\x06\x00\x01a\x00\x0ax",
            publish(Delivery::AtLeastOnce(id(10)), "a", b"x", |publish| publish.retain = true),
        ),
        (
            "QoS 2, repeated",
            b"\x3c\x05\x00\x01a\xff\xff",
            publish(Delivery::ExactlyOnce(id(65_535)), "a", b"", |publish| publish.dup = true),
        ),
        (
            "topics of more than one byte a character",
            "\x30\x08\0\u{6}客服".as_bytes(),
            publish(Delivery::AtMostOnce, "客服", b"", |_| {}),
        ),
        ("PUBACK", b"\x40\x02\x00\x01", Packet::Puback(id(1).into())),
        ("PUBREC", b"\x50\x02\x01\x00", Packet::Pubrec(id(256).into())),
        ("PUBREL", b"\x62\x02\x00\x01", Packet::Pubrel(id(1).into())),
        ("PUBCOMP", b"\x70\x02\xff\xff", Packet::Pubcomp(id(65_535).into())),
        (
            "SUBSCRIBE",
            b"\x82\x0c\x00\x07\x00\x03a/#\x01\x00\x01+\x02",
            Packet::Subscribe(Subscribe::new(
                id(7),
                vec![(filter("a/#"), QoS::AtLeastOnce.into()), (filter("+"), QoS::ExactlyOnce.into())],
            )),
        ),
        (
            "SUBACK",
            b"\x90\x06\x00\x07\x00\x01\x02\x80",
            Packet::Suback(Suback::new(
                id(7),
                vec![
                    SubackCode::Granted(QoS::AtMostOnce),
                    SubackCode::Granted(QoS::AtLeastOnce),
                    SubackCode::Granted(QoS::ExactlyOnce),
                    SubackCode::Failure,
                ],
            )),
        ),
        (
            "UNSUBSCRIBE",
            b"\xa2\x08\x00\x02\x00\x01a\x00\x01#",
            Packet::Unsubscribe(Unsubscribe::new(id(2), vec![filter("a"), filter("#")])),
        ),
        ("UNSUBACK", b"\xb0\x02\x00\x02", Packet::Unsuback(Unsuback::new(id(2), Vec::new()))),
        ("PINGREQ", b"\xc0\x00", Packet::Pingreq),
        ("PINGRESP", b"\xd0\x00", Packet::Pingresp),
        ("DISCONNECT", b"\xe0\x00", Packet::Disconnect(Disconnect::default())),
    ]
}

#[test]
fn bytes_become_packets() {
    for (case, bytes, packet) in table() {
        let mut decoder = decoder_for(&packet, LIMITS);
        assert_eq!(decode_pieces(&mut decoder, [bytes]), Ok(vec![packet]), "{case}");
    }
}

#[test]
fn packets_become_bytes() {
    for (case, bytes, packet) in table() {
        let mut out = b"before".to_vec();
        Encoder::default().put(&mut out, &packet).unwrap();
        assert_eq!(out, [b"before", bytes].concat(), "{case}");
    }
}

#[test]
fn remaining_length_has_one_to_four_bytes() {
    for (payload, length) in [(0, 1), (124, 1), (125, 2), (16_380, 2), (16_381, 3), (2_097_148, 3), (2_097_149, 4)] {
        let packet = Packet::Publish(Publish::new(Delivery::AtMostOnce, name("a"), Bytes::from(vec![7; payload])));
        let mut out = Vec::new();
        Encoder::default().put(&mut out, &packet).unwrap();
        assert_eq!(out.len(), 1 + length + 3 + payload);
        let mut decoder = opened(Role::Client, deskwire_wire::mqtt::Limits { max_packet: out.len(), ..LIMITS });
        assert_eq!(decode_pieces(&mut decoder, [out.as_slice()]), Ok(vec![packet]));
    }
}

#[test]
fn remaining_length_need_not_be_the_shortest() {
    let mut decoder = opened(Role::Server, LIMITS);
    assert_eq!(decode_pieces(&mut decoder, [&b"\xc0\x80\x80\x00"[..]]), Ok(vec![Packet::Pingreq]));
}

#[test]
fn dup_is_allowed_on_acknowledged_packets_of_mqtt_3_1() {
    let mut decoder = Decoder::new(Role::Server, LIMITS);
    let input: &[u8] = b"\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x00\x00\x01c\x6a\x02\x00\x01";
    let packets = decode_pieces(&mut decoder, [input]).unwrap();
    assert_eq!(packets[1], Packet::Pubrel(id(1).into()));
}

#[test]
fn payload_and_topic_share_one_copy() {
    let mut decoder = opened(Role::Server, LIMITS);
    let packets = decode_pieces(&mut decoder, [&b"\x30\x07\x00\x03a/bhi"[..]]).unwrap();
    let Packet::Publish(publish) = &packets[0] else { panic!("not a PUBLISH: {packets:?}") };
    let topic_end = publish.topic.as_str().as_bytes().as_ptr_range().end;
    assert_eq!(topic_end, publish.payload.as_ptr());
}

#[test]
fn dup_is_not_written_with_qos_0() {
    let packet = publish(Delivery::AtMostOnce, "a", b"", |publish| publish.dup = true);
    let mut out = Vec::new();
    Encoder::default().put(&mut out, &packet).unwrap();
    assert_eq!(out, b"\x30\x03\x00\x01a");
}

#[test]
fn passwords_are_not_shown() {
    let login = Login { username: Some(Text::new("me").unwrap()), password: Some(Bytes::from_static(b"secret")) };
    assert_eq!(format!("{login:?}"), r#"Login { username: Some("me"), .. }"#);
}
