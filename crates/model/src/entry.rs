//! A record of a conversation's log.

use bytes::Bytes;

use crate::{
    ids::{LogId, MessageUid, Seq, Timestamp, Uid},
    message::MessageType,
};

/// What a client said, stamped with what the server decided before the commit, in the dialect it was said in.
///
/// The bytes of the client's message are kept so that fields we do not know survive; sequence number and time are
/// known only to the commit and are added by [`crate::dialect`] when the entry is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A JSON object of the `message-json` dialect.
    Json(Bytes),
    /// A protobuf `Message` of the `message-protobuf` dialect.
    Protobuf(Bytes),
}

impl Payload {
    /// The stored bytes, whatever their dialect.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        match self {
            Self::Json(bytes) | Self::Protobuf(bytes) => bytes,
        }
    }
}

/// One committed record of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The log it is in.
    pub log: LogId,
    /// Its position.
    pub seq: Seq,
    /// When it was committed.
    pub at: Timestamp,
    /// Who wrote it.
    pub sender: Uid,
    /// The name its writer gave it.
    pub uid: MessageUid,
    /// Its message type.
    pub kind: MessageType,
    /// Whether a later RECALL hides its content.
    pub recalled: bool,
    /// What was said.
    pub payload: Payload,
}
