use bytes::Bytes;
use deskwire_model::Topic;

use super::*;
use crate::publication::{Content, Opaque, Publication};

mod model;

const NOW: Timestamp = Timestamp(1000);
const ROOMY: Bounds = Bounds { messages: 1000, bytes: 1 << 20 };

fn message(opaque: Opaque, stored: Option<i64>) -> Message {
    let publication = Publication::new(Topic::new("a/b").unwrap(), Content::Opaque(opaque));
    Message::new(Arc::new(publication), stored.map(QueuedId), None)
}

fn sized(bytes: usize, stored: Option<i64>) -> Message {
    message(Opaque::new(Bytes::from(vec![0; bytes]), None, Vec::new()), stored)
}

/// A mailbox whose messages are stored under their numbers.
struct Mailbox(MailboxState);

impl Mailbox {
    fn of(bounds: Bounds, messages: i64) -> Self {
        let mut mailbox = Self(MailboxState::new(bounds));
        for number in 1..=messages {
            mailbox.post(number);
        }
        mailbox
    }

    fn post(&mut self, number: i64) {
        self.0.post(sized(1, Some(number)), usize::MAX, || NOW);
    }

    fn attach(&mut self, window: usize) -> SavedMailbox {
        let saved = self.0.attach(window);
        self.0.begin();
        saved
    }

    /// What the connection gets, and whether it was sent before.
    fn dispatch(&mut self) -> Vec<(u64, bool)> {
        let mut handed = Vec::new();
        self.0.repeat(|offer| handed.push((offer.number, offer.redelivered)));
        self.0.dispatch(
            || NOW,
            |offer| {
                handed.push((offer.number, offer.redelivered));
                true
            },
        );
        handed
    }

    fn gone(&mut self) -> Vec<i64> {
        self.0.take_gone().into_iter().map(|QueuedId(id)| id).collect()
    }
}

fn handed(number: u64, packet_id: u16, received: bool) -> Handed {
    Handed { number, packet_id, qos: 2, received }
}

#[test]
fn a_connection_gets_nothing_before_it_begins_and_no_more_than_its_window() {
    let mut mailbox = Mailbox::of(ROOMY, 3);
    mailbox.0.attach(2);
    assert_eq!(mailbox.dispatch(), []);
    mailbox.0.begin();
    assert_eq!(mailbox.dispatch(), [(1, false), (2, false)]);
    mailbox.0.settle(2);
    assert_eq!(mailbox.dispatch(), [(3, false)]);
    mailbox.0.settle(2);
    assert_eq!((mailbox.0.messages(), mailbox.gone()), (2, vec![2]));
}

#[test]
fn what_was_sent_comes_again_first_and_in_the_order_it_was_sent() {
    let mut mailbox = Mailbox::of(ROOMY, 5);
    mailbox.attach(4);
    assert_eq!(mailbox.dispatch().len(), 4);
    let inflight = vec![handed(3, 30, false), handed(1, 10, true), handed(2, 20, false)];
    let saved = SavedMailbox { inflight, unreleased: vec![7], ..SavedMailbox::default() };
    mailbox.0.detach(Some(saved.clone()));
    assert_eq!(mailbox.attach(9), saved);
    let expected = [(3, true), (2, true), (4, false), (5, false)];
    assert_eq!(mailbox.dispatch(), expected, "the client has 1, and 4 was not sent");
    mailbox.0.settle(1);
    mailbox.0.settle(3);
    assert_eq!(mailbox.gone(), [1, 3]);
}

#[test]
fn what_the_client_has_received_takes_its_place_in_the_window() {
    let mut mailbox = Mailbox::of(ROOMY, 3);
    mailbox.attach(1);
    mailbox.dispatch();
    let inflight = vec![handed(1, 10, true)];
    mailbox.0.detach(Some(SavedMailbox { inflight, ..SavedMailbox::default() }));
    mailbox.attach(1);
    assert_eq!(mailbox.dispatch(), []);
    mailbox.0.settle(1);
    assert_eq!(mailbox.dispatch(), [(2, false)]);
}

#[test]
fn a_connection_that_dies_leaves_what_was_noted() {
    let mut mailbox = Mailbox::of(ROOMY, 3);
    mailbox.0.keep_unreleased(vec![7]);
    mailbox.attach(9);
    mailbox.dispatch();
    assert_eq!(mailbox.0.note(2, 20, false), Some(QueuedId(2)));
    assert_eq!(mailbox.0.note(4, 40, false), None);
    mailbox.0.detach(None);
    let saved = SavedMailbox { inflight: vec![handed(2, 20, false)], unreleased: vec![7], ..SavedMailbox::default() };
    assert_eq!(mailbox.attach(9), saved);
    assert_eq!(mailbox.dispatch(), [(2, true), (1, false), (3, false)]);
}

