//! Keeps what Redis knows of this node's claims true.

use std::time::{Duration, Instant};

use redis::{RedisError, aio::MultiplexedConnection};

use super::{LET_GO, held::Telling, key, script, set_if_free};
use crate::shared::Shared;

/// Most names of one batch.
const BATCH: usize = 256;
/// How many renewals a lease has.
const RENEWALS: u32 = 3;

/// Renews what is due and takes out what was let go of.
///
/// # Errors
/// What is wrong with the connection: it never ends otherwise.
pub(crate) async fn keep(shared: &Shared, mut line: MultiplexedConnection) -> Result<(), RedisError> {
    loop {
        shared.claims.due().await;
        let telling = shared.claims.take(BATCH, Instant::now(), renewal(shared));
        match tell(shared, &telling, &mut line).await {
            // What was not taken out ends by itself.
            Err(error) if is_refusal(&error) => tracing::debug!(%error, "redis does not let this node claim anything"),
            told => told?,
        }
    }
}

/// Whether Redis is there and does not do as it is told.
fn is_refusal(error: &RedisError) -> bool {
    !(error.is_io_error() || error.is_timeout() || error.is_connection_dropped() || error.is_unrecoverable_error())
}

async fn tell(shared: &Shared, telling: &Telling, line: &mut MultiplexedConnection) -> Result<(), RedisError> {
    let Telling { held, let_go } = telling;
    if held.is_empty() && let_go.is_empty() {
        return Ok(());
    }
    let mut pipeline = redis::pipe();
    for name in let_go {
        let mut script = script(LET_GO, shared, name);
        script.arg(shared.node.as_str());
        pipeline.add_command(script).ignore();
    }
    for name in held {
        pipeline.add_command(set_if_free(shared, name)).ignore();
        // Whose claim it is by now: it is one, and lasts no longer than one.
        pipeline.cmd("PEXPIRE").arg(key(shared, name)).arg(lease(shared)).ignore();
    }
    pipeline.exec_async(line).await
}

/// After what time a claim is renewed.
pub(super) fn renewal(shared: &Shared) -> Duration {
    shared.options.claim_lease / RENEWALS
}

/// How long a claim lasts that nobody renews, in milliseconds.
pub(super) fn lease(shared: &Shared) -> i64 {
    milliseconds(shared.options.claim_lease)
}

pub(super) fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
