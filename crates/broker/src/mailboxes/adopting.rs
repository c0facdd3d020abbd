//! What lived on a node that is gone, and what lives elsewhere by now.

use std::{collections::HashMap, sync::Arc};

use deskwire_store::{MqttSessionId, StoreError};

use super::{EnterError, Mailbox, Mailboxes, entering::Waits};
use crate::outbox::CloseReason;

/// Sessions that a node adopts at a time.
const ADOPTED: usize = 64;

impl Mailboxes {
    /// Becomes the home of the sessions whose home is the node `from`, which is gone, as far as no other node does; how many
    /// came.
    ///
    /// # Errors
    /// [`StoreError`]; what has this home by then comes with [`Self::recheck`].
    pub async fn adopt(self: &Arc<Self>, from: &str) -> Result<usize, StoreError> {
        let Some(here) = self.home() else { return Ok(0) };
        let mut adopted = 0;
        loop {
            let names = self.store.claim_mqtt_sessions(from, here, ADOPTED).await?;
            if names.is_empty() {
                return Ok(adopted);
            }
            for name in names {
                adopted += usize::from(self.bring(&name.into()).await?);
            }
        }
    }

    /// Takes in a session whose home is here, and whether it came. Where a connection has or enters it, that takes it in.
    async fn bring(self: &Arc<Self>, client_id: &Arc<str>) -> Result<bool, StoreError> {
        let Some(hold) = self.try_hold(client_id) else { return Ok(false) };
        let arrived = match hold.bring().await {
            Ok(Some(moving)) if moving.home().is_none() => moving.arrive().await.map(|()| true),
            // It is here, or another node has brought it there meanwhile.
            Ok(_) => Ok(false),
            Err(error) => Err(error),
        };
        match arrived {
            Err(EnterError::Store(error)) => Err(error),
            arrived => Ok(arrived.unwrap_or(false)),
        }
    }

    /// Ends what this node has of sessions that have another home by now, and returns how many these were; takes in those that
    /// have their home here and are not in memory. To be called when a node may have been taken for dead, and now and then.
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
        let mut ours: HashMap<_, _> = self.store.mqtt_session_names_of(here).await?.into_iter().collect();
        let mut lost = 0;
        for (name, mailbox) in held {
            if let Some(id) = mailbox.durable()
                && ours.remove(&id).is_none()
                && self.is_held(&name, &mailbox)
            {
                lost += 1;
                self.end_lost(&name, &mailbox).await;
            }
        }
        for name in ours.into_values() {
            self.bring(&name.into()).await?;
        }
        Ok(lost)
    }

    /// The client called `client_id` is connected to another node: a connection that it has here ends `[MQTT-3.1.4-3]`, and so
    /// does what is here of a session that went there without a word. A session whose home is here is left alone: that
    /// connection was there before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn connected_elsewhere(self: &Arc<Self>, client_id: &Arc<str>) -> Result<(), StoreError> {
        let Some(mailbox) = self.durable_of(client_id) else {
            let holder = self.lock().places.get(client_id).and_then(|place| place.holder.clone());
            holder.into_iter().for_each(|holder| holder.close(CloseReason::TakenOver));
            return Ok(());
        };
        let stored = self.store.mqtt_session_called(client_id).await?;
        let is_ours = |(id, home): (MqttSessionId, Option<Box<str>>)| {
            Some(id) == mailbox.durable() && home.as_deref() == self.home()
        };
        if !stored.is_some_and(|(stored, home)| is_ours((stored.id, home))) && self.is_held(client_id, &mailbox) {
            self.end_lost(client_id, &mailbox).await;
        }
        Ok(())
    }

    fn is_held(&self, client_id: &Arc<str>, mailbox: &Arc<Mailbox>) -> bool {
        self.durable_of(client_id).is_some_and(|held| Arc::ptr_eq(&held, mailbox))
    }

    /// Collects nothing more for a session that was lost, ends its connection, and forgets it.
    async fn end_lost(self: &Arc<Self>, client_id: &Arc<str>, mailbox: &Arc<Mailbox>) {
        mailbox.lose();
        mailbox.release(&self.hub);
        let waiting = self.wait_for(client_id, Waits::Nobody);
        // A connection that does not end forgets it when it does.
        if let Ok(_turn) = waiting.turn().await
            && self.is_held(client_id, mailbox)
        {
            self.lock().put(client_id, None);
        }
    }
}
