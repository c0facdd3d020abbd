//! SUBSCRIBE, UNSUBSCRIBE, ACK and NACK.

use std::sync::Arc;

use deskwire_broker::{Dialect, SubscriptionKey, Takes};
use deskwire_desk::FeedDevice;
use deskwire_model::{Conversation, Destination, Seq, Topic, TopicFilter, dialect::Address};
use deskwire_wire::stomp::{
    MessageId,
    event::{Settlement, Subscribe, Unsubscribe},
};

use super::{Look, Spelled, Stomp, Subscribed, UNLOGGED, inbox, queues::is_true, temporary};
use crate::{
    connection::follow::Intake,
    connection::registry::Listening,
    gateway::{Refused, Route, SessionEvent, is_notices, shared_topic},
};

/// How users name a conversation by its number, behind `/topic/` (seed 002).
const NUMBERED: &str = "session/";

impl Stomp {
    pub(super) async fn subscribe(&mut self, subscribe: &Subscribe) -> Result<(), Refused> {
        if subscribe.id().is_some_and(|id| id.starts_with(temporary::PREFIX)) {
            return Err(Refused::SubscriptionId);
        }
        let destination = self.gateway.destination(subscribe.destination())?;
        if let Some(view) = self.view() {
            let spelled = subscribe.destination();
            self.gateway.extensions.ask(|interceptor| interceptor.subscribe(&view, spelled))?;
        }
        match destination {
            Destination::Topic(filter) => self.follow_topic(subscribe, filter).await?,
            Destination::Own(topic) if inbox::look(&topic).is_some() => self.open_inbox(subscribe, &topic).await?,
            Destination::Own(topic) if is_notices(&topic) => self.open_notices(subscribe, &topic)?,
            Destination::Own(topic) => self.listen(subscribe, &topic)?,
            Destination::TempQueue(name) => self.open_temporary_queue(subscribe, name)?,
            Destination::Queue(name) => self.consume(subscribe, &name)?,
            Destination::App(question) => return self.answer_question(subscribe, &question).await,
            // Others' places.
            Destination::User { .. } | Destination::ReplyQueue(_) => {
                return Err(Refused::NotAllowed(subscribe.destination().into()));
            }
        }
        self.tell(SessionEvent::Subscribed(subscribe.destination()));
        if let Some(receipt) = subscribe.receipt() {
            self.session.receipt(receipt);
        }
        Ok(())
    }

