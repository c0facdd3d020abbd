use std::collections::BTreeMap;

use bytes::Bytes;
use deskwire_model::{SessionId, Topic};
use proptest::prelude::*;

use super::*;
use crate::{
    publication::{Content, Opaque},
    selector::Selector,
};

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

/// Where the model believes a message to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Waiting { refused_by: Option<usize>, behind: u64 },
    With(usize),
    Gone,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    place: Place,
    handed: bool,
    refusals: u32,
}

#[derive(Clone, Debug)]
struct Client {
    id: ConsumerId,
    window: usize,
    /// Messages its endpoint takes until it is reopened.
    room: usize,
    here: bool,
    blocked: bool,
}

/// A queue beside a list of what became of each message.
#[derive(Default)]
struct Model {
    messages: BTreeMap<u64, Known>,
    clients: Vec<Client>,
}

impl Model {
    fn with(&self, client: usize) -> Vec<u64> {
        let has = |known: &Known| known.place == Place::With(client);
        self.messages.iter().filter(|(_, known)| has(known)).map(|(number, _)| *number).collect()
    }

    fn waiting(&self) -> impl Iterator<Item = (u64, Option<usize>, u64)> + '_ {
        self.messages.iter().filter_map(|(number, known)| match known.place {
            Place::Waiting { refused_by, behind } => Some((*number, refused_by, behind)),
            _ => None,
        })
    }

    fn is_open(&self, client: usize) -> bool {
        let known = &self.clients[client];
        known.here && !known.blocked && self.with(client).len() < known.window
    }

    fn others_here(&self, client: usize) -> bool {
        self.clients.iter().enumerate().any(|(other, known)| known.here && other != client)
    }

    /// Takes note of an offer, which must be right; returns whether the endpoint takes it.
    fn offer(&mut self, client: usize, number: u64, redelivered: bool) -> bool {
        assert!(self.is_open(client), "{client} has no window");
        let known = self.messages[&number];
        let Place::Waiting { refused_by, behind } = known.place else { panic!("{number} is {:?}", known.place) };
        assert_eq!(redelivered, known.handed);
        if refused_by == Some(client) {
            assert!(!self.others_here(client), "another consumer is preferred");
            let before = |(n, by, _): (u64, Option<usize>, u64)| by != Some(client) && n < behind;
            assert!(!self.waiting().any(before), "what was there comes before what was refused");
        } else {
            let before = |(n, by, _): (u64, Option<usize>, u64)| by != Some(client) && n < number;
            assert!(!self.waiting().any(before), "{number} overtakes");
        }
        let taken = self.clients[client].room > 0;
        if taken {
            self.clients[client].room -= 1;
            let known = self.messages.get_mut(&number).unwrap();
            (known.place, known.handed) = (Place::With(client), true);
        } else {
            self.clients[client].blocked = true;
        }
        taken
    }

    /// Nothing is held back from whoever could take it.
    fn is_dispatched(&self) {
        for client in (0..self.clients.len()).filter(|client| self.is_open(*client)) {
            let mine = |by: Option<usize>| by != Some(client) || !self.others_here(client);
            assert!(!self.waiting().any(|(_, by, _)| mine(by)), "{client} is kept waiting: {:?}", self.messages);
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Push,
    Join { window: usize, room: usize },
    Leave(usize),
    Settle(usize, usize),
    Refuse(usize, usize),
    Reopen(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Push),
        2 => (1..4_usize, 0..6_usize).prop_map(|(window, room)| Step::Join { window, room }),
        1 => (0..8_usize).prop_map(Step::Leave),
        5 => (0..8_usize, 0..4_usize).prop_map(|(client, nth)| Step::Settle(client, nth)),
        3 => (0..8_usize, 0..4_usize).prop_map(|(client, nth)| Step::Refuse(client, nth)),
        2 => (0..8_usize, 1..4_usize).prop_map(|(client, room)| Step::Reopen(client, room)),
    ]
}

fn apply(queue: &mut QueueState<usize>, model: &mut Model, step: Step) {
    // A step may name a client that never came: then it is about nothing.
    let chosen = |model: &Model, client: usize, nth: usize| {
        let number = model.clients.get(client).and_then(|_| model.with(client).get(nth).copied());
        number.map(|number| (model.clients[client].id, number))
    };
    let end = model.messages.len() as u64;
    match step {
        Step::Push => {
            queue.reserve_anyway(0);
            let message = Message { weight: 0, ..text("m") };
            queue.push(message);
            let place = Place::Waiting { refused_by: None, behind: 0 };
            model.messages.insert(end, Known { place, handed: false, refusals: 0 });
        }
        Step::Join { window, room } => {
            let id = queue.join(model.clients.len(), Wants::default(), window);
            model.clients.push(Client { id, window, room, here: true, blocked: false });
        }
        Step::Leave(client) => {
            let Some(known) = model.clients.get_mut(client) else { return };
            known.here = false;
            queue.leave(known.id);
            for known in model.messages.values_mut() {
                match &mut known.place {
                    Place::With(holder) if *holder == client => {
                        known.place = Place::Waiting { refused_by: None, behind: 0 };
                    }
                    Place::Waiting { refused_by, .. } if *refused_by == Some(client) => *refused_by = None,
                    _ => {}
                }
            }
        }
        Step::Settle(client, nth) => {
            let Some((id, number)) = chosen(model, client, nth) else { return };
            queue.settle(id, number);
            model.messages.get_mut(&number).unwrap().place = Place::Gone;
        }
        Step::Refuse(client, nth) => {
            let Some((id, number)) = chosen(model, client, nth) else { return };
            let refused = queue.refuse(id, number);
            let known = model.messages.get_mut(&number).unwrap();
            known.refusals += 1;
            if known.refusals == ROOMY.refusals {
                assert_eq!(refused, Refused::Dropped);
                known.place = Place::Gone;
            } else {
                assert_eq!(refused, Refused::PutBack);
                known.place = Place::Waiting { refused_by: Some(client), behind: end };
            }
        }
        Step::Reopen(client, room) => {
            let Some(known) = model.clients.get_mut(client) else { return };
            (known.room, known.blocked) = (room, false);
            queue.reopen(known.id);
        }
    }
}

proptest! {
    /// Whatever consumers do: no message is lost or with two of them, none comes again without saying so, none
    /// overtakes, and none waits for nothing.
    #[test]
    fn the_queue_agrees_with_the_model(steps in proptest::collection::vec(step(), 1..80)) {
        let (mut queue, mut model) = (QueueState::new(ROOMY), Model::default());
        for step in steps {
            apply(&mut queue, &mut model, step);
            queue.dispatch(NOW, |client, number, message| model.offer(*client, number, message.redelivered));
            model.is_dispatched();
            let left = model.messages.values().filter(|known| known.place != Place::Gone).count();
            prop_assert_eq!(queue.messages(), left);
        }
        for client in 0..model.clients.len() {
            apply(&mut queue, &mut model, Step::Leave(client));
        }
        apply(&mut queue, &mut model, Step::Join { window: usize::MAX, room: usize::MAX });
        queue.dispatch(NOW, |client, number, message| model.offer(*client, number, message.redelivered));
        prop_assert_eq!(model.waiting().count(), 0, "a last consumer gets all that is left");
    }
}
