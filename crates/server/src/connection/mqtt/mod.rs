//! MQTT on a connection.
//!
//! [`connect`] lets a client in and resumes its session, [`subscribe`] and [`publish`] act on what it asks, [`messages`]
//! writes what was said on its topics, [`mailbox`] what waits for it there with QoS 1 and 2, and [`answers`] finishes what had
//! to wait for the disk. [`leaving`] lets go of the session, and [`will`] is what is said when the client is lost.

mod answers;
mod connect;
mod leaving;
mod mailbox;
mod messages;
mod properties;
mod publish;
mod refusals;
mod subscribe;
mod token;
mod will;

use std::{collections::VecDeque, net::IpAddr, sync::Arc};

use deskwire_broker::{Answer, Attached, CloseReason, Delivery, Outbox, Recall, SubscriptionKey};
use deskwire_model::{Conversation, Seq, SessionId};
use deskwire_wire::{
    Tick,
    mqtt::{
        CloseReason as SessionEnd, Disconnect, DisconnectCode, Event, ProtocolVersion, QoS, Session, SessionConfig,
        SubscribeOptions, SubscriptionId,
    },
    ws::CloseCode,
};

use self::{
    answers::Unanswered,
    mailbox::Reserved,
    token::{Acknowledged, MAILBOX, Token},
    will::Will,
};
use super::{
    follow::Subscriptions,
    framing::Frames,
    pace::{Pace, Request},
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
    /// How the client wants its messages.
    options: SubscribeOptions,
    /// What messages that come of it are to carry (MQTT 5.0).
    id: Option<SubscriptionId>,
    kind: Kind,
}

/// Why there is a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The client asked for it.
    Asked,
    /// The client shares it with others (`$share`), so that what comes is for this subscription alone.
    Shared,
    /// The server made it for a conversation the agent serves (`spec/bytedesk.md` §5).
    Implicit,
}

/// A client that CONNECT let in.
#[derive(Debug)]
struct Client {
    identity: Identity,
    client_id: Arc<str>,
    will: Option<Box<Will>>,
    session: SessionId,
    /// As whose words its messages are known.
    origin: SessionId,
    /// What waits for the client; taken when the session is left.
    mailbox: Option<Attached>,
    /// Whether the session outlives the connection.
    durable: bool,
}

impl Client {
    /// The device whose cursors the session moves, if it is remembered.
    fn device(&self) -> Option<&str> {
        self.durable.then_some(&self.client_id)
    }
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
    /// What waits for the disk, or for its turn behind that.
    unanswered: VecDeque<Unanswered>,
    /// The number of the newest of these.
    last_number: u64,
    /// Messages whose packet identifiers have to be stored before they leave.
    reserved: Reserved,
    /// Where the client is in what is retained, for each subscription that has not had all of it, in their order.
    recalls: VecDeque<(SubscriptionKey, Recall)>,
    /// What the client has to be told about its own messages.
    complaints: VecDeque<Vec<u8>>,
    probes: Probes,
    pace: Pace,
    /// Whether the server wants the connection to end when everything is answered.
    stopping: bool,
    /// Whether whoever runs the server has ended the session, and the client has not been told.
    dismissed: bool,
    /// Whether another connection waits for the session.
    leaving: bool,
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
            last_key: MAILBOX,
            next: None,
            joined: VecDeque::new(),
            unanswered: VecDeque::new(),
            last_number: 0,
            reserved: Reserved::default(),
            recalls: VecDeque::new(),
            complaints: VecDeque::new(),
            probes: Probes::default(),
            pace: Pace::default(),
            stopping: false,
            dismissed: false,
            leaving: false,
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

    fn is_v5(&self) -> bool {
        self.session.version() == ProtocolVersion::V5
    }

    fn mailbox(&self) -> Option<&Attached> {
        self.client.as_ref()?.mailbox.as_ref()
    }

    async fn act(&mut self, event: Event, now: Tick) {
        match event {
            Event::Connect(connect) => self.admit(*connect, now).await,
            Event::Publish { publish, ticket } => {
                self.gateway.metrics.messages_in(self.name()).increment(1);
                self.publish(&publish, ticket).await;
            }
            Event::Released { packet_id, ticket } => self.release(packet_id, ticket).await,
            Event::Subscribe(subscribe) => self.subscribe(subscribe).await,
            Event::Unsubscribe(unsubscribe) => self.unsubscribe(&unsubscribe).await,
            Event::Received { token, packet_id } => self.received(Token::from_acknowledged(token), packet_id).await,
            // What the client does not want it is not sent again [MQTT-4.4.0-2].
            Event::Settled { token } | Event::Rejected { token, .. } => {
                self.settled(Token::from_acknowledged(token));
            }
            Event::Disconnect(disconnect) => self.says_goodbye(&disconnect),
            _ => {}
        }
    }

