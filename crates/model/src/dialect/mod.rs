//! The looks of a message.
//!
//! A client's bytes are read into a [`Draft`], stamped into a [`Payload`] and, once committed, rendered for each
//! reader in the reader's dialect:
//!
//! ```text
//! bytes ─ parse ─▶ Draft ─ stamp ─▶ Payload ─ commit ─▶ Entry ─ Renderer ─▶ bytes
//! ```
//!
//! A payload stays in the dialect it was said in, with the fields that we do not know. Stamping replaces the members
//! of a JSON object that are the server's to say; to a protobuf message it *appends* fields, which override earlier
//! ones (`spec/rust-notes.md` §2.2, "Unknown protobuf fields"). Rendering appends in both.
//!
//! Notices have a look of their own, `notice`, in which nothing is kept: it is made for each feed.

mod addressed;
mod amending;
mod checked;
mod json;
mod notice;
mod object;
mod protobuf;
mod render;
mod session;
mod shown;

use bytes::Bytes;
use serde_json::Value;

pub use addressed::Address;
pub use amending::{Words, amended, content_of, marked, with_text, words_of};
use checked::checked;
pub use checked::{edited, reacted};
pub(crate) use json::Remainder;
pub use json::conversation_json;
pub use notice::{InvalidReading, online_users, parse_reading};
pub use render::{Renderer, Rendition};
pub use session::{Notification, SessionMessage, number_of};
pub use shown::{rewritten, shown};

use crate::{
    content::InvalidContent,
    entry::Payload,
    ids::{InvalidUid, MessageUid, Uid},
    message::{Draft, InvalidMessageType, MessageType, Original, Stamp},
    proto,
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
    /// A field that must be a number is something else.
    #[error("the field {0} must be a whole number")]
    NotNumber(&'static str),
    /// A user that is named cannot exist.
    #[error("no user has such a uid: {0}")]
    User(#[source] InvalidUid),
    /// The type is no name.
    #[error(transparent)]
    Type(#[from] InvalidMessageType),
    /// The uid cannot name a message.
    #[error("the message's uid is not acceptable: {0}")]
    Uid(#[from] InvalidUid),
    /// The content is not what its type asks for.
    #[error("the content of a message of type {0} does not fit: {1}")]
    Content(MessageType, #[source] InvalidContent),
}

/// Reads a message that came over MQTT, in whichever dialect it is: JSON if its first byte is `{`, which would open a
/// field that no `Message` has. No blank may stand before it: they are what protobuf's own tags and lengths look like.
///
/// # Errors
/// As [`parse_json`].
pub fn parse(bytes: &Bytes) -> Result<Draft, DialectError> {
    if bytes.is_empty() || bytes.starts_with(b"{") { parse_json(bytes) } else { checked(protobuf::parse(bytes)?) }
}

/// Reads a message in the `message-json` dialect.
///
/// A message without a type is TEXT. A message without a uid gets a fresh one, so it cannot be recognised when it is
/// sent again.
///
/// # Errors
/// [`DialectError`] says what is wrong with it.
pub fn parse_json(bytes: &[u8]) -> Result<Draft, DialectError> {
    if bytes.is_empty() { Err(DialectError::Empty) } else { checked(json::parse(bytes)?) }
}

/// Reads a message that names its conversation itself, if it does. `uid` may be called `msgNo` or `messageId`, and the
/// type `msgType`.
///
/// # Errors
/// As [`parse_json`].
pub fn parse_addressed(bytes: &[u8]) -> Result<(Option<Address>, Draft), DialectError> {
    if bytes.is_empty() {
        return Err(DialectError::Empty);
    }
    let (address, draft) = addressed::parse(bytes)?;
    Ok((address, checked(draft)?))
}

/// Reads a message of a session (seed 002): what names its conversation, a file or a card in members of its own. What is
/// said as [`parse_addressed`] reads it is understood too.
///
/// # Errors
/// As [`parse_json`].
pub fn parse_session(bytes: &[u8]) -> Result<SessionMessage, DialectError> {
    if bytes.is_empty() {
        return Err(DialectError::Empty);
    }
    let message = session::parse(bytes)?;
    Ok(SessionMessage { draft: checked(message.draft)?, ..message })
}

/// Puts what the server decides onto a draft: who really speaks, where, and that it arrived.
#[must_use]
pub fn stamp(draft: &Draft, stamp: &Stamp<'_>) -> Payload {
    match &draft.original {
        Original::Json(remainder) => Payload::Json(json::stamp(remainder, draft, stamp)),
        Original::Protobuf(bytes) => Payload::Protobuf(protobuf::stamp(bytes, draft, stamp)),
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
        original: Original::Json(Remainder::default()),
    }
}

/// What a message says in `extra`, which is JSON in a string; nothing if it is none.
#[must_use]
pub fn extra(draft: &Draft) -> Value {
    let parse = |text: &str| serde_json::from_str(text).unwrap_or_default();
    match &draft.original {
        Original::Json(remainder) => parse(&remainder.extra),
        Original::Protobuf(bytes) => parse(&protobuf::decode(bytes).unwrap_or_default().extra),
    }
}

/// The same message with `members` in its `extra`, in place of what it says there under their names.
#[must_use]
pub fn with_extra(draft: Draft, members: Value) -> Draft {
    let mut merged = match extra(&draft) {
        Value::Object(object) => object,
        _ => serde_json::Map::new(),
    };
    if let Value::Object(members) = members {
        merged.extend(members);
    }
    let text = Value::Object(merged).to_string();
    let original = match draft.original {
        Original::Json(mut remainder) => {
            remainder.extra = text;
            Original::Json(remainder)
        }
        Original::Protobuf(bytes) => {
            Original::Protobuf(protobuf::append(&bytes, &proto::Message { extra: text, ..proto::Message::default() }))
        }
    };
    Draft { original, ..draft }
}

/// The same message with another content.
#[must_use]
pub fn with_content(draft: Draft, content: String) -> Draft {
    let original = match draft.original {
        Original::Protobuf(bytes) => {
            let fields = proto::Message { content: content.clone(), ..proto::Message::default() };
            // A second field would only hide what it said before: whoever reads the bytes still finds it.
            let replaced = protobuf::replaced(&bytes, amending::CONTENT, &fields);
            Original::Protobuf(replaced.unwrap_or_else(|_| protobuf::append(&[], &fields)))
        }
        json => json,
    };
    Draft { content, original, ..draft }
}

/// `first`, or `second` where `first` says nothing.
fn prefer<'a>(first: &'a str, second: &'a str) -> &'a str {
    if first.is_empty() { second } else { first }
}

/// `extra` of a thread, and of a message that brings none: a JSON document that names the organisation.
fn organisation_extra(org: &Uid) -> String {
    let mut extra = object::Object::with_capacity(64);
    extra.text("orgUid", org.as_str());
    extra.into_text()
}

fn message_type(name: &str) -> Result<MessageType, DialectError> {
    if name.is_empty() { Ok(MessageType::text()) } else { Ok(MessageType::new(name)?) }
}

fn message_uid(name: &str) -> Result<MessageUid, DialectError> {
    if name.is_empty() { Ok(MessageUid::random()) } else { Ok(MessageUid::new(name)?) }
}
