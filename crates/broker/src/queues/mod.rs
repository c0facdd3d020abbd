//! Work queues and durable subscriptions: messages that wait for whoever will consume them.
//!
//! A work queue has a name and any number of consumers, who share what comes; it exists while it has messages or
//! consumers. A durable subscription is a queue of one consumer that collects what is said on topics (`durable`).
//!
//! ```text
//! Queues::admit ─ Admitted ─▶ push, or behind its commit ─▶ Queue ─ Outbox::offer ─▶ connection
//!                                                             ▲                          │
//!                                                             └── Consumption: settle, refuse, refill, drop
//! ```
//!
//! [`state`] is what a queue holds and decides, without locks; [`queue`] puts it behind its lock and hands out; here is
//! the table of queues. Where there are several nodes, a durable subscription is in the memory of one (`homes`), and a work
//! queue waits in the store for consumers on any of them (`sharing`; `fence` says for how long a node may hand out what it has
//! taken from there, `beyond` is what it knows of the rest). A consumer gets what its window and its outbox take; the rest waits
//! for others. Lock order: the table, then a queue, then an outbox.

mod beyond;
mod bindings;
mod durable;
mod fence;
mod homes;
mod looking;
mod message;
mod publishing;
mod queue;
mod sharing;
mod state;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use deskwire_cluster::NodeId;
use deskwire_model::Topic;
use deskwire_store::{NewQueued, QueueRef, Queued, QueuedId, Store, StoreError, Write};

use self::{
    beyond::{Amount, Elsewhere},
    durable::Durables,
    fence::Fence,
    queue::Queue,
    state::Bounds,
};
use crate::{
    account::Account,
    clock,
    hub::Hub,
    log::{Announce, CommitError, Job, Log, Reply, Ticket},
    outbox::{Outbox, SubscriptionKey},
    publication::{Content, Publication},
    selector::Wants,
};

pub(crate) use self::bindings::Bindings;
pub use self::{
    durable::{Durable, DurableError},
    homes::MovingDurable,
    publishing::Publishing,
    queue::Consumption,
};

/// Messages read at a time.
const PAGE: usize = 256;

/// Bounds of all queues.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// Work queues and durable subscriptions.
    pub queues: usize,
    /// Messages of one queue, waiting or unsettled.
    pub messages: usize,
    /// Their weight in bytes.
    pub bytes: usize,
    /// The weight of all queues in bytes.
    pub total_bytes: usize,
    /// How often a message may be refused; with the last time it is dropped.
    pub deliveries: u32,
    /// Durable subscriptions of one owner.
    pub durable_per_owner: usize,
    /// How long what one of several nodes hands out stays its own when it is not heard of.
    pub lease: Duration,
}

/// Why a queue does not take a message or a consumer. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// Its messages or their bytes are at their bound.
    #[error("the queue is full, send the message again later")]
    Full,
    /// There are as many queues as there may be.
    #[error("there are too many queues")]
    TooMany,
}

/// Who consumes, and how much at a time.
#[derive(Debug)]
pub struct Consumer {
    /// Where its messages go.
    pub outbox: Arc<Outbox>,
    /// What the connection calls the subscription.
    pub key: SubscriptionKey,
    /// Messages it may have unsettled.
    pub window: usize,
    /// Which messages it takes.
    pub wants: Wants,
}

/// All queues of this node.
#[derive(Debug)]
pub struct Queues {
    work: Mutex<HashMap<Topic, Arc<Queue>>>,
    durables: Durables,
    limits: QueueLimits,
    account: Arc<Account<Bounds>>,
    numbers: AtomicU64,
    hub: Arc<Hub>,
    log: Log,
    store: Store,
    /// What this node calls itself as the home of durable subscriptions; none on a node that is alone.
    home: Option<Arc<str>>,
    /// Under what it hands out messages of work queues; none on a node that is alone.
    fence: Option<Arc<Fence>>,
    /// How much of work queues is not here.
    elsewhere: Elsewhere,
}

/// A message whose place in its queue is certain. Dropped without being pushed, it gives the place up.
#[derive(Debug)]
pub struct Admitted {
    queues: Arc<Queues>,
    queue: Arc<Queue>,
    /// Taken when it is pushed.
    publication: Option<Arc<Publication>>,
    name: Topic,
    weight: usize,
    place: Place,
}

/// Where an admitted message is to wait.
#[derive(Clone, Debug)]
enum Place {
    /// In the memory of a node that is alone.
    Alone,
    /// At this home on one of several nodes.
    Home(Arc<str>),
    /// In the store, for consumers on any node.
    Anywhere,
}

