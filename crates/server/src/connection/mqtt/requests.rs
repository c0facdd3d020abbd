//! What an MQTT client asks for.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::{Reply, SubscriptionKey, Ticket as Turn};
use deskwire_desk::{DeskError, FeedDevice, Sender, Submitted, access::takes_part};
use deskwire_model::{Conversation, Role, SessionId, Topic, TopicFilter, Uid, dialect};
use deskwire_wire::{
    Tick,
    mqtt::{
        Acceptance, ConnackCode, Connect, Event, Publish, QoS, Suback, SubackCode, Subscribe, Text, Ticket, Unsuback,
        UnsubackCode, Unsubscribe,
    },
    ws::CloseCode,
};

use super::{Client, Mqtt, Subscribed, Unanswered, Will, messages::Token, opaque};
use crate::{
    connection::{pace::Pace, protocol::Ending, timestamp},
    gateway::{AuthError, Identity, MqttAuthError, Refused, Route, SessionEvent, SessionView},
    telemetry::metrics::{Limit, Protocol},
};

/// The subscription to a conversation that the server makes for an agent.
const IMPLICIT: Subscribed = Subscribed { qos: QoS::AtLeastOnce, implicit: true };

impl Mqtt {
    pub(super) async fn act(&mut self, event: Event, now: Tick) {
        match event {
            Event::Connect(connect) => {
                if let Err(error) = self.connect(*connect, now).await {
                    self.session.refuse(ConnackCode::ServerUnavailable);
                    // If the client has been accepted already, it must not stay without what it follows.
                    self.fail(&error.to_string());
                }
            }
            Event::Publish { publish, ticket } => {
                self.gateway.metrics.messages_in(Protocol::Mqtt).increment(1);
                self.publish(&publish, ticket).await;
            }
            Event::Subscribe(subscribe) => self.subscribe(subscribe).await,
            Event::Unsubscribe(unsubscribe) => self.unsubscribe(&unsubscribe).await,
            Event::Settled { token } => {
                let token = Token::from_acknowledged(token);
                if let Some(seq) = token.seq() {
                    self.confirm(token.key(), seq);
                }
            }
            Event::Disconnect(_) => {
                if let Some(client) = &mut self.client {
                    client.will = None;
                }
            }
            _ => {}
        }
    }

    async fn connect(&mut self, connect: Connect, now: Tick) -> Result<(), DeskError> {
        let Some(identity) = self.authenticate(&connect) else { return Ok(()) };
        let session = SessionId::random();
        let view = SessionView {
            id: Some(session),
            principal: &identity.principal,
            protocol: Protocol::Mqtt,
            address: self.address,
        };
        if let Err(veto) = self.gateway.extensions.ask(|interceptor| interceptor.connect(&view)) {
            tracing::info!(%veto, "an MQTT client was refused");
            self.session.refuse(ConnackCode::NotAuthorized);
            return Ok(());
        }
        let user = identity.principal.uid.clone();
        let client_id = session_name(&identity, connect.client_id.as_str());
        let persistent = !connect.clean_start;
        // Before the user is online: a conversation that it is given from then on is behind what the session has seen.
        let opened = if persistent {
            Some(self.gateway.desk.open_session(&client_id, &user).await?)
        } else {
            self.gateway.desk.drop_session(&client_id).await?;
            None
        };
        // A session that is not remembered begins now: with the end of what the agent serves already.
        let served = self.conversations(&identity).await?;
        self.pace = Pace::of(identity.principal.role, &self.gateway.config.limits, now);
        let will = self.will(&identity, &connect);
        let client = Client { identity, client_id: Arc::clone(&client_id), persistent, will, session };
        // Before its conversations are looked up again: those it is given from then on come through the outbox.
        self.gateway.sessions.enter(client.entered(&self.outbox));
        self.client = Some(Box::new(client));
        self.session.accept(Acceptance::new(opened.as_ref().is_some_and(|opened| opened.existed)));
        self.tell(SessionEvent::Connected);
        for conversation in served {
            self.follow_log(conversation, IMPLICIT, FeedDevice::End).await?;
        }
        let Some(client) = &self.client else { return Ok(()) };
        for conversation in self.conversations(&client.identity).await? {
            self.follow_log(conversation, IMPLICIT, FeedDevice::Joined).await?;
        }
        // Last, so that a stored subscription to a conversation does not stand in for the server's own.
        if let Some(opened) = opened {
            self.resume(&client_id, opened.subscriptions).await?;
        }
        Ok(())
    }

