//! What is asked for with every message, kept in memory: conversations, settings and channels, which change through the desk
//! alone, and the names of agents.

use std::{borrow::Cow, sync::Arc};

use deskwire_broker::{Announce, CommitError};
use deskwire_model::{Conversation, Principal, Profile, Role, Topic, Uid, dialect::Address, topic_behind_notes};
use deskwire_store::{Write, Written};
use moka::sync::Cache;

use crate::{Channel, Desk, DeskError, access::takes_part, settings::ServiceSettings};

/// Bounded caches. Every change of a conversation goes through the desk, which puts the new state here.
#[derive(Debug)]
pub(crate) struct Directory {
    conversations: Cache<Topic, Arc<Conversation>>,
    profiles: Cache<Uid, Profile>,
    pub(crate) settings: Cache<Uid, Arc<ServiceSettings>>,
    pub(crate) channels: Cache<Uid, Arc<Channel>>,
}

impl Directory {
    pub(crate) fn new(capacity: u64) -> Self {
        Self {
            conversations: Cache::new(capacity),
            profiles: Cache::new(capacity),
            settings: Cache::new(capacity),
            channels: Cache::new(capacity),
        }
    }
}

impl Desk {
    /// The conversation on `topic`, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn conversation(&self, topic: &str) -> Result<Option<Arc<Conversation>>, DeskError> {
        if let Some(conversation) = self.directory.conversations.get(topic) {
            return Ok(Some(conversation));
        }
        let Ok(topic) = Topic::new(topic) else { return Ok(None) };
        let Some(conversation) = self.store.conversation_by_topic(&topic).await? else { return Ok(None) };
        let conversation = Arc::new(conversation);
        if conversation.notes_of.is_some() {
            return Ok(Some(conversation));
        }
        // A change that was committed since the read must not be overwritten with what was read before it.
        let newest = self
            .directory
            .conversations
            .entry(topic)
            .or_insert_with_if(|| Arc::clone(&conversation), |cached| cached.fence < conversation.fence)
            .into_value();
        Ok(Some(newest))
    }

    /// The conversation with the uid `uid` in the organisation of `by`, whoever has it: what `by` may do with it is for
    /// the caller to find out.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] when there is none, [`DeskError::Store`].
    pub async fn conversation_called(&self, by: &Principal, uid: &Uid) -> Result<Arc<Conversation>, DeskError> {
        let found = self.store.conversation_by_uid(uid).await?.filter(|found| found.org == by.org);
        found.map(|found| self.remember(found)).ok_or(DeskError::NotYours)
    }

    /// The conversation on `topic` in which `principal` takes part.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] when there is none, [`DeskError::Store`].
    pub async fn own_conversation(&self, principal: &Principal, topic: &str) -> Result<Arc<Conversation>, DeskError> {
        match self.conversation(topic).await? {
            Some(conversation) if takes_part(principal, &conversation) => Ok(conversation),
            Some(_) => Err(DeskError::NotYours),
            None => self.notes(principal, topic).await,
        }
    }

    /// The notes on `topic`, which begin when somebody first looks for them.
    async fn notes(&self, principal: &Principal, topic: &str) -> Result<Arc<Conversation>, DeskError> {
        let about = topic_behind_notes(topic).filter(|_| principal.role.is_staff()).ok_or(DeskError::NotYours)?;
        let about = self.conversation(about).await?.filter(|about| takes_part(principal, about));
        let about = about.filter(|about| about.notes_of.is_none()).ok_or(DeskError::NotYours)?;
        let write = Write::CreateNotes { of: about.id, uid: Uid::random(), topic: about.notes_topic() };
        let notes = self.changed(write).await?;
        for user in about.agent.iter().chain(about.attendants.iter().map(|attendant| &attendant.user)) {
            self.tell_joined(user, &notes);
        }
        Ok(notes)
    }

    /// Forgets how an agent shows itself.
    pub(crate) fn forget_profile(&self, agent: &Uid) {
        self.directory.profiles.invalidate(agent);
    }

    /// Commits a write that is answered by a conversation, and remembers it.
    pub(crate) async fn changed(&self, write: Write) -> Result<Arc<Conversation>, DeskError> {
        match self.log.commit(write, Announce::Nobody).await? {
            Written::Conversation { conversation, .. } => Ok(self.remember(*conversation)),
            Written::Refused(refusal) => Err(refusal.into()),
            // Such a write has no other answer.
            _ => Err(CommitError::Store.into()),
        }
    }

    /// The conversation that a message of `principal` names. Between two people that is the open one with the newest
    /// message.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] when there is none in which `principal` takes part, [`DeskError::Store`].
    pub async fn addressed(&self, principal: &Principal, address: &Address) -> Result<Arc<Conversation>, DeskError> {
        /// Two people have hardly ever more conversations than one.
        const BETWEEN_TWO: usize = 16;
        let found = match address {
            Address::Topic(topic) => return self.own_conversation(principal, topic).await,
            Address::SessionNo(number) => Vec::from_iter(self.store.conversation_by_number(number).await?),
            Address::Session(log) => Vec::from_iter(self.store.conversation(*log).await?),
            Address::User(other) if *other == principal.uid => Vec::new(),
            Address::User(other) => self.store.conversations_between(&principal.uid, other, BETWEEN_TWO).await?,
        };
        let mut found = found.into_iter().map(|conversation| self.remember(conversation));
        found.find(|conversation| takes_part(principal, conversation)).ok_or(DeskError::NotYours)
    }

    /// Puts a changed conversation where everybody finds it. Notes are read each time: who has them changes with what
    /// they are about.
    pub(crate) fn remember(&self, conversation: Conversation) -> Arc<Conversation> {
        let conversation = Arc::new(conversation);
        if conversation.notes_of.is_some() {
            return conversation;
        }
        self.directory
            .conversations
            .entry(conversation.topic.clone())
            .or_insert_with_if(|| Arc::clone(&conversation), |cached| cached.fence <= conversation.fence)
            .into_value()
    }

    /// How `principal` shows itself in `conversation`.
    pub(crate) async fn profile<'a>(
        &self,
        principal: &Principal,
        conversation: &'a Conversation,
    ) -> Result<Cow<'a, Profile>, DeskError> {
        match principal.role {
            Role::Visitor => Ok(Cow::Borrowed(&conversation.visitor_profile)),
            Role::Agent | Role::Supervisor | Role::Admin => {
                if let Some(profile) = self.directory.profiles.get(&principal.uid) {
                    return Ok(Cow::Owned(profile));
                }
                let profile = self.store.agent(&principal.uid).await?.map(|agent| agent.profile).unwrap_or_default();
                self.directory.profiles.insert(principal.uid.clone(), profile.clone());
                Ok(Cow::Owned(profile))
            }
            Role::Service => Ok(Cow::Owned(Profile::default())),
        }
    }
}
