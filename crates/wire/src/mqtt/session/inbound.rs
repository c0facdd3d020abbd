//! The messages of the client that are not fully acknowledged (4.3.2 and 4.3.3, as receiver).

use std::collections::{BTreeMap, VecDeque};

use super::{CloseReason, SessionConfig, Ticket};
use crate::mqtt::{AckProperties, Delivery, PacketId, PacketType, PubackCode};

/// Answers in the order of the packets they answer [MQTT-4.6.0-2], [MQTT-4.6.0-3], each held back until every message
/// before it is committed. So no PUBCOMP can overtake the commit either.
#[derive(Debug, Default)]
pub(super) struct Inbound {
    answers: VecDeque<Answer>,
    /// Tickets number the answers from the beginning of the session; this one is in front.
    front: u64,
    /// QoS 2 identifiers between PUBLISH and PUBREL: a PUBLISH that repeats one is the same message [MQTT-4.3.3-10].
    unreleased: BTreeMap<PacketId, Unreleased>,
    /// Messages of this connection that the client waits for, as it has to count them (4.9).
    places: u16,
}

/// An answer to PUBLISH or PUBREL.
#[derive(Debug)]
pub(super) struct Answer {
    /// PUBACK, PUBREC or PUBCOMP.
    pub(super) packet: PacketType,
    pub(super) packet_id: PacketId,
    pub(super) code: PubackCode,
    pub(super) properties: AckProperties,
    /// Whether sending it gives the client a place back.
    ends: bool,
    ready: bool,
}

#[derive(Clone, Copy, Debug)]
struct Unreleased {
    /// Whether the message came in this connection and so takes one of its places.
    counted: bool,
    committed: bool,
}

/// What to do with a PUBLISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Hand it out.
    New(Option<Ticket>),
    /// It has been handed out before.
    Repeat,
}

impl Answer {
    const fn new(packet: PacketType, packet_id: PacketId) -> Self {
        Self {
            packet,
            packet_id,
            code: PubackCode::Success,
            properties: AckProperties::NONE,
            ends: false,
            ready: false,
        }
    }
}

impl Inbound {
    /// Takes a message, of which `receive_maximum` may be without answer at a time.
    pub(super) fn publish(
        &mut self,
        delivery: Delivery,
        config: &SessionConfig,
        receive_maximum: u16,
    ) -> Result<Admission, CloseReason> {
        let mut answer = match delivery {
            Delivery::AtMostOnce => return Ok(Admission::New(None)),
            Delivery::AtLeastOnce(id) => Answer::new(PacketType::Puback, id),
            Delivery::ExactlyOnce(id) => Answer::new(PacketType::Pubrec, id),
        };
        if self.unreleased.contains_key(&answer.packet_id) && answer.packet == PacketType::Pubrec {
            answer.ready = true;
            self.queue(answer, config)?;
            return Ok(Admission::Repeat);
        }
        if self.places >= receive_maximum {
            return Err(CloseReason::ReceiveMaximumExceeded);
        }
        if answer.packet == PacketType::Pubrec {
            if self.unreleased.len() >= usize::from(config.max_inbound_qos2) {
                return Err(CloseReason::TooManyUnreleased);
            }
            self.unreleased.insert(answer.packet_id, Unreleased { counted: true, committed: false });
        } else {
            answer.ends = true;
        }
        let ticket = self.queue(answer, config)?;
        self.places += 1;
        Ok(Admission::New(Some(ticket)))
    }

    /// PUBCOMP answers every PUBREL, known or not: the client may repeat one that the answer to got lost. One of a known
    /// message waits for a commit if `held`, and then has a ticket.
    pub(super) fn release(
        &mut self,
        packet_id: PacketId,
        config: &SessionConfig,
        held: bool,
    ) -> Result<Option<Ticket>, CloseReason> {
        let message = self.unreleased.remove(&packet_id);
        let mut answer = Answer::new(PacketType::Pubcomp, packet_id);
        answer.ends = message.is_some_and(|message| message.counted);
        let held = held && message.is_some();
        answer.ready = !held;
        let ticket = self.queue(answer, config)?;
        Ok(held.then_some(ticket))
    }

    /// What `ticket` names is committed, or refused with `code`.
    pub(super) fn answer(&mut self, ticket: Ticket, code: PubackCode, properties: AckProperties) {
        let position = ticket.0.checked_sub(self.front).and_then(|index| usize::try_from(index).ok());
        let Some(answer) = position.and_then(|index| self.answers.get_mut(index)) else { return };
        answer.ready = true;
        answer.code = code;
        answer.properties = properties;
        if let (PacketType::Pubrec, Some(message)) = (answer.packet, self.unreleased.get_mut(&answer.packet_id)) {
            message.committed = true;
        }
    }

    /// Takes the next answer that nothing holds back any longer. `codes` tells whether the client can be refused.
    pub(super) fn next_ready(&mut self, codes: bool) -> Option<Answer> {
        let answer = self.answers.pop_front_if(|answer| answer.ready)?;
        self.front += 1;
        let mut ends = answer.ends;
        if codes && answer.packet == PacketType::Pubrec && answer.code.is_refusal() {
            // There will be no PUBREL (4.3.3).
            ends = self.unreleased.remove(&answer.packet_id).is_some_and(|message| message.counted);
        }
        self.places -= u16::from(ends);
        Some(answer)
    }

    pub(super) fn unanswered(&self) -> usize {
        self.answers.len()
    }

    /// Identifiers of committed messages whose PUBREL has not come.
    pub(super) fn unreleased(&self) -> impl Iterator<Item = PacketId> + '_ {
        self.unreleased.iter().filter(|(_, message)| message.committed).map(|(packet_id, _)| *packet_id)
    }

    pub(super) fn resume(&mut self, unreleased: impl IntoIterator<Item = PacketId>) {
        let message = Unreleased { counted: false, committed: true };
        self.unreleased.extend(unreleased.into_iter().map(|packet_id| (packet_id, message)));
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
