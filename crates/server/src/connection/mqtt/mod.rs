//! MQTT on a connection: [`requests`] acts on what the client asks, [`messages`] writes what it gets.

mod messages;
#[cfg(test)]
mod properties;
mod requests;

use std::{collections::VecDeque, net::IpAddr, sync::Arc};

use bytes::Bytes;
use deskwire_broker::{
    Answer, Assurance, CloseReason, CommitError, Content, Delivery, Opaque, Outbox, Publication, Session as Entered,
    SubscriptionKey,
};
use deskwire_model::{Conversation, Role, Seq, SessionId, Topic};
use deskwire_store::Written;
use deskwire_wire::{
    Tick,
    mqtt::{CloseReason as SessionEnd, DecodeError, Event, QoS, Session, SessionConfig, Ticket},
    ws::CloseCode,
};

use super::{
    follow::Subscriptions,
    framing::Frames,
    pace::Pace,
    probe::Probes,
    protocol::{Ending, Page, Protocol, Reading},
    registry::{Description, Listening},
};
use crate::{
    gateway::{Gateway, Identity, SessionEvent, SessionView},
    telemetry::metrics::{self as telemetry, Limit},
};

/// What MQTT remembers about a subscription.
#[derive(Clone, Copy, Debug)]
struct Subscribed {
    /// The highest QoS to deliver with.
    qos: QoS,
    /// Made by the server for a conversation the agent serves (`spec/bytedesk.md` §5), not by a SUBSCRIBE.
    implicit: bool,
}

/// What is published for a client that goes without a DISCONNECT.
#[derive(Debug)]
struct Will {
    publication: Publication,
    retain: bool,
}

/// A client that CONNECT let in.
#[derive(Debug)]
struct Client {
    identity: Identity,
    client_id: Arc<str>,
    /// Whether the session outlives the connection.
    persistent: bool,
    will: Option<Will>,
    session: SessionId,
}

impl Client {
    fn entered<'a>(&'a self, outbox: &'a Arc<Outbox>) -> Entered<'a> {
        let Identity { principal, .. } = &self.identity;
        let user = (principal.role != Role::Service).then_some(&principal.uid);
        Entered { id: self.session, user, client_id: Some(&self.client_id), outbox }
    }

    /// The device whose cursors the session moves, if it is remembered.
    fn device(&self) -> Option<&str> {
        self.persistent.then_some(&self.client_id)
    }
}

/// Something said that is not answered yet: a write, or what waits behind one to be handed on.
#[derive(Debug)]
struct Unanswered {
    number: u64,
    ticket: Option<Ticket>,
    /// What the client called the message.
    uid: Box<str>,
}

/// The MQTT side of a connection.
pub(super) struct Mqtt {
    gateway: Arc<Gateway>,
    session: Session,
    outbox: Arc<Outbox>,
    address: Option<IpAddr>,
    client: Option<Box<Client>>,
    subscriptions: Subscriptions<Subscribed>,
    /// The key of the newest subscription.
    last_key: SubscriptionKey,
    /// The event that waits to be acted on.
    next: Option<Event>,
    /// Conversations the client has been given and does not follow yet.
    joined: VecDeque<Arc<Conversation>>,
    unanswered: VecDeque<Unanswered>,
    /// The number of the newest write.
    last_number: u64,
    /// What the client has to be told about its own messages.
    complaints: VecDeque<Vec<u8>>,
    probes: Probes,
    pace: Pace,
    ending: Option<Ending>,
}

impl Mqtt {
    pub(super) fn new(
        gateway: Arc<Gateway>,
        config: Arc<SessionConfig>,
        address: Option<IpAddr>,
        outbox: Arc<Outbox>,
        now: Tick,
    ) -> Self {
        Self {
            address,
            session: Session::new(config, now),
            subscriptions: Subscriptions::new(Arc::clone(&gateway.hub), Arc::clone(&outbox)),
            gateway,
            outbox,
            client: None,
            last_key: 0,
            next: None,
            joined: VecDeque::new(),
            unanswered: VecDeque::new(),
            last_number: 0,
            complaints: VecDeque::new(),
            probes: Probes::default(),
            pace: Pace::default(),
            ending: None,
        }
    }

