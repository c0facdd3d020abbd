//! The sessions of this node by their names, and their end.

use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard, PoisonError},
};

use deskwire_model::Timestamp;
use deskwire_store::{MqttSessionId, Written};
use tokio::sync::{OwnedMutexGuard, oneshot, watch};

use super::{Arrival, Mailbox, Mailboxes};
use crate::{log::CommitError, outbox::Outbox};

/// The sessions by their names.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) places: HashMap<Arc<str>, Place>,
    /// How many of them are durable.
    pub(super) durable: usize,
    /// Durable sessions that ended with their connection and that the store still has.
    pub(super) ended: Vec<MqttSessionId>,
}

/// A session, or those who wait to have one of its name.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// Held by the connection that has the session, and by whoever enters or drops it.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    /// Who waits for it: connections, and other nodes.
    pub(super) waiting: usize,
    /// When the latest of the connections that wanted it has come, and where those that wait for it learn of that.
    pub(super) latest: Arrival,
    pub(super) news: Option<watch::Sender<Arrival>>,
    /// Other nodes that wait for it to be let go of.
    pub(super) wanted: usize,
    /// Set while it is on its way to this node.
    pub(super) coming: Option<Coming>,
    /// The connection that has it.
    pub(super) holder: Option<Arc<Outbox>>,
    pub(super) session: Option<Session>,
}

/// A session that is on its way to this node.
#[derive(Debug)]
pub(super) struct Coming {
    /// Whether another node is asked for it.
    pub(super) is_asked_for: bool,
    /// Tells whether it is to go on to a node that has asked for it meanwhile.
    pub(super) passed_on: watch::Sender<bool>,
}

/// A session that a connection has, or that waits for one.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) mailbox: Arc<Mailbox>,
    /// For how long it outlives its connection, in seconds.
    pub(super) expiry_s: u32,
    /// When its last connection ended; none while it has one.
    pub(super) left: Option<Timestamp>,
    /// Tells when it is stored that the connection ended.
    pub(super) leaving: Option<Noted>,
}

/// Tells what became of a write.
pub(super) type Noted = oneshot::Receiver<Result<Written, CommitError>>;

impl Session {
    /// Whether its time is over.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        let over = |left: Timestamp| left.0.saturating_add(i64::from(self.expiry_s) * 1000) <= now.0;
        self.expiry_s != u32::MAX && self.left.is_some_and(over)
    }
}

impl Place {
    pub(super) fn mailbox(&self) -> Option<Arc<Mailbox>> {
        self.session.as_ref().map(|session| Arc::clone(&session.mailbox))
    }

    const fn is_needed(&self) -> bool {
        self.waiting > 0 || self.coming.is_some() || self.holder.is_some() || self.session.is_some()
    }
}

impl Table {
    /// Puts a session, or none, in the place called `name`.
    pub(super) fn put(&mut self, name: &Arc<str>, session: Option<Session>) {
        let is_durable =
            |session: &Option<Session>| session.as_ref().is_some_and(|session| session.mailbox.durable().is_some());
        self.durable += usize::from(is_durable(&session));
        let place = self.places.entry(Arc::clone(name)).or_default();
        self.durable -= usize::from(is_durable(&place.session));
        place.session = session;
    }

    /// For how long the session called `name` outlives its connection, in seconds.
    pub(super) fn expiry_of(&self, name: &Arc<str>) -> u32 {
        self.places.get(name).and_then(|place| place.session.as_ref()).map_or(0, |session| session.expiry_s)
    }

    /// The connection of a session has ended, for whose next one it waits.
    pub(super) fn leave(&mut self, name: &Arc<str>, expiry_s: u32, now: Timestamp, leaving: Noted) {
        let Some(place) = self.places.get_mut(name) else { return };
        place.holder = None;
        if let Some(session) = &mut place.session {
            (session.expiry_s, session.left, session.leaving) = (expiry_s, Some(now), Some(leaving));
        }
    }

    /// A session has ended with its connection.
    pub(super) fn end(&mut self, name: &Arc<str>, durable: Option<MqttSessionId>) {
        if let Some(place) = self.places.get_mut(name) {
            place.holder = None;
        }
        self.forget(name);
        self.ended.extend(durable);
    }

    /// Forgets the session called `name`.
    pub(super) fn forget(&mut self, name: &Arc<str>) {
        self.put(name, None);
        self.retire(name);
    }

    /// Forgets a place that nobody needs any more.
    pub(super) fn retire(&mut self, name: &Arc<str>) {
        if self.places.get(name).is_some_and(|place| !place.is_needed()) {
            self.places.remove(name);
        }
    }
}

impl Mailboxes {
    pub(super) fn lock(&self) -> MutexGuard<'_, Table> {
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
            if let Err(error) = self.store.drop_mqtt_session_at(id, self.home()).await {
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
    pub(super) async fn forget_ended(&self) {
        while let Some(id) = self.next_ended() {
            if let Err(error) = self.store.drop_mqtt_session_at(id, self.home()).await {
                tracing::error!(%error, "a session that has ended could not be dropped");
                return self.lock().ended.push(id);
            }
        }
    }

    fn next_ended(&self) -> Option<MqttSessionId> {
        self.lock().ended.pop()
    }

    /// Drops messages that have expired, and tells the metrics how much waits.
    fn measure(&self, now: Timestamp) {
        let (mailboxes, durable): (Vec<_>, _) = {
            let table = self.lock();
            (table.places.values().filter_map(Place::mailbox).collect(), table.durable)
        };
        let mut messages = 0;
        for mailbox in &mailboxes {
            mailbox.quietly(|state| state.expire(|| now));
            messages += mailbox.messages();
        }
        let gauge = |name: &'static str, value: usize| {
            metrics::gauge!(name).set(u32::try_from(value).unwrap_or(u32::MAX));
        };
        gauge("deskwire_mqtt_durable_sessions", durable);
        gauge("deskwire_mailbox_messages", messages);
        gauge("deskwire_mailbox_bytes", self.account.bytes());
    }
}
