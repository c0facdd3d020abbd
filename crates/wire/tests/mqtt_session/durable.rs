//! Sessions that are stored: what must be on disk before a packet leaves.

use std::num::NonZeroU32;

use deskwire_wire::mqtt::{
    Acceptance, DeliverError, Delivery, Event, Outgoing, Packet, QoS, SavedInflight, SavedSession, Session, Stage,
};

use crate::{asking, config, events, id, open, open_v5, outgoing, publish, send, sent, tickets};

fn durable() -> Session {
    let mut session = asking(config(), |connect| connect.clean_start = false);
    let mut acceptance = Acceptance::new(false);
    acceptance.durable = true;
    session.accept(acceptance);
    sent(&mut session);
    session
}

#[test]
fn pubrel_waits_until_pubrec_is_stored() {
    let mut session = durable();
    session.deliver(&mut Vec::new(), outgoing(QoS::ExactlyOnce, 7)).unwrap();
    send(&mut session, &[Packet::Pubrec(id(1).into()), Packet::Pubrec(id(1).into())]);
    assert_eq!(events(&mut session), [Event::Received { token: 7, packet_id: id(1) }]);
    assert_eq!(sent(&mut session), b"");
    let waiting = |stage| SavedInflight { packet_id: id(1), token: 7, stage };
    assert_eq!(session.save().inflight, [waiting(Stage::Pubrec)], "nothing is stored");
    session.release(id(1));
    assert_eq!(session.save().inflight, [waiting(Stage::Pubcomp)]);
    session.release(id(1));
    session.release(id(2));
    assert_eq!(sent(&mut session), b"\x62\x02\x00\x01", "once");
    send(&mut session, &[Packet::Pubrec(id(1).into())]);
    assert_eq!(sent(&mut session), b"\x62\x02\x00\x01", "a repeat is answered at once");
    send(&mut session, &[Packet::Pubcomp(id(1).into())]);
    assert_eq!(events(&mut session), [Event::Settled { token: 7 }]);
}

#[test]
fn pubcomp_waits_until_pubrel_is_stored() {
    let mut session = durable();
    send(&mut session, &[publish(Delivery::ExactlyOnce(id(5)))]);
    let ticket = tickets(&mut session)[0];
    assert_eq!(session.save(), SavedSession::default(), "nothing is committed");
    session.published(ticket);
    assert_eq!(session.save().unreleased, [id(5)]);
    send(&mut session, &[Packet::Pubrel(id(5).into())]);
    let events = events(&mut session);
    let [Event::Released { packet_id, ticket }] = events.as_slice() else { panic!("not a PUBREL: {events:?}") };
    assert_eq!(*packet_id, id(5));
    assert_eq!(sent(&mut session), b"\x50\x02\x00\x05");
    session.published(*ticket);
    assert_eq!(sent(&mut session), b"\x70\x02\x00\x05");
    send(&mut session, &[Packet::Pubrel(id(5).into())]);
    assert_eq!(sent(&mut session), b"\x70\x02\x00\x05", "what is unknown needs no storing");
}

#[test]
fn identifiers_are_known_before_they_are_used() {
    let mut session = durable();
    let first = session.reserve(QoS::ExactlyOnce, 1).unwrap();
    let second = session.reserve(QoS::AtLeastOnce, 2).unwrap();
    assert_eq!(session.save().inflight, [first, second]);
    assert!(!session.window_open(), "a new message must not overtake them");
    let mut out = Vec::new();
    assert_eq!(session.deliver(&mut out, outgoing(QoS::AtLeastOnce, 3)), Err(DeliverError::WindowFull));
    assert_eq!(
        session.redeliver(&mut out, second.packet_id, outgoing(QoS::AtMostOnce, 0)),
        Err(DeliverError::NotNext(id(2)))
    );
    for message in [first, second] {
        assert_eq!(session.next_unsent(), Some(message));
        session.redeliver(&mut out, message.packet_id, outgoing(QoS::AtMostOnce, 0)).unwrap();
    }
    assert_eq!(out, b"\x34\x06\x00\x01t\x00\x01m\x32\x06\x00\x01t\x00\x02m", "without DUP");
    assert!(session.window_open());
    session.reserve(QoS::AtLeastOnce, 3).unwrap();
    assert_eq!(session.reserve(QoS::AtLeastOnce, 4), Err(DeliverError::WindowFull));
    assert_eq!(session.reserve(QoS::AtMostOnce, 4), Err(DeliverError::WindowFull), "QoS 0 has no identifier");
    assert_eq!(session.forget(id(3)), Some(3));
    assert!(session.window_open());
}

#[test]
fn a_message_may_be_acknowledged_before_it_is_repeated() {
    let mut session = asking(config(), |connect| connect.clean_start = false);
    let left = |packet_id, stage| SavedInflight { packet_id: id(packet_id), token: packet_id.into(), stage };
    session.resume(SavedSession {
        inflight: vec![left(1, Stage::Puback), left(2, Stage::Pubrec), left(3, Stage::Puback)],
        unreleased: Vec::new(),
    });
    session.accept(Acceptance::new(true));
    sent(&mut session);
    send(&mut session, &[Packet::Pubrec(id(2).into()), Packet::Puback(id(1).into())]);
    assert_eq!(sent(&mut session), b"\x62\x02\x00\x02");
    assert_eq!(session.next_unsent(), Some(left(3, Stage::Puback)));
    session.redeliver(&mut Vec::new(), id(3), outgoing(QoS::AtMostOnce, 0)).unwrap();
    send(&mut session, &[Packet::Puback(id(3).into()), Packet::Pubcomp(id(2).into())]);
    assert_eq!(session.inflight().count(), 0);
    assert!(session.window_open());
}

#[test]
fn other_sessions_answer_at_once() {
    let mut session = open(config());
    assert_eq!(session.save(), SavedSession::default());
    session.deliver(&mut Vec::new(), outgoing(QoS::ExactlyOnce, 7)).unwrap();
    send(&mut session, &[Packet::Pubrec(id(1).into())]);
    assert_eq!(events(&mut session), []);
    assert_eq!(sent(&mut session), b"\x62\x02\x00\x01");
}

/// [MQTT-3.1.2-25]: what is too large for the client is over.
#[test]
fn what_cannot_be_sent_is_forgotten() {
    let mut session = open_v5(config(), |connect| connect.properties.maximum_packet_size = NonZeroU32::new(30));
    let [large, small] = [1, 2].map(|token| session.reserve(QoS::AtLeastOnce, token).unwrap());
    let mut out = Vec::new();
    let refused = session.redeliver(&mut out, large.packet_id, Outgoing::new("t", &[0; 40]));
    assert!(matches!(refused, Err(DeliverError::TooLarge { limit: 30, .. })));
    assert_eq!(session.next_unsent(), Some(large), "it waits for a decision");
    assert_eq!(session.forget(large.packet_id), Some(1));
    assert_eq!(session.next_unsent(), Some(small));
    session.redeliver(&mut out, small.packet_id, outgoing(QoS::AtMostOnce, 0)).unwrap();
    assert_eq!(out, b"\x32\x07\x00\x01t\x00\x02\x00m");
}
