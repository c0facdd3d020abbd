//! Durable sessions move between nodes: each is in the memory of one, its home.
//!
//! A connection that comes to another node brings its session there:
//!
//! ```text
//! elsewhere ─ collects already ─▶ the home is asked: let_go ─▶ Moving::arrive ─ compare and set ─▶ reads what waits
//! ```
//!
//! The new home collects before the old one has stopped, so that nothing is lost between them; what is said in between may
//! come twice. A home that does not answer loses its session all the same, and finds that out by [`Mailboxes::recheck`]. While
//! another node is asked, nothing of the session is here: whoever asks this node for it meanwhile need not wait.

use std::sync::Arc;

use deskwire_model::SessionId;
use deskwire_store::{MqttSessionId, Queued, QueuedId, StoreError, StoredMqttSession};
use tokio::sync::watch;

use super::{
    Arrival, EnterError, Mailbox, Mailboxes,
    entering::{Turn, Waiting, Waits},
    restore::{PAGE, left},
    table::{Coming, Place, Session},
};
use crate::{
    clock,
    hub::Takes,
    log::{Announce, CommitError},
};

/// A session that is on its way to this node. Dropped before it arrives, it stays where it is.
#[derive(Debug)]
pub struct Moving {
    session: MqttSessionId,
    home: Option<Box<str>>,
    /// Taken when it has arrived.
    mailbox: Option<Arc<Mailbox>>,
    passed_on: watch::Receiver<bool>,
    hold: Hold,
}

/// Keeps the place of a session that is on its way to this node, and its turn.
#[derive(Debug)]
pub(super) struct Hold {
    mailboxes: Arc<Mailboxes>,
    client_id: Arc<str>,
    _turn: Turn,
    /// None where no connection waits for it.
    _waiting: Option<Waiting>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut table = self.mailboxes.lock();
        if let Some(place) = table.places.get_mut(&self.client_id) {
            place.coming = None;
        }
        table.retire(&self.client_id);
    }
}

impl Moving {
    /// The node that is to let go of it first, by its id; none if no other node has it.
    #[must_use]
    pub fn home(&self) -> Option<&str> {
        self.home.as_deref().filter(|home| Some(*home) != self.hold.mailboxes.home())
    }

    /// Returns when another node has asked for the session while its home is asked to let go of it: it does not arrive here
    /// then. So two nodes that ask each other do not wait for each other.
    pub async fn passed_on(&self) {
        let mut passed_on = self.passed_on.clone();
        if passed_on.wait_for(|is_passed_on| *is_passed_on).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Makes this node its home.
    ///
    /// # Errors
    /// [`EnterError::Moved`] when another node was faster, or has asked for it, or [`EnterError::Store`].
    pub async fn arrive(mut self) -> Result<(), EnterError> {
        let Some(mailbox) = self.mailbox.clone() else { return Ok(()) };
        let (mailboxes, from) = (Arc::clone(&self.hold.mailboxes), self.home.as_deref());
        let here = mailboxes.home().unwrap_or_default();
        if from != Some(here) {
            // If it is not from there any more, this node may have adopted it meanwhile.
            mailboxes.store.move_mqtt_session(self.session, from, here).await?;
        }
        // What it subscribes to may have changed until its home let go of it.
        let now_stored = mailboxes.store.mqtt_session_called(&self.hold.client_id).await?;
        let Some((stored, home)) = now_stored.filter(|(stored, _)| stored.id == self.session) else { return Ok(()) };
        if home.as_deref() != Some(here) {
            return Err(EnterError::Moved);
        }
        mailboxes.take_in(&self.hold.client_id, &mailbox, &stored).await?;
        self.mailbox = None;
        Ok(())
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        if let Some(mailbox) = &self.mailbox {
            mailbox.release(&self.hold.mailboxes.hub);
        }
    }
}

impl Mailboxes {
    /// What this node calls itself as the home of sessions.
    pub(super) fn home(&self) -> Option<&str> {
        self.home.as_deref()
    }

