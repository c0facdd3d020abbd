//! Packets of MQTT 5.0 and their bytes, read and written.

use std::num::{NonZeroU16, NonZeroU32};

use bytes::Bytes;
use deskwire_wire::mqtt::{
    Ack, AckProperties, Auth, AuthCode, Connack, ConnackCode, Connect, DecodeError, Decoder, Delivery, Disconnect,
    DisconnectCode, EncodeError, Encoder, Login, MessageProperties, Packet, PacketId, PayloadFormat, ProtocolVersion,
    PubackCode, Publish, PublishHead, PubrelCode, QoS, RetainHandling, Role, SESSION_NEVER_EXPIRES, Suback, SubackCode,
    Subscribe, SubscribeOptions, SubscriptionId, Text, TopicFilter, TopicName, Unsuback, UnsubackCode, Unsubscribe,
    Will,
};

use crate::{CONNECT_V5, LIMITS, decode_pieces, decoder_for_v5, opened_v5};

fn id(value: u16) -> PacketId {
    PacketId::new(value).unwrap()
}

fn text(value: &str) -> Text {
    Text::new(value).unwrap()
}

fn name(value: &str) -> TopicName {
    TopicName::new(value).unwrap()
}

fn filter(value: &str) -> TopicFilter {
    TopicFilter::new(value).unwrap()
}

fn pair(name: &str, value: &str) -> (Text, Text) {
    (text(name), text(value))
}

/// `value` after `change`.
fn with<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}

fn connect(change: impl FnOnce(&mut Connect)) -> Packet {
    let mut connect = Connect::new(text("c"));
    connect.protocol = ProtocolVersion::V5;
    change(&mut connect);
    Packet::Connect(Box::new(connect))
}

fn connack(change: impl FnOnce(&mut Connack)) -> Packet {
    Packet::Connack(Box::new(with(Connack::accepted(false), change)))
}

fn publish(delivery: Delivery, change: impl FnOnce(&mut Publish)) -> Packet {
    Packet::Publish(with(Publish::new(delivery, name("a"), Bytes::from_static(b"x")), change))
}

/// (what it is, bytes, packet)
type Case = (&'static str, &'static [u8], Packet);

