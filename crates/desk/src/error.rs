//! Why the desk refuses or fails.

use deskwire_broker::CommitError;
use deskwire_model::{ErrorCode, MessageType, ThreadStatus, dialect::DialectError};
use deskwire_store::{LeaveStatus, Refusal, StoreError};

use crate::CardStatus;

/// Why the desk does not do what it is asked. The text is made for the asker's eyes.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The message cannot be understood.
    #[error(transparent)]
    Dialect(#[from] DialectError),
    /// The principal has no business there. Also the answer when there is nothing, so that nobody can probe for it.
    #[error("there is no such conversation, or it is not yours")]
    NotYours,
    /// No agent or workgroup of the organisation has this uid.
    #[error("there is no such agent or workgroup")]
    UnknownService,
    /// There is no such organisation.
    #[error("there is no such organisation")]
    UnknownOrganisation,
    /// The organisation has no such webhook.
    #[error("there is no such webhook")]
    UnknownWebhook,
    /// The organisation has no such service key.
    #[error("there is no such service key")]
    UnknownServiceKey,
    /// There is no such channel, or it is another organisation's.
    #[error("there is no such channel")]
    UnknownChannel,
    /// There is no such visitor.
    #[error("there is no such visitor")]
    UnknownVisitor,
    /// The channel lets in only those of whom its shop says who they are.
    #[error("this channel is for signed-in customers: userId and userHash or userToken are missing")]
    IdentityRequired,
    /// What is said of who the visitor is was not signed with the secret of the channel, or is too old.
    #[error("the identity is not signed with the secret of this channel")]
    IdentityRefused,
    /// The caller's role does not allow it.
    #[error("that is not for you to do")]
    NotAllowed,
    /// It does not fit where the conversation stands.
    #[error("that is not possible while the conversation is {}", .0.as_str())]
    NotNow(ThreadStatus),
    /// A transfer or an invitation that is not there, is for somebody else, or has been answered.
    #[error("there is no such transfer or invitation, or it has been answered")]
    NotPending,
    /// The conversation is being passed on already.
    #[error("the conversation is being passed on already")]
    AlreadyPending,
    /// The colleague is not connected or takes nothing.
    #[error("nobody is there to take it")]
    NobodyThere,
    /// More colleagues than the settings allow.
    #[error("no more colleagues may help in this conversation")]
    TooManyHelpers,
    /// A type of message that only the server writes.
    #[error("messages of type {0} come from the server only")]
    ServersOwn(MessageType),
    /// What a message asks for is not said as it should be.
    #[error("{0}")]
    Unclear(&'static str),
    /// There is no such order card, or it is another's.
    #[error("there is no such order card")]
    UnknownCard,
    /// A canned reply or a question that is not there or not the asker's.
    #[error("there is no such canned reply or question, or it is not yours")]
    UnknownReply,
    /// More canned replies or questions than one owner may have.
    #[error("there are too many already")]
    TooManyReplies,
    /// Something else has become of the order card.
    #[error("the order card is {0}")]
    CardSettled(CardStatus),
    /// A left message that is not there or does not concern the asker.
    #[error("there is no such left message, or it is not yours")]
    UnknownLeaveMessage,
    /// That cannot be done with a left message any more, or not yet.
    #[error("that is not possible while the left message is {}", .0.as_str())]
    LeaveMessageIs(LeaveStatus),
    /// The visitor is blocked, itself or its address.
    #[error("the visitor is blocked here")]
    Blacklisted,
    /// The message says a word for which messages are refused.
    #[error("the message says what may not be said here")]
    Taboo,
    /// The organisation has no such word in its list.
    #[error("there is no such word")]
    UnknownWord,
    /// The organisation has no such block, or it is another agent's.
    #[error("there is no such block, or it is not yours")]
    UnknownBlock,
    /// The organisation has as many of something as it may.
    #[error("there are as many {0} as there may be")]
    TooMany(&'static str),
    /// The message was said too long ago to be recalled.
    #[error("it was said too long ago to be recalled")]
    RecallTooLate,
    /// The service does not let anybody change what was said.
    #[error("what was said cannot be changed here")]
    NoEdits,
    /// The message was said too long ago to be changed.
    #[error("it was said too long ago to be changed")]
    EditTooLate,
    /// What a message quotes is not there for its writer, or was recalled.
    #[error("quotedMessageUid names no message of this conversation, or one that was recalled")]
    NotQuotable,
    /// The visitor has rated this service too long ago to change it.
    #[error("the service has been rated already")]
    RatedAlready,
    /// Somebody has this uid or user name already, perhaps in another organisation.
    #[error("the uid or the name is taken")]
    Taken,
    /// The settings are not acceptable.
    #[error("the settings are not acceptable: {0}")]
    Settings(String),
    /// The store's rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// It could not be read; the details are in the server's log.
    #[error("the server could not read its store")]
    Store(#[source] StoreError),
}

impl DeskError {
    /// Its stable name, the same on every protocol.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Dialect(DialectError::Content(..)) => ErrorCode::UnfitContent,
            Self::Dialect(_) => ErrorCode::MalformedMessage,
            Self::NotYours => ErrorCode::NotYours,
            Self::UnknownService => ErrorCode::UnknownService,
            Self::UnknownOrganisation => ErrorCode::UnknownOrganisation,
            Self::UnknownWebhook => ErrorCode::UnknownWebhook,
            Self::UnknownServiceKey => ErrorCode::UnknownServiceKey,
            Self::UnknownChannel => ErrorCode::UnknownChannel,
            Self::UnknownVisitor => ErrorCode::UnknownVisitor,
            Self::IdentityRequired => ErrorCode::IdentityRequired,
            Self::IdentityRefused => ErrorCode::IdentityRefused,
            Self::NotAllowed => ErrorCode::NotAllowed,
            Self::NotNow(_) => ErrorCode::NotNow,
            Self::NotPending => ErrorCode::NotPending,
            Self::AlreadyPending => ErrorCode::AlreadyPending,
            Self::NobodyThere => ErrorCode::NobodyThere,
            Self::TooManyHelpers => ErrorCode::TooManyHelpers,
            Self::ServersOwn(_) => ErrorCode::ServersOwn,
            Self::Unclear(_) => ErrorCode::Unclear,
            Self::UnknownCard => ErrorCode::UnknownCard,
            Self::CardSettled(_) => ErrorCode::CardSettled,
            Self::UnknownLeaveMessage => ErrorCode::UnknownLeaveMessage,
            Self::LeaveMessageIs(_) => ErrorCode::LeaveMessageIs,
            Self::Blacklisted => ErrorCode::Blacklisted,
            Self::Taboo => ErrorCode::Taboo,
            Self::UnknownWord => ErrorCode::UnknownWord,
            Self::UnknownBlock => ErrorCode::UnknownBlock,
            Self::TooMany(_) => ErrorCode::ListFull,
            Self::UnknownReply => ErrorCode::UnknownReply,
            Self::TooManyReplies => ErrorCode::TooManyReplies,
            Self::RecallTooLate => ErrorCode::RecallTooLate,
            Self::NoEdits => ErrorCode::EditsOff,
            Self::EditTooLate => ErrorCode::EditTooLate,
            Self::NotQuotable => ErrorCode::NotQuotable,
            Self::RatedAlready => ErrorCode::RatedAlready,
            Self::Taken => ErrorCode::Taken,
            Self::Settings(_) => ErrorCode::UnacceptableSettings,
            Self::Refused(refusal) => refusal.code(),
            Self::Commit(_) => ErrorCode::Busy,
            Self::Store(_) => ErrorCode::Internal,
        }
    }

    /// The status of a message that is refused for this (`spec/bytedesk.md` §2.2).
    #[must_use]
    pub const fn message_status(&self) -> &'static str {
        match self {
            Self::Blacklisted => "BLOCKED",
            _ => "ERROR",
        }
    }
}

impl DeskError {
    /// Whether the database is away, and nothing is wrong with what was asked.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        match self {
            Self::Store(error) => error.is_outage(),
            // Whoever commits has told of it.
            Self::Commit(_) => true,
            _ => false,
        }
    }

    /// Logs that `what` has failed, as [`StoreError::note`].
    pub fn note(&self, what: &str) {
        if self.is_outage() {
            tracing::debug!(error = %self, "{what}");
        } else {
            tracing::error!(error = %self, "{what}");
        }
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        error.note("a read failed");
        Self::Store(error)
    }
}
