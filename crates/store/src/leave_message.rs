//! Messages that visitors leave for the desk to answer later.

use deskwire_model::{LogId, Timestamp, Uid};

/// How far the desk is with a left message (`spec/bytedesk.md` §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeaveStatus {
    /// Nobody has looked at it.
    Submitted,
    /// Somebody has looked at it.
    Read,
    /// It was passed on to somebody else.
    Transferred,
    /// It was answered.
    Replied,
    /// Its visitor is content with the answer.
    Confirmed,
    /// Its visitor is not content with the answer.
    Rejected,
    /// The desk is through with it.
    Closed,
    /// It is nothing to be answered.
    Spam,
}

impl LeaveStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Submitted,
        Self::Read,
        Self::Transferred,
        Self::Replied,
        Self::Confirmed,
        Self::Rejected,
        Self::Closed,
        Self::Spam,
    ];

    /// The name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "LEAVE_MSG_SUBMIT",
            Self::Read => "LEAVE_MSG_READ",
            Self::Transferred => "LEAVE_MSG_TRANSFERRED",
            Self::Replied => "LEAVE_MSG_REPLIED",
            Self::Confirmed => "LEAVE_MSG_CONFIRMED",
            Self::Rejected => "LEAVE_MSG_REJECTED",
            Self::Closed => "LEAVE_MSG_CLOSED",
            Self::Spam => "LEAVE_MSG_SPAM",
        }
    }

    /// The status called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the visitor still waits for an answer.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Submitted | Self::Read | Self::Transferred | Self::Rejected)
    }
}

/// What a visitor fills in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeaveForm {
    /// Its name.
    pub nickname: String,
    /// Where it can be reached.
    pub contact: String,
    /// What it has to say.
    pub content: String,
    /// What it is about, as the visitor's client calls it.
    pub kind: String,
    /// URLs of pictures.
    pub images: Vec<String>,
}

/// A left message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveMessage {
    /// Its uid.
    pub uid: Uid,
    /// The conversation it was left in.
    pub log: LogId,
    /// The organisation.
    pub org: Uid,
    /// Who left it.
    pub visitor: Uid,
    /// The workgroup or agent in whose inbox it lies.
    pub service: Uid,
    /// Who has it at the desk.
    pub agent: Option<Uid>,
    /// What was filled in.
    pub form: LeaveForm,
    /// How far the desk is with it.
    pub status: LeaveStatus,
    /// The last answer.
    pub reply: Option<String>,
    /// When it was left.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What becomes of a left message. What is none stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveChange {
    /// Which one.
    pub uid: Uid,
    /// Its new status.
    pub status: LeaveStatus,
    /// Whose inbox it lies in from now on.
    pub service: Option<Uid>,
    /// Who has it from now on.
    pub agent: Option<Uid>,
    /// The answer.
    pub reply: Option<Box<str>>,
}

/// Which left messages are asked for.
#[derive(Clone, Debug)]
pub enum LeaveInbox {
    /// All of an organisation.
    Organisation(Uid),
    /// Those in the inboxes of these services, and those that an agent has.
    Services {
        /// The organisation.
        org: Uid,
        /// The agent.
        agent: Uid,
        /// Its services.
        services: Vec<Uid>,
    },
    /// Those of a visitor.
    Visitor(Uid),
}
