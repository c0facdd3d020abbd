//! One connection at a time has a session.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Poll, ready},
    time::Duration,
};

use deskwire_store::{MqttSessionId, StoreError};
use tokio::sync::{OwnedMutexGuard, watch};

use super::{Arrival, Attached, EnterError, Entered, Entering, Mailbox, Mailboxes, table::Session};
use crate::{clock, outbox::CloseReason};

/// How long a connection waits for the one before it to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection's place among those that wait for a session.
#[derive(Debug)]
pub(super) struct Waiting {
    mailboxes: Arc<Mailboxes>,
    client_id: Arc<str>,
    turn: Arc<tokio::sync::Mutex<()>>,
    /// For a connection: when it has come, and which is the latest.
    arrival: Option<(Arrival, watch::Receiver<Arrival>)>,
    /// Whether another node waits for it.
    is_for_another: bool,
}

/// For whom a session is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Waits {
    Connection(Arrival),
    AnotherNode,
    Nobody,
}

impl Waiting {
    /// Waits until it is its turn. Of several connections that wait only the latest is let in: its client has given up the
    /// earlier ones, and would have to wait for each of them.
    pub(super) async fn turn(&self) -> Result<Turn, EnterError> {
        let turn = Arc::clone(&self.turn).lock_owned();
        tokio::select! {
            biased;
            () = self.is_superseded() => Err(EnterError::Superseded),
            turn = tokio::time::timeout(PATIENCE, turn) => turn.map_err(|_| EnterError::Busy),
        }
    }

    async fn is_superseded(&self) {
        if let Some((arrival, latest)) = &self.arrival
            && latest.clone().wait_for(|latest| latest > arrival).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut table = self.mailboxes.lock();
        if let Some(place) = table.places.get_mut(&self.client_id) {
            place.waiting -= 1;
            place.wanted -= usize::from(self.is_for_another);
            if place.waiting == 0 {
                place.news = None;
            }
        }
        table.retire(&self.client_id);
    }
}

impl Mailboxes {
    /// Enters a session (CONNECT). Another connection that has it is told to end, and waited for.
    ///
    /// # Errors
    /// [`EnterError`].
    pub async fn enter(self: &Arc<Self>, entering: Entering<'_>) -> Result<Entered, EnterError> {
        let Entering { client_id, outbox, window, expiry_s, .. } = entering;
        let waiting = self.wait_for(client_id, Waits::Connection(entering.arrival));
        let turn = waiting.turn().await?;
        let (mailbox, existed) = self.resume_or_create(&entering).await?;
        let saved = mailbox.attach(outbox, window);
        let (subscriptions, origin) = (mailbox.subscriptions(), mailbox.origin());
        let mut table = self.lock();
        let known = Session { mailbox: Arc::clone(&mailbox), expiry_s, left: None, leaving: None };
        table.put(client_id, Some(known));
        if let Some(place) = table.places.get_mut(client_id) {
            place.holder = Some(Arc::clone(outbox));
            // Those who came meanwhile found nobody to tell.
            if place.waiting > 1 {
                outbox.close(CloseReason::TakenOver);
            }
        }
        drop(table);
        drop(waiting);
        let mailbox = Attached::new(self, client_id, mailbox, turn);
        Ok(Entered { existed, origin, subscriptions, saved, mailbox })
    }

    /// Begins to wait for a session, and tells the connection that has it `[MQTT-3.1.4-3]`.
    pub(super) fn wait_for(self: &Arc<Self>, client_id: &Arc<str>, waits: Waits) -> Waiting {
        let mut table = self.lock();
        let place = table.places.entry(Arc::clone(client_id)).or_default();
        let is_for_another = matches!(waits, Waits::AnotherNode);
        place.waiting += 1;
        place.wanted += usize::from(is_for_another);
        let arrival = if let Waits::Connection(arrival) = waits {
            place.latest = place.latest.max(arrival);
            let news = place.news.get_or_insert_with(|| watch::channel(arrival).0);
            news.send_replace(place.latest);
            Some((arrival, news.subscribe()))
        } else {
            None
        };
        // The one that has it may be the later one.
        let is_late = arrival.as_ref().is_some_and(|(arrival, _)| *arrival < place.latest);
        if let Some(holder) = place.holder.as_ref().filter(|_| !is_late) {
            holder.close(CloseReason::TakenOver);
        }
        let (mailboxes, turn) = (Arc::clone(self), Arc::clone(&place.turn));
        Waiting { mailboxes, client_id: Arc::clone(client_id), turn, arrival, is_for_another }
    }

