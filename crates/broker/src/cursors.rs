//! Delivered-cursors on their way to the disk.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deskwire_model::{LogId, Seq, Uid};
use deskwire_store::Write;
use tokio::sync::Notify;

/// Log, user and device.
pub(crate) type Reader = (LogId, Uid, Box<str>);

/// One position per reader, however often it moves.
#[derive(Debug, Default)]
pub(crate) struct Cursors {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    moved: HashMap<Reader, Seq>,
    /// What is in the batch that is being written: not on disk yet, but no longer to be written.
    writing: HashMap<Reader, Seq>,
}

impl Waiting {
    fn advance(&mut self, reader: Reader, seq: Seq) {
        let position = self.moved.entry(reader).or_default();
        *position = (*position).max(seq);
    }
}

impl Cursors {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when cursors have moved and have waited for `delay`.
    pub(crate) async fn due(&self, delay: Duration) {
        self.changed.notified().await;
        tokio::time::sleep(delay).await;
    }

    /// Notes that the cursor of `reader` stands at `seq`, unless it is further already.
    pub(crate) fn moved(&self, reader: Reader, seq: Seq) {
        self.lock().advance(reader, seq);
        self.changed.notify_one();
    }

    /// Adds up to `limit` of the moves to a batch.
    pub(crate) fn begin(&self, limit: usize, writes: &mut Vec<Write>) {
        let mut waiting = self.lock();
        let readers: Vec<Reader> = waiting.moved.keys().take(limit).cloned().collect();
        for reader in readers {
            if let Some(seq) = waiting.moved.remove(&reader) {
                let (log, user, device) = reader.clone();
                writes.push(Write::Delivered { log, user, device, seq });
                waiting.writing.insert(reader, seq);
            }
        }
        if !waiting.moved.is_empty() {
            self.changed.notify_one();
        }
    }

    /// Ends the batch; what did not get to the disk waits for the next one.
    pub(crate) fn end(&self, committed: bool) {
        let mut waiting = self.lock();
        let written = mem::take(&mut waiting.writing);
        if !committed {
            for (reader, seq) in written {
                waiting.advance(reader, seq);
            }
            self.changed.notify_one();
        }
    }

    /// Whether any cursor has moved that no batch has taken.
    pub(crate) fn are_waiting(&self) -> bool {
        !self.lock().moved.is_empty()
    }

    /// Where a cursor stands that is not on disk yet.
    pub(crate) fn position(&self, reader: &Reader) -> Option<Seq> {
        let waiting = self.lock();
        waiting.moved.get(reader).into_iter().chain(waiting.writing.get(reader)).max().copied()
    }
}
