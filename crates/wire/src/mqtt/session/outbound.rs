//! The messages to the client that are not fully acknowledged (4.3.2 and 4.3.3, as sender).

use std::collections::VecDeque;

use super::SavedInflight;
use crate::mqtt::{Delivery, PacketId, QoS};

/// How many packet identifiers there are.
const IDENTIFIERS: u64 = 65_535;

/// What a message to the client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// QoS 1, sent.
    Puback,
    /// QoS 2, sent.
    Pubrec,
    /// QoS 2, taken over by the client, whose PUBREL was sent or is about to be; the message itself is no longer needed.
    Pubcomp,
}

/// What PUBREC calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterPubrec {
    /// Send PUBREL [MQTT-4.3.3-4].
    Pubrel,
    /// Have it stored that the message with this token has been taken over, then send PUBREL.
    Store(u64),
    /// Send PUBREL for a message that is not known (any more): the client remembers it, and would block its identifier
    /// forever.
    Unknown,
    /// Nothing: the identifier belongs to a message with QoS 1, or the first PUBREC has not been stored yet.
    Nothing,
}

/// Messages in the order in which they were sent.
///
/// Each message has a number that only grows, and its packet identifier follows from the number. So the queue is sorted
/// by number and an identifier is found by bisection, except those of messages that are more than one round of 65,535
/// old: a client that acknowledges in order, as [MQTT-4.6.0-2] has it, leaves none.
#[derive(Debug, Default)]
pub(super) struct Outbound {
    messages: VecDeque<Message>,
    next: u64,
    /// Messages whose PUBLISH is still to be sent. They are sent in their order [MQTT-4.6.0-1], so before the position
    /// `first_unsent` there are none.
    unsent: u32,
    first_unsent: u32,
    /// Messages that count against the client's receive maximum: their PUBLISH was sent in this connection (4.9).
    counted: u16,
}

#[derive(Clone, Copy, Debug)]
struct Message {
    number: u64,
    token: u64,
    stage: Stage,
    progress: Progress,
}

/// How far a message has come in this connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// It has an identifier and was never sent.
    Reserved,
    /// An earlier connection left it.
    Resumed,
    /// Its PUBLISH was sent.
    Sent,
    /// Its PUBLISH was sent, PUBREC came, and PUBREL waits for [`Outbound::release`].
    Held,
}

