//! What is answered as the desk has rendered it, with the shape that it has then.

use std::{borrow::Cow, collections::BTreeMap};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use crate::http::AppError;

/// `$name` is `$content` with the schema of `$shape`.
macro_rules! shaped {
    ($(#[doc = $doc:literal])+ $name:ident($content:ty) as $shape:ty) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Serialize)]
        #[serde(transparent)]
        pub(super) struct $name(pub(super) $content);

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                <$shape>::schema_name()
            }

            fn schema_id() -> Cow<'static, str> {
                <$shape>::schema_id()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                <$shape>::json_schema(generator)
            }
        }
    };
}

shaped! {
    /// A message as it is in the log.
    MessageJson(Box<RawValue>) as Message
}
shaped! {
    /// A conversation as lists show it.
    ThreadJson(Value) as Thread
}
shaped! {
    /// An order card.
    CardJson(Value) as OrderCard
}
shaped! {
    /// A notice.
    NoticeJson(Box<RawValue>) as Notice
}
shaped! {
    /// The frame of a feed of notices.
    FeedJson(Box<RawValue>) as NoticeFrame
}

/// Rendered JSON goes into an answer as it is.
pub(super) fn raw(json: &[u8]) -> Result<Box<RawValue>, AppError> {
    serde_json::from_slice(json).map_err(AppError::internal)
}

impl MessageJson {
    /// A rendered message.
    pub(super) fn rendered(json: &[u8]) -> Result<Self, AppError> {
        raw(json).map(Self)
    }
}

/// A message of a conversation. What its writer said beside these members is there too.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct Message {
    /// Its name, given by its writer.
    uid: String,
    /// `TEXT`, `IMAGE` and so on.
    r#type: String,
    /// Text, or a JSON document in a string.
    content: String,
    /// `SUCCESS`, or `RECALL` if its writer took it back.
    status: String,
    /// `yyyy-MM-dd HH:mm:ss` in the time zone of the desk.
    created_at: String,
    /// Milliseconds since 1970.
    timestamp: i64,
    /// Its place in the conversation, from 1.
    #[schemars(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    /// From where it was sent.
    channel: String,
    /// Who wrote it.
    #[schemars(skip_serializing_if = "Option::is_none")]
    user: Option<Person>,
    /// The conversation as it was then.
    #[schemars(skip_serializing_if = "Option::is_none")]
    thread: Option<ThreadOfMessage>,
    /// A JSON document in a string; `event` in it tells what happened to the conversation.
    extra: String,
}

/// Somebody, as messages show people.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct Person {
    uid: String,
    nickname: String,
    avatar: String,
    /// `VISITOR`, `AGENT`, `SYSTEM` and so on.
    r#type: String,
}

/// A conversation as it was when a message was said.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct ThreadOfMessage {
    uid: String,
    topic: String,
    /// `AGENT` or `WORKGROUP`.
    r#type: String,
    /// `NEW`, `ROBOTING`, `QUEUING`, `CHATTING`, `OFFLINE`, `TIMEOUT` or `CLOSED`.
    status: String,
    channel: String,
    /// The visitor.
    #[schemars(skip_serializing_if = "Option::is_none")]
    user: Option<Person>,
    extra: String,
}

/// A conversation.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct Thread {
    uid: String,
    topic: String,
    /// `AGENT` or `WORKGROUP`; notes have a type of their own.
    r#type: String,
    /// `NEW`, `ROBOTING`, `QUEUING`, `CHATTING`, `OFFLINE`, `TIMEOUT` or `CLOSED`.
    status: String,
    /// Its number.
    session_id: i64,
    /// Its number with its day.
    session_no: String,
    channel: String,
    /// The visitor.
    user: Person,
    /// Who has it: a JSON document in a string.
    #[schemars(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    extra: String,
    /// Of its newest message.
    content: Option<String>,
    /// Its newest message; null where nothing was said.
    last_message: Option<LastMessage>,
    /// Since when the visitor waits, in milliseconds since 1970: in the queue, or for an answer; null if it does not. For
    /// those at the desk.
    #[schemars(skip_serializing_if = "Option::is_none")]
    waiting_since: Option<i64>,
    unread_count: u64,
    unread: bool,
    /// The uid of the agent who has it.
    owner: Option<String>,
    org_uid: String,
    created_at: String,
    updated_at: String,
}

/// The newest message of a conversation, beside its content.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct LastMessage {
    uid: String,
    /// `TEXT`, `IMAGE` and so on.
    r#type: String,
    /// Its place in the conversation, from 1.
    seq: u64,
    /// Milliseconds since 1970.
    timestamp: i64,
    /// Who wrote it.
    user: Option<Person>,
}

/// An order card: what was offered, and what has become of it. What the offer said beside these members is there too.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct OrderCard {
    /// The number of the conversation.
    session_id: i64,
    topic: String,
    /// The uid of its message.
    msg_no: String,
    /// The place of its message.
    msg_id: u64,
}

/// A notice.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct Notice {
    id: String,
    title: String,
    /// `yyyy-MM-dd HH:mm:ss` in the time zone of the desk.
    time: String,
    handler_url: Option<String>,
    user_id: String,
    meta_data: Option<BTreeMap<String, Value>>,
    pending_id: Option<String>,
    owner_id: String,
    owner_identity_id: String,
    content: String,
    menu_key: Option<String>,
    seq: u64,
    timestamp: i64,
    expires_at: Option<i64>,
    read: bool,
    read_at: Option<i64>,
}

/// What a page that listens to notices is shown.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct NoticeFrame {
    data: NoticeFrameData,
    from_user_id: Option<String>,
    from_user_name: Option<String>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct NoticeFrameData {
    /// Unread notices of each menu.
    menu_tips_map: Option<BTreeMap<String, u64>>,
    /// The newest.
    sys_msg_list: Option<Vec<Notice>>,
    /// Unread notices.
    sys_msg_nums: Option<u64>,
    /// Connected users, for those who may know.
    online_user_nums: Option<u64>,
    extra_data: Option<Value>,
}
