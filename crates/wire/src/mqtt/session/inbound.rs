//! The messages of the client that are not fully acknowledged (MQTT 3.1.1, 4.3.2 and 4.3.3, as receiver).

use std::collections::{BTreeSet, VecDeque};

use super::{CloseReason, SessionConfig, Ticket};
use crate::mqtt::{Delivery, Encoder, PacketId, PacketType};

/// Answers in the order of the packets they answer [MQTT-4.6.0-2], [MQTT-4.6.0-3], each held back until every message
/// before it is committed. So no PUBCOMP can overtake the commit either.
#[derive(Debug, Default)]
pub(super) struct Inbound {
    answers: VecDeque<Answer>,
    /// Tickets number the answers from the beginning of the session; this one is in front.
    front: u64,
    /// QoS 2 identifiers between PUBLISH and PUBREL: a PUBLISH that repeats one is the same message [MQTT-4.3.3-2].
    unreleased: BTreeSet<PacketId>,
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    packet: PacketType,
    packet_id: PacketId,
    ready: bool,
}

/// What to do with a PUBLISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Hand it out.
    New(Option<Ticket>),
    /// It has been handed out before.
    Repeat,
}

impl Inbound {
    pub(super) fn publish(&mut self, delivery: Delivery, config: &SessionConfig) -> Result<Admission, CloseReason> {
        let (packet, packet_id) = match delivery {
            Delivery::AtMostOnce => return Ok(Admission::New(None)),
            Delivery::AtLeastOnce(id) => (PacketType::Puback, id),
            Delivery::ExactlyOnce(id) => (PacketType::Pubrec, id),
        };
        if packet == PacketType::Pubrec {
            if self.unreleased.contains(&packet_id) {
                self.queue(Answer { packet, packet_id, ready: true }, config)?;
                return Ok(Admission::Repeat);
            }
            if self.unreleased.len() >= usize::from(config.max_inbound_qos2) {
                return Err(CloseReason::TooManyUnreleased);
            }
            self.unreleased.insert(packet_id);
        }
        let ticket = self.queue(Answer { packet, packet_id, ready: false }, config)?;
        Ok(Admission::New(Some(ticket)))
    }

    /// PUBCOMP answers every PUBREL, known or not: the client may repeat one that the answer to got lost.
    pub(super) fn release(&mut self, packet_id: PacketId, config: &SessionConfig) -> Result<(), CloseReason> {
        self.unreleased.remove(&packet_id);
        self.queue(Answer { packet: PacketType::Pubcomp, packet_id, ready: true }, config)?;
        Ok(())
    }

    pub(super) fn committed(&mut self, ticket: Ticket) {
        let answer = ticket.0.checked_sub(self.front).and_then(|index| usize::try_from(index).ok());
        if let Some(answer) = answer.and_then(|index| self.answers.get_mut(index)) {
            answer.ready = true;
        }
    }

    /// Writes the answers that nothing holds back any longer.
    pub(super) fn put_ready(&mut self, encoder: Encoder, out: &mut Vec<u8>) {
        while let Some(answer) = self.answers.pop_front_if(|answer| answer.ready) {
            self.front += 1;
            match answer.packet {
                PacketType::Puback => encoder.put_puback(out, answer.packet_id),
                PacketType::Pubrec => encoder.put_pubrec(out, answer.packet_id),
                _ => encoder.put_pubcomp(out, answer.packet_id),
            }
        }
    }

    pub(super) fn unanswered(&self) -> usize {
        self.answers.len()
    }

    pub(super) fn unreleased(&self) -> impl Iterator<Item = PacketId> + '_ {
        self.unreleased.iter().copied()
    }

    pub(super) fn resume(&mut self, unreleased: impl IntoIterator<Item = PacketId>) {
        self.unreleased.extend(unreleased);
    }

    pub(super) fn shrink(&mut self) {
        self.answers.shrink_to_fit();
    }

    fn queue(&mut self, answer: Answer, config: &SessionConfig) -> Result<Ticket, CloseReason> {
        if self.answers.len() >= config.max_unanswered {
            return Err(CloseReason::TooManyUnanswered);
        }
        let ticket = Ticket(self.front + self.answers.len() as u64);
        self.answers.push_back(answer);
        Ok(ticket)
    }
}
