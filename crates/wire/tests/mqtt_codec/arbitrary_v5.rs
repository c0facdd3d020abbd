//! Any valid packet of MQTT 5.0.

use std::num::{NonZeroU16, NonZeroU32};

use deskwire_wire::mqtt::{
    Ack, AckProperties, Auth, AuthCode, Connack, ConnackCode, Connect, ConnectProperties, Delivery, Disconnect,
    DisconnectCode, Login, MessageProperties, Packet, PayloadFormat, ProtocolVersion, Puback, PubackCode, Publish,
    Pubrel, PubrelCode, QoS, RetainHandling, Suback, SubackCode, Subscribe, SubscribeOptions, SubscriptionId, Unsuback,
    UnsubackCode, Unsubscribe, UserProperties, Will,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::arbitrary::{filter, name, packet_id, payload, qos, text};

/// Any packet, with every property present about half of the time.
pub(crate) fn packet() -> impl Strategy<Value = Packet> {
    prop_oneof![
        2 => connect().prop_map(|connect| Packet::Connect(Box::new(connect))),
        2 => connack().prop_map(|connack| Packet::Connack(Box::new(connack))),
        9 => packet_after_opening(),
    ]
}

/// Any packet but CONNECT and CONNACK.
pub(crate) fn packet_after_opening() -> impl Strategy<Value = Packet> {
    prop_oneof![
        4 => publish().prop_map(Packet::Publish),
        1 => puback().prop_map(Packet::Puback),
        1 => puback().prop_map(Packet::Pubrec),
        1 => pubrel().prop_map(Packet::Pubrel),
        1 => pubrel().prop_map(Packet::Pubcomp),
        2 => subscribe().prop_map(Packet::Subscribe),
        2 => suback().prop_map(Packet::Suback),
        2 => unsubscribe().prop_map(Packet::Unsubscribe),
        1 => unsuback().prop_map(Packet::Unsuback),
        1 => Just(Packet::Pingreq),
        1 => Just(Packet::Pingresp),
        2 => disconnect().prop_map(Packet::Disconnect),
        1 => auth().prop_map(Packet::Auth),
    ]
}

fn user() -> impl Strategy<Value = UserProperties> {
    vec((text(), text()), 0..3)
}

/// One of the codes that `from_byte` knows.
fn code<Code: Clone + std::fmt::Debug + 'static>(
    from_byte: impl Fn(u8) -> Option<Code>,
) -> impl Strategy<Value = Code> {
    prop::sample::select((0..=u8::MAX).filter_map(from_byte).collect::<Vec<_>>())
}

fn connect() -> impl Strategy<Value = Connect> {
    let login = (option::of(text()), option::of(payload()))
        .prop_map(|(username, password)| Login { username, password })
        .prop_map(|login| (login.username.is_some() || login.password.is_some()).then_some(login));
    (text(), any::<(bool, u16)>(), option::of(will()), login, connect_properties()).prop_map(
        |(client_id, (clean_start, keep_alive), will, login, properties)| {
            let mut connect = Connect::new(client_id);
            connect.protocol = ProtocolVersion::V5;
            connect.clean_start = clean_start;
            connect.keep_alive = keep_alive;
            connect.will = will;
            connect.login = login;
            connect.properties = properties;
            connect
        },
    )
}

fn connect_properties() -> impl Strategy<Value = ConnectProperties> {
    let numbers = (
        any::<Option<u32>>(),
        any::<Option<NonZeroU16>>(),
        any::<Option<NonZeroU32>>(),
        any::<Option<u16>>(),
        any::<Option<bool>>(),
        any::<Option<bool>>(),
    );
    let authentication = option::of((text(), option::of(payload())));
    (numbers, user(), authentication).prop_map(|(numbers, user, authentication)| {
        let mut properties = ConnectProperties::default();
        (
            properties.session_expiry,
            properties.receive_maximum,
            properties.maximum_packet_size,
            properties.topic_alias_maximum,
            properties.request_response_information,
            properties.request_problem_information,
        ) = numbers;
        properties.user = user;
        if let Some((method, data)) = authentication {
            (properties.authentication_method, properties.authentication_data) = (Some(method), data);
        }
        properties
    })
}

