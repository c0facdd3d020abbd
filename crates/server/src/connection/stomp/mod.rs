//! STOMP on a connection: [`requests`] acts on what the client asks, each kind of request in a file of its own
//! ([`connect`], [`subscribe`], [`inbox`], [`notices`], [`questions`], [`queues`], [`send`], [`temporary`]); [`messages`] writes what it
//! gets. What headers mean to other protocols is in [`properties`].

mod connect;
mod inbox;
mod messages;
mod notices;
mod properties;
mod questions;
mod queues;
mod requests;
mod send;
mod subscribe;
mod temporary;

use std::{collections::VecDeque, net::IpAddr, sync::Arc};

use bytes::Bytes;
use deskwire_broker::{Answer, CloseReason, Delivery, Dialect, Outbox, SubscriptionKey, Wants};
use deskwire_model::{Conversation, ErrorCode, Seq, SessionId, Topic};
use deskwire_wire::{
    Tick,
    stomp::{AckMode, MessageId, Session, SessionConfig, SubscriptionKey as WireKey, event::Event, server::HEART_BEAT},
    ws::CloseCode,
};
use smallvec::SmallVec;

use self::{queues::Consumed, send::Unanswered, temporary::TemporaryQueue};
use super::{
    follow::Subscriptions,
    framing::Frames,
    pace::Pace,
    probe::Probes,
    protocol::{Ending, Page, Protocol, Reading},
    registry::Description,
};
use crate::{
    gateway::{Gateway, Handshake, Identity, SessionEvent, SessionView},
    telemetry::metrics as telemetry,
};

/// What STOMP remembers about something that is followed.
#[derive(Clone, Debug)]
struct Subscribed {
    /// The client's subscription, for which several things may be followed; none for a temporary queue that answers come
    /// from without a SUBSCRIBE.
    wire: Option<WireKey>,
    /// As the client spelled it, to be repeated in MESSAGE (`spec/stomp-sockjs.md` rule 19); none for a pattern, and where
    /// the topic says as much.
    destination: Option<Arc<str>>,
    /// Whether the client writes topics with dots.
    dotted: bool,
    /// How the client acknowledges; if not at all, a pong is the evidence of delivery.
    ack: AckMode,
    /// Whether conversations that the user joins are followed for the same subscription.
    inbox: bool,
    /// Which of the messages of a live topic the client wants, if not all.
    wants: Option<Arc<Wants>>,
    /// How messages of conversations look there.
    look: Look,
}

/// How messages of conversations look to a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// As themselves, in this dialect.
    In(Dialect),
    /// As notices that there is something new, which prove nothing about the messages.
    Notices,
}

impl Subscribed {
    /// The destination of a message: as it was subscribed, or the topic in the style of its subscriber, spelled in `space`.
    fn destination<'a>(&'a self, topic: &Topic, space: &'a mut Spelled) -> &'a str {
        match &self.destination {
            Some(destination) => destination,
            None => self.spell(topic, space),
        }
    }

    fn spell<'a>(&self, topic: &Topic, space: &'a mut Spelled) -> &'a str {
        const PREFIX: &[u8] = b"/topic/";
        space.extend_from_slice(PREFIX);
        space.extend_from_slice(topic.as_str().as_bytes());
        if self.dotted {
            space[PREFIX.len()..].iter_mut().filter(|byte| **byte == b'/').for_each(|byte| *byte = b'.');
        }
        std::str::from_utf8(space).expect("a topic is text, and only characters of ASCII were exchanged")
    }
}

/// Room for a destination; most need no allocation.
type Spelled = SmallVec<[u8; 128]>;

/// A client that CONNECT let in.
#[derive(Debug)]
struct Client {
    identity: Identity,
    device: Box<str>,
    /// The `client-id` of CONNECT, under which clients of Artemis keep their durable subscriptions.
    client_id: Option<Box<str>>,
    session: SessionId,
}

