//! SUBSCRIBE to `/app/…`: a question, answered once with a MESSAGE (`spec/stomp-sockjs.md` §2.5).

use deskwire_model::Topic;
use deskwire_wire::stomp::{AckId, AckMode, MessageId, event::Subscribe, server::Message};
use serde_json::{Value, json};

use super::{Stomp, UNLOGGED};
use crate::gateway::Refused;

/// Conversations or messages that one answer lists: the newest.
const LISTED: u32 = 100;

impl Stomp {
    /// Answers `question`, and forgets the subscription.
    pub(super) async fn answer_question(&mut self, subscribe: &Subscribe, question: &Topic) -> Result<(), Refused> {
        let answer = self.answer_to(question).await?;
        let body = answer.ok_or_else(|| Refused::NotAllowed(subscribe.destination().into()))?;
        self.session.release(subscribe.subscription);
        if let Some(receipt) = subscribe.receipt() {
            self.session.receipt(receipt);
        }
        self.unlogged += 1;
        let message_id = MessageId { source: UNLOGGED, number: self.unlogged };
        let acknowledged = subscribe.ack != AckMode::Auto;
        self.session.message(&Message {
            destination: subscribe.destination(),
            content_type: Some("application/json"),
            headers: &[],
            subscription: subscribe.id(),
            message_id,
            // Settles nothing, and is there because clients expect it (`spec/stomp-sockjs.md` rule 16).
            ack: acknowledged.then_some(AckId { message: message_id, subscription: subscribe.subscription }),
            body: body.as_bytes(),
        });
        Ok(())
    }

    /// The answer in JSON; none to a question that nobody knows.
    async fn answer_to(&self, question: &Topic) -> Result<Option<String>, Refused> {
        let Some(client) = &self.client else { return Ok(None) };
        let (desk, user) = (&self.gateway.desk, &client.identity.principal);
        let answer = match question.as_str() {
            "conversations" => {
                let mut listed = Vec::new();
                for conversation in desk.conversations_of(user).await?.iter().take(LISTED as usize) {
                    listed.push(desk.listed(conversation, &user.uid).await?);
                }
                Value::Array(listed).to_string()
            }
            "unread" => json!({ "unreadCount": desk.unread(&user.uid).await? }).to_string(),
            other => {
                let Some(topic) = other.strip_prefix("history/") else { return Ok(None) };
                let conversation = desk.own_conversation(user, topic).await?;
                let history = desk.history(&conversation, 0, LISTED).await?;
                let messages: Vec<_> = history.messages.iter().map(|json| String::from_utf8_lossy(json)).collect();
                format!("[{}]", messages.join(","))
            }
        };
        Ok(Some(answer))
    }
}
