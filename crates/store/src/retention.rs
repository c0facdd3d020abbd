//! How long conversations are kept after they were closed.

use deskwire_model::{Conversation, LogId, Timestamp, Uid};

/// A conversation that was closed, and its place among those of its organisation in the order of their closings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedConversation {
    /// Its number.
    pub log: LogId,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// The number of the episode that ended then.
    pub episode: i64,
}

/// Which closed conversations are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedSearch {
    /// The organisation.
    pub org: Uid,
    /// They were closed before.
    pub before: Timestamp,
    /// They come behind this one.
    pub after: Option<ClosedConversation>,
}

/// What one step of deleting a conversation has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Entries that are gone.
    pub entries: usize,
    /// Files that nobody can read any more; their bytes are to be removed.
    pub files: usize,
    /// What is left of the conversation, if nothing else is; none if there is more to delete, or it is not to be deleted.
    pub emptied: Option<Box<Conversation>>,
    /// Whether there is more to delete.
    pub more: bool,
}
