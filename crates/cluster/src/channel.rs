//! Where hints are published, and what the channels are called in Redis.

use std::{borrow::Borrow, fmt, sync::Arc};

use deskwire_model::{Topic, Uid};

use crate::node::NodeId;

/// How many channels the live topics share. All nodes of an installation must agree, so it is not configured.
pub const LIVE_SHARDS: u16 = 256;
/// Longest prefix, in bytes.
pub const MAX_PREFIX_LEN: usize = 64;

/// One of the channels that live topics share.
///
/// A live message is published once, on the channel that its topic falls to. Who wants single topics listens to theirs;
/// who wants topics by wildcard listens to all of them. So nobody hears a message twice, nobody has to know what others
/// listen to, and the order of a topic is that of its one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LiveShard(u16);

impl LiveShard {
    /// The one that `topic` falls to, on every node and in every version.
    #[must_use]
    pub fn of(topic: &str) -> Self {
        Self(u16::try_from(fnv(topic) % u64::from(LIVE_SHARDS)).unwrap_or_default())
    }

    /// All of them, for filters with wildcards.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        (0..LIVE_SHARDS).map(Self)
    }

    /// Its number, below [`LIVE_SHARDS`].
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// FNV-1a: a hash that is the same everywhere and for ever, unlike those of the standard library.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Where a hint is published.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Those who follow one topic: every logged topic, and live ones that no filter matches (those of one session, and
    /// what is confined to exact subscribers).
    Topic(Topic),
    /// Those who have connections of one user.
    User(Uid),
    /// Those who follow live topics that fall to this shard.
    Live(LiveShard),
    /// Those who have consumers of one work queue.
    Work(Topic),
    /// Every node. Always listened to.
    All,
    /// One node. Each listens to its own.
    Node(NodeId),
}

impl Channel {
    /// Where what is said on a live topic is published.
    #[must_use]
    pub fn live(topic: &Topic) -> Self {
        Self::Live(LiveShard::of(topic.as_str()))
    }
}

/// Why a string is no prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the prefix has 1 to {MAX_PREFIX_LEN} of the characters a-z A-Z 0-9 - _ .")]
pub struct InvalidPrefix;

/// What the names of an installation's channels and keys begin with, so that several can share one Redis.
///
/// It stands in braces: in a cluster all names of an installation then belong to one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix(Box<str>);

impl Prefix {
    pub(crate) fn new(text: &str) -> Result<Self, InvalidPrefix> {
        let fits = !text.is_empty() && text.len() <= MAX_PREFIX_LEN;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if fits && is_plain { Ok(Self(format!("{{{text}}}").into())) } else { Err(InvalidPrefix) }
    }

    /// What Redis calls `channel`.
    pub(crate) fn channel(&self, channel: &Channel) -> Name {
        let prefix = &self.0;
        let text = match channel {
            Channel::Topic(topic) => format!("{prefix}:t:{topic}"),
            Channel::User(user) => format!("{prefix}:u:{user}"),
            Channel::Live(shard) => format!("{prefix}:l:{}", shard.0),
            Channel::Work(queue) => format!("{prefix}:w:{queue}"),
            Channel::All => format!("{prefix}:a"),
            Channel::Node(node) => format!("{prefix}:n:{node}"),
        };
        Name(text.into())
    }

    /// The key that holds `what` of `whom`.
    pub(crate) fn key(&self, what: &str, whom: &dyn fmt::Display) -> String {
        format!("{}:{what}:{whom}", self.0)
    }
}

/// The name of a channel in Redis. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name(Arc<str>);

impl Name {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_falls_to_the_same_shard_in_every_version() {
        assert_eq!(LiveShard::of("a/b").number(), 97);
        assert_eq!(LiveShard::of("prices/eur").number(), 104);
        assert_eq!(LiveShard::all().len(), 256);
    }

    #[test]
    fn channels_and_installations_have_names_of_their_own() {
        let (one, two) = (Prefix::new("one").unwrap(), Prefix::new("two").unwrap());
        let topic = Channel::Topic(Topic::new("u/x").unwrap());
        let user = Channel::User(Uid::new("x").unwrap());
        let work = Channel::Work(Topic::new("u/x").unwrap());
        let node = Channel::Node(NodeId::starting("x").unwrap());
        let names: Vec<Name> = [&topic, &user, &work, &node, &Channel::All, &Channel::Live(LiveShard(0))]
            .into_iter()
            .flat_map(|channel| [one.channel(channel), two.channel(channel)])
            .collect();
        let distinct: std::collections::HashSet<&str> = names.iter().map(Name::as_str).collect();
        assert_eq!(distinct.len(), names.len());
        assert_eq!(one.channel(&topic).as_str(), "{one}:t:u/x");
        assert_eq!(Prefix::new("a}b"), Err(InvalidPrefix));
    }
}
