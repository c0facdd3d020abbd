//! A mailbox that publishers and its connection share.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use deskwire_model::{SessionId, TopicFilter, Uid};
use deskwire_store::{MqttSessionId, MqttSubscription, Queued, QueuedId};

use super::{
    SavedMailbox,
    groups::{Connection, Group, SharedFilter},
    state::{Bounds, MailboxState, Message, Offer},
};
use crate::{
    account::{Account, Holder},
    clock::now,
    hub::Hub,
    outbox::{Outbox, Post},
    publication::Publication,
};

#[derive(Debug)]
struct Content {
    state: MailboxState,
    /// Where it is read.
    reader: Option<Arc<Outbox>>,
    /// What has come while it is not known what the store has for it.
    arriving: Option<Vec<Message>>,
}

impl Holder for Content {
    fn bytes(&self) -> usize {
        self.state.bytes()
    }

    fn take_gone(&mut self) -> Vec<QueuedId> {
        self.state.take_gone()
    }
}

/// A subscription of the session, and where it stands.
#[derive(Debug)]
struct Subscribed {
    subscription: MqttSubscription,
    standing: Standing,
}

#[derive(Debug)]
enum Standing {
    /// Nowhere: what comes by it goes straight to the connection (QoS 0), or is read from a log.
    Nowhere,
    /// Among what mailboxes listen to.
    Bound(TopicFilter),
    /// In a group.
    Member(Arc<Group>),
}

/// The mailbox of an MQTT session, with what the session subscribes to.
#[derive(Debug)]
pub(crate) struct Mailbox {
    user: Uid,
    /// As whose words its client's publications are known, on all of its connections.
    origin: SessionId,
    /// The number of a session that outlives its connection.
    durable: Option<MqttSessionId>,
    /// In the order of their filters: most sessions have one or two.
    subscriptions: Mutex<Vec<Subscribed>>,
    content: Mutex<Content>,
    account: Arc<Account<Bounds>>,
    /// Whether another node has the session.
    is_lost: AtomicBool,
}

impl Mailbox {
    pub(super) fn new(
        user: Uid,
        origin: SessionId,
        durable: Option<MqttSessionId>,
        account: &Arc<Account<Bounds>>,
    ) -> Arc<Self> {
        let content = Content { state: MailboxState::new(account.bounds), reader: None, arriving: None };
        Arc::new(Self {
            user,
            origin,
            durable,
            subscriptions: Mutex::default(),
            content: Mutex::new(content),
            account: Arc::clone(account),
            is_lost: AtomicBool::new(false),
        })
    }

    pub(super) const fn user(&self) -> &Uid {
        &self.user
    }

    /// As whose words its client's publications are known.
    pub(super) const fn origin(&self) -> SessionId {
        self.origin
    }

