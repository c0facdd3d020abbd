//! What the desk knows of a visitor: what its client tells, and what the desk corrects and notes (`spec/bytedesk.md` §7.1).
//!
//! A correction is told in the notes of the visitor's newest conversation, in the commit that makes it: whoever works on
//! that conversation sees it at once, and nobody who resumes misses it. Visitors never see notes, nor what is noted.

use std::sync::Arc;

use deskwire_broker::{Announce, CommitError};
use deskwire_model::{Conversation, MessageType, MessageUid, Principal, Timestamp, Uid, dialect};
use deskwire_store::{Fact, Saying, StoreError, Visitor, VisitorCorrection, VisitorInfo, VisitorTold, Write, Written};
use serde_json::{Map, Value, json};

use crate::{Desk, DeskError, access::takes_part, ingress::Speaker};

/// Longest texts, in bytes.
const MAX_NICKNAME: usize = 128;
const MAX_AVATAR: usize = 2048;
const MAX_CONTACT: usize = 256;
const MAX_NOTE: usize = 4096;
const MAX_EXTRA: usize = 4096;
const MAX_WORD: usize = 64;
/// Where the client's own words are cut: a page with a long address is visited all the same.
const MAX_PAGE: usize = 2048;
const MAX_DESCRIPTION: usize = 512;
/// Most tags, and the longest one in bytes.
const MAX_TAGS: usize = 32;
const MAX_TAG: usize = 64;
/// Conversations of a visitor that are looked at, the newest first.
const LOOKED_AT: usize = 100;

/// What the desk says of itself in notes: what has changed, and how.
pub(crate) struct Noted {
    /// Names the entry: the same name is the same change.
    pub(crate) uid: MessageUid,
    /// The name of the event.
    pub(crate) name: &'static str,
    /// What people read.
    pub(crate) text: String,
    /// What programs read: each thing that has changed as it is now.
    pub(crate) changes: Value,
    /// The change.
    pub(crate) fact: Fact,
}

/// Checks what a client tells, and cuts what describes the page and the device.
pub(crate) fn bounded(mut told: VisitorTold) -> Result<VisitorTold, DeskError> {
    for (text, limit, complaint) in [
        (&told.nickname, MAX_NICKNAME, "nickname has at most 128 bytes"),
        (&told.avatar, MAX_AVATAR, "avatar has at most 2048 bytes"),
        (&told.mobile, MAX_CONTACT, "mobile has at most 256 bytes"),
        (&told.email, MAX_CONTACT, "email has at most 256 bytes"),
        (&told.note, MAX_NOTE, "note has at most 4096 bytes"),
        (&told.extra, MAX_EXTRA, "extra has at most 4096 bytes"),
        (&told.lang, MAX_WORD, "lang has at most 64 bytes"),
        (&told.vip_level, MAX_WORD, "vipLevel has at most 64 bytes"),
        (&told.user_id, MAX_CONTACT, "userId has at most 256 bytes"),
    ] {
        if text.len() > limit {
            return Err(DeskError::Unclear(complaint));
        }
    }
    for (text, limit) in [
        (&mut told.url, MAX_PAGE),
        (&mut told.referrer, MAX_PAGE),
        (&mut told.title, MAX_DESCRIPTION),
        (&mut told.browser, MAX_DESCRIPTION),
        (&mut told.os, MAX_DESCRIPTION),
        (&mut told.device, MAX_DESCRIPTION),
    ] {
        cut(text, limit);
    }
    Ok(told)
}

/// Cuts `text` to at most `limit` bytes, between two characters.
pub(crate) fn cut(text: &mut String, limit: usize) {
    text.truncate(text.floor_char_boundary(limit));
}

/// Checks tags, and takes out what is there twice.
pub(crate) fn checked_tags(tags: Vec<String>) -> Result<Vec<String>, DeskError> {
    let mut checked: Vec<String> = Vec::with_capacity(tags.len().min(MAX_TAGS));
    for tag in tags {
        let tag = tag.trim();
        if tag.is_empty() || tag.len() > MAX_TAG || checked.len() == MAX_TAGS {
            return Err(DeskError::Unclear("tags are at most 32, of 1 to 64 bytes each"));
        }
        if !checked.iter().any(|known| known == tag) {
            checked.push(tag.to_owned());
        }
    }
    Ok(checked)
}

