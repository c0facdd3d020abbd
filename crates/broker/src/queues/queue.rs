//! A queue that connections share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deskwire_model::Topic;
use deskwire_store::QueuedId;

use super::{
    Consumer, Queues,
    fence::Fence,
    message::Message,
    state::{Bounds, ConsumerId, QueueState, Refused},
};
use crate::{
    account::{Account, Holder},
    clock::now,
    loss::Loss,
    outbox::{CloseReason, Handover, Outbox, SubscriptionKey},
    publication::Publication,
};

impl Holder for QueueState<Endpoint> {
    fn bytes(&self) -> usize {
        self.bytes()
    }

    fn take_gone(&mut self) -> Vec<QueuedId> {
        self.take_gone()
    }
}

/// Where a consumer gets its messages.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) outbox: Arc<Outbox>,
    key: SubscriptionKey,
}

/// What a work queue holds.
pub(super) type WorkState = QueueState<Endpoint>;

/// One queue behind its lock, which is held while messages are put into outboxes.
#[derive(Debug)]
pub(crate) struct Queue {
    /// Its number; no other queue has it, also not before a restart.
    number: u64,
    /// What it is called in the server's own log.
    name: Box<str>,
    state: Mutex<QueueState<Endpoint>>,
    account: Arc<Account<Bounds>>,
    /// For a work queue of several nodes: under what its messages are at home here.
    pub(super) fence: Option<Arc<Fence>>,
}

impl Queue {
    pub(super) fn new(
        number: u64,
        name: &str,
        account: &Arc<Account<Bounds>>,
        fence: Option<&Arc<Fence>>,
    ) -> Arc<Self> {
        let state = Mutex::new(QueueState::new(account.bounds));
        Arc::new(Self { number, name: name.into(), state, account: Arc::clone(account), fence: fence.cloned() })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, QueueState<Endpoint>> {
        // Every critical section leaves the state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change, and keeps account of it.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut QueueState<Endpoint>) -> T) -> T {
        let (result, settled) = self.account.change(self.lock(), |state| {
            let result = change(state);
            (result, std::mem::take(&mut state.beyond.settled))
        });
        self.account.settle(settled);
        result
    }

    /// Makes a change, then hands out what can be handed out.
    pub(super) fn turn<T>(&self, change: impl FnOnce(&mut QueueState<Endpoint>) -> T) -> T {
        let now = now();
        self.change(|state| {
            let result = change(state);
            // Others may be about to have what is at home here.
            if self.fence.as_ref().is_some_and(|fence| !fence.holds()) {
                return result;
            }
            state.dispatch(now, |to, number, message| {
                let handover = Handover { number, redelivered: message.redelivered };
                to.outbox.offer(to.key, &message.publication, handover)
            });
            result
        })
    }

    /// Keeps a place for a message, if there is one.
    pub(super) fn reserve(&self, weight: usize) -> bool {
        self.change(|state| weight <= self.account.room() && state.reserve(weight, now()))
    }

    /// Gives up a place that was kept.
    pub(super) fn release(&self, weight: usize) {
        self.change(|state| state.release(weight));
    }

    /// Appends a message, for which a place was kept.
    pub(super) fn push(&self, publication: Arc<Publication>, stored: Option<QueuedId>) {
        self.turn(|state| state.push(Message::new(publication, stored)));
    }

    /// Appends a message for which a place was kept at `home`, unless others have taken what is there.
    pub(super) fn push_at(&self, home: &Arc<str>, publication: Arc<Publication>, stored: QueuedId) {
        self.turn(|state| {
            if self.fence.as_ref().is_some_and(|fence| *fence.home() == **home) {
                state.push(Message::at_home(Arc::clone(home), publication, stored, None));
            } else {
                state.release(publication.weight());
            }
        });
    }

    /// Appends a message of an earlier process.
    pub(super) fn restore(&self, publication: Arc<Publication>, stored: QueuedId) {
        self.change(|state| {
            state.reserve_anyway(publication.weight());
            state.push(Message::restored(publication, stored));
        });
    }

    /// Appends a message; when it does not fit, the oldest ones go.
    pub(crate) fn collect(&self, publication: &Arc<Publication>, stored: Option<QueuedId>) {
        let weight = publication.weight();
        let kept = self.turn(|state| {
            let fits = weight <= self.account.room() && state.make_room(weight, now());
            if fits {
                state.push(Message::new(Arc::clone(publication), stored));
            }
            fits
        });
        if !kept {
            // Not louder: there may be as many as are said.
            tracing::debug!(queue = %self.name, "a message did not fit and is lost");
            Loss::Overflow.count();
            self.account.forget(stored.into_iter().collect());
        }
    }

    /// Drops what has expired.
    pub(super) fn expire(&self) {
        self.change(|state| state.expire(now()));
    }

    /// Forgets every message.
    pub(super) fn clear(&self) {
        self.change(QueueState::clear);
    }

    /// Lets go of every message, which stays in the store; of `forgotten` it knows nothing more either.
    pub(super) fn abandon(&self, forgotten: Vec<QueuedId>) {
        self.change(QueueState::abandon);
        self.account.forget(forgotten);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.lock().is_idle()
    }

    pub(super) fn messages(&self) -> usize {
        self.lock().messages()
    }

    /// Adds a consumer, who gets nothing before [`Self::begin`].
    pub(super) fn join(&self, consumer: Consumer) -> ConsumerId {
        let Consumer { outbox, key, window, wants } = consumer;
        self.change(|state| state.join(Endpoint { outbox, key }, wants, window))
    }

    /// Hands out what waits.
    pub(super) fn begin(&self) {
        self.turn(|_| ());
    }

    /// Ends all consumers, for `reason`.
    pub(super) fn end_consumers(&self, reason: CloseReason) {
        self.change(|state| {
            let all: Vec<_> = state.endpoints().map(|(id, endpoint)| (id, Arc::clone(&endpoint.outbox))).collect();
            for (id, outbox) in all {
                state.leave(id);
                outbox.close(reason);
            }
        });
    }

    /// Ends the consumers on connections other than that of `outbox`, for `reason`; says whether it has one itself.
    pub(super) fn take_over(&self, outbox: &Arc<Outbox>, reason: CloseReason) -> bool {
        self.change(|state| {
            let others: Vec<_> = state
                .endpoints()
                .filter(|(_, endpoint)| !Arc::ptr_eq(&endpoint.outbox, outbox))
                .map(|(id, endpoint)| (id, Arc::clone(&endpoint.outbox)))
                .collect();
            for (id, other) in others {
                state.leave(id);
                other.close(reason);
            }
            state.endpoints().next().is_some()
        })
    }
}

/// A consumer's hold on its queue. When it is dropped, what is unsettled goes back to its place.
#[derive(Debug)]
pub struct Consumption {
    queue: Arc<Queue>,
    consumer: ConsumerId,
    /// For a work queue, which goes when nobody needs it.
    work: Option<(Arc<Queues>, Topic)>,
}

impl Consumption {
    pub(super) const fn new(queue: Arc<Queue>, consumer: ConsumerId, work: Option<(Arc<Queues>, Topic)>) -> Self {
        Self { queue, consumer, work }
    }

