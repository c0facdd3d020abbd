//! Queues: SEND to them, and the subscriptions that consume from them, durable ones included.

use std::sync::Arc;

use deskwire_broker::{
    Consumer, Consumption, Content, Durable, DurableError, Handover, Opaque, Publication, Publishing, Reply, Selector,
    SubscriptionKey, Ticket, Wants,
};
use deskwire_model::{ErrorCode, SessionId, Topic, TopicFilter};
use deskwire_wire::stomp::{
    AckMode, DeliverError, DurableName, MessageId, Session,
    event::{Send, Settlement, Subscribe, Unsubscribe},
};

use super::{
    Stomp, Subscribed,
    messages::{Head, is_late},
    send::Unanswered,
};
use crate::{
    cluster::sessions,
    connection::{framing::Frames, registry::Listening},
    gateway::{QueueRoute, Refused},
    telemetry::metrics::Limit,
};

/// The sources of messages of queues are the numbers of the queues behind this one; those of logs stay below it.
const QUEUES: u64 = 1 << 63;

/// A queue that the client consumes from.
#[derive(Debug)]
pub(super) struct Consumed {
    key: SubscriptionKey,
    /// What it is, in canonical form: the queue, or what a durable subscription listens to.
    topic: TopicFilter,
    subscribed: Subscribed,
    consumption: Consumption,
    /// What a durable subscription is called among its owner's.
    durable: Option<Box<str>>,
    /// For a durable subscription that does not want what the client says itself: nobody else would take that.
    discards: Option<SessionId>,
}

impl Consumed {
    /// A message keeps its name for as long as it is in its queue.
    fn message_id(&self, number: u64) -> MessageId {
        MessageId { source: QUEUES | self.consumption.queue(), number }
    }

    /// The numbers of those messages that are this queue's.
    fn numbers<'a>(&self, messages: &'a [MessageId]) -> impl Iterator<Item = u64> + use<'a> {
        let source = self.message_id(0).source;
        messages.iter().filter(move |message| message.source == source).map(|message| message.number)
    }
}

/// SEND.
impl Stomp {
    /// To a queue. What is to survive a restart, or may be handed out by another node, is answered when it is stored.
    pub(super) async fn send_to_queue(&mut self, send: &Send, name: &Topic) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        let route = self.gateway.route_enqueue(&client.identity, name)?;
        let content = Content::Opaque(self.opaque(send)?);
        let queue = match route {
            QueueRoute::Everyone(topic) => return self.publish_live(send, Publication::new(topic, content)).await,
            QueueRoute::Shared(queue) => queue,
        };
        let admitted =
            self.gateway.queues.admit(Publication::new(queue, content)).inspect_err(|_| self.count_full())?;
        if is_persistent(send) || admitted.must_be_stored() {
            let reply = self.next_reply();
            admitted.store(reply).await?;
            self.answer_later(send);
            return Ok(());
        }
        if self.unanswered.is_empty() {
            admitted.push();
            self.receipt_of(send);
            return Ok(());
        }
        // What this client said before and what waits for its commit comes first.
        let ticket = self.next_ticket();
        admitted.push_in_turn(ticket).await?;
        self.answer_later(send);
        Ok(())
    }

    /// To a live topic. What is to survive a restart is stored for those who collect it and may be away.
    pub(super) async fn publish_live(&mut self, send: &Send, publication: Publication) -> Result<(), Refused> {
        if is_retained(send) {
            return self.retain(send, publication).await;
        }
        let (stored, in_turn) = (is_persistent(send), !self.unanswered.is_empty());
        let how = Publishing { stored, durables: stored, received: None, in_turn };
        let ticket = self.next_ticket();
        if self.gateway.queues.publish(publication, how, ticket).await? {
            self.answer_later(send);
        } else {
            self.receipt_of(send);
        }
        Ok(())
    }

    /// To a live topic, and to those who ask later for what is retained there.
    async fn retain(&mut self, send: &Send, publication: Publication) -> Result<(), Refused> {
        let admitted = self.gateway.retained.admit(publication, is_persistent(send), None);
        let retaining = admitted.inspect_err(|_| self.gateway.metrics.limit_hits(Limit::Retained).increment(1))?;
        let reply = self.next_reply();
        retaining.publish(reply).await?;
        self.answer_later(send);
        Ok(())
    }

    fn next_ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        Ticket { outbox: Arc::clone(&self.outbox), number: self.last_ticket }
    }

    fn next_reply(&mut self) -> Reply {
        let Ticket { outbox, number } = self.next_ticket();
        Reply::Outbox(outbox, number)
    }

    fn answer_later(&mut self, send: &Send) {
        let receipt = send.receipt().map(Into::into);
        self.unanswered.push_back(Unanswered { ticket: self.last_ticket, receipt, tolerated: None });
    }

    /// What a SEND says, with who says it and whether to retain it.
    pub(super) fn qualified(&self, said: Opaque, send: &Send) -> Opaque {
        let said = match &self.client {
            Some(client) => said.said_by(client.session),
            None => said,
        };
        if is_retained(send) { said.retained() } else { said }
    }

    fn count_full(&self) {
        self.gateway.metrics.limit_hits(Limit::Queues).increment(1);
    }
}

