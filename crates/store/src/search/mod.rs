//! Full-text search over messages: what is looked for, what is found, and how far the index has come.
//!
//! [`characters`] and [`tokens`] say how text is compared and [`sought`] what somebody looks for; both are plain functions. A back end keeps
//! the tokens of each message that shows something ([`deskwire_model::dialect::shown`]) and finds phrases of them. It does
//! that behind the commits: a log is *behind* while it has entries that were not looked at ([`crate::Store::index`]).

mod characters;
mod sought;
mod tokens;

use deskwire_model::{LogId, MessageType, Seq, Timestamp, Uid};

pub(crate) use self::sought::Phrase;
pub use self::{
    characters::{Char, CharClass, characters},
    sought::{InvalidSearch, Sought},
};

/// Characters of a message that are indexed; more are not found.
const INDEXED_CHARS: usize = 8192;

/// The text of a message as the index takes it.
pub(crate) fn indexed(text: &str) -> String {
    let end = text.char_indices().nth(INDEXED_CHARS).map_or(text.len(), |(end, _)| end);
    tokens::joined(&text[..end])
}

/// Which messages are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// What they say; none for whatever they say.
    pub sought: Option<Sought>,
    /// Where they were said.
    pub scope: SearchScope,
    /// Their types; empty for all.
    pub kinds: Vec<MessageType>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// Where to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchScope {
    /// In all conversations of an organisation.
    Organisation(Uid),
    /// In these conversations.
    Logs(Vec<LogId>),
}

/// The place of a message in the index: later messages have higher ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SearchId(pub i64);

/// In which order messages are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchOrder {
    /// The newest first.
    Newest,
    /// The newest are looked at, and of these the ones come first that say what is sought most often for their length.
    Best,
}

/// A message that was found. It may have been recalled since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its place in the index.
    pub id: SearchId,
    /// Its conversation.
    pub log: LogId,
    /// Its position.
    pub seq: Seq,
}

/// What one step of indexing came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Entries that were looked at.
    pub entries: usize,
    /// Whether more are known to be behind.
    pub more: bool,
}
