//! What a reader sees of its conversations besides their feeds: history and unread numbers.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use deskwire_broker::Announce;
use deskwire_model::{Conversation, Entry, LogId, MessageType, MessageUid, Principal, Seq, Timestamp, Uid, dialect};
use deskwire_store::{Upto, Write};

use crate::{
    Desk, DeskError,
    access::takes_part,
    ingress::{Sender, Speaker},
};

/// A page of a conversation's history.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    /// Messages in the `message-json` dialect, newest first.
    pub messages: Vec<Bytes>,
    /// Position of the last of them, in their order here.
    pub last: Option<Seq>,
    /// Position of the newest entry of the log.
    pub head: Seq,
    /// Entries of the whole log, but for what was deleted.
    pub total: u64,
}

impl Desk {
    /// The history of `conversation`, newest first, in pages of `size` entries numbered from 0.
    ///
    /// # Errors
    /// [`DeskError::Store`]; [`DeskError::Dialect`] when a stored payload is damaged.
    pub async fn history(&self, conversation: &Conversation, page: u32, size: u32) -> Result<HistoryPage, DeskError> {
        let head = self.store.head(conversation.id).await?;
        let total = head.0.saturating_sub(self.store.deleted_up_to(conversation.id).await?.0);
        // Positions have no holes, so a page number is a position.
        let skipped = u64::from(page) * u64::from(size);
        if skipped >= total {
            return Ok(HistoryPage { messages: Vec::new(), last: None, head, total });
        }
        let before = Seq(head.0 - skipped + 1);
        let entries = self.store.entries_before(conversation.id, Some(before), size as usize).await?;
        self.history_page(&entries, head, total)
    }

    fn history_page(&self, entries: &[Entry], head: Seq, total: u64) -> Result<HistoryPage, DeskError> {
        let messages = entries.iter().map(|entry| self.renderer.json(entry.into())).collect::<Result<_, _>>()?;
        Ok(HistoryPage { messages, last: entries.last().map(|entry| entry.seq), head, total })
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

    /// The `size` messages before `before`, the newest first, and whether there are no older ones.
    ///
    /// # Errors
    /// As [`Self::history`].
    pub async fn history_before(
        &self,
        conversation: &Conversation,
        before: Seq,
        size: u32,
    ) -> Result<(HistoryPage, bool), DeskError> {
        let deleted = self.store.deleted_up_to(conversation.id).await?;
        let head = self.store.head(conversation.id).await?;
        let total = head.0.saturating_sub(deleted.0);
        let entries = self.store.entries_before(conversation.id, Some(before), size as usize).await?;
        let last = entries.last().is_none_or(|oldest| oldest.seq <= deleted.next());
        Ok((self.history_page(&entries, head, total)?, last))
    }

    /// The `size` messages behind `after`, the oldest first, and whether there are no newer ones.
    ///
    /// # Errors
    /// As [`Self::history`].
    pub async fn history_after(
        &self,
        conversation: &Conversation,
        after: Seq,
        size: u32,
    ) -> Result<(HistoryPage, bool), DeskError> {
        let head = self.store.head(conversation.id).await?;
        let total = head.0.saturating_sub(self.store.deleted_up_to(conversation.id).await?.0);
        let entries = self.store.entries_after(conversation.id, after, size as usize).await?;
        let last = entries.last().is_none_or(|newest| newest.seq >= head);
        Ok((self.history_page(&entries, head, total)?, last))
    }

    /// All conversations that `user` takes part in, over or not, newest activity first: `size` of them, `skipped` left out,
    /// and how many there are.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn all_conversations_of(
        &self,
        user: &Principal,
        skipped: u64,
        size: u32,
    ) -> Result<(Vec<Arc<Conversation>>, u64), DeskError> {
        let (conversations, total) = self.store.all_conversations_of(&user.uid, skipped, size as usize).await?;
        let conversations = conversations.into_iter().map(|conversation| self.remember(conversation));
        Ok((conversations.filter(|conversation| takes_part(user, conversation)).collect(), total))
    }

    /// What `user` has not read, the newest first: `size` messages with their conversations, `skipped` left out.
    ///
    /// # Errors
    /// As [`Self::history`].
    pub async fn unread_messages(
        &self,
        user: &Principal,
        skipped: u64,
        size: u32,
    ) -> Result<Vec<(LogId, Bytes)>, DeskError> {
        let entries = self.store.unread_entries(&user.uid, skipped, size as usize).await?;
        let logs: BTreeSet<LogId> = entries.iter().map(|entry| entry.log).collect();
        let conversations = self.store.conversations(logs.into_iter().collect()).await?;
        let own: BTreeSet<LogId> = conversations.iter().filter(|one| takes_part(user, one)).map(|one| one.id).collect();
        let own = entries.iter().filter(|entry| own.contains(&entry.log));
        own.map(|entry| Ok((entry.log, self.renderer.json(entry.into())?))).collect()
    }

    /// Marks all that `reader` has not read as read, and tells the others. `device` is what it reads on, if that is known.
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`].
    pub async fn read_all(&self, reader: Sender<'_>, now: Timestamp) -> Result<(), DeskError> {
        self.read(reader, |_| true, now).await
    }

    /// Marks everything in a conversation as read, as [`Self::read_all`] does in all of them.
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`].
    pub async fn read_one(&self, reader: Sender<'_>, log: LogId, now: Timestamp) -> Result<(), DeskError> {
        self.read(reader, |unread| unread == log, now).await
    }

    async fn read(
        &self,
        reader: Sender<'_>,
        which: impl Fn(LogId) -> bool + Send,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let Sender { principal, device } = reader;
        let mut unread = self.store.unread_heads(&principal.uid, self.config.open_per_agent).await?;
        unread.retain(|(log, _, _)| which(*log));
        let logs = unread.iter().map(|(log, _, _)| *log).collect();
        for conversation in self.store.conversations(logs).await? {
            let head = unread.iter().find(|(log, _, _)| *log == conversation.id);
            let Some((log, seq, uid)) = head.filter(|_| takes_part(principal, &conversation)) else { continue };
            let profile = self.profile(principal, &conversation).await?;
            let speaker = Speaker { principal, profile: &profile, conversation: &conversation };
            let receipt = dialect::compose(MessageUid::random(), MessageType::read(), uid.as_str().to_owned());
            let (user, device) = (principal.uid.clone(), device.map(Into::into));
            let write = Write::Read { log: *log, user, device, upto: Upto::Seq(*seq) };
            self.log.commit(write, Announce::Receipt(Arc::new(speaker.relay(&receipt, now)))).await?;
        }
        Ok(())
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

    /// The conversations that a device of `user` follows by itself: those of [`Self::conversations_of`], and those that were
    /// closed while it was away, until it has heard how they ended.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn followed_by_device(
        &self,
        user: &Principal,
        device: &str,
    ) -> Result<Vec<Arc<Conversation>>, DeskError> {
        let mut followed = self.conversations_of(user).await?;
        let closed = self.store.closed_behind(&user.uid, device, self.config.open_per_agent).await?;
        // One that was closed in between is in both.
        let open: BTreeSet<_> = followed.iter().map(|conversation| conversation.id).collect();
        let closed = closed.into_iter().filter(|conversation| !open.contains(&conversation.id));
        let closed = closed.map(|conversation| self.remember(conversation));
        followed.extend(closed.filter(|conversation| takes_part(user, conversation)));
        Ok(followed)
    }

    /// How many messages `user` has not read, over all its conversations.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn unread(&self, user: &Uid) -> Result<u64, DeskError> {
        Ok(self.store.unread_total(user).await?)
    }
}
