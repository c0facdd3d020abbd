//! PUBLISH packets to the client.

use std::sync::Arc;

use deskwire_broker::{Assurance, Content, Delivered, Delivery, Dialect, Publication, Recall, SubscriptionKey};
use deskwire_model::{Conversation, ErrorCode, MessageUid, SessionId, proto};
use deskwire_wire::mqtt::{DeliverError, Outgoing, QoS, Session, SubscriptionId};
use prost::Message as _;
use smallvec::SmallVec;

use super::{Kind, Mqtt, Subscribed, properties, token::Token};
use crate::{
    connection::{follow::Verdict, framing::Frames, positions, protocol::Page, timestamp},
    gateway::{Refused, user_topic},
    telemetry::metrics::Protocol,
};

/// Complaints a client may be owed; one that makes more before it reads them loses the rest.
const MAX_COMPLAINTS: usize = 64;

/// How a message is delivered.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    pub(super) qos: QoS,
    pub(super) retain: bool,
    pub(super) ids: SmallVec<[SubscriptionId; 2]>,
    pub(super) token: Token,
}

/// What the subscriptions that a message belongs to want together: it is delivered once for all of them
/// [MQTT-3.3.4-2], [MQTT-3.3.4-4].
#[derive(Clone, Debug)]
pub(super) struct Match {
    /// The oldest of them.
    first: SubscriptionKey,
    pub(super) qos: QoS,
    retain_as_published: bool,
    ids: SmallVec<[SubscriptionId; 2]>,
}

impl Match {
    pub(super) fn of(key: SubscriptionKey, subscribed: &Subscribed) -> Self {
        let Subscribed { options, id, .. } = subscribed;
        Self {
            first: key,
            qos: options.qos,
            retain_as_published: options.retain_as_published,
            ids: id.iter().copied().collect(),
        }
    }

    fn and(mut self, other: &Self) -> Self {
        self.qos = self.qos.max(other.qos);
        self.retain_as_published |= other.retain_as_published;
        self.ids.extend_from_slice(&other.ids);
        self
    }

    pub(super) fn form(self, publication: &Publication, token: Token) -> Form {
        let retain = self.retain_as_published
            && matches!(publication.content(), Content::Opaque(opaque) if opaque.is_retained());
        Form { qos: self.qos, retain, ids: self.ids, token }
    }
}

/// The QoS that a message was published with, which no delivery exceeds (3.8.4).
pub(super) fn assured(publication: &Publication) -> QoS {
    match publication.content() {
        Content::Opaque(opaque) => match opaque.assurance() {
            Assurance::AtMostOnce => QoS::AtMostOnce,
            Assurance::AtLeastOnce => QoS::AtLeastOnce,
            Assurance::ExactlyOnce => QoS::ExactlyOnce,
        },
        // What is relayed and forgotten is not worth an acknowledgement, nor room in the window.
        Content::Message { seq: None, .. } => QoS::AtMostOnce,
        // A repeat is known by its position.
        Content::Message { seq: Some(_), .. } => QoS::AtLeastOnce,
    }
}

impl Mqtt {
    /// Writes what came for a subscription; `false` when some of it is left.
    pub(super) fn hand_on(&mut self, delivery: &mut Delivery, out: &mut Frames<'_>) -> bool {
        let subscription = delivery.subscription;
        match &mut delivery.delivered {
            Delivered::Said(publication) => {
                self.hand_on_said(subscription, publication, out);
                true
            }
            Delivered::Posted(post) => self.hand_on_post(post, out),
            Delivered::Retained(recall) => self.hand_on_retained(subscription, recall, out),
            // Queues are for STOMP.
            Delivered::Handed(..) => true,
        }
    }

    /// Writes a publication: an entry of a log as far as the window goes, and on live topics what has QoS 0.
    fn hand_on_said(&mut self, key: SubscriptionKey, publication: &Publication, out: &mut Frames<'_>) {
        if publication.expires().is_some_and(|time| time <= timestamp()) {
            return;
        }
        let open = self.session.window_open();
        if self.subscriptions.admit(key, publication, open) == Verdict::Drop {
            return;
        }
        if matches!(publication.content(), Content::Message { .. }) {
            return self.write_entry(key, publication, out);
        }
        let Some(found) = self.match_at(key, publication) else { return };
        // What another of its subscriptions wants with an acknowledgement waits in the mailbox.
        if found.qos.min(assured(publication)) == QoS::AtMostOnce {
            let form = Form { qos: QoS::AtMostOnce, ..found.form(publication, Token::default()) };
            self.write(publication, &form, out);
        }
    }

