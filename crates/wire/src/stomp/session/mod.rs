//! The server's side of one STOMP connection, as a state machine that is fed bytes and ticks.
//!
//! Bytes go into [`Session::receive`]; what the application has to decide or do comes out of [`Session::poll_event`];
//! frames for the client come out of [`Session::poll_transmit`]. MESSAGE frames of subscriptions do not pass through the
//! session, which only keeps account of them, in [`Session::deliver`].

mod client_frames;
mod config;
mod durable;
mod heart_beats;
mod refusal;
mod subscriptions;
mod transactions;

pub mod event;

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;

use self::{
    client_frames::Refused, event::Event, heart_beats::HeartBeats, subscriptions::Subscriptions,
    transactions::Transactions,
};
use super::{AckId, Decoder, Item, MessageId, SubscriptionKey, Version, server};
use crate::Tick;

pub use config::SessionConfig;
pub use durable::DurableName;
pub use refusal::Refusal;
pub use subscriptions::{AckMode, DeliverError};

/// One connection's STOMP state.
///
/// The caller takes all events after each [`receive`](Self::receive) and before it reads more from the client; then the
/// queue of events is never longer than what one input holds.
#[derive(Debug)]
pub struct Session {
    config: Arc<SessionConfig>,
    decoder: Decoder,
    version: Version,
    phase: Phase,
    /// DISCONNECT has come: nothing behind it is looked at.
    input_ended: bool,
    connect_by: Tick,
    heart_beats: HeartBeats,
    subscriptions: Subscriptions,
    transactions: Transactions,
    events: VecDeque<Event>,
    /// Memory of the frames that came behind CONNECT and wait for its acceptance.
    held_bytes: usize,
    transmits: VecDeque<Bytes>,
    /// The octets in `transmits`.
    transmit_bytes: usize,
    refusal: Option<Refusal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No CONNECT yet.
    Unconnected,
    /// CONNECT has come and waits for [`Session::accept`] or [`Session::error`].
    Connecting,
    Connected,
    /// The last frame is queued.
    Closing,
}

/// The code of what breaks the protocol.
const PROTOCOL_ERROR: &str = "protocol_error";

impl Session {
    /// A session for a connection that was made at `now`; CONNECT has to come within the configured time.
    #[must_use]
    pub fn new(config: Arc<SessionConfig>, now: Tick) -> Self {
        Self {
            decoder: Decoder::new(config.connect_limits),
            version: Version::V12,
            phase: Phase::Unconnected,
            input_ended: false,
            connect_by: now.after(config.connect_deadline_ms),
            heart_beats: HeartBeats::default(),
            subscriptions: Subscriptions::default(),
            transactions: Transactions::default(),
            events: VecDeque::new(),
            held_bytes: 0,
            transmits: VecDeque::new(),
            transmit_bytes: 0,
            refusal: None,
            config,
        }
    }

    /// Takes in everything of `input`, which may begin and end anywhere in a frame. What is wrong with it becomes an
    /// ERROR for the client; frames before the wrong one still come out as events.
    pub fn receive(&mut self, mut input: &[u8], now: Tick) {
        if !input.is_empty() {
            self.note_activity(now);
        }
        while !self.input_ended && self.phase != Phase::Closing {
            match self.decoder.decode(&mut input) {
                Ok(None) => break,
                Ok(Some(Item::HeartBeat)) => {}
                Ok(Some(Item::Frame(frame))) => {
                    if let Err(Refused { refusal, receipt }) = self.take(frame) {
                        self.refuse(refusal, receipt.as_deref());
                    }
                }
                Err(error) => self.refuse(error.into(), None),
            }
        }
    }

    /// The client has shown life without sending STOMP bytes, such as by a WebSocket pong.
    pub fn note_activity(&mut self, now: Tick) {
        self.heart_beats.received(now);
    }

    /// The caller wrote something to the client, which postpones the next heart-beat.
    pub fn note_sent(&mut self, now: Tick) {
        self.heart_beats.sent(now);
    }

    /// The next thing for the application to do, in the order of the client's frames. What came behind CONNECT waits
    /// until the connection is accepted.
    pub fn poll_event(&mut self) -> Option<Event> {
        if self.phase == Phase::Connecting && !matches!(self.events.front(), Some(Event::Connect(_))) {
            return None;
        }
        self.events.pop_front()
    }

