//! Mailboxes: what waits for an MQTT session until its client has acknowledged it.
//!
//! Every session that subscribes with QoS 1 or 2, or shares a subscription, has a mailbox, connected or not. What is said
//! on live topics with assurance goes there, once however many of its subscriptions match; what is said without goes from
//! the hub to the connection. A session that outlives its connection is *durable*: what is published to be stored is in
//! the store before it is in the mailbox.
//!
//! ```text
//! Queues::publish ─ Collected ─▶ committer ─▶ Hub ─▶ Bindings, Groups ─▶ Mailbox ─ Outbox ─▶ connection
//!                      └──────── nothing to store ──▲                       ▲                   │
//!                                                                           └ Attached: settle, ┘
//!                                                                             refill, leave
//! ```
//!
//! `state` is what a mailbox holds and decides, without locks; `mailbox` puts it behind its lock and hands out;
//! `bindings` and `groups` know who collects what; `entering` gives a session to one connection at a time, which
//! holds it as [`Attached`]; `restore` reads what the store has; `homes` has sessions move between nodes, of which one at a time is
//! the home of a durable session, and `adopting` takes in what a lost node had; `table` is the sessions by their names, and ends
//! them.
//!
//! Lock order: what a session subscribes to, then the bindings, or the groups and then a group; then a mailbox, then an
//! outbox. The table is locked before an outbox, and never together with the others. While a connection has a session, or
//! it is entered or dropped, its turn is held, which is an asynchronous lock.

mod adopting;
mod attached;
mod bindings;
mod entering;
mod groups;
mod homes;
mod mailbox;
mod restore;
mod state;
mod table;

use std::sync::{Arc, Mutex, atomic::AtomicU64};

use deskwire_model::{SessionId, Uid};
use deskwire_store::{MqttSubscription, Store, StoreError};

pub use self::{attached::Attached, groups::Membership, homes::Moving};
pub(crate) use self::{
    bindings::Bindings,
    groups::{Groups, Turn},
    mailbox::Mailbox,
};
use self::{state::Bounds, table::Table};
use crate::{
    account::Account,
    hub::Hub,
    log::Log,
    outbox::{Outbox, SubscriptionKey},
    retained::Recall,
};

/// The subscription key of everything that comes from a mailbox; connections number theirs from 1.
pub const MAILBOX: SubscriptionKey = 0;

/// Bounds of all mailboxes.
#[derive(Clone, Copy, Debug)]
pub struct MailboxLimits {
    /// Messages of one mailbox, waiting or unacknowledged.
    pub messages: usize,
    /// Their weight in bytes.
    pub bytes: usize,
    /// The weight of all mailboxes in bytes.
    pub total_bytes: usize,
    /// Sessions that outlive their connection.
    pub sessions: usize,
}

/// The mailboxes of all MQTT sessions of this node.
#[derive(Debug)]
pub struct Mailboxes {
    store: Store,
    log: Log,
    hub: Arc<Hub>,
    limits: MailboxLimits,
    account: Arc<Account<Bounds>>,
    table: Mutex<Table>,
    /// What this node calls itself as the home of sessions; none on a node that is alone.
    home: Option<Box<str>>,
    /// Connections that have come.
    arrivals: AtomicU64,
}

/// When a connection has come to its node: a later one is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival(u64);

/// A connection that enters its session.
#[derive(Clone, Copy, Debug)]
pub struct Entering<'a> {
    /// The name of the session.
    pub client_id: &'a Arc<str>,
    /// Whose it is. The session of another user under this name ends (invariant I9).
    pub user: &'a Uid,
    /// The name of the connection.
    pub session: SessionId,
    /// When it has come.
    pub arrival: Arrival,
    /// Where its messages go.
    pub outbox: &'a Arc<Outbox>,
    /// Whether what there is of the session is to be forgotten first.
    pub clean_start: bool,
    /// For how long the session outlives the connection, in seconds; 0: it does not, `u32::MAX`: for ever.
    pub expiry_s: u32,
    /// Messages that may be handed out and not settled.
    pub window: usize,
}

/// A session that a connection has entered.
#[derive(Debug)]
pub struct Entered {
    /// Whether there was one, which goes on.
    pub existed: bool,
    /// As whose words its client's publications are known, by which its subscriptions know what it said itself: the name
    /// of the first of its connections, or another after a restart.
    pub origin: SessionId,
    /// What it subscribes to already.
    pub subscriptions: Vec<MqttSubscription>,
    /// What the earlier connection left.
    pub saved: SavedMailbox,
    /// The connection's hold on it.
    pub mailbox: Attached,
}

/// What one connection of a session leaves to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedMailbox {
    /// Messages that were sent and are not settled, in the order they were sent.
    pub inflight: Vec<Handed>,
    /// Identifiers of the client's own QoS 2 messages that it has not released.
    pub unreleased: Vec<u16>,
    /// What is retained and has not been handed on yet, by the filters of the subscriptions that it is for.
    pub recalls: Vec<(Box<str>, Recall)>,
}

/// A message that was sent to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Its number in the mailbox.
    pub number: u64,
    /// The identifier it was sent with.
    pub packet_id: u16,
    /// Its quality of service: 1 or 2.
    pub qos: u8,
    /// Whether PUBREC has come. Such a message is not handed out again.
    pub received: bool,
}

/// Why a connection cannot have a session.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// The connection that has it does not let go of it.
    #[error("another connection uses this client id and does not end")]
    Busy,
    /// A later connection wants it.
    #[error("a later connection uses this client id")]
    Superseded,
    /// It went to another node just now.
    #[error("another connection uses this client id on another node")]
    Moved,
    /// There are as many sessions that outlive their connection as there may be.
    #[error("there are too many sessions that outlive their connection")]
    TooMany,
    /// It could not be read or stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}
