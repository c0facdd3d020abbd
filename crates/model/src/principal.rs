//! Who is at the other end of a connection.

use serde::{Deserialize, Serialize};

use crate::ids::Uid;

/// What a principal may do in principle; what it may do to one topic is the gateway's question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// A website visitor: sees its own conversations.
    Visitor,
    /// An agent: sees the conversations it serves.
    Agent,
    /// A back end, bridge or load generator: uses live topics by pattern.
    Service,
}

impl Role {
    /// The Bytedesk user type (`spec/bytedesk.md` §2.6) written into `user.type`.
    #[must_use]
    pub const fn user_type(self) -> &'static str {
        match self {
            Self::Visitor => "VISITOR",
            Self::Agent => "AGENT",
            Self::Service => "SYSTEM",
        }
    }
}

/// An authenticated user of one organisation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The organisation (tenant).
    pub org: Uid,
    /// The user's own uid.
    pub uid: Uid,
    /// What kind of user.
    pub role: Role,
}

/// How a user shows itself to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Shown name; empty when unknown.
    pub nickname: String,
    /// URL of a picture; empty when there is none.
    pub avatar: String,
}
