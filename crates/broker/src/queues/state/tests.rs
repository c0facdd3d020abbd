use std::sync::Arc;

use bytes::Bytes;
use deskwire_model::{SessionId, Topic};

use super::*;
use crate::{
    publication::{Content, Opaque, Publication},
    selector::Selector,
};

mod model;

const NOW: Timestamp = Timestamp(1000);
const ROOMY: Bounds = Bounds { messages: 1000, bytes: 1 << 20, refusals: 3 };

fn saying(opaque: Opaque) -> Message {
    let topic = Topic::new("queue/t").unwrap();
    Message::new(Arc::new(Publication::new(topic, Content::Opaque(opaque))), None)
}

fn text(name: &str) -> Message {
    saying(Opaque::new(Bytes::copy_from_slice(name.as_bytes()), None, Vec::new()))
}

/// What consumers got: who, the number, whether it may have come before.
type Handed = Vec<(char, u64, bool)>;

/// A queue whose consumers are letters and take whatever their window lets them.
struct Queue(QueueState<char>);

impl Queue {
    fn of(bounds: Bounds, messages: usize) -> Self {
        let mut queue = Self(QueueState::new(bounds));
        for number in 0..messages {
            assert!(queue.push(text(&number.to_string())));
        }
        queue
    }

    fn push(&mut self, message: Message) -> bool {
        let fits = self.0.reserve(message.weight, NOW);
        if fits {
            self.0.push(message);
        }
        fits
    }

    fn join(&mut self, name: char, window: usize) -> ConsumerId {
        self.0.join(name, Wants::default(), window)
    }

    fn dispatch(&mut self) -> Handed {
        let mut handed = Vec::new();
        self.0.dispatch(NOW, |name, number, message| {
            handed.push((*name, number, message.redelivered));
            true
        });
        handed
    }
}

#[test]
fn consumers_take_turns_as_far_as_their_windows_go() {
    let mut queue = Queue::of(ROOMY, 6);
    let (a, _) = (queue.join('a', 1), queue.join('b', 3));
    assert_eq!(queue.dispatch(), [('a', 0, false), ('b', 1, false), ('b', 2, false), ('b', 3, false)]);
    queue.0.settle(a, 0);
    assert_eq!(queue.dispatch(), [('a', 4, false)]);
    queue.0.settle(a, 4);
    queue.0.settle(a, 4);
    assert_eq!(queue.dispatch(), [('a', 5, false)]);
}

#[test]
fn a_consumer_without_room_leaves_the_rest_to_others() {
    let mut queue = Queue::of(ROOMY, 4);
    let a = queue.join('a', 9);
    queue.join('b', 9);
    let mut handed = Vec::new();
    queue.0.dispatch(NOW, |name, number, _| {
        let taken = *name == 'b' || number == 0;
        if taken {
            handed.push((*name, number));
        }
        taken
    });
    assert_eq!(handed, [('a', 0), ('b', 1), ('b', 2), ('b', 3)]);
    queue.push(text("4"));
    queue.0.reopen(a);
    assert_eq!(queue.dispatch(), [('a', 4, false)]);
}

#[test]
fn what_comes_back_from_a_lost_consumer_stands_where_it_stood() {
    let mut queue = Queue::of(ROOMY, 5);
    let a = queue.join('a', 3);
    assert_eq!(queue.dispatch().len(), 3);
    queue.0.settle(a, 1);
    queue.0.leave(a);
    queue.join('b', 9);
    assert_eq!(queue.dispatch(), [('b', 0, true), ('b', 2, true), ('b', 3, false), ('b', 4, false)]);
}

#[test]
fn another_consumer_gets_what_one_refuses() {
    let mut queue = Queue::of(ROOMY, 3);
    let (a, b) = (queue.join('a', 1), queue.join('b', 1));
    assert_eq!(queue.dispatch(), [('a', 0, false), ('b', 1, false)]);
    assert_eq!(queue.0.refuse(a, 0), Refused::PutBack);
    assert_eq!(queue.dispatch(), [('a', 2, false)], "it waits for the other");
    queue.0.settle(b, 1);
    assert_eq!(queue.dispatch(), [('b', 0, true)]);
}

#[test]
fn a_consumer_that_is_left_alone_gets_what_it_refused() {
    let mut queue = Queue::of(ROOMY, 2);
    let (a, b) = (queue.join('a', 9), queue.join('b', 1));
    assert_eq!(queue.dispatch(), [('a', 0, false), ('b', 1, false)]);
    queue.0.settle(b, 1);
    queue.0.refuse(a, 0);
    assert_eq!(queue.dispatch(), [('b', 0, true)], "and with that it is no longer what a refused");
    queue.push(text("2"));
    assert_eq!(queue.dispatch(), [('a', 2, false)]);
    queue.0.refuse(a, 2);
    assert_eq!(queue.dispatch(), [], "b is preferred and has no window");
    queue.0.leave(b);
    assert_eq!(queue.dispatch(), [('a', 0, true), ('a', 2, true)]);
}