    fn settled(&mut self, token: Token) {
        match token.acknowledged() {
            Acknowledged::Posted(number) => {
                if let Some(mailbox) = self.mailbox() {
                    mailbox.settle(number);
                }
            }
            Acknowledged::Entry(subscription, seq) => self.confirm(subscription, seq),
            Acknowledged::Nothing => {}
        }
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

    /// Ends a connection that cannot be served rightly; the client comes back and resumes.
    fn fail(&mut self, reason: &str) {
        tracing::error!(reason, "a connection cannot be served");
        self.session.disconnect(Disconnect::new(DisconnectCode::UnspecifiedError));
        self.ending = Some(Ending::new(CloseCode::INTERNAL_ERROR, "internal error"));
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
        let may_act = self.next.as_ref().is_some_and(|event| self.pace.due(request(event)).is_none());
        may_act || !self.joined.is_empty() || self.subscriptions.has_arrived() || self.reserved.is_due() || self.leaving
    }

    async fn work(&mut self, now: Tick) {
        while self.has_work() {
            if self.reserved.is_due() {
                self.store_reserved().await;
            } else if let Some(conversation) = self.joined.pop_front() {
                self.join(conversation).await;
            } else if self.subscriptions.has_arrived() {
                if let Some((subscription, conversation)) = self.subscriptions.next_arrived() {
                    self.tell_read_positions(subscription, &conversation).await;
                }
            } else if let Some(event) = self.next.take() {
                if self.pace.spend(request(&event), now) {
                    self.gateway.metrics.limit_hits(Limit::Rate).increment(1);
                }
                self.act(event, now).await;
            } else if std::mem::take(&mut self.leaving) {
                self.leave();
            }
        }
    }

    fn pending_bytes(&self) -> usize {
        self.session.pending_bytes()
    }

    fn transmit(&mut self, out: &mut Frames<'_>, _now: Tick) -> bool {
        if std::mem::take(&mut self.dismissed) {
            self.dismiss(out);
        }
        if self.stopping && self.unanswered.is_empty() {
            self.session.disconnect(Disconnect::new(DisconnectCode::ServerShuttingDown));
        }
        while let Some(packets) = self.session.poll_transmit() {
            out.binary(|out| out.extend_from_slice(&packets));
        }
        self.write_complaints(out);
        self.write_reserved(out)
    }

    fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Committed { ticket, outcome } => self.committed(ticket, &outcome),
            Answer::HandedOn { ticket } => self.handed_on(ticket),
            Answer::Joined(conversation) => self.joined.push_back(conversation),
        }
    }

    fn deliver(&mut self, delivery: &mut Delivery, out: &mut Frames<'_>) -> bool {
        // Who leaves hears nothing more, and the next connection of the session what waits for it.
        self.session.is_closing().is_none() && self.hand_on(delivery, out)
    }

    fn lagging(&mut self, subscription: SubscriptionKey) {
        match self.mailbox().filter(|_| subscription == MAILBOX) {
            Some(mailbox) => mailbox.refill(),
            None => self.subscriptions.lagging(subscription),
        }
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
        let unconfirmed = self
            .subscriptions
            .unconfirmed()
            .filter(|(subscription, _)| subscription.protocol.options.qos == QoS::AtMostOnce);
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
        let pace = self.next.as_ref().and_then(|event| self.pace.due(request(event)));
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
        match reason {
            CloseReason::SignedOut => {
                self.session.disconnect(Disconnect::new(DisconnectCode::NotAuthorized));
                self.ending = Some(Ending::new(CloseCode::POLICY_VIOLATION, "signed out"));
                // What it has said and nobody has acted on is no longer said by anybody.
                self.next = None;
                while self.session.poll_event().is_some() {}
            }
            CloseReason::Stopping => self.stopping = true,
            CloseReason::SlowConsumer => {
                self.session.disconnect(Disconnect::new(DisconnectCode::QuotaExceeded));
                self.ending = Some(Ending::SLOW_CONSUMER);
            }
            CloseReason::Dismissed => {
                self.dismissed = true;
                self.ending = Some(Ending::DISMISSED);
            }
            // Durable subscriptions and queues are for STOMP.
            CloseReason::TakenOver
            | CloseReason::SubscriptionTakenOver
            | CloseReason::SubscriptionForgotten
            | CloseReason::WorkTaken => {
                self.session.disconnect(Disconnect::new(DisconnectCode::SessionTakenOver));
                self.ending = Some(Ending::new(CloseCode::POLICY_VIOLATION, "taken over by another connection"));
                self.leaving = true;
            }
        }
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
            SessionEnd::Dismissed(DisconnectCode::ServerShuttingDown) => {
                Some(Ending::new(CloseCode::GOING_AWAY, "the server is stopping"))
            }
            _ => Some(Ending::new(CloseCode::PROTOCOL_ERROR, "malformed packet")),
        })
    }

    fn rest(&mut self) {
        self.session.shrink();
        self.unanswered.shrink_to_fit();
        self.reserved.shrink();
    }
}

/// As what an event is accounted for.
const fn request(event: &Event) -> Request {
    match event {
        Event::Publish { .. } | Event::Subscribe(_) => Request::Message,
        _ => Request::Other,
    }
}
