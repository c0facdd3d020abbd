//! What the desk has ready to say: canned replies, and questions with their answers.

use deskwire_model::{MessageType, Timestamp, Uid};

/// Whose a canned reply is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplyLevel {
    /// Everybody's at the desk.
    Organisation,
    /// A workgroup's.
    Workgroup,
    /// One agent's.
    Agent,
}

impl ReplyLevel {
    /// Every level, for reading one back from its name.
    pub const ALL: [Self; 3] = [Self::Organisation, Self::Workgroup, Self::Agent];

    /// The name in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "ORGANIZATION",
            Self::Workgroup => "WORKGROUP",
            Self::Agent => "AGENT",
        }
    }

    /// The level called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
}

/// A canned reply as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewQuickReply {
    /// Its folder; empty for none.
    pub category: String,
    /// What an agent types behind `/`.
    pub shortcut: String,
    /// What lists show.
    pub title: String,
    /// What is sent.
    pub content: String,
    /// The type of message that is sent.
    pub kind: MessageType,
}

/// A canned reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuickReply {
    /// Its uid.
    pub uid: Uid,
    /// The organisation.
    pub org: Uid,
    /// Whose it is: the organisation, a workgroup or an agent.
    pub owner: Uid,
    /// Which of these.
    pub level: ReplyLevel,
    /// What it says.
    pub reply: NewQuickReply,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Which canned replies are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuickReplyFilter {
    /// Of this organisation.
    pub org: Uid,
    /// Of these owners.
    pub owners: Vec<Uid>,
    /// Of this level only.
    pub level: Option<ReplyLevel>,
    /// In this folder only.
    pub category: Option<String>,
    /// Whose shortcut begins so, or whose title or content has it, in whatever case ASCII letters are.
    pub sought: Option<String>,
}

/// A question with its answer, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFaq {
    /// Its folder; empty for none.
    pub category: String,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// TEXT, or what type of message the answer is like.
    pub kind: MessageType,
    /// Whether WELCOME offers it.
    pub in_welcome: bool,
}

/// A question with its answer, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaqEntry {
    /// Its uid.
    pub uid: Uid,
    /// The organisation.
    pub org: Uid,
    /// The workgroup or agent whose visitors ask it.
    pub owner: Uid,
    /// What it says.
    pub faq: NewFaq,
    /// How often it was asked.
    pub asked: u64,
    /// How many found the answer helpful.
    pub up: u64,
    /// How many did not.
    pub down: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Which questions are wanted, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaqFilter {
    /// Of this workgroup or agent.
    pub owner: Uid,
    /// Only those that WELCOME offers.
    pub in_welcome: bool,
    /// Only those whose question or answer has it.
    pub sought: Option<String>,
}
