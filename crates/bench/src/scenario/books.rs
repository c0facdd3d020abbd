//! What became of the messages of all conversations.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use crate::{
    ledger::{Arrival, Flow, SeqWatch, Verdict},
    run::Run,
    stamp::Stamp,
};

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The visitor of a conversation.
    Visitor,
    /// The agent.
    Agent,
}

/// Who receives something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// The visitor of a conversation.
    Visitor,
    /// One of the agent's connections.
    Agent(usize),
}

/// The books of a run.
#[derive(Debug)]
pub(super) struct Books {
    /// The run.
    pub(super) run: Rc<Run>,
    conversations: Vec<Page>,
    /// Whose messages a visitor waits for before it says more.
    awaited: Side,
}

/// One conversation.
#[derive(Debug)]
struct Page {
    sent: [Cell<u32>; 2],
    /// The visitor's view, then that of each connection of the agent.
    views: Vec<RefCell<View>>,
}

/// What one reader saw of a conversation.
#[derive(Debug, Default)]
struct View {
    /// The messages of the visitor and of the agent.
    flows: [Flow; 2],
    seq: SeqWatch,
}

impl Side {
    /// The publisher number of this side of a conversation.
    fn publisher(self, conversation: usize) -> u32 {
        conversation as u32 * 2 + self as u32
    }

    fn of(publisher: u32) -> (usize, Self) {
        let side = if publisher.is_multiple_of(2) { Self::Visitor } else { Self::Agent };
        (publisher as usize / 2, side)
    }
}

impl Reader {
    const fn index(self) -> usize {
        match self {
            Self::Visitor => 0,
            Self::Agent(device) => device + 1,
        }
    }
}

impl Books {
    /// Empty books for `conversations`, each with a visitor and `devices` connections of the agent.
    pub(super) fn new(run: Rc<Run>, conversations: usize, devices: usize) -> Self {
        let views = || (0..=devices).map(|_| RefCell::default()).collect();
        Self {
            run,
            conversations: (0..conversations).map(|_| Page { sent: Default::default(), views: views() }).collect(),
            awaited: Side::Agent,
        }
    }

    /// The same where agents do not answer: visitors wait for their own echoes.
    pub(super) fn one_way(self) -> Self {
        Self { awaited: Side::Visitor, ..self }
    }

    /// The stamp of the next message of `side`.
    pub(super) fn next_stamp(&self, conversation: usize, side: Side, time: u64) -> Stamp {
        let sent = &self.conversations[conversation].sent[side as usize];
        let number = sent.replace(sent.get() + 1);
        Stamp { publisher: side.publisher(conversation), number, time }
    }

    /// The stamp of the visitor's message with this number, as far as it names the message.
    pub(super) fn question(conversation: usize, number: u32) -> Stamp {
        Stamp { publisher: Side::Visitor.publisher(conversation), number, time: 0 }
    }

    /// Notes that `reader` received `body` with `seq` in `conversation`; says what it is when it came for the first
    /// time. What the run did not send counts for the order of `seq` alone.
    pub(super) fn arrived(
        &self,
        conversation: usize,
        reader: Reader,
        body: &[u8],
        seq: Option<u64>,
    ) -> Option<(Side, Stamp)> {
        let mut view = self.conversations[conversation].views[reader.index()].borrow_mut();
        if let Some(seq) = seq {
            view.seq.record(seq);
        }
        let Some(stamp) = self.run.id.find(body) else {
            self.run.foreign();
            return None;
        };
        let (of, side) = Side::of(stamp.publisher);
        if of != conversation {
            self.run.foreign();
            return None;
        }
        let arrival = view.flows[side as usize].record(stamp.number.into());
        (arrival != Arrival::Repeated).then_some((side, stamp))
    }

    /// Messages of the visitor of `conversation` whose answer, or echo, it does not have.
    pub(super) fn on_the_way(&self, conversation: usize) -> u32 {
        let page = &self.conversations[conversation];
        let arrived = page.views[Reader::Visitor.index()].borrow().flows[self.awaited as usize].arrived();
        u32::try_from(u64::from(page.sent[Side::Visitor as usize].get()).saturating_sub(arrived)).unwrap_or(u32::MAX)
    }

    /// Whether everything has arrived everywhere.
    pub(super) fn is_complete(&self) -> bool {
        (0..self.conversations.len()).all(|conversation| self.on_the_way(conversation) == 0) && self.verdict().lost == 0
    }

    /// What became of the messages, over all readers.
    pub(super) fn verdict(&self) -> Verdict {
        let verdicts = self.conversations.iter().flat_map(|page| {
            page.views.iter().flat_map(|view| {
                let view = view.borrow();
                [0, 1].map(|side| view.flows[side].verdict(page.sent[side].get().into()))
            })
        });
        verdicts.sum()
    }

    /// Arrivals whose `seq` was not one above the one before.
    pub(super) fn seq_breaks(&self) -> u64 {
        self.conversations.iter().flat_map(|page| &page.views).map(|view| view.borrow().seq.breaks()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_is_complete_when_everybody_has_both_messages() {
        let run = Rc::new(Run::new());
        let books = Books::new(Rc::clone(&run), 2, 1);
        let mut body = run.id.payload(80).unwrap();
        let question = books.next_stamp(1, Side::Visitor, 5);
        let question = body.with(question).to_vec();
        let answer = books.next_stamp(1, Side::Agent, 5);
        let answer = body.with(answer).to_vec();
        assert_eq!(books.on_the_way(1), 1);

        let arrived = books.arrived(1, Reader::Agent(0), &question, Some(4));
        assert!(matches!(arrived, Some((Side::Visitor, Stamp { number: 0, time: 5, .. }))));
        assert!(books.arrived(1, Reader::Agent(0), &question, Some(4)).is_none());
        assert!(books.arrived(0, Reader::Agent(0), &question, None).is_none());
        assert!(matches!(books.arrived(1, Reader::Visitor, &answer, Some(9)), Some((Side::Agent, _))));
        assert_eq!(books.on_the_way(1), 0);
        assert!(!books.is_complete());
        assert_eq!(books.verdict(), Verdict { lost: 2, doubled: 1, reordered: 0 });

        books.arrived(1, Reader::Visitor, &question, Some(8));
        books.arrived(1, Reader::Agent(0), &answer, Some(5));
        assert!(books.is_complete());
        assert_eq!(books.seq_breaks(), 2);
        assert_eq!(run.counts().foreign, 1);
    }

    #[test]
    fn where_nobody_answers_the_echo_is_enough() {
        let run = Rc::new(Run::new());
        let books = Books::new(Rc::clone(&run), 1, 1).one_way();
        let stamp = books.next_stamp(0, Side::Visitor, 5);
        let body = run.id.payload(80).unwrap().with(stamp).to_vec();
        assert_eq!(books.on_the_way(0), 1);
        books.arrived(0, Reader::Visitor, &body, Some(1));
        assert_eq!(books.on_the_way(0), 0);
        assert!(!books.is_complete(), "the agent does not have it");
        books.arrived(0, Reader::Agent(0), &body, Some(1));
        assert!(books.is_complete());
    }
}
