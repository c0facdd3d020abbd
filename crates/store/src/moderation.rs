//! Words that are not to be said, what was said of them, and visitors who are not heard (`spec/bytedesk.md` §7.3, §8).

use deskwire_model::{LogId, MessageUid, Timestamp, Topic, Uid};

/// What becomes of a message that says a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TabooAction {
    /// It passes, and the hit is kept.
    Log,
    /// The word is replaced.
    Mask,
    /// It is refused.
    Block,
}

impl TabooAction {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Log, Self::Mask, Self::Block];

    /// The name in the store and over HTTP.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "LOG",
            Self::Mask => "MASK",
            Self::Block => "BLOCK",
        }
    }

    /// The action that is called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }
}

/// A word that is not to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabooWord {
    /// Its uid.
    pub uid: Uid,
    /// The organisation.
    pub org: Uid,
    /// As the administrator wrote it.
    pub content: String,
    /// As it is compared; unique in the organisation.
    pub folded: String,
    /// What becomes of a message that says it.
    pub action: TabooAction,
    /// Whether it counts only where no letter or digit goes on before or behind it.
    pub whole: bool,
    /// The list that it belongs to; empty for none.
    pub category: String,
    /// Whether it counts at all.
    pub enabled: bool,
    /// Who entered it.
    pub created_by: Uid,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Whose messages are looked at besides visitors'.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TabooScope {
    /// Those of all at the desk.
    pub agents: bool,
    /// Those of robots.
    pub robots: bool,
}

/// What became of a row that was to be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It is there now.
    New,
    /// One of the same name was there already; nothing changed.
    Known,
    /// There are as many as there may be; nothing changed.
    Full,
}

/// Words that one message says. A repeat of the message adds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTabooHits {
    /// The organisation.
    pub org: Uid,
    /// Where it was said.
    pub log: LogId,
    /// Who said it.
    pub sender: Uid,
    /// What its sender called the message.
    pub message: MessageUid,
    /// The beginning of what was said.
    pub text: String,
    /// The words as they are written in the list, with what became of the message for them.
    pub words: Vec<(Box<str>, TabooAction)>,
    /// Hits that are kept of the organisation; the oldest go.
    pub kept: u64,
}

/// A word that a message said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabooHit {
    /// Its number in the organisation: later ones have higher ones.
    pub seq: u64,
    /// Where it was said; none if the conversation is not there.
    pub topic: Option<Topic>,
    /// Who said it.
    pub sender: Uid,
    /// What its sender called the message.
    pub message: MessageUid,
    /// The word as it was written in the list then.
    pub word: String,
    /// What became of the message for it.
    pub action: TabooAction,
    /// The beginning of what was said.
    pub text: String,
    /// When it was said.
    pub at: Timestamp,
}

/// Which hits to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HitFilter {
    /// Only those before this number.
    pub before: Option<u64>,
    /// Only those with this action.
    pub action: Option<TabooAction>,
    /// Only those of this user.
    pub sender: Option<Uid>,
}

/// A visitor who is not heard for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its uid.
    pub uid: Uid,
    /// The organisation that does not hear the visitor.
    pub org: Uid,
    /// The visitor.
    pub visitor: Uid,
    /// How the visitor showed itself.
    pub nickname: String,
    /// As `nickname`.
    pub avatar: String,
    /// The network address whose visitors are not heard either.
    pub address: Option<Box<str>>,
    /// Why.
    pub reason: String,
    /// The topic of the conversation that it was done in; empty for none.
    pub topic: String,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when; [`Block::NEVER`] for ever.
    pub ends_at: Timestamp,
    /// Who did it.
    pub created_by: Uid,
    /// When.
    pub created_at: Timestamp,
    /// Who ended it before its time, and when.
    pub lifted: Option<(Uid, Timestamp)>,
}

impl Block {
    /// The end of what does not end by itself.
    pub const NEVER: Timestamp = Timestamp(i64::MAX);

    /// Whether it holds at `now`.
    #[must_use]
    pub const fn holds(&self, now: Timestamp) -> bool {
        self.lifted.is_none() && self.starts_at.0 <= now.0 && now.0 < self.ends_at.0
    }
}

/// Which blocks of an organisation to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockFilter {
    /// Only those that this agent made.
    pub by: Option<Uid>,
    /// Only those of this visitor.
    pub visitor: Option<Uid>,
    /// Only those that are not over at this time; they may not have begun.
    pub not_over: Option<Timestamp>,
}
