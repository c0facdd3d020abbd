//! What a connection listens to, and its place in each log.

use std::{
    collections::{BTreeSet, VecDeque},
    mem,
    sync::Arc,
};

use deskwire_broker::{
    Admission, Feed, Hub, Outbox, Overflow, Publication, Recall, Retained, Subscriber, SubscriptionKey, Takes,
};
use deskwire_desk::{Membership, OpenFeed};
use deskwire_model::{Conversation, LogId, Seq, TopicFilter};

/// Which entries of a log the client has for certain; they may be confirmed in any order.
#[derive(Debug)]
struct Confirmed {
    upto: Seq,
    ahead: BTreeSet<Seq>,
}

impl Confirmed {
    const fn new(upto: Seq) -> Self {
        Self { upto, ahead: BTreeSet::new() }
    }

    /// Confirms the entry at `seq`; returns the new position if everything before it is confirmed too.
    fn confirm(&mut self, seq: Seq) -> Option<Seq> {
        if seq > self.upto {
            self.ahead.insert(seq);
        }
        let before = self.upto;
        while self.ahead.remove(&self.upto.next()) {
            self.upto = self.upto.next();
        }
        (self.upto > before).then_some(self.upto)
    }

    fn confirm_all(&mut self, upto: Seq) -> bool {
        let moved = upto > self.upto;
        if moved {
            self.upto = upto;
            self.ahead = self.ahead.split_off(&upto.next());
        }
        moved
    }
}

/// A log that the connection follows.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) conversation: Arc<Conversation>,
    feed: Feed,
    confirmed: Confirmed,
    /// Whether the client has been told how far the others have read.
    told: bool,
    /// Until when the reader hears the log.
    membership: Membership,
    /// Whether something was kept from the reader because it has no part in the conversation any more.
    departed: bool,
    /// Whether the log waits to be read.
    queued: bool,
}

/// What a subscription wants of the hub; by default everything, and to be cut when it cannot keep up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Intake {
    /// Which messages.
    pub(super) takes: Takes,
    /// What becomes of those that find no room.
    pub(super) overflow: Overflow,
}

impl Intake {
    /// What a reader of a log wants.
    pub(super) const LOG: Self = Self { takes: Takes::Confined, overflow: Overflow::Cut };
}

/// One subscription of the connection; `T` is what its protocol remembers about it.
#[derive(Debug)]
pub(super) struct Subscription<T> {
    key: SubscriptionKey,
    filter: TopicFilter,
    pub(super) log: Option<Box<Followed>>,
    pub(super) protocol: T,
}

/// What to do with a publication that came for a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Send it.
    Send,
    /// Do not: the client has it, will get it from the log, or unsubscribed.
    Drop,
}

/// The subscriptions of one connection. Leaves the hub when it is dropped.
#[derive(Debug)]
pub(super) struct Subscriptions<T> {
    hub: Arc<Hub>,
    outbox: Arc<Outbox>,
    /// In the order of their keys.
    list: Vec<Subscription<T>>,
    /// How many of them have wildcards.
    wildcards: usize,
    /// Subscriptions whose log has to be read.
    behind: VecDeque<SubscriptionKey>,
    /// Subscriptions that reached the end of their log for the first time.
    arrived: Vec<SubscriptionKey>,
}

/// A subscription that the hub knows and the connection does not yet; ends unless it is added.
#[derive(Debug)]
pub(super) struct Active {
    hub: Arc<Hub>,
    filter: TopicFilter,
    subscriber: Option<Subscriber>,
}

impl Active {
    /// Waits until what is said on other nodes comes too.
    pub(super) async fn hears_others(&self) {
        if let Some(subscriber) = &self.subscriber {
            self.hub.hears_others(&self.filter, subscriber.takes).await;
        }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        if let Some(subscriber) = &self.subscriber {
            self.hub.unsubscribe(&self.filter, subscriber);
        }
    }
}

impl<T> Subscriptions<T> {
    pub(super) const fn new(hub: Arc<Hub>, outbox: Arc<Outbox>) -> Self {
        Self { hub, outbox, list: Vec::new(), wildcards: 0, behind: VecDeque::new(), arrived: Vec::new() }
    }