    /// The number of the queue, which no other has, also not before a restart; its messages are numbered within it, and each keeps its number.
    #[must_use]
    pub fn queue(&self) -> u64 {
        self.queue.number
    }

    /// Forgets messages that are consumed; unknown ones are passed over.
    pub fn settle(&self, numbers: impl IntoIterator<Item = u64>) {
        self.queue.turn(|state| numbers.into_iter().for_each(|number| state.settle(self.consumer, number)));
        self.look();
    }

    /// Whether the consumer may be given a message that the queue has handed over: not if it may be another node's by now.
    /// Then the queue has it again.
    #[must_use]
    pub fn may_give(&self, number: u64) -> bool {
        let Some(fence) = &self.queue.fence else { return true };
        self.queue.change(|state| {
            let holds = fence.holds();
            if !holds {
                state.put_back(self.consumer, number);
            }
            holds && state.has_unsettled(self.consumer, number)
        })
    }

    /// Has the queue look for what waits elsewhere, if there is room for it here.
    fn look(&self) {
        if let Some((queues, name)) = &self.work {
            queues.serve(&self.queue, name);
        }
    }

    /// Gives messages back that the consumer does not want. Each is offered to another consumer if there is one that
    /// wants it, and dropped when it was refused too often.
    pub fn refuse(&self, numbers: impl IntoIterator<Item = u64>) {
        let dropped = self.queue.turn(|state| {
            let refused = numbers.into_iter().map(|number| state.refuse(self.consumer, number));
            refused.filter(|refused| *refused == Refused::Dropped).count()
        });
        if dropped > 0 {
            tracing::warn!(queue = %self.queue.name, dropped, "messages were refused too often and are dropped");
        }
        self.look();
    }

    /// Asks for more, because there is room in the outbox again.
    pub fn refill(&self) {
        self.queue.turn(|state| state.reopen(self.consumer));
        self.look();
    }
}

impl Drop for Consumption {
    fn drop(&mut self) {
        self.queue.turn(|state| state.leave(self.consumer));
        if let Some((queues, name)) = &self.work {
            queues.send_back(&self.queue, name);
            queues.retire(name);
        }
    }
}
