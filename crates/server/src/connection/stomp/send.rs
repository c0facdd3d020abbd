//! SEND.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::{CommitError, Content, Opaque, Publication, Reply};
use deskwire_desk::{DeskError, Sender, Submitted};
use deskwire_model::{
    Conversation, Destination, Draft, ErrorCode, InvalidTopic, Topic,
    dialect::{self, SessionMessage},
};
use deskwire_store::Written;
use deskwire_wire::stomp::event::Send;
use serde_json::json;

use super::Stomp;
use crate::{
    connection::timestamp,
    gateway::{Entering, Refused, Route, is_notices, unheard},
};

/// Where a client of Spring sends messages that name their conversation themselves (seeds 002 and 003).
const INLETS: [&str; 2] = ["send", SESSIONS];
/// The one of them where messages come in the words of sessions.
const SESSIONS: &str = "chat/send";
/// Where a session hears what became of such messages, behind `/user/`.
const ERRORS: &str = "queue/errors";

/// Something said that is not answered yet: a write, or what waits behind one to be handed on.
#[derive(Debug)]
pub(super) struct Unanswered {
    /// The connection's number for it.
    pub(super) ticket: u64,
    /// The receipt that its frame asked for.
    pub(super) receipt: Option<Box<str>>,
    /// The uid of a message whose refusal does not end the connection.
    pub(super) tolerated: Option<Box<str>>,
}

impl Stomp {
    pub(super) async fn send(&mut self, send: &Send) -> Result<(), Refused> {
        let destination = self.gateway.destination(send.destination())?;
        if let Some(view) = self.view() {
            let (spelled, body) = (send.destination(), send.frame.body());
            self.gateway.extensions.ask(|interceptor| interceptor.send(&view, spelled, body))?;
        }
        match destination {
            Destination::Topic(filter) => {
                let topic = filter.exact().ok_or(InvalidTopic::Wildcard)?;
                return self.publish(send, topic).await;
            }
            Destination::App(topic) if INLETS.contains(&topic.as_str()) => {
                return self.send_addressed(send, topic.as_str() == SESSIONS).await;
            }
            Destination::App(topic) => return self.publish(send, topic).await,
            Destination::User { name, topic } => self.send_to_user(send, &name, &topic)?,
            Destination::Own(topic) if is_notices(&topic) => self.read_notices(send).await?,
            // Without a name it is for nobody (`spec/stomp-sockjs.md` §2.6).
            Destination::Own(_) => unheard(),
            Destination::TempQueue(name) => self.send_to_temporary_queue(send, &name)?,
            Destination::ReplyQueue(token) => self.answer_request(send, &token)?,
            Destination::Queue(name) => return self.send_to_queue(send, &name).await,
        }
        self.receipt_of(send);
        Ok(())
    }

    pub(super) fn receipt_of(&mut self, send: &Send) {
        if let Some(receipt) = send.receipt() {
            self.session.receipt(receipt);
        }
    }

