//! What visitors see of a channel.

use deskwire_model::{ThreadType, Timestamp, Uid};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Channel, ChannelService, IdentityRule, ServiceKind, Side};
use crate::{Desk, DeskError, routing::hours::Hours, wording::Language};

/// Most questions that are offered.
const MAX_FAQS: usize = 10;

/// A channel as a visitor sees it, in its language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShownChannel {
    /// Its uid.
    pub channel: Uid,
    /// uid of the organisation.
    pub organisation: Uid,
    /// The title of the panel.
    pub title: String,
    /// What a visitor reads first; empty for the panel's own words.
    pub greeting: String,
    /// The shop's colour as `#rrggbb`, or empty.
    pub brand: String,
    /// Where the button stands.
    pub side: Side,
    /// Who may be asked, in the order to choose from.
    pub services: Vec<ShownService>,
    /// Questions with answers.
    pub faqs: Vec<ShownFaq>,
    /// When the services are open, in words; empty if they always are, or if they differ.
    pub hours: String,
    /// Whether somebody is there now: a service is open and has an agent who is available, or a robot.
    pub open: bool,
    /// Whether visitors are asked for their name.
    pub ask_name: bool,
    /// Address of the shop's privacy policy, or empty.
    pub privacy_url: String,
    /// Whether the shop says who its visitors are.
    pub identity: IdentityRule,
}

/// Somebody whom visitors may ask for, as they see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShownService {
    /// What it is.
    pub kind: ServiceKind,
    /// The workgroup or agent.
    pub id: Uid,
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShownFaq {
    /// Its uid.
    pub id: String,
    /// The question.
    pub question: String,
    /// The answer as text; empty for one that is to be asked.
    pub answer: String,
}

impl Desk {
    /// What a visitor who speaks `language` sees of `channel` at `now`.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn shown_channel(
        &self,
        channel: &Channel,
        language: Language,
        now: Timestamp,
    ) -> Result<ShownChannel, DeskError> {
        let settings = &channel.settings;
        let mut services = Vec::with_capacity(settings.services.len());
        let mut faqs: Vec<ShownFaq> = Vec::new();
        let mut hours: Vec<Hours> = Vec::new();
        let mut open = false;
        for service in &settings.services {
            let Some(name) = self.service_name(service).await? else { continue };
            let own = service.name.text(language);
            services.push(ShownService {
                kind: service.kind,
                id: service.uid.clone(),
                name: if own.is_empty() { name } else { own.to_owned() },
                description: service.description.text(language).to_owned(),
            });
            open = open || self.is_attended(service.kind.into(), &service.uid, now).await?;
            let of_service = self.settings(&service.uid).await?;
            hours.push(of_service.hours.clone());
            for faq in self.offered_faqs(&of_service, &service.uid).await? {
                if faqs.len() < MAX_FAQS && !faqs.iter().any(|known| known.id == faq.uid && !faq.uid.is_empty()) {
                    // What is no text is shown in a conversation.
                    let is_text = matches!(faq.r#type.as_str(), "" | "TEXT");
                    let answer = if is_text { faq.answer } else { String::new() };
                    faqs.push(ShownFaq { id: faq.uid, question: faq.question, answer });
                }
            }
        }
        let agreed = hours.first().filter(|first| hours.iter().all(|other| other.shifts == first.shifts));
        Ok(ShownChannel {
            channel: channel.uid.clone(),
            organisation: channel.org.clone(),
            title: settings.title.text(language).to_owned(),
            greeting: settings.greeting.text(language).to_owned(),
            brand: settings.brand.clone(),
            side: settings.side,
            services,
            faqs,
            hours: agreed.map(|hours| hours.in_words(language == Language::Chinese)).unwrap_or_default(),
            open,
            ask_name: settings.ask_name,
            privacy_url: settings.privacy_url.clone(),
            identity: settings.identity,
        })
    }

    /// What a service calls itself, if it is there.
    async fn service_name(&self, service: &ChannelService) -> Result<Option<String>, DeskError> {
        Ok(match service.kind {
            ServiceKind::Workgroup => self.store.workgroup(&service.uid).await?.map(|group| group.name),
            ServiceKind::Agent => self.store.agent(&service.uid).await?.map(|agent| agent.profile.nickname),
        })
    }

    /// Whether somebody answers for a service now, or for the workgroup that takes over from it.
    async fn is_attended(&self, kind: ThreadType, service: &Uid, now: Timestamp) -> Result<bool, DeskError> {
        if self.is_staffed(kind, service, now).await? {
            return Ok(true);
        }
        match &self.settings(service).await?.overflow {
            Some(overflow) => self.is_staffed(ThreadType::Workgroup, overflow, now).await,
            None => Ok(false),
        }
    }

    async fn is_staffed(&self, kind: ThreadType, service: &Uid, now: Timestamp) -> Result<bool, DeskError> {
        // A robot answers at any time.
        if self.store.bot_of(service).await?.is_some() {
            return Ok(true);
        }
        if !self.settings(service).await?.hours.is_open(now, &self.config.time_zone) {
            return Ok(false);
        }
        Ok(match kind {
            ThreadType::Agent => self.store.agent(service).await?.is_some_and(|agent| self.is_ready(&agent)),
            ThreadType::Workgroup => {
                let group = self.store.workgroup(service).await?;
                group.is_some_and(|group| group.members.iter().any(|member| self.is_ready(&member.agent)))
            }
        })
    }
}
