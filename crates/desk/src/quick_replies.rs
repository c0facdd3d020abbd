//! Canned replies: what agents have ready to send, of the organisation, of a workgroup or of one agent
//! (`spec/bytedesk.md` §7.3).

use deskwire_model::{MessageType, Principal, Timestamp, Uid};
use deskwire_store::{NewQuickReply, QuickReply, QuickReplyFilter, ReplyLevel, StoreError};

use crate::{Desk, DeskError};

/// Canned replies of one owner.
const MOST: usize = 1000;
/// Longest folder, shortcut and title, in bytes.
const MAX_NAME: usize = 128;
/// Longest content, in bytes.
const MAX_CONTENT: usize = 8192;

/// Which canned replies somebody looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuickReplySearch {
    /// Of this level only.
    pub level: Option<ReplyLevel>,
    /// Of this workgroup only.
    pub workgroup: Option<Uid>,
    /// In this folder only.
    pub category: Option<String>,
    /// What the shortcut begins with, or title or content have.
    pub sought: Option<String>,
}

fn checked(reply: &NewQuickReply) -> Result<(), DeskError> {
    if [&reply.category, &reply.shortcut, &reply.title].into_iter().any(|name| name.len() > MAX_NAME) {
        return Err(DeskError::Unclear("category, shortcut and title have at most 128 bytes"));
    }
    if reply.shortcut.contains(char::is_whitespace) {
        return Err(DeskError::Unclear("a shortcut has no blanks"));
    }
    if reply.content.trim().is_empty() || reply.content.len() > MAX_CONTENT {
        return Err(DeskError::Unclear("content has 1 to 8192 bytes"));
    }
    is_sendable(&reply.kind, &reply.content)
}

/// Whether people send messages of type `kind` with this content.
pub(crate) fn is_sendable(kind: &MessageType, content: &str) -> Result<(), DeskError> {
    if !kind.is_speech() {
        return Err(DeskError::Unclear("type must be TEXT or that of something that people send"));
    }
    let is_document = || serde_json::from_str::<serde::de::IgnoredAny>(content).is_ok();
    if kind.is_rich() && !is_document() {
        return Err(DeskError::Unclear("content of this type must be a JSON document in a string"));
    }
    Ok(())
}

