//! Who listens to which topic on this node.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::{Arc, PoisonError, RwLock},
};

use deskwire_cluster::{Bus, NodeId};
use deskwire_model::{Topic, TopicFilter};
use smallvec::SmallVec;

use crate::{
    collected::{Collected, Collectors},
    filters::Filters,
    mailboxes::{self, Membership},
    neighbours::Neighbours,
    outbox::{Outbox, Overflow, SubscriptionKey},
    publication::Publication,
    queues::Bindings,
};

/// Locks of the subscription table: many more than there are cores.
const SHARDS: usize = 64;

/// Which messages a subscription takes from the hub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Takes {
    /// All.
    #[default]
    All,
    /// Only those with [`Assurance::AtMostOnce`](crate::Assurance): the others come through the mailbox of an MQTT
    /// session.
    Unassured,
    /// Only what is confined to its topic: the messages of a log.
    Confined,
}

/// A subscription of a connection.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// Where deliveries go.
    pub outbox: Arc<Outbox>,
    /// What the connection calls the subscription.
    pub key: SubscriptionKey,
    /// What it takes.
    pub takes: Takes,
    /// What becomes of a message that finds no room.
    pub overflow: Overflow,
}

impl Subscriber {
    /// The subscription `key` of the connection behind `outbox`, which takes everything and is cut when it cannot.
    #[must_use]
    pub fn new(outbox: &Arc<Outbox>, key: SubscriptionKey) -> Self {
        Self { outbox: Arc::clone(outbox), key, takes: Takes::default(), overflow: Overflow::default() }
    }

    fn is(&self, other: &Self) -> bool {
        self.key == other.key && Arc::ptr_eq(&self.outbox, &other.outbox)
    }

    fn reads_a_log(&self) -> bool {
        self.takes == Takes::Confined
    }
}

fn read_again(subscribers: &Subscribers) {
    for subscriber in subscribers.iter().filter(|subscriber| subscriber.reads_a_log()) {
        subscriber.outbox.missed(subscriber.key);
    }
}

/// Nearly every topic of a desk has one or two listeners.
type Subscribers = SmallVec<[Subscriber; 2]>;

/// Removes `subscriber` once, if it is there, and returns it; the order of the others is not kept.
fn remove(subscribers: &mut Subscribers, subscriber: &Subscriber) -> Option<Subscriber> {
    let index = subscribers.iter().position(|other| other.is(subscriber))?;
    Some(subscribers.swap_remove(index))
}

/// The local subscription table.
///
/// Topics are spread over shards, each under its own lock; a publisher holds a shard for reading while it puts the
/// publication into the outboxes, which are memory operations. Filters with wildcards are few and stand in a tree of
/// their own, and so do the durable subscriptions, which collect in queues, what mailboxes of MQTT sessions collect, and
/// the groups that share a subscription. Each of the five is locked alone; below them come a group, a queue or a mailbox,
/// then an outbox.
#[derive(Debug)]
pub struct Hub {
    shards: Box<[RwLock<HashMap<Topic, Subscribers>>]>,
    hasher: RandomState,
    filters: RwLock<Filters<Subscriber>>,
    pub(crate) bindings: Bindings,
    pub(crate) mailboxes: mailboxes::Bindings,
    pub(crate) groups: mailboxes::Groups,
    /// What is wanted of other nodes, and how they are told.
    pub(crate) neighbours: Neighbours,
}

impl Default for Hub {
    fn default() -> Self {
        Self::among(Bus::local().0)
    }
}

/// The table, whose subscribers hear what is said on other nodes too.
impl Hub {
    /// An empty table on a node that is one of those on `bus`.
    #[must_use]
    pub fn among(bus: Bus) -> Self {
        Self {
            neighbours: Neighbours::on(bus),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            hasher: RandomState::new(),
            filters: RwLock::default(),
            bindings: Bindings::default(),
            mailboxes: mailboxes::Bindings::default(),
            groups: mailboxes::Groups::default(),
        }
    }
}

impl Hub {
    fn shard(&self, topic: &str) -> &RwLock<HashMap<Topic, Subscribers>> {
        let hash = self.hasher.hash_one(topic);
        &self.shards[usize::try_from(hash % SHARDS as u64).expect("a number below SHARDS fits")]
    }

