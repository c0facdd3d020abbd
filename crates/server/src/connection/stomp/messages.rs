//! MESSAGE frames.

use std::sync::Arc;

use deskwire_broker::{Content, Dialect, Publication, SubscriptionKey};
use deskwire_model::Seq;
use deskwire_wire::stomp::{MessageId, server::Message};

use super::{Stomp, Subscribed, UNLOGGED};
use crate::connection::{follow::Verdict, task::Page, websocket::Frames};
use crate::telemetry::metrics::Protocol;

const JSON: &str = "application/json;charset=utf-8";

impl Stomp {
    /// Writes a publication that came for a subscription, if the client is to have it now.
    pub(super) fn deliver(&mut self, subscription: SubscriptionKey, publication: &Publication, out: &mut Frames<'_>) {
        let open = self.session.window_open(deskwire_wire::stomp::SubscriptionKey(subscription));
        if self.subscriptions.admit(subscription, publication, open) == Verdict::Send {
            self.write(subscription, publication, out);
        }
    }

    /// Writes what was read from a log, as far as the client takes it.
    pub(super) fn deliver_page(&mut self, page: Page, out: &mut Frames<'_>) {
        let subscription = page.subscription;
        let entries = match page.entries {
            Ok(entries) => entries,
            Err(error) => return self.session.error(&error.to_string(), "", None),
        };
        for (seq, publication) in entries {
            if !self.session.window_open(deskwire_wire::stomp::SubscriptionKey(subscription)) {
                // The next acknowledgement has the log read again.
                return;
            }
            if self.subscriptions.read(subscription, seq) {
                self.write(subscription, &publication, out);
            }
        }
        if self.subscriptions.page_end(subscription, page.last) {
            self.newly_live.push(subscription);
        }
    }

    fn write(&mut self, key: SubscriptionKey, publication: &Publication, out: &mut Frames<'_>) {
        let message_id = match publication.content() {
            Content::Message { log, seq: Some(seq), .. } => {
                MessageId { source: u64::try_from(log.0).unwrap_or(UNLOGGED), number: seq.0 }
            }
            _ => {
                self.unlogged += 1;
                MessageId { source: UNLOGGED, number: self.unlogged }
            }
        };
        let wire_key = deskwire_wire::stomp::SubscriptionKey(key);
        let Ok(ack) = self.session.deliver(wire_key, message_id) else {
            // Only a live topic gets here with a full window: its reader does not keep up.
            return self.session.error("too many unacknowledged messages on a live topic", "", None);
        };
        let Some(subscription) = self.subscriptions.get(key) else { return };
        let Ok(body) = publication.body(Dialect::MessageJson, self.gateway.desk.renderer()) else {
            return self.session.error("a stored message is damaged", "", None);
        };
        let named;
        let destination = match &subscription.protocol.destination {
            Some(destination) => destination.as_ref(),
            None => {
                named = spell(&subscription.protocol, publication);
                &named
            }
        };
        let (mut seq, mut headers) = (itoa::Buffer::new(), Vec::new());
        let (content_type, text) = match publication.content() {
            Content::Opaque(opaque) => {
                headers.extend(opaque.headers());
                (opaque.content_type(), opaque.is_text())
            }
            Content::Message { .. } => (Some(JSON), true),
        };
        if let Some(Seq(number)) = publication.seq() {
            headers.push(("seq", seq.format(number)));
        }
        let message = Message {
            destination,
            content_type,
            headers: &headers,
            subscription: self.session.subscription_id(wire_key),
            message_id,
            ack,
            body,
        };
        let version = self.session.version();
        self.gateway.metrics.messages_out(Protocol::Stomp).increment(1);
        if text {
            out.text(|out| message.encode(version, out));
        } else {
            out.binary(|out| message.encode(version, out));
        }
    }
}

/// The real destination of a message that came by a pattern, in the style of its subscriber.
fn spell(subscribed: &Subscribed, publication: &Publication) -> String {
    let topic = publication.topic();
    if subscribed.dotted { format!("/topic/{}", topic.dotted()) } else { format!("/topic/{topic}") }
}

impl Stomp {
    /// Tells a reader who is up to date how far the others have read (invariant I5).
    pub(super) async fn tell_read_positions(&mut self, key: SubscriptionKey) {
        let Some(client) = &self.client else { return };
        let Some(followed) = self.subscriptions.get(key).and_then(|subscription| subscription.log.as_deref()) else {
            return;
        };
        let conversation = Arc::clone(&followed.conversation);
        let principal = &client.identity.principal;
        match self.gateway.desk.read_positions(principal, &conversation, crate::connection::timestamp()).await {
            Ok(positions) => {
                for position in positions {
                    self.outbox.deliver(key, &Arc::new(position));
                }
            }
            Err(error) => self.session.error(&error.to_string(), "", None),
        }
    }
}
