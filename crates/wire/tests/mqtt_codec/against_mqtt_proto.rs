//! Our codec against mqtt-proto's: what one writes, the other reads as the same packet.

use std::sync::Arc;

use deskwire_wire::mqtt::{
    Connect, Decoder, Delivery, Encoder, Limits, Packet, PacketId, ProtocolVersion, Publish, QoS, Role, SubackCode,
    TopicFilter, Will,
};
use mqtt_proto::{Pid, Protocol, QosPid, v3};
use proptest::prelude::*;

use crate::arbitrary::packet;
use crate::{decode_pieces, decoder_for, opened, username};

const LIMITS: Limits =
    Limits { max_packet: 1 << 16, max_filters: 8, max_properties: 4096, max_user_properties: 8, max_topic_alias: 4 };

fn pid(id: PacketId) -> Pid {
    Pid::try_from(id.get()).unwrap()
}

fn qos(qos: QoS) -> mqtt_proto::QoS {
    mqtt_proto::QoS::from_u8(qos as u8).unwrap()
}

fn filter(filter: &TopicFilter) -> mqtt_proto::TopicFilter {
    mqtt_proto::TopicFilter::try_from(filter.as_str()).unwrap()
}

fn connect(connect: &Connect) -> v3::Connect {
    v3::Connect {
        protocol: match connect.protocol {
            ProtocolVersion::V3_1 => Protocol::V310,
            _ => Protocol::V311,
        },
        clean_session: connect.clean_start,
        keep_alive: connect.keep_alive,
        client_id: Arc::from(connect.client_id.as_str()),
        last_will: connect.will.as_ref().map(will),
        username: username(connect).map(Arc::from),
        password: connect.login.as_ref().and_then(|login| login.password.clone()),
    }
}

fn will(will: &Will) -> v3::LastWill {
    v3::LastWill {
        qos: qos(will.qos),
        retain: will.retain,
        topic_name: will.topic.as_str().try_into().unwrap(),
        message: will.payload.clone(),
    }
}

fn publish(publish: &Publish) -> v3::Publish {
    v3::Publish {
        dup: publish.dup,
        retain: publish.retain,
        qos_pid: match publish.delivery {
            Delivery::AtMostOnce => QosPid::Level0,
            Delivery::AtLeastOnce(id) => QosPid::Level1(pid(id)),
            Delivery::ExactlyOnce(id) => QosPid::Level2(pid(id)),
        },
        topic_name: publish.topic.as_str().try_into().unwrap(),
        payload: publish.payload.clone(),
    }
}

/// The same packet as mqtt-proto has it.
fn theirs(packet: &Packet) -> v3::Packet {
    match packet {
        Packet::Connect(packet) => connect(packet).into(),
        Packet::Connack(connack) => {
            let code = v3::ConnectReturnCode::from_u8(connack.code.return_code()).unwrap();
            v3::Connack::new(connack.session_present, code).into()
        }
        Packet::Publish(packet) => publish(packet).into(),
        Packet::Puback(ack) => v3::Packet::Puback(pid(ack.packet_id)),
        Packet::Pubrec(ack) => v3::Packet::Pubrec(pid(ack.packet_id)),
        Packet::Pubrel(ack) => v3::Packet::Pubrel(pid(ack.packet_id)),
        Packet::Pubcomp(ack) => v3::Packet::Pubcomp(pid(ack.packet_id)),
        Packet::Subscribe(subscribe) => {
            let topics = subscribe.filters.iter().map(|(name, options)| (filter(name), qos(options.qos)));
            v3::Subscribe::new(pid(subscribe.packet_id), topics.collect()).into()
        }
        Packet::Suback(suback) => {
            let code = |code: &SubackCode| v3::SubscribeReturnCode::from_u8(code.to_byte()).unwrap();
            v3::Suback::new(pid(suback.packet_id), suback.codes.iter().map(code).collect()).into()
        }
        Packet::Unsubscribe(unsubscribe) => {
            let topics = unsubscribe.filters.iter().map(filter);
            v3::Unsubscribe::new(pid(unsubscribe.packet_id), topics.collect()).into()
        }
        Packet::Unsuback(unsuback) => v3::Packet::Unsuback(pid(unsuback.packet_id)),
        Packet::Pingreq => v3::Packet::Pingreq,
        Packet::Pingresp => v3::Packet::Pingresp,
        _ => v3::Packet::Disconnect,
    }
}

