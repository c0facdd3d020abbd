//! Whether the connection that listens is alive.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use redis::RedisError;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::Lost;

/// The signs of life of a connection. An answer may stand behind much that is published: as long as anything comes, Redis
/// is not silent, and if it is too much for us, Redis cuts us.
#[derive(Debug)]
pub(super) struct Pulse {
    last: Mutex<Instant>,
    cut: Notify,
}

impl Pulse {
    pub(super) fn new() -> Self {
        Self { last: Mutex::new(Instant::now()), cut: Notify::new() }
    }

    /// Something came.
    pub(super) fn beat(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// The connection is of no use any more.
    pub(super) fn cut(&self) {
        self.cut.notify_one();
    }

    /// Returns when it is.
    pub(super) async fn is_cut(&self) {
        self.cut.notified().await;
    }

    /// What Redis answers, unless nothing at all comes for `patience`.
    pub(super) async fn answer<T>(
        &self,
        patience: Duration,
        request: impl Future<Output = Result<T, RedisError>>,
    ) -> Result<T, Lost> {
        let asked = Instant::now();
        let mut request = std::pin::pin!(request);
        loop {
            let newest = asked.max(*self.last.lock().unwrap_or_else(PoisonError::into_inner));
            tokio::select! {
                answer = &mut request => return Ok(answer?),
                () = sleep_until(newest + patience) => {}
            }
            if self.last.lock().unwrap_or_else(PoisonError::into_inner).max(asked) == newest {
                return Err(Lost::Silent);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(3);

    #[tokio::test(start_paused = true)]
    async fn an_answer_may_come_late_while_anything_comes() {
        let pulse = Pulse::new();
        let late = async {
            for _ in 0..20 {
                tokio::time::sleep(PATIENCE / 2).await;
                pulse.beat();
            }
            Ok(7)
        };
        assert!(matches!(pulse.answer(PATIENCE, late).await, Ok(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_the_end() {
        let pulse = Pulse::new();
        let never = std::future::pending::<Result<(), RedisError>>();
        assert!(matches!(pulse.answer(PATIENCE, never).await, Err(Lost::Silent)));
    }
}
