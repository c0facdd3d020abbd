//! Messages on their way in, before they are entries.

use std::fmt;

use bytes::Bytes;

use crate::{
    conversation::Conversation,
    dialect::Remainder,
    ids::{MessageUid, Uid},
};

/// Longest accepted message type, in bytes.
const MAX_TYPE_LEN: usize = 64;

/// Types whose content has a structure (`spec/bytedesk.md` §3).
const RICH: &[&str] = &[
    "ARTICLE",
    "AUDIO",
    "CARD",
    "CHOICE",
    "DOCUMENT",
    "FILE",
    "FORM",
    "GOODS",
    "IMAGE",
    "JOB_CARD",
    "LINK",
    "LOCATION",
    "MUSIC",
    "ORDER",
    "ORDER_CARD",
    "QUOTATION",
    "VIDEO",
    "VOICE",
];

/// What the desk does with a message of some type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageClass {
    /// Becomes an entry.
    Logged,
    /// Becomes an entry that hides the entry its content names.
    Recall,
    /// Becomes an entry that gives another text to the entry it names.
    Edit,
    /// Becomes an entry that gives a sign to the entry its content names.
    Reaction,
    /// Moves a cursor: the content names the entry that was read.
    Read,
    /// Moves a cursor: the content names the entry that arrived.
    Delivered,
    /// Is relayed to whoever is there and forgotten (DESIGN §1).
    Ephemeral,
}

/// A message type name (`spec/bytedesk.md` §2.1), upper case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageType(Box<str>);

/// The string cannot be a message type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message type is 1 to {MAX_TYPE_LEN} letters, digits and underscores")]
pub struct InvalidMessageType;

impl MessageType {
    /// Checks `name` and keeps it in upper case.
    ///
    /// # Errors
    /// [`InvalidMessageType`] when it is not 1 to 64 ASCII letters, digits and underscores.
    pub fn new(name: &str) -> Result<Self, InvalidMessageType> {
        let fits = !name.is_empty() && name.len() <= MAX_TYPE_LEN;
        if !fits || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(InvalidMessageType);
        }
        Ok(Self(name.to_ascii_uppercase().into()))
    }

    /// A type of ours.
    ///
    /// `name` is upper case and a name; what is not is a mistake that tests find.
    #[must_use]
    pub fn of(name: &'static str) -> Self {
        debug_assert!(Self::new(name).is_ok_and(|checked| checked.as_str() == name), "{name} is no type");
        Self(name.into())
    }

    /// Plain text.
    #[must_use]
    pub fn text() -> Self {
        Self("TEXT".into())
    }

    /// Its writer has read the message that the content names.
    #[must_use]
    pub fn read() -> Self {
        Self("READ".into())
    }

    /// The name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the desk does with it.
    #[must_use]
    pub fn class(&self) -> MessageClass {
        match self.as_str() {
            "TYPING" | "PREVIEW" | "PROCESSING" => MessageClass::Ephemeral,
            "READ" => MessageClass::Read,
            "DELIVERED" => MessageClass::Delivered,
            "RECALL" => MessageClass::Recall,
            "EDIT" => MessageClass::Edit,
            "REACTION" => MessageClass::Reaction,
            _ => MessageClass::Logged,
        }
    }

    /// Whether it says something to the other side, as opposed to being about what was said or about the conversation.
    #[must_use]
    pub fn is_speech(&self) -> bool {
        self.as_str() == "TEXT" || self.is_rich()
    }

    /// Whether the content has a structure: a JSON document, or where that is one of a file, perhaps its link alone.
    #[must_use]
    pub fn is_rich(&self) -> bool {
        RICH.binary_search(&self.as_str()).is_ok()
    }
}

impl fmt::Display for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A message as a client sent it, understood but not yet accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The name its writer gave it; a repeat of it is answered, not repeated (invariant I3).
    pub uid: MessageUid,
    /// Its type.
    pub kind: MessageType,
    /// Plain text, or a JSON document as text for rich types.
    pub content: String,
    /// What the writer said of itself: names the server does not know better are kept.
    pub nickname: String,
    /// As `nickname`.
    pub avatar: String,
    /// `thread.topic` in the payload, which names the conversation when the destination does not.
    pub thread_topic: Option<Box<str>>,
    /// What else it said, in the dialect it came in.
    pub(crate) original: Original,
}

/// What a draft was read from, as far as stamping needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Original {
    /// A JSON object without what is in the draft.
    Json(Remainder),
    /// A whole protobuf `Message`.
    Protobuf(Bytes),
}

/// What the server decides about a draft before it is committed: nobody speaks in another's name.
#[derive(Clone, Debug)]
pub struct Stamp<'a> {
    /// The sender, as authenticated.
    pub sender: &'a Uid,
    /// `user.type` of the sender.
    pub user_type: &'a str,
    /// The sender's name if the server knows one, else empty and the writer's own word stands.
    pub nickname: &'a str,
    /// As `nickname`.
    pub avatar: &'a str,
    /// The conversation it goes into.
    pub conversation: &'a Conversation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_types_are_sorted_for_the_search() {
        assert!(RICH.is_sorted());
        assert!(MessageType::new("image").is_ok_and(|kind| kind.is_rich()));
        assert!(!MessageType::text().is_rich());
    }

    #[test]
    fn a_type_is_a_name() {
        for bad in ["", "A B", "É", "A-B", &"x".repeat(65)] {
            assert_eq!(MessageType::new(bad), Err(InvalidMessageType));
        }
        assert_eq!(MessageType::new("robot_Stream").map(|k| k.to_string()).as_deref(), Ok("ROBOT_STREAM"));
    }
}