    /// Notes that a connection comes.
    #[must_use]
    pub fn arrival(&self) -> Arrival {
        Arrival(self.arrivals.fetch_add(1, Ordering::Relaxed))
    }

    /// The mailbox of the session that goes on, or of a new one; and whether it goes on.
    async fn resume_or_create(&self, entering: &Entering<'_>) -> Result<(Arc<Mailbox>, bool), EnterError> {
        let Entering { client_id, user, session, clean_start, expiry_s, .. } = *entering;
        let known = self.known(client_id).await;
        let goes_on = known.as_ref().filter(|(mailbox, is_over)| !clean_start && !is_over && mailbox.user() == user);
        if let Some((mailbox, _)) = goes_on
            && let Some(id) = mailbox.durable()
        {
            if let Some(unreleased) = self.resume(id, expiry_s).await? {
                mailbox.quietly(|state| state.keep_unreleased(unreleased));
                return Ok((Arc::clone(mailbox), true));
            }
            if self.home.is_some() {
                self.release(client_id, mailbox);
                return Err(EnterError::Moved);
            }
        }
        // While this connection waited for its turn another node may have taken the session along.
        if known.is_none()
            && !clean_start
            && self.home.is_some()
            && self.store.mqtt_session_called(client_id).await?.is_some()
        {
            return Err(EnterError::Moved);
        }
        let durable = if expiry_s > 0 {
            self.has_room_for_durable(known.is_some())?;
            let replaced = known.as_ref().and_then(|(mailbox, _)| mailbox.durable());
            let created = self.create(entering, replaced).await?;
            if created.is_none() {
                known.into_iter().for_each(|(mailbox, _)| self.release(client_id, &mailbox));
                return Err(EnterError::Moved);
            }
            created
        } else {
            None
        };
        if let Some((old, _)) = known {
            if let (Some(id), None) = (old.durable(), durable) {
                self.store.drop_mqtt_session_at(id, self.home()).await?;
            }
            old.end(&self.hub);
            self.lock().put(client_id, None);
        }
        Ok((Mailbox::new(user.clone(), session, durable, &self.account), false))
    }

    /// Creates a durable session in place of `replaced`, or of whatever there is if that is what its client wants; none if
    /// another node has one by now, which is to go on.
    async fn create(
        &self,
        entering: &Entering<'_>,
        replaced: Option<MqttSessionId>,
    ) -> Result<Option<MqttSessionId>, StoreError> {
        let Entering { client_id, user, clean_start, expiry_s, .. } = *entering;
        if clean_start || self.home.is_none() {
            return self.store.create_mqtt_session_at(client_id, user, expiry_s, self.home()).await.map(Some);
        }
        self.store.replace_mqtt_session_at(replaced, client_id, user, expiry_s, self.home()).await
    }

    /// The session called `client_id` and whether its time is over, when it is stored that its last connection has ended:
    /// nothing that comes now may be undone by that.
    pub(super) async fn known(&self, client_id: &Arc<str>) -> Option<(Arc<Mailbox>, bool)> {
        poll_fn(|cx| {
            let mut table = self.lock();
            let place = table.places.get_mut(client_id);
            let Some(session) = place.and_then(|place| place.session.as_mut()) else { return Poll::Ready(None) };
            // It stays in its place until it has told, for the next one if this one does not wait for it. Whether it could
            // be stored matters only to the next start.
            if let Some(leaving) = &mut session.leaving {
                let _ = ready!(Pin::new(leaving).poll(cx));
                session.leaving = None;
            }
            Poll::Ready(Some((Arc::clone(&session.mailbox), session.is_over(clock::now()))))
        })
        .await
    }

    /// Notes that a session is connected again; none if the store does not have it any more, or has
    /// it for another node. The identifiers that its client
    /// has not released are those in the store: the last connection may have ended before it heard of a commit.
    async fn resume(&self, id: MqttSessionId, expiry_s: u32) -> Result<Option<Vec<u16>>, StoreError> {
        match self.store.resume_mqtt_session_at(id, expiry_s, self.home()).await {
            Ok(unreleased) => Ok(Some(unreleased)),
            Err(StoreError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Those who race may exceed the bound by one each.
    fn has_room_for_durable(&self, replaces_one: bool) -> Result<(), EnterError> {
        let durable = self.lock().durable;
        if replaces_one || durable < self.limits.sessions { Ok(()) } else { Err(EnterError::TooMany) }
    }
}

/// A connection's turn.
pub(super) type Turn = OwnedMutexGuard<()>;
