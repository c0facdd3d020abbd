//! The committer: the one place where writes become durable, ordered and known.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use deskwire_model::{Conversation, LogId, Payload, Seq, Timestamp, Topic, Uid};
use deskwire_store::{NewEntry, Store, Write, Written};
use metrics::Histogram;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use crate::{
    collected::Collected,
    consumed::Consumed,
    cursors::Cursors,
    hub::Hub,
    outbox::Outbox,
    publication::{Content, Publication},
    queues::Admitted,
    retained::Retaining,
};

/// Why a write did not become durable. Whoever asked for it may send it again: if it did commit after all, it is
/// recognised (invariant I3).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The store failed; nothing of the batch is on disk.
    #[error("the message could not be stored, please send it again")]
    Store,
    /// The server is stopping.
    #[error("the server is stopping, please send the message again")]
    Stopping,
    /// Something that was consumed was not this node's any more: it is delivered again.
    #[error("what was acknowledged has gone to another node, and is delivered again")]
    Taken,
}

/// Hears of a decision before its entries are announced: whoever acts on an entry must find what it says.
pub struct Heard(Box<dyn FnOnce(&Conversation) + Send>);

impl Heard {
    /// Calls `hear`, which must not wait, with the conversation as it has become.
    pub fn new(hear: impl FnOnce(&Conversation) + Send + 'static) -> Self {
        Self(Box::new(hear))
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Heard")
    }
}

/// Who is told of a write once it is on disk.
#[derive(Debug)]
pub enum Announce {
    /// Nobody.
    Nobody,
    /// The subscribers of the topic get the new entry; a duplicate reaches nobody.
    Entry(Topic),
    /// The subscribers of the topic get the entries of a decision, behind whoever must know of it before they do.
    Decided(Topic, Heard),
    /// The subscribers get the receipt; if the cursor did not move, it reaches nobody.
    Receipt(Arc<Publication>),
    /// A consumer of the work queue gets the message.
    Queued(Admitted),
    /// The subscribers of a live topic get the publication, which was stored for some of them.
    Kept(Collected),
    /// The same, and those who subscribe later.
    Retained(Retaining),
}

/// Where the outcome of a write goes.
#[derive(Debug)]
pub enum Reply {
    /// Nowhere.
    Nobody,
    /// To a connection, under its own number for the write.
    Outbox(Arc<Outbox>, u64),
    /// To a waiting task.
    Waiter(oneshot::Sender<Result<Written, CommitError>>),
}

impl Reply {
    pub(crate) fn send(self, outcome: Result<Written, CommitError>) {
        match self {
            Self::Nobody => {}
            Self::Outbox(outbox, ticket) => outbox.committed(ticket, outcome),
            // A waiter that has gone does not want to know.
            Self::Waiter(waiter) => drop(waiter.send(outcome)),
        }
    }
}

/// A connection, and its own number for what it wants to hear the end of.
#[derive(Debug)]
pub struct Ticket {
    /// The connection.
    pub outbox: Arc<Outbox>,
    /// The number.
    pub number: u64,
}

impl Ticket {
    fn done(self) {
        self.outbox.handed_on(self.number);
    }
}

/// Something for the committer to do in its turn.
#[derive(Debug)]
pub enum Job {
    /// Commit, then announce and reply.
    Write {
        /// What to store.
        write: Write,
        /// Who hears of it.
        announce: Announce,
        /// Who waits for it.
        reply: Reply,
    },
    /// Hand on a message that is not stored, behind everything that was submitted before it.
    Relay {
        /// The message.
        publication: Publication,
        /// Who is told when that is done.
        ticket: Option<Ticket>,
    },
    /// The same, for a message on a live topic.
    Publish {
        /// The message.
        collected: Collected,
        /// Who is told when that is done.
        ticket: Option<Ticket>,
    },
    /// The same, for a message of a work queue.
    Push {
        /// The message.
        admitted: Admitted,
        /// Who is told when that is done.
        ticket: Ticket,
    },
}

/// Bounds of the committer.
#[derive(Clone, Copy, Debug)]
pub struct LogLimits {
    /// Writes that may wait; whoever submits one more waits itself.
    pub queue: usize,
    /// Writes of one transaction.
    pub batch: usize,
    /// How long a delivered-cursor, or the end of a queued message, may stay unwritten when nothing else is: a crash in
    /// this time only costs a repeated delivery.
    pub cursor_delay: Duration,
}

