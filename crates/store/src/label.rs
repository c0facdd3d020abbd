//! What the desk writes on conversations, for all of it and for one alone (`spec/bytedesk.md` §7.3).

use deskwire_model::{LogId, Seq};

/// What is written on a conversation, for all at the desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// A note.
    pub note: String,
    /// Its tags.
    pub tags: Vec<String>,
}

/// A change of what is written on a conversation; what is none stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelChange {
    /// The conversation, not its notes.
    pub of: LogId,
    /// The note.
    pub note: Option<String>,
    /// All of its tags.
    pub tags: Option<Vec<String>>,
}

/// How one at the desk keeps a conversation in its own list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Above the others.
    pub top: bool,
    /// Starred, in a colour; 0 for not.
    pub star: u8,
    /// Without a sound.
    pub mute: bool,
    /// Folded away.
    pub fold: bool,
    /// The read position at which it was marked as unread: it is, until its user reads on.
    pub unread_at: Option<Seq>,
    /// The last entry when it was hidden: it is, until something else is said.
    pub hidden_at: Option<Seq>,
}
