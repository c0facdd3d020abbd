//! What the desk answers to a visitor who asks to be served, by the state of the conversation (`spec/bytedesk.md` §7.1).

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::{Announce, CommitError};
use deskwire_model::{
    Conversation, Draft, MessageType, MessageUid, Principal, Profile, Role, Seq, ThreadStatus, Timestamp, Uid,
    dialect::{self, Rendition},
};
use deskwire_store::{Upto, Write, Written};
use serde_json::{Value, json};

use crate::{Desk, DeskError, ingress::Speaker};

/// The answer: a message whose `thread` is the conversation to use.
#[derive(Clone, Debug)]
pub struct Greeting {
    /// The conversation.
    pub conversation: Arc<Conversation>,
    /// WELCOME, CONTINUE, QUEUE or LEAVE_MSG in the `message-json` dialect.
    pub message: Bytes,
    /// The position of the message, if it is an entry.
    seq: Option<Seq>,
}

impl Desk {
    /// An agent has taken the conversation: the first thing it says.
    pub(crate) async fn welcome(
        &self,
        conversation: Arc<Conversation>,
        agent: &Uid,
        profile: &Profile,
    ) -> Result<Greeting, DeskError> {
        let words = document(MessageType::welcome(), &json!({ "content": self.config.texts.welcome, "faqs": [] }));
        let principal = Principal { org: conversation.org.clone(), uid: agent.clone(), role: Role::Agent };
        self.log_and_tell(conversation, &principal, profile, &words).await
    }

    /// What a visitor is told who comes back to its agent.
    pub(crate) fn resume(&self) -> Draft {
        dialect::compose(MessageUid::random(), MessageType::resume(), self.config.texts.resume.clone())
    }

    /// What a visitor is told while no agent has its conversation.
    pub(crate) async fn no_agent_yet(&self, conversation: &Conversation, now: Timestamp) -> Result<Draft, DeskError> {
        if conversation.status != ThreadStatus::Queuing {
            let content = json!({ "content": self.config.texts.leave_message, "status": "LEAVE_MSG_SUBMIT" });
            return Ok(document(MessageType::leave_message(), &content));
        }
        let place = self.store.queue_place(&conversation.service, conversation.id).await?;
        let content = json!({
            "content": self.config.texts.queue,
            "position": place.position,
            "queueSize": place.size,
            "serverTimestamp": now.0,
        });
        Ok(document(MessageType::queue(), &content))
    }

    /// Answers with `words` of `principal`, which are an entry too.
    pub(crate) async fn log_and_tell(
        &self,
        conversation: Arc<Conversation>,
        principal: &Principal,
        profile: &Profile,
        words: &Draft,
    ) -> Result<Greeting, DeskError> {
        let entry = Speaker { principal, profile, conversation: &conversation }.entry(words, None);
        let payload = entry.payload.clone();
        let announce = Announce::Entry(conversation.topic.clone());
        let (seq, at) = match self.log.commit(Write::Append(entry), announce).await? {
            Written::Appended { seq, at } | Written::Duplicate { seq, at } => (seq, at),
            Written::Refused(refusal) => return Err(refusal.into()),
            // An append has no other answer.
            _ => return Err(CommitError::Store.into()),
        };
        let rendition = Rendition { payload: &payload, seq: Some(seq), at, recalled: false };
        Ok(Greeting { message: self.renderer.json(rendition)?, seq: Some(seq), conversation })
    }

    /// Answers with `words` of the desk, to this visitor and this time only.
    pub(crate) fn tell(
        &self,
        conversation: Arc<Conversation>,
        words: &Draft,
        now: Timestamp,
    ) -> Result<Greeting, DeskError> {
        let (principal, profile) = (desk_itself(&conversation), Profile::default());
        let speaker = Speaker { principal: &principal, profile: &profile, conversation: &conversation };
        let payload = speaker.stamp(words);
        let rendition = Rendition { payload: &payload, seq: None, at: now, recalled: false };
        Ok(Greeting { message: self.renderer.json(rendition)?, seq: None, conversation })
    }

    /// The visitor has the entry of a greeting with the answer: one who had everything before it does not get it again
    /// on the topic (DESIGN §1, cursor rules).
    pub(crate) async fn mark_greeted(&self, greeting: &Greeting) -> Result<(), DeskError> {
        let (conversation, Some(seq)) = (&greeting.conversation, greeting.seq) else { return Ok(()) };
        let user = conversation.visitor.clone();
        let had = self.cursor(conversation.id, &user, "").await?;
        if had.is_some_and(|had| had.next() == seq) {
            let device = Some(Box::default());
            let write = Write::Read { log: conversation.id, user, device, upto: Upto::Seq(seq) };
            self.log.commit(write, Announce::Nobody).await?;
        }
        Ok(())
    }
}

/// A message of the desk whose content is a JSON document.
fn document(kind: MessageType, content: &Value) -> Draft {
    dialect::compose(MessageUid::random(), kind, content.to_string())
}

/// What nobody in particular says, the agent or workgroup that was asked for says.
pub(crate) fn desk_itself(conversation: &Conversation) -> Principal {
    Principal { org: conversation.org.clone(), uid: conversation.service.clone(), role: Role::Service }
}
