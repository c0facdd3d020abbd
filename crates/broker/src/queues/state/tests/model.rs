//! The queue beside a list of what became of each message.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

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
