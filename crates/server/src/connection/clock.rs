//! The time as connections see it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use deskwire_model::Timestamp;
use deskwire_wire::Tick;
use tokio::time::Instant;

/// Milliseconds since the process began to serve: what protocol sessions take for the time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock that starts at 0.
    pub(super) fn start() -> Self {
        Self { origin: Instant::now() }
    }

    /// The time.
    pub(super) fn now(&self) -> Tick {
        Tick::from_millis(u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// When `tick` is on the runtime's clock; a little late rather than early.
    pub(super) fn instant(&self, tick: Tick) -> Instant {
        self.origin + Duration::from_millis(tick.as_millis())
    }
}

/// The time of day.
#[must_use]
pub fn timestamp() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