#[test]
fn the_order_of_what_was_sent_outlives_a_connection_that_dies() {
    let mut mailbox = Mailbox::of(ROOMY, 4);
    mailbox.attach(9);
    mailbox.dispatch();
    let inflight = vec![handed(3, 30, false), handed(1, 10, false)];
    mailbox.0.detach(Some(SavedMailbox { inflight: inflight.clone(), ..SavedMailbox::default() }));
    mailbox.attach(9);
    mailbox.0.note(2, 20, false);
    assert_eq!(mailbox.dispatch(), [(3, true), (1, true), (2, false), (4, false)]);
    mailbox.0.note(2, 20, false);
    mailbox.0.detach(None);
    let left = [inflight, vec![handed(2, 20, false)]].concat();
    assert_eq!(mailbox.attach(9).inflight, left);
    assert_eq!(mailbox.dispatch(), [(3, true), (1, true), (2, true), (4, false)]);
}

#[test]
fn what_an_earlier_process_sent_comes_first() {
    let mut mailbox = Mailbox(MailboxState::new(Bounds { messages: 1, bytes: 1 }));
    for (number, inflight) in [(1, None), (2, Some((20, true))), (3, Some((30, false))), (4, None)] {
        mailbox.0.restore(sized(1, Some(number)), inflight);
    }
    let inflight = vec![handed(2, 20, true), handed(3, 30, false)];
    assert_eq!(mailbox.attach(9), SavedMailbox { inflight, ..SavedMailbox::default() });
    assert_eq!(mailbox.dispatch(), [(3, true), (1, false), (4, false)]);
}

#[test]
fn the_oldest_that_waits_makes_room_and_never_what_was_handed_out() {
    let mut mailbox = Mailbox::of(Bounds { messages: 3, ..ROOMY }, 3);
    mailbox.attach(1);
    assert_eq!(mailbox.dispatch(), [(1, false)]);
    mailbox.post(4);
    assert_eq!(mailbox.gone(), [2]);

    let mut mailbox = Mailbox::of(Bounds { messages: 3, ..ROOMY }, 3);
    mailbox.attach(3);
    assert_eq!(mailbox.dispatch().len(), 3);
    mailbox.post(4);
    assert_eq!(mailbox.gone(), [4], "there is no room but what is out");
}

#[test]
fn nothing_is_dropped_for_a_message_that_does_not_fit_all_the_same() {
    let weight = sized(1, None).weight;
    let mut mailbox = Mailbox::of(Bounds { bytes: weight * 3, ..ROOMY }, 3);
    mailbox.0.post(sized(weight * 3, Some(9)), usize::MAX, || NOW);
    mailbox.0.post(sized(1, Some(10)), weight - 1, || NOW);
    assert_eq!((mailbox.gone(), mailbox.0.messages()), (vec![9, 10], 3));
    mailbox.0.post(sized(1, Some(11)), weight, || NOW);
    assert_eq!((mailbox.gone(), mailbox.0.bytes()), (vec![1, 2, 3], weight), "others took the room");
}

#[test]
fn what_waits_expires_and_what_was_handed_out_does_not() {
    let expiring = |at: i64, stored| message(Opaque::default().expiring(Timestamp(at)), Some(stored));
    let mut mailbox = Mailbox::of(ROOMY, 0);
    for (at, stored) in [(2000, 1), (1500, 2), (3000, 3)] {
        mailbox.0.post(expiring(at, stored), usize::MAX, || NOW);
    }
    mailbox.attach(1);
    assert_eq!(mailbox.dispatch(), [(1, false)]);
    mailbox.0.expire(|| Timestamp(2000));
    assert_eq!((mailbox.gone(), mailbox.0.messages()), (vec![2], 2));
}

#[test]
fn a_message_that_came_another_way_counts_until_it_is_settled() {
    let mut mailbox = Mailbox::of(ROOMY, 1);
    mailbox.attach(1);
    let number = mailbox.0.adopt(sized(1, None));
    assert_eq!(mailbox.dispatch(), []);
    mailbox.0.settle(number);
    assert_eq!(mailbox.dispatch(), [(1, false)]);
}

#[test]
fn a_cleared_mailbox_is_empty() {
    let mut mailbox = Mailbox::of(ROOMY, 3);
    mailbox.attach(1);
    mailbox.dispatch();
    mailbox.0.clear();
    mailbox.0.settle(1);
    assert_eq!((mailbox.0.messages(), mailbox.0.bytes(), mailbox.gone().len()), (0, 0, 3));
}