impl Queues {
    /// Rebuilds what the store has kept: all of it on a node that is alone, and on one of several, which calls itself
    /// `home`, the durable subscriptions that are at home there, or were at an earlier start of the same node, or nowhere.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(
        store: Store,
        log: Log,
        hub: Arc<Hub>,
        limits: QueueLimits,
        home: Option<&NodeId>,
    ) -> Result<Arc<Self>, StoreError> {
        if let Some(home) = home {
            store.take_home(home.name(), home.as_str()).await?;
        }
        let fence = match home {
            Some(home) => Some(Arc::new(Fence::begin(&store, home, limits.lease).await?)),
            None => None,
        };
        let bounds = Bounds { messages: limits.messages, bytes: limits.bytes, refusals: limits.deliveries };
        let account = Arc::new(Account::new(bounds, limits.total_bytes, log.consumed()));
        let queues = Arc::new(Self {
            work: Mutex::default(),
            durables: Durables::default(),
            limits,
            account,
            numbers: AtomicU64::new(first_number()),
            hub,
            log,
            store,
            home: home.map(|home| home.as_str().into()),
            fence,
            elsewhere: Elsewhere::default(),
        });
        queues.restore().await?;
        Ok(queues)
    }

    async fn restore(&self) -> Result<(), StoreError> {
        let durables = self.restore_durables().await?;
        if self.home().is_some() {
            self.restore_home(&durables).await?;
            return Ok(());
        }
        let mut last = QueuedId::default();
        loop {
            let page = self.store.queued_after(last, PAGE).await?;
            let Some(newest) = page.last() else { return Ok(()) };
            last = newest.id;
            for queued in page {
                let queue = match queued.queue {
                    QueueRef::Work | QueueRef::WorkAt(_) => Some(self.work_queue(&queued.topic)),
                    QueueRef::Durable(id) => durables.get(&id).cloned(),
                    QueueRef::Session { .. } => None,
                };
                if let Some(queue) = queue {
                    restore_message(&queue, queued);
                }
            }
        }
    }

    /// The work queue called `name`, made if there is none, for what was admitted before.
    fn work_queue(&self, name: &Topic) -> Arc<Queue> {
        let mut work = self.lock();
        Arc::clone(work.entry(name.clone()).or_insert_with(|| self.new_work_queue(name)))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, Arc<Queue>>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_queue(&self, name: &impl std::fmt::Display) -> Arc<Queue> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        Queue::new(number, &name.to_string(), &self.account, None)
    }

    fn new_work_queue(&self, name: &Topic) -> Arc<Queue> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        Queue::new(number, name.as_str(), &self.account, self.fence.as_ref())
    }

    /// Enters the work queue called `name`, made if there is none: `enter` leaves something there that keeps it.
    fn enter<T>(
        &self,
        name: &Topic,
        enter: impl FnOnce(&Arc<Queue>) -> Result<T, QueueError>,
    ) -> Result<T, QueueError> {
        let mut work = self.lock();
        if let Some(queue) = work.get(name) {
            return enter(queue);
        }
        let (is_known, elsewhere) = self.elsewhere.knows(name);
        if !is_known && work.len().max(elsewhere) + self.durables.len() >= self.limits.queues {
            return Err(QueueError::TooMany);
        }
        let queue = self.new_work_queue(name);
        let entered = enter(&queue)?;
        work.insert(name.clone(), queue);
        Ok(entered)
    }

    /// Keeps a place for `publication` in the work queue that is called as its topic.
    ///
    /// # Errors
    /// [`QueueError`].
    pub fn admit(self: &Arc<Self>, publication: Publication) -> Result<Admitted, QueueError> {
        let (name, weight) = (publication.topic().clone(), publication.weight());
        let (queue, place) =
            self.enter(&name, |queue| Ok((Arc::clone(queue), self.keep_place(queue, &publication)?)))?;
        Ok(Admitted { queues: Arc::clone(self), queue, publication: Some(Arc::new(publication)), name, weight, place })
    }

    fn keep_place(&self, queue: &Queue, publication: &Publication) -> Result<Place, QueueError> {
        let weight = publication.weight();
        let Some(fence) = &queue.fence else {
            return if queue.reserve(weight) { Ok(Place::Alone) } else { Err(QueueError::Full) };
        };
        let Amount { messages, bytes } = self.elsewhere.of(publication.topic());
        queue.change(|state| {
            state.expire(clock::now());
            let (messages, bytes) = (state.messages() + messages, state.bytes() + bytes);
            let all = self.account.bytes() + self.elsewhere.total().bytes;
            if messages >= self.limits.messages
                || bytes + weight > self.limits.bytes
                || all + weight > self.limits.total_bytes
            {
                return Err(QueueError::Full);
            }
            if fence.holds() && state.takes_at_once(publication) {
                state.reserve_anyway(weight);
                return Ok(Place::Home(fence.home()));
            }
            state.beyond.is_behind = true;
            state.beyond.entering += 1;
            state.beyond.entered += 1;
            self.elsewhere.add(publication.topic(), weight);
            Ok(Place::Anywhere)
        })
    }

    /// Has `consumer` share what comes to the work queue called `name`.
    ///
    /// # Errors
    /// [`QueueError::TooMany`].
    pub fn consume(self: &Arc<Self>, name: &Topic, consumer: Consumer) -> Result<Consumption, QueueError> {
        let (queue, id) = self.enter(name, |queue| Ok((Arc::clone(queue), queue.join(consumer))))?;
        queue.begin();
        self.attend(&queue, name);
        Ok(Consumption::new(queue, id, Some((Arc::clone(self), name.clone()))))
    }

    /// Forgets the work queue called `name` if nobody needs it any more.
    fn retire(&self, name: &Topic) {
        let mut work = self.lock();
        if work.get(name).is_some_and(|queue| queue.is_idle()) {
            work.remove(name);
            self.hub.neighbours.ignore_work(name);
        }
    }

    /// Drops what has expired and tells the metrics how much waits; to be called now and then.
    pub fn sweep(&self) {
        let mut messages = 0;
        let work: Vec<_> = self.lock().iter().map(|(name, queue)| (name.clone(), Arc::clone(queue))).collect();
        for (name, queue) in &work {
            queue.expire();
            messages += queue.messages();
            if queue.is_idle() {
                self.retire(name);
            }
        }
        for queue in self.durables.queues() {
            queue.expire();
            messages += queue.messages();
        }
        let gauge = |name: &'static str, value: usize| {
            metrics::gauge!(name).set(u32::try_from(value).unwrap_or(u32::MAX));
        };
        gauge("deskwire_queues", self.lock().len());
        gauge("deskwire_durable_subscriptions", self.durables.len());
        gauge("deskwire_queue_messages", messages);
        gauge("deskwire_queue_messages_elsewhere", self.elsewhere.total().messages);
        gauge("deskwire_queue_bytes", self.account.bytes());
    }
}

