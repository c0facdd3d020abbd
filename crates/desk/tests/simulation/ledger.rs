//! What the store has of each conversation, read again after each step, and what a log must be like: without gaps and
//! repeats, never shorter or other than before, and telling by itself how its conversation stands (invariants I2, I3, I5).

use std::collections::{BTreeMap, BTreeSet};

use deskwire_model::{Conversation, Entry, LogId, Payload, Seq, ThreadStatus, Timestamp, Uid};
use deskwire_store::{Store, Timer};
use serde_json::Value;

use crate::cast::Organisation;

/// A change of a conversation, as its entry tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) name: String,
    pub(crate) from: ThreadStatus,
    pub(crate) to: ThreadStatus,
    pub(crate) agent: Option<Uid>,
    pub(crate) reason: String,
}

/// An entry as far as the checks look at it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) sender: Uid,
    pub(crate) uid: String,
    pub(crate) kind: String,
    pub(crate) is_speech: bool,
    pub(crate) at: Timestamp,
    pub(crate) content: String,
    pub(crate) change: Option<Change>,
}

/// What is known of a conversation.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) conversation: Conversation,
    /// The entry with the position `n` is at `n - 1`.
    pub(crate) log: Vec<Line>,
    pub(crate) timers: Vec<Timer>,
    /// How long its log was before the last step.
    pub(crate) was: usize,
}

/// All conversations.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) records: BTreeMap<LogId, Record>,
}

/// What a message says in the members that the checks look at.
pub(crate) fn read(payload: &Payload) -> (String, Option<Change>) {
    let Payload::Json(bytes) = payload else { panic!("everybody here speaks JSON") };
    let message: Value = serde_json::from_slice(bytes).unwrap();
    let content = message["content"].as_str().unwrap_or_default().to_owned();
    let extra =
        message["extra"].as_str().and_then(|extra| serde_json::from_str::<Value>(extra).ok()).unwrap_or_default();
    let event = &extra["event"];
    let status = |name: &str| event[name].as_str().and_then(ThreadStatus::from_name);
    let change = status("from").zip(status("to")).map(|(from, to)| {
        let stamped = message["thread"]["status"].as_str();
        assert_eq!(stamped, Some(to.as_str()), "the thread of an entry is as the entry makes it: {message}");
        Change {
            name: event["name"].as_str().unwrap().to_owned(),
            from,
            to,
            agent: event["agent"].as_str().map(|agent| Uid::new(agent).unwrap()),
            reason: event["reason"].as_str().unwrap().to_owned(),
        }
    });
    (content, change)
}

impl From<Entry> for Line {
    fn from(entry: Entry) -> Self {
        let (content, change) = read(&entry.payload);
        let Entry { sender, uid, kind, at, .. } = entry;
        Self { sender, uid: uid.to_string(), is_speech: kind.is_speech(), kind: kind.to_string(), at, content, change }
    }
}

impl Ledger {
    /// Reads what is new, and checks that nothing old is gone; the conversations that have changed.
    pub(crate) async fn catch_up(&mut self, store: &Store, cast: &[Organisation]) -> Vec<LogId> {
        let mut changed = Vec::new();
        for org in cast {
            for status in [None, Some(ThreadStatus::Closed)] {
                for now in store.conversations_of_organisation(&org.uid, status, 1000).await.unwrap() {
                    let notes = store.conversation_by_topic(&now.notes_topic()).await.unwrap();
                    for log in [Some(now), notes].into_iter().flatten() {
                        let id = log.id;
                        if self.update(store, log).await {
                            changed.push(id);
                        }
                    }
                }
            }
        }
        changed
    }

    async fn update(&mut self, store: &Store, now: Conversation) -> bool {
        let head = store.head(now.id).await.unwrap();
        let record = self.records.entry(now.id).or_insert_with(|| Record {
            conversation: Conversation { status: ThreadStatus::New, agent: None, fence: 0, ..now.clone() },
            log: Vec::new(),
            timers: Vec::new(),
            was: 0,
        });
        record.was = record.log.len();
        let before = &record.conversation;
        assert!(now.fence >= before.fence, "the fence goes back from {before:?} to {now:?}");
        // Notes move with what they are about.
        let moved = now.notes_of.is_none() && (now.status, &now.agent) != (before.status, &before.agent);
        assert!(!moved || now.fence > before.fence, "a change under the same fence, from {before:?} to {now:?}");
        assert!(head.0 >= record.log.len() as u64, "{now:?} has lost entries");
        record.timers = store.timers_of(now.id).await.unwrap();
        let same = now == *before && head.0 == record.log.len() as u64;
        record.conversation = now;
        if same {
            return false;
        }
        let after = Seq(record.log.len() as u64);
        for (entry, seq) in
            store.entries_after(record.conversation.id, after, 10_000).await.unwrap().into_iter().zip(after.0 + 1..)
        {
            assert_eq!(entry.seq.0, seq, "a gap in {:?}", record.conversation);
            assert!(record.log.last().is_none_or(|last| last.at <= entry.at), "time goes back before {entry:?}");
            record.log.push(entry.into());
        }
        assert_eq!(head.0, record.log.len() as u64, "the head of {:?} is not its last entry", record.conversation);
        true
    }

    /// What visitors and the desk say to each other; nobody's notes.
    pub(crate) fn talks(&self) -> impl Iterator<Item = &Record> {
        self.records.values().filter(|record| record.conversation.notes_of.is_none())
    }

    /// Notes, and the conversations that they are about.
    pub(crate) fn notes(&self) -> impl Iterator<Item = (&Record, &Record)> {
        let about = |notes: &Record| notes.conversation.notes_of.map(|about| &self.records[&about]);
        self.records.values().filter_map(move |notes| Some((notes, about(notes)?)))
    }

    /// The log on `topic`.
    pub(crate) fn on(&self, topic: &str) -> Option<&Record> {
        self.records.values().find(|record| record.conversation.topic.as_str() == topic)
    }
}

impl Record {
    /// What the log says by itself: each change goes on from where the last one led, and the last one led to where the
    /// conversation is.
    pub(crate) fn replay(&self) {
        let now = &self.conversation;
        let (mut status, mut agent) = (ThreadStatus::New, None);
        for (line, seq) in self.log.iter().zip(1..) {
            let Some(change) = &line.change else { continue };
            assert_eq!(change.from, status, "entry {seq} of {now:?} goes on from elsewhere: {line:?}");
            (status, agent) = (change.to, change.agent.clone());
        }
        assert_eq!((status, &agent), (now.status, &now.agent), "the log of {now:?} does not tell how it stands");
    }

    /// Nobody has said the same message twice (invariant I3).
    pub(crate) fn each_once(&self) {
        let mut names = BTreeSet::new();
        for line in &self.log {
            assert!(names.insert((&line.sender, &line.uid)), "{line:?} is there twice");
        }
    }

    /// The entries of the last step.
    pub(crate) fn new_lines(&self) -> &[Line] {
        &self.log[self.was..]
    }
}
