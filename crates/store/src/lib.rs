//! The log and the tables: the only crate that holds SQL.
//!
//! A [`Store`] is one database. What happens in conversations is a batch of [`Write`]s that becomes durable in one
//! transaction ([`Store::commit`]): there sequence numbers are given out (invariant I2), repeats are recognised (I3),
//! cursors move (I4) and agents are assigned (I10). Everything else is plain reading, and the few writes of
//! administration. A row is cheap to read and is never held: callers get values.
//!
//! [`Blobs`] are the bytes of uploaded files, beside the database.
//!
//! The tables (`tables`) are one text of SQL on two engines (`engine`): an SQLite file for one node, a PostgreSQL server for
//! several. Both pass `tests/contract`.

mod amendment;
mod audit;
mod blobs;
mod channel;
mod copying;
mod decision;
mod engine;
mod error;
mod files;
mod label;
mod leave_message;
mod moderation;
mod mqtt;
mod notices;
mod ready;
mod records;
mod report;
mod retention;
mod search;
mod service_key;

mod store;
mod tables;
mod tokens;
mod visitor_info;
mod webhooks;
mod write;

pub use amendment::{Amendment, AmendmentChange};
pub use audit::{AuditEntry, AuditFilter, NewAuditEntry};
pub use blobs::{BlobError, Blobs, Bucket};
pub use channel::{ChannelSecret, Customer, StoredChannel};
pub use copying::{CopyError, CopyStep, copy_to_postgres};
pub use decision::{
    CardChange, CardId, Closer, Decision, Episode, Fact, Placement, Rating, Timer, TimerChange, TimerId, TimerKind,
    Workload,
};
pub use engine::{
    postgres::{InvalidPostgres, PostgresOptions},
    sqlite::SqliteOptions,
};
pub use error::StoreError;
pub use files::{
    FileAllowance, FilePath, FileRecord, FileReservation, FileStage, FileThumbnail, FileUsage, InvalidFilePath,
};
pub use label::{LabelChange, Labels, Marks};
pub use leave_message::{LeaveChange, LeaveForm, LeaveInbox, LeaveMessage, LeaveStatus};
pub use moderation::{
    Block, BlockFilter, Entered, HitFilter, NewTabooHits, TabooAction, TabooHit, TabooScope, TabooWord,
};
pub use mqtt::{Inflight, MqttSessionId, MqttSubscription, Received, StoredMqttSession};
pub use notices::{NewNotice, NoticeAllowance, NoticeAudience, NoticeChange, NoticeChanged, NoticeFilter, NoticeName};
pub use ready::{FaqEntry, FaqFilter, NewFaq, NewQuickReply, QuickReply, QuickReplyFilter, ReplyLevel};
pub use records::{
    DeliveredPosition, DurableId, DurableSubscription, EntryPage, Member, Participant, QueuePlace, Queued, QueuedId,
    ReadPosition, Retained, ReturnedWork, Visitor, WaitingWork, WorkElsewhere, Workgroup,
};
pub use report::{Counters, ReportKey, ReportQuery, ReportRow};
pub use retention::{ClosedConversation, ClosedSearch, Swept};
pub use search::{
    Char, CharClass, Found, Indexed, InvalidSearch, SearchId, SearchOrder, SearchQuery, SearchScope, Sought, characters,
};
pub use service_key::{SecretDigest, ServiceKey};
pub use store::Store;
pub use tokens::{EndedToken, TokenName, TokensFrom};
pub use visitor_info::{VisitorCorrection, VisitorInfo, VisitorTold};
pub use webhooks::{DeadLetter, HookEvent, HookId, HookOutcome, HookTopic, HooksDue, NewWebhook, Webhook};
pub use write::{
    Moved, NewConversation, NewEntry, NewQueued, QueueRef, QueuedMessage, Refusal, Saying, Upto, Write, Written,
};