impl Outbound {
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = SavedInflight> + '_ {
        self.messages.iter().map(Message::saved)
    }

    /// As the next connection is to find them. That PUBREC came does not count before it is stored.
    pub(super) fn save(&self) -> impl Iterator<Item = SavedInflight> + '_ {
        self.messages.iter().map(|message| match message.progress {
            Progress::Held => SavedInflight { stage: Stage::Pubrec, ..message.saved() },
            _ => message.saved(),
        })
    }

    /// Messages sent in this connection whose acknowledgement the client owes.
    pub(super) fn counted(&self) -> u16 {
        self.counted
    }

    /// Whether a message waits to be sent, before which no new one may be.
    pub(super) fn has_unsent(&self) -> bool {
        self.unsent > 0
    }

    /// The message to send next of those that are known already.
    pub(super) fn next_unsent(&self) -> Option<SavedInflight> {
        if self.unsent == 0 {
            return None;
        }
        self.messages.range(self.first_unsent as usize..).find(|message| message.is_unsent()).map(Message::saved)
    }

    /// The identifier that the next [`add`](Self::add) uses. There is one because the window is smaller than their number.
    pub(super) fn next_packet_id(&mut self) -> PacketId {
        while self.position(packet_id(self.next)).is_some() {
            self.next += 1;
        }
        packet_id(self.next)
    }

    /// Remembers a message that has been sent with [`next_packet_id`](Self::next_packet_id).
    pub(super) fn add_sent(&mut self, token: u64, stage: Stage) {
        self.add(token, stage, Progress::Sent);
        self.counted += 1;
    }

    /// Remembers a message that is going to be sent with [`next_packet_id`](Self::next_packet_id).
    pub(super) fn reserve(&mut self, token: u64, stage: Stage) {
        self.add(token, stage, Progress::Reserved);
        self.unsent += 1;
    }

    /// Takes over what an earlier connection left, in the order it was sent; a repeated identifier is left out.
    pub(super) fn resume(&mut self, inflight: impl IntoIterator<Item = SavedInflight>) {
        for message in inflight {
            if self.position(message.packet_id).is_none() {
                self.next = number_at_or_after(self.next, message.packet_id);
                self.add(message.token, message.stage, Progress::Resumed);
                self.unsent += u32::from(message.stage != Stage::Pubcomp);
            }
        }
    }

    fn add(&mut self, token: u64, stage: Stage, progress: Progress) {
        self.messages.push_back(Message { number: self.next, token, stage, progress });
        self.next += 1;
    }

    /// Ends the message `packet_id` if it waits for `stage`.
    pub(super) fn settle(&mut self, packet_id: PacketId, stage: Stage) -> Option<u64> {
        let position = self.position(packet_id)?;
        if self.messages[position].stage != stage {
            return None;
        }
        self.remove(position)
    }

    /// PUBREC came; if `held`, PUBREL waits for [`release`](Self::release).
    pub(super) fn received(&mut self, packet_id: PacketId, held: bool) -> AfterPubrec {
        let Some(position) = self.position(packet_id) else { return AfterPubrec::Unknown };
        let message = self.messages[position];
        match message.stage {
            Stage::Puback => AfterPubrec::Nothing,
            Stage::Pubcomp if message.progress == Progress::Held => AfterPubrec::Nothing,
            Stage::Pubcomp => AfterPubrec::Pubrel,
            Stage::Pubrec => {
                // Also one that was not repeated yet has been taken over.
                self.count(position);
                let message = &mut self.messages[position];
                message.stage = Stage::Pubcomp;
                if !held {
                    return AfterPubrec::Pubrel;
                }
                message.progress = Progress::Held;
                AfterPubrec::Store(message.token)
            }
        }
    }

    /// It has been stored that PUBREC came; whether PUBREL is due.
    pub(super) fn release(&mut self, packet_id: PacketId) -> bool {
        let Some(position) = self.position(packet_id) else { return false };
        let message = &mut self.messages[position];
        let held = message.progress == Progress::Held;
        if held {
            message.progress = Progress::Sent;
        }
        held
    }

    /// How to send the message `packet_id`, and whether it is a repeat; `None` if it is not the one to send next.
    pub(super) fn unsent(&self, packet_id: PacketId) -> Option<(Delivery, bool)> {
        self.next_unsent().filter(|next| next.packet_id == packet_id)?;
        let message = self.messages[self.position(packet_id)?];
        let delivery = match message.stage {
            Stage::Puback => Delivery::AtLeastOnce(packet_id),
            Stage::Pubrec => Delivery::ExactlyOnce(packet_id),
            Stage::Pubcomp => return None,
        };
        Some((delivery, message.progress == Progress::Resumed))
    }

    /// The PUBLISH of the message `packet_id` has been sent.
    pub(super) fn sent(&mut self, packet_id: PacketId) {
        if let Some(position) = self.position(packet_id) {
            self.count(position);
            self.first_unsent = position as u32;
        }
    }

    fn count(&mut self, position: usize) {
        let message = &mut self.messages[position];
        if message.is_unsent() {
            message.progress = Progress::Sent;
            self.unsent -= 1;
            self.counted += 1;
        }
    }

    /// Ends the message `packet_id`, whatever it waits for.
    pub(super) fn forget(&mut self, packet_id: PacketId) -> Option<u64> {
        self.remove(self.position(packet_id)?)
    }

    fn remove(&mut self, position: usize) -> Option<u64> {
        let message = self.messages.remove(position)?;
        if message.is_unsent() {
            self.unsent -= 1;
        } else if message.progress != Progress::Resumed {
            self.counted -= 1;
        }
        if position < self.first_unsent as usize {
            self.first_unsent -= 1;
        }
        Some(message.token)
    }

    pub(super) fn shrink(&mut self) {
        self.messages.shrink_to_fit();
    }

    fn position(&self, packet_id: PacketId) -> Option<usize> {
        let round = self.next.saturating_sub(IDENTIFIERS);
        let number = number_at_or_after(round, packet_id);
        if let Ok(position) = self.messages.binary_search_by_key(&number, |message| message.number) {
            return Some(position);
        }
        let older = self.messages.iter().take_while(|message| message.number < round);
        older.map(Message::packet_id).position(|older_id| older_id == packet_id)
    }
}

impl Message {
    fn packet_id(&self) -> PacketId {
        packet_id(self.number)
    }

    fn saved(&self) -> SavedInflight {
        SavedInflight { packet_id: self.packet_id(), token: self.token, stage: self.stage }
    }

    fn is_unsent(&self) -> bool {
        self.stage != Stage::Pubcomp && matches!(self.progress, Progress::Reserved | Progress::Resumed)
    }
}

impl Stage {
    pub(super) const fn first(qos: QoS) -> Option<Self> {
        match qos {
            QoS::AtMostOnce => None,
            QoS::AtLeastOnce => Some(Self::Puback),
            QoS::ExactlyOnce => Some(Self::Pubrec),
        }
    }
}

/// Identifiers go round from 1 to 65,535 as numbers grow from 0.
fn packet_id(number: u64) -> PacketId {
    let offset = (number % IDENTIFIERS) as u16;
    PacketId::MIN.saturating_add(offset)
}

/// The first number from `start` on that has the identifier `packet_id`.
fn number_at_or_after(start: u64, packet_id: PacketId) -> u64 {
    let offset = u64::from(packet_id.get()) - 1;
    start + (offset + IDENTIFIERS - start % IDENTIFIERS) % IDENTIFIERS
}