    /// Adds a subscription; it is active when this returns (invariant I6).
    pub fn subscribe(&self, filter: &TopicFilter, subscriber: Subscriber) {
        match filter.exact() {
            Some(topic) => {
                if subscriber.takes != Takes::Confined {
                    self.neighbours.listen(filter);
                }
                let mut shard = self.shard(topic.as_str()).write().unwrap_or_else(PoisonError::into_inner);
                let subscribers = shard.entry(topic.clone()).or_default();
                if subscribers.is_empty() {
                    self.neighbours.follow(&topic);
                }
                subscribers.push(subscriber);
            }
            None => {
                self.neighbours.listen(filter);
                self.filters.write().unwrap_or_else(PoisonError::into_inner).insert(filter, subscriber);
            }
        }
    }

    /// Waits until what other nodes say from now on comes to a subscription that was added with this filter and `takes`
    /// this (invariant I6 among nodes).
    pub async fn hears_others(&self, filter: &TopicFilter, takes: Takes) {
        self.neighbours.are_heard(filter, takes != Takes::Confined).await;
    }

    /// Removes a subscription that was added with the same filter; removing one that is not there does nothing.
    pub fn unsubscribe(&self, filter: &TopicFilter, subscriber: &Subscriber) {
        match filter.exact() {
            Some(topic) => {
                let mut shard = self.shard(topic.as_str()).write().unwrap_or_else(PoisonError::into_inner);
                let Some(subscribers) = shard.get_mut(topic.as_str()) else { return };
                let removed = remove(subscribers, subscriber);
                if subscribers.is_empty() {
                    shard.remove(topic.as_str());
                    self.neighbours.leave(&topic);
                }
                drop(shard);
                if removed.is_some_and(|removed| removed.takes != Takes::Confined) {
                    self.neighbours.ignore(filter);
                }
            }
            None => {
                let mut filters = self.filters.write().unwrap_or_else(PoisonError::into_inner);
                let removed = filters.remove(filter, |other| other.is(subscriber));
                drop(filters);
                if removed {
                    self.neighbours.ignore(filter);
                }
            }
        }
    }

    /// Changes what a subscription takes that was added with the same filter, without a gap; one that is not there stays
    /// away.
    pub fn change(&self, filter: &TopicFilter, subscriber: &Subscriber) {
        let change = |known: &mut [Subscriber]| {
            if let Some(known) = known.iter_mut().find(|known| known.is(subscriber)) {
                known.clone_from(subscriber);
            }
        };
        match filter.exact() {
            Some(topic) => {
                let mut shard = self.shard(topic.as_str()).write().unwrap_or_else(PoisonError::into_inner);
                shard.get_mut(topic.as_str()).into_iter().for_each(|known| change(known));
            }
            None => change(self.filters.write().unwrap_or_else(PoisonError::into_inner).at(filter)),
        }
    }

    /// Puts `publication` into the outbox of everybody who listens to its topic, once per matching subscription, into the
    /// queues of durable subscriptions and into the mailboxes of MQTT sessions, once each.
    ///
    /// Filters with wildcards, durable subscriptions and mailboxes get what is said on live topics only, and not what is
    /// confined to its topic there: a feed of a log belongs to one topic.
    pub fn publish(&self, publication: &Arc<Publication>) {
        self.groups.share_out(publication, &[]);
        self.neighbours.tell(publication);
        self.hear(publication);
    }

    /// As [`Self::publish`], for what another node has said: it has told the others itself.
    pub fn hear(&self, publication: &Arc<Publication>) {
        self.deliver(publication, &mut Collectors::default(), |_| {});
    }

    /// As [`Self::publish`], and returns how many connections it has reached.
    pub fn publish_counting(&self, publication: &Arc<Publication>) -> usize {
        let mut reached = HashSet::new();
        self.groups.share_out(publication, &[]);
        self.neighbours.tell(publication);
        self.deliver(publication, &mut Collectors::default(), |outbox| {
            reached.insert(Arc::as_ptr(outbox));
        });
        reached.len()
    }

