//! What a node has heard and not looked at yet: bounded, and a loss is told.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::{asks::Answering, channel::Channel, hint::Hint, node::NodeId};

/// What else than hints may wait beyond the bound: nodes that come and go, Redis that does.
const ROOM_FOR_NEWS: usize = 1024;

/// Something that a node hears.
#[derive(Debug)]
pub enum Heard {
    /// A hint of another node. Those of one node on one channel come in the order in which it published them.
    Hint {
        /// Who published it.
        from: NodeId,
        /// Where.
        channel: Channel,
        /// What.
        hint: Hint,
    },
    /// Hints may have been lost: look into the database.
    Missed(Missed),
    /// Another node wants an answer.
    Asked(Asked),
    /// Another node is there. What it published before may not have been heard.
    PeerJoined(NodeId),
    /// A node has left, having published everything, or was not heard for the lease: then [`Missed::From`] follows, as it
    /// may have died between a commit and its hint. Its id never comes back, except when it was only cut off.
    PeerLost(NodeId),
    /// Redis cannot be reached: nothing is heard and nothing published until [`Heard::Up`].
    Down,
    /// Redis is there. [`Missed::Everything`] follows.
    Up,
}

/// What may not have been heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missed {
    /// Anything, of anybody. What [`Bus::peers`](crate::Bus::peers) and [`Bus::is_up`](crate::Bus::is_up) say counts, if
    /// a change of that is among what was missed.
    Everything,
    /// Anything that this node published.
    From(NodeId),
    /// Anything on this channel: there was something that cannot be read, damaged or of a newer version.
    Channel(Channel),
}

/// A question of another node.
#[derive(Debug)]
pub struct Asked {
    /// Who asks.
    pub from: NodeId,
    /// What, as the asker encodes it.
    pub request: Bytes,
    /// Takes the answer. Dropped without one, it tells the asker so.
    pub answer: Answering,
}

#[derive(Debug, Default)]
struct Waiting {
    heard: VecDeque<(Heard, usize)>,
    bytes: usize,
    /// A [`Missed::Everything`] waits already: it covers what is lost until it is taken.
    has_told: bool,
}

#[derive(Debug)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Notify,
    is_closed: AtomicBool,
    max_heard: usize,
    max_bytes: usize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was heard, for the one who looks at it.
#[derive(Debug)]
pub struct Inbox(Arc<Shared>);

/// Puts into an [`Inbox`]; the last one closes it.
#[derive(Debug)]
pub(crate) struct Ears(Arc<Shared>);

/// An inbox for so many things and bytes.
pub(crate) fn inbox(max_heard: usize, max_bytes: usize) -> (Ears, Inbox) {
    let shared = Arc::new(Shared {
        waiting: Mutex::default(),
        changed: Notify::new(),
        is_closed: AtomicBool::new(false),
        max_heard,
        max_bytes,
    });
    (Ears(Arc::clone(&shared)), Inbox(shared))
}

impl Inbox {
    /// The next thing heard, in the order of hearing; none when the bus is gone, at once on [`Bus::Local`], where
    /// nobody else is. May be cancelled: nothing is lost by it.
    ///
    /// [`Bus::Local`]: crate::Bus::Local
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some(heard) = self.take() {
                return Some(heard);
            }
            // Whoever closes it does so before notifying, and a permit is kept for who is not waiting yet.
            if self.0.is_closed.load(Ordering::Acquire) {
                return self.take();
            }
            self.0.changed.notified().await;
        }
    }

    fn take(&self) -> Option<Heard> {
        let mut waiting = self.0.lock();
        let (heard, weight) = waiting.heard.pop_front()?;
        waiting.bytes -= weight;
        if matches!(heard, Heard::Missed(Missed::Everything)) {
            waiting.has_told = false;
        }
        Some(heard)
    }
}

impl Ears {
    /// Puts `heard`, or tells that something was missed.
    ///
    /// # Errors
    /// What did not fit, to be dropped without locks: a question is refused by it.
    pub(crate) fn hear(&self, heard: Heard) -> Result<(), Box<Heard>> {
        let weight = match &heard {
            Heard::Hint { hint, .. } => hint.weight(),
            Heard::Asked(asked) => asked.request.len(),
            Heard::Missed(Missed::Everything) => {
                self.tell_all(&mut self.0.lock());
                return Ok(());
            }
            _ => 0,
        };
        let room = match &heard {
            Heard::Hint { .. } | Heard::Asked(_) => self.0.max_heard,
            _ => self.0.max_heard + ROOM_FOR_NEWS,
        };
        let mut waiting = self.0.lock();
        let fits = waiting.heard.len() < room && waiting.bytes + weight <= self.0.max_bytes;
        if fits {
            waiting.bytes += weight;
            waiting.heard.push_back((heard, weight));
            self.0.changed.notify_one();
            Ok(())
        } else {
            self.tell_all(&mut waiting);
            Err(Box::new(heard))
        }
    }

    fn tell_all(&self, waiting: &mut Waiting) {
        if !waiting.has_told {
            waiting.has_told = true;
            waiting.heard.push_back((Heard::Missed(Missed::Everything), 0));
            self.0.changed.notify_one();
        }
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        self.0.is_closed.store(true, Ordering::Release);
        self.0.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(bytes: usize) -> Heard {
        let from = NodeId::starting("a").unwrap();
        Heard::Hint { from, channel: Channel::All, hint: Hint::Note(vec![0; bytes].into()) }
    }

    #[tokio::test]
    async fn what_does_not_fit_is_told_once_until_it_was_taken() {
        let (ears, mut inbox) = inbox(2, 10_000);
        assert!(ears.hear(note(1)).is_ok() && ears.hear(note(1)).is_ok());
        assert!(ears.hear(note(1)).is_err() && ears.hear(note(1)).is_err());
        assert!(ears.hear(Heard::Up).is_ok());
        drop(ears);
        let mut kinds = String::new();
        while let Some(heard) = inbox.next().await {
            kinds.push(match heard {
                Heard::Hint { .. } => 'h',
                Heard::Missed(Missed::Everything) => 'm',
                Heard::Up => 'u',
                _ => '?',
            });
        }
        assert_eq!(kinds, "hhmu");
    }

    #[tokio::test]
    async fn after_it_was_taken_another_loss_is_told_again() {
        let (ears, mut inbox) = inbox(100, 300);
        assert!(ears.hear(note(400)).is_err());
        assert!(matches!(inbox.next().await, Some(Heard::Missed(Missed::Everything))));
        assert!(ears.hear(note(10)).is_ok());
        assert!(ears.hear(note(200)).is_err(), "bytes are bounded");
        assert!(matches!(inbox.next().await, Some(Heard::Hint { .. })));
        assert!(matches!(inbox.next().await, Some(Heard::Missed(Missed::Everything))));
        assert!(ears.hear(note(100)).is_ok(), "what was taken counts no more");
    }
}
