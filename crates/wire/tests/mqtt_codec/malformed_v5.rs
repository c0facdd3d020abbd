//! Bytes that are not MQTT 5.0, each with the reason the decoder gives and the code the other end is told.

use deskwire_wire::mqtt::{
    Connect, DecodeError, Decoder, Delivery, DisconnectCode, EncodeError, Encoder, Limits, Login, MessageProperties,
    Packet, PacketId, PacketType, PropertyId, ProtocolVersion, PublishHead, Role, Text, TextError, TopicError,
    Unsuback,
};

use crate::{CONNACK_V5, CONNECT_V5, LIMITS, decode_pieces, opened_v5};

const MALFORMED: u8 = 0x81;
const PROTOCOL_ERROR: u8 = 0x82;
const ALIAS_INVALID: u8 = 0x94;
const TOO_LARGE: u8 = 0x95;
const QUOTA: u8 = 0x97;

/// (what it is, bytes, error, number of the code in DISCONNECT)
type Case = (&'static str, &'static [u8], DecodeError, u8);

fn refused(cases: &[Case], decoder: impl Fn() -> Decoder) {
    for (case, bytes, error, code) in cases {
        assert_eq!(decode_pieces(&mut decoder(), [*bytes]), Err(*error), "{case}");
        let bytewise = bytes.chunks(1);
        assert_eq!(decode_pieces(&mut decoder(), bytewise), Err(*error), "{case}, byte by byte");
        assert_eq!(error.disconnect_code().to_byte(), *code, "{case}");
    }
}

#[test]
fn opening_a_connection() {
    use DecodeError as E;
    use PropertyId as P;
    refused(
        &[
            ("no properties", b"\x10\x0a\x00\x04MQTT\x05\x02\x00\x00", E::Truncated, MALFORMED),
            (
                "properties longer than the packet",
                b"\x10\x0c\x00\x04MQTT\x05\x02\x00\x00\x05\x11",
                E::Truncated,
                MALFORMED,
            ),
            (
                "properties of more than four bytes length",
                b"\x10\x0f\x00\x04MQTT\x05\x02\x00\x00\x80\x80\x80\x80\x01",
                E::VariableInteger,
                MALFORMED,
            ),
            (
                "length of properties in two bytes instead of one [MQTT-1.5.5-1]",
                b"\x10\x0f\x00\x04MQTT\x05\x02\x00\x00\x80\x00\x00\x01c",
                E::PaddedInteger,
                MALFORMED,
            ),
            (
                "unknown property",
                b"\x10\x10\x00\x04MQTT\x05\x02\x00\x00\x02\x7e\x00\x00\x01c",
                E::UnknownProperty(0x7E),
                MALFORMED,
            ),
            (
                "topic alias in CONNECT",
                b"\x10\x11\x00\x04MQTT\x05\x02\x00\x00\x03\x23\x00\x01\x00\x01c",
                E::MisplacedProperty(P::TopicAlias),
                MALFORMED,
            ),
            (
                "session expiry twice",
                b"\x10\x18\x00\x04MQTT\x05\x02\x00\x00\x0a\x11\0\0\0\x01\x11\0\0\0\x01\x00\x01c",
                E::RepeatedProperty(P::SessionExpiryInterval),
                PROTOCOL_ERROR,
            ),
            (
                "receive maximum 0",
                b"\x10\x11\x00\x04MQTT\x05\x02\x00\x00\x03\x21\x00\x00\x00\x01c",
                E::PropertyValue(P::ReceiveMaximum),
                PROTOCOL_ERROR,
            ),
            (
                "maximum packet size 0",
                b"\x10\x13\x00\x04MQTT\x05\x02\x00\x00\x05\x27\0\0\0\0\x00\x01c",
                E::PropertyValue(P::MaximumPacketSize),
                PROTOCOL_ERROR,
            ),
            (
                "request problem information 2",
                b"\x10\x10\x00\x04MQTT\x05\x02\x00\x00\x02\x17\x02\x00\x01c",
                E::PropertyValue(P::RequestProblemInformation),
                PROTOCOL_ERROR,
            ),
            (
                "request response information 2",
                b"\x10\x10\x00\x04MQTT\x05\x02\x00\x00\x02\x19\x02\x00\x01c",
                E::PropertyValue(P::RequestResponseInformation),
                PROTOCOL_ERROR,
            ),
            (
                "authentication data without a method",
                b"\x10\x12\x00\x04MQTT\x05\x02\x00\x00\x04\x16\x00\x01d\x00\x01c",
                E::AuthenticationWithoutMethod,
                PROTOCOL_ERROR,
            ),
            (
                "property cut off",
                b"\x10\x10\x00\x04MQTT\x05\x02\x00\x00\x02\x11\x00\x00\x01c",
                E::Truncated,
                MALFORMED,
            ),
            (
                "U+0000 in a user property [MQTT-1.5.4-2]",
                b"\x10\x15\x00\x04MQTT\x05\x02\x00\x00\x07\x26\x00\x01\x00\x00\x01v\x00\x01c",
                E::Text(TextError::Nul),
                MALFORMED,
            ),
            (
                "surrogate in a user property [MQTT-1.5.4-1]",
                b"\x10\x17\x00\x04MQTT\x05\x02\x00\x00\x09\x26\x00\x01k\x00\x03\xed\xa0\x80\x00\x01c",
                E::Text(TextError::Utf8),
                MALFORMED,
            ),
            (
                "five user properties where four are allowed",
                b"\x10\x27\x00\x04MQTT\x05\x02\x00\x00\x19\x26\0\0\0\0\x26\0\0\0\0\x26\0\0\0\0\x26\0\0\0\0\x26\0\0\0\0\x00\x01c",
                E::TooManyUserProperties(4),
                QUOTA,
            ),
            ("will without properties", b"\x10\x0e\x00\x04MQTT\x05\x06\x00\x00\x00\x00\x01c", E::Truncated, MALFORMED),
            (
                "topic alias in a will",
                b"\x10\x18\x00\x04MQTT\x05\x06\x00\x00\x00\x00\x01c\x03\x23\x00\x01\x00\x01w\x00\x01m",
                E::MisplacedProperty(P::TopicAlias),
                MALFORMED,
            ),
            (
                "will QoS 3 [MQTT-3.1.2-12]",
                b"\x10\x0e\x00\x04MQTT\x05\x1e\x00\x00\x00\x00\x01c",
                E::QoS(3),
                MALFORMED,
            ),
            ("AUTH before CONNECT", b"\xf0", E::ReservedType(15), MALFORMED),
        ],
        || Decoder::new(Role::Server, LIMITS),
    );
}