    /// How many connections here hear what is said on `topic` to all who listen, without saying anything. MQTT sessions and
    /// groups that share a subscription are not among them: what they get depends on what is said.
    #[must_use]
    pub fn listeners(&self, topic: &Topic) -> usize {
        let mut found = HashSet::new();
        let mut count = |subscriber: &Subscriber| {
            if !subscriber.reads_a_log() {
                found.insert(Arc::as_ptr(&subscriber.outbox));
            }
        };
        let shard = self.shard(topic.as_str()).read().unwrap_or_else(PoisonError::into_inner);
        shard.get(topic.as_str()).into_iter().flatten().for_each(&mut count);
        drop(shard);
        self.filters.read().unwrap_or_else(PoisonError::into_inner).matching(topic.as_str(), &mut count);
        found.len()
    }

    /// Notes who has to have `publication` in the store before it is handed on: MQTT sessions that outlive their
    /// connections, and with `durables` the durable subscriptions.
    pub(crate) fn collect(&self, publication: Publication, durables: bool) -> Collected {
        let mut collected = Collected::by_nobody(publication);
        let (publication, collectors) = (&collected.publication, &mut collected.collectors);
        if durables {
            collectors.durables = self.bindings.collectors(publication).into_iter().map(|id| (id, None)).collect();
        }
        if publication.is_assured() {
            let sessions = self.mailboxes.collectors(publication);
            collectors.sessions = sessions.into_iter().map(|mailbox| (mailbox, None)).collect();
            collectors.turns = self.groups.turns(publication, self.neighbours.node());
        }
        collected
    }

    /// As [`Self::publish`], for what was collected. Who listens by now and did not when it was collected gets it too,
    /// from memory.
    pub(crate) fn publish_collected(&self, collected: &mut Collected) {
        let Collected { publication, collectors, is_heard } = collected;
        if !*is_heard {
            self.groups.share_out(publication, &collectors.turns);
            self.neighbours.tell(publication);
        }
        self.deliver(publication, collectors, |_| {});
        collectors.give_back();
    }

    /// The members that shared subscriptions have here, for other nodes to know.
    #[must_use]
    pub fn shared(&self) -> Vec<Membership> {
        self.groups.here()
    }

    /// Notes which members shared subscriptions have on `node`; none, for a node that is gone.
    pub fn hear_shared(&self, node: &NodeId, members: &[Membership]) {
        self.groups.hear(node, members);
    }

    /// Returns when what [`Self::shared`] says has changed since it was last asked for.
    pub async fn shared_changed(&self) {
        self.groups.changed().await;
    }

    /// Whether anybody here may have something stored that is said with assurance.
    pub(crate) fn keeps_anything(&self) -> bool {
        !self.bindings.is_empty() || self.mailboxes.has_durable() || !self.groups.is_empty()
    }

    /// Has the readers of the log behind `topic` read it: something may have been said there that did not come to this
    /// node.
    pub fn missed(&self, topic: &str) {
        let shard = self.shard(topic).read().unwrap_or_else(PoisonError::into_inner);
        shard.get(topic).into_iter().for_each(read_again);
    }

    /// As [`Self::missed`], for all topics.
    pub fn missed_everything(&self) {
        for shard in &self.shards {
            shard.read().unwrap_or_else(PoisonError::into_inner).values().for_each(read_again);
        }
    }

    /// The topics of logs that have readers here.
    #[must_use]
    pub fn followed(&self) -> Vec<Topic> {
        let mut followed = Vec::new();
        for shard in &self.shards {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            let of_logs = shard.iter().filter(|(_, subscribers)| subscribers.iter().any(Subscriber::reads_a_log));
            followed.extend(of_logs.map(|(topic, _)| topic.clone()));
        }
        followed
    }