    /// Who the client is; one that proves nothing is refused.
    fn authenticate(&mut self, connect: &Connect) -> Option<Identity> {
        let (username, password) = match &connect.login {
            Some(login) => (login.username.as_ref().map(Text::as_str), login.password.as_deref()),
            None => (None, None),
        };
        let password = password.and_then(|password| std::str::from_utf8(password).ok());
        match self.gateway.authenticate_mqtt(connect.client_id.as_str(), username, password, self.address) {
            Ok(identity) => Some(identity),
            Err(error) => {
                metrics::counter!("deskwire_logins_refused_total", "protocol" => "mqtt").increment(1);
                tracing::info!(%error, "an MQTT client was refused");
                self.session.refuse(match error {
                    MqttAuthError::ClientId => ConnackCode::ClientIdentifierNotValid,
                    // MQTT 3 is told that the server is unavailable: to come again later.
                    MqttAuthError::Credentials(AuthError::Locked(_)) => ConnackCode::ConnectionRateExceeded,
                    MqttAuthError::Credentials(_) => ConnackCode::BadUserNameOrPassword,
                });
                None
            }
        }
    }

    /// The will of a client that may publish it; others have none.
    fn will(&self, identity: &Identity, connect: &Connect) -> Option<Will> {
        let will = connect.will.as_ref()?;
        let topic = self.gateway.topic(will.topic.as_str()).ok()?;
        let right = self.gateway.may_publish_live(identity, &topic);
        right.then(|| Will { publication: opaque(topic, will.payload.clone(), will.qos), retain: will.retain })
    }

    /// Makes the stored subscriptions of a session anew, as far as the client still has the right.
    async fn resume(&mut self, client_id: &str, stored: Vec<(TopicFilter, u8)>) -> Result<(), DeskError> {
        for (filter, qos) in stored {
            let qos = QoS::from_byte(qos).unwrap_or_default();
            // What is retained comes to who subscribes, not to who comes back `[MQTT-3.3.1-6]`.
            match self.subscribe_to(filter.clone(), qos, false).await {
                Ok(()) => {}
                Err(Refused::NotAllowed(_) | Refused::Vetoed(_)) => {
                    self.gateway.desk.drop_subscription(client_id, &filter).await?;
                }
                Err(Refused::Desk(error)) => return Err(error),
                Err(refused) => tracing::warn!(%refused, "a stored subscription cannot be resumed"),
            }
        }
        Ok(())
    }

    /// What an agent serves: stock agent clients never SUBSCRIBE (`spec/bytedesk.md` §5).
    async fn conversations(&self, identity: &Identity) -> Result<Vec<Arc<Conversation>>, DeskError> {
        if identity.principal.role != Role::Agent {
            return Ok(Vec::new());
        }
        self.gateway.desk.conversations_of(&identity.principal).await
    }

    /// Follows a conversation that the agent was given while it is connected.
    pub(super) async fn join(&mut self, conversation: Arc<Conversation>) {
        let serves = self.client.as_ref().is_some_and(|client| {
            let principal = &client.identity.principal;
            principal.role == Role::Agent && takes_part(principal, &conversation)
        });
        if !serves {
            return;
        }
        if let Err(error) = self.follow_log(conversation, IMPLICIT, FeedDevice::Joined).await {
            self.fail(&error.to_string());
        }
    }

    /// Ends a connection that cannot be served rightly; the client comes back and resumes.
    pub(super) fn fail(&mut self, reason: &str) {
        tracing::error!(reason, "a connection cannot be served");
        self.ending = Some(Ending::new(CloseCode::INTERNAL_ERROR, "internal error"));
    }

    fn new_key(&mut self) -> SubscriptionKey {
        if self.last_key == Token::MAX_KEY {
            self.fail("a connection has used up its subscription keys");
        }
        self.last_key = (self.last_key + 1).min(Token::MAX_KEY);
        self.last_key
    }

    /// Follows a log, once. A session that is not remembered begins at `otherwise`.
    async fn follow_log(
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
        let active = self.subscriptions.activate(key, filter);
        let user = &client.identity.principal.uid;
        let device = client.device().map_or(otherwise, FeedDevice::Mqtt);
        let open = self.gateway.desk.open_feed(conversation, user, device).await?;
        self.subscriptions.add(active, Some(open), subscribed);
        Ok(())
    }

