//! What the tasks of a run share: its clock, its phase and its counts.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use crate::{
    measure::{Latencies, Sampler, Spent},
    stamp::RunId,
};

/// How many errors are shown; the rest is only counted.
const SHOWN_ERRORS: u64 = 5;
/// How often a drain looks whether everything has arrived.
const DRAIN_STEP: Duration = Duration::from_millis(20);
/// Steps without an arrival after which the rest counts as lost.
const PATIENCE: u32 = 250;

/// A run, shared by all tasks of the one thread.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its mark in messages.
    pub(crate) id: RunId,
    start: Instant,
    /// Nanoseconds since the start between which things are measured.
    window: Cell<(u64, u64)>,
    sending: Cell<bool>,
    arrivals: Cell<u64>,
    delivered: Cell<u64>,
    committed: Cell<u64>,
    foreign: Cell<u64>,
    errors: Cell<u64>,
    latencies: RefCell<Latencies>,
    echoes: RefCell<Latencies>,
}

/// How long a run loads and measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Load before the measured part.
    pub(crate) warmup: Duration,
    /// The measured part.
    pub(crate) measured: Duration,
}

/// What the tasks of a run counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    /// Deliveries, or cycles, in the measured part.
    pub(crate) delivered: u64,
    /// Messages acknowledged to their senders in the measured part.
    pub(crate) committed: u64,
    /// Messages that are not of this run.
    pub(crate) foreign: u64,
    /// Connections and requests that failed.
    pub(crate) errors: u64,
}

impl Run {
    /// A run that starts now and is not measured yet.
    pub(crate) fn new() -> Self {
        Self {
            id: RunId::random(),
            start: Instant::now(),
            window: Cell::new((u64::MAX, u64::MAX)),
            sending: Cell::new(true),
            arrivals: Cell::new(0),
            delivered: Cell::new(0),
            committed: Cell::new(0),
            foreign: Cell::new(0),
            errors: Cell::new(0),
            latencies: RefCell::new(Latencies::new()),
            echoes: RefCell::new(Latencies::new()),
        }
    }

    /// Nanoseconds since the start.
    pub(crate) fn now(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    /// The instant `time` nanoseconds after the start.
    pub(crate) fn instant(&self, time: u64) -> Instant {
        self.start + Duration::from_nanos(time)
    }

    /// Whether new messages may be sent.
    pub(crate) fn is_sending(&self) -> bool {
        self.sending.get()
    }

    /// Notes that a message sent at `sent` has arrived. Its latency counts when it was sent in the measured part, so
    /// that a server which falls behind cannot push its slowest messages out of the statistics.
    pub(crate) fn delivered(&self, sent: u64) {
        let now = self.delivered_aside();
        self.latency(sent, now);
    }

    /// As [`delivered`](Self::delivered) for a message whose latency is of no interest; the time of its arrival.
    pub(crate) fn delivered_aside(&self) -> u64 {
        self.arrivals.set(self.arrivals.get() + 1);
        let now = self.now();
        if self.is_measured(now) {
            self.delivered.set(self.delivered.get() + 1);
        }
        now
    }

    fn latency(&self, sent: u64, now: u64) {
        if self.is_measured(sent) {
            self.latencies.borrow_mut().record(now.saturating_sub(sent));
        }
    }

    /// Notes that the message which was sent at `sent` came back to its sender.
    pub(crate) fn echoed(&self, sent: u64) {
        if self.is_measured(sent) {
            self.echoes.borrow_mut().record(self.now().saturating_sub(sent));
        }
    }

    /// Notes that a message was acknowledged to its sender.
    pub(crate) fn committed(&self) {
        if self.is_measured(self.now()) {
            self.committed.set(self.committed.get() + 1);
        }
    }

    /// Notes a message that is not of this run.
    pub(crate) fn foreign(&self) {
        self.foreign.set(self.foreign.get() + 1);
    }

    /// Notes that a connection or a request failed.
    pub(crate) fn failed(&self, error: &dyn std::error::Error) {
        let count = self.errors.get() + 1;
        self.errors.set(count);
        if count <= SHOWN_ERRORS {
            eprintln!("failed: {error}");
        }
    }

    /// Loads and measures; then nothing new is sent any more.
    pub(crate) async fn measure(&self, timing: Timing, sampler: &Sampler) -> Spent {
        tokio::time::sleep(timing.warmup).await;
        let counted = sampler.count().await;
        let before = sampler.sample();
        let begin = self.now();
        self.window.set((begin, u64::MAX));
        tokio::time::sleep(timing.measured).await;
        self.window.set((begin, self.now()));
        let spent = sampler.since(&before);
        let counted = counted.zip(sampler.count().await).map(|(before, after)| after.since(&before));
        self.sending.set(false);
        Spent { counted, ..spent }
    }

    /// Measures from now until `is_complete`, or until nothing has arrived for five seconds.
    pub(crate) async fn measure_until(&self, sampler: &Sampler, is_complete: impl Fn() -> bool) -> Spent {
        let before = sampler.sample();
        self.window.set((self.now(), u64::MAX));
        self.drain(is_complete).await;
        let spent = sampler.since(&before);
        self.sending.set(false);
        spent
    }

    /// When the measured part began, or the end of time if it has not.
    pub(crate) fn measured_from(&self) -> u64 {
        self.window.get().0
    }

    /// Adds the time since `begun` to `latencies` if it began in the measured part.
    pub(crate) fn took(&self, latencies: &RefCell<Latencies>, begun: u64) {
        if self.is_measured(begun) {
            latencies.borrow_mut().record(self.now().saturating_sub(begun));
        }
    }

    /// Waits until `is_complete`, or until nothing has arrived for five seconds.
    pub(crate) async fn drain(&self, is_complete: impl Fn() -> bool) {
        let (mut seen, mut quiet) = (self.arrivals.get(), 0);
        while !is_complete() && quiet < PATIENCE {
            tokio::time::sleep(DRAIN_STEP).await;
            let arrivals = self.arrivals.get();
            quiet = if arrivals == seen { quiet + 1 } else { 0 };
            seen = arrivals;
        }
    }

    /// What was counted so far.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            delivered: self.delivered.get(),
            committed: self.committed.get(),
            foreign: self.foreign.get(),
            errors: self.errors.get(),
        }
    }

    /// The latencies of deliveries, round trips or cycles.
    pub(crate) fn latencies(&self) -> std::cell::Ref<'_, Latencies> {
        self.latencies.borrow()
    }

    /// The latencies of echoes.
    pub(crate) fn echoes(&self) -> std::cell::Ref<'_, Latencies> {
        self.echoes.borrow()
    }

    fn is_measured(&self, time: u64) -> bool {
        let (begin, end) = self.window.get();
        (begin..end).contains(&time)
    }
}
