//! PUBLISH packets to the client.

use deskwire_broker::{Content, Dialect, Publication, SubscriptionKey};
use deskwire_model::{MessageUid, Seq, proto};
use deskwire_wire::mqtt::{DeliverError, Outgoing, QoS};
use prost::Message as _;

use super::Mqtt;
use crate::{
    connection::{follow::Verdict, task::Page, websocket::Frames},
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
    /// Writes a publication that came for a subscription; `false` when it has to wait for an acknowledgement.
    pub(super) fn deliver(&mut self, key: SubscriptionKey, publication: &Publication, out: &mut Frames<'_>) -> bool {
        let open = self.session.window_open();
        if publication.seq().is_none() && !open && self.qos(key, publication) != Some(QoS::AtMostOnce) {
            return false;
        }
        if self.subscriptions.admit(key, publication, open) == Verdict::Send {
            self.write(key, publication, out);
        }
        true
    }

    /// Writes what was read from a log, as far as the window goes.
    pub(super) fn deliver_page(&mut self, page: Page, out: &mut Frames<'_>) {
        let key = page.subscription;
        let Ok(entries) = page.entries else {
            return self.fail("the server could not read its store");
        };
        for (seq, publication) in entries {
            if !self.session.window_open() {
                return self.subscriptions.read_again(key);
            }
            if self.subscriptions.read(key, seq) {
                self.write(key, &publication, out);
            }
        }
        self.subscriptions.page_end(key, page.last);
    }

    /// The QoS of a delivery: no higher than that of the message and that of the subscription (MQTT 3.1.1 §3.8.4).
    fn qos(&self, key: SubscriptionKey, publication: &Publication) -> Option<QoS> {
        let granted = self.subscriptions.get(key)?.protocol.qos;
        match publication.content() {
            Content::Opaque(opaque) if !opaque.is_acknowledged() => Some(QoS::AtMostOnce),
            Content::Opaque(_) => Some(granted),
            Content::Message { .. } => Some(granted.min(QoS::AtLeastOnce)),
        }
    }

    fn write(&mut self, key: SubscriptionKey, publication: &Publication, out: &mut Frames<'_>) {
        let Some(qos) = self.qos(key, publication) else { return };
        let Ok(payload) = publication.body(Dialect::MessageProtobuf, self.gateway.desk.renderer()) else {
            return self.fail("a stored message is damaged");
        };
        let outgoing = Outgoing {
            topic: publication.topic().as_str(),
            payload,
            qos,
            retain: false,
            dup: false,
            token: Token::new(key, publication.seq()).0,
        };
        let mut result = Ok(());
        out.binary(|out| result = self.session.deliver(out, outgoing));
        match result {
            Ok(()) => self.gateway.metrics.messages_out(Protocol::Mqtt).increment(1),
            // A session that is closing hears nothing more.
            Err(DeliverError::NotOpen) => {}
            Err(error) => tracing::warn!(%error, "a message has no form in MQTT"),
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
            let outgoing = Outgoing {
                topic: topic.as_str(),
                payload: &payload,
                qos: QoS::AtMostOnce,
                retain: false,
                dup: false,
                token: 0,
            };
            out.binary(|out| {
                // A session that is closing hears nothing more.
                let _ = self.session.deliver(out, outgoing);
            });
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
