//! The table of what is retained.

use std::{collections::HashSet, mem, sync::Arc};

use deskwire_model::{Timestamp, Topic, TopicFilter};
use deskwire_store::QueuedMessage;

use super::places::Places;
use crate::publication::{Content, Publication};

/// What is retained, and what is about to be.
#[derive(Debug, Default)]
pub(super) struct Table {
    slots: Places<Slot>,
    /// The number of the newest change.
    newest: u64,
    /// Messages that are kept.
    messages: usize,
    /// Their weight, and that of what has been admitted and is on its way to the disk.
    bytes: usize,
    /// Before this time nothing that is kept expires.
    none_before: Option<Timestamp>,
}

/// A topic's place in the table, which it has as long as there is something in it or on its way.
#[derive(Debug, Default)]
struct Slot {
    kept: Option<Kept>,
    /// Messages on their way to the disk.
    arriving: usize,
}

impl Slot {
    const fn is_needed(&self) -> bool {
        self.kept.is_some() || self.arriving > 0
    }
}

#[derive(Debug)]
struct Kept {
    publication: Arc<Publication>,
    number: u64,
}

impl Table {
    /// Keeps a message, or what is retained on its topic no more if it has no body.
    pub(super) fn keep(&mut self, publication: &Arc<Publication>) {
        self.newest += 1;
        let kept = (!is_empty(publication)).then(|| Kept { publication: Arc::clone(publication), number: self.newest });
        if kept.is_some() {
            self.messages += 1;
            self.bytes += weight(publication);
            self.none_before = self.none_before.into_iter().chain(publication.expires()).min();
        }
        let mut old = None;
        self.slots.change(publication.topic().as_str(), |slot| {
            old = mem::replace(&mut slot.kept, kept);
            slot.is_needed()
        });
        if let Some(old) = old {
            self.messages -= 1;
            self.bytes -= weight(&old.publication);
        }
    }

    /// Has the table be what is `stored`, but for what has changed behind the change `since` or is about to: the store was
    /// read after that.
    pub(super) fn replace(&mut self, since: u64, stored: &[Arc<Publication>]) {
        let topics: HashSet<_> = stored.iter().map(|publication| publication.topic()).collect();
        self.slots.retain(|slot| {
            let is_gone = |kept: &mut Kept| kept.number <= since && !topics.contains(kept.publication.topic());
            if slot.arriving == 0
                && let Some(old) = slot.kept.take_if(is_gone)
            {
                self.messages -= 1;
                self.bytes -= weight(&old.publication);
            }
            slot.is_needed()
        });
        for publication in stored {
            let is_old = self.slots.get(publication.topic().as_str()).is_none_or(|slot| {
                let kept = slot.kept.as_ref();
                slot.arriving == 0
                    && kept.is_none_or(|kept| kept.number <= since && !is_same(&kept.publication, publication))
            });
            if is_old {
                self.keep(publication);
            }
        }
    }

    /// The number of the newest change.
    pub(super) const fn newest(&self) -> u64 {
        self.newest
    }

    /// Messages that are kept, and their weight with that of those on their way.
    pub(super) const fn size(&self) -> (usize, usize) {
        (self.messages, self.bytes)
    }

    /// Whether `topic` has a place, or would be at most the `limit`th that has one.
    pub(super) fn has_place_for(&self, topic: &Topic, limit: usize) -> bool {
        self.slots.len() < limit || self.slots.get(topic.as_str()).is_some()
    }

    /// The weight of everything but what is kept on `topic`.
    pub(super) fn bytes_without(&self, topic: &Topic) -> usize {
        let old = self.slots.get(topic.as_str()).and_then(|slot| slot.kept.as_ref());
        self.bytes - old.map_or(0, |old| weight(&old.publication))
    }

    /// A message is on its way to the disk: it needs its place from now on.
    pub(super) fn arrives(&mut self, publication: &Publication) {
        self.bytes += weight(publication);
        self.slots.change(publication.topic().as_str(), |slot| {
            slot.arriving += 1;
            true
        });
    }

    /// Ends what [`Self::arrives`] began, whatever became of the message.
    pub(super) fn has_arrived(&mut self, publication: &Publication) {
        self.bytes -= weight(publication);
        self.slots.change(publication.topic().as_str(), |slot| {
            slot.arriving -= 1;
            slot.is_needed()
        });
    }

    /// What is kept on the first topic behind `after`, or of all, that `filter` matches, if it is no newer than `upto`.
    pub(super) fn next(&self, filter: &TopicFilter, after: Option<&Topic>, upto: u64) -> Option<&Arc<Publication>> {
        let is_old = |slot: &Slot| slot.kept.as_ref().is_some_and(|kept| kept.number <= upto);
        let slot = self.slots.next(filter, after.map(Topic::as_str), is_old)?;
        slot.kept.as_ref().map(|kept| &kept.publication)
    }

    /// Forgets what is not to be delivered any more at the time `now`; returns whether there was anything.
    pub(super) fn forget_expired(&mut self, now: Timestamp) -> bool {
        if self.none_before.is_none_or(|time| time > now) {
            return false;
        }
        let before = self.messages;
        self.none_before = None;
        self.slots.retain(|slot| {
            if let Some(old) = slot.kept.take_if(|kept| kept.publication.expires().is_some_and(|time| time <= now)) {
                self.messages -= 1;
                self.bytes -= weight(&old.publication);
            }
            let expires = slot.kept.as_ref().and_then(|kept| kept.publication.expires());
            self.none_before = self.none_before.into_iter().chain(expires).min();
            slot.is_needed()
        });
        self.messages < before
    }
}

/// Bytes that a retained message counts for; the table has its topic once more.
pub(super) fn weight(publication: &Publication) -> usize {
    publication.weight() + publication.topic().as_str().len()
}

/// Whether two messages are stored as the same.
fn is_same(one: &Publication, other: &Publication) -> bool {
    match (one.content(), other.content()) {
        (Content::Opaque(one), Content::Opaque(other)) => QueuedMessage::from(one) == QueuedMessage::from(other),
        _ => false,
    }
}

/// Whether a message takes away what is retained on its topic `[MQTT-3.3.1-6]`.
pub(super) fn is_empty(publication: &Publication) -> bool {
    matches!(publication.content(), Content::Opaque(opaque) if opaque.body().is_empty())
}
