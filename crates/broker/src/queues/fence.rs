//! The lease under which a node hands out what is at home here.
//!
//! By the clock of this machine it ends before it does by the database's. A node that stood still finds it over before it hands
//! anything out; and if others have taken what was at home here, it begins another home.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use deskwire_cluster::NodeId;
use deskwire_store::{Store, StoreError};

/// The home of work on this node.
#[derive(Debug)]
pub(super) struct Fence {
    node: Box<str>,
    store: Store,
    lasting: Duration,
    held: Mutex<Held>,
    /// Homes that were begun.
    begun: AtomicU32,
}

#[derive(Debug)]
struct Held {
    home: Arc<str>,
    /// Until when it is certain that nobody takes what is at home here.
    until: Instant,
}

/// What became of the lease.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Renewed {
    /// It was held all the time.
    Held,
    /// It was over for a while, and nobody has taken anything.
    HeldAgain,
    /// Others may have what was at home here: this is another home.
    Lost,
}

impl Fence {
    /// Begins a home for this start of `node`, and ends those of its earlier starts.
    pub(super) async fn begin(store: &Store, node: &NodeId, lasting: Duration) -> Result<Self, StoreError> {
        store.end_work_homes_of(node.name()).await?;
        let home: Arc<str> = node.as_str().into();
        let until = certain(Instant::now(), lasting);
        store.begin_work_home(&home, lasting).await?;
        let (node, held) = (node.as_str().into(), Mutex::new(Held { home, until }));
        Ok(Self { node, store: store.clone(), lasting, held, begun: AtomicU32::new(1) })
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this node calls itself as the home of work now.
    pub(super) fn home(&self) -> Arc<str> {
        Arc::clone(&self.lock().home)
    }

    /// Whether it is certain that what is at home here is nobody else's.
    pub(super) fn holds(&self) -> bool {
        Instant::now() < self.lock().until
    }

    /// How often to renew it.
    pub(super) fn renewal(&self) -> Duration {
        self.lasting / 4
    }

    /// Prolongs the lease, or begins another home if it is lost.
    ///
    /// # Errors
    /// [`StoreError`]; nothing has changed then.
    pub(super) async fn renew(&self) -> Result<Renewed, StoreError> {
        let (home, held) = (self.home(), self.holds());
        let until = certain(Instant::now(), self.lasting);
        if self.store.hold_work_home(&home, self.lasting).await? {
            self.lock().until = until;
            return Ok(if held { Renewed::Held } else { Renewed::HeldAgain });
        }
        let next: Arc<str> = format!("{}.{}", self.node, self.begun.fetch_add(1, Ordering::Relaxed)).into();
        let until = certain(Instant::now(), self.lasting);
        self.store.begin_work_home(&next, self.lasting).await?;
        *self.lock() = Held { home: next, until };
        // What was stored under the old one since.
        self.store.end_work_home(&home).await?;
        Ok(Renewed::Lost)
    }

    /// Gives up the home: others need not wait for the end of its lease.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn end(&self) -> Result<(), StoreError> {
        self.lock().until = Instant::now();
        self.store.end_work_home(&self.home()).await
    }
}

/// Until when a lease that is asked for at `asked` lasts for certain, also if clocks do not run alike.
fn certain(asked: Instant, lasting: Duration) -> Instant {
    asked + lasting.saturating_sub(lasting / 4)
}
