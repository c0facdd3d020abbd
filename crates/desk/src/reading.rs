//! What a reader sees of its conversations besides their feeds: history, last message, unread numbers.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_model::{
    Conversation, MessageUid, Principal, Seq, Uid,
    dialect::{self, DialectError},
};
use serde_json::Value;

use crate::{Desk, DeskError, access::takes_part};

/// A page of a conversation's history.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    /// Messages in the `message-json` dialect, newest first.
    pub messages: Vec<Bytes>,
    /// Entries of the whole log.
    pub total: u64,
}

impl Desk {
    /// The history of `conversation`, newest first, in pages of `size` entries numbered from 0.
    ///
    /// # Errors
    /// [`DeskError::Store`]; [`DeskError::Dialect`] when a stored payload is damaged.
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

    /// The name of the entry at `seq` of `conversation`, or of its last one if it has not so many; none in an empty log.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn name_of(&self, conversation: &Conversation, seq: Seq) -> Result<Option<MessageUid>, DeskError> {
        let before = Seq(seq.0.saturating_add(1));
        let entries = self.store.entries_before(conversation.id, Some(before), 1).await?;
        Ok(entries.into_iter().next().map(|entry| entry.uid))
    }

    /// The open conversations that `user` takes part in, newest activity first, bounded by the configuration.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn conversations_of(&self, user: &Principal) -> Result<Vec<Arc<Conversation>>, DeskError> {
        let conversations = self.store.conversations_of(&user.uid, self.config.open_per_agent).await?;
        let conversations = conversations.into_iter().map(|conversation| self.remember(conversation));
        Ok(conversations.filter(|conversation| takes_part(user, conversation)).collect())
    }

    /// How many messages `user` has not read, over all its conversations.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn unread(&self, user: &Uid) -> Result<u64, DeskError> {
        Ok(self.store.unread_total(user).await?)
    }

    /// A conversation as lists show it to `user`: the `thread` object of its messages, with the last message and what is
    /// unread.
    ///
    /// # Errors
    /// [`DeskError::Store`]; [`DeskError::Dialect`] when a stored payload is damaged.
    pub async fn listed(&self, conversation: &Conversation, user: &Uid) -> Result<Value, DeskError> {
        let read = |json: &[u8]| -> Result<Value, DeskError> {
            Ok(serde_json::from_slice(json).map_err(|error| DialectError::Json(error.to_string()))?)
        };
        let last = self.store.entries_before(conversation.id, None, 1).await?;
        let last = last.first().map(|entry| self.renderer.json(entry.into())).transpose()?;
        let last = last.map(|last| read(&last)).transpose()?.unwrap_or_default();
        let unread = self.store.unread(conversation.id, user).await?;
        let created_at = self.renderer.local_time(conversation.created_at);
        let mut listed = read(dialect::conversation_json(conversation).as_bytes())?;
        listed["content"] = last["content"].clone();
        listed["unreadCount"] = unread.into();
        listed["unread"] = (unread > 0).into();
        listed["owner"] = conversation.agent.as_ref().map(|agent| agent.as_str()).into();
        listed["orgUid"] = conversation.org.as_str().into();
        listed["updatedAt"] = last.get("createdAt").cloned().unwrap_or_else(|| created_at.clone().into());
        listed["createdAt"] = created_at.into();
        Ok(listed)
    }
}