#[test]
fn messages() {
    use DecodeError as E;
    use PropertyId as P;
    refused(
        &[
            ("PUBLISH without properties", b"\x30\x03\x00\x01a", E::Truncated, MALFORMED),
            ("neither topic nor alias", b"\x30\x03\x00\x00\x00", E::TopicName(TopicError::Empty), PROTOCOL_ERROR),
            ("alias 0 [MQTT-3.3.2-8]", b"\x30\x07\x00\x01a\x03\x23\x00\x00", E::TopicAlias(0), ALIAS_INVALID),
            (
                "alias above the maximum [MQTT-3.3.2-9]",
                b"\x30\x07\x00\x01a\x03\x23\x00\x05",
                E::TopicAlias(5),
                ALIAS_INVALID,
            ),
            ("unknown alias", b"\x30\x06\x00\x00\x03\x23\x00\x01", E::UnknownTopicAlias(1), PROTOCOL_ERROR),
            (
                "alias twice",
                b"\x30\x0a\x00\x01a\x06\x23\x00\x01\x23\x00\x01",
                E::RepeatedProperty(P::TopicAlias),
                PROTOCOL_ERROR,
            ),
            (
                "wildcard in an aliased topic",
                b"\x30\x07\x00\x01#\x03\x23\x00\x01",
                E::TopicName(TopicError::Wildcard),
                MALFORMED,
            ),
            (
                "subscription identifier from a client [MQTT-3.3.4-6]",
                b"\x30\x06\x00\x01a\x02\x0b\x01",
                E::SubscriptionIdFromClient,
                PROTOCOL_ERROR,
            ),
            (
                "payload format 2",
                b"\x30\x06\x00\x01a\x02\x01\x02",
                E::PropertyValue(P::PayloadFormatIndicator),
                PROTOCOL_ERROR,
            ),
            (
                "wildcard in the response topic [MQTT-3.3.2-14]",
                b"\x30\x08\x00\x01a\x04\x08\x00\x01+",
                E::ResponseTopic(TopicError::Wildcard),
                PROTOCOL_ERROR,
            ),
            (
                "will delay in a PUBLISH",
                b"\x30\x09\x00\x01a\x05\x18\x00\x00\x00\x01",
                E::MisplacedProperty(P::WillDelayInterval),
                MALFORMED,
            ),
            ("packet id 0 [MQTT-2.2.1-3]", b"\x32\x06\x00\x01a\x00\x00\x00", E::ZeroPacketId, MALFORMED),
            ("DUP with QoS 0 [MQTT-3.3.1-2]", b"\x38\x04\x00\x01a\x00", E::DupWithoutQoS, MALFORMED),
            ("QoS 3 [MQTT-3.3.1-4]", b"\x36\x06\x00\x01a\x00\x01\x00", E::QoS(3), MALFORMED),
            ("PUBACK with a code of CONNACK", b"\x40\x03\x00\x01\x84", E::ReasonCode(0x84), MALFORMED),
            ("PUBREL with a code of PUBREC", b"\x62\x03\x00\x01\x10", E::ReasonCode(0x10), MALFORMED),
            (
                "PUBACK with a server reference",
                b"\x40\x07\x00\x01\x00\x03\x1c\x00\x00",
                E::MisplacedProperty(P::ServerReference),
                MALFORMED,
            ),
            ("PUBACK with bytes behind", b"\x40\x05\x00\x01\x00\x00\x00", E::TrailingBytes, MALFORMED),
            (
                "PUBCOMP with two reasons",
                b"\x70\x0a\x00\x01\x00\x06\x1f\x00\x00\x1f\x00\x00",
                E::RepeatedProperty(P::ReasonString),
                PROTOCOL_ERROR,
            ),
            (
                "more than the limit [MQTT-3.2.2-15]",
                b"\x30\x80\x08",
                E::TooLarge { length: 1027, limit: 1024 },
                TOO_LARGE,
            ),
            ("remaining length in two bytes instead of one", b"\xc0\x80\x00", E::PaddedInteger, MALFORMED),
        ],
        || opened_v5(Role::Server, LIMITS),
    );
}

