//! PUBLISH packets of the client.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::{Content, Publication, Publishing, Ticket as Turn};
use deskwire_desk::{DeskError, Sender, Submitted};
use deskwire_model::{Conversation, Topic, dialect};
use deskwire_wire::mqtt::{Delivery, Publish, QoS, Ticket};

use super::{Mqtt, answers::Awaited, properties};
use crate::{
    connection::timestamp,
    gateway::{Entering, Identity, Refused, Route},
    telemetry::metrics::Limit,
};

impl Mqtt {
    pub(super) async fn publish(&mut self, publish: &Publish, ticket: Option<Ticket>) {
        let number = self.next_number();
        let mut uid = String::new();
        match self.route(publish, number, &mut uid).await {
            Ok(Submitted::Pending) => self.wait_for(number, Awaited::Publish { ticket, uid: uid.into() }),
            Ok(Submitted::Done) => ticket.into_iter().for_each(|ticket| self.session.published(ticket)),
            // Without an acknowledgement the client sends it again, to a server that can store it.
            Err(Refused::Desk(DeskError::Commit(error)) | Refused::Commit(error)) => self.fail(&error.to_string()),
            Err(refused) => self.answer_refused(ticket, &refused, &uid),
        }
    }

    async fn route(&self, publish: &Publish, number: u64, uid: &mut String) -> Result<Submitted, Refused> {
        let (Some(client), Some(view)) = (&self.client, self.view()) else { return Ok(Submitted::Done) };
        let (topic, body) = (publish.topic.as_str(), &publish.payload);
        self.gateway.extensions.ask(|interceptor| interceptor.send(&view, topic, body))?;
        let identity = &client.identity;
        let topic = self.gateway.topic(topic)?;
        let route = match self.gateway.route_publish(identity, topic).await {
            Ok(Route::Live(topic)) => return self.publish_live(publish, topic, number).await,
            Ok(Route::Conversation(conversation)) => Ok(conversation),
            Err(refused) => Err(refused),
        };
        // The packet is one allocation; a message that is kept must not keep all of it.
        let draft = match (dialect::parse(&Bytes::copy_from_slice(&publish.payload)), &route) {
            (Ok(draft), _) => draft,
            (Err(error), Ok(_)) => return Err(DeskError::from(error).into()),
            (Err(_), Err(_)) => return route.map(|_| Submitted::Done),
        };
        draft.uid.as_str().clone_into(uid);
        let conversation = match (route, &draft.thread_topic) {
            (Ok(conversation), _) => conversation,
            // Upstream routes by the topic in the payload (`spec/bytedesk.md` §0, fact 3).
            (Err(Refused::NotAllowed(_)), Some(topic)) => self.by_thread_topic(identity, topic).await?,
            (Err(refused), _) => return Err(refused),
        };
        self.gateway.heard_from(&identity.principal, self.address);
        let sender = Sender { principal: &identity.principal, device: client.device() };
        let entering = Entering::of(&draft, conversation.id);
        // A repeat is known by its uid (invariant I3), also after the packet identifier is forgotten.
        let submitted =
            self.gateway.desk.submit(sender, &conversation, draft, timestamp(), self.reply_to(number)).await?;
        self.gateway.note_entered(entering, &view);
        Ok(submitted)
    }

    /// To a live topic: answered when whoever is away and wants it has it on disk, and those who come later if it is retained.
    async fn publish_live(&self, publish: &Publish, topic: Topic, number: u64) -> Result<Submitted, Refused> {
        let Some(client) = &self.client else { return Ok(Submitted::Done) };
        let opaque = properties::opaque(publish, timestamp).said_by(client.origin);
        let publication = Publication::new(topic, Content::Opaque(opaque));
        let stored = publish.delivery.qos() != QoS::AtMostOnce;
        if !stored && !publish.retain && self.unanswered.is_empty() {
            self.gateway.hub.publish(&Arc::new(publication));
            return Ok(Submitted::Done);
        }
        let received = match publish.delivery {
            Delivery::ExactlyOnce(packet_id) => {
                self.mailbox().and_then(|mailbox| mailbox.received_mark(packet_id.get()))
            }
            _ => None,
        };
        if publish.retain {
            let admitted = self.gateway.retained.admit(publication, stored, received);
            let retaining = admitted.inspect_err(|_| self.gateway.metrics.limit_hits(Limit::Retained).increment(1))?;
            retaining.publish(self.reply_to(number)).await?;
            return Ok(Submitted::Pending);
        }
        // What this client said before and what waits for its commit comes first [MQTT-4.6.0-6].
        let how = Publishing { stored, durables: false, received, in_turn: !self.unanswered.is_empty() };
        let turn = Turn { outbox: Arc::clone(&self.outbox), number };
        let pending = self.gateway.queues.publish(publication, how, turn).await?;
        Ok(if pending { Submitted::Pending } else { Submitted::Done })
    }

    async fn by_thread_topic(&self, identity: &Identity, topic: &str) -> Result<Arc<Conversation>, Refused> {
        match self.gateway.desk.own_conversation(&identity.principal, topic).await {
            Err(DeskError::NotYours) => Err(Refused::NotAllowed(topic.into())),
            other => Ok(other?),
        }
    }
}
