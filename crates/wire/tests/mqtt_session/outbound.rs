//! Messages to the client: identifiers, the inflight window and the acknowledgements.

use deskwire_wire::mqtt::{
    Acceptance, DeliverError, Event, Outgoing, Packet, PacketId, QoS, SavedInflight, SavedSession, Session, Stage,
};

use crate::{asking, config, events, id, open, outgoing, send, sent};

/// Delivers a message and returns its bytes.
fn delivered(session: &mut Session, message: Outgoing<'_>) -> Result<Vec<u8>, DeliverError> {
    let mut out = Vec::new();
    session.deliver(&mut out, message)?;
    Ok(out)
}

/// Delivers a message with QoS 1 or 2 to topic `t` and returns its identifier.
fn delivered_id(session: &mut Session, qos: QoS, token: u64) -> Result<PacketId, DeliverError> {
    let bytes = delivered(session, outgoing(qos, token))?;
    Ok(id(u16::from_be_bytes([bytes[5], bytes[6]])))
}

fn inflight(packet_id: u16, token: u64, stage: Stage) -> SavedInflight {
    SavedInflight { packet_id: id(packet_id), token, stage }
}

#[test]
fn qos_0_does_not_count() {
    let mut session = open(config());
    for _ in 0..10 {
        assert_eq!(delivered(&mut session, outgoing(QoS::AtMostOnce, 0)).unwrap(), b"\x30\x04\x00\x01tm");
    }
    assert_eq!(session.inflight().count(), 0);
}

#[test]
fn bytes_of_a_delivery() {
    let mut session = open(config());
    let mut message = outgoing(QoS::AtLeastOnce, 1);
    (message.retain, message.dup) = (true, true);
    assert_eq!(delivered(&mut session, message).unwrap(), b"\x3b\x06\x00\x01t\x00\x01m");
    let mut head = Vec::new();
    session.deliver_head(&mut head, outgoing(QoS::ExactlyOnce, 2)).unwrap();
    assert_eq!(head, b"\x34\x06\x00\x01t\x00\x02", "the payload is the caller's");
}

#[test]
fn qos_1_is_settled_by_puback() {
    let mut session = open(config());
    let first = delivered_id(&mut session, QoS::AtLeastOnce, 100).unwrap();
    let second = delivered_id(&mut session, QoS::AtLeastOnce, 200).unwrap();
    send(
        &mut session,
        &[
            Packet::Puback(second.into()),
            Packet::Puback(first.into()),
            Packet::Puback(first.into()),
            Packet::Puback(id(9).into()),
        ],
    );
    assert_eq!(events(&mut session), [Event::Settled { token: 200 }, Event::Settled { token: 100 }]);
    assert_eq!(sent(&mut session), b"");
    assert_eq!(session.is_closing(), None);
}

#[test]
fn qos_2_is_settled_by_pubcomp() {
    let mut session = open(config());
    let packet_id = delivered_id(&mut session, QoS::ExactlyOnce, 7).unwrap();
    assert_eq!(session.inflight().collect::<Vec<_>>(), [inflight(1, 7, Stage::Pubrec)]);
    send(&mut session, &[Packet::Pubrec(packet_id.into())]);
    assert_eq!(sent(&mut session), b"\x62\x02\x00\x01");
    assert_eq!(session.inflight().collect::<Vec<_>>(), [inflight(1, 7, Stage::Pubcomp)]);
    send(&mut session, &[Packet::Pubrec(packet_id.into())]);
    assert_eq!(sent(&mut session), b"\x62\x02\x00\x01", "PUBREL is repeated with PUBREC");
    assert_eq!(events(&mut session), []);
    send(&mut session, &[Packet::Pubcomp(packet_id.into())]);
    assert_eq!(events(&mut session), [Event::Settled { token: 7 }]);
    assert_eq!(session.inflight().count(), 0);
}

#[test]
fn acknowledgements_of_the_wrong_kind_settle_nothing() {
    let mut session = open(config());
    let once = delivered_id(&mut session, QoS::AtLeastOnce, 1).unwrap();
    let twice = delivered_id(&mut session, QoS::ExactlyOnce, 2).unwrap();
    send(
        &mut session,
        &[
            Packet::Pubrec(once.into()),
            Packet::Pubcomp(once.into()),
            Packet::Puback(twice.into()),
            Packet::Pubcomp(twice.into()),
        ],
    );
    assert_eq!(events(&mut session), []);
    assert_eq!(sent(&mut session), b"");
    assert_eq!(session.inflight().count(), 2);
}

#[test]
fn pubrec_for_nothing_is_released() {
    let mut session = open(config());
    send(&mut session, &[Packet::Pubrec(id(500).into())]);
    assert_eq!(sent(&mut session), b"\x62\x02\x01\xf4");
}

