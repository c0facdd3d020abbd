//! `message-protobuf`: the look of a message on MQTT (`spec/bytedesk.md` §1).
//!
//! Appending a field to an encoded message overrides it, since the last value of a scalar counts and embedded messages
//! merge; fields that we do not know stay where they are.

use bytes::Bytes;
use prost::{
    Message as _,
    encoding::{self, DecodeContext},
};

use super::{DialectError, message_type, message_uid, organisation_extra, prefer};
use crate::{
    conversation::Conversation,
    ids::{Seq, Timestamp},
    message::{Draft, Original, Stamp},
    proto,
};

pub(super) fn decode(bytes: &[u8]) -> Result<proto::Message, DialectError> {
    proto::Message::decode(bytes).map_err(|error| DialectError::Protobuf(error.to_string()))
}

pub(super) fn parse(bytes: &Bytes) -> Result<Draft, DialectError> {
    let message = decode(bytes)?;
    let user = message.user.unwrap_or_default();
    Ok(Draft {
        uid: message_uid(&message.uid)?,
        kind: message_type(&message.r#type)?,
        content: message.content,
        nickname: user.nickname,
        avatar: user.avatar,
        thread_topic: message.thread.map(|thread| thread.topic.into()),
        original: Original::Protobuf(bytes.clone()),
    })
}

pub(super) fn stamp(original: &[u8], draft: &Draft, stamp: &Stamp<'_>) -> Bytes {
    let overrides = proto::Message {
        uid: draft.uid.as_str().to_owned(),
        r#type: draft.kind.as_str().to_owned(),
        status: "SUCCESS".to_owned(),
        thread: Some(conversation(stamp.conversation)),
        user: Some(proto::User {
            uid: stamp.sender.as_str().to_owned(),
            nickname: prefer(stamp.nickname, &draft.nickname).to_owned(),
            avatar: prefer(stamp.avatar, &draft.avatar).to_owned(),
            r#type: stamp.user_type.to_owned(),
            extra: String::new(),
        }),
        ..proto::Message::default()
    };
    append(original, &overrides)
}

/// `encoded` with the fields of `overrides` behind its own.
pub(super) fn append(encoded: &[u8], overrides: &proto::Message) -> Bytes {
    let mut bytes = Vec::with_capacity(encoded.len() + overrides.encoded_len());
    bytes.extend_from_slice(encoded);
    overrides.encode_raw(&mut bytes);
    bytes.into()
}

/// `encoded` with `fields` in place of what it says in the field of this number; every other field as it was encoded.
pub(super) fn replaced(encoded: &Bytes, number: u32, fields: &proto::Message) -> Result<Bytes, DialectError> {
    let damaged = |error: prost::DecodeError| DialectError::Protobuf(error.to_string());
    let mut rest = encoded.clone();
    let mut kept = Vec::with_capacity(encoded.len());
    while !rest.is_empty() {
        let before = rest.clone();
        let (found, wire_type) = encoding::decode_key(&mut rest).map_err(damaged)?;
        encoding::skip_field(wire_type, found, &mut rest, DecodeContext::default()).map_err(damaged)?;
        if found != number {
            kept.extend_from_slice(&before[..before.len() - rest.len()]);
        }
    }
    Ok(append(&kept, fields))
}

/// The fields that only the commit knows.
pub(super) fn position(created_at: String, at: Timestamp, seq: Option<Seq>) -> proto::Message {
    proto::Message { created_at, seq: seq.unwrap_or_default().0, timestamp: at.0, ..proto::Message::default() }
}

fn conversation(conversation: &Conversation) -> proto::Thread {
    proto::Thread {
        uid: conversation.uid.as_str().to_owned(),
        topic: conversation.topic.as_str().to_owned(),
        r#type: conversation.kind.as_str().to_owned(),
        status: conversation.status.as_str().to_owned(),
        user: Some(proto::User {
            uid: conversation.visitor.as_str().to_owned(),
            nickname: conversation.visitor_profile.nickname.clone(),
            avatar: conversation.visitor_profile.avatar.clone(),
            r#type: "VISITOR".to_owned(),
            extra: String::new(),
        }),
        // Never empty, so that an old client's `extra` in this field is overridden.
        channel: if conversation.channel.is_empty() { "WEB".to_owned() } else { conversation.channel.clone() },
        extra: organisation_extra(&conversation.org),
    }
}
