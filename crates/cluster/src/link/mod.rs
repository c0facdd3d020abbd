//! The connections to Redis: made, used until one fails, and made again.
//!
//! There are two, which live and die together. One listens: Redis cuts a listener that does not take what it gets, and
//! nothing else may suffer from that. The other publishes, and asks what is not pub/sub.

mod address;
mod backoff;
mod listening;
mod publishing;
mod pulse;

use std::{sync::Arc, time::Instant};

pub(crate) use address::Addresses;
use backoff::Backoff;
use redis::RedisError;

use self::address::Lines;
use crate::{channel::Channel, claims, codec::Letter, registry, shared::Shared};

/// Why the connections were given up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lost {
    /// Redis refused something, was silent for too long, or is gone.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// It did not let us in in time.
    #[error("redis did not answer in time")]
    Silent,
    /// The listening connection was cut.
    #[error("the connection that listens was cut")]
    Cut,
    /// What we publish does not come back to us: the two connections do not lead to the same place.
    #[error("redis does not give us what we publish")]
    Unheard,
}

/// Keeps the bus connected, for ever.
pub(crate) async fn run(shared: Arc<Shared>, addresses: Addresses) {
    let mut backoff = Backoff::new(shared.options.backoff_first, shared.options.backoff_most);
    let mut connections = 0_u64;
    let mut failures = 0;
    loop {
        let began = Instant::now();
        let why = match addresses.connect(failures, &shared).await {
            Ok(lines) => {
                connections += 1;
                shared.figures.reconnects.increment(u64::from(connections > 1));
                shared.connected(lines.publishing.clone());
                let why = serve(&shared, lines).await;
                shared.down();
                tracing::warn!(error = %why, "the bus has lost redis");
                why
            }
            Err(why) => {
                // The next attempt asks another address.
                failures += 1;
                why
            }
        };
        // A connection that held for a while was a good one.
        if began.elapsed() > shared.options.backoff_most + shared.options.response_timeout {
            backoff.reset();
        }
        let wait = backoff.next_wait();
        if backoff.is_longest() {
            tracing::warn!(error = %why, "the bus does not get to redis");
        } else {
            tracing::debug!(error = %why, wait_ms = wait.as_millis(), "the bus will try again to get to redis");
        }
        tokio::time::sleep(wait).await;
    }
}

/// Uses the connections until something is wrong with one.
async fn serve(shared: &Arc<Shared>, lines: Lines) -> Lost {
    let Lines { listening, pulse, publishing, commands } = lines;
    let kept = registry::keep(shared, publishing.clone());
    let claimed = claims::keep(shared, publishing.clone());
    tokio::select! {
        why = listening::listen(shared, listening, &pulse, commands) => why,
        why = publishing::publish(shared, publishing, commands) => why,
        Err(error) = kept => error.into(),
        Err(error) = claimed => error.into(),
        () = pulse.is_cut() => Lost::Cut,
    }
}

/// Publishes what waits and a last letter, as far as Redis lets us in its time.
pub(crate) async fn say_goodbye(shared: &Shared) {
    // It tells what was dropped.
    shared.outgoing.last_beacon();
    if shared.publish(&Channel::All, &Letter::Goodbye) {
        // Who is in the middle of a batch gets on with it: the letter stands behind.
        let gone = tokio::time::timeout(shared.options.response_timeout, shared.outgoing.emptied()).await;
        if gone.is_err() {
            tracing::warn!("not everything was published before this node left");
        }
    }
}
