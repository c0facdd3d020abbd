//! What readers ask for.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::Publication;
use deskwire_model::{AgentProfile, Conversation, Entry, LogId, Principal, Role, Seq, Timestamp, TopicFilter, Uid};
use deskwire_store::{OpenedSession, Visitor};

use crate::{Desk, DeskError, access::takes_part};

/// A page of a conversation's history.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    /// Messages in the `message-json` dialect, newest first.
    pub messages: Vec<Bytes>,
    /// Entries of the whole log.
    pub total: u64,
}

/// The device for which a feed is opened (DESIGN §1, cursor rules).
#[derive(Clone, Copy, Debug)]
pub enum FeedDevice<'a> {
    /// A STOMP device; empty for the user's default device.
    Stomp(&'a str),
    /// A persistent MQTT session.
    Mqtt(&'a str),
    /// Nothing is remembered: the feed begins where the user joined.
    Joined,
    /// Nothing is remembered: the feed begins at the end.
    End,
}

/// Where a reader's feed of one conversation begins.
#[derive(Clone, Debug)]
pub struct OpenFeed {
    /// The conversation.
    pub conversation: Arc<Conversation>,
    /// What the reader has.
    pub position: Seq,
    /// What there is.
    pub head: Seq,
}

impl Desk {
    /// The history of `conversation`, newest first, in pages of `size` entries numbered from 0.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn history(&self, conversation: &Conversation, page: u32, size: u32) -> Result<HistoryPage, DeskError> {
        let head = self.store.head(conversation.id).await?;
        // Positions have no holes, so a page number is a position.
        let skipped = u64::from(page) * u64::from(size);
        if skipped >= head.0 {
            return Ok(HistoryPage { messages: Vec::new(), total: head.0 });
        }
        let before = Seq(head.0 - skipped + 1);
        let entries = self.store.entries_before(conversation.id, Some(before), size as usize).await?;
        let messages = entries.iter().map(|entry| self.renderer.json(entry.into())).collect::<Result<_, _>>()?;
        Ok(HistoryPage { messages, total: head.0 })
    }

    /// The entries behind `after` as they are handed to subscribers, at most `entries` of them and not much more than
    /// `bytes`, and whether there are no more.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn page_after(
        &self,
        conversation: &Conversation,
        after: Seq,
        entries: usize,
        bytes: usize,
    ) -> Result<(Vec<(Seq, Arc<Publication>)>, bool), DeskError> {
        let page = self.store.page_after(conversation.id, after, entries, bytes).await?;
        let publish = |entry: Entry| (entry.seq, Arc::new(Publication::entry(conversation.topic.clone(), entry)));
        Ok((page.entries.into_iter().map(publish).collect(), page.last))
    }

    /// Where the feed of `user` on `device` begins.
    ///
    /// The caller subscribes first and asks then: so nothing can fall between the answer and the first announcement.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn open_feed(
        &self,
        conversation: Arc<Conversation>,
        user: &Uid,
        device: FeedDevice<'_>,
    ) -> Result<OpenFeed, DeskError> {
        let (log, head) = (conversation.id, self.store.head(conversation.id).await?);
        let position = match device {
            FeedDevice::Joined => {
                let participants = self.store.participants(log).await?;
                participants.iter().find(|participant| participant.user == *user).map_or(head, |found| found.joined)
            }
            FeedDevice::End => head,
            FeedDevice::Mqtt(client_id) => self.cursor(log, user, client_id).await?.unwrap_or(head),
            FeedDevice::Stomp(device) => {
                // A device that is seen for the first time has what the user's default device has.
                let known = device.is_empty()
                    || self.log.position(log, user, device).is_some()
                    || self.store.has_delivered(log, user, device).await?;
                self.cursor(log, user, if known { device } else { "" }).await?.unwrap_or(head)
            }
        };
        Ok(OpenFeed { conversation, position: position.min(head), head })
    }

    /// The delivered-cursor of a device, on disk or on its way there.
    pub(crate) async fn cursor(&self, log: LogId, user: &Uid, device: &str) -> Result<Option<Seq>, DeskError> {
        let moving = self.log.position(log, user, device);
        Ok(self.store.delivered(log, user, device).await?.max(moving))
    }

    /// The conversations an agent takes part in, newest activity first, bounded by the configuration.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn conversations_of(&self, agent: &Principal) -> Result<Vec<Arc<Conversation>>, DeskError> {
        let conversations = self.store.conversations_of_agent(&agent.uid, self.config.open_per_agent).await?;
        let conversations = conversations.into_iter().map(|conversation| self.remember(conversation));
        Ok(conversations.filter(|conversation| takes_part(agent, conversation)).collect())
    }

    /// Begins or resumes a persistent MQTT session.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn open_session(&self, client_id: &str, user: &Uid) -> Result<OpenedSession, DeskError> {
        Ok(self.store.open_mqtt_session(client_id, user).await?)
    }

    /// Forgets a persistent MQTT session, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn drop_session(&self, client_id: &str) -> Result<(), DeskError> {
        Ok(self.store.drop_mqtt_session(client_id).await?)
    }

    /// Keeps a subscription of a persistent MQTT session.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn save_subscription(&self, client_id: &str, filter: &TopicFilter, qos: u8) -> Result<(), DeskError> {
        Ok(self.store.save_mqtt_subscription(client_id, filter, qos).await?)
    }

    /// Forgets a subscription of a persistent MQTT session.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn drop_subscription(&self, client_id: &str, filter: &TopicFilter) -> Result<(), DeskError> {
        Ok(self.store.drop_mqtt_subscription(client_id, filter).await?)
    }

    /// Notes that a device has everything of a log up to `seq` (DESIGN §1: on evidence only).
    pub fn delivered(&self, log: LogId, user: &Uid, device: &str, seq: Seq) {
        self.log.delivered(log, user, device, seq);
    }

    /// How many messages `user` has not read, over all its conversations.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn unread(&self, user: &Uid) -> Result<u64, DeskError> {
        Ok(self.store.unread_total(user).await?)
    }

    /// The visitor called `uid`.
    ///
    /// # Errors
    /// [`DeskError::UnknownVisitor`], [`DeskError::Store`].
    pub async fn visitor(&self, uid: &Uid) -> Result<Visitor, DeskError> {
        self.store.visitor(uid).await?.ok_or(DeskError::UnknownVisitor)
    }

    /// Enters a visitor, or what a known one says of itself now.
    ///
    /// # Errors
    /// [`DeskError::UnknownOrganisation`], [`DeskError::Store`].
    pub async fn introduce(&self, visitor: &Visitor) -> Result<(), DeskError> {
        if !self.store.organisation_exists(&visitor.org).await? {
            return Err(DeskError::UnknownOrganisation);
        }
        Ok(self.store.upsert_visitor(visitor).await?)
    }

    /// The agent with this user name and its password hash, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn agent_login(&self, username: &str) -> Result<Option<(AgentProfile, String)>, DeskError> {
        Ok(self.store.agent_by_username(None, username).await?)
    }

    /// The last message of `conversation`, and how much of it `user` has not read.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn summary(&self, conversation: &Conversation, user: &Uid) -> Result<(Option<Bytes>, u64), DeskError> {
        let last = self.store.entries_before(conversation.id, None, 1).await?;
        let last = last.first().map(|entry| self.renderer.json(entry.into())).transpose()?;
        Ok((last, self.store.unread(conversation.id, user).await?))
    }

    /// The time of the server as messages carry it.
    #[must_use]
    pub fn local_time(&self, at: Timestamp) -> String {
        self.renderer.local_time(at)
    }

    /// Waits until everything that was submitted is on disk, and leaves the store as one file.
    ///
    /// # Errors
    /// [`DeskError::Commit`] when it did not get there, [`DeskError::Store`].
    pub async fn close(&self) -> Result<(), DeskError> {
        // What has been decided is carried through first.
        let all = u32::try_from(Self::DECISIONS).unwrap_or(u32::MAX);
        let _decided = self.decisions.acquire_many(all).await;
        self.log.flush().await?;
        Ok(self.store.checkpoint().await?)
    }

    /// Proves that writes reach the disk.
    ///
    /// # Errors
    /// [`DeskError::Commit`] when they do not.
    pub async fn probe(&self) -> Result<(), DeskError> {
        self.log.commit(deskwire_store::Write::Probe, deskwire_broker::Announce::Nobody).await?;
        Ok(())
    }

    /// The principal of a visitor.
    #[must_use]
    pub fn visitor_principal(visitor: &Visitor) -> Principal {
        Principal { org: visitor.org.clone(), uid: visitor.uid.clone(), role: Role::Visitor }
    }
}
