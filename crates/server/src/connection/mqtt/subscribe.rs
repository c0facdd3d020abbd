//! SUBSCRIBE and UNSUBSCRIBE, and what a client follows without asking.

use std::sync::Arc;

use deskwire_broker::{Overflow, SubscriptionKey, Takes};
use deskwire_desk::{DeskError, FeedDevice, access::takes_part};
use deskwire_model::{Conversation, TopicFilter};
use deskwire_store::MqttSubscription;
use deskwire_wire::mqtt::{
    self, QoS, RetainHandling, Suback, SubackCode, Subscribe, SubscribeOptions, SubscriptionId, Unsuback, UnsubackCode,
    Unsubscribe,
};

use super::{Kind, Mqtt, Subscribed, refusals, token::Token};
use crate::{
    connection::follow::Intake,
    gateway::{Gateway, Refused, Route, SessionEvent},
    telemetry::metrics::Limit,
};

/// The subscription to a conversation that the server makes for an agent.
pub(super) const IMPLICIT: Subscribed = Subscribed { options: at_least_once(), id: None, kind: Kind::Implicit };

const fn at_least_once() -> SubscribeOptions {
    SubscribeOptions::with_qos(QoS::AtLeastOnce)
}

/// What one filter of a SUBSCRIBE asks for.
#[derive(Clone, Debug)]
struct Asked {
    /// As the client spelled it.
    name: TopicFilter,
    /// What it means: `name` without `$share` and the name of the group.
    filter: TopicFilter,
    subscribed: Subscribed,
}

impl Asked {
    fn new(
        gateway: &Gateway,
        filter: &mqtt::TopicFilter,
        options: SubscribeOptions,
        id: Option<SubscriptionId>,
    ) -> Result<Self, Refused> {
        let name = gateway.filter(filter.as_str())?;
        let (filter, kind) = match filter.shared() {
            Ok(Some((_, shared))) => (gateway.filter(shared)?, Kind::Shared),
            _ => (name.clone(), Kind::Asked),
        };
        Ok(Self { name, filter, subscribed: Subscribed { options, id, kind } })
    }

    /// As the store keeps it.
    fn stored(&self) -> MqttSubscription {
        let Subscribed { options, id, .. } = self.subscribed;
        MqttSubscription {
            filter: self.name.as_str().into(),
            options: options.to_byte(),
            subscription_id: id.map(SubscriptionId::get),
        }
    }

    /// What the hub brings: everything with QoS 0, and all the rest only if it is wanted with QoS 0.
    fn intake(&self) -> Intake {
        let takes = if self.subscribed.options.qos == QoS::AtMostOnce { Takes::All } else { Takes::Unassured };
        Intake { takes, overflow: Overflow::Drop }
    }

    /// Whether to begin with what is retained.
    fn recalls(&self, existed: bool) -> bool {
        // A message of a group is for one of many, what is retained for nobody of them [4.8.2].
        self.subscribed.kind != Kind::Shared
            && match self.subscribed.options.retain_handling {
                RetainHandling::Send => true,
                RetainHandling::SendIfNew => !existed,
                RetainHandling::DoNotSend => false,
            }
    }
}

impl Mqtt {
    pub(super) async fn subscribe(&mut self, subscribe: Subscribe) {
        let mut codes = Vec::with_capacity(subscribe.filters.len());
        let mut reason = None;
        for (filter, options) in &subscribe.filters {
            codes.push(match self.subscribe_to(filter, *options, subscribe.subscription_id).await {
                Ok(()) => SubackCode::Granted(options.qos),
                Err(refused) => {
                    let code = refusals::suback(&refused);
                    reason.get_or_insert_with(|| (refused.code(), refused.to_string()));
                    code
                }
            });
        }
        let mut suback = Suback::new(subscribe.packet_id, codes);
        if let Some((code, reason)) = reason {
            suback.properties = refusals::because(code, &reason);
        }
        if let Err(error) = self.session.suback(suback) {
            self.fail(&error.to_string());
        }
    }