fn will() -> impl Strategy<Value = Will> {
    let numbers = any::<(bool, Option<u32>, Option<u32>)>();
    (name(), payload(), qos(), numbers, message_properties()).prop_map(
        |(topic, payload, qos, (retain, delay, message_expiry), properties)| {
            let mut will = Will::new(topic, payload);
            (will.qos, will.retain, will.delay, will.message_expiry) = (qos, retain, delay, message_expiry);
            will.properties = properties;
            will
        },
    )
}

fn message_properties() -> impl Strategy<Value = MessageProperties> {
    let format = option::of(prop_oneof![Just(PayloadFormat::Bytes), Just(PayloadFormat::Utf8)]);
    (format, option::of(text()), option::of(name()), option::of(payload()), user()).prop_map(
        |(payload_format, content_type, response_topic, correlation_data, user)| {
            let mut properties = MessageProperties::NONE;
            properties.payload_format = payload_format;
            properties.content_type = content_type;
            properties.response_topic = response_topic;
            properties.correlation_data = correlation_data;
            properties.user = user;
            properties
        },
    )
}

fn connack() -> impl Strategy<Value = Connack> {
    let numbers = (
        any::<Option<u32>>(),
        any::<Option<NonZeroU16>>(),
        option::of(prop_oneof![Just(QoS::AtMostOnce), Just(QoS::AtLeastOnce)]),
        any::<Option<NonZeroU32>>(),
        any::<Option<u16>>(),
        any::<Option<u16>>(),
    );
    let texts = (option::of(text()), option::of(text()), option::of(text()), option::of(text()), option::of(text()));
    let flags = any::<(bool, Option<bool>, Option<bool>, Option<bool>, Option<bool>)>();
    (code(ConnackCode::from_byte), flags, numbers, texts, option::of(payload()), user()).prop_map(
        |(code, (present, retain, wildcard, ids, shared), numbers, texts, authentication_data, user)| {
            let mut connack = Connack::without_session(code);
            connack.session_present = present && code == ConnackCode::Success;
            let properties = &mut connack.properties;
            (
                properties.session_expiry,
                properties.receive_maximum,
                properties.maximum_qos,
                properties.maximum_packet_size,
                properties.topic_alias_maximum,
                properties.server_keep_alive,
            ) = numbers;
            (
                properties.assigned_client_id,
                properties.reason_string,
                properties.response_information,
                properties.server_reference,
                properties.authentication_method,
            ) = texts;
            properties.retain_available = retain;
            properties.wildcard_subscription_available = wildcard;
            properties.subscription_ids_available = ids;
            properties.shared_subscription_available = shared;
            properties.authentication_data = authentication_data;
            properties.user = user;
            connack
        },
    )
}

fn subscription_id() -> impl Strategy<Value = SubscriptionId> {
    (1..=268_435_455u32).prop_map(|value| SubscriptionId::new(value).unwrap())
}

fn publish() -> impl Strategy<Value = Publish> {
    let delivery = prop_oneof![
        Just(Delivery::AtMostOnce),
        packet_id().prop_map(Delivery::AtLeastOnce),
        packet_id().prop_map(Delivery::ExactlyOnce),
    ];
    let alias = option::of((1..=4u16).prop_map(|alias| NonZeroU16::new(alias).unwrap()));
    let numbers = any::<(bool, bool, Option<u32>)>();
    (delivery, numbers, name(), payload(), alias, vec(subscription_id(), 0..3), message_properties()).prop_map(
        |(delivery, (dup, retain, message_expiry), topic, payload, topic_alias, subscription_ids, properties)| {
            let mut publish = Publish::new(delivery, topic, payload);
            publish.dup = dup && delivery.qos() != QoS::AtMostOnce;
            publish.retain = retain;
            publish.topic_alias = topic_alias;
            publish.message_expiry = message_expiry;
            publish.subscription_ids = subscription_ids;
            publish.properties = properties;
            publish
        },
    )
}

