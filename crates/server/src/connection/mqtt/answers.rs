//! What waits for the disk, or for its turn behind what does: the answers to the client, and what may not leave before it
//! is stored.

use std::sync::Arc;

use deskwire_broker::{CommitError, Reply};
use deskwire_model::ErrorCode;
use deskwire_store::{Refusal, Written};
use deskwire_wire::{
    mqtt::{Disconnect, DisconnectCode, PacketId, PubackCode, Ticket},
    ws::CloseCode,
};

use super::{
    Mqtt,
    refusals::because,
    token::{Acknowledged, Token},
};
use crate::connection::protocol::Ending;

/// Something that is not finished yet.
#[derive(Debug)]
pub(super) struct Unanswered {
    number: u64,
    awaited: Awaited,
}

/// What is to be done when it is.
#[derive(Debug)]
pub(super) enum Awaited {
    /// A message is on disk or has been handed on: answer it.
    Publish {
        ticket: Option<Ticket>,
        /// What the client called the message.
        uid: Box<str>,
    },
    /// The identifier of a QoS 2 message of the client is free: send PUBCOMP.
    Released(Ticket),
    /// The client's PUBREC is stored: send PUBREL.
    Received(PacketId),
    /// The identifiers of so many reserved messages are stored: send them.
    Reserved(usize),
}

impl Mqtt {
    /// The number for something that is about to wait.
    pub(super) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    pub(super) fn reply_to(&self, number: u64) -> Reply {
        Reply::Outbox(Arc::clone(&self.outbox), number)
    }

    pub(super) fn wait_for(&mut self, number: u64, awaited: Awaited) {
        self.unanswered.push_back(Unanswered { number, awaited });
    }

    /// What is on disk now may be answered (invariant I1).
    pub(super) fn committed(&mut self, number: u64, outcome: &Result<Written, CommitError>) {
        let Some(awaited) = self.take_unanswered(number) else { return };
        match outcome {
            Ok(Written::Refused(refusal)) => self.refuse(awaited, refusal),
            Ok(_) => self.finish(&awaited),
            // Without an acknowledgement the client sends it again, to a server that can store it.
            Err(_) => {
                self.session.disconnect(Disconnect::new(DisconnectCode::UnspecifiedError));
                self.ending = Some(Ending::new(CloseCode::INTERNAL_ERROR, "not stored"));
            }
        }
    }

    /// The answer to what was not stored and had to wait for its turn.
    pub(super) fn handed_on(&mut self, number: u64) {
        if let Some(awaited) = self.take_unanswered(number) {
            self.finish(&awaited);
        }
    }

    fn take_unanswered(&mut self, number: u64) -> Option<Awaited> {
        let index = self.unanswered.iter().position(|waiting| waiting.number == number)?;
        self.unanswered.remove(index).map(|waiting| waiting.awaited)
    }

    fn finish(&mut self, awaited: &Awaited) {
        match awaited {
            Awaited::Publish { ticket: None, .. } => {}
            Awaited::Publish { ticket: Some(ticket), .. } | Awaited::Released(ticket) => {
                self.session.published(*ticket);
            }
            Awaited::Received(packet_id) => self.session.release(*packet_id),
            Awaited::Reserved(count) => self.reserved.are_stored(*count),
        }
    }

    /// The store's rules refuse a message.
    fn refuse(&mut self, awaited: Awaited, refusal: &Refusal) {
        match awaited {
            Awaited::Publish { ticket, uid } => {
                let said = (refusal.code(), refusal.to_string());
                self.answer_refused(ticket, PubackCode::ImplementationSpecificError, &said, &uid);
            }
            other => self.finish(&other),
        }
    }

    /// Tells a client that its message is refused: with the answer if there is one that can say it, as a message on its own
    /// topic otherwise.
    ///
    /// A server of MQTT 3.1.1 can only acknowledge or cut the connection; acknowledging stops a client from sending for ever
    /// what is refused for ever.
    pub(super) fn answer_refused(
        &mut self,
        ticket: Option<Ticket>,
        code: PubackCode,
        (error, reason): &(ErrorCode, String),
        uid: &str,
    ) {
        match ticket {
            Some(ticket) if self.is_v5() => self.session.answer(ticket, code, because(*error, reason)),
            ticket => {
                self.complain(*error, reason, uid);
                ticket.into_iter().for_each(|ticket| self.session.published(ticket));
            }
        }
    }

    /// PUBREC came for a message of the mailbox: PUBREL leaves when that is stored.
    pub(super) async fn received(&mut self, token: Token, packet_id: PacketId) {
        let number = self.next_number();
        let reply = self.reply_to(number);
        let stored = match (token.acknowledged(), self.mailbox()) {
            (Acknowledged::Posted(post), Some(mailbox)) => mailbox.received(post, packet_id.get(), reply).await,
            // Nothing else has QoS 2 in a session that is kept.
            _ => Ok(false),
        };
        match stored {
            Ok(true) => self.wait_for(number, Awaited::Received(packet_id)),
            Ok(false) => self.session.release(packet_id),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// PUBREL came: PUBCOMP leaves when it is stored that the identifier is free.
    pub(super) async fn release(&mut self, packet_id: PacketId, ticket: Ticket) {
        let number = self.next_number();
        let reply = self.reply_to(number);
        let stored = match self.mailbox() {
            Some(mailbox) => mailbox.release(packet_id.get(), reply).await,
            None => Ok(false),
        };
        match stored {
            Ok(true) => self.wait_for(number, Awaited::Released(ticket)),
            Ok(false) => self.session.published(ticket),
            Err(error) => self.fail(&error.to_string()),
        }
    }
}
