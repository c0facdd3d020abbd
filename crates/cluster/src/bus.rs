//! The bus, as others use it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::task::AbortHandle;

use crate::{
    asks::AskError,
    channel::{Channel, Prefix},
    claims::Claims,
    codec::Letter,
    hint::Hint,
    inbox::{self, Inbox},
    interest::{Listened, Listening},
    link::{self, Addresses},
    node::NodeId,
    options::{OptionsError, RedisOptions},
    peers::Peer,
    registry::{Entries, Registry},
    shared::Shared,
};

/// How nodes tell each other what may interest them. Cheap to clone; the last clone that goes takes the connections along,
/// and other nodes find out when the lease ends ([`Bus::leave`] is kinder).
#[derive(Clone, Debug)]
pub enum Bus {
    /// There is no other node.
    Local(Local),
    /// Nodes meet on Redis.
    Redis(Redis),
}

/// The bus of a node that is alone.
#[derive(Clone, Debug)]
pub struct Local {
    entries: Arc<Entries>,
}

/// The bus of a node that meets others on Redis.
#[derive(Clone, Debug)]
pub struct Redis {
    shared: Arc<Shared>,
    link: Arc<Link>,
}

/// The task that keeps the connections; it ends with the last handle.
#[derive(Debug)]
struct Link {
    task: AbortHandle,
    shared: Arc<Shared>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.down();
        self.shared.close();
    }
}

impl Bus {
    /// A bus for a node that is alone: nothing is published, and its inbox ends at once.
    #[must_use]
    pub fn local() -> (Self, Inbox) {
        let (ears, inbox) = inbox::inbox(1, 1);
        drop(ears);
        (Self::Local(Local { entries: Arc::new(Entries::untold_to_anybody(usize::MAX)) }), inbox)
    }

    /// A bus on Redis, for `node`. Connects in the background, again and again: that Redis is down is told by the inbox,
    /// and is no error. Must be called within a runtime. What is heard must be taken out of the inbox.
    ///
    /// # Errors
    /// [`OptionsError`] when the options cannot work.
    pub fn connect(options: RedisOptions, node: NodeId) -> Result<(Self, Inbox), OptionsError> {
        options.check()?;
        let prefix = Prefix::new(&options.prefix)?;
        let addresses = Addresses::new(&options)?;
        let (ears, inbox) = inbox::inbox(options.inbox_hints, options.inbox_bytes);
        let shared = Arc::new(Shared::new(node, options, prefix, ears));
        let task = tokio::spawn(link::run(Arc::clone(&shared), addresses)).abort_handle();
        let link = Arc::new(Link { task, shared: Arc::clone(&shared) });
        Ok((Self::Redis(Redis { shared, link }), inbox))
    }

    /// The id of this node; none where it is alone.
    #[must_use]
    pub fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Local(_) => None,
            Self::Redis(redis) => Some(&redis.shared.node),
        }
    }

    /// Whether there may be other nodes: whether it is worth the work to make hints.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Redis(_))
    }

    /// Publishes `hint` to all other nodes that listen to `channel`, behind what was published before. Never waits: what
    /// cannot be published (no connection, no room, too large) is dropped and counted, and other nodes are told that they
    /// missed something.
    pub fn publish(&self, channel: &Channel, hint: Hint) {
        if let Self::Redis(redis) = self {
            redis.shared.publish_hint(channel, hint);
        }
    }

    /// Listens to `channel` from now on, also after reconnecting. Begins without being waited for; waiting tells when
    /// Redis has confirmed it. Listening twice is listening once: whoever shares a channel counts by itself.
    ///
    /// [`Channel::All`] and this node's own [`Channel::Node`] are always listened to.
    pub fn listen(&self, channel: &Channel) -> Listening {
        match self {
            Self::Local(_) => Listening::known(Listened::Confirmed),
            Self::Redis(redis) => redis.shared.interest.listen(redis.shared.prefix.channel(channel), channel),
        }
    }

    /// Listens to `channel` no more. What was heard before may still be in the inbox.
    pub fn unlisten(&self, channel: &Channel) {
        let Self::Redis(Redis { shared, .. }) = self else { return };
        let is_ours = match channel {
            Channel::All => true,
            Channel::Node(node) => *node == shared.node,
            _ => false,
        };
        if !is_ours {
            shared.interest.unlisten(shared.prefix.channel(channel));
        }
    }

    /// Asks `peer` and waits for its answer, for at most `timeout`. A question may have been acted on although no answer
    /// came.
    ///
    /// # Errors
    /// [`AskError`] says why there is no answer.
    pub async fn ask(&self, peer: &NodeId, request: Bytes, timeout: Duration) -> Result<Bytes, AskError> {
        let Self::Redis(Redis { shared, .. }) = self else { return Err(AskError::NoSuchPeer) };
        if !shared.is_up() {
            return Err(AskError::Down);
        }
        if !shared.peers.is_known(peer) {
            return Err(AskError::NoSuchPeer);
        }
        if request.len() > shared.options.max_hint_bytes {
            return Err(AskError::Full);
        }
        let mut question = shared.asks.question(peer).ok_or(AskError::Full)?;
        let letter = Letter::Ask { id: question.id, request };
        if !shared.publish(&Channel::Node(peer.clone()), &letter) {
            return Err(AskError::Full);
        }
        tokio::time::timeout(timeout, question.outcome()).await.unwrap_or(Err(AskError::TimedOut))
    }

    /// The other nodes, by id.
    #[must_use]
    pub fn peers(&self) -> Vec<Peer> {
        match self {
            Self::Local(_) => Vec::new(),
            Self::Redis(redis) => redis.shared.peers.all(Instant::now()),
        }
    }

    /// Other nodes that were not heard for the lease, did not say that they leave, and have not come back under their names,
    /// by id: the last 64 that this node has known.
    #[must_use]
    pub fn lost(&self) -> Vec<Peer> {
        match self {
            Self::Local(_) => Vec::new(),
            Self::Redis(redis) => redis.shared.peers.lost(Instant::now()),
        }
    }

    /// Whether hints come and go; always where there is no other node.
    #[must_use]
    pub fn is_up(&self) -> bool {
        match self {
            Self::Local(_) => true,
            Self::Redis(redis) => redis.shared.is_up(),
        }
    }

    /// Who is connected where.
    #[must_use]
    pub fn registry(&self) -> Registry {
        match self {
            Self::Local(local) => Registry::local(Arc::clone(&local.entries)),
            Self::Redis(redis) => Registry::redis(Arc::clone(&redis.shared)),
        }
    }

    /// Which node has what only one may have.
    #[must_use]
    pub fn claims(&self) -> Claims {
        match self {
            Self::Local(_) => Claims::local(),
            Self::Redis(redis) => Claims::redis(Arc::clone(&redis.shared)),
        }
    }

    /// Tells the other nodes that this one leaves, waiting for what was published before, at most for the time that
    /// Redis may take to answer. Nothing is heard or published afterwards, on any clone.
    pub async fn leave(self) {
        let Self::Redis(Redis { shared, link }) = self else { return };
        link::say_goodbye(&shared).await;
        link.task.abort();
        shared.down();
        shared.close();
    }
}
