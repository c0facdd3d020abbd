//! Who is told over HTTP of what happens in conversations.

use deskwire_model::{LogId, MessageType, Seq, Timestamp, Uid};

/// The number of a webhook. A number is never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HookId(pub i64);

/// What an entry is about, for whoever listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HookTopic {
    /// Where a conversation stands: who has it, who waits, who closed it.
    Conversation,
    /// What was said.
    Message,
    /// What the visitor thinks of it.
    Rating,
    /// What was left for when somebody is there.
    LeaveMessage,
}

impl HookTopic {
    /// Every topic.
    pub const ALL: [Self; 4] = [Self::Conversation, Self::Message, Self::Rating, Self::LeaveMessage];

    /// The topic of entries of this type (`spec/bytedesk.md` §2.1).
    #[must_use]
    pub fn of(kind: &MessageType) -> Self {
        match kind.as_str() {
            "LEAVE_MSG_SUBMIT" | "LEAVE_MSG_REPLIED" => Self::LeaveMessage,
            name if name == "RATE" || name.starts_with("RATE_") => Self::Rating,
            "WELCOME" | "CONTINUE" | "LEAVE_MSG" | "ROUTING_POOL" | "AGENT_CLOSED" | "VISITOR_CLOSED"
            | "AUTO_CLOSED" => Self::Conversation,
            name if ["QUEUE", "TRANSFER", "INVITE"].iter().any(|family| name.starts_with(family)) => Self::Conversation,
            _ => Self::Message,
        }
    }

    /// Its name in the interfaces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Message => "message",
            Self::Rating => "rating",
            Self::LeaveMessage => "leave_message",
        }
    }

    /// The topic of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == name)
    }

    /// Its bit in the store.
    #[must_use]
    pub const fn bit(self) -> u8 {
        match self {
            Self::Conversation => 1,
            Self::Message => 2,
            Self::Rating => 4,
            Self::LeaveMessage => 8,
        }
    }
}

/// A webhook before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// Its name.
    pub uid: Uid,
    /// The organisation whose conversations it hears.
    pub org: Uid,
    /// Where it is told.
    pub url: String,
    /// The key that requests are signed with.
    pub secret: Box<[u8]>,
    /// What it is told.
    pub topics: Vec<HookTopic>,
    /// The workgroup that it answers for: then it is told what visitors say to the robot, and nothing else.
    pub bot_of: Option<Uid>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its number.
    pub id: HookId,
    /// What it was made of.
    pub hook: NewWebhook,
    /// Whether it is told of what happens now.
    pub active: bool,
    /// Events that are to be told.
    pub waiting: u64,
    /// Events that were not kept, as too many waited.
    pub lost: u64,
}

/// Something that happened, for one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookEvent {
    /// Its number: later ones are higher, and none is used twice.
    pub id: i64,
    /// Who is told.
    pub hook: HookId,
    /// The conversation.
    pub log: LogId,
    /// The entry.
    pub seq: Seq,
    /// What it is about.
    pub topic: HookTopic,
    /// When it happened.
    pub at: Timestamp,
    /// How often it was told in vain.
    pub attempts: u32,
}

/// What came of telling an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookOutcome {
    /// It was heard.
    Told,
    /// It is to be told again.
    Again {
        /// When.
        due: Timestamp,
        /// Why it has to be.
        error: String,
    },
    /// It is given up.
    Dead {
        /// When.
        at: Timestamp,
        /// Why the last attempt failed.
        error: String,
    },
}

/// What is to be told now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HooksDue {
    /// Events, of each conversation and hook the first one only.
    pub events: Vec<HookEvent>,
    /// When the next ones are due, if there are any.
    pub next: Option<Timestamp>,
}

/// An event that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The event.
    pub event: HookEvent,
    /// When it was given up.
    pub died_at: Timestamp,
    /// Why the last attempt failed.
    pub error: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_about_what_its_type_says() {
        for (name, topic) in [
            ("TEXT", HookTopic::Message),
            ("RECALL", HookTopic::Message),
            ("ROBOT_STREAM", HookTopic::Message),
            ("WELCOME", HookTopic::Conversation),
            ("QUEUE", HookTopic::Conversation),
            ("TRANSFER_ACCEPT", HookTopic::Conversation),
            ("INVITE", HookTopic::Conversation),
            ("LEAVE_MSG", HookTopic::Conversation),
            ("AUTO_CLOSED", HookTopic::Conversation),
            ("LEAVE_MSG_SUBMIT", HookTopic::LeaveMessage),
            ("RATE_SUBMIT", HookTopic::Rating),
        ] {
            assert_eq!(HookTopic::of(&MessageType::new(name).unwrap()), topic, "{name}");
        }
    }
}
