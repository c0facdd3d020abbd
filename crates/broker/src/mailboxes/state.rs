//! What a mailbox holds and decides, without locks, clock and I/O.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    mem,
    sync::Arc,
};

use deskwire_model::Timestamp;
use deskwire_store::{QueueRef, Queued, QueuedId};

use super::{Handed, SavedMailbox};
use crate::{
    loss::Loss,
    publication::{Content, Publication},
    retained::Recall,
};

/// Bounds of one mailbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Messages in it, waiting or handed out.
    pub(super) messages: usize,
    /// Their weight in bytes.
    pub(super) bytes: usize,
}

/// A message of a mailbox.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) publication: Arc<Publication>,
    /// Its number in the store, if it is there.
    pub(super) stored: Option<QueuedId>,
    /// The shared subscription that it came by.
    pub(super) via: Option<Arc<str>>,
    /// Whether it came because it was retained.
    pub(super) retained: bool,
    pub(super) weight: usize,
}

impl Message {
    pub(super) fn new(publication: Arc<Publication>, stored: Option<QueuedId>, via: Option<Arc<str>>) -> Self {
        let weight = publication.weight() + via.as_deref().map_or(0, str::len);
        Self { publication, stored, via, retained: false, weight }
    }

    /// A message that the store has for a session.
    pub(super) fn stored(queued: Queued) -> Self {
        let via = match queued.queue {
            QueueRef::Session { via, .. } => via,
            QueueRef::Work | QueueRef::WorkAt(_) | QueueRef::Durable(_) => None,
        };
        let publication = Publication::new(queued.topic, Content::Opaque(queued.message.into()));
        Self::new(Arc::new(publication), Some(queued.id), via)
    }

    /// A message that was retained when the session subscribed.
    pub(super) fn retained(publication: Arc<Publication>) -> Self {
        Self { retained: true, ..Self::new(publication, None, None) }
    }
}

/// What a message was sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sent {
    packet_id: u16,
    qos: u8,
    /// Whether PUBREC has come.
    received: bool,
    /// Its place among what earlier connections sent; behind them all if it is not known to have been sent before.
    place: usize,
}

/// A message that was handed out and is not settled.
#[derive(Debug)]
struct Out {
    message: Message,
    /// None until it is known that it was sent.
    sent: Option<Sent>,
    /// Whether the present connection has it.
    with_reader: bool,
}

/// The connection.
#[derive(Debug)]
struct Reader {
    /// Messages it may have unsettled.
    window: usize,
    /// Messages it has.
    has: usize,
    has_begun: bool,
    /// Whether its outbox took the last message offered.
    has_room: bool,
}

/// A message that is offered to the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer<'a> {
    pub(super) number: u64,
    pub(super) message: &'a Message,
    /// Whether an earlier connection sent it.
    pub(super) redelivered: bool,
}

/// A mailbox: numbered messages that wait or were handed to the connection, if there is one.
///
/// What was sent stays as it is until it is settled, however many connections that takes. What the connection has not
/// sent when it goes waits again in its place.
#[derive(Debug)]
pub(super) struct MailboxState {
    bounds: Bounds,
    waiting: BTreeMap<u64, Message>,
    /// When which of the waiting messages expire.
    expiring: BTreeSet<(Timestamp, u64)>,
    out: BTreeMap<u64, Out>,
    /// The weight of what is out.
    out_bytes: usize,
    /// What earlier connections sent and the present one has not been handed, in the order it was sent.
    again: VecDeque<u64>,
    /// Packet identifiers of the client's own messages, as the last connection left them.
    unreleased: Vec<u16>,
    /// What is retained and has not come yet, as the last connection left it.
    recalls: Vec<(Box<str>, Recall)>,
    reader: Option<Reader>,
    next_number: u64,
    bytes: usize,
    /// Stored messages that left the mailbox.
    gone: Vec<QueuedId>,
}