fn is_persistent(send: &Send) -> bool {
    send.frame.header("persistent").is_some_and(is_true)
}

fn is_retained(send: &Send) -> bool {
    send.frame.header("retain").is_some_and(is_true)
}

/// Whether the value of a header says yes.
pub(super) fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true")
}

/// SUBSCRIBE and UNSUBSCRIBE.
impl Stomp {
    /// Which messages a SUBSCRIBE asks for, if not for all.
    pub(super) fn wants(&self, subscribe: &Subscribe) -> Result<Option<Wants>, Refused> {
        let selector = subscribe.frame.header("selector").map(Selector::parse).transpose()?;
        let no_local = subscribe.frame.header("no-local").is_some_and(is_true);
        let not_from = self.client.as_ref().filter(|_| no_local).map(|client| client.session);
        Ok((selector.is_some() || no_local).then_some(Wants { selector, not_from }))
    }

    /// Consumes from a queue.
    pub(super) fn consume(&mut self, subscribe: &Subscribe, name: &Topic) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        let route = self.gateway.route_consume(&client.identity, name)?;
        let wants = self.wants(subscribe)?;
        let subscribed = Subscribed::to(subscribe);
        match route {
            QueueRoute::Everyone(topic) => {
                let wants = wants.map(Arc::new);
                self.listen_live(subscribe, TopicFilter::from(&topic), Subscribed { wants, ..subscribed })?;
            }
            QueueRoute::Shared(queue) => {
                let consumer = self.consumer(subscribe, wants.unwrap_or_default())?;
                let key = consumer.key;
                let consumption = self.gateway.queues.consume(&queue, consumer).inspect_err(|_| self.count_full())?;
                let topic = TopicFilter::from(&queue);
                self.consumed.push(Consumed { key, topic, subscribed, consumption, durable: None, discards: None });
            }
        }
        Ok(())
    }

    /// Resumes or makes a durable subscription of a service account to live topics.
    pub(super) async fn subscribe_durably(
        &mut self,
        subscribe: &Subscribe,
        name: DurableName<'_>,
        filter: TopicFilter,
        subscribed: Subscribed,
    ) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        if client.identity.account.is_none() {
            // Visitors make themselves, as many as they like, and would fill the server with what nobody returns for.
            return Err(Refused::DurableForUsers);
        }
        let name = client.durable_name(name)?;
        let owner = client.identity.principal.uid.clone();
        let Wants { selector, not_from: discards } = self.wants(subscribe)?.unwrap_or_default();
        let text = subscribe.frame.header("selector").unwrap_or_default().trim();
        let selector = selector.map(|selector| (text.into(), selector));
        let durable = Durable { owner: owner.clone(), name: name.clone(), filter: filter.clone(), selector };
        let consumer = self.consumer(subscribe, Wants::default())?;
        let key = consumer.key;
        sessions::bring_durable_home(&self.gateway, &owner, &name).await.map_err(DurableError::from)?;
        let subscribed_durably = self.gateway.queues.subscribe_durably(durable, consumer).await;
        let consumption = subscribed_durably.inspect_err(|error| {
            if matches!(error, DurableError::Queue(_) | DurableError::TooManyOfOwner) {
                self.count_full();
            }
        })?;
        let durable = Some(name);
        self.consumed.push(Consumed { key, topic: filter, subscribed, consumption, durable, discards });
        Ok(())
    }

    fn consumer(&mut self, subscribe: &Subscribe, wants: Wants) -> Result<Consumer, Refused> {
        let window = self.session.window(subscribe.subscription);
        Ok(Consumer { outbox: Arc::clone(&self.outbox), key: self.new_key()?, window, wants })
    }

    /// Ends what an UNSUBSCRIBE names, if it is a queue: unsettled messages go back, and a durable subscription is
    /// forgotten if that is wanted.
    pub(super) async fn stop_consuming(&mut self, unsubscribe: &Unsubscribe) -> Result<(), Refused> {
        let ended = |consumed: &Consumed| consumed.subscribed.wire == Some(unsubscribe.subscription);
        let Some(index) = self.consumed.iter().position(ended) else { return Ok(()) };
        let Consumed { durable, .. } = self.consumed.remove(index);
        match durable.filter(|_| unsubscribe.durable().is_some()) {
            Some(name) => self.forget(&name).await,
            None => Ok(()),
        }
    }

    /// Forgets a durable subscription of the account, which the connection has not subscribed to.
    pub(super) async fn forget_durable(&self, name: Option<DurableName<'_>>) -> Result<(), Refused> {
        let (Some(client), Some(name)) = (&self.client, name) else { return Ok(()) };
        self.forget(&client.durable_name(name)?).await
    }

    async fn forget(&self, name: &str) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        let owner = &client.identity.principal.uid;
        sessions::bring_durable_home(&self.gateway, owner, name).await.map_err(DurableError::from)?;
        self.gateway.queues.unsubscribe_durably(owner, name, &self.outbox).await?;
        Ok(())
    }
}