fn opening() -> Vec<Case> {
    vec![
        ("smallest CONNECT", CONNECT_V5, connect(|_| {})),
        (
            "CONNECT with every property",
            b"\x10\x38\x00\x04MQTT\x05\x00\x00\x3c\x2a\x11\x00\x00\x00\x0a\x21\x00\x14\x27\x00\x00\x01\x00\x22\x00\x05\
              \x19\x01\x17\x00\x15\x00\x01m\x16\x00\x02d\x00\x26\x00\x01k\x00\x01v\x26\x00\x01k\x00\x00\x00\x01c",
            connect(|connect| {
                connect.clean_start = false;
                connect.keep_alive = 60;
                let properties = &mut connect.properties;
                properties.session_expiry = Some(10);
                properties.receive_maximum = NonZeroU16::new(20);
                properties.maximum_packet_size = NonZeroU32::new(256);
                properties.topic_alias_maximum = Some(5);
                properties.request_response_information = Some(true);
                properties.request_problem_information = Some(false);
                properties.authentication_method = Some(text("m"));
                properties.authentication_data = Some(Bytes::from_static(b"d\0"));
                properties.user = vec![pair("k", "v"), pair("k", "")];
            }),
        ),
        (
            "CONNECT with a will that has every property, and a password alone",
            b"\x10\x3e\x00\x04MQTT\x05\x6e\x00\x00\x00\x00\x01c\x24\x18\x00\x00\x00\x05\x02\x00\x00\x00\x06\x01\x01\
              \x03\x00\x01t\x08\x00\x01r\x09\x00\x01\x00\x26\x00\x01a\x00\x01b\x26\x00\x00\x00\x00\x00\x01w\x00\x02hi\
              \x00\x02pw",
            connect(|connect| {
                let mut will = Will::new(name("w"), Bytes::from_static(b"hi"));
                will.qos = QoS::AtLeastOnce;
                will.retain = true;
                will.delay = Some(5);
                will.message_expiry = Some(6);
                will.properties.payload_format = Some(PayloadFormat::Utf8);
                will.properties.content_type = Some(text("t"));
                will.properties.response_topic = Some(name("r"));
                will.properties.correlation_data = Some(Bytes::from_static(b"\0"));
                will.properties.user = vec![pair("a", "b"), pair("", "")];
                connect.will = Some(will);
                connect.login = Some(Login { username: None, password: Some(Bytes::from_static(b"pw")) });
            }),
        ),
        ("CONNACK", b"\x20\x03\x01\x00\x00", connack(|connack| connack.session_present = true)),
        (
            "CONNACK that refuses, with a reason and another server",
            b"\x20\x0b\x00\x9d\x08\x1f\x00\x01r\x1c\x00\x01s",
            connack(|connack| {
                connack.code = ConnackCode::ServerMoved;
                connack.properties.reason_string = Some(text("r"));
                connack.properties.server_reference = Some(text("s"));
            }),
        ),
        (
            "CONNACK with every other property",
            b"\x20\x30\x00\x00\x2d\x11\x00\x00\x00\x09\x21\x00\x14\x24\x01\x25\x00\x27\x00\x00\x02\x00\x12\x00\x02id\
              \x22\x00\x0a\x28\x00\x29\x00\x2a\x00\x13\x00\x1e\x1a\x00\x01i\x15\x00\x01m\x16\x00\x00",
            connack(|connack| {
                let properties = &mut connack.properties;
                properties.session_expiry = Some(9);
                properties.receive_maximum = NonZeroU16::new(20);
                properties.maximum_qos = Some(QoS::AtLeastOnce);
                properties.retain_available = Some(false);
                properties.maximum_packet_size = NonZeroU32::new(512);
                properties.assigned_client_id = Some(text("id"));
                properties.topic_alias_maximum = Some(10);
                properties.wildcard_subscription_available = Some(false);
                properties.subscription_ids_available = Some(false);
                properties.shared_subscription_available = Some(false);
                properties.server_keep_alive = Some(30);
                properties.response_information = Some(text("i"));
                properties.authentication_method = Some(text("m"));
                properties.authentication_data = Some(Bytes::new());
            }),
        ),
    ]
}

fn messages() -> Vec<Case> {
    vec![
        ("QoS 0 without properties", b"\x30\x05\x00\x01a\x00x", publish(Delivery::AtMostOnce, |_| {})),
        (
            "QoS 1 with every property of a client",
            b"\x33\x25\x00\x01a\x00\x01\x1e\x23\x00\x01\x02\x00\x00\x00\x3c\x01\x00\x03\x00\x01t\x08\x00\x02r/\x09\x00\x02\
              \x01\x02\x26\x00\x01k\x00\x00x",
            publish(Delivery::AtLeastOnce(id(1)), |publish| {
                publish.retain = true;
                publish.topic_alias = NonZeroU16::new(1);
                publish.message_expiry = Some(60);
                publish.properties.payload_format = Some(PayloadFormat::Bytes);
                publish.properties.content_type = Some(text("t"));
                publish.properties.response_topic = Some(name("r/"));
                publish.properties.correlation_data = Some(Bytes::from_static(b"\x01\x02"));
                publish.properties.user = vec![pair("k", "")];
            }),
        ),
        (
            "QoS 2 from a server, of several subscriptions [MQTT-3.3.4-4]",
            b"\x3c\x0e\x00\x01a\x00\x07\x07\x0b\x01\x0b\xff\xff\xff\x7fx",
            publish(Delivery::ExactlyOnce(id(7)), |publish| {
                publish.dup = true;
                publish.subscription_ids = [1, 268_435_455].map(|id| SubscriptionId::new(id).unwrap()).into();
            }),
        ),
        ("PUBACK that says success", b"\x40\x02\x00\x01", Packet::Puback(id(1).into())),
        (
            "PUBACK with a code",
            b"\x40\x03\x00\x01\x10",
            Packet::Puback(Ack::new(id(1), PubackCode::NoMatchingSubscribers)),
        ),
        (
            "PUBREC with a reason",
            b"\x50\x08\x00\x01\x97\x04\x1f\x00\x01r",
            Packet::Pubrec(with(Ack::new(id(1), PubackCode::QuotaExceeded), |ack| {
                ack.properties = AckProperties::because(text("r"));
            })),
        ),
        (
            "PUBREL of nothing known",
            b"\x62\x03\x00\x01\x92",
            Packet::Pubrel(Ack::new(id(1), PubrelCode::PacketIdentifierNotFound)),
        ),
        (
            "PUBCOMP with a user property and success",
            b"\x70\x0b\x00\x01\x00\x07\x26\x00\x01k\x00\x01v",
            Packet::Pubcomp(with(Ack::success(id(1)), |ack| ack.properties.user = vec![pair("k", "v")])),
        ),
    ]
}

