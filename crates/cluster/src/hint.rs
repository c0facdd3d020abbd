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
    /// A message on a live topic, as the broker encodes it.
    Live(Bytes),
    /// A conversation changed its status or owner. Published before the entries that tell it.
    Decided(Decided),
    /// Connections of a user are to be ended.
    Kick {
        /// The user.
        user: Uid,
        /// The only session that is meant; all of the user if absent.
        session: Option<Box<str>>,
        /// Why, as the publisher encodes it.
        reason: Bytes,
    },
    /// Something waits in the work queue of the channel.
    Work,
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
}

impl Hint {
    /// Roughly how many bytes it is: what it counts for in an inbox.
    pub(crate) fn weight(&self) -> usize {
        const OVERHEAD: usize = 128;
        OVERHEAD
            + match self {
                Self::Said(Said { payload, .. }) => payload.as_ref().map_or(0, |payload| payload.bytes().len()),
                Self::Relayed(Relayed { payload, .. }) => payload.bytes().len(),
                Self::Live(bytes) | Self::Note(bytes) => bytes.len(),
                Self::Kick { session, reason, .. } => {
                    session.as_ref().map_or(0, |session| session.len()) + reason.len()
                }
                Self::Decided(_) | Self::Work => 0,
            }
    }
}