/// The way to the disk. Cheap to clone.
///
/// One task takes what everybody submits, commits it in batches and announces each batch in commit order before it
/// takes the next: so the order on disk is the order everybody sees (invariants I1 and I2). Under load batches grow
/// by themselves; when idle, a write does not wait for company.
#[derive(Clone, Debug)]
pub struct Log {
    jobs: mpsc::Sender<Submitted>,
    cursors: Arc<Cursors>,
    consumed: Arc<Consumed>,
}

/// A job that waits for its turn.
#[derive(Debug)]
struct Submitted {
    since: Instant,
    job: Job,
}

impl From<Job> for Submitted {
    fn from(job: Job) -> Self {
        Self { since: Instant::now(), job }
    }
}

impl Log {
    /// Starts the committer on the current runtime; it ends when every handle is gone.
    #[must_use]
    pub fn start(store: Store, hub: Arc<Hub>, limits: LogLimits) -> Self {
        let (jobs, receiver) = mpsc::channel(limits.queue);
        let (cursors, consumed) = (Arc::new(Cursors::default()), Arc::new(Consumed::default()));
        let committer = Committer {
            store,
            hub,
            limits,
            cursors: Arc::clone(&cursors),
            consumed: Arc::clone(&consumed),
            receiver,
            stored_after: metrics::histogram!("deskwire_stored_after_seconds"),
            failures: AtomicU64::new(0),
        };
        tokio::spawn(committer.run());
        Self { jobs, cursors, consumed }
    }

    /// Where queues say what the store may forget.
    pub(crate) fn consumed(&self) -> Arc<Consumed> {
        Arc::clone(&self.consumed)
    }

    /// Hands a job to the committer; waits while the queue is full. Jobs of one task are committed in the order they
    /// are submitted.
    ///
    /// # Errors
    /// [`CommitError::Stopping`] when the committer has ended; the reply is not used then.
    pub async fn submit(&self, job: Job) -> Result<(), CommitError> {
        self.jobs.send(job.into()).await.map_err(|_| CommitError::Stopping)
    }

    /// As [`Self::submit`], for whoever can neither wait nor be told: while the queue is full the job waits in a task of
    /// its own.
    pub(crate) fn submit_in_the_background(&self, job: Job) {
        let Err(mpsc::error::TrySendError::Full(submitted)) = self.jobs.try_send(job.into()) else { return };
        // Outside a runtime everything has ended.
        if let Ok(runtime) = Handle::try_current() {
            let jobs = self.jobs.clone();
            runtime.spawn(async move { jobs.send(submitted).await });
        }
    }

    /// Submits a write and waits until it is on disk.
    ///
    /// # Errors
    /// [`CommitError`] when it did not get there.
    pub async fn commit(&self, write: Write, announce: Announce) -> Result<Written, CommitError> {
        let (sender, receiver) = oneshot::channel();
        self.submit(Job::Write { write, announce, reply: Reply::Waiter(sender) }).await?;
        receiver.await.map_err(|_| CommitError::Stopping)?
    }

    /// Notes that the reader `user` on `device` has everything of `log` up to `seq`; written along with other writes,
    /// or on its own after a short while.
    pub fn delivered(&self, log: LogId, user: &Uid, device: &str, seq: Seq) {
        self.cursors.moved((log, user.clone(), device.into()), seq);
    }

    /// Where [`Self::delivered`] has put the cursor of a reader, if that is not on disk yet: a client that comes back at
    /// once must not get again what it acknowledged.
    #[must_use]
    pub fn position(&self, log: LogId, user: &Uid, device: &str) -> Option<Seq> {
        self.cursors.position(&(log, user.clone(), device.into()))
    }

