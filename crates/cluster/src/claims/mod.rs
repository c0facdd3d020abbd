//! Which node has what only one of them may have: claims by name, under leases in Redis.
//!
//! A claim is a key whose value is the node. Whoever comes first has it, in one round trip; the node renews it as long as
//! it holds it, and takes it out when it lets go. Claims outlive a node that dies for the rest of their lease: so whoever
//! asks is told that what was claimed is lost, which is not the same as that there never was anything.
//!
//! While Redis is away everybody may hold everything. Such claims are made when it is there again, for what nobody has.

mod held;
mod keeper;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub(crate) use held::Held;
pub(crate) use keeper::keep;
use redis::{Cmd, FromRedisValue, aio::MultiplexedConnection};

use crate::{node::NodeId, registry::Unreachable, shared::Shared};

/// How long Redis may take to answer whoever waits for it with a claim.
const PATIENCE: Duration = Duration::from_secs(1);

/// Makes us the holder in the place of another node: whether it was.
const TAKE_OVER: &str = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end \
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1";
/// Ends the claim of a node earlier than by itself.
const FADE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then \
    redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 1";
/// Takes the claim of a node out.
const LET_GO: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1";

/// Who has what was asked for.
#[derive(Debug)]
pub enum Claimed {
    /// This node, now or since earlier.
    Here(Claim),
    /// Another node, which may have died.
    At(NodeId),
}

/// Something that this node holds until this and all others of the same name are dropped.
#[derive(Debug)]
pub struct Claim(Option<(Arc<Held>, Arc<str>)>);

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some((held, name)) = &self.0 {
            held.let_go(name);
        }
    }
}

/// Claims of an installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Claims(Place);

#[derive(Clone, Debug)]
enum Place {
    Local,
    Redis(Arc<Shared>),
}

impl Claims {
    pub(crate) const fn local() -> Self {
        Self(Place::Local)
    }

    pub(crate) const fn redis(shared: Arc<Shared>) -> Self {
        Self(Place::Redis(shared))
    }

    /// Claims `name`, unless another node has. One round trip.
    ///
    /// # Errors
    /// [`Unreachable`] when Redis cannot be asked.
    pub async fn claim(&self, name: &str) -> Result<Claimed, Unreachable> {
        let Place::Redis(shared) = &self.0 else { return Ok(Claimed::Here(self.hold(name))) };
        let mut pipeline = redis::pipe();
        pipeline.add_command(set_if_free(shared, name)).ignore().cmd("GET").arg(key(shared, name));
        let mut line = line(shared)?;
        let (holder,): (Option<String>,) = in_time(pipeline.query_async(&mut line)).await?;
        match holder.and_then(|holder| NodeId::parse(&holder).ok()) {
            Some(holder) if holder == shared.node => Ok(Claimed::Here(self.held(name, true))),
            Some(holder) => Ok(Claimed::At(holder)),
            // Redis lost it between two commands, or somebody else writes there.
            None => Err(Unreachable),
        }
    }

    /// Holds `name` here without asking: Redis is told when it can be, if nobody else has it then.
    #[must_use]
    pub fn hold(&self, name: &str) -> Claim {
        self.held(name, false)
    }

    fn held(&self, name: &str, is_told: bool) -> Claim {
        let Place::Redis(shared) = &self.0 else { return Claim(None) };
        let renewed = is_told.then(|| Instant::now() + keeper::renewal(shared));
        let name = shared.claims.hold(name, renewed);
        Claim(name.map(|name| (Arc::clone(&shared.claims), name)))
    }

    /// The other node that has `name`, if one does. One round trip.
    ///
    /// # Errors
    /// [`Unreachable`] when Redis cannot be asked.
    pub async fn elsewhere(&self, name: &str) -> Result<Option<NodeId>, Unreachable> {
        let Place::Redis(shared) = &self.0 else { return Ok(None) };
        let holder: Option<String> = ask(shared, redis::cmd("GET").arg(key(shared, name))).await?;
        let holder = holder.and_then(|holder| NodeId::parse(&holder).ok());
        Ok(holder.filter(|holder| *holder != shared.node))
    }

    /// Takes what `from` has and knows nothing of; none if it no longer has it. One round trip.
    ///
    /// # Errors
    /// [`Unreachable`] when Redis cannot be asked.
    pub async fn take_over(&self, name: &str, from: &NodeId) -> Result<Option<Claim>, Unreachable> {
        let Place::Redis(shared) = &self.0 else { return Ok(Some(self.hold(name))) };
        let mut script = script(TAKE_OVER, shared, name);
        script.arg(from.as_str()).arg(shared.node.as_str()).arg(keeper::lease(shared));
        let has_taken: bool = ask(shared, &script).await?;
        Ok(has_taken.then(|| self.held(name, true)))
    }

    /// Has the claim of `gone`, a node that does not answer, end after `rest` if it lasts for longer.
    ///
    /// # Errors
    /// [`Unreachable`] when Redis cannot be asked.
    pub async fn fade(&self, name: &str, gone: &NodeId, rest: Duration) -> Result<(), Unreachable> {
        let Place::Redis(shared) = &self.0 else { return Ok(()) };
        let mut script = script(FADE, shared, name);
        script.arg(gone.as_str()).arg(keeper::milliseconds(rest));
        let _: i64 = ask(shared, &script).await?;
        Ok(())
    }
}

async fn ask<T: FromRedisValue>(shared: &Shared, command: &Cmd) -> Result<T, Unreachable> {
    let mut line = line(shared)?;
    in_time(command.query_async(&mut line)).await
}

fn line(shared: &Shared) -> Result<MultiplexedConnection, Unreachable> {
    // Who cannot hear cannot be asked: what others claim is of no use then.
    if shared.is_up() { shared.line().ok_or(Unreachable) } else { Err(Unreachable) }
}

async fn in_time<T>(answer: impl Future<Output = redis::RedisResult<T>>) -> Result<T, Unreachable> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::debug!(%error, "redis does not say who has a claim");
            Err(Unreachable)
        }
        Err(_) => Err(Unreachable),
    }
}

fn key(shared: &Shared, name: &str) -> String {
    shared.prefix.key("claim", &name)
}

fn set_if_free(shared: &Shared, name: &str) -> Cmd {
    let mut command = redis::cmd("SET");
    command.arg(key(shared, name)).arg(shared.node.as_str()).arg("NX").arg("PX").arg(keeper::lease(shared));
    command
}

fn script(text: &str, shared: &Shared, name: &str) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(text).arg(1).arg(key(shared, name));
    command
}
