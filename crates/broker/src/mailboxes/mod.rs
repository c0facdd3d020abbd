//! Mailboxes: what waits for an MQTT session until its client has acknowledged it.

mod attached;
mod state;

use std::sync::Arc;

use deskwire_model::{SessionId, Timestamp, Uid};
use deskwire_store::{MqttSubscription, Store, StoreError};

pub use self::attached::Attached;
use crate::{
    hub::Hub,
    log::Log,
    outbox::{Outbox, SubscriptionKey},
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
pub struct Mailboxes {}

/// A connection that enters its session.
#[derive(Clone, Copy, Debug)]
pub struct Entering<'a> {
    /// The name of the session.
    pub client_id: &'a Arc<str>,
    /// Whose it is. The session of another user under this name ends (invariant I9).
    pub user: &'a Uid,
    /// The name of the connection, by which subscriptions know what they said themselves.
    pub session: SessionId,
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
    /// What it subscribes to already.
    pub subscriptions: Vec<MqttSubscription>,
    /// What the earlier connection left.
    pub saved: SavedMailbox,
    /// The connection's hold on it.
    pub mailbox: Attached,
}

/// The packet identifiers that one connection of a session leaves to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedMailbox {
    /// Messages that were sent and are not settled, in the order they were sent.
    pub inflight: Vec<Handed>,
    /// Identifiers of the client's own QoS 2 messages that it has not released.
    pub unreleased: Vec<u16>,
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
    /// There are as many sessions that outlive their connection as there may be.
    #[error("there are too many sessions that outlive their connection")]
    TooMany,
    /// It could not be read or stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Mailboxes {
    /// Restores the sessions, their subscriptions and messages from the store.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(store: Store, log: Log, hub: Arc<Hub>, limits: MailboxLimits) -> Result<Arc<Self>, StoreError> {
        let _ = (store, log, hub, limits);
        Ok(Arc::new(Self {}))
    }

    /// Enters a session (CONNECT). Another connection that has it is told to end, and waited for.
    ///
    /// # Errors
    /// [`EnterError`].
    pub async fn enter(self: &Arc<Self>, entering: Entering<'_>) -> Result<Entered, EnterError> {
        let _ = entering;
        Err(EnterError::Busy)
    }

    /// Ends the sessions whose time is over and tells the metrics how much waits; to be called every few seconds.
    /// Returns the names of those that ended.
    pub async fn sweep(&self, now: Timestamp) -> Vec<Arc<str>> {
        let _ = now;
        Vec::new()
    }
}
