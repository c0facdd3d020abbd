//! Messages of MQTT 5.0 in both directions: flow control, aliases, reasons, sizes.

use std::num::{NonZeroU16, NonZeroU32};

use deskwire_wire::mqtt::{
    Acceptance, Ack, AckProperties, CloseReason, DeliverError, Delivery, Disconnect, DisconnectCode, EncodeError,
    Event, MessageProperties, Outgoing, Packet, PayloadFormat, PubackCode, PubrelCode, QoS, SavedInflight,
    SavedSession, Session, Stage, Suback, SubackCode, SubscriptionId, Text, Unsuback, UnsubackCode,
};

use crate::{answers_v5, config, events, id, open_v5, outgoing, publish, read_v5, send_v5, sent, tickets};

fn text(value: &str) -> Text {
    Text::new(value).unwrap()
}

/// What `message` looks like to the client.
fn delivered(session: &mut Session, message: Outgoing<'_>) -> Result<Vec<u8>, DeliverError> {
    let mut out = Vec::new();
    session.deliver(&mut out, message)?;
    Ok(out)
}

/// [MQTT-3.3.4-7]: PUBACK and PUBCOMP give places back, and so does a PUBREC that refuses (4.9).
#[test]
fn receive_maximum_counts_what_is_not_acknowledged() {
    let mut session = open_v5(config(), |_| {});
    let messages = [
        publish(Delivery::AtLeastOnce(id(1))),
        publish(Delivery::ExactlyOnce(id(2))),
        publish(Delivery::ExactlyOnce(id(3))),
        publish(Delivery::AtLeastOnce(id(4))),
    ];
    send_v5(&mut session, &messages);
    let tickets = tickets(&mut session);
    assert_eq!(session.is_closing(), None);
    session.published(tickets[0]);
    session.published(tickets[1]);
    session.answer(tickets[2], PubackCode::QuotaExceeded, AckProperties::NONE);
    session.published(tickets[3]);
    let refused = Ack::new(id(3), PubackCode::QuotaExceeded);
    assert_eq!(
        answers_v5(&mut session),
        [
            Packet::Puback(id(1).into()),
            Packet::Pubrec(id(2).into()),
            Packet::Pubrec(refused),
            Packet::Puback(id(4).into())
        ]
    );
    assert_eq!(session.save().unreleased, [id(2)], "what is refused has no PUBREL (4.3.3)");
    // One place is still taken, by the message whose PUBCOMP is due.
    for value in 11..14 {
        send_v5(&mut session, &[publish(Delivery::AtLeastOnce(id(value)))]);
    }
    assert_eq!(session.is_closing(), None);
    send_v5(&mut session, &[Packet::Pubrel(id(2).into())]);
    assert_eq!(sent(&mut session), b"", "answers keep their order");
    for ticket in crate::tickets(&mut session) {
        session.published(ticket);
    }
    assert_eq!(answers_v5(&mut session).len(), 4);
    for value in 21..25 {
        send_v5(&mut session, &[publish(Delivery::ExactlyOnce(id(value)))]);
    }
    assert_eq!(session.is_closing(), Some(&CloseReason::TooManyUnreleased), "the other bound is 2");
}

#[test]
fn resumed_messages_take_no_place() {
    let mut config = config();
    config.max_inbound_qos2 = 10;
    let mut session = crate::asking_v5(config, |connect| connect.clean_start = false);
    session.resume(SavedSession { inflight: Vec::new(), unreleased: vec![id(1), id(2)] });
    session.accept(Acceptance::new(true));
    sent(&mut session);
    send_v5(&mut session, &(3..7).map(|value| publish(Delivery::ExactlyOnce(id(value)))).collect::<Vec<_>>());
    send_v5(&mut session, &[Packet::Pubrel(id(1).into())]);
    assert_eq!(session.is_closing(), None);
    send_v5(&mut session, &[publish(Delivery::AtLeastOnce(id(9)))]);
    assert_eq!(session.is_closing(), Some(&CloseReason::ReceiveMaximumExceeded));
}

#[test]
fn answers_can_say_why() {
    let answer = |problem_information, maximum| {
        let mut session = open_v5(config(), |connect| {
            connect.properties.request_problem_information = problem_information;
            connect.properties.maximum_packet_size = NonZeroU32::new(maximum);
        });
        send_v5(&mut session, &[publish(Delivery::AtLeastOnce(id(1)))]);
        let ticket = tickets(&mut session)[0];
        session.answer(ticket, PubackCode::NotAuthorized, AckProperties::because(text("not yours, as far as I know")));
        match answers_v5(&mut session).as_slice() {
            [Packet::Puback(puback)] => (puback.code, puback.properties.reason_string.is_some()),
            other => panic!("not a PUBACK: {other:?}"),
        }
    };
    assert_eq!(answer(None, 100), (PubackCode::NotAuthorized, true));
    assert_eq!(answer(Some(true), 100), (PubackCode::NotAuthorized, true));
    assert_eq!(answer(Some(false), 100), (PubackCode::NotAuthorized, false), "[MQTT-3.1.2-29]");
    assert_eq!(answer(None, 32), (PubackCode::NotAuthorized, false), "[MQTT-3.4.2-2]");
}

