//! What this node tells other nodes of what is said here, and what it wants to hear of what is said there.
//!
//! ```text
//! Hub::publish ─ Neighbours::tell ─▶ Bus ─▶ another node's inbox ─ Publication::heard ─▶ its Hub::hear
//! Hub::subscribe ─ Neighbours::follow, listen ─▶ Bus: the channels of that topic
//! ```
//!
//! What is confined to its topic is published on the channel of the topic, everything else on a channel that many topics
//! share: a filter with wildcards listens to all of these. What is retained goes to every node. Nothing here is certain
//! to arrive: a log has what was said, and its readers are told to read it whenever something may have been lost.

use std::sync::{Mutex, PoisonError};

use deskwire_cluster::{Bus, Channel, Hint, LIVE_SHARDS, Listening, LiveShard, NodeId, Relayed, Said};
use deskwire_model::{Topic, TopicFilter, Uid};

use crate::{
    publication::{Content, Opaque, Publication},
    told::{self, ToldError},
};

/// The other nodes, as a hub sees them.
#[derive(Debug)]
pub(crate) struct Neighbours {
    bus: Bus,
    /// How many subscriptions listen to each of the channels that live topics share; empty on a node that is alone.
    live: Mutex<Vec<u32>>,
}

/// The channels that live topics share on which `filter` may match something; none of what no client can spell, which is
/// confined to its topic.
fn shards(filter: &TopicFilter) -> Vec<LiveShard> {
    match filter.exact() {
        Some(_) if filter.is_private() => Vec::new(),
        Some(topic) => vec![LiveShard::of(topic.as_str())],
        None => LiveShard::all().collect(),
    }
}

impl Neighbours {
    pub(crate) fn on(bus: Bus) -> Self {
        let live = if bus.is_shared() { vec![0; usize::from(LIVE_SHARDS)] } else { Vec::new() };
        Self { bus, live: Mutex::new(live) }
    }

    /// The id of this node; none where it is alone.
    pub(crate) fn node(&self) -> Option<&NodeId> {
        self.bus.node()
    }

    /// Somebody here wants to have what is confined to `topic`.
    pub(crate) fn follow(&self, topic: &Topic) {
        if self.bus.is_shared() {
            drop(self.bus.listen(&Channel::Topic(topic.clone())));
        }
    }

    /// Nobody here does any more.
    pub(crate) fn leave(&self, topic: &Topic) {
        if self.bus.is_shared() {
            self.bus.unlisten(&Channel::Topic(topic.clone()));
        }
    }

    /// One more wants to have what `filter` matches and is not confined.
    pub(crate) fn listen(&self, filter: &TopicFilter) {
        if !self.bus.is_shared() {
            return;
        }
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        for shard in shards(filter) {
            if let Some(listeners) = live.get_mut(usize::from(shard.number())) {
                *listeners += 1;
                if *listeners == 1 {
                    drop(self.bus.listen(&Channel::Live(shard)));
                }
            }
        }
    }

    /// One fewer does.
    pub(crate) fn ignore(&self, filter: &TopicFilter) {
        if !self.bus.is_shared() {
            return;
        }
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        for shard in shards(filter) {
            if let Some(listeners) = live.get_mut(usize::from(shard.number())) {
                *listeners = listeners.saturating_sub(1);
                if *listeners == 0 {
                    self.bus.unlisten(&Channel::Live(shard));
                }
            }
        }
    }

    /// Whether there may be other nodes.
    pub(crate) const fn are_there(&self) -> bool {
        self.bus.is_shared()
    }

    /// Tells the nodes with consumers of a work queue that something waits in it.
    pub(crate) fn tell_work(&self, queue: &Topic) {
        self.bus.publish(&Channel::Work(queue.clone()), Hint::Work);
    }

    /// Consumers here want to know when something waits in a work queue; ready when they will.
    pub(crate) fn hear_work(&self, queue: &Topic) -> Listening {
        self.bus.listen(&Channel::Work(queue.clone()))
    }

    /// No consumer here does any more.
    pub(crate) fn ignore_work(&self, queue: &Topic) {
        self.bus.unlisten(&Channel::Work(queue.clone()));
    }