    pub(super) fn durable_of(&self, client_id: &Arc<str>) -> Option<Arc<Mailbox>> {
        let table = self.lock();
        let mailbox = table.places.get(client_id).and_then(Place::mailbox);
        mailbox.filter(|mailbox| mailbox.durable().is_some())
    }

    /// The durable session called `client_id`, if there is one and this node does not have it. It collects here from now on.
    /// A connection of this name that is here is told to end, and waited for; `arrival` is when the one that wants it came.
    ///
    /// # Errors
    /// [`EnterError`].
    pub async fn elsewhere(
        self: &Arc<Self>,
        client_id: &Arc<str>,
        arrival: Arrival,
    ) -> Result<Option<Moving>, EnterError> {
        if self.home.is_none() || self.durable_of(client_id).is_some() {
            return Ok(None);
        }
        if self.store.mqtt_session_called(client_id).await?.is_none() {
            return Ok(None);
        }
        let waiting = self.wait_for(client_id, Waits::Connection(arrival));
        let turn = waiting.turn().await?;
        let hold = self.hold(client_id, turn, Some(waiting));
        hold.bring().await
    }

    /// The place of the session called `client_id`, if nobody has or enters it; it is held as if that came.
    pub(super) fn try_hold(self: &Arc<Self>, client_id: &Arc<str>) -> Option<Hold> {
        let mut table = self.lock();
        let place = table.places.entry(Arc::clone(client_id)).or_default();
        // Somebody is in the place, who keeps it.
        let turn = Arc::clone(&place.turn).try_lock_owned().ok()?;
        place.coming = Some(Coming { is_asked_for: false, passed_on: watch::channel(false).0 });
        drop(table);
        Some(self.hold(client_id, turn, None))
    }

    fn hold(self: &Arc<Self>, client_id: &Arc<str>, turn: Turn, waiting: Option<Waiting>) -> Hold {
        Hold { mailboxes: Arc::clone(self), client_id: Arc::clone(client_id), _turn: turn, _waiting: waiting }
    }

    /// Has a mailbox collect what its session subscribes to, on this node and on others, and nothing else.
    async fn collect_for(&self, mailbox: &Arc<Mailbox>, stored: &StoredMqttSession) {
        for ended in mailbox.subscriptions() {
            if !stored.subscriptions.iter().any(|kept| kept.filter == ended.filter) {
                mailbox.unsubscribe(&self.hub, &ended.filter);
            }
        }
        let known = mailbox.subscriptions();
        for subscription in stored.subscriptions.iter().filter(|subscription| !known.contains(subscription)) {
            mailbox.subscribe(&self.hub, subscription, None);
        }
        for filter in mailbox.filters() {
            self.hub.hears_others(&filter, Takes::All).await;
        }
    }

    async fn take_in(
        &self,
        client_id: &Arc<str>,
        mailbox: &Arc<Mailbox>,
        stored: &StoredMqttSession,
    ) -> Result<(), EnterError> {
        self.collect_for(mailbox, stored).await;
        let (messages, now) = (self.waiting_for(stored.id).await?, clock::now());
        self.store.commit(left(stored, self.home(), now).into_iter().collect()).await?;
        mailbox.arrive(messages);
        let left = Some(stored.left.unwrap_or(now));
        let session = Session { mailbox: Arc::clone(mailbox), expiry_s: stored.expiry_s, left, leaving: None };
        let mut table = self.lock();
        let coming = table.places.get_mut(client_id).and_then(|place| place.coming.take());
        if coming.is_some_and(|coming| *coming.passed_on.borrow()) {
            return Err(EnterError::Moved);
        }
        table.put(client_id, Some(session));
        Ok(())
    }