impl Admitted {
    /// Whether the message is to be stored in any case: on one of several nodes, where others may hand it out.
    #[must_use]
    pub const fn must_be_stored(&self) -> bool {
        !matches!(self.place, Place::Alone)
    }

    /// Puts the message into its queue; into the store, in the background, where it must be stored.
    pub fn push(self) {
        if !self.must_be_stored() {
            return self.push_stored(None);
        }
        let log = self.queues.log.clone();
        if let Some(new) = self.to_store() {
            let (write, reply) = (Write::Enqueue(new), Reply::Nobody);
            log.submit_in_the_background(Job::Write { write, announce: Announce::Queued(self), reply });
        }
    }

    pub(crate) fn push_stored(mut self, stored: Option<QueuedId>) {
        let Some(publication) = self.publication.take() else { return };
        match (&self.place, stored) {
            (Place::Home(home), Some(id)) => {
                self.queue.push_at(home, publication, id);
                self.queues.retire(&self.name);
            }
            (Place::Anywhere, _) => self.queues.entered(&self.queue, &self.name),
            (_, stored) => self.queue.push(publication, stored),
        }
    }

    fn to_store(&self) -> Option<NewQueued> {
        let queue = match &self.place {
            Place::Alone => QueueRef::Work,
            Place::Home(home) => QueueRef::WorkAt(Some(Arc::clone(home))),
            Place::Anywhere => QueueRef::WorkAt(None),
        };
        to_store(self.publication.as_deref()?, vec![queue])
    }

    /// Puts the message into its queue behind everything that was submitted to the log before it; then tells `ticket`.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn push_in_turn(self, ticket: Ticket) -> Result<(), CommitError> {
        if self.must_be_stored() {
            return self.store(Reply::Outbox(ticket.outbox, ticket.number)).await;
        }
        let log = self.queues.log.clone();
        log.submit(Job::Push { admitted: self, ticket }).await
    }

    /// Puts the message into its queue once it is on disk, from where it goes when it is consumed; then tells `reply`.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn store(self, reply: Reply) -> Result<(), CommitError> {
        let log = self.queues.log.clone();
        let Some(new) = self.to_store() else { return Ok(()) };
        log.submit(Job::Write { write: Write::Enqueue(new), announce: Announce::Queued(self), reply }).await
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if self.publication.is_some() {
            if let Place::Anywhere = self.place {
                self.queue.lock().beyond.entering -= 1;
                self.queues.elsewhere.remove(&self.name, self.weight);
            } else {
                self.queue.release(self.weight);
            }
            self.queues.retire(&self.name);
        }
    }
}

/// Where this process begins to number queues: far behind where an earlier one can have come to, so that no two messages
/// have one name, before and after a restart.
fn first_number() -> u64 {
    const QUEUES_PER_MILLISECOND: u64 = 1 << 20;
    u64::try_from(clock::now().0).unwrap_or_default().saturating_mul(QUEUES_PER_MILLISECOND)
}

fn restore_message(queue: &Queue, queued: Queued) {
    let content = Content::Opaque(queued.message.into());
    queue.restore(Arc::new(Publication::new(queued.topic, content)), queued.id);
}

/// What the store keeps of a publication; only opaque ones wait in queues.
fn to_store(publication: &Publication, queues: Vec<QueueRef>) -> Option<NewQueued> {
    let Content::Opaque(opaque) = publication.content() else { return None };
    Some(NewQueued { topic: publication.topic().clone(), queues, message: opaque.into(), received: None })
}