    /// The number of a session that outlives its connection.
    pub(crate) const fn durable(&self) -> Option<MqttSessionId> {
        self.durable
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        // Every critical section leaves the content whole.
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change, and keeps account of it.
    fn change<T>(&self, change: impl FnOnce(&mut Content) -> T) -> T {
        self.account.change(self.lock(), change)
    }

    /// Makes a change, then hands out what can be handed out.
    pub(super) fn turn<T>(&self, change: impl FnOnce(&mut MailboxState) -> T) -> T {
        self.change(|content| {
            let result = change(&mut content.state);
            content.hand_out();
            result
        })
    }

    /// Appends a message that came by the shared subscription `via`, or by the session's own, with the number it is
    /// stored under; when it does not fit, the oldest ones go. Calls `reached` if the session is connected.
    pub(crate) fn post(
        &self,
        publication: &Arc<Publication>,
        stored: Option<QueuedId>,
        via: Option<&Arc<str>>,
        reached: &mut impl FnMut(&Arc<Outbox>),
    ) {
        let message = Message::new(Arc::clone(publication), stored, via.cloned());
        let most = self.account.bounds.messages;
        self.change(|content| {
            if let Some(arriving) = content.arriving.as_mut().filter(|arriving| arriving.len() < most) {
                return arriving.push(message);
            }
            let most_bytes = content.state.bytes() + self.account.room();
            content.state.post(message, most_bytes, now);
            content.hand_out();
            if let Some(reader) = &content.reader {
                reached(reader);
            }
        });
    }

    /// Has the store forget a message that was stored for the session and does not come to it.
    pub(crate) fn give_back(&self, stored: QueuedId) {
        self.account.forget(vec![stored]);
    }

    /// Changes what nobody is told of.
    pub(super) fn quietly<T>(&self, change: impl FnOnce(&mut MailboxState) -> T) -> T {
        self.change(|content| change(&mut content.state))
    }

    pub(super) fn messages(&self) -> usize {
        self.lock().state.messages()
    }

    /// Where the session's present connection is reached.
    pub(super) fn outbox(&self) -> Option<Arc<Outbox>> {
        self.lock().reader.clone()
    }

    /// Has a connection read from now on; it gets nothing before it begins.
    pub(super) fn attach(&self, outbox: &Arc<Outbox>, window: usize) -> SavedMailbox {
        self.change(|content| {
            content.reader = Some(Arc::clone(outbox));
            content.state.attach(window)
        })
    }

    /// Lets the connection have messages: what earlier ones have sent, then what `recalls` puts into its outbox, then the
    /// rest.
    pub(super) fn begin(&self, recalls: impl FnOnce()) {
        self.change(|content| {
            content.state.begin();
            content.repeat();
            recalls();
            content.hand_out();
        });
    }

    /// Ends the connection, which leaves what it has sent.
    pub(super) fn detach(&self, saved: Option<SavedMailbox>) {
        for subscribed in self.lock_subscriptions().iter() {
            if let Standing::Member(group) = &subscribed.standing {
                group.disconnect(self);
            }
        }
        self.change(|content| {
            content.reader = None;
            content.state.detach(saved);
        });
    }
}

/// On its way to this node, or away from it.
impl Mailbox {
    /// Keeps what comes apart until it [arrives](Self::arrive).
    pub(super) fn expect(&self) {
        self.lock().arriving = Some(Vec::new());
    }

    /// Takes in what the store has for it, in that order, and behind that what has come meanwhile.
    ///
    /// A message that was settled, and that a crash kept in the store, gives way to the later one that was sent with its
    /// packet identifier: the client would take one for the other.
    pub(super) fn arrive(&self, stored: Vec<Queued>) {
        self.change(|content| {
            let came = content.arriving.take().unwrap_or_default();
            let known: HashSet<_> = came.iter().filter_map(|message| message.stored).collect();
            let mut sent = HashMap::new();
            for queued in stored {
                if known.contains(&queued.id) {
                    continue;
                }
                let inflight = queued.inflight;
                let number = content.state.restore(Message::stored(queued), inflight);
                if let Some((packet_id, _)) = inflight
                    && let Some(settled) = sent.insert(packet_id, number)
                {
                    content.state.settle(settled);
                }
            }
            for message in came {
                let most_bytes = content.state.bytes() + self.account.room();
                content.state.post(message, most_bytes, now);
            }
        });
    }

    /// Notes that another node has the session: the store is not to be told of its end here.
    pub(super) fn lose(&self) {
        self.is_lost.store(true, Ordering::Release);
    }

    /// Whether another node has the session.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }

    /// Lets go of the session: nothing comes any more, and what the store has for it stays there, but for what came before
    /// it arrived.
    pub(super) fn release(&self, hub: &Hub) {
        self.leave_all(hub);
        let came = self.change(|content| {
            content.state.abandon();
            content.arriving.take().unwrap_or_default()
        });
        self.account.forget(came.into_iter().filter_map(|message| message.stored).collect());
    }

    /// What it collects from.
    pub(super) fn filters(&self) -> Vec<TopicFilter> {
        self.lock_subscriptions().iter().filter_map(|subscribed| subscribed.standing.filter().cloned()).collect()
    }
}

impl Content {
    /// Offers the connection what it can have.
    fn hand_out(&mut self) {
        let Some(reader) = &self.reader else { return };
        self.state.dispatch(now, |offer| reader.post(offer.message.weight, || post(&offer)));
    }

    /// Hands the connection what earlier ones have sent.
    fn repeat(&mut self) {
        let Some(reader) = &self.reader else { return };
        self.state.repeat(|offer| reader.post_again(offer.message.weight, post(&offer)));
    }
}

fn post(offer: &Offer<'_>) -> Post {
    Post {
        publication: Arc::clone(&offer.message.publication),
        number: offer.number,
        redelivered: offer.redelivered,
        stored: offer.message.stored.is_some(),
        via: offer.message.via.clone(),
        retained: offer.message.retained,
    }
}

/// What the session subscribes to.
impl Mailbox {
    fn lock_subscriptions(&self) -> MutexGuard<'_, Vec<Subscribed>> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn subscriptions(&self) -> Vec<MqttSubscription> {
        self.lock_subscriptions().iter().map(|subscribed| subscribed.subscription.clone()).collect()
    }

