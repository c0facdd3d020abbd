//! What `/user/queue/notify` says of a message: that there is something new, or that a session has changed.

use bytes::Bytes;

use super::{Event, Shape, Shown, number_of, render::Place, role};
use crate::{dialect::object::Object, proto};

/// Longest beginning of a message that a notice shows, in characters.
const PREVIEW: usize = 100;
/// About what a notice takes, in bytes.
const SIZE: usize = 384;

/// A message as a notice about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Who said it, to whom it is no news.
    pub sender: Box<str>,
    /// The notice.
    pub body: Bytes,
}

/// The notice about a message; none for receipts, for what is relayed and for what is taken back.
pub(in crate::dialect) fn notification(message: &proto::Message, place: &Place<'_>) -> Option<Notification> {
    let shown = Shown::of(message);
    let is_news = matches!(shown.shape(), Shape::Message | Shape::System | Shape::Card);
    if !is_news || place.recalled || place.seq.is_none() {
        return None;
    }
    let (uid, nickname, _, user_type) = shown.sender();
    let mut object = Object::with_capacity(SIZE);
    let change = shown.event().filter(|event| event.from != event.to || event.agent.is_some());
    match change.filter(|_| shown.shape() == Shape::System) {
        Some(Event { from, to, agent, reason }) => {
            object.text("type", "STATUS_CHANGE");
            object.text("event", &message.r#type);
            object.text("from", &from);
            object.text("status", &to);
            if let Some(agent) = agent {
                object.number("agentId", number_of(&agent));
            }
            object.text("reason", &reason);
        }
        None => {
            object.text("type", "NEW_MESSAGE");
            object.text("msgType", &message.r#type.to_ascii_lowercase());
            object.number("senderId", number_of(uid));
            object.text("senderName", nickname);
            object.text("senderRole", role(user_type));
        }
    }
    locate(&mut object, message, &shown, place);
    if let Some(seq) = place.seq {
        object.number("msgId", seq.0);
    }
    object.text("sendTime", place.time);
    Some(Notification { sender: uid.into(), body: object.into_bytes().into() })
}

/// What one user alone is told about a conversation, such as that somebody waits for an answer: under the type of the
/// message, without a number, as it is no entry.
pub(in crate::dialect) fn reminder(message: &proto::Message, place: &Place<'_>) -> Bytes {
    let shown = Shown::of(message);
    let mut object = Object::with_capacity(SIZE);
    object.text("type", &message.r#type);
    locate(&mut object, message, &shown, place);
    object.text("sendTime", place.time);
    object.into_bytes().into()
}

/// What a message says, shortly, and where.
fn locate(object: &mut Object, message: &proto::Message, shown: &Shown<'_>, place: &Place<'_>) {
    let text = shown.text();
    let preview = if text.is_empty() { shown.file_name().unwrap_or_default() } else { text };
    object.text("content", &preview.chars().take(PREVIEW).collect::<String>());
    object.number("sessionId", place.log.0);
    object.text("topic", message.thread.as_ref().map_or("", |thread| thread.topic.as_str()));
    object.text("msgNo", &message.uid);
}