/// The STOMP side of a connection.
pub(super) struct Stomp {
    gateway: Arc<Gateway>,
    session: Session,
    outbox: Arc<Outbox>,
    /// As what the connection is counted.
    protocol: telemetry::Protocol,
    address: Option<IpAddr>,
    /// Who the client was known to be before CONNECT, until then.
    known: Option<Box<Identity>>,
    client: Option<Box<Client>>,
    subscriptions: Subscriptions<Subscribed>,
    /// The event that waits to be acted on.
    next: Option<Event>,
    /// Writes that are not answered yet.
    unanswered: VecDeque<Unanswered>,
    /// What the queues said before the first ACK that no receipt covers yet.
    unforgotten: Option<u64>,
    /// The number of the newest write.
    last_ticket: u64,
    /// The newest key of [`Self::subscriptions`].
    last_key: SubscriptionKey,
    /// Conversations that the user takes part in since a moment ago.
    joined: Vec<Arc<Conversation>>,
    temporary_queues: Vec<TemporaryQueue>,
    /// Queues that the client consumes from.
    consumed: Vec<Consumed>,
    probes: Probes,
    pace: Pace,
    /// Numbers messages that have no position in a log.
    unlogged: u64,
    disconnected: bool,
    ending: Option<Ending>,
}

impl Stomp {
    pub(super) fn new(
        gateway: Arc<Gateway>,
        config: Arc<SessionConfig>,
        protocol: telemetry::Protocol,
        handshake: Handshake,
        outbox: Arc<Outbox>,
        now: Tick,
    ) -> Self {
        let Handshake { identity, address } = handshake;
        Self {
            protocol,
            address,
            session: Session::new(config, now),
            subscriptions: Subscriptions::new(Arc::clone(&gateway.hub), Arc::clone(&outbox)),
            gateway,
            outbox,
            known: identity.map(Box::new),
            client: None,
            next: None,
            unanswered: VecDeque::new(),
            unforgotten: None,
            last_ticket: 0,
            last_key: 0,
            joined: Vec::new(),
            temporary_queues: Vec::new(),
            consumed: Vec::new(),
            probes: Probes::default(),
            pace: Pace::default(),
            unlogged: 0,
            disconnected: false,
            ending: None,
        }
    }

    /// The session as hooks see it; none before CONNECT.
    fn view(&self) -> Option<SessionView<'_>> {
        let client = self.client.as_ref()?;
        let principal = &client.identity.principal;
        Some(SessionView { id: Some(client.session), principal, protocol: self.protocol, address: self.address })
    }

    fn tell(&self, event: SessionEvent<'_>) {
        if let Some(view) = self.view() {
            self.gateway.extensions.tell(&view, event);
        }
    }

    /// Notes that the client has an entry, and moves its device's cursor.
    fn confirm(&mut self, subscription: SubscriptionKey, message: MessageId) {
        if message.source == UNLOGGED || self.is_noticed(subscription) {
            return;
        }
        let moved = self.subscriptions.confirm(subscription, Seq(message.number));
        self.remember(moved);
    }

    /// Whether a subscription hears of conversations without having what is said there.
    fn is_noticed(&self, subscription: SubscriptionKey) -> bool {
        self.subscriptions.get(subscription).is_some_and(|found| found.protocol.look == Look::Notices)
    }

    fn remember(&self, moved: Option<(Arc<Conversation>, Seq)>) {
        if let (Some((conversation, seq)), Some(client)) = (moved, &self.client) {
            self.gateway.desk.delivered(conversation.id, &client.identity.principal.uid, &client.device, seq);
        }
    }
}

/// The source of messages that have no position in a log; logs are numbered from 1.
const UNLOGGED: u64 = 0;

impl Protocol for Stomp {
    fn name(&self) -> telemetry::Protocol {
        self.protocol
    }

