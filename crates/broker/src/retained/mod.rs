//! Retained messages: the newest of each live topic that was to be kept, for those who subscribe later.
//!
//! ```text
//! Retained::admit ─ Retaining ─▶ committer ─▶ table and Hub, in one step ─▶ who listens already
//! Retained::subscribe ─ Hub, and a Recall in the outbox, in one step ─▶ Retained::next, one by one ─▶ connection
//! ```
//!
//! The table is locked while a message is put into it and published, and while somebody subscribes. So each message that
//! is retained is either in the table when a subscription begins, or comes to it through the hub; never both, never
//! neither. The [`Recall`] waits in the outbox, in front of everything that is said from then on and behind everything
//! that was said before: what is retained neither overtakes nor is overtaken. It is a place in the table and not a copy
//! of it, so that a slow reader costs no memory.
//!
//! Lock order: the table, then what the hub locks, then an outbox.

mod places;
mod table;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use deskwire_model::{Timestamp, Topic, TopicFilter};
use deskwire_store::{QueuedId, Received, Store, StoreError, Write};

use self::table::{Table, is_empty, weight};
use crate::{
    collected::Collected,
    hub::{Hub, Subscriber},
    log::{Announce, CommitError, Job, Log, Reply},
    publication::{Content, Publication},
};

/// Bounds of what is retained.
#[derive(Clone, Copy, Debug)]
pub struct RetainedLimits {
    /// Topics with a retained message.
    pub topics: usize,
    /// The weight of all retained messages in bytes.
    pub bytes: usize,
}

/// Why a message is not retained. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetainError {
    /// There are as many topics with a retained message as there may be.
    #[error("too many topics have a retained message")]
    TooMany,
    /// The retained messages are as large as they may be.
    #[error("there is no room for another retained message of this size")]
    Full,
}

/// What is retained on the live topics of this node.
#[derive(Debug)]
pub struct Retained {
    table: RwLock<Table>,
    limits: RetainedLimits,
    hub: Arc<Hub>,
    log: Log,
    store: Store,
}

/// A subscription's place in the table: what is retained on its topics and was not handed on yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    filter: TopicFilter,
    /// The newest change when it began; later ones come through the hub.
    upto: u64,
    /// The topic that was handed on last.
    after: Option<Topic>,
}

impl Recall {
    /// Goes on behind what was retained on `topic`.
    pub fn pass(&mut self, topic: &Topic) {
        self.after = Some(topic.clone());
    }

    /// Has a subscription of another connection go on with it; deliveries behind it wait until it is through.
    pub fn go_on(&self, subscriber: &Subscriber) {
        subscriber.outbox.recall(subscriber.key, self.clone());
    }

    /// Roughly how many bytes it is while it waits.
    pub(crate) fn weight(&self) -> usize {
        const OVERHEAD: usize = 160;
        self.filter.as_str().len() + OVERHEAD
    }
}

/// A message whose place in the table is certain. Dropped without being kept, it gives the place up.
#[derive(Debug)]
pub struct Retaining {
    retained: Arc<Retained>,
    /// The message, and for whom it is stored besides.
    collected: Collected,
    /// The identifier that is stored with it.
    received: Option<Received>,
}

impl Retained {
    /// Reads what the store has kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(store: &Store, log: Log, hub: Arc<Hub>, limits: RetainedLimits) -> Result<Arc<Self>, StoreError> {
        let mut table = Table::default();
        read_stored(store, |publication| table.keep(&publication)).await?;
        Ok(Arc::new(Self { table: RwLock::new(table), limits, hub, log, store: store.clone() }))
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a place for `publication` as the retained message of its topic; one without a body will take away what is
    /// there `[MQTT-3.3.1-6]` and needs none. It is also stored for the MQTT sessions that collect it and outlive their
    /// connections, and with `persistent` for the durable subscriptions that do; and `received` with it.
    ///
    /// # Errors
    /// [`RetainError`].
    pub fn admit(
        self: &Arc<Self>,
        publication: Publication,
        persistent: bool,
        received: Option<Received>,
    ) -> Result<Retaining, RetainError> {
        if !is_empty(&publication) {
            self.make_room(&publication)?;
        }
        let collected = self.hub.collect(publication, persistent);
        Ok(Retaining { retained: Arc::clone(self), collected, received })
    }

    /// What is on its way counts beside what it is to replace, which may be gone by then.
    fn make_room(&self, publication: &Publication) -> Result<(), RetainError> {
        let mut table = self.write();
        if !table.has_place_for(publication.topic(), self.limits.topics) {
            return Err(RetainError::TooMany);
        }
        if table.bytes_without(publication.topic()) + weight(publication) > self.limits.bytes {
            return Err(RetainError::Full);
        }
        table.arrives(publication);
        Ok(())
    }

    /// Makes a subscription active that first gets what is retained on its topics; what is said from now on comes behind
    /// that. `also` is called in the same step, as nothing is retained meanwhile. Returns the [`Recall`], unless nothing is
    /// retained.
    pub fn subscribe(&self, filter: &TopicFilter, subscriber: Subscriber, also: impl FnOnce()) -> Option<Recall> {
        let table = self.read();
        let recall = recall_from(&table, filter, &subscriber);
        self.hub.subscribe(filter, subscriber);
        also();
        recall
    }

