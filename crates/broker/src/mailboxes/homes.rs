//! Durable sessions move between nodes: each is in the memory of one, its home.
//!
//! A connection that comes to another node brings its session there:
//!
//! ```text
//! elsewhere ─ collects already ─▶ the home is asked: let_go ─▶ Moving::arrive ─ compare and set ─▶ reads what waits
//! ```
//!
//! The new home collects before the old one has stopped, so that nothing is lost between them; what is said in between may
//! come twice. A home that does not answer loses its session all the same, and finds that out by [`Mailboxes::recheck`].

use std::{collections::HashSet, sync::Arc};

use deskwire_model::SessionId;
use deskwire_store::{MqttSessionId, Queued, QueuedId, StoreError, StoredMqttSession};

use super::{
    EnterError, Mailbox, Mailboxes,
    entering::{Turn, Waiting},
    restore::{PAGE, left},
    table::{Place, Session},
};
use crate::{
    clock,
    hub::Takes,
    log::{Announce, CommitError},
    outbox::CloseReason,
};

/// Sessions that a node adopts at a time.
const ADOPTED: usize = 64;

/// A session that is on its way to this node. Dropped before it arrives, it stays where it is.
#[derive(Debug)]
pub struct Moving {
    mailboxes: Arc<Mailboxes>,
    client_id: Arc<str>,
    session: MqttSessionId,
    home: Option<Box<str>>,
    /// Taken when it has arrived.
    mailbox: Option<Arc<Mailbox>>,
    _turn: Turn,
    _waiting: Waiting,
}

impl Moving {
    /// The node that is to let go of it first, by its id; none if no other node has it.
    #[must_use]
    pub fn home(&self) -> Option<&str> {
        self.home.as_deref().filter(|home| Some(*home) != self.mailboxes.home())
    }

    /// Makes this node its home.
    ///
    /// # Errors
    /// [`EnterError::Moved`] when another node was faster, or [`EnterError::Store`].
    pub async fn arrive(mut self) -> Result<(), EnterError> {
        let Some(mailbox) = self.mailbox.clone() else { return Ok(()) };
        let (mailboxes, from) = (Arc::clone(&self.mailboxes), self.home.as_deref());
        let here = mailboxes.home().unwrap_or_default();
        if from != Some(here) && !mailboxes.store.move_mqtt_session(self.session, from, here).await? {
            return Err(EnterError::Moved);
        }
        // What it subscribes to may have changed until its home let go of it.
        let now_stored = mailboxes.store.mqtt_session_called(&self.client_id).await?;
        let Some((stored, _)) = now_stored.filter(|(stored, _)| stored.id == self.session) else { return Ok(()) };
        mailboxes.take_in(&self.client_id, &mailbox, &stored).await?;
        self.mailbox = None;
        Ok(())
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        if let Some(mailbox) = &self.mailbox {
            mailbox.release(&self.mailboxes.hub);
        }
    }
}

impl Mailboxes {
    /// What this node calls itself as the home of sessions.
    pub(super) fn home(&self) -> Option<&str> {
        self.home.as_deref()
    }

    fn durable_of(&self, client_id: &Arc<str>) -> Option<Arc<Mailbox>> {
        let table = self.lock();
        let mailbox = table.places.get(client_id).and_then(Place::mailbox);
        mailbox.filter(|mailbox| mailbox.durable().is_some())
    }