#[test]
fn other_packets_from_clients() {
    use DecodeError as E;
    use PropertyId as P;
    refused(
        &[
            ("second CONNECT [MQTT-3.1.0-2]", CONNECT_V5, E::Repeated(PacketType::Connect), PROTOCOL_ERROR),
            ("CONNACK", CONNACK_V5, E::Direction(PacketType::Connack), PROTOCOL_ERROR),
            ("SUBSCRIBE to nothing [MQTT-3.8.3-2]", b"\x82\x03\x00\x01\x00", E::NoFilters, PROTOCOL_ERROR),
            (
                "reserved options [MQTT-3.8.3-5]",
                b"\x82\x07\x00\x01\x00\x00\x01a\x40",
                E::SubscribeOptions(0x40),
                MALFORMED,
            ),
            ("retain handling 3", b"\x82\x07\x00\x01\x00\x00\x01a\x30", E::RetainHandling, PROTOCOL_ERROR),
            ("QoS 3 in the options", b"\x82\x07\x00\x01\x00\x00\x01a\x03", E::QoS(3), MALFORMED),
            (
                "no local on a shared subscription [MQTT-3.8.3-4]",
                b"\x82\x10\x00\x01\x00\x00\x0a$share/g/a\x04",
                E::NoLocalShared,
                PROTOCOL_ERROR,
            ),
            (
                "shared subscription without a filter [MQTT-4.8.2-2]",
                b"\x82\x0e\x00\x01\x00\x00\x08$share/g\x00",
                E::TopicFilter(TopicError::Share),
                MALFORMED,
            ),
            (
                "subscription identifier 0",
                b"\x82\x09\x00\x01\x02\x0b\x00\x00\x01a\x00",
                E::PropertyValue(P::SubscriptionIdentifier),
                PROTOCOL_ERROR,
            ),
            (
                "two subscription identifiers",
                b"\x82\x0b\x00\x01\x04\x0b\x01\x0b\x02\x00\x01a\x00",
                E::RepeatedProperty(P::SubscriptionIdentifier),
                PROTOCOL_ERROR,
            ),
            (
                "reason in a SUBSCRIBE",
                b"\x82\x0a\x00\x01\x03\x1f\x00\x00\x00\x01a\x00",
                E::MisplacedProperty(P::ReasonString),
                MALFORMED,
            ),
            (
                "UNSUBSCRIBE with a subscription identifier",
                b"\xa2\x08\x00\x01\x02\x0b\x01\x00\x01a",
                E::MisplacedProperty(P::SubscriptionIdentifier),
                MALFORMED,
            ),
            ("UNSUBSCRIBE from nothing [MQTT-3.10.3-2]", b"\xa2\x03\x00\x01\x00", E::NoFilters, PROTOCOL_ERROR),
            ("PINGREQ with a body", b"\xc0\x01\x00", E::TrailingBytes, MALFORMED),
            ("DISCONNECT with a code of CONNACK", b"\xe0\x01\x85", E::ReasonCode(0x85), MALFORMED),
            (
                "DISCONNECT of a client with another server",
                b"\xe0\x05\x00\x03\x1c\x00\x00",
                E::MisplacedProperty(P::ServerReference),
                MALFORMED,
            ),
            ("DISCONNECT with bytes behind", b"\xe0\x03\x00\x00\x00", E::TrailingBytes, MALFORMED),
            (
                "flags of DISCONNECT [MQTT-3.14.1-1]",
                b"\xe1",
                E::Flags { packet: PacketType::Disconnect, flags: 1 },
                MALFORMED,
            ),
            ("AUTH with a code alone", b"\xf0\x01\x18", E::Truncated, MALFORMED),
            ("AUTH with an unknown code", b"\xf0\x02\x01\x00", E::ReasonCode(1), MALFORMED),
            ("flags of AUTH [MQTT-3.15.1-1]", b"\xf1", E::Flags { packet: PacketType::Auth, flags: 1 }, MALFORMED),
        ],
        || opened_v5(Role::Server, LIMITS),
    );
}