fn encoded(packet: &Packet) -> Vec<u8> {
    let mut out = Vec::new();
    Encoder::default().put(&mut out, packet).unwrap();
    out
}

/// mqtt-proto writes the failure code of SUBACK as 3, which [MQTT-3.9.3-2] reserves; ours is 0x80 as in 3.9.3.
fn they_can_write(packet: &Packet) -> bool {
    !matches!(packet, Packet::Suback(suback) if suback.codes.contains(&SubackCode::Failure))
}

/// (packet, the rule it breaks)
const ONLY_WE_REFUSE: &[(&[u8], &str)] = &[
    (b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x01cx", "3.1.3: CONNECT has no further field"),
    (b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01\x00", "MQTT-1.5.3-2: U+0000"),
    (b"\x10\x0d\x00\x04MQTT\x04\x22\x00\x00\x00\x01c", "MQTT-3.1.2-15: will retain without a will"),
    (b"\x10\x10\x00\x04MQTT\x04\x42\x00\x00\x00\x01c\x00\x01p", "MQTT-3.1.2-22: password without user name"),
    (b"\x10\x11\x00\x04MQTT\x04\x06\x00\x00\x00\x01c\x00\x00\x00\x00", "MQTT-4.7.3-1: empty will topic"),
    (b"\x20\x02\x01\x05", "MQTT-3.2.2-4: session with a refusal"),
    (b"\x30\x02\x00\x00", "MQTT-4.7.3-1: empty topic"),
    (b"\x38\x03\x00\x01a", "MQTT-3.3.1-2: DUP with QoS 0"),
    (b"\x40\x03\x00\x01\x00", "3.4.1: PUBACK has a remaining length of 2"),
    (b"\x90\x02\x00\x01", "MQTT-3.9.3-1: SUBACK without codes"),
    (b"\xc0\x01\x00", "3.12.1: PINGREQ has no body"),
    (b"\xe0\x01\x00", "3.14.1: DISCONNECT has no body"),
];

#[test]
fn where_only_we_refuse_the_standard_does_too() {
    for (bytes, rule) in ONLY_WE_REFUSE {
        let Ok(Some(accepted)) = v3::Packet::decode(bytes) else { panic!("they refuse it too: {rule}") };
        let mut decoder = match accepted {
            v3::Packet::Connect(_) => Decoder::new(Role::Server, LIMITS),
            v3::Packet::Connack(_) => Decoder::new(Role::Client, LIMITS),
            v3::Packet::Suback(_) => opened(Role::Client, LIMITS),
            _ => opened(Role::Server, LIMITS),
        };
        assert!(decode_pieces(&mut decoder, [*bytes]).is_err(), "{rule}");
    }
}

/// `$share` means something in MQTT 5.0 only, which mqtt-proto applies to 3.1.1.
#[test]
fn share_is_an_ordinary_level() {
    let bytes: &[u8] = b"\x82\x0d\x00\x01\x00\x08$share/a\x00";
    assert!(v3::Packet::decode(bytes).is_err());
    assert!(decode_pieces(&mut opened(Role::Server, LIMITS), [bytes]).is_ok());
}

proptest! {
    #[test]
    fn both_write_the_same_bytes(packet in packet().prop_filter("see above", they_can_write)) {
        let expected = theirs(&packet).encode().unwrap();
        prop_assert_eq!(encoded(&packet), expected.as_ref());
    }

    #[test]
    fn they_read_what_we_write(packet in packet()) {
        prop_assert_eq!(v3::Packet::decode(&encoded(&packet)), Ok(Some(theirs(&packet))));
    }

    #[test]
    fn we_read_what_they_write(packet in packet().prop_filter("see above", they_can_write)) {
        let bytes = theirs(&packet).encode().unwrap();
        let mut decoder = decoder_for(&packet, LIMITS);
        prop_assert_eq!(decode_pieces(&mut decoder, [bytes.as_ref()]), Ok(vec![packet]));
    }

    /// One byte of a packet is changed: whatever we still accept, they accept as the same packet.
    #[test]
    fn we_accept_no_damaged_packet_that_they_refuse(
        packet in packet(),
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let mut bytes = encoded(&packet);
        let at = at.index(bytes.len());
        bytes[at] = value;
        if let Ok(ours) = decode_pieces(&mut decoder_for(&packet, LIMITS), [bytes.as_slice()])
            && let [only] = ours.as_slice()
        {
            prop_assert_eq!(v3::Packet::decode(&bytes), Ok(Some(theirs(only))));
        }
    }
}
