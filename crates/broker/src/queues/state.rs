//! What a queue holds and who consumes it, without locks, clock and I/O.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use deskwire_model::Timestamp;
use deskwire_store::QueuedId;

use super::{
    beyond::Beyond,
    message::{Message, Refusal},
};
use crate::{consumed::Settled, loss::Loss, selector::Wants};

/// Bounds of one queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Messages in it, waiting or unsettled.
    pub(super) messages: usize,
    /// Their weight in bytes.
    pub(super) bytes: usize,
    /// How often a message may be refused: with the last time it is dropped.
    pub(super) refusals: u32,
}

/// A consumer's number in its queue; not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ConsumerId(u64);

/// What becomes of a message that its consumer refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It waits again.
    PutBack,
    /// It was refused too often and is gone.
    Dropped,
    /// The consumer does not have it.
    Unknown,
}

/// Who takes messages; `E` is where they go.
#[derive(Debug)]
struct Consumer<E> {
    id: ConsumerId,
    endpoint: E,
    wants: Wants,
    /// Messages it may have unsettled.
    window: usize,
    /// Whether its endpoint took the last message offered.
    has_room: bool,
    unsettled: BTreeMap<u64, Message>,
    /// Nothing that waits before this number is for it, but what it refused.
    from: u64,
    /// What it was the last to refuse of what waits.
    refused: BTreeSet<u64>,
}

impl<E> Consumer<E> {
    fn is_open(&self) -> bool {
        self.has_room && self.unsettled.len() < self.window
    }
}

/// A queue: numbered messages that wait or are with a consumer, and the consumers who take turns.
///
/// A message has its number for as long as it is in the queue, so that one that comes back stands where it stood.
#[derive(Debug)]
pub(super) struct QueueState<E> {
    bounds: Bounds,
    waiting: BTreeMap<u64, Message>,
    /// When which of the waiting messages expire.
    expiring: BTreeSet<(Timestamp, u64)>,
    consumers: Vec<Consumer<E>>,
    /// Whose turn it is.
    turn: usize,
    next_number: u64,
    next_consumer: u64,
    /// Places kept for messages on their way in.
    reserved: usize,
    messages: usize,
    bytes: usize,
    /// Stored messages that left the queue.
    gone: Vec<QueuedId>,
    /// What is known of its messages that are not here.
    pub(super) beyond: Beyond,
}

