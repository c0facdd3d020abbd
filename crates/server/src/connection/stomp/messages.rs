//! MESSAGE frames.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use deskwire_broker::{Content, Delivered, Delivery, Dialect, Publication, Recall, SubscriptionKey};
use deskwire_model::{Conversation, ErrorCode, LogId, Seq, dialect::DialectError};
use deskwire_wire::stomp::{AckId, AckMode, DeliverError, MessageId, SubscriptionKey as WireKey, server::Message};
use smallvec::SmallVec;

use super::{Look, Spelled, Stomp, Subscribed, UNLOGGED, properties};
use crate::{
    connection::{follow::Verdict, framing::Frames, positions, protocol::Page, timestamp},
    telemetry::metrics::Limit,
};

const JSON: &str = "application/json;charset=utf-8";
/// Of text whose sender did not say what it is: some clients read no body without (`spec/stomp-sockjs.md` rule 21).
const TEXT: &str = "text/plain;charset=UTF-8";
/// Headers beyond those of the protocol up to which a message needs no allocation for them.
const USUAL_HEADERS: usize = 8;

/// The headers that are ours in MESSAGE, besides those of the protocol.
const SEQ: &str = "seq";
const REDELIVERED: &str = "redelivered";
const RETAINED: &str = "retained";

/// Whether a sender's header called `name` would be taken for one of ours; blanks as in
/// [`is_reserved`](deskwire_wire::stomp::server::is_reserved).
pub(super) fn is_ours(name: &str) -> bool {
    matches!(name.trim(), SEQ | REDELIVERED | RETAINED)
}

/// Whether it is too late to deliver `publication`.
pub(super) fn is_late(publication: &Publication) -> bool {
    publication.expires().is_some_and(|time| time <= timestamp())
}

/// What a MESSAGE says beyond its publication.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) message_id: MessageId,
    pub(super) ack: Option<AckId>,
    /// For the messages of queues: whether somebody may have had it before.
    pub(super) redelivered: Option<bool>,
    /// Whether it was said before the client subscribed, and retained.
    pub(super) retained: bool,
}

impl Stomp {
    /// Writes what came for a subscription, if the client is to have it; `false` when some of it is left.
    pub(super) fn hand_on(&mut self, delivery: &mut Delivery, out: &mut Frames<'_>) -> bool {
        let subscription = delivery.subscription;
        match &mut delivery.delivered {
            Delivered::Said(publication) => self.hand_on_said(subscription, publication, out),
            Delivered::Handed(publication, handover) => self.hand_over(subscription, *handover, publication, out),
            Delivered::Retained(recall) => return self.hand_on_retained(subscription, recall, out),
            // Mailboxes are for MQTT.
            Delivered::Posted(_) => {}
        }
        true
    }

    fn hand_on_said(&mut self, subscription: SubscriptionKey, publication: &Publication, out: &mut Frames<'_>) {
        if is_late(publication) || !self.is_wanted(subscription, publication) {
            return;
        }
        let open = self.window_open(subscription);
        if self.subscriptions.admit(subscription, publication, open) == Verdict::Send {
            self.write(subscription, publication, false, out);
        }
    }

    /// Writes what is retained, as far as the window goes and the output is not full.
    fn hand_on_retained(&mut self, key: SubscriptionKey, recall: &mut Recall, out: &mut Frames<'_>) -> bool {
        while self.subscriptions.get(key).is_some() && !self.session.is_closing() {
            if out.is_full() {
                return false;
            }
            let Some(publication) = self.gateway.retained.next(recall) else { return true };
            if !is_late(&publication) && self.is_wanted(key, &publication) {
                if !self.window_open(key) {
                    return false;
                }
                self.write(key, &publication, true, out);
            }
            recall.pass(publication.topic());
        }
        true
    }

