//! What a durable subscription collects is in the memory of one of several nodes, its home.
//!
//! It comes along with its consumer, as the session of an MQTT client does: the new home collects before the old one has
//! stopped. What a lost node had, one of the others adopts.

use std::{collections::HashMap, sync::Arc};

use deskwire_model::Uid;
use deskwire_store::{DurableId, Queued, QueuedId, StoreError, Write};

use super::{
    PAGE, Queues,
    durable::{Durable, Kept, Key, as_stored},
    queue::Queue,
    restore_message,
};
use crate::{
    hub::Takes,
    log::{Announce, CommitError},
    outbox::CloseReason,
};

/// A durable subscription that is on its way to this node. Dropped before it arrives, it stays where it is.
#[derive(Debug)]
pub struct MovingDurable {
    queues: Arc<Queues>,
    id: DurableId,
    home: Option<Box<str>>,
    /// Taken when it has arrived.
    kept: Option<(Key, Kept)>,
}

impl MovingDurable {
    /// The node that is to let go of it first, by its id; none if no other node has it.
    #[must_use]
    pub fn home(&self) -> Option<&str> {
        self.home.as_deref().filter(|home| Some(*home) != self.queues.home())
    }

    /// Makes this node its home. Another connection may have done that meanwhile; another node may have been faster, and has
    /// it then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn arrive(mut self) -> Result<(), StoreError> {
        let queues = Arc::clone(&self.queues);
        let here = queues.home().unwrap_or_default();
        let _change = queues.durables.changes.lock().await;
        let Some((key, kept)) = &self.kept else { return Ok(()) };
        if queues.durables.lock().contains_key(key) {
            return Ok(());
        }
        let from = self.home.as_deref();
        if from != Some(here) && !queues.store.move_durable_subscription(self.id, from, here).await? {
            return Ok(());
        }
        kept.bound.arrive(queues.collected_by(self.id).await?);
        if let Some((key, kept)) = self.kept.take() {
            queues.durables.lock().insert(key, kept);
        }
        Ok(())
    }
}

impl Drop for MovingDurable {
    fn drop(&mut self) {
        if let Some((_, kept)) = &self.kept {
            self.queues.unbind(kept);
            kept.bound.release();
        }
    }
}

impl Queues {
    /// What this node calls itself as the home of durable subscriptions.
    pub(super) fn home(&self) -> Option<&str> {
        self.home.as_deref()
    }

    /// Restores what is at home here.
    pub(super) async fn restore_home(&self, durables: &HashMap<DurableId, Arc<Queue>>) -> Result<(), StoreError> {
        for (id, queue) in durables {
            self.collected_by(*id).await?.into_iter().for_each(|queued| restore_message(queue, queued));
        }
        Ok(())
    }

    async fn collected_by(&self, id: DurableId) -> Result<Vec<Queued>, StoreError> {
        let mut messages: Vec<Queued> = Vec::new();
        loop {
            let last = messages.last().map_or_else(QueuedId::default, |queued| queued.id);
            let page = self.store.queued_for_durable(id, last, PAGE).await?;
            if page.is_empty() {
                return Ok(messages);
            }
            messages.extend(page);
        }
    }

    /// The durable subscription that `owner` calls `name`, if there is one and this node does not have it. It collects here
    /// from now on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn durable_elsewhere(
        self: &Arc<Self>,
        owner: &Uid,
        name: &str,
    ) -> Result<Option<MovingDurable>, StoreError> {
        if self.home.is_none() || self.durables.lock().contains_key(&(owner.clone(), name.into())) {
            return Ok(None);
        }
        let Some((known, home)) = self.store.durable_subscription_called(owner, name).await? else { return Ok(None) };
        let id = known.id;
        self.expect(id, as_stored(known)?, home).await.map(Some)
    }

    async fn expect(
        self: &Arc<Self>,
        id: DurableId,
        durable: Durable,
        home: Option<Box<str>>,
    ) -> Result<MovingDurable, StoreError> {
        let filter = durable.filter.clone();
        let kept = Some(self.bind(id, durable, true));
        let moving = MovingDurable { queues: Arc::clone(self), id, home, kept };
        self.hub.hears_others(&filter, Takes::All).await;
        Ok(moving)
    }

    /// Lets go of a durable subscription, because another node is to be its home and collects for it already: its consumer
    /// is told to end, and everything that is known of it here goes to the store.
    ///
    /// # Errors
    /// [`CommitError`]; it may be let go of all the same.
    pub async fn let_go_durable(&self, owner: &Uid, name: &str) -> Result<(), CommitError> {
        let _change = self.durables.changes.lock().await;
        let key = (owner.clone(), name.into());
        let Some(kept) = self.durables.lock().get(&key).cloned() else { return Ok(()) };
        kept.bound.queue.end_consumers(CloseReason::SubscriptionTakenOver);
        // What was collected before is in its queue then.
        self.log.commit(Write::Probe, Announce::Nobody).await?;
        self.release_durable(&key);
        self.log.settle().await
    }

    fn release_durable(&self, key: &Key) {
        let Some(kept) = self.durables.lock().remove(key) else { return };
        self.unbind(&kept);
        kept.bound.release();
    }

    /// Becomes the home of the durable subscriptions whose home is the node `from`, which is gone, as far as no other node
    /// does; how many came.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn adopt(self: &Arc<Self>, from: &str) -> Result<usize, StoreError> {
        let Some(here) = self.home() else { return Ok(0) };
        let durables = self.store.claim_durable_subscriptions(from, here).await?;
        let adopted = durables.len();
        for known in durables {
            let id = known.id;
            self.expect(id, as_stored(known)?, Some(here.into())).await?.arrive().await?;
        }
        Ok(adopted)
    }

    /// Ends what this node has of durable subscriptions that have another home by now, or are gone; returns how many these
    /// were. To be called when a node may have been taken for dead.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recheck(&self) -> Result<usize, StoreError> {
        let Some(here) = self.home() else { return Ok(0) };
        let _change = self.durables.changes.lock().await;
        let ours: Vec<_> = self.store.durable_subscriptions_of(here).await?.into_iter().map(|known| known.id).collect();
        let lost: Vec<_> = {
            let kept = self.durables.lock();
            kept.iter().filter(|(_, kept)| !ours.contains(&kept.bound.id)).map(|(key, _)| key.clone()).collect()
        };
        for key in &lost {
            let kept = self.durables.lock().get(key).cloned();
            kept.into_iter().for_each(|kept| kept.bound.queue.end_consumers(CloseReason::SubscriptionTakenOver));
            self.release_durable(key);
        }
        Ok(lost.len())
    }
}
