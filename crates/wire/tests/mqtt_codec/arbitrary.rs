//! Any valid packet of MQTT 3.1 and 3.1.1.

use bytes::Bytes;
use deskwire_wire::mqtt::{
    Connack, ConnackCode, Connect, Delivery, Disconnect, Login, Packet, PacketId, ProtocolVersion, Publish, QoS,
    Suback, SubackCode, Subscribe, SubscribeOptions, Text, TopicFilter, TopicName, Unsuback, Unsubscribe, Will,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

pub(crate) fn packet() -> impl Strategy<Value = Packet> {
    prop_oneof![
        connect().prop_map(|connect| Packet::Connect(Box::new(connect))),
        connack().prop_map(|connack| Packet::Connack(connack.into())),
        packet_after_opening(),
    ]
}

/// Any packet but CONNECT and CONNACK.
pub(crate) fn packet_after_opening() -> impl Strategy<Value = Packet> {
    prop_oneof![
        4 => publish().prop_map(Packet::Publish),
        1 => packet_id().prop_map(|id| Packet::Puback(id.into())),
        1 => packet_id().prop_map(|id| Packet::Pubrec(id.into())),
        1 => packet_id().prop_map(|id| Packet::Pubrel(id.into())),
        1 => packet_id().prop_map(|id| Packet::Pubcomp(id.into())),
        2 => (packet_id(), vec((filter(), qos().prop_map(SubscribeOptions::from)), 1..8))
            .prop_map(|(id, filters)| Packet::Subscribe(Subscribe::new(id, filters))),
        2 => (packet_id(), vec(suback_code(), 1..8)).prop_map(|(id, codes)| Packet::Suback(Suback::new(id, codes))),
        2 => (packet_id(), vec(filter(), 1..8))
            .prop_map(|(id, filters)| Packet::Unsubscribe(Unsubscribe::new(id, filters))),
        1 => packet_id().prop_map(|id| Packet::Unsuback(Unsuback::new(id, Vec::new()))),
        1 => Just(Packet::Pingreq),
        1 => Just(Packet::Pingresp),
        1 => Just(Packet::Disconnect(Disconnect::default())),
    ]
}

fn connect() -> impl Strategy<Value = Connect> {
    let protocol = prop_oneof![Just(ProtocolVersion::V3_1), Just(ProtocolVersion::V3_1_1)];
    let login =
        (text(), option::of(payload())).prop_map(|(username, password)| Login { username: Some(username), password });
    (protocol, text(), any::<(bool, u16)>(), option::of(will()), option::of(login)).prop_map(
        |(protocol, client_id, (clean_start, keep_alive), will, login)| {
            let mut connect = Connect::new(client_id);
            connect.protocol = protocol;
            connect.clean_start = clean_start;
            connect.keep_alive = keep_alive;
            connect.will = will;
            connect.login = login;
            connect
        },
    )
}

fn will() -> impl Strategy<Value = Will> {
    (name(), payload(), qos(), any::<bool>()).prop_map(|(topic, payload, qos, retain)| {
        let mut will = Will::new(topic, payload);
        will.qos = qos;
        will.retain = retain;
        will
    })
}

fn connack() -> impl Strategy<Value = Connack> {
    prop_oneof![
        any::<bool>().prop_map(Connack::accepted),
        (1..=5u8).prop_map(|byte| Connack::without_session(ConnackCode::from_return_code(byte).unwrap())),
    ]
}

fn publish() -> impl Strategy<Value = Publish> {
    let delivery = prop_oneof![
        Just(Delivery::AtMostOnce),
        packet_id().prop_map(Delivery::AtLeastOnce),
        packet_id().prop_map(Delivery::ExactlyOnce),
    ];
    (delivery, any::<(bool, bool)>(), name(), payload()).prop_map(|(delivery, (dup, retain), topic, payload)| {
        let mut publish = Publish::new(delivery, topic, payload);
        publish.dup = dup && delivery.qos() != QoS::AtMostOnce;
        publish.retain = retain;
        publish
    })
}

pub(crate) fn packet_id() -> impl Strategy<Value = PacketId> {
    any::<PacketId>()
}

pub(crate) fn qos() -> impl Strategy<Value = QoS> {
    (0..=2u8).prop_map(|byte| QoS::from_byte(byte).unwrap())
}

fn suback_code() -> impl Strategy<Value = SubackCode> {
    prop_oneof![qos().prop_map(SubackCode::Granted), Just(SubackCode::Failure)]
}

pub(crate) fn text() -> impl Strategy<Value = Text> {
    "[^\0]{0,12}".prop_map(|value| Text::new(&value).unwrap())
}

pub(crate) fn name() -> impl Strategy<Value = TopicName> {
    "[^\0+#]{1,12}(/[^\0+#]{0,4}){0,3}".prop_map(|value| TopicName::new(&value).unwrap())
}

pub(crate) fn filter() -> impl Strategy<Value = TopicFilter> {
    let level = prop_oneof![3 => "[^\0+#/]{1,6}", 1 => Just("+".to_owned())];
    (vec(level, 1..5), any::<bool>()).prop_map(|(mut levels, open)| {
        if open {
            levels.push("#".to_owned());
        }
        TopicFilter::new(&levels.join("/")).unwrap()
    })
}

pub(crate) fn payload() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..200).prop_map(Bytes::from)
}