    /// Writes what was read from a log, as far as the client takes it and the output is not full.
    pub(super) fn hand_on_page(&mut self, page: &mut Page, out: &mut Frames<'_>) {
        if let Some(error) = page.error.take() {
            return self.session.error(ErrorCode::Internal.as_str(), &error.to_string(), "", None);
        }
        let subscription = page.subscription;
        self.subscriptions.pass_over(subscription, page.behind);
        while !out.is_full() {
            if !self.window_open(subscription) {
                // The next acknowledgement has the log read on.
                page.entries = Vec::new().into_iter();
                return;
            }
            let Some((seq, publication)) = page.entries.next() else {
                return self.subscriptions.page_end(subscription, page.last);
            };
            if self.subscriptions.read(subscription, seq) {
                self.write(subscription, &publication, false, out);
            }
        }
        if page.entries.len() == 0 {
            self.subscriptions.page_end(subscription, page.last);
        }
    }

    fn write(&mut self, key: SubscriptionKey, publication: &Publication, retained: bool, out: &mut Frames<'_>) {
        let message_id = self.message_id(publication);
        let Some(look) = self.subscriptions.get(key).map(|subscription| subscription.protocol.look) else { return };
        let body = match self.body(look, publication) {
            Ok(Some(body)) => body,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, ?message_id, "a stored message is damaged");
                return self.confirm(key, message_id);
            }
        };
        let Some(wire) = self.subscriptions.get(key).map(|subscription| subscription.protocol.wire) else { return };
        let ack = match wire.map_or(Ok(None), |wire| self.acknowledgement(key, wire, message_id, publication)) {
            Ok(ack) => ack,
            Err(DeliverError::UnknownSubscription) => return,
            // Only a live topic gets here with a full window: its reader does not keep up.
            Err(DeliverError::WindowFull) => {
                self.gateway.metrics.limit_hits(Limit::Unacknowledged).increment(1);
                return self.session.error(
                    ErrorCode::TooMany.as_str(),
                    "too many unacknowledged messages on a live topic",
                    "",
                    None,
                );
            }
        };
        let Some(subscription) = self.subscriptions.get(key) else { return };
        let head = Head { message_id, ack, redelivered: None, retained };
        self.put(&subscription.protocol, head, publication, body, out);
        if let (Look::In(_), Some(view)) = (look, self.view()) {
            self.gateway.note_written(publication, &view);
        }
    }

    /// What a subscription gets of `publication`; nothing where it is no news to the client.
    fn body<'a>(&self, look: Look, publication: &'a Publication) -> Result<Option<&'a Bytes>, DialectError> {
        let renderer = self.gateway.desk.renderer();
        match (look, publication.content()) {
            (Look::In(dialect), _) => publication.body(dialect, renderer).map(Some),
            (Look::Notices, Content::Opaque(_)) => publication.body(Dialect::MessageJson, renderer).map(Some),
            (Look::Notices, Content::Message { .. }) => {
                let own = self.client.as_ref().map(|client| client.identity.principal.uid.as_str());
                let notice = publication.notification(renderer)?.filter(|notice| Some(notice.sender.as_ref()) != own);
                Ok(notice.map(|notice| &notice.body))
            }
        }
    }

    /// Writes one MESSAGE.
    pub(super) fn put(
        &self,
        to: &Subscribed,
        head: Head,
        publication: &Publication,
        body: &[u8],
        out: &mut Frames<'_>,
    ) {
        let mut space = Spelled::new();
        let destination = to.destination(publication.topic(), &mut space);
        let said;
        let (mut seq, mut headers) = (itoa::Buffer::new(), SmallVec::<[_; USUAL_HEADERS]>::new());
        let (content_type, text) = match publication.content() {
            Content::Opaque(opaque) => {
                said = properties::written(opaque);
                headers.extend(said.iter().map(|(name, value)| (*name, value.as_ref())));
                let is_said = |name: &str| said.iter().any(|(own, _)| *own == name.trim());
                headers.extend(opaque.headers().filter(|(name, _)| !is_ours(name) && !is_said(name)));
                let is_text = opaque.is_text();
                (opaque.content_type().or(is_text.then_some(TEXT)), is_text)
            }
            Content::Message { .. } => (Some(JSON), true),
        };
        if let Some(Seq(number)) = publication.seq() {
            headers.push((SEQ, seq.format(number)));
        }
        if let Some(redelivered) = head.redelivered {
            headers.push((REDELIVERED, if redelivered { "true" } else { "false" }));
        }
        if head.retained {
            headers.push((RETAINED, "true"));
        }
        let encoded;
        let (text, body) = if text || out.carries_bytes() {
            (text, body)
        } else if std::str::from_utf8(body).is_ok() {
            (true, body)
        } else {
            // Inside SockJS there is nothing but text.
            headers.push(("content-transfer-encoding", "base64"));
            encoded = STANDARD.encode(body);
            (true, encoded.as_bytes())
        };
        let message = Message {
            destination,
            content_type,
            headers: &headers,
            // Answers to a request come under the name of the queue (`spec/stomp-sockjs.md` §5.1).
            subscription: to.wire.map_or(Some(destination), |wire| self.session.subscription_id(wire)),
            message_id: head.message_id,
            ack: head.ack,
            body,
        };
        let version = self.session.version();
        self.gateway.metrics.messages_out(self.protocol).increment(1);
        if text {
            out.text(|out| message.encode(version, out));
        } else {
            out.binary(|out| message.encode(version, out));
        }
    }

    /// Whether a subscription to a live topic is to get `publication`.
    fn is_wanted(&self, key: SubscriptionKey, publication: &Publication) -> bool {
        let found = self.subscriptions.get(key);
        let wants = found.and_then(|subscription| subscription.protocol.wants.as_deref());
        wants.is_none_or(|wants| wants.accepts(publication))
    }

    /// Whether the client takes another message now on what it calls the subscription.
    fn window_open(&self, key: SubscriptionKey) -> bool {
        let Some(subscription) = self.subscriptions.get(key) else { return false };
        subscription.protocol.wire.is_none_or(|wire| self.session.window_open(wire))
    }

    /// An entry is named by its place in its log, on every connection; what has none gets a number of its own.
    fn message_id(&mut self, publication: &Publication) -> MessageId {
        if let Content::Message { log, seq: Some(seq), .. } = publication.content() {
            return entry_id(*log, *seq);
        }
        self.unlogged += 1;
        MessageId { source: UNLOGGED, number: self.unlogged }
    }

    /// The `ack` header of a message. What is relayed takes no room in the window. Where acknowledgements are
    /// cumulative its own is that of the last entry before it, so that it settles what it covers; elsewhere it settles
    /// nothing.
    fn acknowledgement(
        &mut self,
        key: SubscriptionKey,
        subscription: WireKey,
        message: MessageId,
        publication: &Publication,
    ) -> Result<Option<AckId>, DeliverError> {
        if !matches!(publication.content(), Content::Message { seq: None, .. }) {
            return self.session.deliver(subscription, message);
        }
        let found = self.subscriptions.get(key).filter(|_| self.session.is_subscribed(subscription));
        let found = found.ok_or(DeliverError::UnknownSubscription)?;
        // The subscription may follow other logs too.
        let newest = self.session.unsettled(subscription).last();
        let last = newest.or_else(|| found.handed_on().map(|(log, seq)| entry_id(log, seq)));
        Ok(match found.protocol.ack {
            AckMode::Auto => None,
            AckMode::Client => Some(AckId { message: last.unwrap_or(message), subscription }),
            AckMode::ClientIndividual => Some(AckId { message, subscription }),
        })
    }

    /// Tells a reader who is up to date how far the others have read (invariant I5).
    pub(super) async fn tell_read_positions(&mut self, key: SubscriptionKey, conversation: &Conversation) {
        let Some(client) = self.client.as_ref().filter(|_| !self.is_noticed(key)) else { return };
        let principal = &client.identity.principal;
        match positions::read(&self.gateway, (&self.outbox, key), principal, conversation).await {
            Ok(positions) => positions.into_iter().for_each(|position| self.outbox.deliver(key, &Arc::new(position))),
            Err(error) => self.session.error(ErrorCode::Internal.as_str(), &error.to_string(), "", None),
        }
    }
}

/// The name of an entry, the same on every connection.
fn entry_id(log: LogId, seq: Seq) -> MessageId {
    MessageId { source: u64::try_from(log.0).unwrap_or(UNLOGGED), number: seq.0 }
}
