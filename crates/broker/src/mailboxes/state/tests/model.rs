//! The mailbox beside a list of what became of each message.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// Where the model believes a message to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Waiting,
    /// With the present connection.
    Handed,
    /// Sent by an earlier connection.
    Left,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    place: Place,
    weight: usize,
    expires: Option<i64>,
    stored: Option<i64>,
    /// Packet identifier, quality of service, and whether PUBREC has come.
    sent: Option<(u16, u8, bool)>,
}

#[derive(Clone, Copy, Debug)]
struct Connection {
    window: usize,
    /// Messages its outbox takes until it is reopened.
    room: usize,
    begun: bool,
    blocked: bool,
}

#[derive(Default)]
struct Model {
    known: BTreeMap<u64, Known>,
    /// What was sent, in the order it was sent.
    order: Vec<u64>,
    connection: Option<Connection>,
    newest: u64,
    posted: i64,
    gone: Vec<i64>,
    now: i64,
}

#[derive(Clone, Debug)]
enum Step {
    Post { weight: usize, expires: Option<i64>, stored: bool, most: usize },
    Adopt(usize),
    Attach { window: usize, room: usize },
    Begin,
    Reopen(usize),
    Settle(usize),
    Note(usize, bool),
    Leave { sent: Vec<(usize, bool)> },
    Die,
    Later(i64),
}

const BOUNDS: Bounds = Bounds { messages: 6, bytes: 1500 };

impl Model {
    fn numbers(&self, at: impl Fn(&Known) -> bool) -> Vec<u64> {
        self.known.iter().filter(|(_, known)| at(known)).map(|(number, _)| *number).collect()
    }

    fn waiting(&self) -> Vec<u64> {
        self.numbers(|known| known.place == Place::Waiting)
    }

    fn bytes(&self, at: impl Fn(&Known) -> bool) -> usize {
        self.known.values().filter(|known| at(known)).map(|known| known.weight).sum()
    }

    fn forget(&mut self, number: u64) {
        let known = self.known.remove(&number).unwrap();
        self.order.retain(|other| *other != number);
        self.gone.extend(known.stored);
    }

    fn expire(&mut self) {
        let now = self.now;
        let late = |known: &Known| known.place == Place::Waiting && known.expires.is_some_and(|at| at <= now);
        self.numbers(late).into_iter().for_each(|number| self.forget(number));
    }

    fn add(&mut self, known: Known) -> u64 {
        self.newest += 1;
        self.known.insert(self.newest, known);
        self.newest
    }

    fn post(&mut self, known: Known, most: usize) {
        self.expire();
        let most = most.min(BOUNDS.bytes);
        let out = |known: &Known| known.place != Place::Waiting;
        if self.numbers(out).len() + 1 > BOUNDS.messages || self.bytes(out) + known.weight > most {
            return self.gone.extend(known.stored);
        }
        while self.known.len() + 1 > BOUNDS.messages || self.bytes(|_| true) + known.weight > most {
            let oldest = self.waiting()[0];
            self.forget(oldest);
        }
        self.add(known);
    }

    /// What is to be offered now, if the connection can take it.
    fn next(&self) -> Option<u64> {
        let connection = self.connection.filter(|connection| connection.begun && !connection.blocked)?;
        let handed = self.numbers(|known| known.place == Place::Handed).len();
        self.waiting().first().copied().filter(|_| handed < connection.window)
    }

    /// Takes note of a repeat, which must be right and is always taken.
    fn repeat(&mut self, offer: Offer<'_>) {
        let next = self.order.iter().copied().find(|number| self.known[number].place == Place::Left);
        assert_eq!((Some(offer.number), offer.redelivered), (next, true));
        assert!(self.connection.is_some_and(|connection| connection.begun));
        self.known.get_mut(&offer.number).unwrap().place = Place::Handed;
    }

    /// Takes note of an offer, which must be right; returns whether the outbox takes it.
    fn offer(&mut self, offer: Offer<'_>) -> bool {
        assert_eq!(Some(offer.number), self.next());
        let known = self.known.get_mut(&offer.number).unwrap();
        assert!(!offer.redelivered);
        let connection = self.connection.as_mut().unwrap();
        let taken = connection.room > 0;
        if taken {
            connection.room -= 1;
            known.place = Place::Handed;
        } else {
            connection.blocked = true;
        }
        taken
    }

    fn detach(&mut self, saved: Option<&SavedMailbox>) {
        self.connection = None;
        let named: Vec<u64> = match saved {
            Some(saved) => saved.inflight.iter().map(|handed| handed.number).collect(),
            None => self.order.clone(),
        };
        for handed in saved.into_iter().flat_map(|saved| &saved.inflight) {
            let known = self.known.get_mut(&handed.number).unwrap();
            let received = handed.received || known.sent.is_some_and(|(.., received)| received);
            known.sent = Some((handed.packet_id, handed.qos, received));
        }
        for known in self.known.values_mut() {
            known.place = if known.sent.is_some() { Place::Left } else { Place::Waiting };
        }
        let others = self.numbers(|known| known.sent.is_some()).into_iter().filter(|number| !named.contains(number));
        self.order = named.iter().copied().chain(others).collect();
    }

    fn attach(&mut self, window: usize, room: usize) -> Vec<Handed> {
        self.connection = Some(Connection { window, room, begun: false, blocked: false });
        let mut inflight = Vec::new();
        for number in &self.order {
            let known = self.known.get_mut(number).unwrap();
            let (packet_id, qos, received) = known.sent.unwrap();
            inflight.push(Handed { number: *number, packet_id, qos, received });
            if received {
                known.place = Place::Handed;
            }
        }
        inflight
    }
}