fn ack_properties() -> impl Strategy<Value = AckProperties> {
    (option::of(text()), user()).prop_map(|(reason_string, user)| {
        let mut properties = AckProperties::NONE;
        (properties.reason_string, properties.user) = (reason_string, user);
        properties
    })
}

fn puback() -> impl Strategy<Value = Puback> {
    (packet_id(), code(PubackCode::from_byte), ack_properties()).prop_map(|(id, code, properties)| {
        let mut ack = Ack::new(id, code);
        ack.properties = properties;
        ack
    })
}

fn pubrel() -> impl Strategy<Value = Pubrel> {
    let code = prop_oneof![Just(PubrelCode::Success), Just(PubrelCode::PacketIdentifierNotFound)];
    (packet_id(), code, ack_properties()).prop_map(|(id, code, properties)| {
        let mut ack = Ack::new(id, code);
        ack.properties = properties;
        ack
    })
}

fn options() -> impl Strategy<Value = SubscribeOptions> {
    (qos(), any::<(bool, bool)>(), 0..=2u8).prop_map(|(qos, (no_local, retain_as_published), handling)| {
        let mut options = SubscribeOptions::from(qos);
        options.no_local = no_local;
        options.retain_as_published = retain_as_published;
        options.retain_handling = RetainHandling::from_byte(handling).unwrap();
        options
    })
}

fn subscribe() -> impl Strategy<Value = Subscribe> {
    (packet_id(), vec((filter(), options()), 1..8), option::of(subscription_id()), user()).prop_map(
        |(id, filters, subscription_id, user)| {
            let mut subscribe = Subscribe::new(id, filters);
            (subscribe.subscription_id, subscribe.user) = (subscription_id, user);
            subscribe
        },
    )
}

fn suback() -> impl Strategy<Value = Suback> {
    (packet_id(), vec(code(SubackCode::from_byte), 1..8), ack_properties()).prop_map(|(id, codes, properties)| {
        let mut suback = Suback::new(id, codes);
        suback.properties = properties;
        suback
    })
}

fn unsubscribe() -> impl Strategy<Value = Unsubscribe> {
    (packet_id(), vec(filter(), 1..8), user()).prop_map(|(id, filters, user)| {
        let mut unsubscribe = Unsubscribe::new(id, filters);
        unsubscribe.user = user;
        unsubscribe
    })
}

fn unsuback() -> impl Strategy<Value = Unsuback> {
    (packet_id(), vec(code(UnsubackCode::from_byte), 1..8), ack_properties()).prop_map(|(id, codes, properties)| {
        let mut unsuback = Unsuback::new(id, codes);
        unsuback.properties = properties;
        unsuback
    })
}

fn disconnect() -> impl Strategy<Value = Disconnect> {
    let direction = option::of(prop_oneof![any::<u32>().prop_map(Ok), text().prop_map(Err)]);
    (code(DisconnectCode::from_byte), option::of(text()), user(), direction).prop_map(
        |(code, reason_string, user, direction)| {
            let mut disconnect = Disconnect::new(code);
            (disconnect.reason_string, disconnect.user) = (reason_string, user);
            match direction {
                Some(Ok(seconds)) => disconnect.session_expiry = Some(seconds),
                Some(Err(reference)) => disconnect.server_reference = Some(reference),
                None => {}
            }
            disconnect
        },
    )
}

fn auth() -> impl Strategy<Value = Auth> {
    (code(AuthCode::from_byte), option::of(text()), option::of(payload()), option::of(text()), user()).prop_map(
        |(code, method, data, reason_string, user)| {
            let mut auth = Auth::new(code);
            (auth.method, auth.data, auth.reason_string, auth.user) = (method, data, reason_string, user);
            auth
        },
    )
}