    /// Has an active subscription get what is retained on its topics, behind what was said before and in front of what is
    /// said from now on. Returns the [`Recall`], unless nothing is retained.
    pub fn recall(&self, filter: &TopicFilter, subscriber: &Subscriber) -> Option<Recall> {
        recall_from(&self.read(), filter, subscriber)
    }

    /// What is to be handed on next; none when that was all. What has been replaced since it began comes through the hub.
    #[must_use]
    pub fn next(&self, recall: &Recall) -> Option<Arc<Publication>> {
        self.read().next(&recall.filter, recall.after.as_ref(), recall.upto).cloned()
    }

    /// Keeps a message that another node has retained, and tells those who listen here. It is in the store; for those who
    /// collect it here it is stored besides.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn hear(self: &Arc<Self>, publication: Publication) -> Result<(), CommitError> {
        if !self.hub.keeps_anything() {
            let publication = Arc::new(publication);
            let mut table = self.write();
            table.keep(&publication);
            self.hub.hear(&publication);
            return Ok(());
        }
        let mut collected = if publication.is_assured() {
            self.hub.collect(publication, true)
        } else {
            Collected::by_nobody(publication)
        };
        collected.is_heard = true;
        if !is_empty(&collected.publication) {
            self.write().arrives(&collected.publication);
        }
        let retaining = Retaining { retained: Arc::clone(self), collected, received: None };
        // Also for nobody: one after the other, as they were said.
        let Some(new) = retaining.collected.to_store(None) else { return Ok(()) };
        let (write, announce) = (Write::Enqueue(new), Announce::Retained(retaining));
        self.log.submit(Job::Write { write, announce, reply: Reply::Nobody }).await
    }

    /// Reads again what is retained, because something may not have been heard. Nobody is told of what has changed: it is
    /// there for later subscribers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reread(&self) -> Result<(), StoreError> {
        let since = self.read().newest();
        let mut stored = Vec::new();
        read_stored(&self.store, |publication| stored.push(publication)).await?;
        self.write().replace(since, &stored);
        Ok(())
    }

    /// Messages, and their weight in bytes.
    fn size(&self) -> (usize, usize) {
        self.read().size()
    }

    /// Forgets what is not to be delivered any more at the time `now`, and tells the metrics how much is kept; to be
    /// called now and then.
    pub async fn sweep(&self, now: Timestamp) {
        let expired = self.write().forget_expired(now);
        let (messages, bytes) = self.size();
        let gauge = |name: &'static str, value: usize| {
            metrics::gauge!(name).set(u32::try_from(value).unwrap_or(u32::MAX));
        };
        gauge("deskwire_retained_messages", messages);
        gauge("deskwire_retained_bytes", bytes);
        if expired && self.log.submit(forget(now)).await.is_err() {
            tracing::debug!("the server stops; what has expired is forgotten after the next start");
        }
    }
}

/// Calls `found` with what the store keeps, topic by topic.
async fn read_stored(store: &Store, mut found: impl FnMut(Arc<Publication>)) -> Result<(), StoreError> {
    /// Messages read at a time.
    const PAGE: usize = 256;
    let mut last = None;
    loop {
        let page = store.retained_after(last.as_ref(), PAGE).await?;
        let Some(newest) = page.last() else { return Ok(()) };
        last = Some(newest.topic.clone());
        for retained in page {
            let content = Content::Opaque(retained.message.into());
            found(Arc::new(Publication::new(retained.topic, content)));
        }
    }
}

fn recall_from(table: &Table, filter: &TopicFilter, subscriber: &Subscriber) -> Option<Recall> {
    // An empty search is not worth a place in the outbox.
    table.next(filter, None, table.newest())?;
    let recall = Recall { filter: filter.clone(), upto: table.newest(), after: None };
    recall.go_on(subscriber);
    Some(recall)
}

fn forget(now: Timestamp) -> Job {
    Job::Write { write: Write::ForgetExpired(now), announce: Announce::Nobody, reply: Reply::Nobody }
}

impl Retaining {
    fn job(self, reply: Reply) -> Option<Job> {
        let write = Write::Retain(self.collected.to_store(self.received)?);
        Some(Job::Write { write, announce: Announce::Retained(self), reply })
    }

    /// Keeps the message, and tells those who listen, once it is on disk; then tells `reply`. Only what is opaque is
    /// retained.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn publish(self, reply: Reply) -> Result<(), CommitError> {
        let log = self.retained.log.clone();
        match self.job(reply) {
            Some(job) => log.submit(job).await,
            None => Ok(()),
        }
    }

    /// As [`Self::publish`], for whoever cannot wait for a place among the writes and hears no answer.
    pub fn publish_in_the_background(self) {
        let log = self.retained.log.clone();
        if let Some(job) = self.job(Reply::Nobody) {
            log.submit_in_the_background(job);
        }
    }

    /// Whether another node has said it.
    pub(crate) const fn is_heard(&self) -> bool {
        self.collected.is_heard
    }

    /// The message is on disk, under these numbers for those that collect it.
    pub(crate) fn keep(mut self, ids: &[Option<QueuedId>]) {
        self.collected.collectors.number(ids);
        let retained = Arc::clone(&self.retained);
        let mut table = retained.write();
        table.keep(&self.collected.publication);
        retained.hub.publish_collected(&mut self.collected);
    }
}

impl Drop for Retaining {
    fn drop(&mut self) {
        if !is_empty(&self.collected.publication) {
            self.retained.write().has_arrived(&self.collected.publication);
        }
    }
}