    fn describe(&self) -> Description {
        Description {
            session: self.client.as_ref().map(|client| client.session),
            principal: self.client.as_ref().map(|client| client.identity.principal.clone()),
            protocol: self.protocol,
            address: self.address,
            subscriptions: self.listening(),
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
        if self.subscriptions.has_arrived() || !self.joined.is_empty() {
            return true;
        }
        if self.next.is_none() {
            self.next = self.session.poll_event();
            if let Some(Event::Receipt { .. } | Event::Disconnect(_)) = self.next {
                self.forget_settled(None);
            }
        }
        if self.session.is_closing() && self.session.refusal().is_none() {
            // We sent ERROR: what came behind the frame that is to blame is not acted on.
            self.next = None;
        }
        match &self.next {
            // Answers may be as large as a history: the client takes them first.
            _ if self.session.is_backed_up() => false,
            // A barrier waits until everything before it is answered.
            Some(event) if self.due(event).is_some() => false,
            Some(Event::Receipt { .. } | Event::Disconnect(_)) => self.unanswered.is_empty(),
            Some(_) => true,
            None => false,
        }
    }

    async fn work(&mut self, now: Tick) {
        while self.has_work() {
            if !self.joined.is_empty() {
                for conversation in std::mem::take(&mut self.joined) {
                    self.join(conversation).await;
                }
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

    fn transmit(&mut self, out: &mut Frames<'_>, now: Tick) -> bool {
        while let Some(frame) = self.session.poll_transmit() {
            out.text(|out| out.extend_from_slice(&frame));
            if frame != Bytes::from_static(HEART_BEAT) {
                self.session.note_sent(now);
            }
        }
        false
    }

    fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Committed { ticket, outcome } => self.committed(ticket, outcome),
            Answer::HandedOn { ticket } => self.handed_on(ticket),
            // A STOMP client subscribes by itself, to one conversation or to all.
            Answer::Joined(conversation) => {
                if self.has_inbox() {
                    self.joined.push(conversation);
                }
            }
        }
    }

    fn deliver(&mut self, delivery: &mut Delivery, out: &mut Frames<'_>) -> bool {
        // Nothing follows an ERROR.
        self.session.is_closing() || self.hand_on(delivery, out)
    }

    fn lagging(&mut self, subscription: SubscriptionKey) {
        self.refill(subscription);
        self.subscriptions.lagging(subscription);
    }

    fn next_page(&mut self) -> Option<Reading> {
        let session = &self.session;
        let open = |subscribed: &Subscribed| subscribed.wire.is_none_or(|wire| session.window_open(wire));
        super::page::next(&mut self.subscriptions, &self.gateway, open)
    }

    fn page(&mut self, page: &mut Page, out: &mut Frames<'_>) {
        if self.session.is_closing() {
            page.entries = Vec::new().into_iter();
        } else {
            self.hand_on_page(page, out);
        }
    }

    fn probe(&mut self, now: Tick) -> Option<u64> {
        if self.session.is_closing() {
            return None;
        }
        let unconfirmed = self.subscriptions.unconfirmed().filter(|(subscription, _)| {
            subscription.protocol.ack == AckMode::Auto && subscription.protocol.look != Look::Notices
        });
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
        let pace = self.next.as_ref().and_then(|event| self.due(event));
        self.session.poll_timeout().into_iter().chain(pace).min()
    }

    fn timeout(&mut self, now: Tick) {
        self.session.handle_timeout(now);
        self.pace.tick(now);
    }

    fn may_stay(&self) -> bool {
        self.client.as_ref().is_none_or(|client| self.gateway.still_holds(&client.identity))
    }

    fn end(&mut self, reason: CloseReason) {
        let (code, ending) = match reason {
            CloseReason::Stopping => return,
            CloseReason::SignedOut => (ErrorCode::TokenRevoked, None),
            CloseReason::Dismissed => (ErrorCode::Dismissed, Some(Ending::DISMISSED)),
            CloseReason::SlowConsumer => (ErrorCode::ConnectionEnded, Some(Ending::SLOW_CONSUMER)),
            _ => (ErrorCode::ConnectionEnded, None),
        };
        self.session.error(code.as_str(), &reason.to_string(), "", None);
        self.ending = ending.or(self.ending);
    }

    fn is_settled(&self) -> bool {
        self.unanswered.is_empty()
    }

    fn ending(&self) -> Option<Ending> {
        if !self.session.is_closing() {
            return None;
        }
        // A client that said DISCONNECT is gone in peace; every other end has an ERROR frame that says why.
        let default = if self.disconnected {
            Ending::new(CloseCode::NORMAL, "")
        } else {
            Ending::new(CloseCode::PROTOCOL_ERROR, "see the ERROR frame")
        };
        Some(self.ending.unwrap_or(default))
    }

    fn rest(&mut self) {
        self.session.shrink();
        self.unanswered.shrink_to_fit();
    }
}

impl Drop for Stomp {
    fn drop(&mut self) {
        if let Some(limit) = self.session.refusal().and_then(requests::limit) {
            self.gateway.metrics.limit_hits(limit).increment(1);
        }
        if let Some(client) = &self.client {
            self.gateway.leave(&client.identity, client.session, &self.outbox);
        }
        self.tell(SessionEvent::Disconnected);
    }
}
