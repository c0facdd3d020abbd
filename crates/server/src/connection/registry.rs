//! Every connection of this process: so that all can be told to end, and each can be asked who is at its other end.
//!
//! A connection is asked when somebody wants to know; nothing is written down beside it, which would cost memory for
//! every connection that is never asked.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use deskwire_broker::{CloseReason, Outbox};
use deskwire_model::{Principal, SessionId};
use metrics::Gauge;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use crate::telemetry::metrics::Protocol;

/// How long a connection that is busy, with a slow disk or a slow client, is waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// All upgraded connections, streams and sessions.
#[derive(Debug, Default)]
pub struct Connections {
    open: Mutex<BTreeMap<u64, Entry>>,
    next: AtomicU64,
    /// Upgrades that finish from now on end at once.
    stopping: AtomicBool,
}

#[derive(Debug)]
struct Entry {
    outbox: Weak<Outbox>,
    /// Who waits for the connection to describe itself.
    asking: Vec<oneshot::Sender<Description>>,
}

/// What a connection says of itself.
#[derive(Clone, Debug)]
pub struct Description {
    /// Its session; none before the client was let in.
    pub session: Option<SessionId>,
    /// Who it is; none before the client was let in.
    pub principal: Option<Principal>,
    /// What it speaks.
    pub protocol: Protocol,
    /// Where it connects from, if that is known.
    pub address: Option<IpAddr>,
    /// What it listens to.
    pub subscriptions: Vec<Listening>,
}

/// A subscription of a connection.
#[derive(Clone, Debug)]
pub struct Listening {
    /// The client's own name for it, where it has one.
    pub id: Option<Box<str>>,
    /// The topics, or the queue, in canonical form; a place of the session's own as the client spelled it.
    pub topic: String,
}

/// Keeps a connection in the registry, and counted, while it lives.
pub(super) struct Registered {
    connections: Arc<Connections>,
    number: u64,
    gauge: Gauge,
}

impl Registered {
    /// Answers all who have asked.
    pub(super) fn answer(&self, description: &Description) {
        let asking = self.connections.lock().get_mut(&self.number).map(|entry| std::mem::take(&mut entry.asking));
        for asking in asking.into_iter().flatten() {
            // Whoever does not wait any more misses nothing.
            let _ = asking.send(description.clone());
        }
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a connection in, to be counted in `gauge`.
    pub(super) fn enter(self: &Arc<Self>, outbox: &Arc<Outbox>, gauge: Gauge) -> Registered {
        gauge.increment(1.0);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(number, Entry { outbox: Arc::downgrade(outbox), asking: Vec::new() });
        if self.stopping.load(Ordering::SeqCst) {
            outbox.close(CloseReason::Stopping);
        }
        Registered { connections: Arc::clone(self), number, gauge }
    }

    /// Tells every connection to finish what it has begun and end.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        for entry in self.lock().values() {
            if let Some(outbox) = entry.outbox.upgrade() {
                outbox.close(CloseReason::Stopping);
            }
        }
    }

    /// How many connections there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Asks up to `most` connections, oldest first and without the first `skipped`, to describe themselves; `which`
    /// chooses by the outbox. A connection that is too busy to answer is left out.
    pub async fn describe(
        &self,
        which: impl Fn(&Arc<Outbox>) -> bool,
        skipped: usize,
        most: usize,
    ) -> Vec<Description> {
        let answers = self.ask(which, skipped, most);
        let deadline = Instant::now() + ANSWER_WAIT;
        let mut described = Vec::with_capacity(answers.len());
        for answer in answers {
            if let Ok(Ok(description)) = timeout_at(deadline, answer).await {
                described.push(description);
            }
        }
        described
    }

    fn ask(
        &self,
        which: impl Fn(&Arc<Outbox>) -> bool,
        skipped: usize,
        most: usize,
    ) -> Vec<oneshot::Receiver<Description>> {
        let mut open = self.lock();
        let found = open.values_mut().filter_map(|entry| Some((entry.outbox.upgrade()?, entry)));
        let chosen = found.filter(|(outbox, _)| which(outbox)).skip(skipped).take(most);
        let ask = |(outbox, entry): (Arc<Outbox>, &mut Entry)| {
            let (asking, answer) = oneshot::channel();
            entry.asking.push(asking);
            outbox.describe();
            answer
        };
        chosen.map(ask).collect()
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.connections.lock().remove(&self.number);
        self.gauge.decrement(1.0);
    }
}