    /// What a publication on a live topic that came for the subscription `key` is delivered with; nothing if it comes for
    /// another subscription of the client too and that is the older one.
    fn match_at(&self, key: SubscriptionKey, publication: &Publication) -> Option<Match> {
        let subscribed = &self.subscriptions.get(key)?.protocol;
        if subscribed.kind == Kind::Shared || !self.subscriptions.may_overlap() {
            return self.wants(subscribed, publication).then(|| Match::of(key, subscribed));
        }
        self.matching(publication).filter(|found| found.first == key)
    }

    /// What all subscriptions of the client that match a publication on a live topic want.
    pub(super) fn matching(&self, publication: &Publication) -> Option<Match> {
        let topic = publication.topic().as_str();
        self.subscriptions
            .iter()
            .filter(|subscription| {
                subscription.log.is_none()
                    && subscription.protocol.kind != Kind::Shared
                    && subscription.filter().matches(topic)
                    && self.wants(&subscription.protocol, publication)
            })
            .map(|subscription| Match::of(subscription.key(), &subscription.protocol))
            .reduce(|all, other| all.and(&other))
    }

    /// Whether a subscription takes what its own client says [MQTT-3.8.3-3].
    fn wants(&self, subscribed: &Subscribed, publication: &Publication) -> bool {
        let own = || match publication.content() {
            Content::Opaque(opaque) => opaque.origin().is_some_and(|origin| Some(origin) == self.origin()),
            Content::Message { .. } => false,
        };
        !(subscribed.options.no_local && own())
    }

    fn origin(&self) -> Option<SessionId> {
        Some(self.client.as_ref()?.origin)
    }

    /// Writes what is retained, as far as the window goes and the output is not full; the next connection of the session
    /// goes on with the rest.
    fn hand_on_retained(&mut self, key: SubscriptionKey, recall: &mut Recall, out: &mut Frames<'_>) -> bool {
        let through = self.write_retained(key, recall, out);
        match self.recalls.front_mut() {
            Some(_) if through => drop(self.recalls.pop_front()),
            Some((_, place)) => place.clone_from(recall),
            None => {}
        }
        through
    }