    async fn follow_topic(&mut self, subscribe: &Subscribe, filter: TopicFilter) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        let mut subscribed = Subscribed::to(subscribe);
        let numbered = filter.as_str().strip_prefix(NUMBERED).filter(|_| client.identity.account.is_none());
        let route = match numbered {
            Some(number) => {
                subscribed.look = Look::In(Dialect::SessionJson);
                let address = Address::SessionNo(number.into());
                Route::Conversation(self.gateway.desk.addressed(&client.identity.principal, &address).await?)
            }
            None => match shared_topic(&client.identity, &filter) {
                Some(shared) => Route::Live(shared),
                None => self.gateway.route_subscribe(&client.identity, filter).await?,
            },
        };
        match route {
            Route::Live(filter) => {
                let mut subscribed = subscribed.without_destination_of(filter.exact().as_ref());
                if let Some(name) = subscribe.durable() {
                    return self.subscribe_durably(subscribe, name, filter, subscribed).await;
                }
                subscribed.wants = self.wants(subscribe)?.map(Arc::new);
                self.listen_live(subscribe, filter.clone(), subscribed)?;
                self.gateway.hub.hears_others(&filter, Takes::All).await;
            }
            Route::Conversation(_) if subscribe.frame.header("selector").is_some() => {
                return Err(Refused::SelectorOnConversation);
            }
            Route::Conversation(conversation) => {
                let subscribed = subscribed.without_destination_of(Some(&conversation.topic));
                let after = subscribe.frame.header("after-seq").and_then(|text| text.parse().ok()).map(Seq);
                self.follow_log(conversation, subscribed, after).await?;
            }
        }
        Ok(())
    }

    /// Listens to a place of this session alone, which nobody else can name.
    pub(super) fn listen(&mut self, subscribe: &Subscribe, topic: &Topic) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        let place = Topic::of_session(client.session, topic);
        let wants = self.wants(subscribe)?.map(Arc::new);
        self.listen_to(TopicFilter::from(&place), Subscribed { wants, ..Subscribed::to(subscribe) })?;
        Ok(())
    }

    /// Listens to live topics; what is retained there comes first, if that is asked for.
    pub(super) fn listen_live(
        &mut self,
        subscribe: &Subscribe,
        filter: TopicFilter,
        subscribed: Subscribed,
    ) -> Result<(), Refused> {
        if subscribe.frame.header("retained").is_some_and(is_true) {
            let key = self.new_key()?;
            let (active, _) = self.subscriptions.activate_with_retained(
                key,
                filter,
                Intake::default(),
                &self.gateway.retained,
                || (),
            );
            self.subscriptions.add(active, None, subscribed);
        } else {
            self.listen_to(filter, subscribed)?;
        }
        Ok(())
    }

    /// Listens to what is said from now on.
    pub(super) fn listen_to(
        &mut self,
        filter: TopicFilter,
        subscribed: Subscribed,
    ) -> Result<SubscriptionKey, Refused> {
        let key = self.new_key()?;
        let active = self.subscriptions.activate(key, filter, Intake::default());
        self.subscriptions.add(active, None, subscribed);
        Ok(key)
    }

    /// Follows a log from where the device stands, or from behind the entry `after`.
    pub(super) async fn follow_log(
        &mut self,
        conversation: Arc<Conversation>,
        subscribed: Subscribed,
        after: Option<Seq>,
    ) -> Result<(), Refused> {
        let key = self.new_key()?;
        let Some(client) = &self.client else { return Ok(()) };
        let active = self.subscriptions.activate(key, TopicFilter::from(&conversation.topic), Intake::LOG);
        active.hears_others().await;
        let (user, device) = (&client.identity.principal.uid, FeedDevice::Stomp(&client.device));
        let mut open = self.gateway.desk.open_feed(conversation, user, device).await?;
        if let Some(after) = after {
            open.position = after.min(open.head);
        }
        self.subscriptions.add(active, Some(open), subscribed);
        Ok(())
    }

    pub(super) fn new_key(&mut self) -> Result<SubscriptionKey, Refused> {
        self.last_key = self.last_key.checked_add(1).ok_or(Refused::TooMany("subscriptions"))?;
        Ok(self.last_key)
    }

    /// What the client listens to.
    pub(super) fn listening(&self) -> Vec<Listening> {
        let subscriptions = self.subscriptions.iter().map(|subscription| {
            let Subscribed { wire, destination, .. } = &subscription.protocol;
            let filter = subscription.filter();
            Listening {
                id: wire.and_then(|wire| self.session.subscription_id(wire)).map(Into::into),
                // A private topic says who may answer a request.
                topic: match destination {
                    Some(spelled) if filter.is_private() => spelled.as_ref().into(),
                    _ => filter.to_string(),
                },
            }
        });
        subscriptions.chain(self.consumed.iter().map(|consumed| consumed.listening(&self.session))).collect()
    }

    pub(super) fn unsubscribe(&mut self, unsubscribe: &Unsubscribe) {
        let ended = |subscribed: &Subscribed| subscribed.wire == Some(unsubscribe.subscription);
        let keys: Vec<_> = self.subscriptions.iter().filter(|s| ended(&s.protocol)).map(|s| s.key()).collect();
        for key in keys {
            self.subscriptions.remove(key);
            self.leave_temporary_queue(key);
        }
        self.tell(SessionEvent::Unsubscribed(unsubscribe.id()));
        if let Some(receipt) = unsubscribe.receipt() {
            self.session.receipt(receipt);
        }
    }

    pub(super) fn settle(&mut self, settlement: &Settlement) {
        let wire = settlement.subscription;
        for message in settlement.settled.iter().filter(|message| message.source != UNLOGGED) {
            self.settle_entry(settlement, *message);
        }
        let keys: Vec<_> =
            self.subscriptions.iter().filter(|s| s.protocol.wire == Some(wire)).map(|s| s.key()).collect();
        keys.into_iter().for_each(|key| self.subscriptions.read_on(key));
        if let Some(receipt) = settlement.receipt() {
            if self.unforgotten.is_some() {
                self.forget_settled(Some(receipt));
            } else {
                self.session.receipt(receipt);
            }
        }
    }

    /// Notes that the client has an entry. Its subscription may follow several logs; the entry names its own.
    fn settle_entry(&mut self, settlement: &Settlement, entry: MessageId) {
        let found = self.subscriptions.iter().find(|subscription| {
            let log = subscription.handed_on().map(|(log, _)| log.0);
            subscription.protocol.wire == Some(settlement.subscription)
                && log.and_then(|log| u64::try_from(log).ok()) == Some(entry.source)
        });
        if let Some(key) = found.map(|subscription| subscription.key()) {
            self.confirm(key, entry);
        }
    }
}

impl Subscribed {
    /// What a SUBSCRIBE to one place asks for.
    pub(super) fn to(subscribe: &Subscribe) -> Self {
        let destination = subscribe.destination();
        Self {
            wire: Some(subscribe.subscription),
            destination: Some(destination.into()),
            dotted: !destination.trim_start_matches("/topic/").contains('/'),
            ack: subscribe.ack,
            inbox: false,
            wants: None,
            look: Look::In(Dialect::MessageJson),
        }
    }

    /// Does not keep the destination where the messages' own topic says as much, or where it is a pattern.
    fn without_destination_of(self, topic: Option<&Topic>) -> Self {
        let says_more = |(spelled, topic): (&str, &Topic)| *spelled != *self.spell(topic, &mut Spelled::new());
        let kept = self.destination.as_deref().zip(topic).is_some_and(says_more);
        Self { destination: self.destination.clone().filter(|_| kept), ..self }
    }
}
