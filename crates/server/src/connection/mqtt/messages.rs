//! PUBLISH packets to the client.

use std::sync::Arc;

use deskwire_broker::{Assurance, Content, Delivered, Delivery, Dialect, Publication, Recall, SubscriptionKey};
use deskwire_model::{Conversation, MessageUid, Seq, proto};
use deskwire_wire::mqtt::{DeliverError, Outgoing, QoS};
use prost::Message as _;

use super::Mqtt;
use crate::{
    connection::{follow::Verdict, framing::Frames, protocol::Page, timestamp},
    gateway::user_topic,
    telemetry::metrics::Protocol,
};

/// Complaints a client may be owed; one that makes more before it reads them loses the rest.
const MAX_COMPLAINTS: usize = 64;

/// What an acknowledgement is about: the subscription in the upper 24 bits, the position in the lower 40 (0 for what
/// is not in a log).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token(u64);

impl Token {
    const SEQ_BITS: u32 = 40;
    /// Subscriptions a connection can make in its life.
    pub(super) const MAX_KEY: SubscriptionKey = (1 << (u64::BITS - Self::SEQ_BITS)) - 1;

    fn new(key: SubscriptionKey, seq: Option<Seq>) -> Self {
        let seq = seq.unwrap_or_default().0 & ((1 << Self::SEQ_BITS) - 1);
        Self(u64::from(key) << Self::SEQ_BITS | seq)
    }

    pub(super) const fn from_acknowledged(token: u64) -> Self {
        Self(token)
    }

    pub(super) fn key(self) -> SubscriptionKey {
        SubscriptionKey::try_from(self.0 >> Self::SEQ_BITS).expect("24 bits fit")
    }

    pub(super) fn seq(self) -> Option<Seq> {
        let seq = self.0 & ((1 << Self::SEQ_BITS) - 1);
        (seq != 0).then_some(Seq(seq))
    }
}

impl Mqtt {
    /// Writes what came for a subscription; `false` when some of it is left.
    pub(super) fn hand_on(&mut self, delivery: &mut Delivery, out: &mut Frames<'_>) -> bool {
        let subscription = delivery.subscription;
        match &mut delivery.delivered {
            Delivered::Said(publication) => self.hand_on_said(subscription, publication, out),
            Delivered::Retained(recall) => self.hand_on_retained(subscription, recall, out),
            // Queues are for STOMP.
            Delivered::Handed(..) | Delivered::Posted(_) => true,
        }
    }

    /// Writes a publication; `false` when it has to wait for an acknowledgement.
    fn hand_on_said(&mut self, subscription: SubscriptionKey, publication: &Publication, out: &mut Frames<'_>) -> bool {
        if publication.expires().is_some_and(|time| time <= timestamp()) {
            return true;
        }
        let open = self.session.window_open();
        let live = matches!(publication.content(), Content::Opaque(_));
        if live && !open && self.qos(subscription, publication) != Some(QoS::AtMostOnce) {
            return false;
        }
        if self.subscriptions.admit(subscription, publication, open) == Verdict::Send {
            self.write(subscription, publication, false, out);
        }
        true
    }

    /// Writes what is retained, with RETAIN 1 `[MQTT-3.3.1-8]`, as far as the window goes and the output is not full.
    fn hand_on_retained(&mut self, key: SubscriptionKey, recall: &mut Recall, out: &mut Frames<'_>) -> bool {
        while self.subscriptions.get(key).is_some() {
            if out.is_full() {
                return false;
            }
            let Some(publication) = self.gateway.retained.next(recall) else { return true };
            if publication.expires().is_none_or(|time| time > timestamp()) {
                if !self.session.window_open() && self.qos(key, &publication) != Some(QoS::AtMostOnce) {
                    return false;
                }
                self.write(key, &publication, true, out);
            }
            recall.pass(publication.topic());
        }
        true
    }

    /// Writes what was read from a log, as far as the window goes and the output is not full.
    pub(super) fn hand_on_page(&mut self, page: &mut Page, out: &mut Frames<'_>) {
        if let Some(error) = page.error.take() {
            return self.fail(&error.to_string());
        }
        let key = page.subscription;
        while !out.is_full() {
            if !self.session.window_open() {
                page.entries = Vec::new().into_iter();
                return self.subscriptions.read_on(key);
            }
            let Some((seq, publication)) = page.entries.next() else {
                return self.subscriptions.page_end(key, page.last);
            };
            if self.subscriptions.read(key, seq) {
                self.write(key, &publication, false, out);
            }
        }
        if page.entries.len() == 0 {
            self.subscriptions.page_end(key, page.last);
        }
    }