    /// Makes a subscription, in place of the one of its filter if there is one, without a gap; returns whether there was.
    /// `connection` is where a member of a group is reached.
    pub(super) fn subscribe(
        self: &Arc<Self>,
        hub: &Hub,
        subscription: &MqttSubscription,
        connection: Option<Connection>,
    ) -> bool {
        const QOS: u8 = 0b11;
        const NO_LOCAL: u8 = 0b100;
        let (assured, no_local) = (subscription.options & QOS > 0, subscription.options & NO_LOCAL > 0);
        let mut subscriptions = self.lock_subscriptions();
        let place = place_of(&subscriptions, &subscription.filter);
        let old = place.ok().map(|index| &subscriptions[index].standing);
        let standing = match SharedFilter::parse(&subscription.filter) {
            Some(shared) => Standing::Member(hub.groups.join(&shared, self, assured, connection)),
            None => match TopicFilter::new(&subscription.filter) {
                Ok(filter) if assured => {
                    hub.mailboxes.bind(&filter, self, no_local);
                    Standing::Bound(filter)
                }
                _ => {
                    if let Some(Standing::Bound(filter)) = old {
                        hub.mailboxes.unbind(filter, self);
                    }
                    Standing::Nowhere
                }
            },
        };
        standing.filter().into_iter().for_each(|filter| hub.neighbours.listen(filter));
        old.and_then(Standing::filter).into_iter().for_each(|filter| hub.neighbours.ignore(filter));
        let subscribed = Subscribed { subscription: subscription.clone(), standing };
        match place {
            Ok(index) => subscriptions[index] = subscribed,
            Err(index) => {
                if subscriptions.is_empty() {
                    // Most sessions never have another.
                    subscriptions.reserve_exact(1);
                }
                subscriptions.insert(index, subscribed);
            }
        }
        place.is_ok()
    }

    /// Notes a subscription as one of the session's. One that was not made to collect stays so: a conversation waits in its
    /// log.
    pub(super) fn note(&self, subscription: &MqttSubscription) {
        let mut subscriptions = self.lock_subscriptions();
        match place_of(&subscriptions, &subscription.filter) {
            Ok(index) => subscriptions[index].subscription.clone_from(subscription),
            Err(index) => {
                let subscribed = Subscribed { subscription: subscription.clone(), standing: Standing::Nowhere };
                subscriptions.insert(index, subscribed);
            }
        }
    }

    /// Ends a subscription; returns whether there was one.
    pub(super) fn unsubscribe(&self, hub: &Hub, filter: &str) -> bool {
        let mut subscriptions = self.lock_subscriptions();
        let ended = place_of(&subscriptions, filter).ok().map(|index| subscriptions.remove(index));
        drop(subscriptions);
        let found = ended.is_some();
        ended.into_iter().for_each(|subscribed| subscribed.standing.leave(hub, self));
        found
    }

    /// Ends the session: nothing comes any more, and what is there is forgotten.
    pub(super) fn end(&self, hub: &Hub) {
        self.leave_all(hub);
        self.quietly(MailboxState::clear);
    }

    fn leave_all(&self, hub: &Hub) {
        let ended = std::mem::take(&mut *self.lock_subscriptions());
        ended.into_iter().for_each(|subscribed| subscribed.standing.leave(hub, self));
    }
}

/// Where the subscription called `filter` is, or has to be put.
fn place_of(subscriptions: &[Subscribed], filter: &str) -> Result<usize, usize> {
    subscriptions.binary_search_by(|subscribed| (*subscribed.subscription.filter).cmp(filter))
}

impl Standing {
    /// What it collects from.
    fn filter(&self) -> Option<&TopicFilter> {
        match self {
            Self::Nowhere => None,
            Self::Bound(filter) => Some(filter),
            Self::Member(group) => Some(group.filter()),
        }
    }

    fn leave(self, hub: &Hub, mailbox: &Mailbox) {
        self.filter().into_iter().for_each(|filter| hub.neighbours.ignore(filter));
        match self {
            Self::Nowhere => {}
            Self::Bound(filter) => hub.mailboxes.unbind(&filter, mailbox),
            Self::Member(group) => hub.groups.leave(&group, mailbox),
        }
    }
}
