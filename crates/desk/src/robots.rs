//! Robots, which answer for a workgroup before people do: whoever runs one gets what its visitors say over a webhook, and
//! what it answers is said here.
//!
//! A robot has a conversation while that is ROBOTING. The decision that gives it to people takes away what the robot was
//! still to be told, so that an answer is said only if the event it answers is there under the fence of the decision: what
//! comes later is refused (`spec/features.md` P13).

use deskwire_model::{
    Conversation, Draft, MessageType, MessageUid, Principal, Role, ThreadStatus, Timestamp, Uid, content,
    dialect::{self, with_extra},
};
use deskwire_store::{HookEvent, Refusal, TimerChange, Webhook};
use serde_json::json;

use crate::{
    Desk, DeskError,
    deciding::{ATTEMPTS, Line, Plan, desk_itself},
    greeting::words,
    settings::ServiceSettings,
    state::{Event, ROBOT_IDLE},
    texts::Text,
    threads::{Answerer, Placed, asked_for, visitor_of},
};

/// Conversations that people get at once from a robot that is gone; the others they get when their visitors speak.
const ABANDONED: usize = 10_000;

/// What a robot answers to one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RobotAnswer {
    /// What it says, in this order.
    pub words: Vec<RobotWords>,
    /// Why people are to go on, if they are.
    pub hand_over: Option<String>,
}

/// One message of a robot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotWords {
    kind: MessageType,
    content: String,
}

impl RobotWords {
    /// A message of type `kind`; none if robots do not say that.
    #[must_use]
    pub fn new(kind: &str, content: String) -> Option<Self> {
        let kind = MessageType::new(kind).ok().filter(is_robots_word)?;
        content::check(&kind, &content).is_ok().then_some(Self { kind, content })
    }
}

impl Desk {
    /// The robot of the service that was asked for takes the conversation, if it has one that may.
    pub(crate) async fn robot_takes(
        &self,
        conversation: &Conversation,
        said: Option<&Draft>,
        now: Timestamp,
    ) -> Result<Option<Plan>, DeskError> {
        let (kind, service) = asked_for(conversation);
        if self.store.bot_of(&service).await?.is_none() {
            return Ok(None);
        }
        let settings = self.settings(&service).await?;
        let welcome = self.welcome(conversation, &settings, &service).await?;
        let mut plan = Plan::moving(conversation, Event::RobotTakes, None)?.served_by(kind, &service);
        plan.timers.extend(idles(&settings, now));
        let plan = plan.telling(desk_itself(conversation), welcome, "the robot answers first");
        Ok(Some(
            plan.behind(said.map(|said| Line::plain(visitor_of(conversation), said.clone())).into_iter().collect()),
        ))
    }

    /// Whether the robot that has a conversation is there.
    pub(crate) async fn has_robot(&self, conversation: &Conversation) -> Result<bool, DeskError> {
        Ok(self.store.bot_of(&conversation.service).await?.is_some())
    }

    /// Gives the conversations of a robot that is there no more to people.
    pub(crate) async fn dismiss_robot(&self, org: &Uid, workgroup: &Uid, now: Timestamp) -> Result<(), DeskError> {
        let abandoned = self.store.conversations_of_organisation(org, Some(ThreadStatus::Roboting), ABANDONED).await?;
        for conversation in abandoned.iter().filter(|conversation| conversation.service == *workgroup) {
            self.place(conversation, &Answerer::First, None, now).await?;
        }
        Ok(())
    }

    /// People get a conversation whose visitor has said nothing to its robot for too long.
    pub(crate) async fn leave_robot(&self, conversation: &Conversation, now: Timestamp) -> Result<(), DeskError> {
        self.place(conversation, &Answerer::Idle, None, now).await.map(drop)
    }