    /// Tells a reader who is up to date how far the others have read (invariant I5).
    pub(super) async fn tell_read_positions(&mut self, key: SubscriptionKey, conversation: &Conversation) {
        let Some(client) = &self.client else { return };
        match self.gateway.desk.read_positions(&client.identity.principal, conversation, timestamp()).await {
            Ok(positions) => positions.into_iter().for_each(|position| self.outbox.deliver(key, &Arc::new(position))),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// The QoS of a delivery: no higher than that of the message and that of the subscription (MQTT 3.1.1 §3.8.4).
    fn qos(&self, key: SubscriptionKey, publication: &Publication) -> Option<QoS> {
        let granted = self.subscriptions.get(key)?.protocol.qos;
        match publication.content() {
            Content::Opaque(opaque) => Some(granted.min(match opaque.assurance() {
                Assurance::AtMostOnce => QoS::AtMostOnce,
                Assurance::AtLeastOnce => QoS::AtLeastOnce,
                Assurance::ExactlyOnce => QoS::ExactlyOnce,
            })),
            // What is relayed and forgotten is not worth an acknowledgement, nor room in the window.
            Content::Message { seq: None, .. } => Some(QoS::AtMostOnce),
            Content::Message { seq: Some(_), .. } => Some(granted.min(QoS::AtLeastOnce)),
        }
    }

    fn write(&mut self, key: SubscriptionKey, publication: &Publication, retained: bool, out: &mut Frames<'_>) {
        let Some(qos) = self.qos(key, publication) else { return };
        let payload = match publication.body(Dialect::MessageProtobuf, self.gateway.desk.renderer()) {
            Ok(payload) => payload,
            Err(error) => {
                tracing::error!(%error, place = ?publication.place(), "a stored message is damaged");
                return self.pass_over(key, publication);
            }
        };
        let mut outgoing = Outgoing::new(publication.topic().as_str(), payload);
        outgoing.qos = qos;
        outgoing.retain = retained;
        outgoing.token = Token::new(key, publication.seq()).0;
        match out.try_binary(|out| self.session.deliver(out, outgoing)) {
            Ok(()) => self.gateway.metrics.messages_out(Protocol::Mqtt).increment(1),
            // A session that is closing hears nothing more.
            Err(DeliverError::NotOpen) => {}
            Err(error) => {
                tracing::warn!(%error, place = ?publication.place(), "a message has no form in MQTT");
                self.pass_over(key, publication);
            }
        }
    }

    /// What cannot be delivered now cannot be delivered ever: the cursor must not wait for it.
    fn pass_over(&mut self, key: SubscriptionKey, publication: &Publication) {
        if let Some(seq) = publication.seq() {
            self.confirm(key, seq);
        }
    }

    /// Notes that the client must be told why its message was refused: MQTT 3.1.1 has no answer for that, so it comes
    /// as an ERROR message on the user's own topic.
    pub(super) fn complain(&mut self, reason: &str, uid: &str) {
        let Some(client) = &self.client else { return };
        let principal = &client.identity.principal;
        let message = proto::Message {
            uid: MessageUid::random().as_str().to_owned(),
            r#type: "ERROR".to_owned(),
            content: reason.to_owned(),
            status: "ERROR".to_owned(),
            channel: "SYSTEM".to_owned(),
            extra: serde_json::json!({ "orgUid": principal.org.as_str(), "uid": uid }).to_string(),
            ..proto::Message::default()
        };
        if self.complaints.len() < MAX_COMPLAINTS {
            self.complaints.push_back(message.encode_to_vec());
        }
    }

    pub(super) fn write_complaints(&mut self, out: &mut Frames<'_>) {
        if self.complaints.is_empty() {
            return;
        }
        let Some(topic) = self.client.as_ref().and_then(|client| user_topic(&client.identity)) else { return };
        for payload in std::mem::take(&mut self.complaints) {
            let outgoing = Outgoing::new(topic.as_str(), &payload);
            if let Err(error) = out.try_binary(|out| self.session.deliver(out, outgoing)) {
                tracing::debug!(%error, "a complaint was not heard");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_subscription_and_position() {
        for (key, seq) in [(0, None), (7, Some(Seq(1))), (Token::MAX_KEY, Some(Seq((1 << 40) - 1)))] {
            let token = Token::from_acknowledged(Token::new(key, seq).0);
            assert_eq!((token.key(), token.seq()), (key, seq));
        }
    }
}
