//! Who is connected where: the sessions of users, under leases in Redis.
//!
//! Each user has one sorted set. A member is a node, a session and its value; its score is when it expires, by the clock
//! of Redis. The node that entered it renews it three times per lease, in batches; when the node dies it expires by
//! itself. When Redis has forgotten, which a key of the node's own tells every second, everything is entered again.

mod entries;
mod keeper;

use std::sync::Arc;

use bytes::Bytes;
use deskwire_model::Uid;
use redis::aio::MultiplexedConnection;

pub(crate) use entries::Entries;
pub(crate) use keeper::{keep, own_key};

use crate::{
    node::NodeId,
    shared::{Shared, wall_clock},
};

/// Longest name of a session, in bytes.
pub const MAX_SESSION_LEN: usize = 128;
/// Largest value of an entry, in bytes.
pub const MAX_VALUE_LEN: usize = 1024;
/// Most users that are asked about in one go.
const BATCH: usize = 512;

/// A session of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Online {
    /// Where it is; absent for this node when there is no other.
    pub node: Option<NodeId>,
    /// Its name there.
    pub session: Box<str>,
    /// What was told of it.
    pub value: Bytes,
}

/// Why a session was not entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnterError {
    /// It has no name, a too long one, or one with a NUL.
    #[error("a session's name has 1 to {MAX_SESSION_LEN} bytes and no NUL")]
    Session,
    /// Its value is too large.
    #[error("what is told of a session has at most {MAX_VALUE_LEN} bytes")]
    Value,
    /// This node has as many entries as it may have.
    #[error("the registry has no room for more sessions of this node")]
    Full,
}

/// Redis could not be asked: only [`Registry::here`] is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("redis cannot be asked who is online")]
pub struct Unreachable;

/// The registry of sessions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry(Place);

#[derive(Clone, Debug)]
enum Place {
    Local(Arc<Entries>),
    Redis(Arc<Shared>),
}

impl Registry {
    pub(crate) const fn local(entries: Arc<Entries>) -> Self {
        Self(Place::Local(entries))
    }

    pub(crate) const fn redis(shared: Arc<Shared>) -> Self {
        Self(Place::Redis(shared))
    }

    fn entries(&self) -> &Entries {
        match &self.0 {
            Place::Local(entries) => entries,
            Place::Redis(shared) => &shared.entries,
        }
    }

    /// Enters a session of `user` on this node, or changes its value. Others see it a moment later. Never waits.
    ///
    /// # Errors
    /// [`EnterError`] names the bound that it is beyond.
    pub fn enter(&self, user: &Uid, session: &str, value: Bytes) -> Result<(), EnterError> {
        self.entries().enter(user, session, value)
    }

    /// Takes a session out. Never waits.
    pub fn leave(&self, user: &Uid, session: &str) {
        self.entries().leave(user, session);
    }

    /// The sessions of `user` on this node.
    #[must_use]
    pub fn here(&self, user: &Uid) -> Vec<Online> {
        let node = match &self.0 {
            Place::Local(_) => None,
            Place::Redis(shared) => Some(shared.node.clone()),
        };
        let sessions = self.entries().sessions(user);
        sessions.into_iter().map(|(session, value)| Online { node: node.clone(), session, value }).collect()
    }

    /// The sessions of `user` on all nodes. Those of a node that died are among them until their lease ends; ask
    /// [`Bus::peers`](crate::Bus::peers) who is there.
    ///
    /// # Errors
    /// [`Unreachable`] when Redis cannot be asked.
    pub async fn who(&self, user: &Uid) -> Result<Vec<Online>, Unreachable> {
        let mut online = self.here(user);
        if let Place::Redis(shared) = &self.0 {
            let now = shared.entries.redis_clock(wall_clock().0);
            let mut command = redis::cmd("ZRANGEBYSCORE");
            command.arg(key(shared, user)).arg(format!("({now}")).arg("+inf");
            let members: Vec<Vec<u8>> =
                command.query_async(&mut line(shared)?).await.map_err(|error| unreachable(&error))?;
            // What this node knows of itself is newer than what it told.
            let elsewhere = members.into_iter().filter_map(read_member);
            online.extend(elsewhere.filter(|online| online.node.as_ref() != Some(&shared.node)));
        }
        Ok(online)
    }

    /// Whether each of `users` has a session anywhere, in their order.
    ///
    /// # Errors
    /// [`Unreachable`] when Redis cannot be asked.
    pub async fn are_online(&self, users: &[Uid]) -> Result<Vec<bool>, Unreachable> {
        let mut online: Vec<bool> = users.iter().map(|user| self.entries().has(user)).collect();
        let Place::Redis(shared) = &self.0 else { return Ok(online) };
        let mut line = line(shared)?;
        // Only about those who are not here.
        let asked: Vec<usize> = (0..users.len()).filter(|number| !online[*number]).collect();
        for numbers in asked.chunks(BATCH) {
            let now = shared.entries.redis_clock(wall_clock().0);
            let mut pipeline = redis::pipe();
            for number in numbers {
                pipeline.cmd("ZRANGEBYSCORE").arg(key(shared, &users[*number])).arg(format!("({now}")).arg("+inf");
            }
            let found: Vec<Vec<Vec<u8>>> =
                pipeline.query_async(&mut line).await.map_err(|error| unreachable(&error))?;
            for (number, members) in numbers.iter().zip(found) {
                let mut elsewhere = members.into_iter().filter_map(read_member);
                online[*number] = elsewhere.any(|online| online.node.as_ref() != Some(&shared.node));
            }
        }
        Ok(online)
    }
}

fn line(shared: &Shared) -> Result<MultiplexedConnection, Unreachable> {
    shared.line().ok_or(Unreachable)
}

fn unreachable(error: &redis::RedisError) -> Unreachable {
    tracing::debug!(%error, "redis does not say who is online");
    Unreachable
}

fn key(shared: &Shared, user: &Uid) -> String {
    shared.prefix.key("on", user)
}

/// A member of the set of a user.
fn member(node: &NodeId, session: &str, value: &[u8]) -> Vec<u8> {
    [node.as_str().as_bytes(), b"\0", session.as_bytes(), b"\0", value].concat()
}

fn read_member(member: Vec<u8>) -> Option<Online> {
    let member = Bytes::from(member);
    let mut parts = member.splitn(3, |byte| *byte == 0);
    let node = NodeId::parse(std::str::from_utf8(parts.next()?).ok()?).ok()?;
    let session = std::str::from_utf8(parts.next()?).ok()?.into();
    let value = member.slice_ref(parts.next()?);
    Some(Online { node: Some(node), session, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_as_they_were_written() {
        let node = NodeId::starting("a").unwrap();
        let online = Online { node: Some(node.clone()), session: "s".into(), value: Bytes::from_static(b"x\0y") };
        assert_eq!(read_member(member(&node, "s", b"x\0y")), Some(online));
        for bad in [&b""[..], b"a\0b\0c", b"a~00000000", b"a~00000000\0b", b"\xff\0b\0c"] {
            assert_eq!(read_member(bad.to_vec()), None, "{bad:?}");
        }
    }
}
