//! Subscriptions that collect messages while their owner is away.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use deskwire_model::{TopicFilter, Uid};
use deskwire_store::{DurableId, DurableSubscription, StoreError};

use super::{Consumer, Consumption, QueueError, Queues, bindings::Bound, queue::Queue};
use crate::{
    outbox::{CloseReason, Outbox},
    selector::{Selector, Wants},
};

/// What a durable subscription is to be.
#[derive(Clone, Debug)]
pub struct Durable {
    /// Whose it is.
    pub owner: Uid,
    /// What its owner calls it.
    pub name: Box<str>,
    /// What it listens to.
    pub filter: TopicFilter,
    /// Which messages it collects, as its owner wrote it, and what that means; none for all.
    pub selector: Option<(Box<str>, Selector)>,
}

/// Why a durable subscription cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DurableError {
    /// The connection has it already.
    #[error("this connection uses the durable subscription already")]
    InUse,
    /// The owner has as many as it may.
    #[error("you have too many durable subscriptions")]
    TooManyOfOwner,
    /// No queue for it.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// It could not be stored.
    #[error("the durable subscription could not be stored, please try again")]
    Store(#[from] StoreError),
}

/// A durable subscription as it is.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) filter: TopicFilter,
    selector: Box<str>,
    pub(super) bound: Arc<Bound>,
}

/// Whose a durable subscription is, and what its owner calls it.
pub(super) type Key = (Uid, Box<str>);

/// The durable subscriptions of this node.
#[derive(Debug, Default)]
pub(super) struct Durables {
    kept: Mutex<HashMap<Key, Kept>>,
    /// Held while one is made, resumed or dropped, so that table, store and bindings agree.
    pub(super) changes: tokio::sync::Mutex<()>,
}

impl Durables {
    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<Key, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn queues(&self) -> Vec<Arc<Queue>> {
        self.lock().values().map(|kept| Arc::clone(&kept.bound.queue)).collect()
    }
}

/// What a durable subscription of the store is.
pub(super) fn as_stored(known: DurableSubscription) -> Result<Durable, StoreError> {
    let selector = match known.selector.as_str() {
        "" => None,
        text => match Selector::parse(text) {
            Ok(selector) => Some((text.into(), selector)),
            Err(_) => return Err(StoreError::Damaged(format!("the selector {text:?} of a durable subscription"))),
        },
    };
    Ok(Durable { owner: known.owner, name: known.name.into(), filter: known.filter, selector })
}

impl Queues {
    /// Has the durable subscriptions of the store collect again; returns their queues.
    pub(super) async fn restore_durables(&self) -> Result<HashMap<DurableId, Arc<Queue>>, StoreError> {
        let mut queues = HashMap::new();
        let all = match self.home() {
            None => self.store.durable_subscriptions().await?,
            Some(home) => self.store.durable_subscriptions_of(home).await?,
        };
        for known in all {
            let id = known.id;
            queues.insert(id, self.keep(id, as_stored(known)?));
        }
        Ok(queues)
    }

    /// Has the durable subscription `id` collect from now on.
    fn keep(&self, id: DurableId, durable: Durable) -> Arc<Queue> {
        let (key, kept) = self.bind(id, durable, false);
        let queue = Arc::clone(&kept.bound.queue);
        self.durables.lock().insert(key, kept);
        queue
    }

    /// Has the durable subscription `id` collect from now on, before it has its place in the table; with `arrives`, apart
    /// from what the store has.
    pub(super) fn bind(&self, id: DurableId, durable: Durable, arrives: bool) -> (Key, Kept) {
        let Durable { owner, name, filter, selector } = durable;
        let queue = self.new_queue(&format_args!("durable subscription {}", id.0));
        let (text, selector) = selector.unzip();
        let wants = Wants { selector, not_from: None };
        let bound = Bound::new(id, queue, wants);
        if arrives {
            bound.expect();
        }
        self.hub.neighbours.listen(&filter);
        self.hub.bindings.bind(&filter, Arc::clone(&bound));
        ((owner, name), Kept { filter, selector: text.unwrap_or_default(), bound })
    }

