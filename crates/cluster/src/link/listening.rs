//! The connection that listens: keeps what Redis knows of our channels true, and looks whether it is alive.

use std::sync::Arc;

use redis::{RedisError, aio::MultiplexedConnection};
use tokio::time::MissedTickBehavior;

use super::{
    Lost,
    address::{Commands, argument},
    pulse::Pulse,
};
use crate::{interest::Step, shared::Shared};

/// Listens until something is wrong. Tells that the bus is up when all channels are confirmed.
pub(super) async fn listen(
    shared: &Arc<Shared>,
    mut line: MultiplexedConnection,
    pulse: &Pulse,
    commands: Commands,
) -> Lost {
    match keep(shared, &mut line, pulse, commands).await {
        Err(lost) => lost,
        Ok(never) => match never {},
    }
}

async fn keep(
    shared: &Arc<Shared>,
    line: &mut MultiplexedConnection,
    pulse: &Pulse,
    commands: Commands,
) -> Result<std::convert::Infallible, Lost> {
    subscribe(shared, line, pulse, commands).await?;
    shared.up();
    let mut looks = tokio::time::interval(shared.options.beacon_every);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shared.interest.changed() => subscribe(shared, line, pulse, commands).await?,
            _ = looks.tick() => {
                pulse.answer(shared.options.response_timeout, redis::cmd("PING").exec_async(line)).await?;
                if shared.is_unheard() {
                    return Err(Lost::Unheard);
                }
                shared.expire_peers();
            }
        }
    }
}

/// Tells Redis everything that it does not know.
async fn subscribe(
    shared: &Shared,
    line: &mut MultiplexedConnection,
    pulse: &Pulse,
    commands: Commands,
) -> Result<(), Lost> {
    while let Some(step) = shared.interest.next_step() {
        pulse.answer(shared.options.response_timeout, tell(&step, line, commands)).await?;
        shared.interest.confirmed(&step);
    }
    Ok(())
}

async fn tell(step: &Step, line: &mut MultiplexedConnection, commands: Commands) -> Result<(), RedisError> {
    // Each command is answered once per channel: one channel each, and a pipeline is answered as others are.
    let mut pipeline = redis::pipe();
    for name in &step.unsubscribe {
        pipeline.cmd(commands.unsubscribe).arg(argument(name)).ignore();
    }
    for name in &step.subscribe {
        pipeline.cmd(commands.subscribe).arg(argument(name)).ignore();
    }
    if pipeline.is_empty() { Ok(()) } else { pipeline.exec_async(line).await }
}