    async fn subscribe_to(
        &mut self,
        filter: &mqtt::TopicFilter,
        options: SubscribeOptions,
        id: Option<SubscriptionId>,
    ) -> Result<(), Refused> {
        let asked = Asked::new(&self.gateway, filter, options, id)?;
        self.ask_for(&asked, true).await?;
        if let Some(mailbox) = self.mailbox() {
            mailbox.save(&asked.stored()).await.map_err(DeskError::from)?;
        }
        self.tell(SessionEvent::Subscribed(asked.name.as_str()));
        Ok(())
    }

    /// Makes the stored subscriptions of a session anew, as far as the client still has the right.
    pub(super) async fn resume(&mut self, stored: &[MqttSubscription]) -> Result<(), DeskError> {
        for MqttSubscription { filter, options, subscription_id } in stored {
            let options = SubscribeOptions::from_byte(*options).unwrap_or_default();
            let id = subscription_id.and_then(SubscriptionId::new);
            let Ok(named) = mqtt::TopicFilter::new(filter) else { continue };
            let resumed = match Asked::new(&self.gateway, &named, options, id) {
                // What is retained comes to who subscribes, not to who comes back (3.3.1.3).
                Ok(asked) => self.ask_for(&asked, false).await,
                Err(refused) => Err(refused),
            };
            match resumed {
                Ok(()) => self.tell(SessionEvent::Subscribed(filter)),
                Err(Refused::NotAllowed(_) | Refused::Vetoed(_)) => self.forget(filter).await?,
                Err(Refused::Desk(error)) => return Err(error),
                Err(refused) => tracing::warn!(%refused, "a stored subscription cannot be resumed"),
            }
        }
        Ok(())
    }

    /// Makes a subscription, or changes the one of that name.
    async fn ask_for(&mut self, asked: &Asked, afresh: bool) -> Result<(), Refused> {
        if let Some(view) = self.view() {
            self.gateway.extensions.ask(|interceptor| interceptor.subscribe(&view, asked.name.as_str()))?;
        }
        let Some(client) = &self.client else { return Ok(()) };
        let route = self.gateway.route_subscribe(&client.identity, asked.filter.clone()).await?;
        match (route, self.subscriptions.find(&asked.name).map(|found| (found.key(), found.protocol))) {
            // What the server subscribed an agent to stays as it is.
            (_, Some((_, Subscribed { kind: Kind::Implicit, .. }))) => {}
            (Route::Conversation(_), _) if asked.subscribed.kind == Kind::Shared => {
                return Err(Refused::NotAllowed(asked.name.as_str().into()));
            }
            (Route::Conversation(_), Some((key, _))) => self.subscriptions.replace(key, asked.subscribed),
            (Route::Conversation(conversation), None) => {
                self.has_room()?;
                self.follow_log(conversation, asked.subscribed, FeedDevice::End).await?;
            }
            (Route::Live(_), Some((key, _))) => self.change(key, asked, afresh),
            (Route::Live(_), None) => {
                self.has_room()?;
                self.listen(asked, afresh);
                self.gateway.hub.hears_others(&asked.filter, Takes::All).await;
            }
        }
        Ok(())
    }

    fn has_room(&self) -> Result<(), Refused> {
        let asked = self.subscriptions.iter().filter(|subscription| subscription.protocol.kind != Kind::Implicit);
        if asked.count() < self.gateway.config.limits.subscriptions_per_connection {
            return Ok(());
        }
        self.gateway.metrics.limit_hits(Limit::Subscriptions).increment(1);
        Err(Refused::TooMany("subscriptions"))
    }

    /// Subscribes to live topics.
    fn listen(&mut self, asked: &Asked, afresh: bool) {
        let key = self.new_key();
        let Asked { name, filter, subscribed } = asked;
        let Some(mailbox) = self.client.as_ref().and_then(|client| client.mailbox.as_ref()) else { return };
        if subscribed.kind == Kind::Shared {
            mailbox.subscribe(&asked.stored(), key);
            return self.subscriptions.add_unlisted(key, name.clone(), *subscribed);
        }
        let collect = || {
            mailbox.subscribe(&asked.stored(), key);
        };
        let (active, recall) = if afresh && asked.recalls(false) {
            self.subscriptions.activate_with_retained(
                key,
                filter.clone(),
                asked.intake(),
                &self.gateway.retained,
                collect,
            )
        } else {
            collect();
            (self.subscriptions.activate(key, filter.clone(), asked.intake()), None)
        };
        self.recalls.extend(recall.map(|recall| (key, recall)));
        self.subscriptions.add(active, None, *subscribed);
    }