impl MailboxState {
    pub(super) const fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            waiting: BTreeMap::new(),
            expiring: BTreeSet::new(),
            out: BTreeMap::new(),
            out_bytes: 0,
            again: VecDeque::new(),
            unreleased: Vec::new(),
            recalls: Vec::new(),
            reader: None,
            next_number: 1,
            bytes: 0,
            gone: Vec::new(),
        }
    }

    /// The weight of everything in it.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Messages in it.
    pub(super) fn messages(&self) -> usize {
        self.waiting.len() + self.out.len()
    }

    /// The numbers of stored messages that left the mailbox since this was asked last.
    pub(super) fn take_gone(&mut self) -> Vec<QueuedId> {
        mem::take(&mut self.gone)
    }

    /// Appends a message if it fits when the oldest that wait are gone; `most_bytes` is what the mailbox may weigh now,
    /// as others take room too.
    pub(super) fn post(&mut self, message: Message, most_bytes: usize, clock: impl Fn() -> Timestamp) {
        self.expire(clock);
        let most_bytes = most_bytes.min(self.bounds.bytes);
        // Nothing is dropped for a message that does not fit even then.
        if self.out.len() >= self.bounds.messages || self.out_bytes + message.weight > most_bytes {
            Loss::Overflow.count();
            self.gone.extend(message.stored);
            return;
        }
        while (self.messages() >= self.bounds.messages || self.bytes + message.weight > most_bytes)
            && let Some(oldest) = self.waiting.keys().next().copied()
        {
            self.lose(oldest, Loss::Overflow);
        }
        let number = self.number();
        self.bytes += message.weight;
        self.wait(number, message);
    }

    /// Appends a message of an earlier process, whatever the bounds say; one that was on its way to the client has its
    /// packet identifier, and whether PUBREC had come. Returns its number.
    pub(super) fn restore(&mut self, message: Message, inflight: Option<(u16, bool)>) -> u64 {
        let number = self.number();
        self.bytes += message.weight;
        match inflight {
            None => self.wait(number, message),
            Some((packet_id, received)) => {
                let sent = Sent { packet_id, qos: 2, received, place: self.again.len() };
                self.again.push_back(number);
                self.put_out(number, Out { message, sent: Some(sent), with_reader: false });
            }
        }
        number
    }

    /// Adds to what the last connection left identifiers that the client has not released.
    pub(super) fn keep_unreleased(&mut self, unreleased: Vec<u16>) {
        self.unreleased.extend(unreleased);
        self.unreleased.sort_unstable();
        self.unreleased.dedup();
    }

    /// Appends a message that the connection has got another way; returns its number.
    pub(super) fn adopt(&mut self, message: Message) -> u64 {
        let number = self.number();
        self.bytes += message.weight;
        if let Some(reader) = &mut self.reader {
            reader.has += 1;
            self.put_out(number, Out { message, sent: None, with_reader: true });
        } else {
            self.wait(number, message);
        }
        number
    }

    const fn number(&mut self) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        number
    }

    fn wait(&mut self, number: u64, message: Message) {
        if let Some(expires) = message.publication.expires() {
            self.expiring.insert((expires, number));
        }
        self.waiting.insert(number, message);
    }

    fn take_waiting(&mut self, number: u64) -> Option<Message> {
        let message = self.waiting.remove(&number)?;
        if let Some(expires) = message.publication.expires() {
            self.expiring.remove(&(expires, number));
        }
        Some(message)
    }

    fn put_out(&mut self, number: u64, out: Out) {
        self.out_bytes += out.message.weight;
        self.out.insert(number, out);
    }

    fn take_out(&mut self, number: u64) -> Option<Out> {
        let out = self.out.remove(&number)?;
        self.out_bytes -= out.message.weight;
        Some(out)
    }

    fn forget(&mut self, message: &Message) {
        self.bytes -= message.weight;
        self.gone.extend(message.stored);
    }

    fn lose(&mut self, number: u64, loss: Loss) {
        if let Some(message) = self.take_waiting(number) {
            self.forget(&message);
            loss.count();
        }
    }

    /// Drops what waits and has expired by what `clock` shows, which is not looked at where nothing expires.
    pub(super) fn expire(&mut self, clock: impl Fn() -> Timestamp) {
        if self.expiring.is_empty() {
            return;
        }
        let now = clock();
        while let Some((expires, number)) = self.expiring.first().copied() {
            if expires > now {
                return;
            }
            self.lose(number, Loss::Expired);
        }
    }

    /// Has a connection, which may have `window` messages unsettled, read from now on; it gets nothing before
    /// [`Self::begin`]. Returns what the earlier ones left.
    pub(super) fn attach(&mut self, window: usize) -> SavedMailbox {
        let mut inflight = Vec::with_capacity(self.again.len());
        let mut has = 0;
        let out = &mut self.out;
        self.again.retain(|number| {
            let Some(Out { sent: Some(sent), with_reader, .. }) = out.get_mut(number) else { return false };
            let Sent { packet_id, qos, received, .. } = *sent;
            inflight.push(Handed { number: *number, packet_id, qos, received });
            // The client has the message; what is left is between packet identifiers.
            *with_reader = received;
            has += usize::from(received);
            !received
        });
        self.reader = Some(Reader { window, has, has_begun: false, has_room: true });
        SavedMailbox { inflight, unreleased: self.unreleased.clone(), recalls: self.recalls.clone() }
    }

    /// Lets the connection have messages.
    pub(super) const fn begin(&mut self) {
        if let Some(reader) = &mut self.reader {
            reader.has_begun = true;
        }
    }

    /// Notes that the connection's outbox has room again.
    pub(super) const fn reopen(&mut self) {
        if let Some(reader) = &mut self.reader {
            reader.has_room = true;
        }
    }

    /// Ends the connection. What it or an earlier one has sent will be handed out again, in this order; the rest waits in
    /// its place. A connection that says nothing has sent what was noted, and has changed no identifiers of the client.
    pub(super) fn detach(&mut self, saved: Option<SavedMailbox>) {
        if self.reader.take().is_none() {
            return;
        }
        let inflight = match saved {
            Some(SavedMailbox { inflight, unreleased, recalls }) => {
                (self.unreleased, self.recalls) = (unreleased, recalls);
                inflight
            }
            None => self.sent(),
        };
        self.again.clear();
        let mut named = BTreeSet::new();
        for Handed { number, packet_id, qos, received } in inflight {
            if let Some(out) = self.out.get_mut(&number) {
                let received = received || out.sent.is_some_and(|sent| sent.received);
                out.sent = Some(Sent { packet_id, qos, received, place: usize::MAX });
                if named.insert(number) {
                    self.again.push_back(number);
                }
            }
        }
        for number in self.out.keys().copied().collect::<Vec<_>>() {
            let Some(out) = self.out.get_mut(&number) else { continue };
            out.with_reader = false;
            if out.sent.is_none() {
                if let Some(out) = self.take_out(number) {
                    self.wait(number, out.message);
                }
            } else if !named.contains(&number) {
                self.again.push_back(number);
            }
        }
        for (place, number) in self.again.iter().enumerate() {
            if let Some(Out { sent: Some(sent), .. }) = self.out.get_mut(number) {
                sent.place = place;
            }
        }
    }

    /// What is known to have been sent, in the order it was.
    fn sent(&self) -> Vec<Handed> {
        let mut sent: Vec<_> = self.out.iter().filter_map(|(number, out)| Some((*number, out.sent?))).collect();
        sent.sort_unstable_by_key(|(number, sent)| (sent.place, *number));
        let handed = |(number, Sent { packet_id, qos, received, .. })| Handed { number, packet_id, qos, received };
        sent.into_iter().map(handed).collect()
    }

    /// Forgets a message that the client has acknowledged for good.
    pub(super) fn settle(&mut self, number: u64) {
        let Some(out) = self.take_out(number) else { return };
        self.forget(&out.message);
        match &mut self.reader {
            Some(reader) if out.with_reader => reader.has -= 1,
            _ => self.again.retain(|other| *other != number),
        }
    }

    /// Notes what a message is sent with, and whether PUBREC has come; returns its number in the store. None if it is not
    /// there, and for what was not handed out.
    pub(super) fn note(&mut self, number: u64, packet_id: u16, received: bool) -> Option<QueuedId> {
        let out = self.out.get_mut(&number)?;
        let stored = out.message.stored?;
        let place = out.sent.map_or(usize::MAX, |sent| sent.place);
        out.sent = Some(Sent { packet_id, qos: 2, received, place });
        Some(stored)
    }

    /// Forgets every message.
    pub(super) fn clear(&mut self) {
        let out = mem::take(&mut self.out).into_values().map(|out| out.message);
        let messages: Vec<_> = out.chain(mem::take(&mut self.waiting).into_values()).collect();
        messages.iter().for_each(|message| self.forget(message));
        self.expiring.clear();
        self.again.clear();
        self.out_bytes = 0;
    }

    /// Lets go of every message, which stays in the store.
    pub(super) fn abandon(&mut self) {
        self.clear();
        self.gone.clear();
    }

    /// Hands the connection everything that was sent before, whatever room there is: nothing new may be sent before it
    /// [MQTT-4.6.0-1], so it must not have to wait behind anything new.
    pub(super) fn repeat(&mut self, mut hand: impl FnMut(Offer<'_>)) {
        let Some(reader) = self.reader.as_mut().filter(|reader| reader.has_begun) else { return };
        for number in mem::take(&mut self.again) {
            let Some(out) = self.out.get_mut(&number) else { continue };
            hand(Offer { number, message: &out.message, redelivered: true });
            reader.has += 1;
            out.with_reader = true;
        }
    }

    /// Offers what waits to the connection as far as its window goes, when everything is [repeated](Self::repeat) that was
    /// sent before. `hand` says whether the connection took one.
    pub(super) fn dispatch(&mut self, clock: impl Fn() -> Timestamp, mut hand: impl FnMut(Offer<'_>) -> bool) {
        self.expire(clock);
        while let Some(reader) = &mut self.reader
            && reader.has_begun
            && reader.has_room
            && reader.has < reader.window
        {
            let Some((&number, message)) = self.waiting.first_key_value() else { return };
            reader.has_room = hand(Offer { number, message, redelivered: false });
            if reader.has_room {
                reader.has += 1;
                if let Some(message) = self.take_waiting(number) {
                    self.put_out(number, Out { message, sent: None, with_reader: true });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