fn step() -> impl Strategy<Value = Step> {
    let post = (0..400_usize, proptest::option::of(0..60_i64), any::<bool>(), 300..3000_usize)
        .prop_map(|(weight, expires, stored, most)| Step::Post { weight, expires, stored, most });
    prop_oneof![
        8 => post,
        1 => (0..400_usize).prop_map(Step::Adopt),
        4 => (1..5_usize, 0..6_usize).prop_map(|(window, room)| Step::Attach { window, room }),
        4 => Just(Step::Begin),
        2 => (1..4_usize).prop_map(Step::Reopen),
        4 => (0..6_usize).prop_map(Step::Settle),
        2 => (0..6_usize, any::<bool>()).prop_map(|(nth, received)| Step::Note(nth, received)),
        2 => proptest::collection::vec((0..6_usize, any::<bool>()), 0..4).prop_map(|sent| Step::Leave { sent }),
        1 => Just(Step::Die),
        1 => (0..30_i64).prop_map(Step::Later),
    ]
}

fn apply(mailbox: &mut MailboxState, model: &mut Model, step: Step) {
    // A step may name a message that is not out: then it is about nothing.
    let chosen = |model: &Model, nth: usize| model.numbers(|known| known.place != Place::Waiting).get(nth).copied();
    match step {
        Step::Post { weight, expires, stored, most } => {
            model.posted += 1;
            let stored = stored.then_some(model.posted);
            let expires = expires.map(|after| model.now + after);
            let mut opaque = Opaque::new(Bytes::from(vec![0; weight]), None, Vec::new());
            if let Some(at) = expires {
                opaque = opaque.expiring(Timestamp(at));
            }
            let posted = message(opaque, stored);
            let known = Known { place: Place::Waiting, weight: posted.weight, expires, stored, sent: None };
            mailbox.post(posted, most, || Timestamp(model.now));
            model.post(known, most);
        }
        Step::Adopt(weight) => {
            let adopted = sized(weight, None);
            let place = if model.connection.is_some() { Place::Handed } else { Place::Waiting };
            let known = Known { place, weight: adopted.weight, expires: None, stored: None, sent: None };
            assert_eq!(mailbox.adopt(adopted), model.add(known));
        }
        Step::Attach { window, room } => {
            if model.connection.is_none() {
                assert_eq!(mailbox.attach(window).inflight, model.attach(window, room));
            }
        }
        Step::Begin => {
            mailbox.begin();
            model.connection.iter_mut().for_each(|connection| connection.begun = true);
        }
        Step::Reopen(room) => {
            mailbox.reopen();
            model.connection.iter_mut().for_each(|connection| (connection.room, connection.blocked) = (room, false));
        }
        Step::Settle(nth) => {
            let Some(number) = chosen(model, nth) else { return };
            mailbox.settle(number);
            model.forget(number);
        }
        Step::Note(nth, received) => {
            let Some(number) = chosen(model, nth) else { return };
            let known = model.known.get_mut(&number).unwrap();
            assert_eq!(mailbox.note(number, 9, received), known.stored.map(QueuedId));
            if known.stored.is_some() {
                known.sent = Some((9, 2, received));
            }
        }
        Step::Leave { sent } => {
            if model.connection.is_none() {
                return;
            }
            let mut inflight: Vec<Handed> = Vec::new();
            for (nth, received) in sent {
                let Some(number) = chosen(model, nth) else { continue };
                if inflight.iter().all(|other| other.number != number) {
                    inflight.push(Handed { number, packet_id: 1 + u16::try_from(nth).unwrap(), qos: 1, received });
                }
            }
            let saved = SavedMailbox { inflight, ..SavedMailbox::default() };
            model.detach(Some(&saved));
            mailbox.detach(Some(saved));
        }
        Step::Die => {
            if model.connection.is_some() {
                model.detach(None);
                mailbox.detach(None);
            }
        }
        Step::Later(by) => model.now += by,
    }
}

proptest! {
    /// Whatever connections come and go: what was handed out is not lost, what was sent comes again in its order before
    /// everything else, the rest in the order it was posted; nothing waits for nothing, and the bounds hold.
    #[test]
    fn the_mailbox_agrees_with_the_model(steps in proptest::collection::vec(step(), 1..80)) {
        let (mut mailbox, mut model) = (MailboxState::new(BOUNDS), Model { now: 1000, ..Model::default() });
        let mut gone = Vec::new();
        for step in steps {
            apply(&mut mailbox, &mut model, step);
            model.expire();
            mailbox.repeat(|offer| model.repeat(offer));
            let left = model.numbers(|known| known.place == Place::Left);
            prop_assert!(left.is_empty() || model.connection.is_none_or(|connection| !connection.begun));
            let now = Timestamp(model.now);
            mailbox.dispatch(|| now, |offer| model.offer(offer));
            prop_assert_eq!(model.next(), None, "it could be handed out");
            prop_assert_eq!(mailbox.messages(), model.known.len());
            prop_assert_eq!(mailbox.bytes(), model.bytes(|_| true));
            gone.extend(mailbox.take_gone().into_iter().map(|QueuedId(id)| id));
            gone.sort_unstable();
            model.gone.sort_unstable();
            prop_assert_eq!(&gone, &model.gone);
        }
        mailbox.clear();
        gone.extend(mailbox.take_gone().into_iter().map(|QueuedId(id)| id));
        gone.sort_unstable();
        let mut stored: Vec<_> = model.known.values().filter_map(|known| known.stored).chain(model.gone).collect();
        stored.sort_unstable();
        prop_assert_eq!((mailbox.messages(), mailbox.bytes(), gone), (0, 0, stored));
    }
}
