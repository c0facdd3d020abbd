//! Random batches, failed ones and restarts among them, against a model that is simple enough to be right.

use std::collections::BTreeMap;

use deskwire_model::{LogId, Seq, ThreadStatus};
use deskwire_store::{Refusal, Store, Upto, Write, Written};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::{
    Backend,
    fixtures::{append, assign, conversation_of, delivered, message_uid, read, recall, set_status, uid},
};

const VISITORS: [&str; 3] = ["v0", "v1", "v2"];
const USERS: [&str; 4] = ["v0", "v1", "a", "b"];
const NAMES: [&str; 5] = ["m0", "m1", "m2", "m3", "m4"];
const DEVICES: [&str; 2] = ["", "phone"];
const NOWHERE: LogId = LogId(1000);
const POISON: &str = "poison";

type Name = &'static str;

/// A write before the model knows what its numbers are.
#[derive(Clone, Debug)]
enum Op {
    Create { visitor: usize },
    Append { visitor: usize, sender: Name, name: Name },
    Recall { visitor: usize, sender: Name, name: Name, target: Name },
    Delivered { visitor: usize, user: Name, device: Name, seq: u64 },
    Read { visitor: usize, user: Name, seq: u64 },
    ReadMessage { visitor: usize, user: Name, name: Name },
    Assign { visitor: usize, stale: bool, agent: Name, capacity: u32 },
    SetStatus { visitor: usize, stale: bool, status: ThreadStatus },
}

#[derive(Clone, Debug)]
struct Step {
    ops: Vec<Op>,
    fails: bool,
    reopen: bool,
}

