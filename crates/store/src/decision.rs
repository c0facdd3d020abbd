//! What changes a conversation beyond a plain message.

use deskwire_model::{Attendant, LogId, Payload, Seq, ThreadStatus, ThreadType, Timestamp, Uid};

use crate::{LabelChange, LeaveChange, LeaveForm, NewEntry, VisitorCorrection};

/// A change of a conversation with everything that belongs to it: all of it happens, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The conversation.
    pub log: LogId,
    /// The fence of the conversation that was decided about (invariant I10).
    pub fence: u64,
    /// Where it goes; none leaves status and owner as they are.
    pub to: Option<Placement>,
    /// Who attends it from now on, or in another part.
    pub joins: Vec<Attendant>,
    /// Who attends it no more.
    pub leaves: Vec<Uid>,
    /// What is said about it, in this order. If the first was said before, nothing happens again (invariant I3).
    pub entries: Vec<NewEntry>,
    /// What becomes of its timers.
    pub timers: Vec<TimerChange>,
    /// The timer that it answers.
    pub consumes: Option<TimerId>,
    /// What its episode and the messages left in it are to know.
    pub facts: Vec<Fact>,
    /// What becomes of an order card.
    pub card: Option<CardChange>,
}

/// The number of an order card in its organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardId(pub i64);

/// A change of an order card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardChange {
    /// The first entry of the decision is the card of this number.
    Offer(CardId),
    /// The entry of a card of this conversation shows this from now on.
    Show {
        /// The card.
        card: CardId,
        /// What its entry says now.
        payload: Payload,
    },
}

/// Where a conversation goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Its new status.
    pub status: ThreadStatus,
    /// Its new owner.
    pub agent: Option<Uid>,
    /// The agent must have fewer other conversations than this in [`ThreadStatus::Chatting`]; none asks for no room.
    pub capacity: Option<u32>,
    /// Who serves it from now on, if that changes; its topic stays.
    pub service: Option<(ThreadType, Uid)>,
}

/// The number of a timer. A number is not used again, not even when a timer is set anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId(pub i64);

/// What is to happen when a timer is due: a short upper-case name that the setter chooses.
pub type TimerKind = &'static str;

/// A change of the timers of a conversation. Kind and key name a timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimerChange {
    /// Sets a timer, or sets it anew.
    Set {
        /// What is to happen.
        kind: TimerKind,
        /// To what; empty where there is one of the kind.
        key: Box<str>,
        /// When.
        due: Timestamp,
        /// What its setter wants to know then.
        payload: Box<str>,
    },
    /// As `Set`, unless the timer is set already.
    Ensure {
        /// What is to happen.
        kind: TimerKind,
        /// To what.
        key: Box<str>,
        /// When.
        due: Timestamp,
    },
    /// Takes a timer away, if it is there.
    Cancel {
        /// What was to happen.
        kind: TimerKind,
        /// To what.
        key: Box<str>,
    },
    /// Takes away all timers of the conversation of these kinds.
    CancelAll(&'static [TimerKind]),
}

/// A timer that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// Its number.
    pub id: TimerId,
    /// The conversation.
    pub log: LogId,
    /// What is to happen.
    pub kind: Box<str>,
    /// To what.
    pub key: Box<str>,
    /// When.
    pub due: Timestamp,
    /// What its setter wants to know then.
    pub payload: Box<str>,
}

/// What an episode, or a left message, is to know. Times are those of the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The visitor is served (again): a new episode begins, unless one is open.
    Opened,
    /// It waits; the first time counts.
    Queued,
    /// The owner of the decision has taken it.
    Assigned,
    /// An agent has said something; the first time counts.
    Responded,
    /// It is over.
    Closed(Closer),
    /// The visitor has rated it; a later rating takes the place of an earlier one.
    Rated {
        /// The score.
        score: u8,
        /// Whether its question was answered, if it said.
        resolved: Option<bool>,
        /// What it said about it.
        comment: Box<str>,
    },
    /// The visitor has left a message.
    Left {
        /// Its uid.
        uid: Uid,
        /// What was filled in.
        form: Box<LeaveForm>,
    },
    /// Something has become of a message that was left in the conversation.
    LeaveChanged(Box<LeaveChange>),
    /// Something is written on a conversation.
    Labelled(Box<LabelChange>),
    /// The desk corrects what is known of a visitor.
    VisitorCorrected(Box<VisitorCorrection>),
    /// A question of the desk was asked.
    Asked {
        /// Its uid.
        faq: Uid,
    },
    /// The visitor says whether an answer helped; only its first opinion of an answer counts.
    Judged {
        /// The answer.
        answer: Seq,
        /// The question that it answers, if that is the desk's.
        faq: Option<Uid>,
        /// Whether it helped.
        helpful: bool,
    },
}

/// Who closed an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Closer {
    /// Somebody at the desk.
    Agent,
    /// The visitor.
    Visitor,
    /// Nobody said anything for too long.
    Timer,
}

impl Closer {
    /// Every closer, for reading one back from its name.
    pub const ALL: [Self; 3] = [Self::Agent, Self::Visitor, Self::Timer];

    /// The name in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Visitor => "VISITOR",
            Self::Timer => "TIMER",
        }
    }

    /// The closer called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|closer| closer.as_str() == name)
    }
}

/// One service of a visitor, from when its conversation was opened until it was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// Its number.
    pub id: i64,
    /// The conversation.
    pub log: LogId,
    /// The agent or workgroup that served it last.
    pub service: Uid,
    /// The agent who had it last.
    pub agent: Option<Uid>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The last entry before it was opened: what belongs to it is behind that.
    pub opened_behind: Seq,
    /// When it first waited.
    pub queued_at: Option<Timestamp>,
    /// When the last agent took it.
    pub assigned_at: Option<Timestamp>,
    /// When an agent first said something.
    pub responded_at: Option<Timestamp>,
    /// When it was closed, and by whom.
    pub closed: Option<(Timestamp, Closer)>,
    /// What the visitor says about it, if it has said something.
    pub rating: Option<Rating>,
}

/// What a visitor says about its service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// The score.
    pub score: u8,
    /// Whether its question was answered, if it said.
    pub resolved: Option<bool>,
    /// What it said about it.
    pub comment: Box<str>,
    /// When it first rated the episode.
    pub first_at: Timestamp,
}

/// What is known of an agent's work, for routing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    /// Conversations it has in [`ThreadStatus::Chatting`].
    pub chatting: u32,
    /// When it was last given one.
    pub last_assigned: Option<Timestamp>,
    /// Its mean time to the first response, in milliseconds, over its last episodes.
    pub response_ms: Option<u64>,
}
