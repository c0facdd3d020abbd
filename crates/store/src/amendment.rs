//! What becomes of a message after it was said: its writer gives it another text, or somebody reacts to it.

use deskwire_model::MessageUid;

use crate::NewEntry;

/// An entry that changes what another one shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// The entry that tells it; it recalls nothing.
    pub entry: NewEntry,
    /// The message that it changes.
    pub target: MessageUid,
    /// What it changes.
    pub change: AmendmentChange,
}

/// What is changed of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmendmentChange {
    /// Its text, by its own sender.
    Text(Box<str>),
    /// The sender of the entry gives it a sign, or keeps the one it has given.
    React(Box<str>),
    /// The sender of the entry takes its sign back, if it has given it.
    Unreact(Box<str>),
}
