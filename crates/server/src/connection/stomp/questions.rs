//! SUBSCRIBE to `/app/…`: a question, answered once with a MESSAGE (`spec/stomp-sockjs.md` §2.5).

use bytes::Bytes;
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
                    listed.push(desk.listed(conversation, user).await?);
                }
                Value::Array(listed).to_string()
            }
            "unread" => json!({ "unreadCount": desk.unread(&user.uid).await? }).to_string(),
            other => {
                let Some(topic) = other.strip_prefix("history/") else { return Ok(None) };
                let conversation = desk.own_conversation(user, topic).await?;
                let history = desk.history(&conversation, 0, LISTED).await?;
                array(&history.messages, self.gateway.config.limits.outbox_bytes)
            }
        };
        Ok(Some(answer))
    }
}

/// A JSON array of `messages`, as many as fit into `most` bytes; the first in any case.
fn array(messages: &[Bytes], most: usize) -> String {
    let mut array = String::from("[");
    for message in messages {
        if array.len() > 1 {
            // With a comma and the closing bracket.
            if array.len() + message.len() + 2 > most {
                break;
            }
            array.push(',');
        }
        array.push_str(&String::from_utf8_lossy(message));
    }
    array.push(']');
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_bounded_and_never_empty_for_nothing() {
        let messages = ["{\"a\":1}", "2", "33333", "4"].map(Bytes::from);
        for (most, expected) in
            [(0, "[{\"a\":1}]"), (10, "[{\"a\":1}]"), (11, "[{\"a\":1},2]"), (1000, "[{\"a\":1},2,33333,4]")]
        {
            assert_eq!(array(&messages, most), expected, "{most}");
        }
        assert_eq!(array(&[], 1000), "[]");
    }
}
