//! Notices, as they are written.

use deskwire_model::{NoticeContent, NoticeId, NoticesRead, Seq, Timestamp, Uid};

/// A change to the notices of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeChange {
    /// Gives a notice to all whom it is for; answered by [`NoticeChanged::Posted`].
    Post(NewNotice),
    /// Takes a notice away from all who have it; answered by [`NoticeChanged::Withdrawn`].
    Withdraw {
        /// The organisation.
        org: Uid,
        /// Who posted it.
        sender: Uid,
        /// Which one.
        notice: NoticeName,
    },
    /// Notes what a user has read; answered by [`NoticeChanged::Read`].
    Read {
        /// The user's organisation.
        org: Uid,
        /// The user.
        user: Uid,
        /// What it has read.
        which: NoticesRead,
    },
}

/// What came of a [`NoticeChange`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeChanged {
    /// The notice is there.
    Posted {
        /// Its number.
        id: NoticeId,
        /// When it was posted.
        at: Timestamp,
        /// How many users it was posted to.
        recipients: u64,
        /// Who has it now and had not before. Nobody if its sender had used its name before: then nothing changed, and the
        /// rest is what the first was answered.
        users: Vec<Uid>,
        /// Whether its sender had used its name before.
        repeated: bool,
    },
    /// The notice counts no more.
    Withdrawn {
        /// Who had not read it.
        users: Vec<Uid>,
    },
    /// So many notices are read now that were not.
    Read(u64),
}

/// How its sender names a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeName {
    /// By the number it was given.
    Id(NoticeId),
    /// As its sender called it.
    Business(Box<str>),
}

/// A notice before it has a number and a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// The organisation of its sender and of all whom it is for (invariant I9).
    pub org: Uid,
    /// Who posts it.
    pub sender: Uid,
    /// What the sender calls it; unique per organisation and sender (invariant I3). Without a name a repeat is another
    /// notice.
    pub business: Option<Box<str>>,
    /// Whom it is for.
    pub audience: NoticeAudience,
    /// From when on it no longer counts.
    pub expires: Option<Timestamp>,
    /// What it says.
    pub content: NoticeContent,
    /// What may be kept of it.
    pub allowance: NoticeAllowance,
}

/// Whom a notice is for: those whom the organisation knows when it is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeAudience {
    /// One agent or visitor.
    User(Uid),
    /// All at the desk: agents, supervisors and administrators.
    Agents,
    /// All supervisors; administrators are among them.
    Supervisors,
    /// All administrators.
    Admins,
    /// All visitors.
    Visitors,
    /// All at the desk and all visitors.
    Everybody,
}

/// Bounds of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeAllowance {
    /// Users that one notice may be for.
    pub recipients: usize,
    /// Notices of one user; the oldest go.
    pub kept: u64,
}

/// Which notices of a user to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    /// Only those before this position.
    pub before: Option<Seq>,
    /// Only those under this menu.
    pub menu: Option<Box<str>>,
    /// Only those that are not read and count.
    pub unread: bool,
}