    /// Says what a robot answers to `event`, and hands over if it wants that; a repeat says it once.
    ///
    /// # Errors
    /// [`DeskError::NotNow`] when the robot has the conversation no more; [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn robot_answers(
        &self,
        bot: &Webhook,
        event: &HookEvent,
        answer: RobotAnswer,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let by = Principal { org: bot.hook.org.clone(), uid: bot.hook.uid.clone(), role: Role::Service };
        let conversation = self.store.conversation(event.log).await?.ok_or(DeskError::NotYours)?;
        let mut lines = Vec::with_capacity(answer.words.len());
        for (number, words) in answer.words.into_iter().enumerate() {
            let draft = dialect::compose(answer_uid(event, number)?, words.kind, words.content);
            let draft = match self.admit(&by, &conversation, draft, now).await {
                Err(DeskError::Taboo) => {
                    let reason = "the robot says what may not be said here";
                    return self.robot_hands_over(event, Vec::new(), reason, now).await;
                }
                admitted => admitted?,
            };
            lines.push(Line::plain(by.clone(), draft));
        }
        if let Some(reason) = &answer.hand_over {
            return self.robot_hands_over(event, lines, reason, now).await;
        }
        if lines.is_empty() {
            return Ok(());
        }
        for _ in 0..ATTEMPTS {
            let snapshot = self.snapshot(event.log).await?;
            self.is_robots(&snapshot.conversation, event).await?;
            let plan = Plan::default().behind(lines.clone());
            match self.carry_out(&snapshot.conversation, plan).await {
                Err(DeskError::Refused(Refusal::Fenced)) => {}
                decided => return decided.map(drop),
            }
        }
        Err(Refusal::Fenced.into())
    }

    /// Gives a conversation that a robot has to people, as the robot wants it or does not answer.
    ///
    /// # Errors
    /// As [`Self::robot_answers`].
    pub async fn robot_hands_over_for(&self, event: &HookEvent, reason: &str, now: Timestamp) -> Result<(), DeskError> {
        self.robot_hands_over(event, Vec::new(), reason, now).await
    }

    async fn robot_hands_over(
        &self,
        event: &HookEvent,
        mut last_words: Vec<Line>,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let conversation = self.store.conversation(event.log).await?.ok_or(DeskError::NotYours)?;
        last_words.push(self.handed_over(&conversation, reason).await?);
        let answerer = Answerer::HandedOver { event: event.clone(), last_words };
        match self.place(&conversation, &answerer, None, now).await? {
            Placed::Anew(_) => Ok(()),
            Placed::AsBefore(conversation) => Err(DeskError::NotNow(conversation.status)),
        }
    }

    /// What is said when a robot hands over.
    pub(crate) async fn handed_over(&self, conversation: &Conversation, reason: &str) -> Result<Line, DeskError> {
        let text = Text::HandOver.in_language(self.language(conversation.id).await?);
        let told = with_extra(words("SYSTEM", text), json!({ "handOver": reason }));
        Ok(Line::plain(desk_itself(conversation), told))
    }

    /// Whether a robot has the conversation that it answers an event of, and has had it since. To be asked between the read
    /// of the conversation and a decision under its fence, which holds the answer true.
    pub(crate) async fn is_robots(&self, conversation: &Conversation, event: &HookEvent) -> Result<(), DeskError> {
        let is_robots = conversation.status == ThreadStatus::Roboting && self.store.is_to_be_told(event.id).await?;
        if is_robots { Ok(()) } else { Err(DeskError::NotNow(conversation.status)) }
    }
}

/// What the message is called that a robot says as its `number`th answer to `event`, however often it is asked.
pub(crate) fn answer_uid(event: &HookEvent, number: usize) -> Result<MessageUid, DeskError> {
    Ok(MessageUid::new(&format!("robot-{}-{number}", event.id)).map_err(dialect::DialectError::from)?)
}

/// The end of a robot's patience with a visitor who says nothing from `now` on.
pub(crate) fn idles(settings: &ServiceSettings, now: Timestamp) -> Option<TimerChange> {
    let due = Timestamp(now.0.saturating_add(i64::from(settings.robot_idle_min) * 60_000));
    let set = TimerChange::Set { kind: ROBOT_IDLE, key: Box::default(), due, payload: Box::default() };
    (settings.robot_idle_min > 0).then_some(set)
}

/// Whether a robot may say messages of this type: robots' own, and what people say too.
fn is_robots_word(kind: &MessageType) -> bool {
    kind.is_speech() || ["ROBOT", "FAQ"].iter().any(|family| kind.as_str().starts_with(family))
}

/// The type of a user who says something of type `kind` (`spec/bytedesk.md` §2.6). A program that is not the service
/// itself is a robot.
pub(crate) fn user_type(speaker: &Principal, conversation: &Conversation, kind: &MessageType) -> &'static str {
    let is_robot = speaker.role == Role::Service && speaker.uid != conversation.service && is_robots_word(kind);
    if is_robot { "ROBOT" } else { speaker.role.user_type() }
}
