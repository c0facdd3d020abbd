//! What the desks of several nodes tell each other.
//!
//! Each keeps in memory what it read from the store; when one changes it, the others hear a [`Word`] and read it again. A
//! word may be lost: then whoever listens is told so, and forgets everything ([`Desk::missed`]).

use deskwire_cluster::{Bus, Channel, Decided, Hint, NodeId};
use deskwire_model::{Conversation, LogId, Seq, Topic, Uid};
use serde::{Deserialize, Serialize};

use crate::{Desk, DeskError};

/// What one node tells the others. Members may be added; a word that is not known is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Word {
    /// These hear a log again.
    Hears { log: i64, users: Vec<Uid> },
    /// A user hears nothing of a log behind an entry.
    Departed { log: i64, user: Uid, last: u64 },
    /// A user takes part in a conversation.
    Joined { user: Uid, log: i64 },
    /// How an agent shows itself was changed.
    Profile(Uid),
    /// The settings of a service were changed.
    Settings(Uid),
    /// A channel was changed.
    Channel(Uid),
    /// The words that are not to be said in an organisation were changed.
    Words(Uid),
    /// Who is blocked in an organisation was changed.
    Blacklist(Uid),
    /// Tokens of a user have ended.
    Tokens(Uid),
    /// Service keys were made or revoked.
    Keys,
    /// There is something to be told to webhooks.
    Webhooks,
    /// Notices of a user of an organisation have changed.
    Notices { org: Uid, user: Uid },
    /// So many users of these organisations, and of no others, are connected to the node.
    AllOnline(Vec<(Uid, usize)>),
    /// So many users of an organisation are connected to the node.
    Online { org: Uid, users: usize },
    /// These of the staff, and nobody else, are on the node.
    There(Vec<Uid>),
    /// One of the staff has come to the node, or gone from there.
    Moved { agent: Uid, is_there: bool },
}

/// Why a word of another node is not understood.
#[derive(Debug, thiserror::Error)]
#[error("it cannot be read: {0}")]
pub struct WordError(#[from] serde_json::Error);

/// What a word of another node asks of those around the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// To look again which tokens have ended, and whether the connections of this user may stay.
    Tokens(Uid),
    /// To look again which service keys there are.
    Keys,
    /// To look whether webhooks are to be told something.
    Webhooks,
    /// To tell this user of this organisation its notices.
    Notices {
        /// The organisation.
        org: Uid,
        /// The user.
        user: Uid,
    },
    /// To know how many users of these organisations, and of no others, are connected to the node.
    AllOnline(Vec<(Uid, usize)>),
    /// To know how many users of an organisation are connected to the node.
    Online {
        /// The organisation.
        org: Uid,
        /// How many.
        users: usize,
    },
}

fn publish(bus: &Bus, channel: &Channel, word: &Word) {
    if !bus.is_shared() {
        return;
    }
    match serde_json::to_vec(word) {
        Ok(bytes) => bus.publish(channel, Hint::Note(bytes.into())),
        Err(error) => tracing::error!(%error, "a word to other nodes cannot be written"),
    }
}

/// Tells the other nodes where `user` is connected that its notices have changed.
pub(crate) fn tell_notices(bus: &Bus, org: &Uid, user: &Uid) {
    publish(bus, &Channel::User(user.clone()), &Word::Notices { org: org.clone(), user: user.clone() });
}

/// Tells every other node how many users of `org` are connected to this one.
pub(crate) fn tell_online(bus: &Bus, org: Uid, users: usize) {
    publish(bus, &Channel::All, &Word::Online { org, users });
}

/// Tells every other node how many users of all organisations are connected to this one.
pub(crate) fn tell_all_online(bus: &Bus, counts: Vec<(Uid, usize)>) {
    publish(bus, &Channel::All, &Word::AllOnline(counts));
}

/// Telling.
impl Desk {
    /// Tells every other node.
    pub(crate) fn tell_nodes(&self, word: &Word) {
        publish(&self.bus, &Channel::All, word);
    }

    /// Tells the other nodes where `user` is connected.
    pub(crate) fn tell_nodes_of(&self, user: &Uid, word: &Word) {
        publish(&self.bus, &Channel::User(user.clone()), word);
    }

    /// Tells the others that a conversation has changed, before they hear its entries.
    pub(crate) fn tell_decided(&self, now: &Conversation) {
        if !self.bus.is_shared() {
            return;
        }
        let decided = Decided { topic: now.topic.clone(), log: now.id, fence: now.fence };
        self.bus.publish(&Channel::All, Hint::Decided(decided));
        let users = now.agent.iter().chain(now.attendants.iter().map(|attendant| &attendant.user)).cloned().collect();
        self.tell_nodes(&Word::Hears { log: now.id.0, users });
    }