#[test]
fn from_servers() {
    use DecodeError as E;
    use PropertyId as P;
    refused(
        &[
            ("CONNACK without properties", b"\x20\x02\x00\x00", E::Truncated, MALFORMED),
            ("session with a refusal [MQTT-3.2.2-6]", b"\x20\x03\x01\x87\x00", E::ConnackFlags(1), MALFORMED),
            ("return code of 3.1.1", b"\x20\x03\x00\x05\x00", E::ReasonCode(5), MALFORMED),
            ("maximum QoS 2", b"\x20\x05\x00\x00\x02\x24\x02", E::PropertyValue(P::MaximumQos), PROTOCOL_ERROR),
            (
                "request of a client in CONNACK",
                b"\x20\x05\x00\x00\x02\x17\x01",
                E::MisplacedProperty(P::RequestProblemInformation),
                MALFORMED,
            ),
        ],
        || Decoder::new(Role::Client, LIMITS).speaking(ProtocolVersion::V5),
    );
    refused(
        &[
            ("SUBACK without codes", b"\x90\x03\x00\x01\x00", E::Truncated, MALFORMED),
            ("SUBACK with a code of UNSUBACK", b"\x90\x04\x00\x01\x00\x11", E::ReasonCode(0x11), MALFORMED),
            ("UNSUBACK without codes", b"\xb0\x03\x00\x01\x00", E::Truncated, MALFORMED),
            (
                "session expiry in DISCONNECT [MQTT-3.14.2-2]",
                b"\xe0\x07\x00\x05\x11\0\0\0\x01",
                E::MisplacedProperty(P::SessionExpiryInterval),
                MALFORMED,
            ),
            (
                "subscription identifier 0 in a PUBLISH",
                b"\x30\x06\x00\x01a\x02\x0b\x00",
                E::PropertyValue(P::SubscriptionIdentifier),
                PROTOCOL_ERROR,
            ),
            ("SUBSCRIBE", b"\x82", E::Direction(PacketType::Subscribe), PROTOCOL_ERROR),
        ],
        || opened_v5(Role::Client, LIMITS),
    );
}

#[test]
fn packets_without_a_form_are_not_written() {
    let mut properties = MessageProperties::NONE;
    properties.correlation_data = Some(vec![0; 65_536].into());
    let mut head = PublishHead::new(Delivery::AtMostOnce, "t");
    head.properties = Some(&properties);
    let mut out = Vec::new();
    let encoder = Encoder::new(ProtocolVersion::V5);
    assert_eq!(encoder.put_publish_head(&mut out, head, 0), Err(EncodeError::FieldTooLong(65_536)));
    let unsuback = Packet::Unsuback(Unsuback::new(PacketId::MIN, Vec::new()));
    assert_eq!(encoder.put(&mut out, &unsuback), Err(EncodeError::NoEntries));
    let mut connect = Connect::new(Text::default());
    connect.login = Some(Login { username: None, password: Some(b"p".as_slice().into()) });
    assert_eq!(encoder.put_connect(&mut out, &connect), Err(EncodeError::PasswordWithoutUsername), "in MQTT 3.1.1");
    assert!(out.is_empty());
}

#[test]
fn properties_are_bounded() {
    let mut packet = b"\x30\x89\x04\x00\x01a\x83\x04\x26\x01\xfc".to_vec();
    packet.resize(packet.len() + 508, b'k');
    packet.extend_from_slice(b"\x00\x02vvx");
    let limits = Limits { max_properties: 515, ..LIMITS };
    assert!(decode_pieces(&mut opened_v5(Role::Server, limits), [packet.as_slice()]).is_ok());
    let error = DecodeError::PropertiesTooLong { length: 515, limit: 512 };
    assert_eq!(decode_pieces(&mut opened_v5(Role::Server, LIMITS), [packet.as_slice()]), Err(error));
    assert_eq!(error.disconnect_code(), DisconnectCode::QuotaExceeded);
}