    /// Writes what is retained, with RETAIN 1 (3.3.1.3); `false` when some of it is left.
    fn write_retained(&mut self, key: SubscriptionKey, recall: &mut Recall, out: &mut Frames<'_>) -> bool {
        while let Some(subscription) = self.subscriptions.get(key) {
            let found = Match::of(key, &subscription.protocol);
            if out.is_full() {
                return false;
            }
            let Some(publication) = self.gateway.retained.next(recall) else { return true };
            if publication.expires().is_none_or(|time| time > timestamp()) {
                let qos = found.qos.min(assured(&publication));
                if qos != QoS::AtMostOnce && !self.session.window_open() {
                    return false;
                }
                // A session that is kept has only what is in its mailbox exactly once.
                let adopted = (qos != QoS::AtMostOnce).then(|| self.adopt(&publication)).flatten();
                let form = Form {
                    qos: if adopted.is_some() { QoS::AtLeastOnce } else { qos },
                    retain: true,
                    ids: found.ids,
                    token: adopted.unwrap_or_else(|| Token::of_entry(key, None)),
                };
                if !self.write(&publication, &form, out) {
                    self.settled(form.token);
                }
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
        self.subscriptions.pass_over(key, page.behind);
        while !out.is_full() {
            if !self.session.window_open() {
                page.entries = Vec::new().into_iter();
                return self.subscriptions.read_on(key);
            }
            let Some((seq, publication)) = page.entries.next() else {
                return self.subscriptions.page_end(key, page.last);
            };
            if self.subscriptions.read(key, seq) {
                self.write_entry(key, &publication, out);
            }
        }
        if page.entries.len() == 0 {
            self.subscriptions.page_end(key, page.last);
        }
    }

    /// Tells a reader who is up to date how far the others have read (invariant I5).
    pub(super) async fn tell_read_positions(&mut self, key: SubscriptionKey, conversation: &Conversation) {
        let Some(client) = &self.client else { return };
        let principal = &client.identity.principal;
        match positions::read(&self.gateway, (&self.outbox, key), principal, conversation).await {
            Ok(positions) => positions.into_iter().for_each(|position| self.outbox.deliver(key, &Arc::new(position))),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    fn write_entry(&mut self, key: SubscriptionKey, publication: &Publication, out: &mut Frames<'_>) {
        let Some(subscription) = self.subscriptions.get(key) else { return };
        let mut form =
            Match::of(key, &subscription.protocol).form(publication, Token::of_entry(key, publication.seq()));
        form.qos = form.qos.min(assured(publication));
        // What cannot be delivered now cannot be delivered ever: the cursor must not wait for it.
        if !self.write(publication, &form, out)
            && let Some(seq) = publication.seq()
        {
            self.confirm(key, seq);
        }
    }

    /// Writes a message; `false` when it has no form that the client could ever get.
    pub(super) fn write(&mut self, publication: &Publication, form: &Form, out: &mut Frames<'_>) -> bool {
        let sent = self
            .with_outgoing(publication, form, |session, outgoing| out.try_binary(|out| session.deliver(out, outgoing)));
        match sent {
            Some(Ok(())) => {
                self.count_out();
                if let Some(view) = self.view() {
                    self.gateway.note_written(publication, &view);
                }
            }
            // A session that is closing hears nothing more.
            Some(Err(DeliverError::NotOpen)) => {}
            Some(Err(error)) => {
                self.unsendable(publication, &error);
                return false;
            }
            None => return false,
        }
        true
    }

    pub(super) fn count_out(&self) {
        self.gateway.metrics.messages_out(Protocol::Mqtt).increment(1);
    }

    /// Notes that a message cannot be sent to this client [MQTT-3.1.2-25].
    pub(super) fn unsendable(&self, publication: &Publication, error: &DeliverError) {
        metrics::counter!("deskwire_messages_dropped_total", "reason" => "unsendable").increment(1);
        tracing::debug!(%error, place = ?publication.place(), "a message has no form that this client takes");
    }

    /// Hands a message in its form for MQTT to `send`; nothing if it is damaged.
    pub(super) fn with_outgoing<T>(
        &mut self,
        publication: &Publication,
        form: &Form,
        send: impl FnOnce(&mut Session, Outgoing<'_>) -> T,
    ) -> Option<T> {
        let payload = match publication.body(Dialect::MessageProtobuf, self.gateway.desk.renderer()) {
            Ok(payload) => payload,
            Err(error) => {
                tracing::error!(%error, place = ?publication.place(), "a stored message is damaged");
                return None;
            }
        };
        let mut outgoing = Outgoing::new(publication.topic().as_str(), payload);
        outgoing.qos = form.qos;
        outgoing.retain = form.retain;
        outgoing.token = form.token.get();
        outgoing.subscription_ids = &form.ids;
        let mut carried = None;
        if let (Content::Opaque(opaque), true) = (publication.content(), self.is_v5()) {
            carried = properties::properties(opaque);
            outgoing.message_expiry = properties::seconds_left(opaque, timestamp());
        }
        outgoing.properties = carried.as_ref();
        Some(send(&mut self.session, outgoing))
    }

    /// Notes that the client must be told why its message was refused where no answer can say it: as an ERROR message on
    /// the user's own topic.
    pub(super) fn complain(&mut self, refused: &Refused, uid: &str) {
        self.complain_of(refused.code(), &refused.to_string(), refused.message_status(), uid);
    }

    /// As [`Self::complain`], of what has this name.
    pub(super) fn complain_of(&mut self, error: ErrorCode, reason: &str, status: &str, uid: &str) {
        // A program has no topic of its own.
        let Some(client) = self.client.as_ref().filter(|client| client.identity.account.is_none()) else { return };
        let principal = &client.identity.principal;
        let message = proto::Message {
            uid: MessageUid::random().as_str().to_owned(),
            r#type: "ERROR".to_owned(),
            content: reason.to_owned(),
            status: status.to_owned(),
            channel: "SYSTEM".to_owned(),
            extra: serde_json::json!({ "orgUid": principal.org.as_str(), "uid": uid, "error": error }).to_string(),
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
