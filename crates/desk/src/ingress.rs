//! The one way in for messages.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::{Announce, CommitError, Content, Job, Publication, Reply};
use deskwire_model::{
    Conversation, Draft, LogId, MessageClass, MessageUid, Payload, Principal, Profile, Seq, Stamp, Timestamp,
    dialect::{self, DialectError},
};
use deskwire_store::{NewEntry, Upto, Write, Written};
use tokio::sync::oneshot;

use crate::{Desk, DeskError, access::takes_part};

/// Who speaks, and through which of its devices.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The user, as authenticated.
    pub principal: &'a Principal,
    /// The device, empty for the user's default device; none if it is not remembered.
    pub device: Option<&'a str>,
}

/// How far a submitted message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is on its way to the disk; the reply will tell.
    Pending,
    /// There is nothing to wait for, and no reply will come.
    Done,
}

impl Desk {
    /// Takes a message into a conversation.
    ///
    /// Messages become entries; RECALL becomes an entry that hides its target; READ and DELIVERED move the sender's
    /// cursors; TYPING, PREVIEW and PROCESSING are relayed behind what was said before them. Who listens hears of it
    /// after the commit (invariant I1).
    ///
    /// # Errors
    /// [`DeskError`] when the message is not accepted; `reply` is not used then.
    pub async fn submit(
        &self,
        sender: Sender<'_>,
        conversation: &Arc<Conversation>,
        draft: Draft,
        now: Timestamp,
        reply: Reply,
    ) -> Result<Submitted, DeskError> {
        let principal = sender.principal;
        if !takes_part(principal, conversation) {
            return Err(DeskError::NotYours);
        }
        let profile = self.profile(principal, conversation).await?;
        let speaker = Speaker { principal, profile: &profile, conversation };
        let write = match draft.kind.class() {
            MessageClass::Ephemeral => {
                let publication = speaker.relay(&draft, now);
                self.log.submit(Job::Relay { publication, ticket: None }).await?;
                None
            }
            MessageClass::Logged => Some(Write::Append(speaker.entry(&draft, None))),
            MessageClass::Recall => {
                let target = MessageUid::new(&draft.content).map_err(DialectError::from)?;
                Some(Write::Append(speaker.entry(&draft, Some(target))))
            }
            MessageClass::Delivered => self.delivered_move(sender, conversation.id, &draft).await?,
            MessageClass::Read => read_move(sender, conversation.id, &draft),
        };
        let Some(write) = write else { return Ok(Submitted::Done) };
        let announce = match &write {
            Write::Append(_) => Announce::Entry(conversation.topic.clone()),
            // The receipt as its sender wrote it, for the others to hear if the cursor moves.
            _ => Announce::Receipt(Arc::new(speaker.relay(&draft, now))),
        };
        self.log.submit(Job::Write { write, announce, reply }).await?;
        Ok(Submitted::Pending)
    }

    /// What a DELIVERED receipt does: nothing when it names no entry, or when the device is not remembered.
    async fn delivered_move(
        &self,
        sender: Sender<'_>,
        log: LogId,
        receipt: &Draft,
    ) -> Result<Option<Write>, DeskError> {
        let (Ok(target), Some(device)) = (MessageUid::new(&receipt.content), sender.device) else { return Ok(None) };
        let entry = self.store.entry_by_uid(log, &target).await?;
        let user = sender.principal.uid.clone();
        Ok(entry.map(|entry| Write::Delivered { log, user, device: device.into(), seq: entry.seq }))
    }

    /// As [`Self::submit`], and waits: the message as it is in the log, in the `message-json` dialect. None for what is
    /// not logged.
    ///
    /// # Errors
    /// [`DeskError`] when it was not accepted or did not get to the disk.
    pub async fn send(
        &self,
        sender: Sender<'_>,
        conversation: &Arc<Conversation>,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Option<Bytes>, DeskError> {
        let (waiter, outcome) = oneshot::channel();
        if self.submit(sender, conversation, draft, now, Reply::Waiter(waiter)).await? == Submitted::Done {
            return Ok(None);
        }
        let seq = match outcome.await.map_err(|_| CommitError::Stopping)?? {
            Written::Appended { seq, .. } | Written::Duplicate { seq, .. } => seq,
            Written::Refused(refusal) => return Err(refusal.into()),
            _ => return Ok(None),
        };
        let entries = self.store.entries_after(conversation.id, Seq(seq.0 - 1), 1).await?;
        Ok(entries.first().map(|entry| self.renderer.json(entry.into())).transpose()?)
    }
}

/// What a READ receipt does: nothing when its content cannot name an entry.
fn read_move(sender: Sender<'_>, log: LogId, receipt: &Draft) -> Option<Write> {
    let upto = Upto::Message(MessageUid::new(&receipt.content).ok()?);
    Some(Write::Read { log, user: sender.principal.uid.clone(), device: sender.device.map(Into::into), upto })
}

/// A principal who speaks in a conversation.
pub(crate) struct Speaker<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) profile: &'a Profile,
    pub(crate) conversation: &'a Conversation,
}

impl Speaker<'_> {
    pub(crate) fn stamp(&self, draft: &Draft) -> Payload {
        let stamp = Stamp {
            sender: &self.principal.uid,
            user_type: self.principal.role.user_type(),
            nickname: &self.profile.nickname,
            avatar: &self.profile.avatar,
            conversation: self.conversation,
        };
        dialect::stamp(draft, &stamp)
    }

    /// A message that is to be logged; `hides` is the message that it recalls.
    pub(crate) fn entry(&self, draft: &Draft, hides: Option<MessageUid>) -> NewEntry {
        NewEntry {
            log: self.conversation.id,
            sender: self.principal.uid.clone(),
            uid: draft.uid.clone(),
            kind: draft.kind.clone(),
            payload: self.stamp(draft),
            hides,
        }
    }

    /// A message that is handed on and forgotten.
    pub(crate) fn relay(&self, draft: &Draft, now: Timestamp) -> Publication {
        let payload = self.stamp(draft);
        let content = Content::Message { log: self.conversation.id, seq: None, at: now, recalled: false, payload };
        Publication::new(self.conversation.topic.clone(), content)
    }
}
