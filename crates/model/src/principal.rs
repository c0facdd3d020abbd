//! Who is at the other end of a connection.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::Uid;

/// What a principal may do in principle; what it may do to one topic is the gateway's question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// A website visitor: sees its own conversations.
    Visitor,
    /// An agent: sees the conversations it serves.
    Agent,
    /// An agent who also sees and takes over all conversations of its organisation.
    Supervisor,
    /// A supervisor who also changes settings and people.
    Admin,
    /// A back end, bridge or load generator: uses live topics by pattern.
    Service,
}

impl Role {
    /// The roles that a person at the desk can have, for reading one back from its name.
    pub const STAFF: [Self; 3] = [Self::Agent, Self::Supervisor, Self::Admin];

    /// The name in tokens, in the store and over HTTP.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "VISITOR",
            Self::Agent => "AGENT",
            Self::Supervisor => "SUPERVISOR",
            Self::Admin => "ADMIN",
            Self::Service => "SERVICE",
        }
    }

    /// The role at the desk that is called `name`.
    #[must_use]
    pub fn staff_from_name(name: &str) -> Option<Self> {
        Self::STAFF.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether it works at the desk: serves visitors, reads and writes notes.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Agent | Self::Supervisor | Self::Admin)
    }

    /// Whether it sees all conversations of its organisation.
    #[must_use]
    pub const fn supervises(self) -> bool {
        matches!(self, Self::Supervisor | Self::Admin)
    }

    /// The Bytedesk user type (`spec/bytedesk.md` §2.6) written into `user.type`.
    #[must_use]
    pub const fn user_type(self) -> &'static str {
        match self {
            Self::Visitor => "VISITOR",
            Self::Agent | Self::Supervisor | Self::Admin => "AGENT",
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