impl Consumed {
    pub(super) fn listening(&self, session: &Session) -> Listening {
        let id = self.subscribed.wire.and_then(|wire| session.subscription_id(wire));
        Listening { id: id.map(Into::into), topic: self.topic.to_string() }
    }
}

impl super::Client {
    /// What the user's durable subscription is called among all that it has. Clients of Artemis have a namespace each.
    fn durable_name(&self, name: DurableName<'_>) -> Result<Box<str>, Refused> {
        match (name, &self.client_id) {
            (DurableName::Id(id), _) => Ok(id.ok_or(Refused::DurableWithoutId)?.into()),
            (DurableName::Name(name), None) => Ok(name.into()),
            (DurableName::Name(name), Some(client)) => Ok(format!("{client}/{name}").into()),
        }
    }
}

/// MESSAGE, ACK and NACK.
impl Stomp {
    /// Writes a message that a queue hands over. Without acknowledgement it is consumed with that.
    pub(super) fn hand_over(
        &mut self,
        key: SubscriptionKey,
        handover: Handover,
        publication: &Publication,
        out: &mut Frames<'_>,
    ) {
        let Some(consumed) = self.consumed.iter().find(|consumed| consumed.key == key) else { return };
        let Content::Opaque(said) = publication.content() else { return };
        if !consumed.consumption.may_give(handover.number) {
            return;
        }
        let is_own = consumed.discards.is_some() && said.origin() == consumed.discards;
        if is_own || is_late(publication) {
            return consumed.consumption.settle([handover.number]);
        }
        let Some(wire) = consumed.subscribed.wire else { return };
        let message_id = consumed.message_id(handover.number);
        let ack = match self.session.deliver(wire, message_id) {
            Ok(ack) => ack,
            // Its UNSUBSCRIBE is on its way and gives the message back.
            Err(DeliverError::UnknownSubscription) => return,
            Err(DeliverError::WindowFull) => {
                return self.session.error(
                    ErrorCode::Internal.as_str(),
                    "the queue handed over more than the window holds",
                    "",
                    None,
                );
            }
        };
        let head = Head { message_id, ack, redelivered: Some(handover.redelivered), retained: false };
        self.put(&consumed.subscribed, head, publication, said.body(), out);
        if consumed.subscribed.ack == AckMode::Auto {
            consumed.consumption.settle([handover.number]);
        }
    }

    /// Asks a queue for more, when what it handed over before has been taken.
    pub(super) fn refill(&self, key: SubscriptionKey) {
        if let Some(consumed) = self.consumed.iter().find(|consumed| consumed.key == key) {
            consumed.consumption.refill();
        }
    }

    fn consumed_of(&self, settlement: &Settlement) -> Option<&Consumed> {
        self.consumed.iter().find(|consumed| consumed.subscribed.wire == Some(settlement.subscription))
    }

    /// ACK.
    pub(super) fn consume_settled(&mut self, settlement: &Settlement) {
        let mark = self.gateway.queues.settled_mark();
        if let Some(consumed) = self.consumed_of(settlement) {
            consumed.consumption.settle(consumed.numbers(&settlement.settled));
            self.unforgotten.get_or_insert(mark);
        }
    }

    /// What was acknowledged must be out of the store before this receipt, or the next one.
    pub(super) fn forget_settled(&mut self, receipt: Option<&str>) {
        if let Some(mark) = self.unforgotten.take() {
            let reply = self.next_reply();
            self.gateway.queues.when_forgotten(mark, reply);
            let receipt = receipt.map(Into::into);
            self.unanswered.push_back(Unanswered { ticket: self.last_ticket, receipt, tolerated: None });
        }
    }

    /// NACK.
    pub(super) fn give_back(&self, settlement: &Settlement) {
        if let Some(consumed) = self.consumed_of(settlement) {
            consumed.consumption.refuse(consumed.numbers(&settlement.settled));
        }
    }
}
