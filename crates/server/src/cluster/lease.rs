//! Work that one node does for all: whoever has its lease.

use std::time::Duration;

use deskwire_store::{Store, StoreError};

/// How long a lease lasts that is not renewed.
const LASTING: Duration = Duration::from_secs(15);

/// A lease on a kind of work, by its name. On a node that is alone it is always held.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    store: Store,
    name: &'static str,
    /// Who holds it: this start of this node; none on a node that is alone.
    holder: Option<Box<str>>,
}

impl Lease {
    /// How often whoever works under a lease has to renew it.
    pub(crate) const RENEWED: Duration = Duration::from_secs(5);

    pub(crate) const fn new(store: Store, name: &'static str, holder: Option<Box<str>>) -> Self {
        Self { store, name, holder }
    }

    /// How often whoever works under this one has to come back for it; never, on a node that is alone.
    pub(crate) const fn renewal(&self) -> Duration {
        if self.holder.is_some() { Self::RENEWED } else { Duration::MAX }
    }

    /// Takes the lease, or renews it; returns whether this node has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn hold(&self) -> Result<bool, StoreError> {
        match &self.holder {
            Some(holder) => Ok(self.store.take_lease(self.name, holder, LASTING).await?.is_some()),
            None => Ok(true),
        }
    }
}
