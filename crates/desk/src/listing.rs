//! How a conversation looks in lists: its last message, what is unread, and how long its visitor waits.

use deskwire_model::{
    Conversation, Entry, MessageClass, Principal, ThreadStatus, ThreadType, Timestamp,
    dialect::{self, DialectError},
};
use serde_json::Value;

use crate::{BoxFuture, Desk, DeskError};

/// Entries among which the last message of a conversation, and since when its visitor waits, are sought.
const LOOKED_AT: usize = 20;

impl Desk {
    /// A conversation as lists show it to `user`: the `thread` object of its messages, with the last message and what is
    /// unread; to those at the desk also with since when its visitor waits, what is written on it and how they keep it.
    ///
    /// # Errors
    /// [`DeskError::Store`]; [`DeskError::Dialect`] when a stored payload is damaged.
    pub fn listed<'a>(
        &'a self,
        conversation: &'a Conversation,
        user: &'a Principal,
    ) -> BoxFuture<'a, Result<Value, DeskError>> {
        Box::pin(self.row_of(conversation, user))
    }

    async fn row_of(&self, conversation: &Conversation, user: &Principal) -> Result<Value, DeskError> {
        let read = |json: &[u8]| -> Result<Value, DeskError> {
            Ok(serde_json::from_slice(json).map_err(|error| DialectError::Json(error.to_string()))?)
        };
        let newest = self.store.entries_before(conversation.id, None, LOOKED_AT).await?;
        // What became of a message is shown by it; it is no message of its own.
        let is_said = |entry: &&Entry| !matches!(entry.kind.class(), MessageClass::Edit | MessageClass::Reaction);
        let last =
            newest.iter().find(is_said).or(newest.first()).map(|entry| self.renderer.json(entry.into())).transpose()?;
        let last = last.map(|last| read(&last)).transpose()?.unwrap_or_default();
        let unread = self.store.unread(conversation.id, &user.uid).await?;
        let created_at = self.renderer.local_time(conversation.created_at);
        let mut listed = read(dialect::conversation_json(conversation).as_bytes())?;
        listed["content"] = last["content"].clone();
        listed["lastMessage"] = shown(&last);
        listed["unreadCount"] = unread.into();
        listed["unread"] = (unread > 0).into();
        listed["owner"] = conversation.agent.as_ref().map(|agent| agent.as_str()).into();
        listed["orgUid"] = conversation.org.as_str().into();
        listed["updatedAt"] = last.get("createdAt").cloned().unwrap_or_else(|| created_at.clone().into());
        listed["createdAt"] = created_at.into();
        if user.role.is_staff() {
            listed["waitingSince"] = waiting_since(conversation, &newest).map(|since| since.0).into();
            self.show_labels(user, conversation, &mut listed).await?;
        }
        Ok(listed)
    }
}

/// What a list says of a message beside its content.
fn shown(message: &Value) -> Value {
    let names = ["uid", "type", "seq", "timestamp", "user"];
    if message.is_null() {
        Value::Null
    } else {
        names.map(|name| (name.to_owned(), message[name].clone())).into_iter().collect()
    }
}

/// Since when the visitor waits: for an agent since it stands in the queue, else for an answer to the oldest message
/// that nobody at the desk has answered; as far as `newest`, the newest entries, the newest first, show. What the desk
/// says by itself answers nothing.
fn waiting_since(conversation: &Conversation, newest: &[Entry]) -> Option<Timestamp> {
    let is_by_itself =
        |entry: &Entry| conversation.kind == ThreadType::Workgroup && entry.sender == conversation.service;
    let asks = |entry: &&Entry| entry.sender == conversation.visitor && entry.kind.is_speech();
    let answers =
        |entry: &&Entry| entry.kind.is_speech() && entry.sender != conversation.visitor && !is_by_itself(entry);
    let first = match conversation.status {
        ThreadStatus::Closed | ThreadStatus::Roboting => None,
        ThreadStatus::Queuing => newest.iter().find(|entry| entry.kind.as_str() == "QUEUE").or(newest.last()),
        _ => newest.iter().take_while(|entry| !answers(entry)).filter(asks).last(),
    };
    first.map(|entry| entry.at)
}
