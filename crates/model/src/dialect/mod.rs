//! The looks of a message.
//!
//! A client's bytes are read into a [`Draft`], stamped into a [`Payload`] and, once committed, rendered for each
//! reader in the reader's dialect:
//!
//! ```text
//! bytes ─ parse ─▶ Draft ─ stamp ─▶ Payload ─ commit ─▶ Entry ─ Renderer ─▶ bytes
//! ```
//!
//! A payload stays in the dialect it was said in. Stamping and rendering only *append* fields to it, which in both
//! dialects override earlier ones or are the only ones, so that nothing a client said is lost (`spec/rust-notes.md`
//! §2.2, "Unknown protobuf fields").

mod json;
mod protobuf;
mod render;

use bytes::Bytes;

pub use json::conversation as conversation_json;
pub use render::{Renderer, Rendition};

use crate::{
    entry::Payload,
    ids::{InvalidUid, MessageUid},
    message::{Draft, InvalidMessageType, MessageType, Original, Stamp},
};

/// Why bytes are no message. The text is made for the sender's eyes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialectError {
    /// There is no body.
    #[error("the message is empty")]
    Empty,
    /// The body is not a JSON object.
    #[error("the message is not a JSON object: {0}")]
    Json(String),
    /// The body is not a protobuf `Message`.
    #[error("the message is not a protobuf Message: {0}")]
    Protobuf(String),
    /// A field that must be text is something else.
    #[error("the field {0} must be text")]
    NotText(&'static str),
    /// The type is no name.
    #[error(transparent)]
    Type(#[from] InvalidMessageType),
    /// The uid cannot name a message.
    #[error("the message's uid is not acceptable: {0}")]
    Uid(#[from] InvalidUid),
    /// The content of a rich type is not a JSON document.
    #[error("the content of a message of type {0} must be a JSON document in a string")]
    RichContent(MessageType),
}

/// Reads a message in whichever dialect it is: JSON begins with `{`, which no protobuf `Message` does in practice
/// (`{` would open field 15, which does not exist).
///
/// A message without a type is TEXT. A message without a uid gets a fresh one, so it cannot be recognised when it is
/// sent again.
///
/// # Errors
/// [`DialectError`] says what is wrong with it.
pub fn parse(bytes: &Bytes) -> Result<Draft, DialectError> {
    if bytes.is_empty() {
        return Err(DialectError::Empty);
    }
    let draft =
        if bytes.trim_ascii_start().first() == Some(&b'{') { json::parse(bytes)? } else { protobuf::parse(bytes)? };
    if draft.kind.is_rich() && serde_json::from_str::<serde::de::IgnoredAny>(&draft.content).is_err() {
        return Err(DialectError::RichContent(draft.kind));
    }
    Ok(draft)
}

/// Puts what the server decides onto a draft: who really speaks, where, and that it arrived.
///
/// # Errors
/// None for a draft that [`parse`] made; a hand-made draft whose bytes do not parse is answered as [`parse`] would.
pub fn stamp(draft: &Draft, stamp: &Stamp<'_>) -> Result<Payload, DialectError> {
    match &draft.original {
        Original::Json(bytes) => Ok(Payload::Json(json::stamp(bytes, draft, stamp)?)),
        Original::Protobuf(bytes) => Ok(Payload::Protobuf(protobuf::stamp(bytes, draft, stamp))),
    }
}

/// A message in the server's own words.
#[must_use]
pub fn compose(uid: MessageUid, kind: MessageType, content: String) -> Draft {
    Draft {
        uid,
        kind,
        content,
        nickname: String::new(),
        avatar: String::new(),
        thread_topic: None,
        original: Original::Json(Bytes::from_static(b"{}")),
    }
}

/// The name the writer gave itself, unless the server knows better.
fn prefer<'a>(known: &'a str, claimed: &'a str) -> &'a str {
    if known.is_empty() { claimed } else { known }
}

fn message_type(name: &str) -> Result<MessageType, DialectError> {
    if name.is_empty() { Ok(MessageType::text()) } else { Ok(MessageType::new(name)?) }
}

fn message_uid(name: &str) -> Result<MessageUid, DialectError> {
    if name.is_empty() { Ok(MessageUid::random()) } else { Ok(MessageUid::new(name)?) }
}
