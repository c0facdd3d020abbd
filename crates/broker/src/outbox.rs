//! What one connection has still to write.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use deskwire_model::Conversation;
use deskwire_store::Written;

use crate::{
    log::CommitError,
    mailboxes::MAILBOX,
    publication::{Content, Publication},
    retained::Recall,
};

/// A connection's name for one of its subscriptions.
pub type SubscriptionKey = u32;

/// Why the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// The reader of a live topic did not keep up (invariant I7).
    #[error("slow consumer: more is waiting than the outbox holds")]
    SlowConsumer,
    /// Another connection took over the client id `[MQTT-3.1.4-3]`.
    #[error("another connection uses this client id")]
    TakenOver,
    /// Another connection of the user resumed a durable subscription.
    #[error("another connection has resumed the durable subscription")]
    SubscriptionTakenOver,
    /// Another connection of the user has given a durable subscription up.
    #[error("another connection has ended the durable subscription for good")]
    SubscriptionForgotten,
    /// Other nodes have taken what the connection had of a queue, as this one was taken for dead.
    #[error("messages that the connection had not acknowledged are delivered again by other nodes")]
    WorkTaken,
    /// What let the connection in lets nobody in any more.
    #[error(
        "what let the connection in has ended: its user has signed out or has another password, or its key is over"
    )]
    SignedOut,
    /// Whoever runs the server has ended it.
    #[error("whoever runs the server has ended the session")]
    Dismissed,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

/// Something for one of the connection's subscriptions.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The connection's subscription.
    pub subscription: SubscriptionKey,
    /// What to hand on.
    pub delivered: Delivered,
}

/// What is delivered.
#[derive(Clone, Debug)]
pub enum Delivered {
    /// What was said on a topic.
    Said(Arc<Publication>),
    /// What a queue hands over.
    Handed(Arc<Publication>, Handover),
    /// What has waited in the mailbox of the connection's MQTT session.
    Posted(Post),
    /// What is retained on the topics of the subscription, one after the other.
    Retained(Recall),
}

/// A message on its way from a queue to one of its consumers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Its number in the queue, by which it is settled or refused.
    pub number: u64,
    /// Whether somebody may have had it before.
    pub redelivered: bool,
}

/// A message on its way from the mailbox of an MQTT session to its connection, always under
/// [`MAILBOX`](crate::mailboxes::MAILBOX).
#[derive(Clone, Debug)]
pub struct Post {
    /// What was said.
    pub publication: Arc<Publication>,
    /// Its number in the mailbox, by which it is settled.
    pub number: u64,
    /// Whether an earlier connection sent it, under the packet identifier that
    /// [`SavedMailbox`](crate::mailboxes::SavedMailbox) has.
    pub redelivered: bool,
    /// Whether it is in the store, where its packet identifier can be kept.
    pub stored: bool,
    /// The shared subscription that it came by, in full; none if it came by the session's own.
    pub via: Option<Arc<str>>,
    /// Whether it came because it was retained when the session subscribed.
    pub retained: bool,
}

/// What becomes of an opaque message for which there is no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The connection is ended: it must not miss anything without knowing.
    #[default]
    Cut,
    /// The message is dropped: nobody promised it (QoS 0 of MQTT).
    Drop,
}

/// What the server has to tell the connection itself. Answers never wait behind deliveries: a client that takes no
/// deliveries now may be waiting for an answer before it takes more.
#[derive(Debug)]
pub enum Answer {
    /// What became of the write the connection numbered `ticket`.
    Committed {
        /// The connection's number for the write.
        ticket: u64,
        /// What the commit said.
        outcome: Result<Written, CommitError>,
    },
    /// What the connection numbered `ticket` has been handed on, behind the writes before it.
    HandedOn {
        /// The connection's number for it.
        ticket: u64,
    },
    /// The user takes part in a conversation from now on.
    Joined(Arc<Conversation>),
}

/// What the server wants of the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// To end, and why.
    pub close: Option<CloseReason>,
    /// To say who is at the other end and what it listens to.
    pub describe: bool,
    /// To look again whether it may stay.
    pub reconsider: bool,
}

#[derive(Debug, Default)]
struct Queue {
    answers: VecDeque<Answer>,
    deliveries: VecDeque<Delivery>,
    /// Weight of the deliveries, in bytes, but for those from queues.
    bytes: usize,
    /// Weight of the deliveries from queues, in bytes. They have room of their own, which they may fill: what a queue
    /// has in plenty must not make a live topic overflow.
    queued_bytes: usize,
    /// Subscriptions that have to ask for more: logged ones that lost a delivery here, and consumers of a queue whose
    /// offer did not fit.
    lagging: Vec<SubscriptionKey>,
    orders: Orders,
    waker: Option<Waker>,
    /// Whether the connection waits for deliveries too.
    wants_deliveries: bool,
}