    /// The next bytes for the client: one whole frame, or the LF of a heart-beat, for a WebSocket message of its own.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        let frame = self.transmits.pop_front()?;
        self.transmit_bytes -= frame.len();
        Some(frame)
    }

    /// Whether so much waits to be transmitted that the application should not act on another event before it has been
    /// taken: a client that does not read must not make the server hold one answer after the other.
    #[must_use]
    pub fn is_backed_up(&self) -> bool {
        self.transmit_bytes > self.config.limits.max_frame as usize
    }

    /// How many bytes [`poll_transmit`](Self::poll_transmit) still has.
    #[must_use]
    pub const fn pending_bytes(&self) -> usize {
        self.transmit_bytes
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called. It moves with every byte in or out; calling
    /// too early does no harm, so a timer need not be set anew each time.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        match self.phase {
            Phase::Unconnected => Some(self.connect_by),
            Phase::Connecting | Phase::Closing => None,
            Phase::Connected if self.input_ended => self.heart_beats.next_send(),
            Phase::Connected => {
                let (send, receive) = (self.heart_beats.next_send(), self.heart_beats.dead_at());
                send.into_iter().chain(receive).min()
            }
        }
    }

    /// Does what has become due by `now`: a heart-beat, or the end of a client that is silent.
    pub fn handle_timeout(&mut self, now: Tick) {
        let is_past = |limit: Option<Tick>| limit.is_some_and(|limit| now >= limit);
        match self.phase {
            Phase::Unconnected if now >= self.connect_by => {
                self.refuse(Refusal::ConnectTimeout, None);
            }
            Phase::Connected if !self.input_ended && is_past(self.heart_beats.dead_at()) => {
                self.refuse(Refusal::HeartBeatMissed, None);
            }
            Phase::Connected if is_past(self.heart_beats.next_send()) => {
                // A frame that is about to be written is as good.
                if self.transmits.is_empty() {
                    self.queue(Bytes::from_static(server::HEART_BEAT));
                }
                self.note_sent(now);
            }
            _ => {}
        }
    }

    /// Lets the client in: answers CONNECT with CONNECTED. Does nothing when no CONNECT waits for it.
    pub fn accept(&mut self, user_name: Option<&str>, session_id: &str, now: Tick) {
        if self.phase != Phase::Connecting {
            return;
        }
        self.phase = Phase::Connected;
        self.held_bytes = 0;
        self.decoder.set_limits(self.config.limits);
        self.heart_beats.start(now);
        let connected = server::Connected {
            version: self.version,
            heart_beat: self.heart_beats.advertised(),
            session: Some(session_id),
            server: Some(self.config.server),
            user_name,
        };
        self.transmit(|out| connected.encode(out));
    }

    /// Answers a frame's `receipt` header. The frame must have been processed: for an
    /// [`Event::Receipt`], everything that was handed out before it as well.
    pub fn receipt(&mut self, id: &str) {
        if self.phase == Phase::Connected {
            let (version, receipt) = (self.version, server::Receipt { receipt_id: id });
            self.transmit(|out| receipt.encode(version, out));
        }
    }

    /// Queues a MESSAGE for this client alone, behind what is queued already.
    pub fn message(&mut self, message: &server::Message<'_>) {
        if self.phase == Phase::Connected {
            let version = self.version;
            self.transmit(|out| message.encode(version, out));
        }
    }

    /// Ends the session with ERROR: a stable `code` for programs, `message` in a few words, `body` with more about it or
    /// empty, and the `receipt` of the frame that is to blame. Events that were not taken yet are dropped.
    pub fn error(&mut self, code: &str, message: &str, body: &str, receipt_id: Option<&str>) {
        self.events.clear();
        self.close_with(&server::Error { message, code, receipt_id, version: None, body });
    }

    /// Ends the session after [`Event::Disconnect`], once everything before it is done: answers its receipt, if it asks
    /// for one.
    pub fn finish(&mut self, disconnect: &event::Disconnect) {
        if let Some(id) = disconnect.receipt() {
            self.receipt(id);
        }
        self.phase = Phase::Closing;
    }

    /// Whether the last frame is queued: send what [`poll_transmit`](Self::poll_transmit) still has, then close.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.phase == Phase::Closing
    }

    /// Why the session itself sent ERROR; `None` when it did not.
    #[must_use]
    pub const fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// The version that CONNECT settled on; 1.2 before it.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The `id` of a live subscription, as MESSAGE has to repeat it; `None` also for one of 1.0 without an `id`.
    #[must_use]
    pub fn subscription_id(&self, subscription: SubscriptionKey) -> Option<&str> {
        self.subscriptions.get(subscription)?.id()
    }

    /// Whether the client still has the subscription: its UNSUBSCRIBE counts from when it came, not from when the
    /// application acts on it.
    #[must_use]
    pub fn is_subscribed(&self, subscription: SubscriptionKey) -> bool {
        self.subscriptions.get(subscription).is_some()
    }

    /// Accounts for a MESSAGE that is about to be sent; returns what its `ack` header has to be if the subscription
    /// acknowledges.
    ///
    /// # Errors
    ///
    /// When the message must not be sent: the subscription is gone, or has as many unacknowledged messages as it may
    /// (see [`window_open`](Self::window_open)).
    pub fn deliver(
        &mut self,
        subscription: SubscriptionKey,
        message: MessageId,
    ) -> Result<Option<AckId>, DeliverError> {
        self.subscriptions.get_mut(subscription).ok_or(DeliverError::UnknownSubscription)?.deliver(message)
    }

    /// Whether the subscription may get another message now. It may change with [`Event::Ack`] and [`Event::Nack`].
    #[must_use]
    pub fn window_open(&self, subscription: SubscriptionKey) -> bool {
        self.subscriptions.get(subscription).is_some_and(subscriptions::Subscription::window_open)
    }

    /// How many messages the subscription may have unacknowledged at most; none if there is no such subscription.
    #[must_use]
    pub fn window(&self, subscription: SubscriptionKey) -> usize {
        self.subscriptions.get(subscription).map_or(0, subscriptions::Subscription::window)
    }

    /// Messages of the subscription that the client has not acknowledged, oldest first.
    pub fn unsettled(&self, subscription: SubscriptionKey) -> impl Iterator<Item = MessageId> + use<'_> {
        self.subscriptions.get(subscription).into_iter().flat_map(subscriptions::Subscription::unsettled)
    }

    /// Forgets a subscription that the application ends by itself, and returns its unacknowledged messages.
    pub fn release(&mut self, subscription: SubscriptionKey) -> Vec<MessageId> {
        self.subscriptions.remove(subscription)
    }

    /// Gives back the memory of queues that are empty.
    pub fn shrink(&mut self) {
        if self.events.is_empty() {
            self.events = VecDeque::new();
        }
        if self.transmits.is_empty() {
            self.transmits = VecDeque::new();
        }
        self.subscriptions.shrink();
    }

    fn refuse(&mut self, refusal: Refusal, receipt_id: Option<&str>) {
        if self.phase == Phase::Connecting {
            // Nobody knows who sent them.
            self.events.clear();
        }
        self.refusal = Some(refusal);
        let no_common_version = refusal == Refusal::NoCommonVersion;
        self.close_with(&server::Error {
            message: &refusal.to_string(),
            code: PROTOCOL_ERROR,
            receipt_id,
            version: no_common_version.then_some(Version::SUPPORTED),
            body: if no_common_version { "supported versions are 1.2, 1.1 and 1.0" } else { "" },
        });
    }

    fn close_with(&mut self, error: &server::Error<'_>) {
        if self.phase == Phase::Closing {
            return;
        }
        let version = self.version;
        self.transmit(|out| error.encode(version, out));
        self.phase = Phase::Closing;
        self.transactions = Transactions::default();
        self.decoder = Decoder::new(self.config.connect_limits);
    }

    fn transmit(&mut self, encode: impl FnOnce(&mut Vec<u8>)) {
        let mut frame = Vec::new();
        encode(&mut frame);
        self.queue(Bytes::from(frame));
    }

    fn queue(&mut self, frame: Bytes) {
        self.transmit_bytes += frame.len();
        self.transmits.push_back(frame);
    }
}
