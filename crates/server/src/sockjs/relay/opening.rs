//! Names that are claimed here and have no session yet.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// What is about to be opened on this node. Between its claim and its session it must not be taken for unknown.
#[derive(Debug, Default)]
pub(crate) struct Openings {
    names: Mutex<HashMap<String, usize>>,
    changed: Notify,
}

/// A name that is about to be opened, or is not, when this is dropped.
#[derive(Debug)]
pub(crate) struct Opening {
    openings: Arc<Openings>,
    name: String,
}

impl Openings {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to open `name`.
    pub(crate) fn begin(self: &Arc<Self>, name: &str) -> Opening {
        *self.lock().entry(name.to_owned()).or_default() += 1;
        Opening { openings: Arc::clone(self), name: name.to_owned() }
    }

    /// Waits until nobody opens `name`.
    pub(super) async fn settled(&self, name: &str) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Before looking: who ends in between wakes us.
            changed.as_mut().enable();
            if !self.lock().contains_key(name) {
                return;
            }
            changed.await;
        }
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let mut names = self.openings.lock();
        if let Some(count) = names.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                names.remove(&self.name);
            }
        }
        drop(names);
        self.openings.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_asks_waits_for_all_who_open() {
        let openings = Arc::new(Openings::default());
        openings.settled("a").await;
        let (one, two) = (openings.begin("a"), openings.begin("a"));
        let waiting = {
            let openings = Arc::clone(&openings);
            tokio::spawn(async move { openings.settled("a").await })
        };
        drop(one);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(two);
        waiting.await.unwrap();
        assert!(openings.lock().is_empty());
    }
}