    fn deliver(
        &self,
        publication: &Arc<Publication>,
        collectors: &mut Collectors,
        mut reached: impl FnMut(&Arc<Outbox>),
    ) {
        let assured = publication.is_assured();
        let mut deliver = |subscriber: &Subscriber| {
            match subscriber.takes {
                Takes::Unassured if assured => return,
                Takes::Confined if !publication.is_confined() => return,
                _ => {}
            }
            subscriber.outbox.deliver_or(subscriber.overflow, subscriber.key, publication);
            reached(&subscriber.outbox);
        };
        let topic = publication.topic().as_str();
        let shard = self.shard(topic).read().unwrap_or_else(PoisonError::into_inner);
        shard.get(topic).into_iter().flatten().for_each(&mut deliver);
        drop(shard);
        if publication.is_confined() {
            return;
        }
        let filters = self.filters.read().unwrap_or_else(PoisonError::into_inner);
        filters.matching(topic, &mut deliver);
        drop(filters);
        self.bindings.collect(publication, &collectors.durables);
        if assured {
            self.mailboxes.post(publication, &mut collectors.sessions, &mut reached);
        }
        let node = self.neighbours.node();
        self.groups.give(publication, (assured, node), &mut collectors.turns, &mut reached);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::{Content, Opaque};

    fn filter(text: &str) -> TopicFilter {
        TopicFilter::new(text).unwrap()
    }

    fn publish(hub: &Hub, topic: &str) -> usize {
        let content = Content::Opaque(Opaque::default());
        hub.publish_counting(&Arc::new(Publication::new(Topic::new(topic).unwrap(), content)))
    }

    fn received(outbox: &Outbox) -> usize {
        outbox.take_deliveries().0.len()
    }

    #[test]
    fn each_matching_subscription_gets_it_once() {
        let (hub, outbox) = (Hub::default(), Outbox::new(1 << 20));
        for (key, pattern) in (0..).zip(["a/b", "a/+", "#", "c"]) {
            hub.subscribe(&filter(pattern), Subscriber::new(&outbox, key));
        }
        let other = Outbox::new(1 << 20);
        hub.subscribe(&filter("a/b"), Subscriber::new(&other, 0));
        assert_eq!(publish(&hub, "a/b"), 2, "each connection counts once");
        assert_eq!(received(&outbox), 3);
    }

    #[test]
    fn listeners_are_counted_without_a_word() {
        let (hub, one, two) = (Hub::default(), Outbox::new(1 << 20), Outbox::new(1 << 20));
        let topic = Topic::new("a/b").unwrap();
        assert_eq!(hub.listeners(&topic), 0);
        for (key, pattern) in (0..).zip(["a/b", "a/+", "c"]) {
            hub.subscribe(&filter(pattern), Subscriber::new(&one, key));
        }
        hub.subscribe(&filter("#"), Subscriber::new(&two, 0));
        assert_eq!(hub.listeners(&topic), 2, "each connection counts once");
        assert_eq!((received(&one), received(&two)), (0, 0));
    }

    #[test]
    fn what_is_confined_comes_to_its_topic_alone() {
        let (hub, exact, others) = (Hub::default(), Outbox::new(1 << 20), Outbox::new(1 << 20));
        hub.subscribe(&filter("user/ann/notices"), Subscriber::new(&exact, 1));
        for (key, pattern) in (0..).zip(["#", "user/#", "user/ann/+", "+/+/notices", "user/bob/notices"]) {
            hub.subscribe(&filter(pattern), Subscriber::new(&others, key));
        }
        let content = Content::Opaque(Opaque::default().confined());
        hub.publish(&Arc::new(Publication::new(Topic::new("user/ann/notices").unwrap(), content)));
        assert_eq!((received(&exact), received(&others)), (1, 0));
    }

    #[test]
    fn nothing_comes_after_unsubscribe() {
        let (hub, outbox) = (Hub::default(), Outbox::new(1 << 20));
        for pattern in ["a/b", "a/#"] {
            let subscriber = Subscriber::new(&outbox, 1);
            hub.subscribe(&filter(pattern), subscriber.clone());
            hub.unsubscribe(&filter(pattern), &subscriber);
            hub.unsubscribe(&filter(pattern), &subscriber);
        }
        assert_eq!(publish(&hub, "a/b"), 0);
        assert_eq!(received(&outbox), 0);
        assert!(hub.shards.iter().all(|shard| shard.read().unwrap().is_empty()), "empty topics are forgotten");
    }
}