fn others() -> Vec<Case> {
    vec![
        (
            "SUBSCRIBE with every option",
            b"\x82\x1b\x00\x01\x0a\x0b\x80\x01\x26\x00\x01k\x00\x01v\x00\x03a/#\x2d\x00\x01+\x12\x00\x01b\x00"
                as &[u8],
            Packet::Subscribe(with(
                Subscribe::new(
                    id(1),
                    vec![
                        (
                            filter("a/#"),
                            with(SubscribeOptions::from(QoS::AtLeastOnce), |options| {
                                (options.no_local, options.retain_as_published) = (true, true);
                                options.retain_handling = RetainHandling::DoNotSend;
                            }),
                        ),
                        (
                            filter("+"),
                            with(SubscribeOptions::from(QoS::ExactlyOnce), |options| {
                                options.retain_handling = RetainHandling::SendIfNew;
                            }),
                        ),
                        (filter("b"), SubscribeOptions::default()),
                    ],
                ),
                |subscribe| {
                    subscribe.subscription_id = SubscriptionId::new(128);
                    subscribe.user = vec![pair("k", "v")];
                },
            )),
        ),
        (
            "SUBSCRIBE to a shared subscription",
            b"\x82\x10\x00\x01\x00\x00\x0a$share/g/+\x01",
            Packet::Subscribe(Subscribe::new(id(1), vec![(filter("$share/g/+"), QoS::AtLeastOnce.into())])),
        ),
        (
            "SUBACK with codes",
            b"\x90\x06\x00\x01\x00\x02\x87\x9e",
            Packet::Suback(Suback::new(
                id(1),
                vec![
                    SubackCode::Granted(QoS::ExactlyOnce),
                    SubackCode::NotAuthorized,
                    SubackCode::SharedSubscriptionsNotSupported,
                ],
            )),
        ),
        (
            "UNSUBSCRIBE",
            b"\xa2\x0d\x00\x01\x07\x26\x00\x01k\x00\x01v\x00\x01a",
            Packet::Unsubscribe(with(Unsubscribe::new(id(1), vec![filter("a")]), |unsubscribe| {
                unsubscribe.user = vec![pair("k", "v")];
            })),
        ),
        (
            "UNSUBACK with codes and a reason",
            b"\xb0\x09\x00\x01\x04\x1f\x00\x01r\x00\x11",
            Packet::Unsuback(with(
                Unsuback::new(id(1), vec![UnsubackCode::Success, UnsubackCode::NoSubscriptionExisted]),
                |unsuback| unsuback.properties = AckProperties::because(text("r")),
            )),
        ),
        ("DISCONNECT", b"\xe0\x00", Packet::Disconnect(Disconnect::default())),
        ("DISCONNECT with the will", b"\xe0\x01\x04", Packet::Disconnect(Disconnect::new(DisconnectCode::WithWill))),
        (
            "DISCONNECT that changes the expiry of the session",
            b"\xe0\x07\x00\x05\x11\x00\x00\x00\x01",
            Packet::Disconnect(with(Disconnect::default(), |disconnect| disconnect.session_expiry = Some(1))),
        ),
        (
            "DISCONNECT of a server, with a reason and another server",
            b"\xe0\x0a\x9c\x08\x1f\x00\x01r\x1c\x00\x01s",
            Packet::Disconnect(with(Disconnect::new(DisconnectCode::UseAnotherServer), |disconnect| {
                disconnect.reason_string = Some(text("r"));
                disconnect.server_reference = Some(text("s"));
            })),
        ),
        ("AUTH that says success", b"\xf0\x00", Packet::Auth(Auth::default())),
        (
            "AUTH",
            b"\xf0\x11\x18\x0f\x15\x00\x01m\x16\x00\x01d\x1f\x00\x04more",
            Packet::Auth(with(Auth::new(AuthCode::ContinueAuthentication), |auth| {
                auth.method = Some(text("m"));
                auth.data = Some(Bytes::from_static(b"d"));
                auth.reason_string = Some(text("more"));
            })),
        ),
    ]
}

