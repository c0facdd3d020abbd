//! Notices: what business systems have for users to know or to do, apart from conversations (seed 004).

use std::fmt;

use crate::ids::{Seq, Timestamp, Uid};

/// The number of a notice, the same for all who have it. Starts at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId(pub i64);

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What a notice says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeContent {
    /// The entry of the page's menu that it counts under; empty for none.
    pub menu: Box<str>,
    /// One line.
    pub title: Box<str>,
    /// The rest; may be empty.
    pub text: Box<str>,
    /// Where it is dealt with; may be empty.
    pub link: Box<str>,
    /// A JSON object of the business system, passed on as it was spelled; empty for none.
    pub metadata: Box<str>,
}

impl NoticeContent {
    /// How many bytes it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.menu.len() + self.title.len() + self.text.len() + self.link.len() + self.metadata.len()
    }

    /// Whether it says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A notice as one of its users has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: NoticeId,
    /// Its position among the notices of the user: 1, 2, 3 … without holes.
    pub seq: Seq,
    /// Who has it.
    pub user: Uid,
    /// What the business system calls it, if it does.
    pub business: Option<Box<str>>,
    /// When it was posted.
    pub at: Timestamp,
    /// From when on it no longer counts.
    pub expires: Option<Timestamp>,
    /// When its user read it, if that has happened.
    pub read_at: Option<Timestamp>,
    /// What it says.
    pub content: NoticeContent,
}

/// What a user has to see now. It is always the whole of it: whoever has the newest feed has missed nothing, whatever
/// came before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeFeed {
    /// The newest unread notices, newest first.
    pub listed: Vec<Notice>,
    /// How many are unread under each menu, in the order of the menus' names; those without a menu come first.
    pub unread: Vec<(Box<str>, u64)>,
    /// When the next of the unread expires, so that the numbers change by themselves.
    pub next_expiry: Option<Timestamp>,
}

impl NoticeFeed {
    /// How many are unread in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.unread.iter().map(|(_, count)| count).sum()
    }
}

/// Which of its notices a user has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticesRead {
    /// These; numbers of notices that it does not have mean nothing.
    Named(Vec<NoticeId>),
    /// All.
    All {
        /// Only those under this menu.
        menu: Option<Box<str>>,
        /// Only those up to this position: what its page had shown.
        upto: Option<Seq>,
    },
}
