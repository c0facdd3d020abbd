//! STOMP on a connection: [`requests`] acts on what the client asks, [`messages`] writes what it gets.

mod messages;
mod requests;

use std::{borrow::Cow, collections::VecDeque, sync::Arc};

use bytes::Bytes;
use deskwire_broker::{Answer, CloseReason, CommitError, Delivery, Outbox, Session as Entered, SubscriptionKey};
use deskwire_model::{Conversation, Seq, Topic};
use deskwire_store::Written;
use deskwire_wire::{
    Tick,
    stomp::{AckMode, DecodeError, MessageId, Refusal, Session, SessionConfig, event::Event, server::HEART_BEAT},
    ws::CloseCode,
};

use super::{
    follow::Subscriptions,
    framing::Frames,
    pace::Pace,
    probe::Probes,
    protocol::{Ending, Page, Protocol, Reading},
};
use crate::{
    gateway::{Gateway, Handshake, Identity},
    telemetry::metrics::{self as telemetry, Limit},
};

/// What STOMP remembers about a subscription.
#[derive(Debug)]
struct Subscribed {
    /// As the client spelled it, to be repeated in MESSAGE (`spec/stomp-sockjs.md` rule 19); none for a pattern.
    destination: Option<Box<str>>,
    /// Whether the client writes topics with dots.
    dotted: bool,
    /// How the client acknowledges; if not at all, a pong is the evidence of delivery.
    ack: AckMode,
}

impl Subscribed {
    /// The destination of a message: as it was subscribed, or for a pattern the real one in the style of its subscriber.
    fn destination(&self, topic: &Topic) -> Cow<'_, str> {
        match &self.destination {
            Some(destination) => Cow::Borrowed(destination),
            None if self.dotted => Cow::Owned(format!("/topic/{}", topic.dotted())),
            None => Cow::Owned(format!("/topic/{topic}")),
        }
    }
}

/// A client that CONNECT let in.
#[derive(Debug)]
struct Client {
    identity: Identity,
    device: Box<str>,
    entered: Entered,
}

/// The STOMP side of a connection.
pub(super) struct Stomp {
    gateway: Arc<Gateway>,
    session: Session,
    outbox: Arc<Outbox>,
    /// What was known before CONNECT, until then.
    handshake: Option<Box<Handshake>>,
    client: Option<Box<Client>>,
    subscriptions: Subscriptions<Subscribed>,
    /// The event that waits to be acted on.
    next: Option<Event>,
    /// Writes that are not answered yet, and the receipts their frames asked for.
    unanswered: VecDeque<(u64, Option<Box<str>>)>,
    /// The number of the newest write.
    last_ticket: u64,
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
        handshake: Handshake,
        outbox: Arc<Outbox>,
        now: Tick,
    ) -> Self {
        Self {
            session: Session::new(config, now),
            subscriptions: Subscriptions::new(Arc::clone(&gateway.hub), Arc::clone(&outbox)),
            gateway,
            outbox,
            handshake: Some(Box::new(handshake)),
            client: None,
            next: None,
            unanswered: VecDeque::new(),
            last_ticket: 0,
            probes: Probes::default(),
            pace: Pace::default(),
            unlogged: 0,
            disconnected: false,
            ending: None,
        }
    }

    /// The answer to a write: a receipt if the frame asked for one. Without a receipt the echo is the answer.
    fn committed(&mut self, ticket: u64, outcome: Result<Written, CommitError>) {
        let Some(index) = self.unanswered.iter().position(|(number, _)| *number == ticket) else { return };
        let Some((_, receipt)) = self.unanswered.remove(index) else { return };
        let refusal = match outcome {
            Ok(Written::Refused(refusal)) => refusal.to_string(),
            Err(error) => error.to_string(),
            Ok(_) => {
                if let Some(receipt) = receipt {
                    self.session.receipt(&receipt);
                }
                return;
            }
        };
        self.session.error(&refusal, "", receipt.as_deref());
    }

    /// Notes that the client has an entry, and moves its device's cursor.
    fn confirm(&mut self, subscription: SubscriptionKey, message: MessageId) {
        if message.source == UNLOGGED {
            return;
        }
        let moved = self.subscriptions.confirm(subscription, Seq(message.number));
        self.remember(moved);
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
    const NAME: telemetry::Protocol = telemetry::Protocol::Stomp;

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
        if self.subscriptions.has_arrived() {
            return true;
        }
        if self.next.is_none() {
            self.next = self.session.poll_event();
        }
        if self.session.is_closing() && self.session.refusal().is_none() {
            // We sent ERROR: what came behind the frame that is to blame is not acted on.
            self.next = None;
        }
        match self.next {
            // A barrier waits until everything before it is answered.
            Some(Event::Receipt { .. } | Event::Disconnect(_)) => self.unanswered.is_empty(),
            Some(Event::Send(_)) => self.pace.due().is_none(),
            Some(_) => true,
            None => false,
        }
    }

    async fn work(&mut self, now: Tick) {
        while self.has_work() {
            if self.subscriptions.has_arrived() {
                if let Some((subscription, conversation)) = self.subscriptions.next_arrived() {
                    self.tell_read_positions(subscription, &conversation).await;
                }
            } else if let Some(event) = self.next.take() {
                self.act(event, now).await;
            }
        }
    }

    fn transmit(&mut self, out: &mut Frames<'_>, now: Tick) {
        while let Some(frame) = self.session.poll_transmit() {
            out.text(|out| out.extend_from_slice(&frame));
            if frame != Bytes::from_static(HEART_BEAT) {
                self.session.note_sent(now);
            }
        }
    }

    fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Committed { ticket, outcome } => self.committed(ticket, outcome),
            // A STOMP client subscribes by itself.
            Answer::Joined(_) => {}
        }
    }

    fn deliver(&mut self, delivery: &Delivery, out: &mut Frames<'_>) -> bool {
        // Nothing follows an ERROR.
        if !self.session.is_closing() {
            self.hand_on(delivery, out);
        }
        true
    }

    fn lagging(&mut self, subscription: SubscriptionKey) {
        self.subscriptions.lagging(subscription);
    }

    fn next_page(&mut self) -> Option<Reading> {
        let session = &self.session;
        let open = |key| session.window_open(deskwire_wire::stomp::SubscriptionKey(key));
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
        let unconfirmed =
            self.subscriptions.unconfirmed().filter(|(subscription, _)| subscription.protocol.ack == AckMode::Auto);
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
        if reason != CloseReason::Stopping {
            self.session.error(&reason.to_string(), "", None);
            self.ending = Some(Ending::SLOW_CONSUMER);
        }
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

/// The bound that a client broke with what the session refused.
const fn limit(refusal: Refusal) -> Option<Limit> {
    match refusal {
        Refusal::Decode(
            DecodeError::FrameTooLarge { .. }
            | DecodeError::HeaderLineTooLong { .. }
            | DecodeError::TooManyHeaders { .. },
        )
        | Refusal::TooMuchBeforeAcceptance => Some(Limit::Size),
        Refusal::ConnectTimeout => Some(Limit::ConnectDeadline),
        Refusal::TooManySubscriptions { .. } => Some(Limit::Subscriptions),
        Refusal::TooManyTransactions { .. } | Refusal::TransactionTooLarge => Some(Limit::Transactions),
        _ => None,
    }
}

impl Drop for Stomp {
    fn drop(&mut self) {
        if let Some(limit) = self.session.refusal().and_then(limit) {
            self.gateway.metrics.limit_hits(limit).increment(1);
        }
        if let Some(client) = &self.client {
            self.gateway.sessions.leave(&client.entered);
        }
    }
}