    /// Changes a subscription to live topics without a gap [MQTT-3.8.4-3], [MQTT-3.8.4-4].
    fn change(&mut self, key: SubscriptionKey, asked: &Asked, afresh: bool) {
        let Some(mailbox) = self.client.as_ref().and_then(|client| client.mailbox.as_ref()) else { return };
        mailbox.subscribe(&asked.stored(), key);
        self.subscriptions.replace(key, asked.subscribed);
        if asked.subscribed.kind == Kind::Shared {
            return;
        }
        self.subscriptions.take_in(key, asked.intake());
        if afresh && asked.recalls(true) {
            let recall = self.subscriptions.recall(key, &self.gateway.retained);
            self.recalls.extend(recall.map(|recall| (key, recall)));
        }
    }

    /// Follows a conversation that the agent was given while it is connected.
    pub(super) async fn join(&mut self, conversation: Arc<Conversation>) {
        let serves = self.client.as_ref().is_some_and(|client| {
            let principal = &client.identity.principal;
            principal.role.is_staff() && takes_part(principal, &conversation)
        });
        if !serves {
            return;
        }
        self.subscriptions.rejoined(conversation.id);
        if let Err(error) = self.follow_log(conversation, IMPLICIT, FeedDevice::Joined).await {
            self.fail(&error.to_string());
        }
    }

    fn new_key(&mut self) -> SubscriptionKey {
        if self.last_key == Token::MAX_KEY {
            self.fail("a connection has used up its subscription keys");
        }
        self.last_key = (self.last_key + 1).min(Token::MAX_KEY);
        self.last_key
    }

    /// Follows a log, once. A session that is not remembered begins at `otherwise`.
    pub(super) async fn follow_log(
        &mut self,
        conversation: Arc<Conversation>,
        subscribed: Subscribed,
        otherwise: FeedDevice<'static>,
    ) -> Result<(), DeskError> {
        let filter = TopicFilter::from(&conversation.topic);
        if self.subscriptions.find(&filter).is_some() {
            return Ok(());
        }
        let key = self.new_key();
        let Some(client) = &self.client else { return Ok(()) };
        let active = self.subscriptions.activate(key, filter, Intake::LOG);
        active.hears_others().await;
        let user = &client.identity.principal.uid;
        let device = client.device().map_or(otherwise, FeedDevice::Mqtt);
        let open = self.gateway.desk.open_feed(conversation, user, device).await?;
        self.subscriptions.add(active, Some(open), subscribed);
        Ok(())
    }

    pub(super) async fn unsubscribe(&mut self, unsubscribe: &Unsubscribe) {
        let mut codes = Vec::with_capacity(unsubscribe.filters.len());
        for filter in &unsubscribe.filters {
            codes.push(self.unsubscribe_from(filter.as_str()).await);
        }
        if let Err(error) = self.session.unsuback(Unsuback::new(unsubscribe.packet_id, codes)) {
            self.fail(&error.to_string());
        }
    }

    async fn unsubscribe_from(&mut self, name: &str) -> UnsubackCode {
        let Ok(filter) = TopicFilter::new(name) else { return UnsubackCode::TopicFilterInvalid };
        let Some(found) = self.subscriptions.find(&filter) else { return UnsubackCode::NoSubscriptionExisted };
        // What an agent serves it goes on hearing; transfer or close end that.
        if found.protocol.kind == Kind::Implicit {
            return UnsubackCode::Success;
        }
        let key = found.key();
        self.subscriptions.remove(key);
        self.tell(SessionEvent::Unsubscribed(name));
        if let Err(error) = self.forget(name).await {
            self.fail(&error.to_string());
        }
        UnsubackCode::Success
    }

    /// Takes a subscription out of the mailbox and the store.
    async fn forget(&self, name: &str) -> Result<(), DeskError> {
        if let Some(mailbox) = self.mailbox() {
            mailbox.unsubscribe(name).await?;
        }
        Ok(())
    }
}
