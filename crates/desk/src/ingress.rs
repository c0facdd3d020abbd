//! The one way in for messages.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::{Announce, CommitError, Content, Job, Publication, Reply};
use deskwire_model::{
    Conversation, Draft, MessageClass, MessageType, MessageUid, Payload, Principal, Profile, Seq, Stamp, Timestamp,
    dialect::{self, DialectError},
};
use deskwire_store::{NewEntry, Upto, Write, Written};
use tokio::sync::oneshot;

use crate::{Desk, DeskError, access::takes_part};

/// Who speaks, and through which of its devices.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// Who.
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
        let job = match draft.kind.class() {
            MessageClass::Ephemeral => {
                self.log.submit(Job::Relay(speaker.relay(&draft, now)?)).await?;
                return Ok(Submitted::Done);
            }
            MessageClass::Delivered => {
                let (Ok(target), Some(device)) = (MessageUid::new(&draft.content), sender.device) else {
                    return Ok(Submitted::Done);
                };
                let Some(entry) = self.store.entry_by_uid(conversation.id, &target).await? else {
                    return Ok(Submitted::Done);
                };
                let write = Write::Delivered {
                    log: conversation.id,
                    user: principal.uid.clone(),
                    device: device.into(),
                    seq: entry.seq,
                };
                Job::Write { write, announce: speaker.receipt(&draft, now)?, reply }
            }
            MessageClass::Read => {
                let Ok(target) = MessageUid::new(&draft.content) else { return Ok(Submitted::Done) };
                let write = Write::Read {
                    log: conversation.id,
                    user: principal.uid.clone(),
                    device: sender.device.map(Into::into),
                    upto: Upto::Message(target),
                };
                Job::Write { write, announce: speaker.receipt(&draft, now)?, reply }
            }
            MessageClass::Logged => Job::Write {
                write: Write::Append(speaker.entry(&draft, None)?),
                announce: Announce::Entry(conversation.topic.clone()),
                reply,
            },
            MessageClass::Recall => {
                let target = MessageUid::new(&draft.content).map_err(DialectError::from)?;
                Job::Write {
                    write: Write::Append(speaker.entry(&draft, Some(target))?),
                    announce: Announce::Entry(conversation.topic.clone()),
                    reply,
                }
            }
        };
        self.log.submit(job).await?;
        Ok(Submitted::Pending)
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

    /// The READ messages that tell `reader` how far the others have read (invariant I5: a resuming reader gets the
    /// current positions).
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn read_positions(
        &self,
        reader: &Principal,
        conversation: &Conversation,
        now: Timestamp,
    ) -> Result<Vec<Publication>, DeskError> {
        let mut receipts = Vec::new();
        for position in self.store.read_positions(conversation.id).await? {
            if position.user == reader.uid {
                continue;
            }
            let principal = self.participant(conversation, position.user);
            let profile = self.profile(&principal, conversation).await?;
            let speaker = Speaker { principal: &principal, profile: &profile, conversation };
            let kind = MessageType::new("READ").map_err(DialectError::from)?;
            let draft = dialect::compose(MessageUid::random(), kind, position.uid.as_str().to_owned());
            receipts.push(speaker.relay(&draft, now)?);
        }
        Ok(receipts)
    }
}

/// A principal who speaks in a conversation.
pub(crate) struct Speaker<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) profile: &'a Profile,
    pub(crate) conversation: &'a Conversation,
}

impl Speaker<'_> {
    pub(crate) fn stamp(&self, draft: &Draft) -> Result<Payload, DialectError> {
        let stamp = Stamp {
            sender: &self.principal.uid,
            user_type: self.principal.role.user_type(),
            nickname: &self.profile.nickname,
            avatar: &self.profile.avatar,
            conversation: self.conversation,
        };
        dialect::stamp(draft, &stamp)
    }

    pub(crate) fn entry(&self, draft: &Draft, hides: Option<MessageUid>) -> Result<NewEntry, DialectError> {
        Ok(NewEntry {
            log: self.conversation.id,
            sender: self.principal.uid.clone(),
            uid: draft.uid.clone(),
            kind: draft.kind.clone(),
            payload: self.stamp(draft)?,
            hides,
        })
    }

    /// A message that is handed on and forgotten.
    pub(crate) fn relay(&self, draft: &Draft, now: Timestamp) -> Result<Publication, DialectError> {
        let content = Content::Message {
            log: self.conversation.id,
            seq: None,
            at: now,
            recalled: false,
            payload: self.stamp(draft)?,
        };
        Ok(Publication::new(self.conversation.topic.clone(), content))
    }

    /// The receipt as its sender wrote it, for the others to hear if the cursor moves.
    fn receipt(&self, draft: &Draft, now: Timestamp) -> Result<Announce, DialectError> {
        Ok(Announce::Receipt(self.relay(draft, now)?))
    }
}
