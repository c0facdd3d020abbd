//! `session-json`: the look of a message in the chat client of seed 002, where a conversation is a numbered session, its
//! two sides are `waiter` and `customer`, and people and messages have numbers.
//!
//! It is a view: a message that comes in it is kept as `message-json`, and what was said in any dialect can be shown in it.

mod notification;
mod parse;
mod render;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use notification::Notification;
pub use parse::SessionMessage;
pub(super) use {
    notification::{notification, reminder},
    parse::parse,
    render::{Place, render},
};

use crate::proto;

/// What a message is to a session, by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Somebody says something: `MSG`.
    Message,
    /// The server or the desk tells something: `SYSTEM`.
    System,
    /// What has become of an order card: the type itself.
    Card,
    /// A side has read so far: `READ_RECEIPT`.
    Read,
    /// A message has arrived: `DELIVERY_RECEIPT`.
    Delivered,
    /// A message is taken back: `RECALL`.
    Recall,
    /// A message gets another text: `EDIT`.
    Edit,
    /// A message gets a sign: `REACTION`.
    Reaction,
    /// Somebody is at it: the type itself.
    Activity,
}

impl Shape {
    fn of(kind: &str) -> Self {
        /// Families of types that tell how a conversation is served.
        const TOLD: [&str; 5] = ["INVITE", "NOTIFICATION", "QUEUE", "ROUTING", "TRANSFER"];
        match kind {
            "READ" => Self::Read,
            "DELIVERED" => Self::Delivered,
            "RECALL" => Self::Recall,
            "EDIT" => Self::Edit,
            "REACTION" => Self::Reaction,
            "TYPING" | "PREVIEW" | "PROCESSING" => Self::Activity,
            "ORDER_CARD_EXPIRE" | "ORDER_CARD_PAID" | "ORDER_CARD_CANCELLED" => Self::Card,
            "AGENT_CLOSED" | "AUTO_CLOSED" | "VISITOR_CLOSED" | "CONTINUE" | "LEAVE_MSG" | "NOTICE" | "SYSTEM"
            | "WELCOME" => Self::System,
            _ if TOLD.iter().any(|family| kind.starts_with(family)) => Self::System,
            _ => Self::Message,
        }
    }
}

/// Whether a message of this type is a file: its content has `url`.
fn is_file(kind: &str) -> bool {
    matches!(kind, "AUDIO" | "DOCUMENT" | "FILE" | "IMAGE" | "VIDEO" | "VOICE")
}

/// `senderRole` of somebody whose `user.type` is `user_type`.
fn role(user_type: &str) -> &'static str {
    if user_type == "VISITOR" { "customer" } else { "waiter" }
}

/// The number by which sessions know what is called `uid`, a user for one: the same on every server and for ever. A uid
/// that is a number of up to 15 digits is its own; others have numbers from 10^15 on, which JavaScript still counts exactly.
#[must_use]
pub fn number_of(uid: &str) -> u64 {
    const OWN_DIGITS: usize = 15;
    /// Behind all numbers of [`OWN_DIGITS`] digits; with [`BITS`] more it stays under 2^53.
    const BASE: u64 = 1_000_000_000_000_000;
    const BITS: u32 = 52;
    let is_number = uid.len() <= OWN_DIGITS && !uid.starts_with('0') && uid.bytes().all(|byte| byte.is_ascii_digit());
    match uid.parse() {
        Ok(number) if is_number => number,
        _ => {
            // FNV-1a in 64 bits, folded.
            let hash = uid
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
            BASE + ((hash >> BITS) ^ (hash & ((1 << BITS) - 1)))
        }
    }
}

/// A stamped message as it is shown, before it is written in the words of sessions.
struct Shown<'a> {
    message: &'a proto::Message,
    /// The members of its content, if that is a JSON object.
    content: Option<Map<String, Value>>,
}

impl<'a> Shown<'a> {
    fn of(message: &'a proto::Message) -> Self {
        let is_object = message.content.trim_start().starts_with('{');
        let content = is_object.then(|| serde_json::from_str(&message.content).ok()).flatten();
        Self { message, content }
    }

    fn shape(&self) -> Shape {
        let kind = self.message.r#type.as_str();
        match Shape::of(kind) {
            // Visitors do not speak for the server.
            Shape::System if self.sender().3 == "VISITOR" && kind != "VISITOR_CLOSED" => Shape::Message,
            shape => shape,
        }
    }