    fn subscriber(&self, key: SubscriptionKey, intake: Intake) -> Subscriber {
        let Intake { takes, overflow } = intake;
        Subscriber { outbox: Arc::clone(&self.outbox), key, takes, overflow }
    }

    /// Makes a subscription active: from now on the outbox gets what is said on this node, and from [`Active::hears_others`]
    /// on what is said on others. Nothing is handed on before [`Self::add`].
    pub(super) fn activate(&self, key: SubscriptionKey, filter: TopicFilter, intake: Intake) -> Active {
        let subscriber = self.subscriber(key, intake);
        self.hub.subscribe(&filter, subscriber.clone());
        Active { hub: Arc::clone(&self.hub), filter, subscriber: Some(subscriber) }
    }

    /// As [`Self::activate`], for live topics: what is retained on them comes first, if anything is. Whatever else is to
    /// begin with the subscription does so in `also`.
    pub(super) fn activate_with_retained(
        &self,
        key: SubscriptionKey,
        filter: TopicFilter,
        intake: Intake,
        retained: &Retained,
        also: impl FnOnce(),
    ) -> (Active, Option<Recall>) {
        let subscriber = self.subscriber(key, intake);
        let recall = retained.subscribe(&filter, subscriber.clone(), also);
        (Active { hub: Arc::clone(&self.hub), filter, subscriber: Some(subscriber) }, recall)
    }

    /// Changes what an existing subscription wants of the hub, without a gap.
    pub(super) fn take_in(&self, key: SubscriptionKey, intake: Intake) {
        if let Some(subscription) = self.get(key) {
            self.hub.change(&subscription.filter, &self.subscriber(key, intake));
        }
    }

    /// Has an existing subscription to live topics get again what is retained on them, if anything is.
    pub(super) fn recall(&self, key: SubscriptionKey, retained: &Retained) -> Option<Recall> {
        retained.recall(&self.get(key)?.filter, &self.subscriber(key, Intake::default()))
    }

    /// Has an existing subscription go on with what is retained, where an earlier connection ended.
    pub(super) fn go_on(&self, key: SubscriptionKey, recall: &Recall) {
        recall.go_on(&self.subscriber(key, Intake::default()));
    }

    /// Adds an active subscription. Keys must be added in ascending order.
    pub(super) fn add(&mut self, mut active: Active, log: Option<OpenFeed>, protocol: T) {
        let Some(Subscriber { key, .. }) = active.subscriber.take() else { return };
        let log = log.map(|open| {
            let feed = Feed::new(open.position, open.head);
            let queued = feed.is_behind();
            if queued {
                self.behind.push_back(key);
            } else {
                self.arrived.push(key);
            }
            let confirmed = Confirmed::new(open.position);
            let OpenFeed { conversation, membership, .. } = open;
            Box::new(Followed { conversation, membership, departed: false, feed, confirmed, told: false, queued })
        });
        self.push(Subscription { key, filter: active.filter.clone(), log, protocol });
    }

    /// Adds a subscription that is none of the hub's.
    pub(super) fn add_unlisted(&mut self, key: SubscriptionKey, filter: TopicFilter, protocol: T) {
        self.push(Subscription { key, filter, log: None, protocol });
    }

    fn push(&mut self, subscription: Subscription<T>) {
        if self.list.is_empty() {
            // Most connections have one subscription, for all their life.
            self.list.reserve_exact(1);
        }
        self.wildcards += usize::from(subscription.filter.exact().is_none());
        self.list.push(subscription);
    }

    /// Whether a message may belong to more than one subscription: where there are no wildcards, each has its own topic.
    pub(super) const fn may_overlap(&self) -> bool {
        self.wildcards > 0 && self.list.len() > 1
    }

    /// A subscription that reached the end of its log for the first time since this was asked last, with its
    /// conversation.
    pub(super) fn next_arrived(&mut self) -> Option<(SubscriptionKey, Arc<Conversation>)> {
        while let Some(key) = self.arrived.pop() {
            if let Some(followed) = self.followed(key).filter(|followed| !followed.told) {
                followed.told = true;
                return Some((key, Arc::clone(&followed.conversation)));
            }
        }
        None
    }

    /// Whether [`Self::next_arrived`] has something to say.
    pub(super) fn has_arrived(&self) -> bool {
        !self.arrived.is_empty()
    }