impl Queue {
    /// Whether there is something that the connection is woken for even if it takes no deliveries now.
    fn is_urgent(&self) -> bool {
        !self.answers.is_empty() || self.orders.describe || self.orders.reconsider
    }

    fn lag(&mut self, subscription: SubscriptionKey) {
        if !self.lagging.contains(&subscription) {
            self.lagging.push(subscription);
        }
    }
}

/// The bounded queue between everybody who writes to a connection and the connection's task, which drains it.
///
/// Its only lock guards memory operations and is never held while anything is written or awaited.
#[derive(Debug)]
pub struct Outbox {
    queue: Mutex<Queue>,
    limit: usize,
}

impl Outbox {
    /// An empty outbox that holds deliveries of `limit` bytes, and as much again from queues; it allocates nothing until
    /// something is put in.
    #[must_use]
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::default(), limit })
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Every critical section leaves the queue whole, so a panic elsewhere in a holder's thread harms nothing.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a `change` and wakes the connection if it waits for what is there now.
    fn update(&self, change: impl FnOnce(&mut Queue, usize)) {
        let mut queue = self.lock();
        change(&mut queue, self.limit);
        let wanted = queue.wants_deliveries || queue.is_urgent() || queue.orders.close.is_some();
        let waker = if wanted { queue.waker.take() } else { None };
        drop(queue);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Hands `publication` to a subscription of the connection. When it does not fit, a message makes the subscription
    /// lag: its log has the entry, and the positions that a receipt told. An opaque one ends the connection.
    pub fn deliver(&self, subscription: SubscriptionKey, publication: &Arc<Publication>) {
        self.deliver_or(Overflow::Cut, subscription, publication);
    }

    /// As [`Self::deliver`], where an opaque message that does not fit is cause for `overflow`.
    pub(crate) fn deliver_or(&self, overflow: Overflow, subscription: SubscriptionKey, publication: &Arc<Publication>) {
        self.update(|queue, limit| {
            let weight = publication.weight();
            // One delivery always fits: a message larger than the outbox must not be undeliverable.
            if queue.bytes == 0 || queue.bytes + weight <= limit {
                queue.bytes += weight;
                let delivered = Delivered::Said(Arc::clone(publication));
                queue.deliveries.push_back(Delivery { subscription, delivered });
                return;
            }
            let cut = match (publication.content(), overflow) {
                (Content::Opaque(_), Overflow::Drop) => {
                    metrics::counter!("deskwire_messages_dropped_total", "reason" => "slow_reader").increment(1);
                    return;
                }
                (Content::Opaque(_), Overflow::Cut) => true,
                (Content::Message { .. }, _) => false,
            };
            metrics::counter!("deskwire_outbox_overflows_total").increment(1);
            if cut {
                queue.orders.close = Some(CloseReason::SlowConsumer);
            } else {
                queue.lag(subscription);
            }
        });
    }

    /// How much waits for a subscription that was relayed to it, and is no entry of its log.
    #[must_use]
    pub fn relayed(&self, subscription: SubscriptionKey) -> usize {
        let is_relayed = |delivery: &Delivery| {
            let Delivered::Said(said) = &delivery.delivered else { return false };
            delivery.subscription == subscription && said.seq().is_none()
        };
        self.lock().deliveries.iter().filter(|delivery| is_relayed(delivery)).count()
    }

    /// Has a subscription of the connection read its log: announcements may have been lost on their way here.
    pub fn missed(&self, subscription: SubscriptionKey) {
        self.update(|queue, _| queue.lag(subscription));
    }

    /// Has a subscription of the connection get what is retained on its topics, in its turn. When there is no room the
    /// connection ends, as it would with what is said on these topics.
    pub(crate) fn recall(&self, subscription: SubscriptionKey, recall: Recall) {
        self.update(|queue, limit| {
            let weight = recall.weight();
            if queue.bytes > 0 && queue.bytes + weight > limit {
                metrics::counter!("deskwire_outbox_overflows_total").increment(1);
                queue.orders.close = Some(CloseReason::SlowConsumer);
                return;
            }
            queue.bytes += weight;
            queue.deliveries.push_back(Delivery { subscription, delivered: Delivered::Retained(recall) });
        });
    }

    /// Hands a queue's message to its consumer if there is room; returns whether there is. If not, the connection asks
    /// the queue for more when it has taken out what is here.
    pub fn offer(&self, subscription: SubscriptionKey, publication: &Arc<Publication>, handover: Handover) -> bool {
        let delivered = || Delivered::Handed(Arc::clone(publication), handover);
        self.offer_weighing(publication.weight(), subscription, delivered)
    }

    /// Hands a mailbox's message to the connection of its session, as [`Self::offer`] does.
    pub(crate) fn post(&self, weight: usize, post: impl FnOnce() -> Post) -> bool {
        self.offer_weighing(weight, MAILBOX, || Delivered::Posted(post()))
    }

    /// As [`Self::post`], whether there is room or not.
    pub(crate) fn post_again(&self, weight: usize, post: Post) {
        self.update(|queue, _| {
            queue.queued_bytes += weight;
            queue.deliveries.push_back(Delivery { subscription: MAILBOX, delivered: Delivered::Posted(post) });
        });
    }

    fn offer_weighing(
        &self,
        weight: usize,
        subscription: SubscriptionKey,
        delivered: impl FnOnce() -> Delivered,
    ) -> bool {
        let mut taken = false;
        self.update(|queue, limit| {
            taken = queue.queued_bytes == 0 || queue.queued_bytes + weight <= limit;
            if taken {
                queue.queued_bytes += weight;
                queue.deliveries.push_back(Delivery { subscription, delivered: delivered() });
            } else {
                queue.lag(subscription);
            }
        });
        taken
    }

    /// Tells the connection what became of its write; bounded by the writes it may have unanswered.
    pub fn committed(&self, ticket: u64, outcome: Result<Written, CommitError>) {
        self.update(|queue, _| queue.answers.push_back(Answer::Committed { ticket, outcome }));
    }

    /// Tells the connection that what it said has been handed on; bounded as [`Self::committed`] is.
    pub fn handed_on(&self, ticket: u64) {
        self.update(|queue, _| queue.answers.push_back(Answer::HandedOn { ticket }));
    }

    /// Tells the connection that its user takes part in a conversation.
    pub fn joined(&self, conversation: Arc<Conversation>) {
        self.update(|queue, _| queue.answers.push_back(Answer::Joined(conversation)));
    }

    /// Asks the connection to describe itself, once for all who want to know.
    pub fn describe(&self) {
        self.update(|queue, _| queue.orders.describe = true);
    }

    /// Has the connection look again whether it may stay, because something that let connections in has ended.
    pub fn reconsider(&self) {
        self.update(|queue, _| queue.orders.reconsider = true);
    }

    /// Tells the connection to end.
    pub fn close(&self, reason: CloseReason) {
        self.update(|queue, _| queue.orders.close = Some(reason));
    }

    /// Takes the answers out.
    #[must_use]
    pub fn take_answers(&self) -> VecDeque<Answer> {
        mem::take(&mut self.lock().answers)
    }

    /// Takes the deliveries out, and the subscriptions that have to read their log or ask their queue because some did
    /// not fit.
    #[must_use]
    pub fn take_deliveries(&self) -> (VecDeque<Delivery>, Vec<SubscriptionKey>) {
        let mut queue = self.lock();
        (queue.bytes, queue.queued_bytes) = (0, 0);
        (mem::take(&mut queue.deliveries), mem::take(&mut queue.lagging))
    }

    /// Takes the orders out, but for the one to end, which stands.
    #[must_use]
    pub fn take_orders(&self) -> Orders {
        let mut queue = self.lock();
        let orders = queue.orders;
        (queue.orders.describe, queue.orders.reconsider) = (false, false);
        orders
    }

    /// Ready when there are answers or orders; when there are deliveries, if the connection `wants_deliveries`; and when
    /// it must end, unless it `knows_its_end`.
    pub fn poll_ready(&self, cx: &mut Context<'_>, wants_deliveries: bool, knows_its_end: bool) -> Poll<()> {
        let mut queue = self.lock();
        let deliverable = wants_deliveries && (!queue.deliveries.is_empty() || !queue.lagging.is_empty());
        if deliverable || queue.is_urgent() || (queue.orders.close.is_some() && !knows_its_end) {
            return Poll::Ready(());
        }
        queue.wants_deliveries = wants_deliveries;
        if !queue.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            queue.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use deskwire_model::{LogId, Payload, Seq, Timestamp, Topic};

    use super::*;
    use crate::publication::Opaque;

    fn opaque(size: usize) -> Arc<Publication> {
        let body = Bytes::from(vec![0; size]);
        Arc::new(Publication::new(Topic::new("t").unwrap(), Content::Opaque(Opaque::new(body, None, Vec::new()))))
    }

    fn message(seq: Option<Seq>) -> Arc<Publication> {
        let payload = Payload::Json(Bytes::from(vec![b' '; 600]));
        let content = Content::Message { log: LogId(1), seq, at: Timestamp(0), recalled: false, payload };
        Arc::new(Publication::new(Topic::new("t").unwrap(), content))
    }

    #[test]
    fn a_message_larger_than_the_outbox_still_fits_alone() {
        let outbox = Outbox::new(100);
        outbox.deliver(1, &opaque(5000));
        assert_eq!((outbox.take_deliveries().0.len(), outbox.take_orders().close), (1, None));
    }

    #[test]
    fn what_nobody_promised_is_dropped_and_cuts_nobody() {
        let outbox = Outbox::new(1000);
        for _ in 0..3 {
            outbox.deliver_or(Overflow::Drop, 1, &opaque(600));
        }
        outbox.deliver_or(Overflow::Drop, 7, &message(None));
        let (deliveries, lagging) = outbox.take_deliveries();
        assert_eq!((deliveries.len(), lagging, outbox.take_orders().close), (1, vec![7], None));
    }

    #[test]
    fn overflow_makes_a_logged_feed_lag_and_costs_no_memory() {
        let outbox = Outbox::new(1000);
        for seq in 1..100 {
            outbox.deliver(7, &message(Some(Seq(seq))));
            outbox.deliver(7, &message(None));
        }
        let (deliveries, lagging) = outbox.take_deliveries();
        assert_eq!((deliveries.len(), lagging, outbox.take_orders().close), (1, vec![7], None));
    }

    #[test]
    fn what_a_queue_offers_has_room_of_its_own_and_is_never_too_much() {
        let outbox = Outbox::new(1000);
        let handover = Handover { number: 1, redelivered: false };
        assert!(outbox.offer(7, &opaque(600), handover));
        assert!(!outbox.offer(7, &opaque(600), handover));
        assert!(!outbox.offer(7, &opaque(600), handover));
        outbox.deliver(1, &opaque(600));
        assert_eq!(outbox.take_orders().close, None);
        let (deliveries, lagging) = outbox.take_deliveries();
        let kinds = [&deliveries[0].delivered, &deliveries[1].delivered];
        assert!(matches!(kinds, [Delivered::Handed(_, _), Delivered::Said(_)]), "{kinds:?}");
        assert_eq!(lagging, [7], "it asks for more");
        assert!(outbox.offer(7, &opaque(5000), handover), "one always fits");
    }

    #[test]
    fn a_connection_that_takes_no_deliveries_still_hears_answers_and_its_end() {
        let outbox = Outbox::new(1000);
        let cx = &mut Context::from_waker(Waker::noop());
        outbox.deliver(1, &message(None));
        assert!(outbox.poll_ready(cx, false, false).is_pending());
        assert!(outbox.poll_ready(cx, true, false).is_ready());
        outbox.committed(1, Ok(Written::Probed));
        assert!(outbox.poll_ready(cx, false, false).is_ready());
        assert_eq!(outbox.take_answers().len(), 1);
        outbox.describe();
        assert!(outbox.poll_ready(cx, false, true).is_ready());
        assert_eq!(outbox.take_orders(), Orders { describe: true, ..Orders::default() });
        outbox.reconsider();
        assert!(outbox.poll_ready(cx, false, true).is_ready());
        assert_eq!(outbox.take_orders(), Orders { reconsider: true, ..Orders::default() });
        assert!(outbox.poll_ready(cx, false, true).is_pending(), "it is asked once");
        outbox.close(CloseReason::Stopping);
        assert!(outbox.poll_ready(cx, false, false).is_ready());
        assert!(outbox.poll_ready(cx, false, true).is_pending(), "it is told once");
    }

    #[test]
    fn overflow_cuts_the_reader_of_a_live_topic_with_a_reason() {
        let outbox = Outbox::new(1000);
        outbox.deliver(1, &opaque(600));
        outbox.deliver(1, &opaque(600));
        assert_eq!(outbox.take_orders().close, Some(CloseReason::SlowConsumer));
    }
}
