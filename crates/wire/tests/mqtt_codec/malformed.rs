//! Bytes that are not MQTT, each with the reason the decoder gives; and packets that have no bytes.

use bytes::Bytes;
use deskwire_wire::mqtt::{
    Connect, DecodeError, Decoder, Delivery, EncodeError, Encoder, Limits, Packet, PacketId, PacketType, PublishHead,
    Role, Suback, Subscribe, Text, TextError, TopicError, TopicName, Unsubscribe, Will,
};

use crate::{CONNECT, LIMITS, decode_pieces, opened};

type Case = (&'static str, &'static [u8], DecodeError);

fn refused(cases: &[Case], decoder: impl Fn() -> Decoder) {
    for (case, bytes, error) in cases {
        assert_eq!(decode_pieces(&mut decoder(), [*bytes]), Err(*error), "{case}");
        let bytewise = bytes.chunks(1);
        assert_eq!(decode_pieces(&mut decoder(), bytewise), Err(*error), "{case}, byte by byte");
    }
}

#[test]
fn opening_a_connection() {
    use DecodeError as E;
    let cases: &[Case] = &[
        ("HTTP", b"GET / HTTP/1.1\r\n", E::FirstPacket(PacketType::Puback)),
        ("PUBLISH before CONNECT", b"\x30", E::FirstPacket(PacketType::Publish)),
        ("PINGREQ before CONNECT", b"\xc0", E::FirstPacket(PacketType::Pingreq)),
        ("flags of CONNECT", b"\x11", E::Flags { packet: PacketType::Connect, flags: 1 }),
        ("other protocol name", b"\x10\x0d\x00\x04MQTX\x04\x02\x00\x00\x00\x01c", E::ProtocolName),
        ("names are case-sensitive", b"\x10\x0d\x00\x04mqtt\x04\x02\x00\x00\x00\x01c", E::ProtocolName),
        ("a later version", b"\x10\x0d\x00\x04MQTT\x06\x02\x00\x00\x00\x00\x00", E::ProtocolLevel(6)),
        ("level of 3.1 with the name of 3.1.1", b"\x10\x0d\x00\x04MQTT\x03\x02\x00\x00\x00\x01c", E::ProtocolLevel(3)),
        (
            "level of 3.1.1 with the name of 3.1",
            b"\x10\x0f\x00\x06MQIsdp\x04\x02\x00\x00\x00\x01c",
            E::ProtocolLevel(4),
        ),
        ("reserved connect flag", b"\x10\x0d\x00\x04MQTT\x04\x03\x00\x00\x00\x01c", E::ConnectFlag),
        ("will QoS without will", b"\x10\x0d\x00\x04MQTT\x04\x0a\x00\x00\x00\x01c", E::WillFlags),
        ("will retain without will", b"\x10\x0d\x00\x04MQTT\x04\x22\x00\x00\x00\x01c", E::WillFlags),
        ("will QoS 3", b"\x10\x12\x00\x04MQTT\x04\x1e\x00\x00\x00\x01c\x00\x01w\x00\x00", E::QoS(3)),
        (
            "password without user name",
            b"\x10\x10\x00\x04MQTT\x04\x42\x00\x00\x00\x01c\x00\x01p",
            E::PasswordWithoutUsername,
        ),
        ("user name missing", b"\x10\x0d\x00\x04MQTT\x04\x82\x00\x00\x00\x01c", E::Truncated),
        ("will missing", b"\x10\x0d\x00\x04MQTT\x04\x06\x00\x00\x00\x01c", E::Truncated),
        ("client id cut off", b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x02c", E::Truncated),
        ("no client id", b"\x10\x0a\x00\x04MQTT\x04\x02\x00\x00", E::Truncated),
        ("empty body", b"\x10\x00", E::Truncated),
        ("bytes behind the client id", b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x01cx", E::TrailingBytes),
        (
            "wildcard in the will topic",
            b"\x10\x12\x00\x04MQTT\x04\x06\x00\x00\x00\x01c\x00\x01#\x00\x00",
            E::TopicName(TopicError::Wildcard),
        ),
        (
            "empty will topic",
            b"\x10\x11\x00\x04MQTT\x04\x06\x00\x00\x00\x01c\x00\x00\x00\x00",
            E::TopicName(TopicError::Empty),
        ),
        ("U+0000 in the client id", b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01\x00", E::Text(TextError::Nul)),
        (
            "surrogate in the client id",
            b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x00\x00\x03\xed\xa0\x80",
            E::Text(TextError::Utf8),
        ),
        (
            "overlong form in the client id",
            b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x02\xc0\x80",
            E::Text(TextError::Utf8),
        ),
    ];
    refused(cases, || Decoder::new(Role::Server, LIMITS));
}

#[test]
fn from_clients() {
    use DecodeError as E;
    let cases: &[Case] = &[
        ("type 0", b"\x00\x00", E::ReservedType(0)),
        ("type 15", b"\xf0\x00", E::ReservedType(15)),
        ("second CONNECT", CONNECT, E::Repeated(PacketType::Connect)),
        ("CONNACK", b"\x20\x02\x00\x00", E::Direction(PacketType::Connack)),
        ("SUBACK", b"\x90\x03\x00\x01\x00", E::Direction(PacketType::Suback)),
        ("UNSUBACK", b"\xb0\x02\x00\x01", E::Direction(PacketType::Unsuback)),
        ("PINGRESP", b"\xd0\x00", E::Direction(PacketType::Pingresp)),
        ("remaining length of five bytes", b"\x30\xff\xff\xff\xff\x01", E::RemainingLength),
        ("remaining length of five bytes, all small", b"\x30\x80\x80\x80\x80\x00", E::RemainingLength),
        ("more than the limit", b"\x30\x80\x08", E::TooLarge { length: 1027, limit: 1024 }),
        ("the most a length can say", b"\x30\xff\xff\xff\x7f", E::TooLarge { length: 268_435_460, limit: 1024 }),
        ("QoS 3", b"\x36\x05\x00\x01a\x00\x01", E::QoS(3)),
        ("DUP with QoS 0", b"\x38\x03\x00\x01a", E::DupWithoutQoS),
        ("PUBLISH to packet id 0", b"\x32\x05\x00\x01a\x00\x00", E::ZeroPacketId),
        ("PUBLISH without packet id", b"\x32\x03\x00\x01a", E::Truncated),
        ("PUBLISH without topic", b"\x30\x00", E::Truncated),
        ("PUBLISH to a topic that is cut off", b"\x30\x03\x00\x02a", E::Truncated),
        ("PUBLISH to the empty topic", b"\x30\x02\x00\x00", E::TopicName(TopicError::Empty)),
        ("PUBLISH to +", b"\x30\x05\x00\x03a/+", E::TopicName(TopicError::Wildcard)),
        ("PUBLISH to #", b"\x30\x05\x00\x03a/#", E::TopicName(TopicError::Wildcard)),
        ("U+0000 in a topic", b"\x30\x05\x00\x03a\x00b", E::Text(TextError::Nul)),
        ("ill-formed UTF-8 in a topic", b"\x30\x03\x00\x01\xff", E::Text(TextError::Utf8)),
        ("flags of PUBACK", b"\x41\x02\x00\x01", E::Flags { packet: PacketType::Puback, flags: 1 }),
        ("PUBACK for 0", b"\x40\x02\x00\x00", E::ZeroPacketId),
        ("short PUBACK", b"\x40\x01\x00", E::Truncated),
        ("empty PUBACK", b"\x40\x00", E::Truncated),
        ("PUBACK of MQTT 5.0", b"\x40\x03\x00\x01\x00", E::TrailingBytes),
        ("PUBREC for 0", b"\x50\x02\x00\x00", E::ZeroPacketId),
        ("flags of PUBREL", b"\x60\x02\x00\x01", E::Flags { packet: PacketType::Pubrel, flags: 0 }),
        ("DUP on PUBREL, gone since 3.1.1", b"\x6a\x02\x00\x01", E::Flags { packet: PacketType::Pubrel, flags: 10 }),
        ("flags of PUBCOMP", b"\x72\x02\x00\x01", E::Flags { packet: PacketType::Pubcomp, flags: 2 }),
        ("flags of SUBSCRIBE", b"\x80\x06\x00\x01\x00\x01a\x00", E::Flags { packet: PacketType::Subscribe, flags: 0 }),
        ("SUBSCRIBE to nothing", b"\x82\x02\x00\x01", E::NoFilters),
        ("SUBSCRIBE with id 0", b"\x82\x06\x00\x00\x00\x01a\x00", E::ZeroPacketId),
        ("SUBSCRIBE without QoS", b"\x82\x05\x00\x01\x00\x01a", E::Truncated),
        ("SUBSCRIBE with QoS 3", b"\x82\x06\x00\x01\x00\x01a\x03", E::QoS(3)),
        ("SUBSCRIBE with options of MQTT 5.0", b"\x82\x06\x00\x01\x00\x01a\x04", E::QoS(4)),
        ("SUBSCRIBE to the empty filter", b"\x82\x05\x00\x01\x00\x00\x00", E::TopicFilter(TopicError::Empty)),
        ("SUBSCRIBE to a#", b"\x82\x07\x00\x01\x00\x02a#\x00", E::TopicFilter(TopicError::MisplacedWildcard)),
        (
            "nine filters where eight are allowed",
            b"\x82\x26\x00\x01\0\x01a\0\0\x01a\0\0\x01a\0\0\x01a\0\0\x01a\0\0\x01a\0\0\x01a\0\0\x01a\0\0\x01a\0",
            E::TooManyFilters(8),
        ),
        ("UNSUBSCRIBE from nothing", b"\xa2\x02\x00\x01", E::NoFilters),
        ("flags of UNSUBSCRIBE", b"\xa0\x05\x00\x01\x00\x01a", E::Flags { packet: PacketType::Unsubscribe, flags: 0 }),
        ("flags of PINGREQ", b"\xc1\x00", E::Flags { packet: PacketType::Pingreq, flags: 1 }),
        ("PINGREQ with a body", b"\xc0\x01\x00", E::TrailingBytes),
        ("flags of DISCONNECT", b"\xe1\x00", E::Flags { packet: PacketType::Disconnect, flags: 1 }),
        ("DISCONNECT of MQTT 5.0", b"\xe0\x01\x00", E::TrailingBytes),
    ];
    refused(cases, || opened(Role::Server, LIMITS));
}

#[test]
fn from_servers() {
    use DecodeError as E;
    refused(
        &[
            ("not CONNACK first", b"\x30", E::FirstPacket(PacketType::Publish)),
            ("reserved acknowledge flag", b"\x20\x02\x02\x00", E::ConnackFlags(2)),
            ("session with a refusal", b"\x20\x02\x01\x02", E::ConnackFlags(1)),
            ("reserved return code", b"\x20\x02\x00\x06", E::ReasonCode(6)),
            ("short CONNACK", b"\x20\x01\x00", E::Truncated),
            ("CONNACK of MQTT 5.0", b"\x20\x03\x00\x00\x00", E::TrailingBytes),
        ],
        || Decoder::new(Role::Client, LIMITS),
    );
    refused(
        &[
            ("second CONNACK", b"\x20\x02\x00\x00", E::Repeated(PacketType::Connack)),
            ("CONNECT", CONNECT, E::Direction(PacketType::Connect)),
            ("SUBSCRIBE", b"\x82", E::Direction(PacketType::Subscribe)),
            ("UNSUBSCRIBE", b"\xa2", E::Direction(PacketType::Unsubscribe)),
            ("PINGREQ", b"\xc0", E::Direction(PacketType::Pingreq)),
            ("DISCONNECT", b"\xe0", E::Direction(PacketType::Disconnect)),
            ("SUBACK with a reserved code", b"\x90\x03\x00\x01\x03", E::ReasonCode(3)),
            ("SUBACK without codes", b"\x90\x02\x00\x01", E::Truncated),
        ],
        || opened(Role::Client, LIMITS),
    );
}

#[test]
fn limit_is_the_whole_packet() {
    let packet: &[u8] = b"\x30\x07\x00\x03a/bhi";
    let exact = Limits { max_packet: packet.len(), ..LIMITS };
    assert!(decode_pieces(&mut opened(Role::Server, exact), [packet]).is_ok());
    let short = Limits { max_packet: packet.len() - 1, ..LIMITS };
    let error = DecodeError::TooLarge { length: packet.len(), limit: packet.len() - 1 };
    assert_eq!(decode_pieces(&mut opened(Role::Server, short), [packet]), Err(error));
}

#[test]
fn packets_without_a_form_are_not_written() {
    let id = PacketId::MIN;
    let name = TopicName::new("t").unwrap();
    let mut connect = Connect::new(Text::default());
    connect.will = Some(Will::new(name, Bytes::from(vec![0; 65_536])));
    let cases = [
        (Packet::Connect(Box::new(connect)), EncodeError::FieldTooLong(65_536)),
        (Packet::Subscribe(Subscribe::new(id, vec![])), EncodeError::NoEntries),
        (Packet::Suback(Suback::new(id, vec![])), EncodeError::NoEntries),
        (Packet::Unsubscribe(Unsubscribe::new(id, vec![])), EncodeError::NoEntries),
    ];
    for (packet, error) in cases {
        let mut out = Vec::new();
        assert_eq!(Encoder::default().put(&mut out, &packet), Err(error));
        assert!(out.is_empty(), "{error}");
    }
}

#[test]
fn heads_of_impossible_messages_are_not_written() {
    let long = "t".repeat(65_536);
    for (topic, payload, error) in [
        (long.as_str(), 0, EncodeError::FieldTooLong(65_536)),
        ("t", 268_435_453, EncodeError::PacketTooLong(268_435_456)),
    ] {
        let mut out = Vec::new();
        let head = PublishHead::new(Delivery::AtMostOnce, topic);
        assert_eq!(Encoder::default().put_publish_head(&mut out, head, payload), Err(error));
        assert!(out.is_empty(), "{error}");
    }
}