impl Desk {
    /// The canned replies that `by` may use: the organisation's, those of its workgroups (a supervisor: of any one it
    /// names) and its own. In pages numbered from 0, and how many there are.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors, [`DeskError::UnknownService`] for a workgroup that is not its own,
    /// [`DeskError::Store`].
    pub async fn quick_replies(
        &self,
        by: &Principal,
        search: QuickReplySearch,
        (page, size): (u32, u32),
    ) -> Result<(Vec<QuickReply>, u64), DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let QuickReplySearch { level, workgroup, category, sought } = search;
        let owners = match workgroup {
            Some(workgroup) => {
                self.uses_replies_of(by, &workgroup).await?;
                vec![workgroup]
            }
            None => {
                let mut owners = self.store.workgroups_of(&by.uid).await?;
                owners.extend([by.org.clone(), by.uid.clone()]);
                owners
            }
        };
        let filter = QuickReplyFilter { org: by.org.clone(), owners, level, category, sought };
        let skip = u64::from(page) * u64::from(size);
        Ok(self.store.quick_replies(&filter, skip, size as usize).await?)
    }

    /// Whether `by` may use the canned replies of a workgroup.
    async fn uses_replies_of(&self, by: &Principal, workgroup: &Uid) -> Result<(), DeskError> {
        let found = self.store.workgroup(workgroup).await?.filter(|found| found.org == by.org);
        let found = found.ok_or(DeskError::UnknownService)?;
        let is_member = found.members.iter().any(|member| member.agent.uid == by.uid);
        if is_member || by.role.supervises() { Ok(()) } else { Err(DeskError::UnknownService) }
    }

    /// Makes a canned reply under the name `uid`; the same name again makes it what it is now. Agents make their own,
    /// supervisors also those of the organisation and, under its uid, of a workgroup.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::UnknownService`], [`DeskError::Unclear`], [`DeskError::TooManyReplies`],
    /// [`DeskError::Taken`] for a uid that another owner's reply has, [`DeskError::Store`].
    pub async fn create_quick_reply(
        &self,
        by: &Principal,
        uid: Uid,
        (level, workgroup): (ReplyLevel, Option<Uid>),
        reply: NewQuickReply,
        now: Timestamp,
    ) -> Result<QuickReply, DeskError> {
        let shared = level != ReplyLevel::Agent;
        if !by.role.is_staff() || (shared && !by.role.supervises()) {
            return Err(DeskError::NotAllowed);
        }
        checked(&reply)?;
        let owner = match (level, workgroup) {
            (ReplyLevel::Agent, _) => by.uid.clone(),
            (ReplyLevel::Organisation, _) => by.org.clone(),
            (ReplyLevel::Workgroup, Some(workgroup)) => {
                self.uses_replies_of(by, &workgroup).await?;
                workgroup
            }
            (ReplyLevel::Workgroup, None) => return Err(DeskError::Unclear("workgroupUid is missing")),
        };
        let reply = QuickReply { uid, org: by.org.clone(), owner, level, reply, created_at: now, updated_at: now };
        self.keep_quick_reply(reply).await
    }

    /// Changes a canned reply of one's own, or for supervisors of the organisation.
    ///
    /// # Errors
    /// [`DeskError::UnknownReply`], [`DeskError::Unclear`], [`DeskError::Store`].
    pub async fn change_quick_reply(
        &self,
        by: &Principal,
        uid: &Uid,
        change: impl FnOnce(&mut NewQuickReply) + Send,
        now: Timestamp,
    ) -> Result<QuickReply, DeskError> {
        let mut known = self.own_quick_reply(by, uid).await?;
        change(&mut known.reply);
        checked(&known.reply)?;
        self.keep_quick_reply(QuickReply { updated_at: now, ..known }).await
    }

    /// Forgets a canned reply of one's own, or for supervisors of the organisation. One that is gone is no error.
    ///
    /// # Errors
    /// [`DeskError::UnknownReply`] for another's, [`DeskError::Store`].
    pub async fn drop_quick_reply(&self, by: &Principal, uid: &Uid) -> Result<(), DeskError> {
        if self.store.quick_reply(uid).await?.is_none() {
            return Ok(());
        }
        self.own_quick_reply(by, uid).await?;
        Ok(self.store.drop_quick_reply(uid).await?)
    }

    async fn own_quick_reply(&self, by: &Principal, uid: &Uid) -> Result<QuickReply, DeskError> {
        let is_own = |known: &QuickReply| match known.level {
            ReplyLevel::Agent => known.owner == by.uid,
            ReplyLevel::Organisation | ReplyLevel::Workgroup => by.role.supervises(),
        };
        let known = self.store.quick_reply(uid).await?;
        known.filter(|known| by.role.is_staff() && known.org == by.org && is_own(known)).ok_or(DeskError::UnknownReply)
    }

    async fn keep_quick_reply(&self, reply: QuickReply) -> Result<QuickReply, DeskError> {
        kept(self.store.keep_quick_reply(&reply, MOST).await)?;
        self.store.quick_reply(&reply.uid).await?.ok_or(DeskError::UnknownReply)
    }
}

/// What became of something that is kept ready.
pub(crate) fn kept(kept: Result<(), StoreError>) -> Result<(), DeskError> {
    match kept {
        Err(StoreError::Full) => Err(DeskError::TooManyReplies),
        Err(StoreError::Exists) => Err(DeskError::Taken),
        kept => Ok(kept?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_bounded_and_can_be_sent() {
        let reply = |shortcut: &str, content: &str, kind| NewQuickReply {
            category: String::new(),
            shortcut: shortcut.to_owned(),
            title: String::new(),
            content: content.to_owned(),
            kind: MessageType::of(kind),
        };
        for (reply, accepted) in [
            (reply("hi", "hello", "TEXT"), true),
            (reply("", "hello", "TEXT"), true),
            (reply("h i", "hello", "TEXT"), false),
            (reply("hi", " ", "TEXT"), false),
            (reply("hi", &"x".repeat(MAX_CONTENT + 1), "TEXT"), false),
            (reply(&"x".repeat(MAX_NAME + 1), "hello", "TEXT"), false),
            (reply("pic", r#"{"url":"/a.png"}"#, "IMAGE"), true),
            (reply("pic", "/a.png", "IMAGE"), false),
            (reply("bye", "bye", "AGENT_CLOSED"), false),
        ] {
            assert_eq!(checked(&reply).is_ok(), accepted, "{reply:?}");
        }
    }
}
