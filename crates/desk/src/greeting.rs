//! What the desk says to a visitor, by the state of the conversation (`spec/bytedesk.md` §7.1).

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::Announce;
use deskwire_model::{
    Conversation, Draft, MessageType, MessageUid, Profile, Seq, ThreadStatus, ThreadType, Timestamp, Uid,
    dialect::{self, Rendition},
};
use deskwire_store::{TimerChange, Upto, Write};
use serde_json::{Value, json};

use crate::{
    Desk, DeskError,
    deciding::{Decided, Line, Plan, Taker, agent_principal, desk_itself},
    ingress::Speaker,
    routing::Choice,
    settings::ServiceSettings,
    state::{Event, WAIT},
    wording::Language,
};

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

/// Who takes a conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Welcome<'a> {
    /// The agent whom routing has chosen.
    Chosen(&'a Choice),
    /// An agent who takes it by its own hand.
    Accepted { agent: &'a Uid, capacity: u32 },
    /// A supervisor who takes it, whoever has it.
    TakenOver(&'a Uid),
}

impl Desk {
    /// An agent takes the conversation: the first thing it says. `service` is who serves it from then on, if that
    /// changes.
    pub(crate) async fn welcoming(
        &self,
        conversation: &Conversation,
        welcome: Welcome<'_>,
        service: Option<(ThreadType, &Uid)>,
    ) -> Result<Plan, DeskError> {
        let (event, agent, capacity, reason) = match welcome {
            Welcome::Chosen(choice) => (Event::Assign, &choice.agent, Some(choice.capacity), choice.reason.as_str()),
            Welcome::Accepted { agent, capacity } => (Event::Assign, agent, Some(capacity), "accepted by hand"),
            Welcome::TakenOver(agent) => (Event::TakeOver, agent, None, "taken over"),
        };
        let serves = service.map_or(&conversation.service, |(_, service)| service);
        let settings = self.settings(serves).await?;
        let welcome = self.welcome(conversation, &settings, serves).await?;
        let plan = Plan::moving(conversation, event, Some(Taker { agent, capacity }))?;
        let mut plan = plan.telling(agent_principal(conversation, agent), welcome, reason);
        // To a visitor whom an agent greets at once nobody has to say that one has come.
        let came = conversation.status == ThreadStatus::Queuing || event == Event::TakeOver;
        if let Some(text) = settings.agent_joined.as_ref().filter(|_| came) {
            plan = plan.behind(vec![Line::plain(desk_itself(conversation), words("SYSTEM", text))]);
        }
        Ok(match service {
            Some((kind, service)) => plan.served_by(kind, service),
            None => plan,
        })
    }

    /// WELCOME of `service`, with the questions that it offers.
    pub(crate) async fn welcome(
        &self,
        conversation: &Conversation,
        settings: &ServiceSettings,
        service: &Uid,
    ) -> Result<Draft, DeskError> {
        let language = self.language(conversation.id).await?;
        let text = settings.welcome.as_deref().unwrap_or_else(|| self.config.texts.welcome.text(language));
        let faqs = self.offered_faqs(settings, service).await?;
        Ok(document("WELCOME", &json!({ "content": text, "faqs": faqs })))
    }

    /// The conversation waits for `service`, and is told so.
    pub(crate) async fn queuing(
        &self,
        conversation: &Conversation,
        event: Event,
        (kind, service): (ThreadType, &Uid),
        reason: &str,
        now: Timestamp,
    ) -> Result<Plan, DeskError> {
        let settings = self.settings(service).await?;
        let ahead = self.store.queue_place(service, conversation.id).await?.size;
        let language = self.language(conversation.id).await?;
        let content = self.place_told(&settings, language, (ahead + 1, ahead + 1), now);
        let mut plan = Plan::moving(conversation, event, None)?;
        if *service != conversation.service {
            plan = plan.served_by(kind, service);
        }
        let due = Timestamp(now.0.saturating_add(i64::from(settings.max_wait_s) * 1000));
        plan.timers.push(TimerChange::Set { kind: WAIT, key: Box::default(), due, payload: Box::default() });
        Ok(plan.telling(desk_itself(conversation), document("QUEUE", &content), reason))
    }

    /// Nobody is there for the conversation, which is told so.
    pub(crate) fn leaving_message(
        &self,
        conversation: &Conversation,
        event: Event,
        settings: &ServiceSettings,
        language: Language,
        reason: &str,
    ) -> Result<Plan, DeskError> {
        let plan = Plan::moving(conversation, event, None)?;
        Ok(plan.telling(desk_itself(conversation), self.leave_prompt(settings, language), reason))
    }

    fn leave_prompt(&self, settings: &ServiceSettings, language: Language) -> Draft {
        let text = settings.leave_message.as_deref().unwrap_or_else(|| self.config.texts.leave_message.text(language));
        document("LEAVE_MSG", &json!({ "content": text, "status": "LEAVE_MSG_SUBMIT" }))
    }

    /// What a visitor is told who asks again while nothing changes: that it goes on with its agent, its place, or that
    /// nobody is there.
    pub(crate) async fn told_again(
        &self,
        conversation: Arc<Conversation>,
        now: Timestamp,
    ) -> Result<Greeting, DeskError> {
        let settings = self.settings(&conversation.service).await?;
        let language = self.language(conversation.id).await?;
        let told = match conversation.status {
            ThreadStatus::Queuing => {
                let place = self.store.queue_place(&conversation.service, conversation.id).await?;
                document("QUEUE", &self.place_told(&settings, language, (place.position, place.size), now))
            }
            ThreadStatus::Offline => self.leave_prompt(&settings, language),
            _ => {
                words("CONTINUE", settings.resume.as_deref().unwrap_or_else(|| self.config.texts.resume.text(language)))
            }
        };
        let (principal, profile) = (desk_itself(&conversation), Profile::default());
        let speaker = Speaker { principal: &principal, profile: &profile, conversation: &conversation };
        let payload = speaker.stamp(&told);
        let rendition = Rendition { payload: &payload, seq: None, at: now, recalled: false };
        Ok(Greeting { message: self.renderer.json(rendition)?, seq: None, conversation })
    }

    /// The last entry of a decision as an answer.
    pub(crate) fn greeting(&self, decided: &Decided) -> Result<Option<Greeting>, DeskError> {
        let Some(said) = decided.said.last() else { return Ok(None) };
        let rendition = Rendition { payload: &said.payload, seq: Some(said.seq), at: said.at, recalled: false };
        let message = self.renderer.json(rendition)?;
        Ok(Some(Greeting { message, seq: Some(said.seq), conversation: Arc::clone(&decided.conversation) }))
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
pub(crate) fn document(kind: &'static str, content: &Value) -> Draft {
    dialect::compose(MessageUid::random(), MessageType::of(kind), content.to_string())
}

/// A message of the desk in plain words.
pub(crate) fn words(kind: &'static str, text: impl Into<String>) -> Draft {
    dialect::compose(MessageUid::random(), MessageType::of(kind), text.into())
}
