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
//! [`state`] is what a mailbox holds and decides, without locks; [`mailbox`] puts it behind its lock and hands out;
//! [`bindings`] and [`groups`] know who collects what; [`entering`] gives a session to one connection at a time, which
//! holds it as [`Attached`]; [`restore`] reads what the store has; here is the table of sessions.
//!
//! Lock order: what a session subscribes to, then the bindings, or the groups and then a group; then a mailbox, then an
//! outbox. The table is locked before an outbox, and never together with the others. While a connection has a session, or
//! it is entered or dropped, its turn is held, which is an asynchronous lock.

mod attached;
mod bindings;
mod entering;
mod groups;
mod mailbox;
mod restore;
mod state;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use deskwire_model::{SessionId, Timestamp, Uid};
use deskwire_store::{MqttSessionId, MqttSubscription, Store, StoreError, Written};
use tokio::sync::{OwnedMutexGuard, oneshot};

pub use self::attached::Attached;
use self::mailbox::Shared;
pub(crate) use self::{
    bindings::Bindings,
    groups::{Groups, Turn},
    mailbox::Mailbox,
};
use crate::{
    hub::Hub,
    log::{CommitError, Log},
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
pub struct Mailboxes {
    store: Store,
    log: Log,
    hub: Arc<Hub>,
    limits: MailboxLimits,
    shared: Arc<Shared>,
    table: Mutex<Table>,
}

/// The sessions by their names.
#[derive(Debug, Default)]
struct Table {
    places: HashMap<Arc<str>, Place>,
    /// How many of them are durable.
    durable: usize,
    /// Durable sessions that ended with their connection and that the store still has.
    ended: Vec<MqttSessionId>,
}

/// A session, or those who wait to have one of its name.
#[derive(Debug, Default)]
struct Place {
    /// Held by the connection that has the session, and by whoever enters or drops it.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Connections that wait for it.
    waiting: usize,
    /// The connection that has it.
    holder: Option<Arc<Outbox>>,
    session: Option<Session>,
}

#[derive(Debug)]
struct Session {
    mailbox: Arc<Mailbox>,
    /// For how long it outlives its connection, in seconds.
    expiry_s: u32,
    /// When its last connection ended; none while it has one.
    left: Option<Timestamp>,
    /// Tells when it is stored that the connection ended.
    leaving: Option<Noted>,
}

/// Tells what became of a write.
type Noted = oneshot::Receiver<Result<Written, CommitError>>;

impl Session {
    /// Whether its time is over.
    fn is_over(&self, now: Timestamp) -> bool {
        let over = |left: Timestamp| left.0.saturating_add(i64::from(self.expiry_s) * 1000) <= now.0;
        self.expiry_s != u32::MAX && self.left.is_some_and(over)
    }
}

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
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the sessions whose time is over, drops messages that have expired, and tells the metrics how much waits; to be
    /// called every few seconds. Returns the names of the sessions that ended.
    pub async fn sweep(&self, now: Timestamp) -> Vec<Arc<str>> {
        self.forget_ended().await;
        let is_over = |place: &Place| place.session.as_ref().is_some_and(|session| session.is_over(now));
        let over: Vec<_> = {
            let table = self.lock();
            let over = table.places.iter().filter(|(_, place)| is_over(place));
            over.map(|(name, place)| (Arc::clone(name), Arc::clone(&place.turn))).collect()
        };
        let mut ended = Vec::new();
        for (name, turn) in over {
            // Whoever has the turn has come back.
            let Ok(turn) = turn.try_lock_owned() else { continue };
            let is_meant = |place: &&Place| Arc::ptr_eq(&place.turn, OwnedMutexGuard::mutex(&turn)) && is_over(place);
            let mailbox = self.lock().places.get(&name).filter(is_meant).and_then(Place::mailbox);
            let Some((mailbox, id)) = mailbox.and_then(|mailbox| mailbox.durable().map(|id| (mailbox, id))) else {
                continue;
            };
            if let Err(error) = self.store.drop_mqtt_session(id).await {
                tracing::error!(%error, "a session whose time is over could not be dropped");
                continue;
            }
            mailbox.end(&self.hub);
            self.lock().forget(&name);
            ended.push(name);
        }
        self.measure(now);
        ended
    }

    /// Drops from the store what ended with its connection.
    async fn forget_ended(&self) {
        let ended = std::mem::take(&mut self.lock().ended);
        for id in ended {
            if let Err(error) = self.store.drop_mqtt_session(id).await {
                tracing::error!(%error, "a session that has ended could not be dropped");
                self.lock().ended.push(id);
            }
        }
    }

    /// Drops messages that have expired, and tells the metrics how much waits.
    fn measure(&self, now: Timestamp) {
        let (mailboxes, durable): (Vec<_>, _) = {
            let table = self.lock();
            (table.places.values().filter_map(Place::mailbox).collect(), table.durable)
        };
        let mut messages = 0;
        for mailbox in &mailboxes {
            mailbox.quietly(|state| state.expire(now));
            messages += mailbox.messages();
        }
        let gauge = |name: &'static str, value: usize| {
            metrics::gauge!(name).set(u32::try_from(value).unwrap_or(u32::MAX));
        };
        gauge("deskwire_mqtt_durable_sessions", durable);
        gauge("deskwire_mailbox_messages", messages);
        gauge("deskwire_mailbox_bytes", self.shared.bytes());
    }
}

impl Place {
    fn mailbox(&self) -> Option<Arc<Mailbox>> {
        self.session.as_ref().map(|session| Arc::clone(&session.mailbox))
    }

    const fn is_needed(&self) -> bool {
        self.waiting > 0 || self.holder.is_some() || self.session.is_some()
    }
}

impl Table {
    /// Puts a session, or none, in the place called `name`.
    fn put(&mut self, name: &Arc<str>, session: Option<Session>) {
        let is_durable =
            |session: &Option<Session>| session.as_ref().is_some_and(|session| session.mailbox.durable().is_some());
        self.durable += usize::from(is_durable(&session));
        let place = self.places.entry(Arc::clone(name)).or_default();
        self.durable -= usize::from(is_durable(&place.session));
        place.session = session;
    }

    /// For how long the session called `name` outlives its connection, in seconds.
    fn expiry_of(&self, name: &Arc<str>) -> u32 {
        self.places.get(name).and_then(|place| place.session.as_ref()).map_or(0, |session| session.expiry_s)
    }

    /// The connection of a session has ended, for whose next one it waits.
    fn leave(&mut self, name: &Arc<str>, expiry_s: u32, now: Timestamp, leaving: Noted) {
        let Some(place) = self.places.get_mut(name) else { return };
        place.holder = None;
        if let Some(session) = &mut place.session {
            (session.expiry_s, session.left, session.leaving) = (expiry_s, Some(now), Some(leaving));
        }
    }

    /// A session has ended with its connection.
    fn end(&mut self, name: &Arc<str>, durable: Option<MqttSessionId>) {
        if let Some(place) = self.places.get_mut(name) {
            place.holder = None;
        }
        self.forget(name);
        self.ended.extend(durable);
    }

    /// Forgets the session called `name`.
    fn forget(&mut self, name: &Arc<str>) {
        self.put(name, None);
        self.retire(name);
    }

    /// Forgets a place that nobody needs any more.
    fn retire(&mut self, name: &Arc<str>) {
        if self.places.get(name).is_some_and(|place| !place.is_needed()) {
            self.places.remove(name);
        }
    }
}
