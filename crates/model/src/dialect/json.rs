//! `message-json`: the JSON look of a message (`spec/bytedesk.md` §3).

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{DialectError, message_type, message_uid, prefer};
use crate::{
    conversation::Conversation,
    message::{Draft, Original, Stamp},
    proto,
};

/// Keys the server writes itself; a client's word on them is dropped. `client` is the old name of `channel`.
const OURS: &[&str] = &[
    "channel",
    "client",
    "content",
    "createdAt",
    "extra",
    "seq",
    "status",
    "thread",
    "timestamp",
    "type",
    "uid",
    "user",
];

/// The members of a JSON object in their order, values unparsed.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::with_capacity(12);
                while let Some(Key(key)) = map.next_key()? {
                    members.push((key, map.next_value()?));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

/// A key that borrows when it needs no unescaping.
#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Members<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, DialectError> {
        serde_json::from_slice(bytes).map_err(|error| DialectError::Json(error.to_string()))
    }

    /// The last member called `key`, which is the one JSON parsers keep.
    fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value).filter(|value| value.get() != "null")
    }

    /// A member that must be text; absent and `null` are empty.
    fn text(&self, key: &'static str) -> Result<Cow<'a, str>, DialectError> {
        let Some(value) = self.get(key) else { return Ok(Cow::Borrowed("")) };
        match serde_json::from_str::<Key<'a>>(value.get()) {
            Ok(Key(text)) => Ok(text),
            Err(_) => Err(DialectError::NotText(key)),
        }
    }

    /// A member that should be JSON in a string but is tolerated as plain JSON (seed 001 sends `extra` as an object).
    fn text_or_json(&self, key: &'static str) -> Cow<'a, str> {
        self.text(key).unwrap_or_else(|_| Cow::Borrowed(self.get(key).map_or("", RawValue::get)))
    }
}

#[derive(Default, Deserialize)]
struct ClaimedUser {
    #[serde(default)]
    nickname: Option<String>,
    #[serde(default)]
    avatar: Option<String>,
}

#[derive(Default, Deserialize)]
struct ClaimedThread {
    #[serde(default)]
    topic: Option<Box<str>>,
}

pub(super) fn parse(bytes: &Bytes) -> Result<Draft, DialectError> {
    let members = Members::parse(bytes)?;
    let claims = |key| members.get(key).map_or("{}", RawValue::get);
    // What a client says of itself and of the thread is a hint: a malformed hint is no hint.
    let user: ClaimedUser = serde_json::from_str(claims("user")).unwrap_or_default();
    let thread: ClaimedThread = serde_json::from_str(claims("thread")).unwrap_or_default();
    Ok(Draft {
        uid: message_uid(&members.text("uid")?)?,
        kind: message_type(&members.text("type")?)?,
        content: members.text_or_json("content").into_owned(),
        nickname: user.nickname.unwrap_or_default(),
        avatar: user.avatar.unwrap_or_default(),
        thread_topic: thread.topic,
        original: Original::Json(bytes.clone()),
    })
}