    /// Waits until what other nodes say from now on comes here, for a subscription to `filter` that the hub knows; with
    /// `live` also what is not confined to its topic. Does not wait while there is no bus.
    pub(crate) async fn are_heard(&self, filter: &TopicFilter, live: bool) {
        if !self.bus.is_shared() {
            return;
        }
        let topic = filter.exact().map(Channel::Topic);
        let shards = if live { shards(filter) } else { Vec::new() };
        // Asked for all at once.
        let listening: Vec<_> = topic
            .into_iter()
            .chain(shards.into_iter().map(Channel::Live))
            .map(|channel| self.bus.listen(&channel))
            .collect();
        for confirmed in listening {
            confirmed.await;
        }
    }

    /// Tells the nodes that listen what is said here.
    pub(crate) fn tell(&self, publication: &Publication) {
        if !self.bus.is_shared() || publication.stays_here() {
            return;
        }
        let topic = publication.topic();
        let hint = match publication.content() {
            Content::Opaque(said) => {
                Hint::Live(told::write(topic, said, None, publication.shares.get().map_or(&[], |shares| shares)))
            }
            Content::Message { log, seq: Some(seq), at, payload, .. } => {
                Hint::Said(Said { log: *log, seq: *seq, at: *at, payload: Some(payload.clone()), about: None })
            }
            Content::Message { log, seq: None, at, payload, .. } => {
                Hint::Relayed(Relayed { log: *log, at: *at, payload: payload.clone(), about: publication.about() })
            }
        };
        let channel = match publication.content() {
            Content::Opaque(said) if said.is_retained() => Channel::All,
            _ if publication.is_confined() => Channel::Topic(topic.clone()),
            _ => Channel::live(topic),
        };
        self.bus.publish(&channel, hint);
    }
}

/// What a hint of another node says.
#[derive(Debug)]
pub enum FromNeighbour {
    /// This.
    Said(Box<Publication>),
    /// That the log behind the topic has an entry that is too large for a hint.
    Grown,
    /// This, for a place of each session of a user, if the user is of the organisation.
    ForUser {
        /// The user.
        user: Uid,
        /// The organisation, if it matters.
        org: Option<Uid>,
        /// The place, as each of the sessions calls it.
        place: Topic,
        /// What is said.
        said: Opaque,
    },
    /// Nothing that is said on a topic.
    Other(Hint),
}

/// Tells the nodes where `user` is connected, but for this one, to hand `said` to the `place` of each of its sessions; only
/// if it is a user of `org`, where that is named.
pub fn tell_user_elsewhere(bus: &Bus, user: &Uid, org: Option<&Uid>, place: &Topic, said: &Opaque) {
    if bus.is_shared() {
        bus.publish(&Channel::User(user.clone()), Hint::Live(told::write(place, said, org, &[])));
    }
}

impl Publication {
    /// What `hint` says, that came by `channel`.
    ///
    /// # Errors
    /// [`ToldError`] for what no node of this release writes.
    pub fn heard(channel: &Channel, hint: Hint) -> Result<FromNeighbour, ToldError> {
        Ok(match (hint, channel) {
            (Hint::Live(bytes), Channel::User(user)) => {
                let (place, said, org, _) = told::read(bytes)?;
                FromNeighbour::ForUser { user: user.clone(), org, place, said }
            }
            (Hint::Live(bytes), _) => {
                let (topic, said, _, shares) = told::read(bytes)?;
                FromNeighbour::Said(Box::new(Self::said_elsewhere(topic, Content::Opaque(said), shares)))
            }
            (Hint::Said(Said { payload: None, .. }), Channel::Topic(_)) => FromNeighbour::Grown,
            (Hint::Said(Said { log, seq, at, payload: Some(payload), .. }), Channel::Topic(topic)) => {
                let content = Content::Message { log, seq: Some(seq), at, recalled: false, payload };
                FromNeighbour::Said(Box::new(Self::new(topic.clone(), content)))
            }
            (Hint::Relayed(Relayed { log, at, payload, about, .. }), Channel::Topic(topic)) => {
                let content = Content::Message { log, seq: None, at, recalled: false, payload };
                let said = Self::new(topic.clone(), content);
                about.into_iter().for_each(|seq| said.is_about(seq));
                FromNeighbour::Said(Box::new(said))
            }
            (hint, _) => FromNeighbour::Other(hint),
        })
    }
}