/// Checks a note.
pub(crate) fn checked_note(note: String) -> Result<String, DeskError> {
    if note.len() <= MAX_NOTE { Ok(note) } else { Err(DeskError::Unclear("note has at most 4096 bytes")) }
}

fn checked(correction: VisitorCorrection) -> Result<VisitorCorrection, DeskError> {
    let VisitorCorrection { nickname, mobile, email, note, tags, .. } = &correction;
    for (text, limit, complaint) in [
        (nickname, MAX_NICKNAME, "nickname has at most 128 bytes"),
        (mobile, MAX_CONTACT, "mobile has at most 256 bytes"),
        (email, MAX_CONTACT, "email has at most 256 bytes"),
        (note, MAX_NOTE, "note has at most 4096 bytes"),
    ] {
        if text.as_ref().is_some_and(|text| text.len() > limit) {
            return Err(DeskError::Unclear(complaint));
        }
    }
    if nickname.as_ref().is_some_and(|nickname| nickname.trim().is_empty()) {
        return Err(DeskError::Unclear("a visitor needs a nickname"));
    }
    let tags = tags.clone().map(checked_tags).transpose()?;
    Ok(VisitorCorrection { tags, ..correction })
}

/// What of `correction` is one, under the names of the wire.
fn changes(correction: &VisitorCorrection) -> Map<String, Value> {
    let VisitorCorrection { nickname, mobile, email, note, tags, .. } = correction;
    let texts = [("nickname", nickname), ("mobile", mobile), ("email", email), ("note", note)];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
    texts.chain(tags.as_ref().map(|tags| ("tagList".to_owned(), json!(tags)))).collect()
}

impl Desk {
    /// Enters a visitor, or what a known one tells of itself now; the visitor as it is then. What the desk has corrected
    /// stays until the visitor's client tells something else than before.
    ///
    /// # Errors
    /// [`DeskError::UnknownOrganisation`], [`DeskError::Unclear`] when it tells too much, [`DeskError::Store`].
    pub async fn introduce(&self, visitor: &Visitor, told: VisitorTold, now: Timestamp) -> Result<Visitor, DeskError> {
        let told = bounded(told)?;
        match self.store.introduce_visitor(visitor, told, now).await {
            Err(StoreError::Missing) => Err(DeskError::UnknownOrganisation),
            introduced => Ok(introduced?),
        }
    }

    /// What is known of a visitor, for agents who take part in a conversation of it and for supervisors.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors, [`DeskError::UnknownVisitor`] also for one that `by` has nothing to do with,
    /// [`DeskError::Store`].
    pub async fn visitor_info(&self, by: &Principal, uid: &Uid) -> Result<VisitorInfo, DeskError> {
        self.known_visitor(by, uid).await.map(|(info, _)| info)
    }

    /// Mobile number and e-mail address of a visitor, for itself.
    ///
    /// # Errors
    /// [`DeskError::UnknownVisitor`], [`DeskError::Store`].
    pub async fn contact_of(&self, uid: &Uid) -> Result<(String, String), DeskError> {
        let info = self.store.visitor_info(uid).await?.ok_or(DeskError::UnknownVisitor)?;
        Ok((info.mobile, info.email))
    }

