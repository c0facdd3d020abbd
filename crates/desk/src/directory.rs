//! What is asked for with every message, kept in memory: conversations, settings and channels, which change through the desk
//! alone, and the names of agents.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use deskwire_broker::{Announce, CommitError};
use deskwire_model::{Conversation, Principal, Profile, Role, Topic, Uid, dialect::Address, topic_behind_notes};
use deskwire_store::{Write, Written};
use moka::sync::Cache;

use crate::{Channel, Desk, DeskError, access::takes_part, known::Known, nodes::Word, settings::ServiceSettings};

/// Bounded caches. Every change of a conversation goes through the desk, which puts the new state here.
#[derive(Debug)]
pub(crate) struct Directory {
    conversations: Cache<Topic, Arc<Conversation>>,
    /// Under which fence at least a conversation is, by what other nodes have told; one that was read before is old.
    fences: Cache<Topic, u64>,
    /// Whether conversations may change without this node being told.
    doubted: AtomicBool,
    profiles: Known<Uid, Profile>,
    pub(crate) settings: Known<Uid, Arc<ServiceSettings>>,
    pub(crate) channels: Known<Uid, Arc<Channel>>,
}

impl Directory {
    pub(crate) fn new(capacity: u64) -> Self {
        Self {
            conversations: Cache::new(capacity),
            fences: Cache::new(capacity),
            doubted: AtomicBool::new(false),
            profiles: Known::new(capacity),
            settings: Known::new(capacity),
            channels: Known::new(capacity),
        }
    }

    pub(crate) const fn profiles(&self) -> &Known<Uid, Profile> {
        &self.profiles
    }

    /// Forgets the conversation on `topic` as it was before `fence`: another node has changed it.
    pub(crate) fn forget_before(&self, topic: &Topic, fence: u64) {
        self.fences.entry(topic.clone()).or_insert_with_if(|| fence, |known| *known < fence);
        // Looked at behind it: who has read the conversation meanwhile finds the fence, or has put it here already.
        if self.conversations.get(topic).is_some_and(|known| known.fence < fence) {
            self.conversations.invalidate(topic);
        }
    }

    /// Forgets everything; keeps nothing while it is `doubted` whether this node is told of changes.
    pub(crate) fn forget_all(&self, doubted: bool) {
        self.doubted.store(doubted, Ordering::Release);
        self.conversations.invalidate_all();
        self.profiles.forget_all(doubted);
        self.settings.forget_all(doubted);
        self.channels.forget_all(doubted);
    }

    /// Whether `conversation` is as it was before the fence that another node has told.
    fn is_old(&self, conversation: &Conversation) -> bool {
        self.fences.get(&conversation.topic).is_some_and(|fence| conversation.fence < fence)
    }

    /// Keeps a conversation, unless a newer one is known; the newer of the two.
    fn keep(&self, conversation: Arc<Conversation>) -> Arc<Conversation> {
        if self.doubted.load(Ordering::Acquire) || self.is_old(&conversation) {
            return conversation;
        }
        let topic = conversation.topic.clone();
        let newest = self
            .conversations
            .entry(topic.clone())
            .or_insert_with_if(|| Arc::clone(&conversation), |cached| cached.fence <= conversation.fence)
            .into_value();
        // Behind it, as forgetting looks here behind the fence.
        if self.is_old(&newest) {
            self.conversations.invalidate(&topic);
        }
        newest
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
        Ok(Some(self.directory.keep(conversation)))
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
        self.directory.profiles.forget(agent);
        self.tell_nodes(&Word::Profile(agent.clone()));
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
        self.directory.keep(conversation)
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
                let mark = self.directory.profiles.mark();
                let profile = self.store.agent(&principal.uid).await?.map(|agent| agent.profile).unwrap_or_default();
                self.directory.profiles.learn(mark, &principal.uid, profile.clone());
                Ok(Cow::Owned(profile))
            }
            Role::Service => Ok(Cow::Owned(Profile::default())),
        }
    }
}