    fn index(&self, key: SubscriptionKey) -> Option<usize> {
        self.list.binary_search_by_key(&key, |subscription| subscription.key).ok()
    }

    pub(super) fn get(&self, key: SubscriptionKey) -> Option<&Subscription<T>> {
        Some(&self.list[self.index(key)?])
    }

    fn followed(&mut self, key: SubscriptionKey) -> Option<&mut Followed> {
        let index = self.index(key)?;
        self.list[index].log.as_deref_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Subscription<T>> {
        self.list.iter()
    }

    /// Changes what the protocol remembers about a subscription.
    pub(super) fn replace(&mut self, key: SubscriptionKey, protocol: T) {
        if let Some(index) = self.index(key) {
            self.list[index].protocol = protocol;
        }
    }

    pub(super) fn remove(&mut self, key: SubscriptionKey) {
        if let Some(index) = self.index(key) {
            let subscription = self.list.remove(index);
            self.wildcards -= usize::from(subscription.filter.exact().is_none());
            self.leave(&subscription);
        }
    }

    fn leave(&self, subscription: &Subscription<T>) {
        let subscriber = Subscriber::new(&self.outbox, subscription.key);
        self.hub.unsubscribe(&subscription.filter, &subscriber);
    }

    /// The subscription that was made with this filter, as it was spelled.
    pub(super) fn find_named(&self, filter: &str) -> Option<&Subscription<T>> {
        self.list.iter().find(|subscription| subscription.filter.as_str() == filter)
    }

    /// The subscription that was made with exactly this filter.
    pub(super) fn find(&self, filter: &TopicFilter) -> Option<&Subscription<T>> {
        self.list.iter().find(|subscription| subscription.filter == *filter)
    }

    /// Decides on a publication from the outbox. With `open` false the client cannot take any more now: an entry is
    /// left to the log.
    pub(super) fn admit(&mut self, key: SubscriptionKey, publication: &Publication, open: bool) -> Verdict {
        let Some(index) = self.index(key) else { return Verdict::Drop };
        let Some(followed) = self.list[index].log.as_deref_mut() else { return Verdict::Send };
        if !followed.membership.covers(publication.seq()) {
            followed.departed = true;
            return Verdict::Drop;
        }
        let is_back = mem::take(&mut followed.departed);
        let was_behind = followed.feed.is_behind();
        let send = match publication.seq() {
            // What is relayed must not overtake entries that are still to be read. If it was a receipt, the positions
            // are told again once the client is up to date.
            None if was_behind => {
                followed.told = false;
                false
            }
            None => true,
            Some(seq) if !open => {
                followed.feed.miss(seq);
                false
            }
            Some(seq) => followed.feed.announce(seq) == Admission::Deliver,
        };
        if followed.feed.is_behind() && (!was_behind || is_back) && !followed.queued {
            followed.queued = true;
            self.behind.push_back(key);
        }
        if send { Verdict::Send } else { Verdict::Drop }
    }

    /// Has the log of a subscription read, because something was lost on the way.
    pub(super) fn lagging(&mut self, key: SubscriptionKey) {
        if let Some(followed) = self.followed(key) {
            followed.feed.fall_behind();
            followed.told = false;
            self.read_on(key);
        }
    }

    /// The reader takes part in a conversation again: what was kept from it meanwhile is read.
    pub(super) fn rejoined(&mut self, log: LogId) {
        let is_back = |followed: &Followed| followed.conversation.id == log && followed.departed;
        let kept = self.list.iter().filter(|subscription| subscription.log.as_deref().is_some_and(is_back));
        for key in kept.map(|subscription| subscription.key).collect::<Vec<_>>() {
            if let Some(followed) = self.followed(key) {
                followed.departed = false;
            }
            self.lagging(key);
        }
    }

    /// Has the log of a subscription that is behind read further, because the client can take more again.
    pub(super) fn read_on(&mut self, key: SubscriptionKey) {
        if let Some(followed) = self.followed(key).filter(|followed| followed.feed.is_behind() && !followed.queued) {
            followed.queued = true;
            self.behind.push_back(key);
        }
    }

    /// The next log to read, and from where. A subscription whose client cannot take more now is passed over: an
    /// acknowledgement brings it back.
    pub(super) fn next_behind(
        &mut self,
        open: impl Fn(&T) -> bool,
    ) -> Option<(SubscriptionKey, Arc<Conversation>, Seq)> {
        while let Some(key) = self.behind.pop_front() {
            let Some(index) = self.index(key) else { continue };
            let Subscription { log, protocol, .. } = &mut self.list[index];
            let Some(followed) = log.as_deref_mut() else { continue };
            followed.queued = false;
            if !followed.membership.covers(Some(followed.feed.position().next())) {
                followed.departed = true;
                continue;
            }
            if open(protocol) && followed.feed.is_behind() {
                return Some((key, Arc::clone(&followed.conversation), followed.feed.begin_read()));
            }
        }
        None
    }

    /// Whether the entry at `seq`, read from the log, is to be sent.
    pub(super) fn read(&mut self, key: SubscriptionKey, seq: Seq) -> bool {
        self.followed(key).is_some_and(|followed| followed.membership.covers(Some(seq)) && followed.feed.read(seq))
    }

    /// Notes that a log has nothing up to `seq` any more.
    pub(super) fn pass_over(&mut self, key: SubscriptionKey, seq: Seq) {
        if let Some(followed) = self.followed(key) {
            followed.feed.pass_over(seq);
        }
    }

    /// Ends a page: `last` when the log had no more.
    pub(super) fn page_end(&mut self, key: SubscriptionKey, last: bool) {
        let Some(followed) = self.followed(key) else { return };
        if last && followed.feed.reached_end() {
            if !followed.told {
                self.arrived.push(key);
            }
        } else {
            self.read_on(key);
        }
    }

    /// Notes that the client has the entry at `seq`; returns the conversation and the position to remember if the
    /// device's cursor moves.
    pub(super) fn confirm(&mut self, key: SubscriptionKey, seq: Seq) -> Option<(Arc<Conversation>, Seq)> {
        let followed = self.followed(key)?;
        let upto = followed.confirmed.confirm(seq)?;
        Some((Arc::clone(&followed.conversation), upto))
    }

    /// As [`Self::confirm`], for everything up to `seq`.
    pub(super) fn confirm_all(&mut self, key: SubscriptionKey, seq: Seq) -> Option<(Arc<Conversation>, Seq)> {
        let followed = self.followed(key)?;
        followed.confirmed.confirm_all(seq).then(|| (Arc::clone(&followed.conversation), seq))
    }

    /// Subscriptions with entries that were sent but not confirmed, and the last position sent.
    pub(super) fn unconfirmed(&self) -> impl Iterator<Item = (&Subscription<T>, Seq)> {
        self.list.iter().filter_map(|subscription| {
            let followed = subscription.log.as_deref()?;
            (followed.feed.position() > followed.confirmed.upto).then_some((subscription, followed.feed.position()))
        })
    }
}

impl<T> Subscription<T> {
    /// The log it follows and the last entry that was handed on, if it follows one.
    pub(super) fn handed_on(&self) -> Option<(LogId, Seq)> {
        let followed = self.log.as_deref()?;
        Some((followed.conversation.id, followed.feed.position()))
    }

    /// What it follows.
    pub(super) const fn filter(&self) -> &TopicFilter {
        &self.filter
    }

    /// The connection's name for it.
    pub(super) const fn key(&self) -> SubscriptionKey {
        self.key
    }
}

impl<T> Drop for Subscriptions<T> {
    fn drop(&mut self) {
        for subscription in &self.list {
            self.leave(subscription);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Confirmations in any order move the cursor exactly over what is confirmed without a hole.
        #[test]
        fn the_cursor_never_passes_a_hole(order in Just((1u64..20).collect::<Vec<_>>()).prop_shuffle(), cut in 0usize..19) {
            let mut confirmed = Confirmed::new(Seq::ZERO);
            let mut seen = BTreeSet::new();
            for seq in order.into_iter().take(cut) {
                confirmed.confirm(Seq(seq));
                seen.insert(seq);
                let expected = (1..).take_while(|s| seen.contains(s)).last().unwrap_or(0);
                prop_assert_eq!(confirmed.upto, Seq(expected));
            }
        }
    }
}
