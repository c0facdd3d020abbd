//! CONNECT and its answers, and the ways a session ends.

use std::sync::Arc;

use deskwire_wire::mqtt::{
    Acceptance, CloseReason, ConnackCode, DecodeError, Delivery, Disconnect, Event, Limits, Packet, PacketType,
    ProtocolVersion, QoS, Session, Suback, SubackCode, Subscribe, Text, TopicFilter, Unsuback, UnsubackCode,
    Unsubscribe,
};

use crate::{LIMITS, START, asking, bytes_of, config, connect, events, id, open, outgoing, publish, send, sent};

#[test]
fn accepted() {
    for (session_present, connack) in [(false, b"\x20\x02\x00\x00"), (true, b"\x20\x02\x01\x00")] {
        let mut session = asking(config(), |connect| connect.clean_start = false);
        assert_eq!(sent(&mut session), b"");
        session.accept(Acceptance::new(session_present));
        assert_eq!(sent(&mut session), connack);
        assert_eq!(session.is_closing(), None);

        session.accept(Acceptance::new(session_present));
        session.refuse(ConnackCode::NotAuthorized);
        assert_eq!(sent(&mut session), b"", "a CONNECT is answered once");
    }
}

#[test]
fn refused() {
    let code = ConnackCode::BadUserNameOrPassword;
    let mut session = asking(config(), |_| {});
    send(&mut session, &[publish(Delivery::AtMostOnce), Packet::Pingreq]);
    session.refuse(code);
    assert_eq!(sent(&mut session), b"\x20\x02\x00\x04");
    assert_eq!(session.is_closing(), Some(&CloseReason::Refused(code)));
    assert_eq!(events(&mut session), [], "nothing of a refused client counts [MQTT-3.1.4-6]");
    session.accept(Acceptance::new(false));
    assert_eq!(sent(&mut session), b"");
}

#[test]
fn refused_by_the_session_itself() {
    let rejected = CloseReason::Refused(ConnackCode::ClientIdentifierNotValid);
    let mqtt_3_1 = bytes_of(&[connect(|connect| {
        connect.client_id = Text::default();
        connect.protocol = ProtocolVersion::V3_1;
    })]);
    let kept = bytes_of(&[connect(|connect| {
        connect.client_id = Text::default();
        connect.clean_start = false;
    })]);
    for (input, connack, reason) in [(kept, b"\x20\x02\x00\x02", rejected), (mqtt_3_1, b"\x20\x02\x00\x02", rejected)] {
        let mut session = Session::new(Arc::new(config()), START);
        session.receive(&input, START);
        assert_eq!(events(&mut session), []);
        assert_eq!(sent(&mut session), connack);
        assert_eq!(session.is_closing(), Some(&reason));
        assert_eq!(session.poll_timeout(), None);
    }
}

#[test]
fn empty_client_id_with_a_clean_start_is_for_the_application() {
    let mut session = asking(config(), |connect| connect.client_id = Text::default());
    session.accept(Acceptance::new(false));
    assert_eq!(session.is_closing(), None);
}

#[test]
fn protocol_errors_close() {
    let connect = bytes_of(&[connect(|_| {})]);
    let early = bytes_of(&[publish(Delivery::AtMostOnce)]);
    let too_large = b"\x10\x80\x01".to_vec();
    for (input, error) in [
        (early, DecodeError::FirstPacket(PacketType::Publish)),
        ([connect.clone(), connect].concat(), DecodeError::Repeated(PacketType::Connect)),
        (too_large, DecodeError::TooLarge { length: 131, limit: 128 }),
    ] {
        let mut session = Session::new(Arc::new(config()), START);
        session.receive(&input, START);
        assert_eq!(session.is_closing(), Some(&CloseReason::Malformed(error)));
        assert_eq!(sent(&mut session), b"");
    }
}

#[test]
fn limits_widen_after_connect() {
    let mut session = open(config());
    session.receive(b"\x30\x80\x01", START);
    assert_eq!(session.is_closing(), None);
    session.receive(&[b"\x00\x01t".as_slice(), &[b'x'; 125]].concat(), START);
    assert!(matches!(events(&mut session).as_slice(), [Event::Publish { .. }]));
}