pub(super) fn stamp(original: &[u8], draft: &Draft, stamp: &Stamp<'_>) -> Result<Bytes, DialectError> {
    let members = Members::parse(original)?;
    let mut object = Object::new(original.len() + 384);
    object.text("uid", draft.uid.as_str());
    object.text("type", draft.kind.as_str());
    object.text("content", &draft.content);
    object.text("status", "SUCCESS");
    let channel = members.text("channel").unwrap_or_default();
    let channel = if channel.is_empty() { members.text("client").unwrap_or_default() } else { channel };
    object.text("channel", prefer(&channel, &stamp.conversation.channel));
    object.raw("thread", &conversation(stamp.conversation));
    object.raw(
        "user",
        &user(
            stamp.sender.as_str(),
            prefer(stamp.nickname, &draft.nickname),
            prefer(stamp.avatar, &draft.avatar),
            stamp.user_type,
        ),
    );
    let extra = members.text_or_json("extra");
    if extra.is_empty() {
        object.text("extra", &format!(r#"{{"orgUid":"{}"}}"#, stamp.conversation.org));
    } else {
        object.text("extra", &extra);
    }
    for (key, value) in &members.0 {
        if !OURS.contains(&key.as_ref()) {
            object.raw(key, value.get());
        }
    }
    Ok(object.finish().into())
}

/// The `thread` object of a message: a conversation as clients of every seed expect it.
#[must_use]
pub fn conversation(conversation: &Conversation) -> String {
    let mut object = Object::new(320);
    object.text("uid", conversation.uid.as_str());
    object.text("topic", conversation.topic.as_str());
    object.text("type", conversation.kind.as_str());
    object.text("status", conversation.status.as_str());
    object.raw("sessionId", itoa::Buffer::new().format(conversation.id.0));
    object.text("sessionNo", &conversation.session_no);
    object.text("channel", &conversation.channel);
    let profile = &conversation.visitor_profile;
    object.raw("user", &user(conversation.visitor.as_str(), &profile.nickname, &profile.avatar, "VISITOR"));
    object.text("extra", &format!(r#"{{"orgUid":"{}"}}"#, conversation.org));
    object.finish()
}

fn user(uid: &str, nickname: &str, avatar: &str, kind: &str) -> String {
    let mut object = Object::new(128);
    object.text("uid", uid);
    object.text("nickname", nickname);
    object.text("avatar", avatar);
    object.text("type", kind);
    object.finish()
}

/// The JSON look of a message that came as protobuf.
pub(super) fn from_proto(message: &proto::Message) -> String {
    let mut object = Object::new(512);
    object.text("uid", &message.uid);
    object.text("type", &message.r#type);
    object.text("content", &message.content);
    object.text("status", &message.status);
    object.text("channel", &message.channel);
    if let Some(thread) = &message.thread {
        let mut inner = Object::new(256);
        inner.text("uid", &thread.uid);
        inner.text("topic", &thread.topic);
        inner.text("type", &thread.r#type);
        inner.text("status", &thread.status);
        inner.text("channel", &thread.channel);
        if let Some(visitor) = &thread.user {
            inner.raw("user", &user(&visitor.uid, &visitor.nickname, &visitor.avatar, &visitor.r#type));
        }
        inner.text("extra", &thread.extra);
        object.raw("thread", &inner.finish());
    }
    if let Some(sender) = &message.user {
        object.raw("user", &user(&sender.uid, &sender.nickname, &sender.avatar, &sender.r#type));
    }
    object.text("extra", &message.extra);
    object.finish()
}

/// A stamped JSON message as protobuf.
pub(super) fn to_proto(stamped: &[u8]) -> Result<proto::Message, DialectError> {
    let members = Members::parse(stamped)?;
    let thread = members.get("thread").map(|raw| Members::parse(raw.get().as_bytes())).transpose()?;
    let to_user = |raw: Option<&RawValue>| -> Result<Option<proto::User>, DialectError> {
        let Some(raw) = raw else { return Ok(None) };
        let members = Members::parse(raw.get().as_bytes())?;
        Ok(Some(proto::User {
            uid: members.text("uid")?.into_owned(),
            nickname: members.text("nickname")?.into_owned(),
            avatar: members.text("avatar")?.into_owned(),
            r#type: members.text("type")?.into_owned(),
            extra: members.text_or_json("extra").into_owned(),
        }))
    };
    Ok(proto::Message {
        uid: members.text("uid")?.into_owned(),
        r#type: members.text("type")?.into_owned(),
        content: members.text("content")?.into_owned(),
        status: members.text("status")?.into_owned(),
        channel: members.text("channel")?.into_owned(),
        thread: match &thread {
            None => None,
            Some(thread) => Some(proto::Thread {
                uid: thread.text("uid")?.into_owned(),
                topic: thread.text("topic")?.into_owned(),
                r#type: thread.text("type")?.into_owned(),
                status: thread.text("status")?.into_owned(),
                user: to_user(thread.get("user"))?,
                channel: thread.text("channel")?.into_owned(),
                extra: thread.text("extra")?.into_owned(),
            }),
        },
        user: to_user(members.get("user"))?,
        extra: members.text("extra")?.into_owned(),
        ..proto::Message::default()
    })
}

/// Writes a JSON object member by member.
pub(super) struct Object(Vec<u8>);

impl Object {
    fn new(capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.push(b'{');
        Self(bytes)
    }

    /// Goes on with an object that is already written.
    pub(super) fn reopen(object: &[u8], extra: usize) -> Self {
        let mut bytes = Vec::with_capacity(object.len() + extra);
        bytes.extend_from_slice(object.trim_ascii_end().strip_suffix(b"}").unwrap_or(b"{"));
        Self(bytes)
    }

    fn key(&mut self, key: &str) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.string(key);
        self.0.push(b':');
    }

    fn string(&mut self, text: &str) {
        serde_json::to_writer(&mut self.0, text).expect("a string always serialises into memory");
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.0.extend_from_slice(json.as_bytes());
    }

    pub(super) fn number(&mut self, key: &str, value: impl itoa::Integer) {
        self.raw(key, itoa::Buffer::new().format(value));
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }

    fn finish(self) -> String {
        String::from_utf8(self.into_bytes()).expect("keys, strings and raw values are all UTF-8")
    }
}
