//! Every connection of this process, so that all can be told to end.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use deskwire_broker::{CloseReason, Outbox};

/// The outboxes of all upgraded connections.
#[derive(Debug, Default)]
pub struct Connections {
    open: Mutex<HashMap<u64, Weak<Outbox>>>,
    next: AtomicU64,
    /// Upgrades that finish from now on end at once.
    stopping: AtomicBool,
}

/// Keeps a connection in the registry while it lives.
#[derive(Debug)]
pub(super) struct Registered {
    connections: Arc<Connections>,
    number: u64,
}

impl Connections {
    pub(super) fn enter(self: &Arc<Self>, outbox: &Arc<Outbox>) -> Registered {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(number, Arc::downgrade(outbox));
        if self.stopping.load(Ordering::SeqCst) {
            outbox.close(CloseReason::Stopping);
        }
        Registered { connections: Arc::clone(self), number }
    }

    /// Tells every connection to finish what it has begun and end.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        for outbox in self.open.lock().unwrap_or_else(PoisonError::into_inner).values() {
            if let Some(outbox) = outbox.upgrade() {
                outbox.close(CloseReason::Stopping);
            }
        }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.connections.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}