    async fn waiting_for(&self, session: MqttSessionId) -> Result<Vec<Queued>, StoreError> {
        let mut messages: Vec<Queued> = Vec::new();
        loop {
            let last = messages.last().map_or_else(QueuedId::default, |queued| queued.id);
            let page = self.store.queued_for_session(session, last, PAGE).await?;
            if page.is_empty() {
                return Ok(messages);
            }
            messages.extend(page);
        }
    }

    /// Lets go of the session called `client_id`, because another node is to be its home and collects for it already: its
    /// connection is told to end and waited for, and everything that is known of it here goes to the store. One that is on its
    /// way from a node that is asked for it is not waited for: it goes on to the other node.
    ///
    /// # Errors
    /// [`EnterError::Busy`] when its connection does not end, or [`CommitError`] as that.
    pub async fn let_go(self: &Arc<Self>, client_id: &Arc<str>) -> Result<(), EnterError> {
        let busy = |_: CommitError| EnterError::Busy;
        let mut known = None;
        let mut held = None;
        if !self.pass_on(client_id) {
            let waiting = self.wait_for(client_id, Waits::AnotherNode);
            held = Some((waiting.turn().await?, waiting));
            known = self.known(client_id).await;
        }
        // Ended by its client for good.
        self.forget_ended().await;
        // What was collected before is in the mailbox, and does not go back because nobody is there.
        self.log.commit(deskwire_store::Write::Probe, Announce::Nobody).await.map_err(busy)?;
        if let Some((mailbox, _)) = known {
            self.release(client_id, &mailbox);
        }
        self.log.settle().await.map_err(busy)?;
        drop(held);
        Ok(())
    }

    /// Has a session that is on its way to this node go on to another one, if its home is still asked for it; whether it does.
    fn pass_on(&self, client_id: &Arc<str>) -> bool {
        let table = self.lock();
        let coming = table.places.get(client_id).and_then(|place| place.coming.as_ref());
        let Some(coming) = coming.filter(|coming| coming.is_asked_for) else { return false };
        coming.passed_on.send_replace(true);
        true
    }

    /// Forgets a session that another node has, or is to have.
    pub(super) fn release(&self, client_id: &Arc<str>, mailbox: &Arc<Mailbox>) {
        mailbox.lose();
        mailbox.release(&self.hub);
        self.lock().put(client_id, None);
    }

    /// The homes that anything has that waits: sessions, durable subscriptions and messages of work queues; none on a node
    /// that is alone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn homes(&self) -> Result<Vec<Box<str>>, StoreError> {
        if self.home.is_some() { self.store.homes().await } else { Ok(Vec::new()) }
    }
}

impl Hold {
    /// The durable session of this name, if there is one and this node does not have it. It collects here from now on.
    pub(super) async fn bring(self) -> Result<Option<Moving>, EnterError> {
        let mailboxes = Arc::clone(&self.mailboxes);
        // It may have come meanwhile.
        if mailboxes.durable_of(&self.client_id).is_some() {
            return Ok(None);
        }
        let Some((stored, home)) = mailboxes.store.mqtt_session_called(&self.client_id).await? else { return Ok(None) };
        let is_asked_for = home.as_deref().is_some_and(|home| Some(home) != mailboxes.home());
        let (sender, passed_on) = watch::channel(false);
        {
            let mut table = mailboxes.lock();
            let place = table.places.entry(Arc::clone(&self.client_id)).or_default();
            if is_asked_for && place.wanted > 0 {
                return Err(EnterError::Moved);
            }
            place.coming = Some(Coming { is_asked_for, passed_on: sender });
        }
        let mailbox = Mailbox::new(stored.user.clone(), SessionId::random(), Some(stored.id), &mailboxes.account);
        mailbox.expect();
        let moving = Moving { session: stored.id, home, mailbox: Some(Arc::clone(&mailbox)), passed_on, hold: self };
        mailboxes.collect_for(&mailbox, &stored).await;
        Ok(Some(moving))
    }
}