    /// Ends the collecting of a durable subscription.
    pub(super) fn unbind(&self, kept: &Kept) {
        self.hub.bindings.unbind(&kept.filter, &kept.bound);
        self.hub.neighbours.ignore(&kept.filter);
    }

    /// Ends the collecting of a durable subscription that the store no longer has.
    fn unkeep(&self, key: &Key) {
        let Some(kept) = self.durables.lock().remove(key) else { return };
        self.unbind(&kept);
        kept.bound.queue.clear();
    }

    /// Resumes a durable subscription, or makes it. One that listens to something else, or chooses otherwise, begins
    /// anew. It has one consumer: another connection that has it is told to end.
    ///
    /// # Errors
    /// [`DurableError`].
    pub async fn subscribe_durably(&self, durable: Durable, consumer: Consumer) -> Result<Consumption, DurableError> {
        let _change = self.durables.changes.lock().await;
        let key = (durable.owner.clone(), durable.name.clone());
        let text = durable.selector.as_ref().map_or("", |(text, _)| text);
        let known = self.durables.lock().get(&key).cloned();
        if let Some(known) = &known
            && known.bound.queue.take_over(&consumer.outbox, CloseReason::SubscriptionTakenOver)
        {
            return Err(DurableError::InUse);
        }
        let queue = match known {
            Some(known) if known.filter == durable.filter && *known.selector == *text => Arc::clone(&known.bound.queue),
            known => {
                if known.is_none() {
                    self.has_room_for_durable(&durable.owner)?;
                }
                let Durable { owner, name, filter, .. } = &durable;
                let id = self.store.create_durable_subscription_at(owner, name, filter, text, self.home()).await?;
                self.unkeep(&key);
                self.keep(id, durable)
            }
        };
        let id = queue.join(consumer);
        queue.begin();
        Ok(Consumption::new(queue, id, None))
    }

    fn has_room_for_durable(&self, owner: &Uid) -> Result<(), DurableError> {
        let work = self.lock().len();
        let kept = self.durables.lock();
        if work + kept.len() >= self.limits.queues {
            return Err(QueueError::TooMany.into());
        }
        let own = kept.keys().filter(|(other, _)| other == owner).count();
        if own < self.limits.durable_per_owner { Ok(()) } else { Err(DurableError::TooManyOfOwner) }
    }

    /// Forgets a durable subscription with what it has collected, if there is one. A connection that has it is told to
    /// end, as nothing would come to it any more; the one of `outbox` must have given it up.
    ///
    /// # Errors
    /// [`DurableError::InUse`] or [`DurableError::Store`]; it is still there then.
    pub async fn unsubscribe_durably(&self, owner: &Uid, name: &str, outbox: &Arc<Outbox>) -> Result<(), DurableError> {
        let _change = self.durables.changes.lock().await;
        let key = (owner.clone(), name.into());
        let Some(bound) = self.durables.lock().get(&key).map(|kept| Arc::clone(&kept.bound)) else { return Ok(()) };
        if bound.queue.take_over(outbox, CloseReason::SubscriptionForgotten) {
            return Err(DurableError::InUse);
        }
        self.store.drop_durable_subscription(bound.id).await?;
        self.unkeep(&key);
        Ok(())
    }

    /// Forgets all durable subscriptions of `owner`, who is gone for ever, with what they have collected.
    ///
    /// # Errors
    /// When the store fails; those that were not forgotten are still there then.
    pub async fn forget_durables_of(&self, owner: &Uid) -> Result<(), StoreError> {
        let _change = self.durables.changes.lock().await;
        let theirs: Vec<_> = {
            let kept = self.durables.lock();
            let of_owner = kept.iter().filter(|((other, _), _)| other == owner);
            of_owner.map(|(key, kept)| (key.clone(), kept.bound.id)).collect()
        };
        for (key, id) in theirs {
            self.store.drop_durable_subscription(id).await?;
            self.unkeep(&key);
        }
        Ok(())
    }
}
