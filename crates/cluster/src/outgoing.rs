//! What waits to be published: bounded, and what is dropped is counted, so that others can be told.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::channel::Name;

/// Most frames of one batch.
const BATCH_FRAMES: usize = 512;
/// Bytes at which a batch is full.
const BATCH_BYTES: usize = 512 * 1024;

#[derive(Debug, Default)]
struct Waiting {
    frames: VecDeque<(Name, Bytes)>,
    bytes: usize,
    /// Whether there is a connection. Without one nothing is kept: it would be old when it arrives, and whoever comes back
    /// looks into the database anyhow.
    is_open: bool,
    /// Whether others are to be greeted.
    is_greeting: bool,
    /// Whether a beacon is due before its time.
    is_beacon_due: bool,
    /// Whether this node leaves: no beacon may follow its goodbye.
    is_leaving: bool,
    /// How many frames are in the batch that was taken last, as long as nobody says what became of it.
    in_flight: usize,
}

/// Frames on their way to Redis, in order.
#[derive(Debug)]
pub(crate) struct Outgoing {
    waiting: Mutex<Waiting>,
    changed: Notify,
    has_emptied: Notify,
    dropped: AtomicU64,
    max_frames: usize,
    max_bytes: usize,
}

/// What is to be published next.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) frames: Vec<(Name, Bytes)>,
    /// A beacon is due before the frames, with or without a greeting.
    pub(crate) beacon: Option<bool>,
}

impl Outgoing {
    pub(crate) fn new(max_frames: usize, max_bytes: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            changed: Notify::new(),
            has_emptied: Notify::new(),
            dropped: AtomicU64::new(0),
            max_frames,
            max_bytes,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a frame behind the others. Returns whether it fitted.
    pub(crate) fn put(&self, channel: Name, frame: Bytes) -> bool {
        let mut waiting = self.lock();
        let fits =
            waiting.is_open && waiting.frames.len() < self.max_frames && waiting.bytes + frame.len() <= self.max_bytes;
        if fits {
            waiting.bytes += frame.len();
            waiting.frames.push_back((channel, frame));
            self.changed.notify_one();
        }
        fits
    }

    /// Counts hints that others will never hear.
    pub(crate) fn count_dropped(&self, count: usize) {
        self.dropped.fetch_add(count as u64, Ordering::AcqRel);
    }

    /// How many have been dropped since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Acquire)
    }

    /// Asks for a beacon now.
    pub(crate) fn beacon(&self, is_greeting: bool) {
        let mut waiting = self.lock();
        if !waiting.is_leaving {
            waiting.is_beacon_due = true;
            waiting.is_greeting |= is_greeting;
            self.changed.notify_one();
        }
    }

    /// Asks for a last beacon, which goes before whatever is put now.
    pub(crate) fn last_beacon(&self) {
        self.beacon(false);
        self.lock().is_leaving = true;
    }

    /// Whether there is a connection.
    pub(crate) fn is_open(&self) -> bool {
        self.lock().is_open
    }

    /// There is a connection.
    pub(crate) fn open(&self) {
        self.lock().is_open = true;
    }

    /// There is none any more. Returns how many frames were thrown away, those included of which nobody knows what became:
    /// others look once too often then.
    pub(crate) fn close(&self) -> usize {
        let (frames, in_flight) = {
            let mut waiting = self.lock();
            waiting.is_open = false;
            waiting.bytes = 0;
            (std::mem::take(&mut waiting.frames), std::mem::take(&mut waiting.in_flight))
        };
        self.has_emptied.notify_one();
        frames.len() + in_flight
    }

    /// Returns when there is something to publish.
    pub(crate) async fn ready(&self) {
        loop {
            let has_some = {
                let waiting = self.lock();
                waiting.is_beacon_due || !waiting.frames.is_empty()
            };
            if has_some {
                return;
            }
            self.changed.notified().await;
        }
    }

    /// Takes the next batch, maybe an empty one.
    pub(crate) fn take(&self) -> Batch {
        let mut waiting = self.lock();
        let mut batch = Batch::default();
        if waiting.is_beacon_due {
            batch.beacon = Some(waiting.is_greeting);
            waiting.is_beacon_due = false;
            waiting.is_greeting = false;
        }
        let mut bytes = 0;
        while bytes < BATCH_BYTES
            && batch.frames.len() < BATCH_FRAMES
            && let Some((channel, frame)) = waiting.frames.pop_front()
        {
            bytes += frame.len();
            batch.frames.push((channel, frame));
        }
        waiting.bytes -= bytes;
        waiting.in_flight = batch.frames.len();
        batch
    }

    /// What was taken last has been published.
    pub(crate) fn sent(&self) {
        let mut waiting = self.lock();
        waiting.in_flight = 0;
        if waiting.frames.is_empty() {
            self.has_emptied.notify_one();
        }
    }

    /// Returns when everything has been published, or thrown away.
    pub(crate) async fn emptied(&self) {
        loop {
            let is_empty = {
                let waiting = self.lock();
                waiting.frames.is_empty() && waiting.in_flight == 0
            };
            if is_empty {
                return;
            }
            self.has_emptied.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Channel, Prefix};

    #[test]
    fn frames_and_bytes_are_bounded_and_nothing_is_kept_without_a_connection() {
        let outgoing = Outgoing::new(3, 10);
        let name = Prefix::new("x").unwrap().channel(&Channel::All);
        let put = |bytes: usize| outgoing.put(name.clone(), vec![0; bytes].into());
        assert!(!put(1), "no connection");
        outgoing.open();
        assert!(put(5) && put(5) && !put(1), "bytes");
        assert_eq!(outgoing.take().frames.len(), 2);
        outgoing.sent();
        assert!(put(1) && put(1) && put(1) && !put(1), "frames");
        assert_eq!(outgoing.close(), 3);
        assert!(outgoing.take().frames.is_empty());
        outgoing.open();
        assert!(put(1));
        assert_eq!(outgoing.take().frames.len(), 1);
        assert_eq!(outgoing.close(), 1, "nobody knows what became of it");
        outgoing.open();
        assert!(put(10), "what was thrown away counts no more");
    }
}