/// A client need not wait for CONNACK (3.1.4), but the answer to what it sends meanwhile must not come before CONNACK.
#[test]
fn what_follows_connect_at_once_waits_for_the_answer() {
    let mut session = Session::new(Arc::new(config()), START);
    send(
        &mut session,
        &[
            connect(|_| {}),
            Packet::Pingreq,
            publish(Delivery::AtLeastOnce(id(1))),
            Packet::Disconnect(Disconnect::default()),
            Packet::Pingreq,
        ],
    );
    assert!(matches!(events(&mut session).as_slice(), [Event::Connect(_)]));
    assert_eq!(sent(&mut session), b"");
    assert_eq!(session.is_closing(), None);

    session.accept(Acceptance::new(false));
    assert_eq!(sent(&mut session), b"\x20\x02\x00\x00\xd0\x00");
    assert!(matches!(events(&mut session).as_slice(), [Event::Publish { .. }, Event::Disconnect(_)]));
    assert_eq!(session.is_closing(), Some(&CloseReason::Disconnected));
}

#[test]
fn an_error_behind_early_packets_does_not_undo_them() {
    let mut session = asking(config(), |_| {});
    session.receive(&[bytes_of(&[publish(Delivery::AtMostOnce)]).as_slice(), b"\xf0"].concat(), START);
    session.accept(Acceptance::new(false));
    assert!(matches!(events(&mut session).as_slice(), [Event::Publish { .. }]));
    assert_eq!(session.is_closing(), Some(&CloseReason::Malformed(DecodeError::ReservedType(15))));
}

#[test]
fn what_comes_before_the_answer_is_bounded() {
    let mut session = asking(config(), |_| {});
    for _ in 0..256 {
        send(&mut session, &[Packet::Pingreq]);
        assert_eq!(session.is_closing(), None);
    }
    send(&mut session, &[Packet::Pingreq]);
    assert_eq!(session.is_closing(), Some(&CloseReason::TooEager));
}

#[test]
fn disconnect_is_the_last_event() {
    let mut session = open(config());
    send(
        &mut session,
        &[publish(Delivery::AtMostOnce), Packet::Disconnect(Disconnect::default()), publish(Delivery::AtMostOnce)],
    );
    send(&mut session, &[publish(Delivery::AtMostOnce)]);
    assert!(matches!(events(&mut session).as_slice(), [Event::Publish { ticket: None, .. }, Event::Disconnect(_)]));
    assert_eq!(session.is_closing(), Some(&CloseReason::Disconnected));
    assert!(session.deliver(&mut Vec::new(), outgoing(QoS::AtMostOnce, 0)).is_err());
}

#[test]
fn subscriptions_are_answered_by_the_application() {
    let filter = |value| TopicFilter::new(value).unwrap();
    let subscribe =
        Subscribe::new(id(7), vec![(filter("a/#"), QoS::AtLeastOnce.into()), (filter("b"), QoS::ExactlyOnce.into())]);
    let unsubscribe = Unsubscribe::new(id(8), vec![filter("b")]);
    let mut session = open(config());
    send(&mut session, &[Packet::Subscribe(subscribe.clone()), Packet::Unsubscribe(unsubscribe.clone())]);
    assert_eq!(events(&mut session), [Event::Subscribe(subscribe), Event::Unsubscribe(unsubscribe)]);
    session.suback(Suback::new(id(7), vec![SubackCode::Granted(QoS::AtLeastOnce), SubackCode::NotAuthorized])).unwrap();
    session.unsuback(Unsuback::new(id(8), vec![UnsubackCode::NoSubscriptionExisted])).unwrap();
    assert_eq!(sent(&mut session), b"\x90\x04\x00\x07\x01\x80\xb0\x02\x00\x08");
}

#[test]
fn too_many_filters_close() {
    let filters = (0..5).map(|_| (TopicFilter::new("a").unwrap(), QoS::AtMostOnce.into())).collect();
    let mut session = open(config());
    send(&mut session, &[Packet::Subscribe(Subscribe::new(id(1), filters))]);
    assert_eq!(session.is_closing(), Some(&CloseReason::Malformed(DecodeError::TooManyFilters(4))));
}

#[test]
fn one_session_takes_the_version_of_its_client() {
    let mut session = asking(config(), |connect| connect.protocol = ProtocolVersion::V3_1);
    session.accept(Acceptance::new(false));
    assert_eq!(session.version(), ProtocolVersion::V3_1);
}

#[test]
fn a_limit_of_nothing_refuses_everything() {
    let mut config = config();
    config.connect_limits = Limits { max_packet: 0, ..LIMITS };
    let mut session = Session::new(Arc::new(config), START);
    send(&mut session, &[connect(|_| {})]);
    assert!(matches!(session.is_closing(), Some(CloseReason::Malformed(DecodeError::TooLarge { .. }))));
}

#[test]
fn ping_is_answered_by_the_session() {
    let mut session = open(config());
    send(&mut session, &[Packet::Pingreq, Packet::Pingreq]);
    assert_eq!(session.pending_bytes(), 4);
    assert_eq!(sent(&mut session), b"\xd0\x00\xd0\x00");
    assert_eq!(events(&mut session), []);
}