    async fn follow(&mut self, filter: TopicFilter, qos: QoS, with_retained: bool) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        let route = self.gateway.route_subscribe(&client.identity, filter.clone()).await?;
        if let Some(old) = self.subscriptions.find(&filter) {
            // A repeated SUBSCRIBE replaces the subscription without a gap `[MQTT-3.8.4-3]`; what the server subscribed
            // an agent to stays as it is.
            if !old.protocol.implicit {
                let key = old.key();
                self.subscriptions.replace(key, Subscribed { qos, implicit: false });
                if with_retained && matches!(route, Route::Live(_)) {
                    self.subscriptions.recall(key, &self.gateway.retained);
                }
            }
            return Ok(());
        } else if self.subscriptions.iter().filter(|s| !s.protocol.implicit).count()
            >= self.gateway.config.limits.subscriptions_per_connection
        {
            self.gateway.metrics.limit_hits(Limit::Subscriptions).increment(1);
            return Err(Refused::NotAllowed("more subscriptions than a connection may have".into()));
        }
        let subscribed = Subscribed { qos, implicit: false };
        match route {
            Route::Conversation(conversation) => self.follow_log(conversation, subscribed, FeedDevice::End).await?,
            Route::Live(filter) => {
                let key = self.new_key();
                let active = if with_retained {
                    self.subscriptions.activate_with_retained(key, filter, &self.gateway.retained)
                } else {
                    self.subscriptions.activate(key, filter)
                };
                self.subscriptions.add(active, None, subscribed);
            }
        }
        Ok(())
    }

    async fn subscribe(&mut self, subscribe: Subscribe) {
        let mut codes = Vec::with_capacity(subscribe.filters.len());
        for (asked, options) in &subscribe.filters {
            let qos = options.qos;
            let followed = match self.gateway.filter(asked.as_str()) {
                Ok(filter) => self.subscribe_to(filter.clone(), qos, true).await.map(|()| filter),
                Err(error) => Err(error.into()),
            };
            codes.push(match followed {
                Ok(filter) => {
                    self.remember_subscription(&filter, qos).await;
                    SubackCode::Granted(qos)
                }
                Err(_) => SubackCode::Failure,
            });
        }
        if let Err(error) = self.session.suback(Suback::new(subscribe.packet_id, codes)) {
            self.fail(&error.to_string());
        }
    }

    async fn subscribe_to(&mut self, filter: TopicFilter, qos: QoS, with_retained: bool) -> Result<(), Refused> {
        if let Some(view) = self.view() {
            self.gateway.extensions.ask(|interceptor| interceptor.subscribe(&view, filter.as_str()))?;
        }
        self.follow(filter.clone(), qos, with_retained).await?;
        self.tell(SessionEvent::Subscribed(filter.as_str()));
        Ok(())
    }

    async fn remember_subscription(&mut self, filter: &TopicFilter, qos: QoS) {
        let Some(client) = self.client.as_ref().filter(|client| client.persistent) else { return };
        if let Err(error) = self.gateway.desk.save_subscription(&client.client_id, filter, qos as u8).await {
            self.fail(&error.to_string());
        }
    }

    async fn unsubscribe(&mut self, unsubscribe: &Unsubscribe) {
        for filter in &unsubscribe.filters {
            let Ok(filter) = TopicFilter::new(filter.as_str()) else { continue };
            let Some(found) = self.subscriptions.find(&filter) else { continue };
            // What an agent serves it goes on hearing; transfer or close end that.
            if found.protocol.implicit {
                continue;
            }
            let key = found.key();
            self.subscriptions.remove(key);
            self.tell(SessionEvent::Unsubscribed(filter.as_str()));
            let Some(client) = self.client.as_ref().filter(|client| client.persistent) else { continue };
            if let Err(error) = self.gateway.desk.drop_subscription(&client.client_id, &filter).await {
                self.fail(&error.to_string());
            }
        }
        let codes = vec![UnsubackCode::Success; unsubscribe.filters.len()];
        if let Err(error) = self.session.unsuback(Unsuback::new(unsubscribe.packet_id, codes)) {
            self.fail(&error.to_string());
        }
    }

    async fn publish(&mut self, publish: &Publish, ticket: Option<Ticket>) {
        self.last_number += 1;
        let mut uid = String::new();
        match self.route(publish, self.last_number, &mut uid).await {
            Ok(Submitted::Pending) => {
                self.unanswered.push_back(Unanswered { number: self.last_number, ticket, uid: uid.into() });
                return;
            }
            Ok(Submitted::Done) => {}
            // Without an acknowledgement the client sends it again, to a server that can store it.
            Err(Refused::Desk(DeskError::Commit(error)) | Refused::Commit(error)) => {
                return self.fail(&error.to_string());
            }
            // An MQTT 3.1.1 server can only acknowledge or cut the connection; acknowledging stops a client from
            // sending for ever what is refused for ever, and the complaint tells it why.
            Err(refused) => self.complain(&refused.to_string(), &uid),
        }
        if let Some(ticket) = ticket {
            self.session.published(ticket);
        }
    }

    async fn route(&self, publish: &Publish, number: u64, uid: &mut String) -> Result<Submitted, Refused> {
        let (Some(client), Some(view)) = (&self.client, self.view()) else { return Ok(Submitted::Done) };
        let (topic, body) = (publish.topic.as_str(), &publish.payload);
        self.gateway.extensions.ask(|interceptor| interceptor.send(&view, topic, body))?;
        let identity = &client.identity;
        let topic = self.gateway.topic(publish.topic.as_str())?;
        let route = match self.gateway.route_publish(identity, topic).await {
            Ok(Route::Live(topic)) => return self.publish_live(publish, topic, number).await,
            Ok(Route::Conversation(conversation)) => Ok(conversation),
            Err(refused) => Err(refused),
        };
        // The packet is one allocation; a message that is kept must not keep all of it.
        let draft = dialect::parse(&Bytes::copy_from_slice(&publish.payload)).map_err(DeskError::from)?;
        draft.uid.as_str().clone_into(uid);
        let conversation = match (route, &draft.thread_topic) {
            (Ok(conversation), _) => conversation,
            // Upstream routes by the topic in the payload (`spec/bytedesk.md` §0, fact 3).
            (Err(Refused::NotAllowed(_)), Some(topic)) => self.by_thread_topic(identity, topic).await?,
            (Err(refused), _) => return Err(refused),
        };
        let sender = Sender { principal: &identity.principal, device: client.device() };
        let reply = Reply::Outbox(Arc::clone(&self.outbox), number);
        Ok(self.gateway.desk.submit(sender, &conversation, draft, timestamp(), reply).await?)
    }

    /// To a live topic; what is retained is answered when it is stored.
    async fn publish_live(&self, publish: &Publish, topic: Topic, number: u64) -> Result<Submitted, Refused> {
        let publication = opaque(topic, publish.payload.clone(), publish.delivery.qos());
        let outbox = Arc::clone(&self.outbox);
        if publish.retain {
            let admitted = self.gateway.retained.admit(publication, false);
            let retaining = admitted.inspect_err(|_| self.gateway.metrics.limit_hits(Limit::Retained).increment(1))?;
            retaining.publish(Reply::Outbox(outbox, number)).await?;
        } else if self.unanswered.is_empty() {
            self.gateway.hub.publish(&Arc::new(publication));
            return Ok(Submitted::Done);
        } else {
            // What this client said before and what waits for its commit comes first `[MQTT-4.6.0-6]`.
            self.gateway.queues.publish_in_turn(publication, Turn { outbox, number }).await?;
        }
        Ok(Submitted::Pending)
    }

    async fn by_thread_topic(&self, identity: &Identity, topic: &str) -> Result<Arc<Conversation>, Refused> {
        match self.gateway.desk.own_conversation(&identity.principal, topic).await {
            Err(DeskError::NotYours) => Err(Refused::NotAllowed(topic.into())),
            other => Ok(other?),
        }
    }
}

/// The name of a client's session. A program may choose any client id; `:`, which no uid has, keeps it out of the way of
/// users' sessions.
fn session_name(identity: &Identity, client_id: &str) -> Arc<str> {
    match (identity.principal.role, client_id) {
        (_, "") => Uid::random().as_str().into(),
        (Role::Service, given) => format!("{}:{given}", identity.principal.uid).into(),
        (_, given) => given.into(),
    }
}
