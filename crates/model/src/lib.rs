//! The words of Deskwire.
//!
//! [`Principal`]s exchange [`Draft`]s in a [`Conversation`]; each accepted draft becomes an [`Entry`] of the
//! conversation's log under a [`Seq`]. [`dialect`] turns drafts and entries from and into the looks that clients speak.
//! Plain data and plain functions: no I/O, no clock.

pub mod conversation;
pub mod destination;
pub mod dialect;
pub mod entry;
pub mod error_code;
pub mod ids;
pub mod message;
pub mod notice;
pub mod principal;
pub mod proto;
pub mod topic;

pub use conversation::{
    AgentProfile, AgentStatus, Attendant, Conversation, Part, ThreadStatus, ThreadType, topic_behind_notes,
};
pub use destination::Destination;
pub use entry::{Entry, Payload};
pub use error_code::{ErrorCode, Retry};
pub use ids::{InvalidUid, LogId, MessageUid, Seq, SessionId, Timestamp, Uid};
pub use message::{Draft, MessageClass, MessageType, Stamp};
pub use notice::{Notice, NoticeContent, NoticeFeed, NoticeId, NoticesRead};
pub use principal::{Principal, Profile, Role};
pub use topic::{InvalidTopic, MAX_TOPIC_LEVELS, Topic, TopicFilter};