    /// What is known of a visitor, and its newest conversation in which `by` takes part.
    async fn known_visitor(
        &self,
        by: &Principal,
        uid: &Uid,
    ) -> Result<(VisitorInfo, Option<Arc<Conversation>>), DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let info = self.store.visitor_info(uid).await?.filter(|info| info.visitor.org == by.org);
        let info = info.ok_or(DeskError::UnknownVisitor)?;
        let (conversations, _) = self.store.all_conversations_of(uid, 0, LOOKED_AT).await?;
        let own = conversations.into_iter().find(|one| one.notes_of.is_none() && takes_part(by, one));
        if own.is_none() && !by.role.supervises() {
            return Err(DeskError::UnknownVisitor);
        }
        Ok((info, own.map(|own| self.remember(own))))
    }

    /// Corrects what is known of a visitor, under the name `uid`: the same name does it once. What is known then.
    ///
    /// # Errors
    /// As [`Self::visitor_info`]; [`DeskError::Unclear`] when it is too long, [`DeskError::Commit`].
    pub async fn correct_visitor(
        &self,
        by: &Principal,
        correction: VisitorCorrection,
        uid: MessageUid,
        now: Timestamp,
    ) -> Result<VisitorInfo, DeskError> {
        let correction = checked(correction)?;
        let (info, newest) = self.known_visitor(by, &correction.visitor).await?;
        let changes = changes(&correction);
        if changes.is_empty() {
            return Ok(info);
        }
        let is_renamed = correction.nickname.is_some();
        let visitor = correction.visitor.clone();
        match newest {
            Some(newest) => {
                let names: Vec<&str> = changes.keys().map(String::as_str).collect();
                let text = format!("visitor information: {}", names.join(", "));
                let mut changes = changes;
                changes.insert("visitorUid".to_owned(), json!(visitor.as_str()));
                let fact = Fact::VisitorCorrected(Box::new(correction));
                let noted = Noted { uid, name: "VISITOR_UPDATE", text, changes: Value::Object(changes), fact };
                self.note_change(by, &newest, noted).await?;
            }
            None => self.store.correct_visitor(&correction, now).await?,
        }
        if is_renamed {
            // Their rows have the new name: whoever speaks in them from now on is shown it.
            let (conversations, _) = self.store.all_conversations_of(&visitor, 0, LOOKED_AT).await?;
            for conversation in conversations {
                self.remember(conversation);
            }
        }
        self.store.visitor_info(&visitor).await?.ok_or(DeskError::UnknownVisitor)
    }

    /// Tells those who work on a conversation, in its notes, what has changed, in the commit that changes it.
    pub(crate) async fn note_change(
        &self,
        by: &Principal,
        about: &Conversation,
        noted: Noted,
    ) -> Result<(), DeskError> {
        let notes = self.own_conversation(by, about.notes_topic().as_str()).await?;
        let event = json!({ "name": noted.name, "by": by.uid.as_str(), "changes": noted.changes });
        let draft = dialect::compose(noted.uid, MessageType::of("SYSTEM"), noted.text);
        let draft = dialect::with_extra(draft, json!({ "orgUid": by.org.as_str(), "event": event }));
        let profile = self.profile(by, &notes).await?;
        let entry = Speaker { principal: by, profile: &profile, conversation: &notes }.entry(&draft, None);
        let write = Write::Say(Box::new(Saying { entry, status: None, timers: Vec::new(), facts: vec![noted.fact] }));
        match self.log.commit(write, Announce::Entry(notes.topic.clone())).await? {
            Written::Appended { .. } | Written::Duplicate { .. } => Ok(()),
            Written::Refused(refusal) => Err(refusal.into()),
            // What is said has no other answer.
            _ => Err(CommitError::Store.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_tells_is_bounded() {
        let told = VisitorTold { url: "é".repeat(2000), title: "t".repeat(600), ..VisitorTold::default() };
        let told = bounded(told).unwrap();
        assert_eq!((told.url.len(), told.title.len()), (MAX_PAGE, MAX_DESCRIPTION));
        for too_long in [
            VisitorTold { nickname: "n".repeat(MAX_NICKNAME + 1), ..VisitorTold::default() },
            VisitorTold { mobile: "1".repeat(MAX_CONTACT + 1), ..VisitorTold::default() },
            VisitorTold { extra: "x".repeat(MAX_EXTRA + 1), ..VisitorTold::default() },
        ] {
            assert!(matches!(bounded(too_long), Err(DeskError::Unclear(_))));
        }
    }

    #[test]
    fn tags_are_few_short_and_different() {
        let tags = |tags: &[&str]| checked_tags(tags.iter().map(|tag| (*tag).to_owned()).collect()).ok();
        assert_eq!(tags(&["a", " b ", "a"]), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(tags(&[]), Some(Vec::new()));
        assert_eq!(tags(&["a", " "]), None);
        assert_eq!(tags(&[&"t".repeat(MAX_TAG + 1)]), None);
        assert!(checked_tags((0..=MAX_TAGS).map(|n| n.to_string()).collect()).is_err());
    }
}