fn op() -> impl Strategy<Value = Op> {
    use prop::sample::select;
    let (visitor, user, name) = (|| 0..VISITORS.len(), || select(&USERS[..]), || select(&NAMES[..]));
    let stale = || prop::bool::weighted(0.2);
    prop_oneof![
        2 => visitor().prop_map(|visitor| Op::Create { visitor }),
        6 => (visitor(), user(), name()).prop_map(|(visitor, sender, name)| Op::Append { visitor, sender, name }),
        2 => (visitor(), user(), name(), name())
            .prop_map(|(visitor, sender, name, target)| Op::Recall { visitor, sender, name, target }),
        3 => (visitor(), user(), select(&DEVICES[..]), 0..12_u64)
            .prop_map(|(visitor, user, device, seq)| Op::Delivered { visitor, user, device, seq }),
        2 => (visitor(), user(), 0..12_u64).prop_map(|(visitor, user, seq)| Op::Read { visitor, user, seq }),
        2 => (visitor(), user(), name()).prop_map(|(visitor, user, name)| Op::ReadMessage { visitor, user, name }),
        2 => (visitor(), stale(), select(&USERS[2..]), 0..3_u32)
            .prop_map(|(visitor, stale, agent, capacity)| Op::Assign { visitor, stale, agent, capacity }),
        1 => (visitor(), stale(), select(&ThreadStatus::ALL[..]))
            .prop_map(|(visitor, stale, status)| Op::SetStatus { visitor, stale, status }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    (prop::collection::vec(op(), 0..12), prop::bool::weighted(0.2), prop::bool::weighted(0.2))
        .prop_map(|(ops, fails, reopen)| Step { ops, fails, reopen })
}

/// An answer without the time it was given.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Appended(u64),
    Duplicate(u64),
    Cursor(Option<(u64, String)>),
    Conversation { log: LogId, created: bool, state: State },
    Probed,
    Refused(Refusal),
}

impl From<Written> for Answer {
    fn from(written: Written) -> Self {
        match written {
            Written::Appended { seq, .. } => Self::Appended(seq.0),
            Written::Duplicate { seq, .. } => Self::Duplicate(seq.0),
            Written::Cursor(moved) => Self::Cursor(moved.map(|moved| (moved.seq.0, moved.uid.to_string()))),
            Written::Conversation { conversation: now, created } => {
                let state = State { status: now.status, agent: now.agent.map(String::from), fence: now.fence };
                Self::Conversation { log: now.id, created, state }
            }
            Written::Decided { conversation: now, .. } => {
                let state = State { status: now.status, agent: now.agent.map(String::from), fence: now.fence };
                Self::Conversation { log: now.id, created: false, state }
            }
            Written::Probed => Self::Probed,
            Written::Queued(_)
            | Written::Consumed
            | Written::Settled { .. }
            | Written::Forgotten
            | Written::Noted
            | Written::Notices(_) => {
                unreachable!("the model has no queues and no notices")
            }
            Written::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    status: ThreadStatus,
    agent: Option<String>,
    fence: u64,
}

#[derive(Clone, Debug)]
struct Log {
    state: State,
    was_assigned: bool,
    /// Sender, name, whether it is recalled.
    entries: Vec<(Name, Name, bool)>,
    joined: BTreeMap<Name, u64>,
    delivered: BTreeMap<(Name, Name), u64>,
    read: BTreeMap<Name, u64>,
}

impl Log {
    fn new(visitor: Name) -> Self {
        Self {
            state: State { status: ThreadStatus::New, agent: None, fence: 0 },
            was_assigned: false,
            entries: Vec::new(),
            joined: BTreeMap::from([(visitor, 0)]),
            delivered: BTreeMap::new(),
            read: BTreeMap::new(),
        }
    }

    fn head(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The position of the first entry that `found` likes.
    fn position(&self, found: impl Fn(Name, Name) -> bool) -> Option<u64> {
        self.entries.iter().position(|(sender, name, _)| found(sender, name)).map(|index| index as u64 + 1)
    }

    fn append(&mut self, sender: Name, name: Name, target: Option<Name>) -> Answer {
        if let Some(first) = self.position(|s, n| (s, n) == (sender, name)) {
            return Answer::Duplicate(first);
        }
        if let Some(target) = target {
            match self.position(|s, n| (s, n) == (sender, target)) {
                Some(seq) => self.entries[seq as usize - 1].2 = true,
                None if self.position(|_, n| n == target).is_some() => return Answer::Refused(Refusal::NotTheSender),
                None => return Answer::Refused(Refusal::UnknownMessage),
            }
        }
        self.entries.push((sender, name, false));
        Answer::Appended(self.head())
    }

    fn moved(&self, from: u64, to: u64) -> Option<(u64, String)> {
        (to > from).then(|| (to, self.entries[to as usize - 1].1.to_owned()))
    }

    fn start(&self, user: Name) -> u64 {
        self.joined.get(user).copied().unwrap_or(0)
    }

    fn deliver(&mut self, user: Name, device: Name, seq: u64) -> Answer {
        let to = seq.min(self.head());
        let from = self.delivered.get(&(user, device)).copied().unwrap_or(0).max(self.start(user));
        if to > from {
            self.delivered.insert((user, device), to);
        }
        Answer::Cursor(self.moved(from, to))
    }

    fn read_position(&self, user: Name) -> u64 {
        self.read.get(user).copied().unwrap_or(0).max(self.start(user))
    }

    fn read(&mut self, user: Name, seq: u64) -> Answer {
        self.deliver(user, "", seq);
        let (from, to) = (self.read_position(user), seq.min(self.head()));
        if to > from {
            self.read.insert(user, to);
        }
        Answer::Cursor(self.moved(from, to))
    }

    fn unread(&self, user: Name) -> u64 {
        let behind = self.entries.iter().skip(self.read_position(user) as usize);
        behind.filter(|(sender, _, recalled)| *sender != user && !recalled).count() as u64
    }
}

/// Conversations by visitor, with their logs' numbers.
#[derive(Clone, Debug, Default)]
struct Model {
    logs: BTreeMap<usize, (LogId, Log)>,
    /// Numbers that nothing has, as what was to have them was not kept.
    skipped: i64,
}

impl Model {
    /// The write that `op` means now, and the answer it must get.
    fn apply(&mut self, op: &Op) -> (Write, Answer) {
        let visitor = match op {
            Op::Create { visitor } => return (self.create_write(*visitor), self.create(*visitor)),
            Op::Append { visitor, .. } | Op::Recall { visitor, .. } | Op::Delivered { visitor, .. } => *visitor,
            Op::Read { visitor, .. } | Op::ReadMessage { visitor, .. } => *visitor,
            Op::Assign { visitor, .. } | Op::SetStatus { visitor, .. } => *visitor,
        };
        let (id, fence) = self.logs.get(&visitor).map_or((NOWHERE, 0), |(id, log)| (*id, log.state.fence));
        let write = match op {
            Op::Create { .. } => unreachable!("answered above"),
            Op::Append { sender, name, .. } => append(id, sender, name),
            Op::Recall { sender, name, target, .. } => recall(id, sender, name, target),
            Op::Delivered { user, device, seq, .. } => delivered(id, user, device, *seq),
            Op::Read { user, seq, .. } => read(id, user, *seq),
            Op::ReadMessage { user, name, .. } => Write::Read {
                log: id,
                user: uid(user),
                device: Some(Box::default()),
                upto: Upto::Message(message_uid(name)),
            },
            Op::Assign { stale, agent, capacity, .. } => assign(id, fence + u64::from(*stale), agent, *capacity),
            Op::SetStatus { stale, status, .. } => {
                let owner = self.logs.get(&visitor).and_then(|(_, log)| log.state.agent.as_deref());
                let owner = owner.filter(|_| matches!(status, ThreadStatus::Chatting | ThreadStatus::Closed));
                set_status(id, fence + u64::from(*stale), *status, owner)
            }
        };
        (write, self.answer(visitor, op))
    }

    fn create_write(&self, visitor: usize) -> Write {
        Write::CreateConversation(conversation_of(VISITORS[visitor]))
    }

    fn create(&mut self, visitor: usize) -> Answer {
        let next = LogId(self.logs.len() as i64 + 1 + self.skipped);
        let created = !self.logs.contains_key(&visitor);
        let (log, now) = self.logs.entry(visitor).or_insert_with(|| (next, Log::new(VISITORS[visitor])));
        Answer::Conversation { log: *log, created, state: now.state.clone() }
    }

    fn answer(&mut self, visitor: usize, op: &Op) -> Answer {
        let others = |agent: Name| {
            let chatting = self.logs.iter().filter(|(other, (_, log))| {
                **other != visitor
                    && log.state.status == ThreadStatus::Chatting
                    && log.state.agent.as_deref() == Some(agent)
            });
            chatting.count() as u32
        };
        let busy = if let Op::Assign { agent, .. } = op { others(agent) } else { 0 };
        let Some((id, log)) = self.logs.get_mut(&visitor) else { return Answer::Refused(Refusal::UnknownLog) };
        match op {
            Op::Create { .. } => unreachable!("answered by `create`"),
            Op::Append { sender, name, .. } => log.append(sender, name, None),
            Op::Recall { sender, name, target, .. } => log.append(sender, name, Some(target)),
            Op::Delivered { user, device, seq, .. } => log.deliver(user, device, *seq),
            Op::Read { user, seq, .. } => log.read(user, *seq),
            Op::ReadMessage { user, name, .. } => match log.position(|_, n| n == *name) {
                Some(seq) => log.read(user, seq),
                None => Answer::Cursor(None),
            },
            Op::Assign { stale: true, .. } | Op::SetStatus { stale: true, .. } => Answer::Refused(Refusal::Fenced),
            Op::Assign { capacity, .. } if busy >= *capacity => Answer::Refused(Refusal::AtCapacity),
            Op::Assign { agent, .. } => {
                let joined = if log.was_assigned { log.head() } else { 0 };
                log.joined.entry(agent).or_insert(joined);
                log.was_assigned = true;
                let fence = log.state.fence + 1;
                log.state = State { status: ThreadStatus::Chatting, agent: Some((*agent).to_owned()), fence };
                Answer::Conversation { log: *id, created: false, state: log.state.clone() }
            }
            Op::SetStatus { status, .. } => {
                let owned = matches!(status, ThreadStatus::Chatting | ThreadStatus::Closed);
                let agent = log.state.agent.take().filter(|_| owned);
                log.state = State { status: *status, agent, fence: log.state.fence + 1 };
                Answer::Conversation { log: *id, created: false, state: log.state.clone() }
            }
        }
    }

    /// Asserts that `store` holds what the model holds.
    async fn compare(&self, store: &Store) {
        for (id, log) in self.logs.values() {
            let entries = store.entries_after(*id, Seq::ZERO, usize::MAX).await.unwrap();
            assert!(entries.iter().zip(1..).all(|(entry, seq)| entry.seq.0 == seq), "a hole in {entries:?}");
            assert!(entries.is_sorted_by_key(|entry| entry.at));
            let held: Vec<_> = entries.iter().map(|e| (e.sender.as_str(), e.uid.as_str(), e.recalled)).collect();
            assert_eq!(held, log.entries);
            let participants = store.participants(*id).await.unwrap();
            let joined: BTreeMap<_, _> = participants.iter().map(|p| (p.user.as_str(), p.joined.0)).collect();
            assert_eq!(joined, log.joined);
            let positions = store.read_positions(*id).await.unwrap();
            let read: BTreeMap<_, _> = positions.iter().map(|p| (p.user.as_str(), p.seq.0)).collect();
            assert_eq!(read, log.read);
            for user in USERS {
                assert_eq!(store.unread(*id, &uid(user)).await.unwrap(), log.unread(user), "unread of {user}");
                for device in DEVICES {
                    let stored = log.delivered.get(&(user, device)).max(log.joined.get(user));
                    let found = store.delivered(*id, &uid(user), device).await.unwrap();
                    assert_eq!(found, stored.copied().map(Seq), "delivered to {user} on {device:?}");
                }
            }
        }
        for user in USERS {
            let logs = self.logs.values().filter(|(_, log)| log.joined.contains_key(user));
            let total: u64 = logs.map(|(_, log)| log.unread(user)).sum();
            assert_eq!(store.unread_total(&uid(user)).await.unwrap(), total, "unread of {user} in all");
        }
    }
}

async fn run(backend: &impl Backend, steps: &[Step]) {
    let mut store = backend.open().await;
    backend.fail_on(POISON);
    let mut model = Model::default();
    for step in steps {
        let mut after = model.clone();
        let (mut batch, expected): (Vec<_>, Vec<_>) = step.ops.iter().map(|op| after.apply(op)).unzip();
        let poisoned = after.logs.values().next().map(|(log, _)| append(*log, "v0", POISON)).filter(|_| step.fails);
        if let Some(poisoned) = poisoned {
            batch.push(poisoned);
            store.commit(batch).await.expect_err("the database was told to fail");
            if backend.skips_numbers() {
                model.skipped += (after.logs.len() - model.logs.len()) as i64;
            }
        } else {
            let written = store.commit(batch).await.unwrap();
            assert_eq!(written.into_iter().map(Answer::from).collect::<Vec<_>>(), expected);
            model = after;
        }
        if step.reopen {
            drop(store);
            store = backend.open().await;
        }
    }
    model.compare(&store).await;
}

pub(crate) fn agrees<B: Backend>() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    let batches = prop::collection::vec(step(), 1..8);
    let outcome = TestRunner::new(config).run(&batches, |steps| {
        runtime.block_on(run(&B::new(), &steps));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
