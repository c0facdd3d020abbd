//! `message-json`: the JSON look of a message (`spec/bytedesk.md` §3).

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    DialectError, message_type, message_uid,
    object::{Members, Object},
    organisation_extra, prefer,
};
use crate::{
    conversation::Conversation,
    ids::Uid,
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

/// What stamping adds to a message, about, in bytes: sender, thread and status.
const STAMP_SIZE: usize = 512;

/// What a client's message says that is no field of a [`Draft`] and is kept with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remainder {
    channel: String,
    /// A JSON document, if it is one.
    pub(crate) extra: String,
    /// The members that we do not know.
    unknown: Object,
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

pub(super) fn parse(bytes: &[u8]) -> Result<Draft, DialectError> {
    let members = Members::parse(bytes)?;
    draft(&members, &members.text("uid")?, &members.text("type")?, &[])
}

/// The message called `uid`, of type `kind`, that `members` are; what is called as `dropped` is not kept.
pub(super) fn draft(members: &Members<'_>, uid: &str, kind: &str, dropped: &[&str]) -> Result<Draft, DialectError> {
    let claims = |key| members.get(key).map_or("{}", RawValue::get);
    // What a client says of itself and of the thread is a hint: a malformed hint is no hint.
    let user: ClaimedUser = serde_json::from_str(claims("user")).unwrap_or_default();
    let thread: ClaimedThread = serde_json::from_str(claims("thread")).unwrap_or_default();
    Ok(Draft {
        uid: message_uid(uid)?,
        kind: message_type(kind)?,
        content: members.text_or_json("content").into_owned(),
        nickname: user.nickname.unwrap_or_default(),
        avatar: user.avatar.unwrap_or_default(),
        thread_topic: thread.topic,
        original: Original::Json(remainder(members, dropped)),
    })
}

fn remainder(members: &Members<'_>, dropped: &[&str]) -> Remainder {
    let channel = members.text("channel").unwrap_or_default();
    let channel = if channel.is_empty() { members.text("client").unwrap_or_default() } else { channel };
    let mut unknown = Object::default();
    for (key, value) in members.except(OURS).filter(|(key, _)| !dropped.contains(key)) {
        unknown.raw(key, value.get());
    }
    Remainder { channel: channel.into_owned(), extra: members.text_or_json("extra").into_owned(), unknown }
}

pub(super) fn stamp(remainder: &Remainder, draft: &Draft, stamp: &Stamp<'_>) -> Bytes {
    let Remainder { channel, extra, unknown } = remainder;
    let mut object = Object::with_capacity(draft.content.len() + extra.len() + unknown.len() + STAMP_SIZE);
    object.text("uid", draft.uid.as_str());
    object.text("type", draft.kind.as_str());
    object.text("content", &draft.content);
    object.text("status", "SUCCESS");
    object.text("channel", prefer(channel, &stamp.conversation.channel));
    object.object("thread", |thread| write_conversation(thread, stamp.conversation));
    object.object("user", |user| {
        let nickname = prefer(stamp.nickname, &draft.nickname);
        let avatar = prefer(stamp.avatar, &draft.avatar);
        write_user(user, stamp.sender.as_str(), nickname, avatar, stamp.user_type);
    });
    if extra.is_empty() {
        object.text("extra", &organisation_extra(&stamp.conversation.org));
    } else {
        object.text("extra", extra);
    }
    object.append(unknown);
    object.into_bytes().into()
}

/// The stamped message with `text` under `name`; everything else as it was spelled.
pub(super) fn replaced(stamped: &[u8], name: &str, text: &str) -> Result<Bytes, DialectError> {
    let mut object = Object::with_capacity(stamped.len() + text.len());
    for (key, value) in Members::parse(stamped)?.except(&[name]) {
        object.raw(key, value.get());
    }
    object.text(name, text);
    Ok(object.into_bytes().into())
}

/// The `thread` object of a message: a conversation as clients of every seed expect it.
#[must_use]
pub fn conversation_json(conversation: &Conversation) -> String {
    let mut object = Object::with_capacity(STAMP_SIZE);
    write_conversation(&mut object, conversation);
    object.into_text()
}

fn write_conversation(object: &mut Object, conversation: &Conversation) {
    object.text("uid", conversation.uid.as_str());
    object.text("topic", conversation.topic.as_str());
    object.text("type", conversation.kind.as_str());
    object.text("status", conversation.status.as_str());
    object.number("sessionId", conversation.id.0);
    object.text("sessionNo", &conversation.session_no);
    object.text("channel", &conversation.channel);
    object.object("user", |user| {
        let profile = &conversation.visitor_profile;
        write_user(user, conversation.visitor.as_str(), &profile.nickname, &profile.avatar, "VISITOR");
    });
    if let Some(agent) = &conversation.agent {
        object.text("agent", &agent_text(agent));
    }
    object.text("extra", &organisation_extra(&conversation.org));
}

/// `agent` of a thread: who owns it, as JSON in a string (`spec/bytedesk.md` §7.3, ThreadResponse).
fn agent_text(agent: &Uid) -> String {
    let mut object = Object::with_capacity(64);
    object.text("uid", agent.as_str());
    object.into_text()
}

fn write_user(object: &mut Object, uid: &str, nickname: &str, avatar: &str, kind: &str) {
    object.text("uid", uid);
    object.text("nickname", nickname);
    object.text("avatar", avatar);
    object.text("type", kind);
}

/// The JSON look of a message that came as protobuf, still open.
pub(super) fn from_proto(message: &proto::Message) -> Object {
    let mut object = Object::with_capacity(message.content.len() + STAMP_SIZE);
    object.text("uid", &message.uid);
    object.text("type", &message.r#type);
    object.text("content", &message.content);
    object.text("status", &message.status);
    object.text("channel", &message.channel);
    if let Some(thread) = &message.thread {
        object.object("thread", |object| {
            object.text("uid", &thread.uid);
            object.text("topic", &thread.topic);
            object.text("type", &thread.r#type);
            object.text("status", &thread.status);
            object.text("channel", &thread.channel);
            user_from_proto(object, thread.user.as_ref());
            object.text("extra", &thread.extra);
        });
    }
    user_from_proto(&mut object, message.user.as_ref());
    object.text("extra", &message.extra);
    object
}

fn user_from_proto(object: &mut Object, user: Option<&proto::User>) {
    if let Some(user) = user {
        object.object("user", |object| {
            write_user(object, &user.uid, &user.nickname, &user.avatar, &user.r#type);
        });
    }
}

/// A stamped JSON message as protobuf.
pub(super) fn to_proto(stamped: &[u8]) -> Result<proto::Message, DialectError> {
    let members = Members::parse(stamped)?;
    Ok(proto::Message {
        uid: members.text("uid")?.into_owned(),
        r#type: members.text("type")?.into_owned(),
        content: members.text("content")?.into_owned(),
        status: members.text("status")?.into_owned(),
        channel: members.text("channel")?.into_owned(),
        thread: members.get("thread").map(thread_to_proto).transpose()?,
        user: members.get("user").map(user_to_proto).transpose()?,
        extra: members.text("extra")?.into_owned(),
        ..proto::Message::default()
    })
}

fn thread_to_proto(thread: &RawValue) -> Result<proto::Thread, DialectError> {
    let members = Members::parse(thread.get().as_bytes())?;
    Ok(proto::Thread {
        uid: members.text("uid")?.into_owned(),
        topic: members.text("topic")?.into_owned(),
        r#type: members.text("type")?.into_owned(),
        status: members.text("status")?.into_owned(),
        user: members.get("user").map(user_to_proto).transpose()?,
        channel: members.text("channel")?.into_owned(),
        extra: members.text("extra")?.into_owned(),
    })
}

fn user_to_proto(user: &RawValue) -> Result<proto::User, DialectError> {
    let members = Members::parse(user.get().as_bytes())?;
    Ok(proto::User {
        uid: members.text("uid")?.into_owned(),
        nickname: members.text("nickname")?.into_owned(),
        avatar: members.text("avatar")?.into_owned(),
        r#type: members.text("type")?.into_owned(),
        extra: members.text_or_json("extra").into_owned(),
    })
}