impl<E> QueueState<E> {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            waiting: BTreeMap::new(),
            expiring: BTreeSet::new(),
            consumers: Vec::new(),
            turn: 0,
            next_number: 0,
            next_consumer: 0,
            reserved: 0,
            messages: 0,
            bytes: 0,
            gone: Vec::new(),
            beyond: Beyond::default(),
        }
    }

    /// The weight of everything in it, places kept included.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Messages in it, waiting or unsettled, places kept included.
    pub(super) const fn messages(&self) -> usize {
        self.messages
    }

    /// Whether it has no messages, no consumers, no places kept and nothing on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.messages == 0 && self.consumers.is_empty() && self.beyond.is_idle()
    }

    /// The numbers of stored messages that left the queue since this was asked last.
    pub(super) fn take_gone(&mut self) -> Vec<QueuedId> {
        std::mem::take(&mut self.gone)
    }

    /// Keeps a place for a message of `weight` bytes, if there is one when expired messages are gone.
    pub(super) fn reserve(&mut self, weight: usize, now: Timestamp) -> bool {
        self.expire(now);
        let fits = self.messages < self.bounds.messages && self.bytes + weight <= self.bounds.bytes;
        if fits {
            self.reserve_anyway(weight);
        }
        fits
    }

    /// Keeps a place for a message whatever the bounds say.
    pub(super) const fn reserve_anyway(&mut self, weight: usize) {
        self.reserved += 1;
        self.messages += 1;
        self.bytes += weight;
    }

    /// Keeps a place for a message by dropping the oldest ones that wait; not if what is unsettled fills the queue.
    pub(super) fn make_room(&mut self, weight: usize, now: Timestamp) -> bool {
        if self.reserve(weight, now) {
            return true;
        }
        // Nothing is dropped for a message that does not fit even then.
        let unsettled = self.consumers.iter().flat_map(|consumer| consumer.unsettled.values());
        let (messages, bytes) =
            unsettled.fold((0, 0), |(messages, bytes), message| (messages + 1, bytes + message.weight));
        if messages >= self.bounds.messages || bytes + weight > self.bounds.bytes {
            return false;
        }
        while let Some(oldest) = self.waiting.keys().next().copied() {
            self.lose(oldest, Loss::Overflow);
            if self.reserve(weight, now) {
                return true;
            }
        }
        false
    }

    /// Gives up a place that was kept.
    pub(super) const fn release(&mut self, weight: usize) {
        self.reserved -= 1;
        self.messages -= 1;
        self.bytes -= weight;
    }

    /// Appends a message, for which a place was kept.
    pub(super) fn push(&mut self, message: Message) {
        self.reserved -= 1;
        let number = self.next_number;
        self.next_number += 1;
        self.put(number, message);
    }

    fn put(&mut self, number: u64, message: Message) {
        if let Some(expires) = message.publication.expires() {
            self.expiring.insert((expires, number));
        }
        for consumer in &mut self.consumers {
            if !message.is_refused_by(consumer.id) && consumer.wants.accepts(&message.publication) {
                consumer.from = consumer.from.min(number);
            }
        }
        self.waiting.insert(number, message);
    }

    fn take(&mut self, number: u64) -> Option<Message> {
        let mut message = self.waiting.remove(&number)?;
        if let Some(expires) = message.publication.expires() {
            self.expiring.remove(&(expires, number));
        }
        if let Some(refusal) = message.refused.take()
            && let Some(refuser) = self.consumer(refusal.by)
        {
            refuser.refused.remove(&number);
        }
        Some(message)
    }

    fn consumer(&mut self, id: ConsumerId) -> Option<&mut Consumer<E>> {
        self.consumers.iter_mut().find(|consumer| consumer.id == id)
    }

    /// Adds a consumer that may have `window` messages unsettled.
    pub(super) fn join(&mut self, endpoint: E, wants: Wants, window: usize) -> ConsumerId {
        let id = ConsumerId(self.next_consumer);
        self.next_consumer += 1;
        self.consumers.push(Consumer {
            id,
            endpoint,
            wants,
            window,
            has_room: true,
            unsettled: BTreeMap::new(),
            from: 0,
            refused: BTreeSet::new(),
        });
        id
    }

    /// Removes a consumer; what it has not settled waits again in its place.
    pub(super) fn leave(&mut self, id: ConsumerId) {
        let Some(index) = self.consumers.iter().position(|consumer| consumer.id == id) else { return };
        let gone = self.consumers.remove(index);
        for (number, mut message) in gone.unsettled {
            message.redelivered = true;
            self.put(number, message);
        }
    }

    /// Where the consumers get their messages, with their numbers.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = (ConsumerId, &E)> {
        self.consumers.iter().map(|consumer| (consumer.id, &consumer.endpoint))
    }

    /// Forgets a message that its consumer has consumed.
    pub(super) fn settle(&mut self, consumer: ConsumerId, number: u64) {
        if let Some(message) = self.consumer(consumer).and_then(|consumer| consumer.unsettled.remove(&number)) {
            self.forget(&message);
        }
    }

    /// Puts a message back that its consumer does not want: another one gets it, or the same one behind what is there.
    pub(super) fn refuse(&mut self, id: ConsumerId, number: u64) -> Refused {
        let (behind, most) = (self.next_number, self.bounds.refusals);
        let Some(consumer) = self.consumer(id) else { return Refused::Unknown };
        let Some(mut message) = consumer.unsettled.remove(&number) else { return Refused::Unknown };
        message.refusals += 1;
        message.redelivered = true;
        if message.refusals >= most {
            self.forget(&message);
            Loss::Refused.count();
            return Refused::Dropped;
        }
        message.refused = Some(Refusal { by: id, behind });
        consumer.refused.insert(number);
        self.put(number, message);
        Refused::PutBack
    }

    /// Notes that a consumer's endpoint has room again.
    pub(super) fn reopen(&mut self, consumer: ConsumerId) {
        if let Some(consumer) = self.consumer(consumer) {
            consumer.has_room = true;
        }
    }

    /// Forgets everything that waits, and everything that consumers have.
    pub(super) fn clear(&mut self) {
        let unsettled = self.consumers.iter_mut().flat_map(|consumer| std::mem::take(&mut consumer.unsettled));
        let messages: Vec<_> = unsettled.chain(std::mem::take(&mut self.waiting)).map(|(_, message)| message).collect();
        messages.iter().for_each(|message| self.forget(message));
        self.expiring.clear();
        self.consumers.iter_mut().for_each(|consumer| consumer.refused.clear());
    }

    /// As [`Self::clear`], for what stays in the store.
    pub(super) fn abandon(&mut self) {
        self.clear();
        self.gone.clear();
    }

    /// Puts a message back that was not given to its consumer.
    pub(super) fn put_back(&mut self, consumer: ConsumerId, number: u64) {
        if let Some(message) = self.consumer(consumer).and_then(|consumer| consumer.unsettled.remove(&number)) {
            self.put(number, message);
        }
    }

    /// Whether a consumer has a message unsettled.
    pub(super) fn has_unsettled(&self, id: ConsumerId, number: u64) -> bool {
        self.consumers.iter().any(|consumer| consumer.id == id && consumer.unsettled.contains_key(&number))
    }

    /// Drops what has expired by `now`.
    pub(super) fn expire(&mut self, now: Timestamp) {
        while let Some((expires, number)) = self.expiring.first().copied() {
            if expires > now {
                return;
            }
            self.lose(number, Loss::Expired);
        }
    }

    fn lose(&mut self, number: u64, loss: Loss) {
        if let Some(message) = self.take(number) {
            self.forget(&message);
            loss.count();
        }
    }

    fn forget(&mut self, message: &Message) {
        self.messages -= 1;
        self.bytes -= message.weight;
        match (message.stored, &message.home) {
            (Some(id), Some(home)) => self.beyond.settled.push(Settled { id, home: Some(Arc::clone(home)) }),
            (stored, _) => self.gone.extend(stored),
        }
    }

    /// Hands what waits to the consumers that can take it, in turn. `hand` says whether the endpoint took it.
    pub(super) fn dispatch(&mut self, now: Timestamp, mut hand: impl FnMut(&E, u64, &Message) -> bool) {
        self.expire(now);
        let mut passed = 0;
        while passed < self.consumers.len() && !self.waiting.is_empty() {
            let index = self.turn % self.consumers.len();
            self.turn = index + 1;
            let handed = self.hand_to(index, &mut hand);
            passed = if handed { 0 } else { passed + 1 };
        }
    }

    fn hand_to(&mut self, index: usize, hand: &mut impl FnMut(&E, u64, &Message) -> bool) -> bool {
        if !self.consumers[index].is_open() {
            return false;
        }
        let Some(number) = self.choose(index) else { return false };
        let Some(message) = self.waiting.get(&number) else { return false };
        if !hand(&self.consumers[index].endpoint, number, message) {
            self.consumers[index].has_room = false;
            return false;
        }
        if let Some(message) = self.take(number) {
            self.consumers[index].unsettled.insert(number, message);
        }
        true
    }

    /// The message that a consumer is to get next: the first that it wants and did not refuse; or what it refused, if
    /// no other consumer wants it and all that was behind it then has been handed out.
    fn choose(&mut self, index: usize) -> Option<u64> {
        let end = self.next_number;
        let consumer = &mut self.consumers[index];
        let id = consumer.id;
        let mut fresh = self.waiting.range(consumer.from..);
        let fresh =
            fresh.find(|(_, message)| !message.is_refused_by(id) && consumer.wants.accepts(&message.publication));
        let fresh = fresh.map(|(number, _)| *number);
        consumer.from = fresh.unwrap_or(end);
        let again = consumer.refused.first().copied().filter(|number| {
            let Some(message) = self.waiting.get(number) else { return false };
            let due = message.refused.is_none_or(|refusal| fresh.is_none_or(|fresh| fresh >= refusal.behind));
            let wants = |other: &Consumer<E>| other.id != id && other.wants.accepts(&message.publication);
            due && !self.consumers.iter().any(wants)
        });
        again.or(fresh)
    }
}

mod room;
#[cfg(test)]
mod tests;
