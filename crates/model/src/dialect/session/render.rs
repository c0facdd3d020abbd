//! From a stamped message to the words of a session.

use bytes::Bytes;
use serde_json::Value;

use super::{Shape, Shown, is_file, number_of, role};
use crate::{
    dialect::object::Object,
    ids::{LogId, Seq},
    proto,
};

/// What a message says besides its content, about, in bytes.
const HEAD_SIZE: usize = 384;

/// Where and when a message was said.
pub(in crate::dialect) struct Place<'a> {
    pub(in crate::dialect) log: LogId,
    pub(in crate::dialect) seq: Option<Seq>,
    /// `yyyy-MM-dd HH:mm:ss`.
    pub(in crate::dialect) time: &'a str,
    pub(in crate::dialect) recalled: bool,
    /// The position of the entry that a receipt is about.
    pub(in crate::dialect) about: Option<Seq>,
}

pub(in crate::dialect) fn render(message: &proto::Message, place: &Place<'_>) -> Bytes {
    let shown = Shown::of(message);
    let kind = message.r#type.as_str();
    let mut object = Object::with_capacity(message.content.len() + HEAD_SIZE);
    // A piece of what a robot says is no message of its own.
    let is_piece = place.seq.is_none() && kind.starts_with("ROBOT_STREAM");
    match if is_piece { Shape::Activity } else { shown.shape() } {
        Shape::Read => {
            object.text("type", "READ_RECEIPT");
            object.number("sessionId", place.log.0);
            object.number("readerId", number_of(shown.sender().0));
            if let Some(Seq(number)) = place.about {
                object.number("lastReadMsgId", number);
            }
            object.text("lastReadMsgNo", &message.content);
            object.text("readTime", place.time);
        }
        Shape::Delivered => {
            object.text("type", "DELIVERY_RECEIPT");
            object.number("sessionId", place.log.0);
            object.number("readerId", number_of(shown.sender().0));
            object.text("deliveredMsgNo", &message.content);
            object.text("sendTime", place.time);
        }
        Shape::Activity => {
            object.text("type", kind);
            object.number("sessionId", place.log.0);
            write_sender(&mut object, &shown);
            object.text("content", &shown.own_words().unwrap_or_else(|| shown.text()));
            object.text("sendTime", place.time);
        }
        Shape::Recall => {
            object.text("type", "RECALL");
            write_name(&mut object, &shown, place);
            write_sender(&mut object, &shown);
            object.text("recalledMsgNo", &message.content);
            object.text("sendTime", place.time);
        }
        Shape::Edit => {
            object.text("type", "EDIT");
            write_name(&mut object, &shown, place);
            write_sender(&mut object, &shown);
            object.text("editedMsgNo", shown.extra("editedUid").as_ref().and_then(Value::as_str).unwrap_or_default());
            object.text("content", &message.content);
            write_marks(&mut object, &shown, place);
            object.text("sendTime", place.time);
        }
        Shape::Reaction => {
            object.text("type", "REACTION");
            write_name(&mut object, &shown, place);
            write_sender(&mut object, &shown);
            let reaction = shown.extra("reaction").unwrap_or_default();
            object.text("reactedMsgNo", reaction["uid"].as_str().unwrap_or_default());
            object.text("reaction", reaction["emoji"].as_str().unwrap_or_default());
            object.raw("removed", if reaction["remove"] == true { "true" } else { "false" });
            object.text("sendTime", place.time);
        }
        Shape::System => {
            object.text("type", "SYSTEM");
            object.text("event", kind);
            write_name(&mut object, &shown, place);
            object.text("sessionStatus", shown.session_status());
            object.text("content", &shown.text());
            object.text("sendTime", place.time);
        }
        Shape::Card => {
            object.text("type", kind);
            write_name(&mut object, &shown, place);
            for name in ["orderCardId", "status", "expireTime"] {
                if let Some(value) = shown.content.as_ref().and_then(|content| content.get(name)) {
                    object.raw(name, &value.to_string());
                }
            }
            object.text("sendTime", place.time);
        }
        Shape::Message => {
            object.text("type", "MSG");
            object.text("msgType", &kind.to_ascii_lowercase());
            write_name(&mut object, &shown, place);
            write_sender(&mut object, &shown);
            write_content(&mut object, &shown);
            write_marks(&mut object, &shown, place);
            object.text("sendTime", place.time);
        }
    }
    object.into_bytes().into()
}

/// What an entry is called: by its number in the session and by the name its writer gave it.
fn write_name(object: &mut Object, shown: &Shown<'_>, place: &Place<'_>) {
    object.text("msgNo", &shown.message.uid);
    if let Some(Seq(number)) = place.seq {
        object.number("msgId", number);
    }
    object.number("sessionId", place.log.0);
}

fn write_sender(object: &mut Object, shown: &Shown<'_>) {
    let (uid, nickname, avatar, user_type) = shown.sender();
    object.number("senderId", number_of(uid));
    object.text("senderName", nickname);
    object.text("senderAvatar", avatar);
    object.text("senderRole", role(user_type));
}

/// What has become of a message since it was said.
fn write_marks(object: &mut Object, shown: &Shown<'_>, place: &Place<'_>) {
    if place.recalled {
        object.raw("recalled", "true");
    }
    if shown.extra("edited").is_some() {
        object.raw("edited", "true");
    }
    if let Some(reactions) = shown.extra("reactions") {
        object.raw("reactions", &reactions.to_string());
    }
}

fn write_content(object: &mut Object, shown: &Shown<'_>) {
    let url = if is_file(&shown.message.r#type) { shown.url() } else { None };
    if let Some(url) = url {
        object.text("fileUrl", &url);
        if let Some(name) = shown.file_name() {
            object.text("fileName", &name);
        }
        if let Some(size) = shown.member(&["size"]).and_then(|size| size.parse::<u64>().ok()) {
            object.number("fileSize", size);
        }
        if let Some(media_type) = shown.member(&["type", "mimeType"]) {
            object.text("fileType", &media_type);
        }
    } else if let Some(document) = shown.content.as_ref().filter(|_| shown.message.r#type != "TEXT") {
        object.raw("payload", &Value::Object(document.clone()).to_string());
        if let Some(words) = shown.own_words() {
            object.text("content", &words);
        }
    } else {
        object.text("content", &shown.message.content);
    }
}
