//! What a STOMP client asks for.

use std::sync::Arc;

use deskwire_broker::{Content, Opaque, Publication, Reply, Session as Entered};
use deskwire_desk::{DeskError, FeedDevice, Sender, Submitted};
use deskwire_model::{Role, Seq, Uid, dialect, ids::MAX_UID_LEN};
use deskwire_wire::{
    Tick,
    stomp::{
        event::{Connect, Event, Send, Settlement, Subscribe, Unsubscribe},
        server::is_reserved,
    },
};

use super::{Client, Stomp, Subscribed};
use crate::{
    connection::{pace::Pace, timestamp},
    gateway::{Gateway, Refused, Route},
    telemetry::metrics::{Limit, Protocol},
};

impl Stomp {
    pub(super) async fn act(&mut self, event: Event, now: Tick) {
        match event {
            Event::Connect(connect) => self.connect(connect, now).await,
            Event::Subscribe(subscribe) => {
                if let Err(refused) = self.subscribe(&subscribe).await {
                    self.session.error(&refused.to_string(), subscribe.destination(), subscribe.receipt());
                }
            }
            Event::Unsubscribe(unsubscribe) => self.unsubscribe(&unsubscribe),
            Event::Send(send) => {
                self.count(now);
                if let Err(refused) = self.send(&send).await {
                    self.session.error(&refused.to_string(), send.destination(), send.receipt());
                }
            }
            // A log has one reader per feed: what it refuses has arrived all the same.
            Event::Ack(settlement) | Event::Nack(settlement) => self.settle(&settlement),
            Event::Receipt { id } => self.session.receipt(&id),
            Event::Disconnect(disconnect) => {
                self.disconnected = true;
                self.session.finish(&disconnect);
            }
        }
    }

    async fn connect(&mut self, connect: Connect, now: Tick) {
        let known = self.handshake.take().and_then(|handshake| handshake.identity);
        let authenticated = match known {
            Some(identity) => Ok(identity),
            None => self.gateway.authenticate_stomp(connect.authorization(), connect.login(), connect.passcode()).await,
        };
        let identity = match authenticated {
            Ok(identity) => identity,
            Err(error) => {
                metrics::counter!("deskwire_logins_refused_total", "protocol" => "stomp").increment(1);
                return self.session.error(&error.to_string(), "", None);
            }
        };
        let device = connect.frame.header("device").unwrap_or_default();
        if device.len() > MAX_UID_LEN || device.chars().any(char::is_control) {
            return self.session.error("the device header is not acceptable", "", None);
        }
        let user = identity.principal.uid.clone();
        let known_as = (identity.principal.role != Role::Service).then(|| user.clone());
        let entered = Entered { user: known_as, client_id: None, outbox: Arc::clone(&self.outbox) };
        self.gateway.sessions.enter(&entered);
        self.pace = Pace::of(identity.principal.role, &self.gateway.config.limits, now);
        let device = device.into();
        self.client = Some(Box::new(Client { identity, device, entered }));
        self.session.accept(Some(user.as_str()), Uid::random().as_str(), now);
    }

    fn count(&mut self, now: Tick) {
        let metrics = &self.gateway.metrics;
        metrics.messages_in(Protocol::Stomp).increment(1);
        if self.pace.spend(now) {
            metrics.limit_hits(Limit::Rate).increment(1);
        }
    }

    async fn subscribe(&mut self, subscribe: &Subscribe) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        let destination = subscribe.destination();
        let filter = Gateway::subscribe_destination(destination)?;
        let route = self.gateway.route_subscribe(&client.identity, filter.clone()).await?;
        let key = subscribe.subscription.0;
        let protocol = Subscribed {
            destination: filter.exact().is_some().then(|| destination.into()),
            dotted: !destination.trim_start_matches("/topic/").contains('/'),
            ack: subscribe.ack,
        };
        let active = self.subscriptions.activate(key, filter);
        let log = match route {
            Route::Live(_) => None,
            Route::Conversation(conversation) => {
                let user = &client.identity.principal.uid;
                let device = FeedDevice::Stomp(&client.device);
                let mut open = self.gateway.desk.open_feed(conversation, user, device).await?;
                if let Some(after) = subscribe.frame.header("after-seq").and_then(|text| text.parse().ok()) {
                    open.position = Seq(after).min(open.head);
                }
                Some(open)
            }
        };
        self.subscriptions.add(active, log, protocol);
        if let Some(receipt) = subscribe.receipt() {
            self.session.receipt(receipt);
        }
        Ok(())
    }

    fn unsubscribe(&mut self, unsubscribe: &Unsubscribe) {
        self.subscriptions.remove(unsubscribe.subscription.0);
        if let Some(receipt) = unsubscribe.receipt() {
            self.session.receipt(receipt);
        }
    }

    fn settle(&mut self, settlement: &Settlement) {
        let key = settlement.subscription.0;
        for message in &settlement.settled {
            self.confirm(key, *message);
        }
        self.subscriptions.read_on(key);
        if let Some(receipt) = settlement.receipt() {
            self.session.receipt(receipt);
        }
    }

    async fn send(&mut self, send: &Send) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        let filter = Gateway::send_destination(send.destination())?;
        let submitted = match self.gateway.route_publish(&client.identity, filter).await? {
            Route::Live(filter) => {
                if let Some(topic) = filter.exact() {
                    let publication = Publication::new(topic, Content::Opaque(opaque(send)));
                    self.gateway.hub.publish(&Arc::new(publication));
                }
                Submitted::Done
            }
            Route::Conversation(conversation) => {
                let sender = Sender { principal: &client.identity.principal, device: Some(&client.device) };
                let draft = dialect::parse_json(send.frame.body()).map_err(DeskError::from)?;
                self.last_ticket += 1;
                let reply = Reply::Outbox(Arc::clone(&self.outbox), self.last_ticket);
                self.gateway.desk.submit(sender, &conversation, draft, timestamp(), reply).await?
            }
        };
        match submitted {
            Submitted::Pending => self.unanswered.push_back((self.last_ticket, send.receipt().map(Into::into))),
            Submitted::Done => {
                if let Some(receipt) = send.receipt() {
                    self.session.receipt(receipt);
                }
            }
        }
        Ok(())
    }
}

/// The body and those headers of a SEND that may be passed on.
fn opaque(send: &Send) -> Opaque {
    let headers = send
        .frame
        .headers()
        .filter(|(name, _)| !is_reserved(name) && *name != "seq")
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    Opaque::new(send.frame.body_bytes(), send.frame.header("content-type").map(Into::into), headers)
}
