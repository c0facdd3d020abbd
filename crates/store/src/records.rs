//! What is read from the tables besides the domain's own types.

use deskwire_model::{AgentProfile, Entry, MessageUid, Profile, Seq, Topic, TopicFilter, Uid};

use crate::{QueueRef, QueuedMessage};

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

/// What has arrived at a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredPosition {
    /// Its user.
    pub user: Uid,
    /// The device; empty for the user's default device.
    pub device: Box<str>,
    /// The position of the last entry that arrived.
    pub seq: Seq,
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
    pub members: Vec<Member>,
}

/// An agent of a workgroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The agent.
    pub agent: AgentProfile,
    /// Its share of the workgroup's conversations where routing is weighted.
    pub weight: u32,
}

/// Some entries of a log, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPage {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The position behind which they begin: larger than was asked for where what stood between was deleted.
    pub behind: Seq,
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

/// The number of a message that waits in a queue; in each queue they rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueuedId(pub i64);

/// The number of a durable subscription. A number is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DurableId(pub i64);

/// A message that waits in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its number.
    pub id: QueuedId,
    /// The queue it waits in.
    pub queue: QueueRef,
    /// Where it was said; in a work queue the queue's name.
    pub topic: Topic,
    /// What was said.
    pub message: QueuedMessage,
    /// For a QoS 2 message on its way to an MQTT client: its packet id, and whether the client has received it.
    pub inflight: Option<(u16, bool)>,
}

/// A message of a work queue that waits for a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingWork {
    /// The message.
    pub queued: Queued,
    /// How often consumers refused it; none if no consumer has had it.
    pub refusals: Option<u32>,
}

/// A message that goes back from its home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnedWork {
    /// Its number.
    pub id: QueuedId,
    /// How often consumers refused it; none if no consumer has had it.
    pub refusals: Option<u32>,
}

/// How much of a work queue is not at home at a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkElsewhere {
    /// The queue.
    pub topic: Topic,
    /// Its messages that wait, or are at home elsewhere.
    pub messages: usize,
    /// The bytes of their bodies.
    pub bytes: usize,
}

/// A message that is retained on a live topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retained {
    /// Where it was said.
    pub topic: Topic,
    /// What was said.
    pub message: QueuedMessage,
}

/// A subscription that collects messages while its owner is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurableSubscription {
    /// Its number.
    pub id: DurableId,
    /// Whose it is.
    pub owner: Uid,
    /// What its owner calls it.
    pub name: String,
    /// What it listens to.
    pub filter: TopicFilter,
    /// Which messages it wants, as its owner wrote it; empty for all.
    pub selector: String,
}
