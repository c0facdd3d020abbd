//! How long to wait before the next attempt.

use std::time::Duration;

use crate::node::random_u64;

/// Waits of random length below a bound that doubles ("full jitter"): nodes that lost Redis together do not come back
/// together.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    most: Duration,
    bound: Duration,
}

impl Backoff {
    pub(super) fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, bound: first.min(most) }
    }

    /// The next wait; later ones may be longer.
    pub(super) fn next_wait(&mut self) -> Duration {
        let bound = self.bound;
        self.bound = (bound * 2).min(self.most);
        let nanos = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(random_u64() % nanos.max(1))
    }

    /// Whether waits do not become longer: it has not worked for a while.
    pub(super) fn is_longest(&self) -> bool {
        self.bound == self.most
    }

    /// The attempt was successful.
    pub(super) fn reset(&mut self) {
        self.bound = self.first.min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_double_up_to_the_last_and_begin_again() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        for bound in [100, 200, 400, 800, 1000, 1000] {
            assert_eq!(backoff.bound, Duration::from_millis(bound));
            assert!(backoff.next_wait() < Duration::from_millis(bound));
        }
        backoff.reset();
        assert_eq!(backoff.bound, Duration::from_millis(100));
    }
}
