//! What somebody may do to a message that was said: recall it, give it another text, give it a sign
//! (`spec/bytedesk.md` §2.1, RECALL and REACTION; EDIT is ours).
//!
//! Each is an entry of the log, so that it resumes like a message; the store changes what the message shows in the same step
//! ([`deskwire_store::Write::Amend`]), so that whoever reads the message later sees it as those do who have followed.

use deskwire_model::{
    Conversation, Draft, MessageUid, Principal, Timestamp,
    content::Reaction,
    dialect::{self, DialectError},
};
use deskwire_store::{Amendment, AmendmentChange, Write};

use crate::{Desk, DeskError, ingress::Speaker};

impl Desk {
    /// The write of a RECALL, if it comes in time.
    pub(crate) async fn recall(
        &self,
        speaker: &Speaker<'_>,
        draft: &Draft,
        now: Timestamp,
    ) -> Result<Write, DeskError> {
        let Speaker { principal, conversation, .. } = speaker;
        let target = MessageUid::new(&draft.content).map_err(DialectError::from)?;
        let settings = self.settings(&conversation.service).await?;
        let limit_s = if principal.role.is_staff() { settings.staff_recall_s } else { settings.recall_s };
        if !self.is_in_time(principal, conversation, &target, limit_s, now).await?
            && self.said_before(conversation, principal, &draft.uid).await?.is_none()
        {
            return Err(DeskError::RecallTooLate);
        }
        Ok(Write::Append(speaker.entry(draft, Some(target))))
    }

    /// The write of an EDIT, if the service lets its writer change what it has said, and it comes in time.
    pub(crate) async fn edit(&self, speaker: &Speaker<'_>, draft: &Draft, now: Timestamp) -> Result<Write, DeskError> {
        let Speaker { principal, conversation, .. } = speaker;
        let target = dialect::edited(draft)?;
        let settings = self.settings(&conversation.service).await?;
        let limit_s = if principal.role.is_staff() { settings.staff_edit_s } else { settings.edit_s };
        // A repeat gets its first answer, whatever has been set since.
        if self.said_before(conversation, principal, &draft.uid).await?.is_none() {
            if !settings.edit {
                return Err(DeskError::NoEdits);
            }
            if !self.is_in_time(principal, conversation, &target, limit_s, now).await? {
                return Err(DeskError::EditTooLate);
            }
        }
        let change = AmendmentChange::Text(draft.content.as_str().into());
        Ok(Write::Amend(Box::new(Amendment { entry: speaker.entry(draft, None), target, change })))
    }

    /// Whether a message of `principal` was said at most `limit_s` before `now`; 0 is for ever. What is not there, or not its
    /// own, is for the store to refuse.
    async fn is_in_time(
        &self,
        principal: &Principal,
        conversation: &Conversation,
        target: &MessageUid,
        limit_s: u32,
        now: Timestamp,
    ) -> Result<bool, DeskError> {
        if limit_s == 0 {
            return Ok(true);
        }
        let said = self.said_before(conversation, principal, target).await?;
        Ok(said.is_none_or(|said| now.0.saturating_sub(said.at.0) <= i64::from(limit_s) * 1000))
    }
}

/// The write of a REACTION.
pub(crate) fn react(speaker: &Speaker<'_>, draft: &Draft) -> Result<Write, DeskError> {
    let Reaction { target, sign, remove } = dialect::reacted(draft)?;
    let sign = sign.into_boxed_str();
    let change = if remove { AmendmentChange::Unreact(sign) } else { AmendmentChange::React(sign) };
    Ok(Write::Amend(Box::new(Amendment { entry: speaker.entry(draft, None), target, change })))
}
