//! Where a message is: its place in the log, and how far those who take part have come.

use std::{collections::BTreeMap, sync::Arc};

use deskwire_model::{Conversation, Entry, LogId, MessageUid, Principal, Role, Seq, Uid};
use deskwire_store::Refusal;

use crate::{Desk, DeskError};

/// The newest conversations of an organisation in which a message is looked for by its name alone.
const LOOKED_THROUGH: usize = 100_000;
/// Devices of which is told how far they are.
const DEVICES: usize = 500;

/// A message and what is known of its way from the store.
#[derive(Clone, Debug)]
pub struct Track {
    /// Where it was said.
    pub conversation: Arc<Conversation>,
    /// The message.
    pub entry: Entry,
    /// Who takes part, has read or has got anything.
    pub members: BTreeMap<Uid, Progress>,
}

/// How far somebody is in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether it takes part now.
    pub takes_part: bool,
    /// The position up to which it has read; none if it has read nothing since it joined.
    pub read: Option<Seq>,
    /// What has arrived at its devices, by their names; empty for the default device.
    pub delivered: Vec<(Box<str>, Seq)>,
}

impl Desk {
    /// The message that somebody of the administrator's organisation has called `uid`: in the conversation on `topic`, in
    /// the log that is `likely`, or wherever it is found.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::NotYours`] without such a conversation,
    /// [`DeskError::Refused`] without such a message, [`DeskError::Store`].
    pub async fn track(
        &self,
        by: &Principal,
        uid: &MessageUid,
        topic: Option<&str>,
        likely: Option<LogId>,
    ) -> Result<Track, DeskError> {
        if by.role != Role::Admin {
            return Err(DeskError::NotAllowed);
        }
        let conversation = match topic {
            Some(topic) => self.own_conversation(by, topic).await?,
            None => self.conversation_of_message(by, uid, likely).await?,
        };
        let entry = self.store.entry_by_uid(conversation.id, uid).await?.ok_or(Refusal::UnknownMessage)?;
        let members = self.progress(conversation.id).await?;
        Ok(Track { conversation, entry, members })
    }

    async fn conversation_of_message(
        &self,
        by: &Principal,
        uid: &MessageUid,
        likely: Option<LogId>,
    ) -> Result<Arc<Conversation>, DeskError> {
        let log = match likely {
            Some(log) => Some(log),
            None => self.store.log_of_message(&by.org, uid, LOOKED_THROUGH).await?,
        };
        let found = self.store.conversation(log.ok_or(Refusal::UnknownMessage)?).await?;
        let found = found.filter(|conversation| conversation.org == by.org).ok_or(Refusal::UnknownMessage)?;
        Ok(self.remember(found))
    }

    async fn progress(&self, log: LogId) -> Result<BTreeMap<Uid, Progress>, DeskError> {
        let mut members = BTreeMap::<Uid, Progress>::new();
        for participant in self.store.participants(log).await? {
            members.entry(participant.user).or_default().takes_part = true;
        }
        for position in self.store.read_positions(log).await? {
            members.entry(position.user).or_default().read = Some(position.seq);
        }
        for position in self.store.delivered_positions(log, DEVICES).await? {
            // What was acknowledged a moment ago may not be on disk yet.
            let newest = self.log.position(log, &position.user, &position.device);
            let seq = newest.map_or(position.seq, |newest| newest.max(position.seq));
            members.entry(position.user).or_default().delivered.push((position.device, seq));
        }
        Ok(members)
    }
}
