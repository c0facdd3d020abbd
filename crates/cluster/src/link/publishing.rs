//! The connection that publishes: what waits, in order and in batches, and the beacons.

use std::{sync::Arc, time::Duration};

use redis::{Pipeline, RedisError, aio::MultiplexedConnection};
use tokio::time::{Instant, sleep_until};

use super::{
    Lost,
    address::{Commands, argument},
};
use crate::{channel::Channel, outgoing::Batch, shared::Shared};

/// Publishes until something is wrong.
pub(super) async fn publish(shared: &Arc<Shared>, mut line: MultiplexedConnection, commands: Commands) -> Lost {
    let mut next_beacon = Instant::now();
    let mut told = shared.outgoing.dropped();
    loop {
        tokio::select! {
            () = shared.outgoing.ready() => {}
            () = sleep_until(next_beacon) => shared.outgoing.beacon(false),
        }
        // Also when there is always something to publish.
        if Instant::now() >= next_beacon {
            shared.outgoing.beacon(false);
        }
        let batch = shared.outgoing.take();
        if batch.beacon.is_some() {
            next_beacon = Instant::now() + shared.options.beacon_every;
            told = shared.outgoing.dropped();
        }
        if let Err(error) = send(shared, &batch, &mut line, commands).await {
            return error.into();
        }
        shared.outgoing.sent();
        shared.figures.published.increment(batch.frames.len() as u64);
        // Others should not have to wait long until they know that they missed something.
        if shared.outgoing.dropped() > told {
            next_beacon = next_beacon.min(Instant::now() + TELL_LOSSES_WITHIN);
        }
    }
}

/// After a loss, the next beacon is at most this far away.
const TELL_LOSSES_WITHIN: Duration = Duration::from_millis(100);

async fn send(
    shared: &Shared,
    batch: &Batch,
    line: &mut MultiplexedConnection,
    commands: Commands,
) -> Result<(), RedisError> {
    let mut pipeline = Pipeline::with_capacity(batch.frames.len() + 1);
    if let Some(is_greeting) = batch.beacon {
        let name = shared.prefix.channel(&Channel::All);
        pipeline.cmd(commands.publish).arg(argument(&name)).arg(&shared.next_beacon(is_greeting)[..]).ignore();
    }
    for (name, frame) in &batch.frames {
        pipeline.cmd(commands.publish).arg(argument(name)).arg(&frame[..]).ignore();
    }
    if pipeline.is_empty() { Ok(()) } else { pipeline.exec_async(line).await }
}
