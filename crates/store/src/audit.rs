//! What people have done to the service, or tried to.

use deskwire_model::{Timestamp, Uid};

/// Something that somebody did or tried to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAuditEntry {
    /// In whose organisation.
    pub org: Uid,
    /// When.
    pub at: Timestamp,
    /// Who; none for somebody who did not sign in.
    pub actor: Option<Uid>,
    /// What, as `webhook.create`: the kind of thing, a dot, and what was done to it.
    pub action: Box<str>,
    /// What it was done to; empty for nothing in particular.
    pub target: Box<str>,
    /// [`Self::DONE`], or the name of the error.
    pub outcome: Box<str>,
    /// The address of the client; empty if it is not known.
    pub address: Box<str>,
    /// What was asked for, as a JSON object without secrets.
    pub details: Box<str>,
}

impl NewAuditEntry {
    /// The outcome of what was done.
    pub const DONE: &str = "done";
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number: later ones are greater.
    pub id: i64,
    /// What was noted.
    pub entry: NewAuditEntry,
}

/// Which entries; a member that is none chooses all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this person.
    pub actor: Option<Uid>,
    /// This action, or every action on this kind of thing: `webhook` is also `webhook.create`.
    pub action: Option<String>,
    /// What was done, or what was refused.
    pub done: Option<bool>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}