    /// The durable session called `client_id`, if there is one and this node does not have it. It collects here from now on.
    /// A connection of this name that is here is told to end, and waited for.
    ///
    /// # Errors
    /// [`EnterError::Busy`] or [`EnterError::Store`].
    pub async fn elsewhere(self: &Arc<Self>, client_id: &Arc<str>) -> Result<Option<Moving>, EnterError> {
        if self.home.is_none() || self.durable_of(client_id).is_some() {
            return Ok(None);
        }
        if self.store.mqtt_session_called(client_id).await?.is_none() {
            return Ok(None);
        }
        let waiting = self.wait_for(client_id);
        let turn = waiting.turn().await?;
        // It may have come meanwhile.
        if self.durable_of(client_id).is_some() {
            return Ok(None);
        }
        let Some((stored, home)) = self.store.mqtt_session_called(client_id).await? else { return Ok(None) };
        let mailbox = Mailbox::new(stored.user.clone(), SessionId::random(), Some(stored.id), &self.account);
        mailbox.expect();
        let moving = Moving {
            mailboxes: Arc::clone(self),
            client_id: Arc::clone(client_id),
            session: stored.id,
            home,
            mailbox: Some(Arc::clone(&mailbox)),
            _turn: turn,
            _waiting: waiting,
        };
        self.collect_for(&mailbox, &stored).await;
        Ok(Some(moving))
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
    ) -> Result<(), StoreError> {
        self.collect_for(mailbox, stored).await;
        let (messages, now) = (self.waiting_for(stored.id).await?, clock::now());
        self.store.commit(left(stored, now).into_iter().collect()).await?;
        mailbox.arrive(messages);
        let left = Some(stored.left.unwrap_or(now));
        let session = Session { mailbox: Arc::clone(mailbox), expiry_s: stored.expiry_s, left, leaving: None };
        self.lock().put(client_id, Some(session));
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
    /// connection is told to end and waited for, and everything that is known of it here goes to the store.
    ///
    /// # Errors
    /// [`EnterError::Busy`] when its connection does not end, or [`CommitError`] as that.
    pub async fn let_go(self: &Arc<Self>, client_id: &Arc<str>) -> Result<(), EnterError> {
        let busy = |_: CommitError| EnterError::Busy;
        let waiting = self.wait_for(client_id);
        let _turn = waiting.turn().await?;
        let known = self.known(client_id).await;
        // Ended by its client for good.
        self.forget_ended().await;
        // What was collected before is in the mailbox, and does not go back because nobody is there.
        self.log.commit(deskwire_store::Write::Probe, Announce::Nobody).await.map_err(busy)?;
        if let Some((mailbox, _)) = known {
            self.release(client_id, &mailbox);
        }
        self.log.settle().await.map_err(busy)
    }

    /// Forgets a session that another node has, or is to have.
    pub(super) fn release(&self, client_id: &Arc<str>, mailbox: &Arc<Mailbox>) {
        mailbox.lose();
        mailbox.release(&self.hub);
        self.lock().put(client_id, None);
    }

    /// Tells the connection that is called `client_id`, if there is one, that its client is connected to another node
    /// `[MQTT-3.1.4-3]`.
    pub fn end_connection(&self, client_id: &str) {
        let holder = self.lock().places.get(client_id).and_then(|place| place.holder.clone());
        holder.into_iter().for_each(|holder| holder.close(CloseReason::TakenOver));
    }

    /// The homes that anything has that waits: sessions, durable subscriptions and messages of work queues; none on a node
    /// that is alone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn homes(&self) -> Result<Vec<Box<str>>, StoreError> {
        if self.home.is_some() { self.store.homes().await } else { Ok(Vec::new()) }
    }

    /// Becomes the home of the sessions whose home is the node `from`, which is gone, as far as no other node does; how many
    /// came.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn adopt(self: &Arc<Self>, from: &str) -> Result<usize, StoreError> {
        let Some(here) = self.home() else { return Ok(0) };
        let mut adopted = 0;
        loop {
            let names = self.store.claim_mqtt_sessions(from, here, ADOPTED).await?;
            if names.is_empty() {
                return Ok(adopted);
            }
            for name in names {
                match self.bring(&name.into()).await {
                    Ok(()) => adopted += 1,
                    Err(EnterError::Store(error)) => return Err(error),
                    // Its client is here, and takes it in.
                    Err(_) => {}
                }
            }
        }
    }

    async fn bring(self: &Arc<Self>, client_id: &Arc<str>) -> Result<(), EnterError> {
        match self.elsewhere(client_id).await? {
            Some(moving) => moving.arrive().await,
            None => Ok(()),
        }
    }

    /// Ends what this node has of sessions that have another home by now; returns how many these were. To be called when a
    /// node may have been taken for dead.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recheck(self: &Arc<Self>) -> Result<usize, StoreError> {
        let Some(here) = self.home() else { return Ok(0) };
        // Before the store is asked: what begins meanwhile is not looked for.
        let held: Vec<_> = {
            let table = self.lock();
            let mailboxes = table.places.iter().filter_map(|(name, place)| Some((Arc::clone(name), place.mailbox()?)));
            mailboxes.collect()
        };
        let ours: HashSet<_> = self.store.mqtt_session_ids_of(here).await?.into_iter().collect();
        let mut lost = 0;
        for (name, mailbox) in held {
            if mailbox.durable().is_some_and(|id| !ours.contains(&id)) && self.is_held(&name, &mailbox) {
                lost += 1;
                mailbox.lose();
                mailbox.release(&self.hub);
                self.end_lost(&name, &mailbox).await;
            }
        }
        Ok(lost)
    }

    fn is_held(&self, client_id: &Arc<str>, mailbox: &Arc<Mailbox>) -> bool {
        self.durable_of(client_id).is_some_and(|held| Arc::ptr_eq(&held, mailbox))
    }

    /// Ends the connection of a session that was lost, and forgets that.
    async fn end_lost(self: &Arc<Self>, client_id: &Arc<str>, mailbox: &Arc<Mailbox>) {
        let waiting = self.wait_for(client_id);
        // A connection that does not end forgets it when it does.
        if let Ok(_turn) = waiting.turn().await
            && self.is_held(client_id, mailbox)
        {
            self.lock().put(client_id, None);
        }
    }
}
