//! The messages to the client that are not fully acknowledged (MQTT 3.1.1, 4.3.2 and 4.3.3, as sender).

use std::collections::VecDeque;

use crate::mqtt::{Delivery, PacketId, QoS};

/// How many packet identifiers there are.
const IDENTIFIERS: u64 = 65_535;

/// A message that waits for the client, as a persistent session has to remember it between connections (3.1.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outstanding {
    /// The identifier it was sent with and has to be repeated with [MQTT-4.4.0-1].
    pub packet_id: PacketId,
    /// What the application calls it.
    pub token: u64,
    /// What it waits for.
    pub stage: Stage,
}

/// What a message to the client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// QoS 1, sent.
    Puback,
    /// QoS 2, sent.
    Pubrec,
    /// QoS 2, taken over by the client; the message itself is no longer needed.
    Pubcomp,
}

/// What PUBREC calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterPubrec {
    /// Send PUBREL [MQTT-4.3.3-1].
    Pubrel,
    /// Nothing: the identifier belongs to a message with QoS 1.
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
}

#[derive(Clone, Copy, Debug)]
struct Message {
    number: u64,
    token: u64,
    stage: Stage,
}

impl Outbound {
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Outstanding> + '_ {
        self.messages.iter().map(Message::outstanding)
    }

    /// The identifier that the next [`add`](Self::add) uses. There is one because the window is smaller than their number.
    pub(super) fn next_packet_id(&mut self) -> PacketId {
        while self.position(packet_id(self.next)).is_some() {
            self.next += 1;
        }
        packet_id(self.next)
    }

    /// Remembers a message that has been sent with [`next_packet_id`](Self::next_packet_id).
    pub(super) fn add(&mut self, token: u64, stage: Stage) {
        self.messages.push_back(Message { number: self.next, token, stage });
        self.next += 1;
    }

    /// Takes over what an earlier connection left, in the order it was sent; a repeated identifier is left out.
    pub(super) fn resume(&mut self, outstanding: impl IntoIterator<Item = Outstanding>) {
        for message in outstanding {
            if self.position(message.packet_id).is_none() {
                self.next = number_at_or_after(self.next, message.packet_id);
                self.add(message.token, message.stage);
            }
        }
    }

    /// Ends the message `packet_id` if it waits for `stage`.
    pub(super) fn settle(&mut self, packet_id: PacketId, stage: Stage) -> Option<u64> {
        let position = self.position(packet_id)?;
        if self.messages[position].stage != stage {
            return None;
        }
        self.messages.remove(position).map(|message| message.token)
    }

    /// An unknown identifier is released too: the client remembers a message that this session has forgotten, and would
    /// block its identifier forever.
    pub(super) fn received(&mut self, packet_id: PacketId) -> AfterPubrec {
        if let Some(position) = self.position(packet_id) {
            let stage = &mut self.messages[position].stage;
            if *stage == Stage::Puback {
                return AfterPubrec::Nothing;
            }
            *stage = Stage::Pubcomp;
        }
        AfterPubrec::Pubrel
    }

    /// The QoS and identifier to repeat a message with; `None` if there is nothing to repeat.
    pub(super) fn repeat(&self, packet_id: PacketId) -> Option<Delivery> {
        match self.messages[self.position(packet_id)?].stage {
            Stage::Puback => Some(Delivery::AtLeastOnce(packet_id)),
            Stage::Pubrec => Some(Delivery::ExactlyOnce(packet_id)),
            Stage::Pubcomp => None,
        }
    }

    /// Ends the message `packet_id`, whatever it waits for.
    pub(super) fn forget(&mut self, packet_id: PacketId) -> Option<u64> {
        let position = self.position(packet_id)?;
        self.messages.remove(position).map(|message| message.token)
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

    fn outstanding(&self) -> Outstanding {
        Outstanding { packet_id: self.packet_id(), token: self.token, stage: self.stage }
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
