//! Topics, who listens to them, and the way of a write to the disk and back to everybody.
//!
//! A topic is *live* (opaque bytes, no history) or *logged* (an ordered log with positions and cursors); the broker
//! knows nothing else about what is said on it.
//!
//! ```text
//! connection ─ Job ─▶ Log (one committer, one fsync per batch) ─ Publication ─▶ Hub ─ Delivery ─▶ Outbox ─▶ connection
//! ```
//!
//! - [`log`] takes writes from everybody, commits them in batches and announces what was committed, in commit order.
//! - [`hub`] knows which [`outbox`] wants which topic.
//! - `neighbours` tells other nodes what is said here, and hears what is said there.
//! - [`outbox`] holds, bounded, what one connection has still to write.
//! - [`feed`] is a reader's place in a log: it lets nothing through twice, out of order or with a hole.
//! - [`mailboxes`] hold what waits for MQTT sessions.
//! - [`queues`] hold what waits for whoever will consume it: work queues and durable subscriptions.
//! - [`retained`] is the newest message of each live topic that was to be kept for later subscribers.
//! - [`selector`] is how a subscription says which messages it wants.
//! - [`sessions`] knows which connections a user has.

mod account;
mod clock;
mod collected;
mod consumed;
mod cursors;
pub mod feed;
mod filters;
pub mod hub;
pub mod log;
mod loss;
pub mod mailboxes;
mod neighbours;
pub mod outbox;
pub mod publication;
pub mod queues;
pub mod retained;
pub mod selector;
pub mod sessions;
mod stored;
mod told;

pub use collected::Collected;
pub use feed::{Admission, Feed};
pub use hub::{Hub, Subscriber, Takes};
pub use log::{Announce, CommitError, Heard, Job, Log, LogLimits, Reply, Ticket};
pub use mailboxes::{
    Arrival, Attached, EnterError, Entered, Entering, Handed, MailboxLimits, Mailboxes, Membership, Moving,
    SavedMailbox,
};
pub use neighbours::{FromNeighbour, tell_user_elsewhere};
pub use outbox::{Answer, CloseReason, Delivered, Delivery, Handover, Orders, Outbox, Overflow, Post, SubscriptionKey};
pub use publication::{Assurance, Content, Dialect, Opaque, Publication};
pub use queues::{
    Admitted, Consumer, Consumption, Durable, DurableError, MovingDurable, Publishing, QueueError, QueueLimits, Queues,
};
pub use retained::{Recall, RetainError, Retained, RetainedLimits, Retaining};
pub use selector::{InvalidSelector, Selector, Wants};
pub use sessions::{Session, Sessions};
pub use told::ToldError;
