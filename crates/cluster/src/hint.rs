//! What nodes tell each other.

use bytes::Bytes;
use deskwire_model::{LogId, Payload, Seq, Timestamp, Topic, Uid};

/// Something another node may want to know. It may be lost: what counts is in the database.
///
/// What this crate knows has fields; what another crate encodes is `Bytes`, at most [`max_hint_bytes`] together with the
/// rest.
///
/// [`max_hint_bytes`]: crate::RedisOptions::max_hint_bytes
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// An entry was committed.
    Said(Said),
    /// Something was said that is not logged: that somebody types, a preview.
    Relayed(Relayed),
    /// A reader's cursor moved.
    Receipt(Receipt),
    /// A message on a live topic, as the broker encodes it.
    Live(Bytes),
    /// A conversation changed its status or owner. Published before the entries that tell it.
    Decided(Decided),
    /// Something for the connections of one user, as its publisher encodes it.
    ForUser(Bytes),
    /// Something was changed that others keep in memory.
    Changed(Subject),
    /// The presence of an agent changed.
    Present {
        /// The agent.
        agent: Uid,
        /// How, as the desk encodes it.
        presence: Bytes,
    },
    /// Connections of a user are to be ended.
    Kick {
        /// The user.
        user: Uid,
        /// The only session that is meant; all of the user if absent.
        session: Option<Box<str>>,
        /// Why, as the publisher encodes it.
        reason: Bytes,
    },
    /// Timers were set that may be due before those that are known.
    Timers,
    /// Somebody is to look whether a service has something to do: its queue, for one.
    Woken {
        /// The workgroup, agent or robot.
        service: Uid,
    },
    /// Anything else, as its publisher encodes it.
    Note(Bytes),
}

/// A committed entry of a logged topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The log.
    pub log: LogId,
    /// Its position.
    pub seq: Seq,
    /// When it was committed.
    pub at: Timestamp,
    /// What was said; absent if it is larger than [`max_payload_bytes`](crate::RedisOptions::max_payload_bytes): who
    /// wants it reads the log.
    pub payload: Option<Payload>,
    /// The entry that a receipt names.
    pub about: Option<Seq>,
    /// What else the publisher tells of it.
    pub meta: Bytes,
}

/// A message of a logged topic that is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// The log.
    pub log: LogId,
    /// When the server took it.
    pub at: Timestamp,
    /// What was said.
    pub payload: Payload,
    /// The entry that it names.
    pub about: Option<Seq>,
    /// What else the publisher tells of it.
    pub meta: Bytes,
}

/// A cursor that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The log.
    pub log: LogId,
    /// Whose cursor.
    pub user: Uid,
    /// The newest entry that reached the user.
    pub delivered: Option<Seq>,
    /// The newest entry that the user read.
    pub read: Option<Seq>,
    /// What else the publisher tells of it.
    pub meta: Bytes,
}

/// A decision about a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The topic of the conversation.
    pub topic: Topic,
    /// Its log.
    pub log: LogId,
    /// The fence that the decision left (invariant I10): what is known under a lower one is old.
    pub fence: u64,
    /// What else the publisher tells of it.
    pub meta: Bytes,
}

/// What was changed. Whoever keeps it in memory forgets it and reads it again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The settings of an organisation, or all of them.
    Settings(Option<Uid>),
    /// An agent: profile, status, seat.
    Agent(Uid),
    /// A workgroup: its settings and members.
    Workgroup(Uid),
    /// A visitor or another user.
    User(Uid),
    /// Words that are not to be said.
    Taboo,
    /// Who is not heard.
    Blacklist,
    /// Tokens of a user that are no longer good.
    Tokens(Uid),
    /// Service keys, or the keys that tokens are signed with.
    Keys,
    /// Channels: pages that may show the panel, and who vouches for visitors.
    Channels,
    /// Robots and what is answered by itself.
    Robots,
    /// Something that another crate names.
    Named(Box<str>),
}

impl Hint {
    /// Roughly how many bytes it is: what it counts for in an inbox.
    pub(crate) fn weight(&self) -> usize {
        const OVERHEAD: usize = 128;
        OVERHEAD
            + match self {
                Self::Said(Said { payload, meta, .. }) => {
                    payload.as_ref().map_or(0, |payload| payload.bytes().len()) + meta.len()
                }
                Self::Relayed(Relayed { payload, meta, .. }) => payload.bytes().len() + meta.len(),
                Self::Receipt(Receipt { meta, .. }) | Self::Decided(Decided { meta, .. }) => meta.len(),
                Self::Live(bytes) | Self::ForUser(bytes) | Self::Note(bytes) => bytes.len(),
                Self::Present { presence, .. } => presence.len(),
                Self::Kick { session, reason, .. } => {
                    session.as_ref().map_or(0, |session| session.len()) + reason.len()
                }
                Self::Changed(Subject::Named(name)) => name.len(),
                Self::Changed(_) | Self::Timers | Self::Woken { .. } => 0,
            }
    }
}