    /// The first of `names` in the content that says something; numbers as text.
    fn member(&self, names: &[&str]) -> Option<Cow<'_, str>> {
        let content = self.content.as_ref()?;
        names.iter().find_map(|name| match content.get(*name)? {
            Value::String(text) if !text.is_empty() => Some(Cow::Borrowed(text.as_str())),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        })
    }

    /// What it says, in words: the content, or what a document calls so.
    fn text(&self) -> Cow<'_, str> {
        match &self.content {
            Some(_) => self.member(&["content"]).unwrap_or_default(),
            None => Cow::Borrowed(&self.message.content),
        }
    }

    /// Where a file is: its content, if that is no document.
    fn url(&self) -> Option<Cow<'_, str>> {
        match &self.content {
            Some(_) => self.member(&["url", "fileUrl", "imageUrl", "videoUrl", "audioUrl", "voiceUrl"]),
            None => Some(Cow::Borrowed(self.message.content.as_str())).filter(|link| !link.is_empty()),
        }
    }

    /// What a robot or a quotation says in words, apart from the rest of its document.
    fn own_words(&self) -> Option<Cow<'_, str>> {
        match self.message.r#type.as_str() {
            "QUOTATION" => self.member(&["content"]),
            kind if kind.starts_with("ROBOT") || kind.starts_with("FAQ") => self.member(&["answer"]),
            _ => None,
        }
    }

    fn file_name(&self) -> Option<Cow<'_, str>> {
        self.member(&["name", "filename", "fileName", "label"])
    }

    fn sender(&self) -> (&str, &str, &str, &str) {
        self.message
            .user
            .as_ref()
            .map_or(("", "", "", ""), |user| (&user.uid, &user.nickname, &user.avatar, &user.r#type))
    }

    /// The status of the conversation behind the message.
    fn session_status(&self) -> &str {
        self.message.thread.as_ref().map_or("", |thread| thread.status.as_str())
    }

    /// What its `extra` says under `name`, if it is a JSON document.
    fn extra(&self, name: &str) -> Option<Value> {
        serde_json::from_str::<Map<String, Value>>(&self.message.extra)
            .ok()?
            .remove(name)
            .filter(|value| !value.is_null())
    }

    /// What its `extra` says has happened to the conversation, if it does.
    fn event(&self) -> Option<Event> {
        #[derive(Deserialize)]
        struct Extra {
            event: Option<Event>,
        }
        serde_json::from_str::<Extra>(&self.message.extra).ok()?.event
    }
}

/// `extra.event` of the entry that tells a change.
#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    agent: Option<String>,
    #[serde(default)]
    reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_own_and_a_name_has_one_behind_all_of_them() {
        for (uid, number) in [("5", 5), ("10001", 10001), ("999999999999999", 999_999_999_999_999)] {
            assert_eq!(number_of(uid), number);
        }
        let mut seen = std::collections::BTreeSet::new();
        for index in 0..10_000 {
            for uid in [format!("visitor-{index}"), format!("0{index}"), format!("{index}é")] {
                let number = number_of(&uid);
                assert!((1_000_000_000_000_000..1 << 53).contains(&number), "{uid}: {number}");
                assert!(seen.insert(number), "{uid} has the number of another");
            }
        }
        // It must never change: clients keep it.
        assert_eq!(number_of("a"), 1_000_000_000_000_000 + (0xaf6 ^ 0x3_dc4c_8601_ec8c));
    }

    #[test]
    fn every_type_has_its_shape() {
        for (kinds, shape) in [
            ("TEXT IMAGE FILE JOB_CARD ORDER_CARD GOODS RATE_SUBMIT LEAVE_MSG_SUBMIT NEW_TYPE", Shape::Message),
            ("SYSTEM WELCOME CONTINUE QUEUE QUEUE_UPDATE TRANSFER_REJECT INVITE AGENT_CLOSED LEAVE_MSG", Shape::System),
            ("ORDER_CARD_EXPIRE ORDER_CARD_PAID ORDER_CARD_CANCELLED", Shape::Card),
            ("READ", Shape::Read),
            ("DELIVERED", Shape::Delivered),
            ("RECALL", Shape::Recall),
            ("EDIT", Shape::Edit),
            ("REACTION", Shape::Reaction),
            ("TYPING PREVIEW PROCESSING", Shape::Activity),
        ] {
            for kind in kinds.split(' ') {
                assert_eq!(Shape::of(kind), shape, "{kind}");
            }
        }
    }
}