#[test]
fn subscriptions_are_answered_one_by_one() {
    let mut session = open_v5(config(), |connect| connect.properties.request_problem_information = Some(false));
    let mut suback = Suback::new(id(1), vec![SubackCode::QuotaExceeded, SubackCode::Granted(QoS::AtMostOnce)]);
    suback.properties = AckProperties::because(text("too many"));
    session.suback(suback.clone()).unwrap();
    suback.properties = AckProperties::NONE;
    let unsuback = Unsuback::new(id(2), vec![UnsubackCode::NoSubscriptionExisted]);
    session.unsuback(unsuback.clone()).unwrap();
    assert_eq!(answers_v5(&mut session), [Packet::Suback(suback), Packet::Unsuback(unsuback)]);
    assert_eq!(session.suback(Suback::new(id(3), Vec::new())), Err(EncodeError::NoEntries));
}

#[test]
fn an_answer_that_cannot_be_small_enough_closes() {
    let mut session = open_v5(config(), |connect| connect.properties.maximum_packet_size = NonZeroU32::new(20));
    session.suback(Suback::new(id(1), vec![SubackCode::Failure; 40])).unwrap();
    assert_eq!(session.is_closing(), Some(&CloseReason::AnswerTooLarge));
    let too_large = Disconnect::new(DisconnectCode::PacketTooLarge);
    assert_eq!(answers_v5(&mut session), [Packet::Disconnect(too_large)]);
}

/// [MQTT-3.3.4-9]
#[test]
fn the_client_has_a_receive_maximum_too() {
    let mut session = open_v5(config(), |connect| connect.properties.receive_maximum = NonZeroU16::new(2));
    delivered(&mut session, outgoing(QoS::AtLeastOnce, 1)).unwrap();
    delivered(&mut session, outgoing(QoS::ExactlyOnce, 2)).unwrap();
    assert!(!session.window_open());
    assert_eq!(delivered(&mut session, outgoing(QoS::AtLeastOnce, 3)), Err(DeliverError::WindowFull));
    assert!(delivered(&mut session, outgoing(QoS::AtMostOnce, 3)).is_ok(), "QoS 0 does not count");
    send_v5(&mut session, &[Packet::Pubrec(id(2).into())]);
    assert!(!session.window_open(), "PUBREC is not the end");
    send_v5(&mut session, &[Packet::Pubcomp(id(2).into())]);
    assert!(session.window_open());
}

#[test]
fn repeated_messages_keep_to_the_receive_maximum() {
    let left = |packet_id, stage| SavedInflight { packet_id: id(packet_id), token: packet_id.into(), stage };
    let saved = [left(1, Stage::Pubcomp), left(2, Stage::Puback), left(3, Stage::Pubrec), left(4, Stage::Puback)];
    let mut session = crate::asking_v5(config(), |connect| {
        connect.clean_start = false;
        connect.properties.receive_maximum = NonZeroU16::new(1);
    });
    session.resume(SavedSession { inflight: saved.to_vec(), unreleased: Vec::new() });
    assert_eq!(session.next_unsent(), None, "not before CONNACK");
    session.accept(Acceptance::new(true));
    assert_eq!(answers_v5(&mut session)[1..], [Packet::Pubrel(id(1).into())]);
    let mut out = Vec::new();
    for message in &saved[1..] {
        assert_eq!(session.next_unsent(), Some(*message), "[MQTT-4.6.0-1]");
        session.redeliver(&mut out, message.packet_id, outgoing(QoS::AtMostOnce, 0)).unwrap();
        assert_eq!(session.next_unsent(), None);
        let answer = match message.stage {
            Stage::Pubrec => vec![Packet::Pubrec(message.packet_id.into()), Packet::Pubcomp(message.packet_id.into())],
            _ => vec![Packet::Puback(message.packet_id.into())],
        };
        send_v5(&mut session, &answer);
        assert_eq!(events(&mut session), [Event::Settled { token: message.token }]);
    }
    let dups: Vec<_> = read_v5(&out)
        .into_iter()
        .map(|packet| match packet {
            Packet::Publish(publish) => (publish.dup, publish.delivery.packet_id()),
            other => panic!("not a PUBLISH: {other:?}"),
        })
        .collect();
    assert_eq!(dups, [(true, Some(id(2))), (true, Some(id(3))), (true, Some(id(4)))], "[MQTT-3.3.1-1], [MQTT-4.4.0-1]");
    assert!(session.window_open());
}

