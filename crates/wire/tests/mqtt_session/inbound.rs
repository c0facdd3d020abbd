//! Messages from the client: acknowledged when committed, in the order they came.

use deskwire_wire::mqtt::{Acceptance, CloseReason, Delivery, Event, Packet, SavedSession};

use crate::{config, events, id, open, publish, send, sent, tickets};

fn repeated(delivery: Delivery) -> Packet {
    let mut packet = publish(delivery);
    if let Packet::Publish(message) = &mut packet {
        message.dup = true;
    }
    packet
}

#[test]
fn qos_0_has_no_answer() {
    let mut session = open(config());
    send(&mut session, &[publish(Delivery::AtMostOnce)]);
    assert!(matches!(events(&mut session).as_slice(), [Event::Publish { ticket: None, .. }]));
    assert_eq!(sent(&mut session), b"");
    assert_eq!(session.unanswered(), 0);
}

#[test]
fn qos_1_is_acknowledged_once_committed() {
    let mut session = open(config());
    send(&mut session, &[publish(Delivery::AtLeastOnce(id(5)))]);
    let tickets = tickets(&mut session);
    assert_eq!(sent(&mut session), b"", "not durable yet");
    assert_eq!(session.unanswered(), 1);
    session.published(tickets[0]);
    assert_eq!(sent(&mut session), b"\x40\x02\x00\x05");
    session.published(tickets[0]);
    assert_eq!(sent(&mut session), b"", "a ticket is good once");
    assert_eq!(session.unanswered(), 0);
}

#[test]
fn acknowledgements_keep_the_order_of_the_messages() {
    let mut session = open(config());
    send(
        &mut session,
        &[
            publish(Delivery::AtLeastOnce(id(3))),
            publish(Delivery::ExactlyOnce(id(1))),
            publish(Delivery::AtLeastOnce(id(2))),
            publish(Delivery::AtLeastOnce(id(9))),
        ],
    );
    let tickets = tickets(&mut session);
    session.published(tickets[2]);
    session.published(tickets[1]);
    assert_eq!(sent(&mut session), b"");
    session.published(tickets[0]);
    assert_eq!(sent(&mut session), b"\x40\x02\x00\x03\x50\x02\x00\x01\x40\x02\x00\x02");
    session.published(tickets[3]);
    assert_eq!(sent(&mut session), b"\x40\x02\x00\x09");
}

#[test]
fn a_repeat_with_qos_1_is_another_message() {
    let mut session = open(config());
    send(&mut session, &[publish(Delivery::AtLeastOnce(id(5))), repeated(Delivery::AtLeastOnce(id(5)))]);
    let tickets = tickets(&mut session);
    assert_eq!(tickets.len(), 2);
    for ticket in tickets {
        session.published(ticket);
    }
    assert_eq!(sent(&mut session), b"\x40\x02\x00\x05\x40\x02\x00\x05");
}

#[test]
fn qos_2_goes_all_the_way() {
    let mut session = open(config());
    send(&mut session, &[publish(Delivery::ExactlyOnce(id(5)))]);
    let tickets = tickets(&mut session);
    session.published(tickets[0]);
    assert_eq!(sent(&mut session), b"\x50\x02\x00\x05");
    assert_eq!(session.save().unreleased, [id(5)]);
    send(&mut session, &[Packet::Pubrel(id(5).into())]);
    assert_eq!(sent(&mut session), b"\x70\x02\x00\x05");
    assert_eq!(session.save().unreleased, []);
    send(&mut session, &[publish(Delivery::ExactlyOnce(id(5)))]);
    assert_eq!(crate::tickets(&mut session).len(), 1, "a released identifier is a new message's");
}

#[test]
fn a_repeat_with_qos_2_is_handed_out_once_and_answered_twice() {
    let mut session = open(config());
    send(&mut session, &[publish(Delivery::ExactlyOnce(id(5))), repeated(Delivery::ExactlyOnce(id(5)))]);
    let tickets = tickets(&mut session);
    assert_eq!(tickets.len(), 1);
    assert_eq!(sent(&mut session), b"", "the repeat is no more durable than the message");
    session.published(tickets[0]);
    assert_eq!(sent(&mut session), b"\x50\x02\x00\x05\x50\x02\x00\x05");
    send(&mut session, &[repeated(Delivery::ExactlyOnce(id(5)))]);
    assert_eq!(events(&mut session), []);
    assert_eq!(sent(&mut session), b"\x50\x02\x00\x05");
}

#[test]
fn pubcomp_does_not_overtake_the_commit() {
    let mut session = open(config());
    send(&mut session, &[publish(Delivery::ExactlyOnce(id(5))), Packet::Pubrel(id(5).into())]);
    let tickets = tickets(&mut session);
    assert_eq!(sent(&mut session), b"");
    session.published(tickets[0]);
    assert_eq!(sent(&mut session), b"\x50\x02\x00\x05\x70\x02\x00\x05");
}

#[test]
fn pubrel_for_nothing_is_answered() {
    let mut session = open(config());
    send(&mut session, &[Packet::Pubrel(id(77).into())]);
    assert_eq!(sent(&mut session), b"\x70\x02\x00\x4d");
}

#[test]
fn resumed_identifiers_are_not_handed_out_again() {
    let mut session = crate::asking(config(), |connect| connect.clean_start = false);
    send(&mut session, &[repeated(Delivery::ExactlyOnce(id(5)))]);
    session.resume(SavedSession { unreleased: vec![id(5)], ..SavedSession::default() });
    session.accept(Acceptance::new(true));
    assert_eq!(events(&mut session), []);
    assert_eq!(sent(&mut session), b"\x20\x02\x01\x00\x50\x02\x00\x05");
}

#[test]
fn unreleased_messages_are_bounded() {
    let mut session = open(config());
    send(&mut session, &[publish(Delivery::ExactlyOnce(id(1))), publish(Delivery::ExactlyOnce(id(2)))]);
    assert_eq!(session.is_closing(), None);
    send(&mut session, &[publish(Delivery::ExactlyOnce(id(3)))]);
    assert_eq!(session.is_closing(), Some(&CloseReason::TooManyUnreleased));
    assert_eq!(tickets(&mut session).len(), 2);
}

#[test]
fn unanswered_messages_are_bounded() {
    let mut session = open(config());
    for value in 1..=8 {
        send(&mut session, &[publish(Delivery::AtLeastOnce(id(value)))]);
    }
    assert_eq!(session.is_closing(), None);
    send(&mut session, &[publish(Delivery::AtLeastOnce(id(9)))]);
    assert_eq!(session.is_closing(), Some(&CloseReason::TooManyUnanswered));
}
