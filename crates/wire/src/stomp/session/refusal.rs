use thiserror::Error;

use super::super::{Command, DecodeError};

/// Why a session ends itself with an ERROR, whose `message` is this text.
///
/// The texts have no colon: one client stops reading headers at it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The bytes are no frames, or too large ones.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Another frame came first.
    #[error("{command} before CONNECT")]
    NotConnected {
        /// The frame that came.
        command: Command,
    },
    /// A second CONNECT.
    #[error("already connected")]
    AlreadyConnected,
    /// CONNECT asks for versions that do not exist here.
    #[error("no common protocol version")]
    NoCommonVersion,
    /// No CONNECT within the configured time.
    #[error("no CONNECT in time")]
    ConnectTimeout,
    /// The client was silent for three of the intervals it promised to beat in.
    #[error("no heart-beat in time")]
    HeartBeatMissed,
    /// Too much came behind CONNECT without waiting for CONNECTED.
    #[error("too many frames before CONNECTED")]
    TooMuchBeforeAcceptance,
    /// A command that only servers send.
    #[error("{command} is not for clients to send")]
    ServerCommand {
        /// The frame that came.
        command: Command,
    },
    /// A header that the command needs is missing or empty.
    #[error("{command} without the header {name}")]
    MissingHeader {
        /// The frame that came.
        command: Command,
        /// The header's name.
        name: &'static str,
    },
    /// SUBSCRIBE with an `ack` header other than `auto`, `client` and `client-individual`.
    #[error("unknown ack mode")]
    UnknownAckMode,
    /// SUBSCRIBE with the `id` of a live subscription.
    #[error("subscription id is in use")]
    DuplicateSubscription,
    /// More live subscriptions than configured.
    #[error("more than {limit} subscriptions")]
    TooManySubscriptions {
        /// Subscriptions allowed.
        limit: usize,
    },
    /// BEGIN with the name of an open transaction.
    #[error("transaction is already open")]
    DuplicateTransaction,
    /// A transaction that was not begun.
    #[error("unknown transaction")]
    UnknownTransaction,
    /// More open transactions than configured.
    #[error("more than {limit} open transactions")]
    TooManyTransactions {
        /// Transactions allowed.
        limit: usize,
    },
    /// More frames, or larger ones, in transactions than configured.
    #[error("transaction is too large")]
    TransactionTooLarge,
}
