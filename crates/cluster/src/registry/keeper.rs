//! Keeps what Redis knows of this node's entries true.

use std::time::{Duration, Instant};

use redis::{Cmd, Pipeline, RedisError, aio::MultiplexedConnection};

use super::{entries::Telling, key, member};
use crate::shared::{Shared, wall_clock};

/// Most users of one batch.
const BATCH: usize = 256;

/// Tells Redis what changed, renews what is due, and enters everything again when Redis has forgotten it.
///
/// # Errors
/// What is wrong with the connection: it never ends otherwise.
pub(crate) async fn keep(shared: &Shared, mut line: MultiplexedConnection) -> Result<(), RedisError> {
    let renewal = shared.options.entry_lease / 3;
    // Before the first entry is written: its lease is by the clock of Redis.
    look(shared, &mut line, true).await?;
    let mut looks = tokio::time::interval(shared.options.beacon_every);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = looks.tick() => look(shared, &mut line, false).await?,
            () = shared.entries.due() => {
                let taken = shared.entries.take_to_tell(BATCH, Instant::now(), renewal);
                tell(shared, &taken.tellings, &mut line).await?;
                taken.told();
            }
        }
    }
}

/// Looks at Redis' clock, and whether it still has this node's own key.
async fn look(shared: &Shared, line: &mut MultiplexedConnection, is_first: bool) -> Result<(), RedisError> {
    let mut pipeline = redis::pipe();
    pipeline.cmd("TIME").add_command(own_key(shared));
    let ((seconds, micros), before): ((i64, i64), Option<String>) = pipeline.query_async(line).await?;
    shared.entries.set_clock(seconds.saturating_mul(1000).saturating_add(micros / 1000), wall_clock().0);
    if before.is_none() && !is_first {
        tracing::warn!("redis has forgotten who is online here: it is told again");
        shared.entries.all_due(Instant::now());
        shared.claims.all_due(Instant::now());
    }
    Ok(())
}

/// Writes this node's own key, and says whether it was there: as long as it is, Redis has forgotten nothing.
pub(crate) fn own_key(shared: &Shared) -> Cmd {
    let mut command = redis::cmd("SET");
    let lease = milliseconds(shared.options.entry_lease);
    command.arg(shared.prefix.key("node", &shared.node)).arg(1).arg("PX").arg(lease).arg("GET");
    command
}

async fn tell(shared: &Shared, tellings: &[Telling], line: &mut MultiplexedConnection) -> Result<(), RedisError> {
    if tellings.is_empty() {
        return Ok(());
    }
    let mut pipeline = redis::pipe();
    for telling in tellings {
        add(shared, telling, &mut pipeline);
    }
    pipeline.exec_async(line).await
}

fn add(shared: &Shared, telling: &Telling, pipeline: &mut Pipeline) {
    let Telling { user, untrue, sessions } = telling;
    let key = key(shared, user);
    let now = shared.entries.redis_clock(wall_clock().0);
    let lease = milliseconds(shared.options.entry_lease);
    if !untrue.is_empty() {
        pipeline.cmd("ZREM").arg(&key);
        for (session, value) in untrue {
            pipeline.arg(member(&shared.node, session, value));
        }
        pipeline.ignore();
    }
    if !sessions.is_empty() {
        pipeline.cmd("ZADD").arg(&key);
        for (session, value) in sessions {
            pipeline.arg(now.saturating_add(lease)).arg(member(&shared.node, session, value));
        }
        pipeline.ignore();
        // What dead nodes left behind; and the whole key, should everybody die.
        pipeline.cmd("ZREMRANGEBYSCORE").arg(&key).arg("-inf").arg(now).ignore();
        pipeline.cmd("PEXPIRE").arg(&key).arg(lease).ignore();
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
