//! What the desk writes on a conversation: note and tags for all who work on it, and how each one keeps it in its own list
//! (`spec/bytedesk.md` §7.3).

use std::{collections::HashMap, sync::Arc};

use deskwire_model::{Conversation, LogId, MessageUid, Principal, Seq, dialect::DialectError};
use deskwire_store::{Fact, LabelChange, Marks};
use serde_json::{Map, Value, json};

use crate::{
    Desk, DeskError,
    access::takes_part,
    visitor_info::{Noted, checked_note, checked_tags},
};

/// How one at the desk wants to keep a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Above the others, or not.
    Top(bool),
    /// Starred in a colour from 1 to 9, or 0 for not.
    Star(u8),
    /// Without a sound, or with.
    Mute(bool),
    /// Folded away, or not.
    Fold(bool),
    /// As if it had not read it, until it reads on; or not.
    Unread(bool),
    /// Out of the list until something is said, or not.
    Hide(bool),
}

/// Most colours of a star.
const MAX_STAR: u8 = 9;

impl Desk {
    /// Writes note and tags of a conversation, under the name `uid`: the same name does it once. What is none stays.
    ///
    /// # Errors
    /// [`DeskError::NotYours`], [`DeskError::NotAllowed`] for visitors, [`DeskError::Unclear`] when it is too long;
    /// [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn label(
        &self,
        by: &Principal,
        conversation: &Conversation,
        (note, tags): (Option<String>, Option<Vec<String>>),
        uid: MessageUid,
    ) -> Result<(), DeskError> {
        works_on(by, conversation)?;
        let note = note.map(checked_note).transpose()?;
        let tags = tags.map(checked_tags).transpose()?;
        let mut changes = Map::new();
        changes.extend(note.as_ref().map(|note| ("note".to_owned(), json!(note))));
        changes.extend(tags.as_ref().map(|tags| ("tagList".to_owned(), json!(tags))));
        let (name, text) = match (&note, &tags) {
            (None, None) => return Err(DeskError::Unclear("note or tagList is missing")),
            (_, Some(tags)) => ("THREAD_TAGS", format!("tags: {}", tags.join(", "))),
            (Some(note), None) => ("THREAD_NOTE", format!("note: {note}")),
        };
        let fact = Fact::Labelled(Box::new(LabelChange { of: conversation.id, note, tags }));
        self.note_change(by, conversation, Noted { uid, name, text, changes: Value::Object(changes), fact }).await
    }

    /// Keeps a conversation in the list of `by` as `mark` says; nobody else notices.
    ///
    /// # Errors
    /// [`DeskError::NotYours`], [`DeskError::NotAllowed`] for visitors, [`DeskError::Unclear`], [`DeskError::Store`].
    pub async fn mark(&self, by: &Principal, conversation: &Conversation, mark: Mark) -> Result<(), DeskError> {
        works_on(by, conversation)?;
        let log = conversation.id;
        let mut marks = self.store.marks(log, &by.uid).await?;
        match mark {
            Mark::Top(top) => marks.top = top,
            Mark::Star(star) if star > MAX_STAR => return Err(DeskError::Unclear("star is from 0 to 9")),
            Mark::Star(star) => marks.star = star,
            Mark::Mute(mute) => marks.mute = mute,
            Mark::Fold(fold) => marks.fold = fold,
            Mark::Unread(false) => marks.unread_at = None,
            Mark::Unread(true) => marks.unread_at = Some(self.read_seq(log, by).await?),
            Mark::Hide(false) => marks.hidden_at = None,
            Mark::Hide(true) => marks.hidden_at = Some(self.store.head(log).await?),
        }
        Ok(self.store.set_marks(log, &by.uid, marks).await?)
    }

    /// The open conversations of somebody at the desk as its list shows them: without notes and without those it has
    /// hidden, those on top first, then the newest activity first.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn list_of(&self, by: &Principal) -> Result<Vec<Arc<Conversation>>, DeskError> {
        let mut all = self.conversations_of(by).await?;
        let marks: HashMap<LogId, Marks> = self.store.marks_of(&by.uid).await?.into_iter().collect();
        let mut hidden = Vec::new();
        for conversation in &all {
            let hidden_at = marks.get(&conversation.id).and_then(|marks| marks.hidden_at);
            if hidden_at.is_some() && hidden_at == Some(self.store.head(conversation.id).await?) {
                hidden.push(conversation.id);
            }
        }
        all.retain(|conversation| conversation.notes_of.is_none() && !hidden.contains(&conversation.id));
        all.sort_by_key(|conversation| !marks.get(&conversation.id).is_some_and(|marks| marks.top));
        Ok(all)
    }

    /// How far `by` has read.
    async fn read_seq(&self, log: LogId, by: &Principal) -> Result<Seq, DeskError> {
        let positions = self.store.read_positions(log).await?;
        Ok(positions.into_iter().find(|position| position.user == by.uid).map_or(Seq::ZERO, |position| position.seq))
    }

    /// What is written on a conversation and how `by` keeps it, into how lists show it.
    pub(crate) async fn show_labels(
        &self,
        by: &Principal,
        conversation: &Conversation,
        listed: &mut Value,
    ) -> Result<(), DeskError> {
        let log = conversation.id;
        let labels = self.store.labels(log).await?;
        let marks = self.store.marks(log, &by.uid).await?;
        let read = if marks.unread_at.is_some() { Some(self.read_seq(log, by).await?) } else { None };
        let hidden = marks.hidden_at.is_some() && marks.hidden_at == Some(self.store.head(log).await?);
        let Value::Object(members) = listed else {
            return Err(DialectError::Json("a conversation is an object".to_owned()).into());
        };
        if read.is_some() && read == marks.unread_at {
            members.insert("unread".to_owned(), true.into());
        }
        for (name, value) in [
            ("note", json!(labels.note)),
            ("tagList", json!(labels.tags)),
            ("top", json!(marks.top)),
            ("star", json!(marks.star)),
            ("mute", json!(marks.mute)),
            ("fold", json!(marks.fold)),
            ("hide", json!(hidden)),
        ] {
            members.insert(name.to_owned(), value);
        }
        Ok(())
    }
}

/// Whether `by` works on the conversation: takes part in it at the desk.
fn works_on(by: &Principal, conversation: &Conversation) -> Result<(), DeskError> {
    if !takes_part(by, conversation) {
        return Err(DeskError::NotYours);
    }
    if by.role.is_staff() && conversation.notes_of.is_none() { Ok(()) } else { Err(DeskError::NotAllowed) }
}
