//! What is read from the store all the time, kept in memory until it changes.

use std::{
    fmt,
    hash::Hash,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use moka::sync::Cache;

/// Values by key, a bounded number of them. What was read before a change and comes behind it is not kept.
pub(crate) struct Known<K, V> {
    values: Cache<K, V>,
    /// How often something was forgotten.
    changes: AtomicU64,
    /// Whether changes may happen that nobody tells.
    doubted: AtomicBool,
}

impl<K, V> fmt::Debug for Known<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}

/// A moment before something is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(u64);

impl<K: Hash + Eq + Clone + Send + Sync + 'static, V: Clone + Send + Sync + 'static> Known<K, V> {
    pub(crate) fn new(capacity: u64) -> Self {
        Self { values: Cache::new(capacity), changes: AtomicU64::new(0), doubted: AtomicBool::new(false) }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.values.get(key)
    }

    /// To be taken before a value is read, so that [`Self::learn`] knows what has changed since.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.changes.load(Ordering::Acquire))
    }

    /// Keeps what was read behind `mark`, unless something has changed meanwhile.
    pub(crate) fn learn(&self, mark: Mark, key: &K, value: V) {
        if self.doubted.load(Ordering::Acquire) {
            return;
        }
        self.values.insert(key.clone(), value);
        // Looked at behind it: whoever forgets in between has not found it yet.
        if self.mark().0 != mark.0 {
            self.values.invalidate(key);
        }
    }

    /// Forgets a value that has changed.
    pub(crate) fn forget(&self, key: &K) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.values.invalidate(key);
    }

    /// Forgets everything; keeps nothing while it is `doubted` whether changes are told.
    pub(crate) fn forget_all(&self, doubted: bool) {
        self.doubted.store(doubted, Ordering::Release);
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.values.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept() {
        let known = Known::new(8);
        let mark = known.mark();
        known.forget(&"other");
        known.learn(mark, &"key", 1);
        assert_eq!(known.get(&"key"), None);
        known.learn(known.mark(), &"key", 2);
        assert_eq!(known.get(&"key"), Some(2));
        known.forget(&"key");
        assert_eq!(known.get(&"key"), None);
    }

    #[test]
    fn nothing_is_kept_in_doubt() {
        let known = Known::new(8);
        known.learn(known.mark(), &"key", 1);
        known.forget_all(true);
        assert_eq!(known.get(&"key"), None);
        known.learn(known.mark(), &"key", 2);
        assert_eq!(known.get(&"key"), None);
        known.forget_all(false);
        known.learn(known.mark(), &"key", 3);
        assert_eq!(known.get(&"key"), Some(3));
    }
}
