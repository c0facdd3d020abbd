//! What is read from the tables besides the domain's own types.

use deskwire_model::{AgentProfile, Entry, MessageUid, Profile, Seq, TopicFilter, Uid};

/// A user who takes part in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// The user.
    pub user: Uid,
    /// The position its cursors start at.
    pub joined: Seq,
}

/// How far a user has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPosition {
    /// The reader.
    pub user: Uid,
    /// The position of the last entry it read.
    pub seq: Seq,
    /// The name of that entry.
    pub uid: MessageUid,
}

/// Agents who share conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workgroup {
    /// Its uid.
    pub uid: Uid,
    /// The organisation it belongs to.
    pub org: Uid,
    /// Shown name.
    pub name: String,
    /// Its agents, in the order the administrator gave.
    pub agents: Vec<AgentProfile>,
}

/// Some entries of a log, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPage {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Whether the log has no more behind them.
    pub last: bool,
}

/// A place in the queue for an agent or a workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// The place, from 1.
    pub position: u64,
    /// How many wait in all.
    pub size: u64,
}

/// A visitor as it last introduced itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Its uid, unique across organisations.
    pub uid: Uid,
    /// The organisation it visits.
    pub org: Uid,
    /// How it shows itself.
    pub profile: Profile,
    /// The channel it came by, as it said.
    pub channel: String,
}

/// A persistent MQTT session at the start of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedSession {
    /// Whether the user had it before: it resumes where its cursors stand.
    pub existed: bool,
    /// Its subscriptions, with their maximum QoS.
    pub subscriptions: Vec<(TopicFilter, u8)>,
}
