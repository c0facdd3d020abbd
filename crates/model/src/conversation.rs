//! A conversation (Bytedesk *thread*, seed 002 *session*) and the agents who serve it.

use crate::{
    ids::{LogId, Timestamp, Uid},
    principal::{Profile, Role},
    topic::Topic,
};

/// What is served: the `t`/`type` number of visitor URLs and requests (`spec/bytedesk.md` §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThreadType {
    /// One agent, addressed by name; number 0.
    Agent,
    /// Whoever of a workgroup is free; number 1.
    Workgroup,
}

impl ThreadType {
    /// The Bytedesk number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Agent => 0,
            Self::Workgroup => 1,
        }
    }

    /// The type with the Bytedesk number `number`, if we serve it.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Agent),
            1 => Some(Self::Workgroup),
            _ => None,
        }
    }

    /// The enum name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Workgroup => "WORKGROUP",
        }
    }

    /// The topic of the thread between `service` (an agent or a workgroup) and `visitor` (`spec/bytedesk.md` §6).
    #[must_use]
    pub fn topic(self, service: &Uid, visitor: &Uid) -> Topic {
        let kind = match self {
            Self::Agent => "agent",
            Self::Workgroup => "workgroup",
        };
        Topic::from_segments(&["org", kind, service.as_str(), visitor.as_str()])
    }
}

/// Where a conversation stands (`spec/bytedesk.md` §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThreadStatus {
    /// Created, not routed yet.
    New,
    /// A robot has it.
    Roboting,
    /// Waiting for a free agent.
    Queuing,
    /// An agent has it.
    Chatting,
    /// Nobody is there: the visitor may leave a message.
    Offline,
    /// Nobody has spoken to the robot for too long.
    Timeout,
    /// Over, until the visitor comes back.
    Closed,
}

impl ThreadStatus {
    /// Every status, for reading one back from its name.
    pub const ALL: [Self; 7] =
        [Self::New, Self::Roboting, Self::Queuing, Self::Chatting, Self::Offline, Self::Timeout, Self::Closed];

    /// The enum name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Roboting => "ROBOTING",
            Self::Queuing => "QUEUING",
            Self::Chatting => "CHATTING",
            Self::Offline => "OFFLINE",
            Self::Timeout => "TIMEOUT",
            Self::Closed => "CLOSED",
        }
    }

    /// The status called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// In what part somebody at the desk attends a conversation besides its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Was invited and came: reads and writes.
    Helper,
    /// Is invited to help: reads, and may come.
    Invited,
    /// Is offered the conversation by a transfer: reads, and may take it.
    Offered,
    /// Looks on: reads.
    Watcher,
}

impl Part {
    /// Every part, for reading one back from its name.
    pub const ALL: [Self; 4] = [Self::Helper, Self::Invited, Self::Offered, Self::Watcher];

    /// The name in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Helper => "HELPER",
            Self::Invited => "INVITED",
            Self::Offered => "OFFERED",
            Self::Watcher => "WATCHER",
        }
    }

    /// The part called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.as_str() == name)
    }
}

/// Somebody at the desk who attends a conversation without owning it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendant {
    /// Who.
    pub user: Uid,
    /// In what part.
    pub part: Part,
}

/// What the topic of a conversation's notes adds to the conversation's own (`spec/bytedesk.md` §6).
const INTERNAL: &str = "_internal";

/// The topic of the conversation whose notes are on `topic`, if notes are.
#[must_use]
pub fn topic_behind_notes(topic: &str) -> Option<&str> {
    topic.strip_suffix(INTERNAL)
}

/// A conversation between one visitor and the desk; its log has the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Number of the conversation and of its log; seed 002 `sessionId`.
    pub id: LogId,
    /// Bytedesk `thread.uid`.
    pub uid: Uid,
    /// Seed 002 `sessionNo`.
    pub session_no: String,
    /// The organisation it belongs to.
    pub org: Uid,
    /// The canonical topic; unique.
    pub topic: Topic,
    /// What is served.
    pub kind: ThreadType,
    /// The agent or workgroup that serves it now: the one the visitor asked for, until it is passed on.
    pub service: Uid,
    /// The visitor.
    pub visitor: Uid,
    /// How the visitor shows itself.
    pub visitor_profile: Profile,
    /// Where it stands.
    pub status: ThreadStatus,
    /// The agent who owns it, if any (invariant I10).
    pub agent: Option<Uid>,
    /// Raised with every change of owner or status; a writer that saw an older number is refused (invariant I10).
    pub fence: u64,
    /// The channel the visitor came by, as it said.
    pub channel: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who attends it besides the owner, in the order of their uids.
    pub attendants: Vec<Attendant>,
    /// The conversation whose notes this is, if it is the notes of one: then owner and attendants are that one's, and
    /// the visitor never sees it.
    pub notes_of: Option<LogId>,
}

impl Conversation {
    /// In what part `user` attends it.
    #[must_use]
    pub fn part_of(&self, user: &Uid) -> Option<Part> {
        self.attendants.iter().find(|attendant| attendant.user == *user).map(|attendant| attendant.part)
    }

    /// Where the desk writes notes about it.
    #[must_use]
    pub fn notes_topic(&self) -> Topic {
        self.topic.with_suffix(INTERNAL)
    }
}

/// A seat's availability as its agent sets it (`spec/bytedesk.md` §2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgentStatus {
    /// Takes new conversations.
    Available,
    /// Works on what it has.
    Busy,
    /// Not at the desk.
    Away,
    /// On a break.
    Rest,
    /// Off duty.
    Offline,
}

impl AgentStatus {
    /// Every status, for reading one back from its name.
    pub const ALL: [Self; 5] = [Self::Available, Self::Busy, Self::Away, Self::Rest, Self::Offline];

    /// The enum name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::Busy => "BUSY",
            Self::Away => "AWAY",
            Self::Rest => "REST",
            Self::Offline => "OFFLINE",
        }
    }

    /// The status called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// An agent as stored, without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentProfile {
    /// The agent's uid: topic segment and first part of its MQTT client id.
    pub uid: Uid,
    /// The organisation it works for.
    pub org: Uid,
    /// What it types to log in.
    pub username: String,
    /// How it shows itself.
    pub profile: Profile,
    /// The availability it set.
    pub status: AgentStatus,
    /// How many conversations it takes at a time (Bytedesk `maxThreadCount`).
    pub capacity: u32,
    /// What it may do at the desk.
    pub role: Role,
}