#[test]
fn window_is_bounded() {
    let mut session = open(config());
    for token in 0..3 {
        assert!(session.window_open());
        delivered_id(&mut session, QoS::AtLeastOnce, token).unwrap();
    }
    assert!(!session.window_open());
    assert_eq!(delivered(&mut session, outgoing(QoS::AtLeastOnce, 3)), Err(DeliverError::WindowFull));
    assert_eq!(delivered(&mut session, outgoing(QoS::ExactlyOnce, 3)), Err(DeliverError::WindowFull));
    assert!(delivered(&mut session, outgoing(QoS::AtMostOnce, 3)).is_ok());
    send(&mut session, &[Packet::Puback(id(2).into())]);
    assert!(session.window_open());
}

#[test]
fn identifiers_go_round_past_those_in_use() {
    let mut session = open(config());
    let stuck = delivered_id(&mut session, QoS::AtLeastOnce, 0).unwrap();
    let mut expected = 1;
    for token in 1..200_000 {
        expected = if expected == 65_535 { 2 } else { expected + 1 };
        let packet_id = delivered_id(&mut session, QoS::AtLeastOnce, token).unwrap();
        assert_eq!(packet_id, id(expected));
        send(&mut session, &[Packet::Puback(packet_id.into())]);
        assert_eq!(session.poll_event(), Some(Event::Settled { token }));
    }
    send(&mut session, &[Packet::Puback(stuck.into())]);
    assert_eq!(events(&mut session), [Event::Settled { token: 0 }]);
}

#[test]
fn nothing_is_delivered_before_the_answer() {
    let mut session = asking(config(), |_| {});
    assert_eq!(delivered(&mut session, outgoing(QoS::AtMostOnce, 0)), Err(DeliverError::NotOpen));
    assert!(!session.window_open());
}

#[test]
fn impossible_messages_take_no_place_in_the_window() {
    let topic = "t".repeat(65_536);
    let mut session = open(config());
    let mut message = outgoing(QoS::AtLeastOnce, 0);
    message.topic = &topic;
    assert!(matches!(delivered(&mut session, message), Err(DeliverError::Encode(_))));
    assert_eq!(session.inflight().count(), 0);
    assert_eq!(delivered_id(&mut session, QoS::AtLeastOnce, 0), Ok(id(1)));
}

#[test]
fn a_session_is_resumed() {
    let left = [
        inflight(65_534, 1, Stage::Puback),
        inflight(3, 2, Stage::Pubcomp),
        inflight(2, 3, Stage::Pubrec),
        inflight(9, 4, Stage::Puback),
    ];
    let mut session = asking(config(), |connect| connect.clean_start = false);
    session.resume(SavedSession { inflight: left.to_vec(), unreleased: Vec::new() });
    session.accept(Acceptance::new(true));
    assert_eq!(sent(&mut session), b"\x20\x02\x01\x00\x62\x02\x00\x03", "PUBREL is repeated");
    assert_eq!(session.inflight().collect::<Vec<_>>(), left);
    assert!(!session.window_open(), "more than the window may be left over");

    let mut out = Vec::new();
    let mut retained = outgoing(QoS::AtMostOnce, 0);
    retained.retain = true;
    assert_eq!(session.redeliver(&mut out, id(2), retained), Err(DeliverError::NotNext(id(2))), "not before its turn");
    assert_eq!(session.next_unsent(), Some(left[0]));
    session.redeliver(&mut out, id(65_534), outgoing(QoS::AtMostOnce, 0)).unwrap();
    assert_eq!(session.next_unsent(), Some(left[2]));
    session.redeliver(&mut out, id(2), retained).unwrap();
    assert_eq!(out, b"\x3a\x06\x00\x01t\xff\xfem\x3d\x06\x00\x01t\x00\x02m");
    for nothing in [id(3), id(4)] {
        let repeated = session.redeliver(&mut out, nothing, outgoing(QoS::AtMostOnce, 0));
        assert_eq!(repeated, Err(DeliverError::NotNext(nothing)));
    }
    assert_eq!(session.forget(id(9)), Some(4));
    assert_eq!(session.forget(id(9)), None);

    send(
        &mut session,
        &[Packet::Puback(id(65_534).into()), Packet::Pubcomp(id(3).into()), Packet::Pubrec(id(2).into())],
    );
    assert_eq!(events(&mut session), [Event::Settled { token: 1 }, Event::Settled { token: 2 }]);
    assert_eq!(delivered_id(&mut session, QoS::AtLeastOnce, 5), Ok(id(10)), "identifiers go on behind the last one");
}

#[test]
fn an_identifier_is_resumed_once() {
    let mut session = asking(config(), |connect| connect.clean_start = false);
    let inflight_twice = vec![inflight(1, 1, Stage::Puback), inflight(1, 2, Stage::Puback)];
    session.resume(SavedSession { inflight: inflight_twice, unreleased: Vec::new() });
    assert_eq!(session.inflight().collect::<Vec<_>>(), [inflight(1, 1, Stage::Puback)]);
}