    /// To a conversation or a live topic.
    async fn publish(&mut self, send: &Send, topic: Topic) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        match self.gateway.route_publish(&client.identity, topic).await? {
            Route::Live(topic) => {
                let publication = Publication::new(topic, Content::Opaque(self.opaque(send)?));
                self.publish_live(send, publication).await
            }
            Route::Conversation(conversation) => {
                let draft = dialect::parse_json(send.frame.body()).map_err(DeskError::from)?;
                self.submit(send, &conversation, draft, None).await
            }
        }
    }

    /// To a user's sessions.
    fn send_to_user(&mut self, send: &Send, name: &str, topic: &Topic) -> Result<(), Refused> {
        let content = self.opaque(send)?;
        let Some(client) = &self.client else { return Ok(()) };
        self.gateway.send_to_user((&client.identity, client.session), name, topic, content)
    }

    async fn submit(
        &mut self,
        send: &Send,
        conversation: &Arc<Conversation>,
        draft: Draft,
        tolerated: Option<Box<str>>,
    ) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        self.gateway.heard_from(&client.identity.principal, self.address);
        let sender = Sender { principal: &client.identity.principal, device: Some(&client.device) };
        let entering = Entering::of(&draft, conversation.id);
        let ticket = self.last_ticket + 1;
        let reply = Reply::Outbox(Arc::clone(&self.outbox), ticket);
        self.last_ticket = ticket;
        let submitted = self.gateway.desk.submit(sender, conversation, draft, timestamp(), reply).await?;
        if let Some(view) = self.view() {
            self.gateway.note_entered(entering, &view);
        }
        match submitted {
            Submitted::Pending => {
                let receipt = send.receipt().map(Into::into);
                self.unanswered.push_back(Unanswered { ticket, receipt, tolerated });
            }
            Submitted::Done => self.receipt_of(send),
        }
        Ok(())
    }

    /// To the conversation that the message names. Applications of Spring do not lose their connection over a message
    /// that is refused: only who asks for a receipt gets ERROR.
    async fn send_addressed(&mut self, send: &Send, in_session: bool) -> Result<(), Refused> {
        let mut uid = String::new();
        match self.try_send_addressed((send, in_session), &mut uid).await {
            // What failed on our side is not the message's fault, and is to be sent again.
            Err(refused) if send.receipt().is_none() && !is_failure(&refused) => {
                self.complain(&refused, &uid);
                Ok(())
            }
            other => other,
        }
    }

    async fn try_send_addressed(&mut self, (send, in_session): (&Send, bool), uid: &mut String) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        let body = send.frame.body();
        let message = if in_session {
            dialect::parse_session(body)
        } else {
            dialect::parse_addressed(body).map(|(address, draft)| SessionMessage { address, draft, reads: None })
        };
        let SessionMessage { address, mut draft, reads } = message.map_err(DeskError::from)?;
        draft.uid.as_str().clone_into(uid);
        let address = address.ok_or(Refused::NotAddressed)?;
        let conversation = self.gateway.desk.addressed(&client.identity.principal, &address).await?;
        if let Some(seq) = reads {
            let Some(read) = self.gateway.desk.name_of(&conversation, seq).await? else {
                self.receipt_of(send);
                return Ok(());
            };
            read.as_str().clone_into(&mut draft.content);
        }
        self.submit(send, &conversation, draft, Some(uid.as_str().into())).await
    }

    /// Tells the session what became of a message, if it listens.
    fn complain(&self, refused: &Refused, uid: &str) {
        let Some(client) = &self.client else { return };
        let body = json!({
            "code": code(refused),
            "error": refused.code(),
            "message": refused.to_string(),
            "uid": uid,
            "status": refused.message_status(),
        });
        let body = body.to_string();
        let content = Opaque::new(Bytes::from(body), Some("application/json".into()), Vec::new());
        if let Ok(topic) = Topic::new(ERRORS)
            && !self.gateway.tell_session(client.session, &topic, content)
        {
            unheard();
        }
    }

    /// The answer to a write: a receipt if the frame asked for one. Without a receipt the echo is the answer.
    pub(super) fn committed(&mut self, ticket: u64, outcome: Result<Written, CommitError>) {
        let Some(Unanswered { receipt, tolerated, .. }) = self.take_unanswered(ticket) else { return };
        match (outcome, receipt, tolerated) {
            (Ok(Written::Refused(refusal)), None, Some(uid)) => {
                let refused = Refused::Desk(refusal.into());
                self.complain(&refused, &uid);
            }
            (Ok(Written::Refused(refusal)), receipt, _) => {
                self.session.error(refusal.code().as_str(), &refusal.to_string(), "", receipt.as_deref());
            }
            (Err(error), receipt, _) => {
                self.session.error(ErrorCode::Busy.as_str(), &error.to_string(), "", receipt.as_deref());
            }
            (Ok(_), Some(receipt), _) => self.session.receipt(&receipt),
            (Ok(_), None, _) => {}
        }
    }

    /// The answer to what was not stored and had to wait for its turn.
    pub(super) fn handed_on(&mut self, ticket: u64) {
        if let Some(Unanswered { receipt: Some(receipt), .. }) = self.take_unanswered(ticket) {
            self.session.receipt(&receipt);
        }
    }

    fn take_unanswered(&mut self, ticket: u64) -> Option<Unanswered> {
        let index = self.unanswered.iter().position(|waiting| waiting.ticket == ticket)?;
        self.unanswered.remove(index)
    }
}

const fn is_failure(refused: &Refused) -> bool {
    matches!(refused, Refused::Desk(DeskError::Commit(_) | DeskError::Store(_)))
}

/// What is wrong with a message, in the words of HTTP: it is malformed, there is no such conversation for its sender, or
/// the conversation does not take it.
fn code(refused: &Refused) -> u16 {
    match refused {
        Refused::Desk(DeskError::Dialect(_) | DeskError::Unclear(_)) | Refused::NotAddressed => 400,
        Refused::Desk(
            DeskError::NotYours
            | DeskError::UnknownService
            | DeskError::UnknownOrganisation
            | DeskError::UnknownVisitor
            | DeskError::UnknownCard
            | DeskError::UnknownLeaveMessage,
        ) => 404,
        Refused::Desk(_) => 409,
        _ => 404,
    }
}

#[cfg(test)]
mod tests {
    use deskwire_model::ThreadStatus;

    use super::*;

    #[test]
    fn what_a_conversation_refuses_is_a_conflict() {
        let cases = [
            (Refused::NotAddressed, 400),
            (Refused::Desk(DeskError::Unclear("whom?")), 400),
            (Refused::Desk(DeskError::NotYours), 404),
            (Refused::Desk(DeskError::RecallTooLate), 409),
            (Refused::Desk(DeskError::NotNow(ThreadStatus::Closed)), 409),
            (Refused::Desk(DeskError::NotPending), 409),
        ];
        for (refused, expected) in cases {
            assert_eq!(code(&refused), expected, "{refused}");
        }
    }
}