/// A refusal ends a message [MQTT-4.4.0-2]; after PUBREC there is no PUBREL.
#[test]
fn the_client_refuses() {
    let mut session = open_v5(config(), |_| {});
    delivered(&mut session, outgoing(QoS::AtLeastOnce, 1)).unwrap();
    delivered(&mut session, outgoing(QoS::ExactlyOnce, 2)).unwrap();
    let code = PubackCode::QuotaExceeded;
    send_v5(&mut session, &[Packet::Puback(Ack::new(id(1), code)), Packet::Pubrec(Ack::new(id(2), code))]);
    assert_eq!(events(&mut session), [Event::Rejected { token: 1, code }, Event::Rejected { token: 2, code }]);
    assert_eq!(sent(&mut session), b"");
    assert_eq!(session.inflight().count(), 0);
}

#[test]
fn an_unknown_pubrec_is_called_so_and_an_unknown_pubrel_is_well() {
    let mut session = open_v5(config(), |_| {});
    send_v5(&mut session, &[Packet::Pubrec(id(7).into()), Packet::Pubrel(id(8).into())]);
    let not_found = PubrelCode::PacketIdentifierNotFound;
    assert_eq!(answers_v5(&mut session), [Packet::Pubrel(Ack::new(id(7), not_found)), Packet::Pubcomp(id(8).into())]);
}

/// [MQTT-3.1.2-24], [MQTT-3.1.2-25]
#[test]
fn what_is_too_large_for_the_client_is_reported() {
    let mut session = open_v5(config(), |connect| {
        connect.properties.maximum_packet_size = NonZeroU32::new(30);
        connect.properties.topic_alias_maximum = Some(1);
    });
    let mut message = Outgoing::new("topic", &[0; 24]);
    message.qos = QoS::AtLeastOnce;
    assert_eq!(delivered(&mut session, message), Err(DeliverError::TooLarge { length: 39, limit: 30 }));
    assert_eq!(session.inflight().count(), 0);
    message.payload = &[0; 15];
    assert_eq!(delivered(&mut session, message).unwrap().len(), 30, "and the alias is still to be introduced");
    assert_eq!(session.inflight().count(), 1);
}

#[test]
fn topics_get_aliases_as_far_as_both_ends_want() {
    let name = |bytes: &[u8]| usize::from(bytes[3]);
    let mut session = open_v5(config(), |connect| connect.properties.topic_alias_maximum = Some(10));
    let lengths: Vec<_> = ["org/a", "org/b", "org/c", "org/a", "org/b", "org/c", "abc", "abc"]
        .into_iter()
        .map(|topic| name(&delivered(&mut session, Outgoing::new(topic, b"")).unwrap()))
        .collect();
    assert_eq!(lengths, [5, 5, 5, 0, 0, 5, 3, 3], "the first two topics that are long enough");
    let mut session = open_v5(config(), |_| {});
    for _ in 0..2 {
        assert_eq!(name(&delivered(&mut session, Outgoing::new("org/a", b"")).unwrap()), 5, "[MQTT-3.1.2-27]");
    }
}

#[test]
fn everything_about_a_message_arrives() {
    let mut session = open_v5(config(), |_| {});
    let mut properties = MessageProperties::NONE;
    properties.payload_format = Some(PayloadFormat::Utf8);
    properties.user = vec![(text("a"), text("1")), (text("a"), text("2"))];
    let ids = [SubscriptionId::new(5).unwrap(), SubscriptionId::new(6).unwrap()];
    let mut message = outgoing(QoS::ExactlyOnce, 1);
    (message.retain, message.message_expiry) = (true, Some(9));
    (message.subscription_ids, message.properties) = (&ids, Some(&properties));
    let bytes = delivered(&mut session, message).unwrap();
    let packets = read_v5(&bytes);
    let [Packet::Publish(publish)] = packets.as_slice() else { panic!("not a PUBLISH: {packets:?}") };
    assert_eq!((publish.topic.as_str(), &*publish.payload), ("t", b"m".as_slice()));
    assert_eq!((publish.retain, publish.message_expiry), (true, Some(9)));
    assert_eq!((publish.subscription_ids.as_slice(), &publish.properties), (ids.as_slice(), &properties));
}

#[test]
fn inbound_aliases_are_resolved_within_the_announced_number() {
    let mut session = open_v5(config(), |_| {});
    session.receive(b"\x30\x08\x00\x01a\x03\x23\x00\x03x\x30\x07\x00\x00\x03\x23\x00\x03y", crate::START);
    let topics: Vec<_> = events(&mut session)
        .into_iter()
        .map(|event| match event {
            Event::Publish { publish, .. } => publish.topic.to_string(),
            other => panic!("not a message: {other:?}"),
        })
        .collect();
    assert_eq!(topics, ["a", "a"]);
}