    /// The session as hooks see it; none before CONNECT.
    fn view(&self) -> Option<SessionView<'_>> {
        let client = self.client.as_ref()?;
        let principal = &client.identity.principal;
        Some(SessionView { id: Some(client.session), principal, protocol: self.name(), address: self.address })
    }

    fn tell(&self, event: SessionEvent<'_>) {
        if let Some(view) = self.view() {
            self.gateway.extensions.tell(&view, event);
        }
    }

    /// The answer to a write: PUBACK or PUBREC now that it is on disk (invariant I1).
    fn committed(&mut self, number: u64, outcome: &Result<Written, CommitError>) {
        let Some(write) = self.take_unanswered(number) else { return };
        match outcome {
            Ok(Written::Refused(refusal)) => self.complain(&refusal.to_string(), &write.uid),
            // Without an acknowledgement the client sends it again, to a server that can store it.
            Err(_) => return self.ending = Some(Ending::new(CloseCode::INTERNAL_ERROR, "not stored")),
            Ok(_) => {}
        }
        if let Some(ticket) = write.ticket {
            self.session.published(ticket);
        }
    }

    /// The answer to what was not stored and had to wait for its turn.
    fn handed_on(&mut self, number: u64) {
        if let Some(Unanswered { ticket: Some(ticket), .. }) = self.take_unanswered(number) {
            self.session.published(ticket);
        }
    }

    fn take_unanswered(&mut self, number: u64) -> Option<Unanswered> {
        let index = self.unanswered.iter().position(|waiting| waiting.number == number)?;
        self.unanswered.remove(index)
    }

    fn confirm(&mut self, subscription: SubscriptionKey, seq: Seq) {
        let moved = self.subscriptions.confirm(subscription, seq);
        self.remember(moved);
    }

    fn remember(&self, moved: Option<(Arc<Conversation>, Seq)>) {
        let Some(client) = &self.client else { return };
        if let (Some((conversation, seq)), Some(device)) = (moved, client.device()) {
            self.gateway.desk.delivered(conversation.id, &client.identity.principal.uid, device, seq);
        }
    }
}

impl Protocol for Mqtt {
    fn name(&self) -> telemetry::Protocol {
        telemetry::Protocol::Mqtt
    }

    fn describe(&self) -> Description {
        let subscriptions = self
            .subscriptions
            .iter()
            .map(|subscription| Listening { id: None, topic: subscription.filter().to_string() });
        Description {
            session: self.client.as_ref().map(|client| client.session),
            principal: self.client.as_ref().map(|client| client.identity.principal.clone()),
            protocol: self.name(),
            address: self.address,
            subscriptions: subscriptions.collect(),
        }
    }

    fn receive(&mut self, bytes: &[u8], now: Tick) {
        self.session.receive(bytes, now);
    }

    fn alive(&mut self, now: Tick) {
        self.session.note_activity(now);
    }

    fn wants_input(&self) -> bool {
        self.next.is_none() && self.unanswered.len() < self.gateway.config.limits.unanswered_publishes
    }

    fn has_work(&mut self) -> bool {
        if self.next.is_none() {
            self.next = self.session.poll_event();
        }
        let may_act = match self.next {
            Some(Event::Publish { .. }) => self.pace.due().is_none(),
            Some(_) => true,
            None => false,
        };
        may_act || !self.joined.is_empty() || self.subscriptions.has_arrived()
    }

    async fn work(&mut self, now: Tick) {
        while self.has_work() {
            if let Some(conversation) = self.joined.pop_front() {
                self.join(conversation).await;
            } else if self.subscriptions.has_arrived() {
                if let Some((subscription, conversation)) = self.subscriptions.next_arrived() {
                    self.tell_read_positions(subscription, &conversation).await;
                }
            } else if let Some(event) = self.next.take() {
                self.act(event, now).await;
            }
        }
    }

    fn pending_bytes(&self) -> usize {
        self.session.pending_bytes()
    }

    fn transmit(&mut self, out: &mut Frames<'_>, _now: Tick) {
        while let Some(packets) = self.session.poll_transmit() {
            out.binary(|out| out.extend_from_slice(&packets));
        }
        self.write_complaints(out);
    }

    fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Committed { ticket, outcome } => self.committed(ticket, &outcome),
            Answer::HandedOn { ticket } => self.handed_on(ticket),
            Answer::Joined(conversation) => self.joined.push_back(conversation),
        }
    }

    fn deliver(&mut self, delivery: &mut Delivery, out: &mut Frames<'_>) -> bool {
        self.hand_on(delivery, out)
    }

    fn lagging(&mut self, subscription: SubscriptionKey) {
        self.subscriptions.lagging(subscription);
    }

    fn next_page(&mut self) -> Option<Reading> {
        if !self.session.window_open() {
            return None;
        }
        super::page::next(&mut self.subscriptions, &self.gateway, |_| true)
    }

    fn page(&mut self, page: &mut Page, out: &mut Frames<'_>) {
        self.hand_on_page(page, out);
    }

    fn probe(&mut self, now: Tick) -> Option<u64> {
        if self.ending().is_some() {
            return None;
        }
        let unconfirmed =
            self.subscriptions.unconfirmed().filter(|(subscription, _)| subscription.protocol.qos == QoS::AtMostOnce);
        self.probes.next(unconfirmed.map(|(subscription, seq)| (subscription.key(), seq)), now)
    }

    fn probe_due(&self) -> Option<Tick> {
        self.probes.due()
    }

    fn proved(&mut self, probe: u64) {
        for (subscription, seq) in self.probes.proved(probe) {
            let moved = self.subscriptions.confirm_all(subscription, seq);
            self.remember(moved);
        }
    }

    fn deadline(&self) -> Option<Tick> {
        let pace = self.next.as_ref().and_then(|_| self.pace.due());
        self.session.poll_timeout().into_iter().chain(pace).min()
    }

    fn timeout(&mut self, now: Tick) {
        self.session.handle_timeout(now);
        self.pace.tick(now);
    }

    fn end(&mut self, reason: CloseReason) {
        self.ending = match reason {
            CloseReason::Stopping => None,
            CloseReason::SlowConsumer => Some(Ending::SLOW_CONSUMER),
            // Durable subscriptions are for STOMP.
            CloseReason::TakenOver | CloseReason::SubscriptionTakenOver | CloseReason::SubscriptionForgotten => {
                Some(Ending::new(CloseCode::POLICY_VIOLATION, "taken over by another connection"))
            }
        };
    }

    fn is_settled(&self) -> bool {
        self.unanswered.is_empty()
    }

    fn ending(&self) -> Option<Ending> {
        self.ending.or_else(|| match self.session.is_closing()? {
            SessionEnd::Disconnected | SessionEnd::Refused(_) => Some(Ending::new(CloseCode::NORMAL, "")),
            SessionEnd::KeepAliveTimeout | SessionEnd::ConnectTimeout => {
                Some(Ending::new(CloseCode::POLICY_VIOLATION, "silent for too long"))
            }
            _ => Some(Ending::new(CloseCode::PROTOCOL_ERROR, "malformed packet")),
        })
    }

    fn rest(&mut self) {
        self.session.shrink();
        self.unanswered.shrink_to_fit();
    }
}

/// The bound that a client broke with what ended the session.
const fn limit(end: &SessionEnd) -> Option<Limit> {
    match end {
        SessionEnd::Malformed(DecodeError::TooLarge { .. }) | SessionEnd::TooEager => Some(Limit::Size),
        SessionEnd::ConnectTimeout => Some(Limit::ConnectDeadline),
        SessionEnd::TooManyUnreleased | SessionEnd::TooManyUnanswered => Some(Limit::Commits),
        _ => None,
    }
}

impl Drop for Mqtt {
    fn drop(&mut self) {
        if let Some(limit) = self.session.is_closing().and_then(limit) {
            self.gateway.metrics.limit_hits(limit).increment(1);
        }
        // A clean DISCONNECT has taken the will back `[MQTT-3.14.4-3]`.
        let will = self.client.as_mut().and_then(|client| client.will.take());
        if let (Some(will), Some(view)) = (will, self.view()) {
            publish_will(&self.gateway, &view, will);
        }
        if let Some(client) = &self.client {
            self.gateway.sessions.leave(client.entered(&self.outbox));
        }
        self.tell(SessionEvent::Disconnected);
    }
}

/// Publishes the will of a session, if the interceptors let it.
fn publish_will(gateway: &Gateway, session: &SessionView<'_>, Will { publication, retain }: Will) {
    let Content::Opaque(content) = publication.content() else { return };
    let topic = publication.topic().as_str();
    if let Err(veto) = gateway.extensions.ask(|interceptor| interceptor.send(session, topic, content.body())) {
        return tracing::info!(%veto, "a will was refused");
    }
    if !retain {
        let stored = publication.is_assured();
        return gateway.queues.publish_in_the_background(publication, stored);
    }
    match gateway.retained.admit(publication, false, None) {
        Ok(retaining) => retaining.publish_in_the_background(),
        Err(error) => {
            gateway.metrics.limit_hits(Limit::Retained).increment(1);
            tracing::info!(%error, "a will was refused");
        }
    }
}

/// Opaque bytes of an MQTT publisher.
fn opaque(topic: Topic, payload: Bytes, qos: QoS) -> Publication {
    let opaque = Opaque::new(payload, None, Vec::new()).assured(Assurance::from_level(qos as u8));
    Publication::new(topic, Content::Opaque(opaque))
}