    /// How many jobs wait for the committer, and how many may.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        let most = self.jobs.max_capacity();
        (most - self.jobs.capacity(), most)
    }

    /// Waits until everything that was submitted, every cursor that moved and every message that was consumed is on
    /// disk.
    ///
    /// # Errors
    /// [`CommitError`] when the last write did not get there.
    pub async fn flush(&self) -> Result<(), CommitError> {
        loop {
            self.commit(Write::Probe, Announce::Nobody).await?;
            if !self.cursors.are_waiting() && !self.consumed.are_waiting() {
                return Ok(());
            }
        }
    }

    /// Waits until what was submitted, moved or consumed before is on disk; not for what others go on to do.
    ///
    /// # Errors
    /// [`CommitError`] when the last write did not get there.
    pub(crate) async fn settle(&self) -> Result<(), CommitError> {
        /// Batches, each of which takes the oldest along.
        const BATCHES: usize = 64;
        for _ in 0..BATCHES {
            self.commit(Write::Probe, Announce::Nobody).await?;
            if !self.cursors.are_waiting() && !self.consumed.are_waiting() {
                break;
            }
        }
        Ok(())
    }
}

struct Committer {
    store: Store,
    hub: Arc<Hub>,
    limits: LogLimits,
    cursors: Arc<Cursors>,
    consumed: Arc<Consumed>,
    receiver: mpsc::Receiver<Submitted>,
    /// Seconds from taking an entry in to having it on disk.
    stored_after: Histogram,
    /// Batches that have failed since one was committed.
    failures: AtomicU64,
}

/// What is left of a job while its write is at the store.
enum Pending {
    Write {
        since: Instant,
        /// The contents of what is appended, for their announcement.
        contents: Vec<(LogId, Payload)>,
        announce: Announce,
        reply: Reply,
    },
    Relay {
        publication: Arc<Publication>,
        ticket: Option<Ticket>,
    },
    Publish {
        collected: Collected,
        ticket: Option<Ticket>,
    },
    Push {
        admitted: Admitted,
        ticket: Ticket,
    },
}

impl Committer {
    async fn run(mut self) {
        let mut jobs = Vec::new();
        loop {
            tokio::select! {
                biased;
                received = self.receiver.recv_many(&mut jobs, self.limits.batch) => if received == 0 { break },
                () = self.cursors.due(self.limits.cursor_delay) => {}
                () = self.consumed.due(self.limits.cursor_delay) => {}
            }
            self.commit(&mut jobs).await;
        }
        // No job is left; what waits on the side may need several batches.
        while (self.cursors.are_waiting() || self.consumed.are_waiting()) && self.commit_rest().await {}
    }

    /// Commits one batch of what waits on the side alone; says whether it is on disk.
    async fn commit_rest(&self) -> bool {
        let mut writes = Vec::new();
        self.take_along(&mut writes);
        let written = self.write(writes).await;
        self.taken_along(written.as_deref().ok());
        written.is_ok()
    }

    /// Adds the cursors that have moved and the messages that were consumed to a batch.
    fn take_along(&self, writes: &mut Vec<Write>) {
        self.cursors.begin(self.limits.batch, writes);
        self.consumed.begin(self.limits.batch, writes);
    }

    fn taken_along(&self, written: Option<&[Written]>) {
        self.cursors.end(written.is_some());
        self.consumed.end(written);
    }

    /// Commits `jobs` and what waits on the side, then announces and answers in the order of the jobs.
    async fn commit(&self, jobs: &mut Vec<Submitted>) {
        let mut writes = Vec::with_capacity(jobs.len());
        let pending: Vec<Pending> = jobs.drain(..).map(|submitted| Self::prepare(submitted, &mut writes)).collect();
        self.take_along(&mut writes);
        let outcomes = if writes.is_empty() { Ok(Vec::new()) } else { self.write(writes).await };
        self.taken_along(outcomes.as_deref().ok());
        let mut outcomes = outcomes.map(Vec::into_iter);
        for job in pending {
            match job {
                Pending::Relay { publication, ticket } => {
                    self.hub.publish(&publication);
                    ticket.into_iter().for_each(Ticket::done);
                }
                Pending::Publish { mut collected, ticket } => {
                    self.hub.publish_collected(&mut collected);
                    ticket.into_iter().for_each(Ticket::done);
                }
                Pending::Push { admitted, ticket } => {
                    admitted.push();
                    ticket.done();
                }
                Pending::Write { since, contents, announce, reply } => {
                    let outcome = match &mut outcomes {
                        Ok(outcomes) => outcomes.next().ok_or(CommitError::Store),
                        Err(error) => Err(error.clone()),
                    };
                    if let Ok(written) = &outcome {
                        if !contents.is_empty() {
                            self.stored_after.record(since.elapsed());
                        }
                        self.announce(announce, (contents, since), written);
                    } else {
                        self.hand_on_unstored(announce);
                    }
                    reply.send(outcome);
                }
            }
        }
    }

