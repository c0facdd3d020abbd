//! What an administrator sets for a workgroup or an agent, with the defaults of `spec/bytedesk.md` §8.

use std::sync::Arc;

use deskwire_model::{Principal, Timestamp, Uid};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    Desk, DeskError,
    auto_replies::AutoReply,
    nodes::Word,
    routing::{Mode, hours::Hours},
};

/// Longest text that a setting may have, in bytes.
const MAX_TEXT: usize = 4096;
/// Most questions of a welcome.
const MAX_FAQS: usize = 50;

/// The settings of a service: a workgroup, or an agent who is asked for by name. What is not set has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceSettings {
    /// By what rule it chooses an agent.
    pub routing: Mode,
    /// Whether it serves anybody; if not it is closed, whatever its hours.
    pub available: bool,
    /// When it is open.
    pub hours: Hours,
    /// The workgroup that takes over where it is closed, nobody is there, or all are busy.
    pub overflow: Option<Uid>,
    /// How many may wait.
    pub max_waiting: u64,
    /// How long a visitor waits at most, in seconds.
    pub max_wait_s: u32,
    /// What one place in the queue takes, in seconds: for the estimate that visitors are told.
    pub average_wait_s: u32,
    /// How long a visitor may leave an agent's reply unanswered, in minutes; 0 for ever.
    pub auto_close_min: u32,
    /// How long an agent may leave a visitor unanswered before it is reminded, in minutes; 0 for ever.
    pub remind_min: u32,
    /// How long an agent may leave a transfer unanswered, in seconds.
    pub transfer_timeout_s: u32,
    /// How long an agent may leave an invitation unanswered, in seconds.
    pub invite_timeout_s: u32,
    /// How long a visitor may leave the question unanswered whether it wants to chat, in seconds.
    pub invite_visitor_timeout_s: u32,
    /// How long a visitor may say nothing to a robot, in minutes; 0 for ever.
    pub robot_idle_min: u32,
    /// Whether people get the conversation then, instead of its being closed.
    pub robot_idle_to_people: bool,
    /// What is answered by itself.
    pub auto_reply: AutoReply,
    /// How long an order card is pending that does not say so itself, in seconds.
    pub order_card_s: u32,
    /// Most colleagues who help in one conversation.
    pub max_helpers: usize,
    /// How long a visitor may recall what it has said, in seconds; 0 for ever.
    pub recall_s: u32,
    /// How long those at the desk may, in seconds; 0 for ever.
    pub staff_recall_s: u32,
    /// Whether what was said may be changed.
    pub edit: bool,
    /// How long a visitor may change what it has said, in seconds; 0 for ever.
    pub edit_s: u32,
    /// How long those at the desk may, in seconds; 0 for ever.
    pub staff_edit_s: u32,
    /// Whether agents see what a visitor writes before it is sent. Tell your visitors if they do.
    pub preview: bool,
    /// Whether the visitor is asked for a rating when a conversation is closed in which an agent has answered.
    pub rate_on_close: bool,
    /// What the visitor is asked then, or by an agent who leaves it open.
    pub rate_invite: Option<String>,
    /// Messages after which a visitor may rate without being asked.
    pub rate_min_messages: usize,
    /// How long a visitor may change its rating, in minutes.
    pub rate_change_min: u32,
    /// What an agent says first; none for the desk's own words. As the next ones.
    pub welcome: Option<String>,
    /// What a visitor who has waited reads before that, as a SYSTEM line; none for nothing.
    pub agent_joined: Option<String>,
    /// Questions that are offered with it.
    pub welcome_faqs: Vec<Faq>,
    /// What a visitor reads who has to wait.
    pub queue: Option<String>,
    /// What a visitor reads when nobody is there.
    pub leave_message: Option<String>,
    /// What a visitor reads who comes back to an open conversation.
    pub resume: Option<String>,
    /// What a visitor reads when an agent closes the conversation.
    pub agent_closed: Option<String>,
    /// What a visitor reads when it closes by itself.
    pub auto_closed: Option<String>,
}

/// A question that is offered to visitors, with its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Faq {
    /// Its uid.
    pub uid: String,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// TEXT, or another type of message.
    pub r#type: String,
}

impl Default for ServiceSettings {
    fn default() -> Self {
        Self {
            routing: Mode::default(),
            available: true,
            hours: Hours::default(),
            overflow: None,
            max_waiting: 10_000,
            max_wait_s: 24 * 60 * 60,
            average_wait_s: 60,
            auto_close_min: 25,
            remind_min: 5,
            transfer_timeout_s: 30,
            invite_timeout_s: 300,
            invite_visitor_timeout_s: 300,
            robot_idle_min: 30,
            robot_idle_to_people: false,
            auto_reply: AutoReply::default(),
            order_card_s: 60,
            max_helpers: 3,
            recall_s: 2 * 60,
            staff_recall_s: 24 * 60 * 60,
            edit: true,
            edit_s: 2 * 60,
            staff_edit_s: 24 * 60 * 60,
            preview: false,
            rate_on_close: false,
            rate_invite: None,
            rate_min_messages: 3,
            rate_change_min: 24 * 60,
            welcome: None,
            agent_joined: None,
            welcome_faqs: Vec::new(),
            queue: None,
            leave_message: None,
            resume: None,
            agent_closed: None,
            auto_closed: None,
        }
    }
}