fn table() -> impl Iterator<Item = Case> {
    opening().into_iter().chain(messages()).chain(others())
}

#[test]
fn bytes_become_packets() {
    for (case, bytes, packet) in table() {
        let mut decoder = decoder_for_v5(&packet, LIMITS);
        assert_eq!(decode_pieces(&mut decoder, [bytes]), Ok(vec![packet]), "{case}");
    }
}

#[test]
fn packets_become_bytes() {
    for (case, bytes, packet) in table() {
        let mut out = b"before".to_vec();
        Encoder::new(ProtocolVersion::V5).put(&mut out, &packet).unwrap();
        assert_eq!(out, [b"before", bytes].concat(), "{case}");
    }
}

/// The forms that nobody here writes.
#[test]
fn properties_may_be_written_as_empty() {
    for (bytes, packet) in [
        (b"\x40\x03\x00\x01\x00" as &[u8], Packet::Puback(id(1).into())),
        (b"\x40\x04\x00\x01\x00\x00", Packet::Puback(id(1).into())),
        (b"\xe0\x01\x00", Packet::Disconnect(Disconnect::default())),
        (b"\xe0\x02\x00\x00", Packet::Disconnect(Disconnect::default())),
        (b"\xf0\x02\x00\x00", Packet::Auth(Auth::default())),
    ] {
        assert_eq!(decode_pieces(&mut opened_v5(Role::Server, LIMITS), [bytes]), Ok(vec![packet]), "{bytes:?}");
    }
}

#[test]
fn an_alias_stands_for_its_topic() {
    let input: &[u8] =
        b"\x30\x08\x00\x01a\x03\x23\x00\x01x\x30\x07\x00\x00\x03\x23\x00\x01x\x30\x08\x00\x01b\x03\x23\x00\x01x\
                         \x30\x07\x00\x00\x03\x23\x00\x01x";
    let packets = decode_pieces(&mut opened_v5(Role::Server, LIMITS), [input]).unwrap();
    let topics: Vec<_> = packets
        .iter()
        .map(|packet| match packet {
            Packet::Publish(publish) => publish.topic.as_str(),
            other => panic!("not a PUBLISH: {other:?}"),
        })
        .collect();
    assert_eq!(topics, ["a", "a", "b", "b"], "and may be given to another one (3.3.2.3.4)");
}

#[test]
fn what_earlier_versions_lack_is_left_out() {
    let publish = publish(Delivery::AtMostOnce, |publish| {
        publish.topic_alias = NonZeroU16::new(1);
        publish.message_expiry = Some(1);
        publish.properties.user = vec![pair("k", "v")];
    });
    let mut ack = Ack::new(id(1), PubackCode::NotAuthorized);
    ack.properties = AckProperties::because(text("r"));
    let subscribe = |options| Packet::Subscribe(Subscribe::new(id(1), vec![(filter("a"), options)]));
    let no_local = with(SubscribeOptions::from(QoS::AtLeastOnce), |options| options.no_local = true);
    let refused = Suback::new(id(1), vec![SubackCode::QuotaExceeded]);
    let moved = with(Connack::without_session(ConnackCode::Banned), |connack| {
        connack.properties.reason_string = Some(text("r"));
    });
    for (packet, bytes) in [
        (publish, b"\x30\x04\x00\x01ax" as &[u8]),
        (Packet::Puback(ack.clone()), b"\x40\x02\x00\x01"),
        (Packet::Pubrec(ack), b"\x50\x02\x00\x01"),
        (subscribe(no_local), b"\x82\x06\x00\x01\x00\x01a\x01"),
        (Packet::Suback(refused), b"\x90\x03\x00\x01\x80"),
        (Packet::Unsuback(Unsuback::new(id(1), vec![UnsubackCode::Success])), b"\xb0\x02\x00\x01"),
        (Packet::Connack(moved.into()), b"\x20\x02\x00\x05"),
        (Packet::Disconnect(Disconnect::new(DisconnectCode::WithWill)), b"\xe0\x00"),
    ] {
        let mut out = Vec::new();
        Encoder::new(ProtocolVersion::V3_1_1).put(&mut out, &packet).unwrap();
        assert_eq!(out, bytes, "{packet:?}");
    }
    let mut out = Vec::new();
    let auth = Encoder::new(ProtocolVersion::V3_1_1).put(&mut out, &Packet::Auth(Auth::default()));
    assert_eq!((auth, out), (Err(EncodeError::Version), Vec::new()));
}