    /// Puts the write of `job`, if it is one, to the `writes` of the batch.
    fn prepare(Submitted { since, job }: Submitted, writes: &mut Vec<Write>) -> Pending {
        match job {
            Job::Relay { publication, ticket } => Pending::Relay { publication: Arc::new(publication), ticket },
            Job::Publish { collected, ticket } => Pending::Publish { collected, ticket },
            Job::Push { admitted, ticket } => Pending::Push { admitted, ticket },
            Job::Write { write, announce, reply } => {
                let content = |entry: &NewEntry| (entry.log, entry.payload.clone());
                let contents = match &write {
                    Write::Append(entry) => vec![content(entry)],
                    Write::Say(saying) => vec![content(&saying.entry)],
                    Write::Amend(amendment) => vec![content(&amendment.entry)],
                    Write::Decide(decision) => decision.entries.iter().map(content).collect(),
                    _ => Vec::new(),
                };
                writes.push(write);
                Pending::Write { since, contents, announce, reply }
            }
        }
    }

    async fn write(&self, writes: Vec<Write>) -> Result<Vec<Written>, CommitError> {
        let (count, started) = (writes.len(), Instant::now());
        let outcomes = self.store.commit(writes).await.map_err(|error| {
            // A line when it begins and one when it ends: who sends again meanwhile would fill the log.
            if self.failures.fetch_add(1, Ordering::Relaxed) == 0 {
                tracing::error!(%error, count, "batches cannot be committed");
            } else {
                tracing::debug!(%error, count, "a batch could not be committed");
            }
            metrics::counter!("deskwire_commit_failures_total").increment(1);
            CommitError::Store
        })?;
        let failed = self.failures.swap(0, Ordering::Relaxed);
        if failed > 0 {
            tracing::info!(failed, "batches are committed again");
        }
        metrics::histogram!("deskwire_commit_seconds").record(started.elapsed());
        metrics::histogram!("deskwire_commit_batch_entries").record(u32::try_from(count).unwrap_or(u32::MAX));
        Ok(outcomes)
    }

    /// What another node has said and cannot be stored comes to those who listen all the same.
    fn hand_on_unstored(&self, announce: Announce) {
        match announce {
            Announce::Kept(mut collected) if collected.is_heard => self.hub.publish_collected(&mut collected),
            Announce::Retained(retaining) if retaining.is_heard() => retaining.keep(&[]),
            _ => {}
        }
    }

    /// Tells of what was `written`; its `contents` were taken in at a time.
    fn announce(&self, announce: Announce, (contents, since): (Vec<(LogId, Payload)>, Instant), written: &Written) {
        let entries = |topic: Topic, places: &[(Seq, Timestamp)]| {
            for ((log, payload), (seq, at)) in contents.into_iter().zip(places) {
                let content = Content::Message { log, seq: Some(*seq), at: *at, recalled: false, payload };
                let publication = Publication::new(topic.clone(), content).taken_in_at(since);
                self.hub.publish(&Arc::new(publication));
            }
        };
        match (announce, written) {
            (Announce::Entry(topic), Written::Appended { seq, at }) => entries(topic, &[(*seq, *at)]),
            (Announce::Decided(topic, Heard(hear)), Written::Decided { conversation, entries: places }) => {
                hear(conversation);
                entries(topic, places);
            }
            (Announce::Receipt(receipt), Written::Cursor(Some(moved))) => {
                receipt.is_about(moved.seq);
                self.hub.publish(&receipt);
            }
            (Announce::Queued(admitted), Written::Queued(ids)) => {
                admitted.push_stored(ids.first().copied().flatten());
            }
            (Announce::Kept(mut collected), Written::Queued(ids)) => {
                collected.collectors.number(ids);
                self.hub.publish_collected(&mut collected);
            }
            (Announce::Retained(retaining), Written::Queued(ids)) => retaining.keep(ids),
            _ => {}
        }
    }
}