impl ServiceSettings {
    /// Whether it is open at `now`.
    pub(crate) fn is_open(&self, now: Timestamp, zone: &TimeZone) -> bool {
        self.available && self.hours.is_open(now, zone)
    }

    /// When it opens next after `now`, if time alone opens it.
    pub(crate) fn next_opening(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.hours.next_opening(now, zone).filter(|_| self.available)
    }

    fn check(&self) -> Result<(), DeskError> {
        let texts = [
            &self.welcome,
            &self.agent_joined,
            &self.queue,
            &self.leave_message,
            &self.resume,
            &self.agent_closed,
            &self.auto_closed,
            &self.rate_invite,
        ];
        if texts.into_iter().flatten().any(|text| text.len() > MAX_TEXT) {
            return Err(DeskError::Settings(format!("a text has at most {MAX_TEXT} bytes")));
        }
        let faq_size = |faq: &Faq| faq.question.len() + faq.answer.len();
        if self.welcome_faqs.len() > MAX_FAQS || self.welcome_faqs.iter().any(|faq| faq_size(faq) > MAX_TEXT) {
            return Err(DeskError::Settings(format!("at most {MAX_FAQS} questions, of at most {MAX_TEXT} bytes each")));
        }
        self.auto_reply.check()
    }
}

fn unreadable(error: &serde_json::Error) -> DeskError {
    DeskError::Settings(error.to_string())
}

impl Desk {
    /// The settings of a workgroup or an agent.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub(crate) async fn settings(&self, service: &Uid) -> Result<Arc<ServiceSettings>, DeskError> {
        if let Some(settings) = self.directory.settings.get(service) {
            return Ok(settings);
        }
        let mark = self.directory.settings.mark();
        let stored = self.store.settings(service).await?;
        let read = stored.map(|stored| serde_json::from_str(&stored)).transpose();
        let settings = read.unwrap_or_else(|error| {
            tracing::error!(%service, %error, "settings cannot be read, the defaults apply");
            None
        });
        let settings = Arc::new(settings.unwrap_or_default());
        self.directory.settings.learn(mark, service, Arc::clone(&settings));
        Ok(settings)
    }

    /// The settings of a service of the organisation of `by`, for somebody at the desk.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others, [`DeskError::UnknownService`], [`DeskError::Store`].
    pub async fn settings_of(&self, by: &Principal, service: &Uid) -> Result<Arc<ServiceSettings>, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        self.target(by, service).await?;
        self.settings(service).await
    }

    /// Changes those members of what `by` answers by itself that `changes` names; what it answers then.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors, [`DeskError::Settings`] when they are not acceptable, [`DeskError::Store`].
    pub async fn change_auto_reply(&self, by: &Principal, changes: Map<String, Value>) -> Result<AutoReply, DeskError> {
        if !by.role.is_staff() || self.store.agent(&by.uid).await?.is_none() {
            return Err(DeskError::NotAllowed);
        }
        let mut auto_reply =
            serde_json::to_value(&self.settings(&by.uid).await?.auto_reply).map_err(|error| unreadable(&error))?;
        if let Value::Object(members) = &mut auto_reply {
            members.extend(changes);
        }
        let settings = self.merge_settings(&by.uid, &json!({ "autoReply": auto_reply })).await?;
        settings.check()?;
        self.save_settings(&by.uid, &settings).await?;
        Ok(settings.auto_reply)
    }

    /// The settings of a service with `changes` in them.
    async fn merge_settings(&self, service: &Uid, changes: &Value) -> Result<ServiceSettings, DeskError> {
        let current = self.settings(service).await?;
        let mut merged = serde_json::to_value(&*current).map_err(|error| unreadable(&error))?;
        let (Value::Object(merged_members), Value::Object(changes)) = (&mut merged, changes) else {
            return Err(DeskError::Settings("an object is needed".to_owned()));
        };
        merged_members.extend(changes.clone());
        serde_json::from_value(merged).map_err(|error| unreadable(&error))
    }

    async fn save_settings(&self, service: &Uid, settings: &ServiceSettings) -> Result<(), DeskError> {
        self.store
            .save_settings(service, &serde_json::to_string(settings).map_err(|error| unreadable(&error))?)
            .await?;
        self.directory.settings.forget(service);
        self.tell_nodes(&Word::Settings(service.clone()));
        self.wake(service);
        Ok(())
    }

    /// Changes those settings of a service of the administrator's organisation that `changes` names; the settings as they
    /// are then.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::UnknownService`],
    /// [`DeskError::Settings`] when they are not acceptable, [`DeskError::Store`].
    pub async fn change_settings(
        &self,
        by: &Principal,
        service: &Uid,
        changes: &Value,
    ) -> Result<Arc<ServiceSettings>, DeskError> {
        self.administers(by, service).await?;
        let settings = self.merge_settings(service, changes).await?;
        settings.check()?;
        if let Some(overflow) = &settings.overflow {
            self.store
                .workgroup(overflow)
                .await?
                .filter(|group| group.org == by.org)
                .ok_or(DeskError::UnknownService)?;
        }
        self.save_settings(service, &settings).await?;
        self.settings(service).await
    }
}