/// The payload and the properties of a message are shared; what differs per subscriber is in its head.
#[test]
fn heads_of_one_message() {
    let mut properties = MessageProperties::NONE;
    properties.content_type = Some(text("t"));
    let ids = [SubscriptionId::new(9).unwrap()];
    let encoder = Encoder::new(ProtocolVersion::V5);
    assert_eq!(encoder.version(), ProtocolVersion::V5);
    let mut head = PublishHead::new(Delivery::AtMostOnce, "a");
    head.properties = Some(&properties);
    let mut out = Vec::new();
    encoder.put_publish_head(&mut out, head, 5).unwrap();
    assert_eq!(out, b"\x30\x0d\x00\x01a\x04\x03\x00\x01t");

    head.delivery = Delivery::AtLeastOnce(id(1));
    (head.topic, head.topic_alias) = ("", NonZeroU16::new(2));
    (head.subscription_ids, head.message_expiry) = (&ids, Some(1));
    out.clear();
    encoder.put_publish_head(&mut out, head, 5).unwrap();
    assert_eq!(out, b"\x32\x18\x00\x00\x00\x01\x0e\x23\x00\x02\x02\x00\x00\x00\x01\x0b\x09\x03\x00\x01t");
}

#[test]
fn sessions_expire_as_their_version_has_it() {
    let connect = |protocol, clean_start, session_expiry| {
        let mut connect = Connect::new(Text::default());
        (connect.protocol, connect.clean_start) = (protocol, clean_start);
        connect.properties.session_expiry = session_expiry;
        connect.session_expiry()
    };
    assert_eq!(connect(ProtocolVersion::V3_1_1, true, None), 0);
    assert_eq!(connect(ProtocolVersion::V3_1_1, false, None), SESSION_NEVER_EXPIRES);
    assert_eq!(connect(ProtocolVersion::V5, false, None), 0);
    assert_eq!(connect(ProtocolVersion::V5, true, Some(7)), 7);
}

#[test]
fn versions_are_negotiated_by_the_decoder() {
    let mut decoder = Decoder::new(Role::Server, LIMITS);
    assert_eq!(decoder.version(), ProtocolVersion::V3_1_1);
    decode_pieces(&mut decoder, [CONNECT_V5]).unwrap();
    assert_eq!(decoder.version(), ProtocolVersion::V5);
    let mut earlier = Decoder::new(Role::Server, LIMITS).up_to(ProtocolVersion::V3_1_1);
    assert_eq!(decode_pieces(&mut earlier, [CONNECT_V5]), Err(DecodeError::ProtocolLevel(5)));
}

#[test]
fn subscription_ids_have_bounds() {
    for value in [0, 268_435_456, u32::MAX] {
        assert_eq!(SubscriptionId::new(value), None);
    }
    assert_eq!(SubscriptionId::new(268_435_455).unwrap().get(), 268_435_455);
}

#[test]
fn only_a_normal_disconnect_takes_the_will_back() {
    assert!(!Disconnect::default().keeps_will());
    for code in [DisconnectCode::WithWill, DisconnectCode::UnspecifiedError, DisconnectCode::ProtocolError] {
        assert!(Disconnect::new(code).keeps_will());
    }
}