    /// Tells the others whether one of the staff is there on this node, if that has changed.
    pub(crate) fn tell_presence(&self, agent: &Uid) {
        if let Some(is_there) = self.presence.look_for(agent) {
            self.tell_nodes(&Word::Moved { agent: agent.clone(), is_there });
        }
    }

    /// Tells the others who of the staff is there on this node: for those who have not heard how it came to that.
    pub fn tell_staff(&self) {
        self.tell_nodes(&Word::There(self.presence.staff_here()));
    }

    /// Tells the others that tokens of `user` have ended.
    pub fn tell_tokens_ended(&self, user: &Uid) {
        self.tell_nodes(&Word::Tokens(user.clone()));
    }

    /// Tells the others that webhooks are to be told something: one of them has to do it.
    pub fn tell_webhooks_raised(&self) {
        self.tell_nodes(&Word::Webhooks);
    }

    /// Tells the others that service keys have changed.
    pub fn tell_keys_changed(&self) {
        self.tell_nodes(&Word::Keys);
    }
}

/// Hearing.
impl Desk {
    /// Another node has changed a conversation.
    pub fn hear_decided(&self, decided: &Decided) {
        self.directory.forget_before(&decided.topic, decided.fence);
    }

    /// Takes in a word of the node `from`; what it asks of others.
    ///
    /// # Errors
    /// [`WordError`] when it is none that this release knows.
    pub fn hear(&self, from: &NodeId, word: &[u8]) -> Result<Option<Concern>, WordError> {
        match serde_json::from_slice(word)? {
            Word::Hears { log, users } => users.iter().for_each(|user| self.departures.forget(LogId(log), user)),
            Word::Departed { log, user, last } => self.departures.note(LogId(log), user, Seq(last)),
            Word::Joined { user, log } => self.join_here(user, LogId(log)),
            Word::Profile(agent) => self.directory.profiles().forget(&agent),
            Word::Settings(service) => {
                self.directory.settings.forget(&service);
                self.wake(&service);
            }
            Word::Channel(channel) => self.directory.channels.forget(&channel),
            Word::Words(org) => self.moderation.words_changed_elsewhere(&org),
            Word::Blacklist(org) => self.moderation.blacklist_changed_elsewhere(&org),
            Word::There(users) => self.presence.elsewhere().are_on(from, users),
            Word::Moved { agent, is_there } => self.presence.elsewhere().is_on(from, agent, is_there),
            Word::Tokens(user) => return Ok(Some(Concern::Tokens(user))),
            Word::Webhooks => return Ok(Some(Concern::Webhooks)),
            Word::Keys => return Ok(Some(Concern::Keys)),
            Word::AllOnline(counts) => return Ok(Some(Concern::AllOnline(counts))),
            Word::Online { org, users } => return Ok(Some(Concern::Online { org, users })),
            Word::Notices { org, user } => return Ok(Some(Concern::Notices { org, user })),
        }
        Ok(None)
    }

    /// The node `lost` is gone: nobody is there any more, and what it had begun others carry on.
    pub fn lost(&self, lost: &NodeId) {
        if !self.presence.elsewhere().lost(lost).is_empty() {
            tracing::info!(node = %lost, "the agents of a lost node are offline until they come back");
        }
        self.wakes.everything();
    }

    /// Words of other nodes may have been lost: nothing is kept that was read before, and nothing that is read now while it
    /// is `doubted` whether changes are told.
    pub fn missed(&self, doubted: bool) {
        self.directory.forget_all(doubted);
        // Making the words anew for each message would be too slow: they are as they were when somebody last looked.
        self.moderation.forget_all();
        self.wakes.everything();
    }

    /// Has the connections of the staff follow what they take part in by now: they may not have been told.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn rejoin_staff(&self) -> Result<(), DeskError> {
        for agent in self.presence.staff_here() {
            for conversation in self.store.conversations_of(&agent, self.config.open_per_agent).await? {
                self.recheck_departure(conversation.id, &agent).await?;
                self.joined_here(&agent, &self.remember(conversation));
            }
        }
        Ok(())
    }

    /// Tells the connections of `user` on this node that it takes part in `log`, as soon as that is read.
    fn join_here(&self, user: Uid, log: LogId) {
        if self.sessions.of(&user).is_empty() {
            return;
        }
        let desk = self.clone();
        tokio::spawn(async move {
            let checked = desk.recheck_departure(log, &user).await;
            let read = desk.store.conversation(log).await.map_err(DeskError::from);
            match checked.and(read) {
                Ok(Some(conversation)) => desk.joined_here(&user, &desk.remember(conversation)),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, conversation = %log, "a user could not be told what it takes part in");
                }
            }
        });
    }

    /// How far each of `topics` has grown that is a conversation's.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn heads(&self, topics: &[Topic]) -> Result<Vec<(Topic, Seq)>, DeskError> {
        Ok(self.store.heads(topics).await?)
    }
}