#[test]
fn a_single_consumer_gets_a_refused_message_behind_the_others_and_not_for_ever() {
    let mut queue = Queue::of(ROOMY, 3);
    let a = queue.join('a', 1);
    let mut seen = Vec::new();
    for refuse in [true, false, false, true, true] {
        let handed = queue.dispatch();
        let [(_, number, _)] = handed[..] else { panic!("{handed:?}") };
        seen.push(number);
        // What comes later does not keep it waiting.
        queue.push(text("later"));
        if refuse {
            queue.0.refuse(a, number);
        } else {
            queue.0.settle(a, number);
        }
    }
    assert_eq!(seen, [0, 1, 2, 3, 0], "3 was there when 0 was refused");
}

#[test]
fn a_message_is_dropped_with_its_last_refusal() {
    let mut queue = Queue::of(ROOMY, 1);
    let a = queue.join('a', 1);
    for expected in [Refused::PutBack, Refused::PutBack, Refused::Dropped] {
        assert_eq!(queue.dispatch().len(), 1);
        assert_eq!(queue.0.refuse(a, 0), expected);
    }
    assert_eq!(queue.dispatch(), []);
    assert_eq!(queue.0.refuse(a, 0), Refused::Unknown);
    assert_eq!((queue.0.messages(), queue.0.bytes()), (0, 0));
}

#[test]
fn consumers_get_what_they_want_and_the_rest_waits() {
    let mut queue = Queue::of(ROOMY, 0);
    let own = SessionId::random();
    let red = vec![("color".into(), "red".into())];
    queue.push(text("plain"));
    queue.push(saying(Opaque::new(Bytes::new(), None, red.clone())));
    queue.push(saying(Opaque::new(Bytes::new(), None, red).said_by(own)));
    let wants = Wants { selector: Selector::parse("color = 'red'").ok(), not_from: Some(own) };
    let picky = queue.0.join('p', wants, 9);
    assert_eq!(queue.dispatch(), [('p', 1, false)]);
    assert_eq!(queue.0.refuse(picky, 1), Refused::PutBack);
    assert_eq!(queue.dispatch(), [('p', 1, true)], "nobody else wants it");
    queue.join('q', 9);
    assert_eq!(queue.0.refuse(picky, 1), Refused::PutBack);
    assert_eq!(queue.dispatch(), [('q', 0, false), ('q', 1, true), ('q', 2, false)]);
}

#[test]
fn a_full_queue_takes_nothing_and_a_durable_one_forgets_its_oldest() {
    let mut queue = Queue::of(Bounds { messages: 2, ..ROOMY }, 2);
    assert!(!queue.push(text("more")));
    let heavy = text(&"x".repeat(500));
    let mut small = Queue::of(Bounds { bytes: 600, ..ROOMY }, 1);
    assert!(!small.push(heavy));

    let weight = text("x").weight;
    assert!(queue.0.make_room(weight, NOW));
    queue.0.push(text("x"));
    queue.join('a', 9);
    assert_eq!(queue.dispatch(), [('a', 1, false), ('a', 2, false)]);
    assert!(!queue.0.make_room(weight, NOW), "what a consumer has is not taken away");
}

#[test]
fn nothing_is_dropped_for_a_message_that_does_not_fit_all_the_same() {
    let heavy = |texts: usize| text("x").weight * texts;
    let mut queue = Queue::of(Bounds { bytes: heavy(4), ..ROOMY }, 4);
    assert!(!queue.0.make_room(heavy(5), NOW), "heavier than the whole queue");
    let a = queue.join('a', 2);
    assert_eq!(queue.dispatch().len(), 2);
    assert!(!queue.0.make_room(heavy(3), NOW), "heavier than what waits");
    assert_eq!(queue.0.messages(), 4);
    assert!(queue.0.make_room(heavy(2), NOW));
    queue.0.release(heavy(2));
    queue.0.settle(a, 0);
    assert_eq!((queue.0.messages(), queue.dispatch()), (1, Handed::new()), "the two oldest made room");
}

#[test]
fn expired_messages_make_room_and_reach_nobody() {
    let expiring = |at| saying(Opaque::default().expiring(Timestamp(at)));
    let mut queue = Queue(QueueState::new(Bounds { messages: 3, ..ROOMY }));
    for message in [expiring(NOW.0 + 1), expiring(NOW.0 + 5), text("stays")] {
        assert!(queue.push(message));
    }
    assert!(!queue.0.reserve(1, NOW));
    let later = Timestamp(NOW.0 + 1);
    assert!(queue.0.reserve(1, later), "the first is gone");
    queue.0.release(1);
    let a = queue.join('a', 9);
    assert_eq!(queue.dispatch(), [('a', 1, false), ('a', 2, false)]);
    queue.0.leave(a);
    queue.0.expire(Timestamp(NOW.0 + 9));
    queue.join('b', 9);
    assert_eq!(queue.dispatch(), [('b', 2, true)]);
}

#[test]
fn a_cleared_queue_is_idle_without_its_consumers() {
    let mut queue = Queue::of(ROOMY, 3);
    let a = queue.join('a', 1);
    queue.dispatch();
    queue.0.clear();
    assert_eq!((queue.0.messages(), queue.0.bytes(), queue.0.is_idle()), (0, 0, false));
    queue.0.settle(a, 0);
    queue.0.leave(a);
    assert!(queue.0.is_idle());
}
