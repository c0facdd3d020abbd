//! The server's end of one connection.
//!
//! Bytes go in with [`Session::receive`]; what the client wants comes out of [`Session::poll_event`], what the protocol
//! answers by itself out of [`Session::poll_transmit`]. The application answers events by calling the session, and
//! sends messages with [`Session::deliver`]. [`inbound`] and [`outbound`] keep the two directions' acknowledgements.

mod config;
mod deliver;
mod event;
mod inbound;
mod outbound;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::{
    Connack, Connect, ConnectReturnCode, DecodeError, Decoder, EncodeError, Encoder, Packet, PacketId, ProtocolVersion,
    Role, SubackCode,
};
use crate::Tick;
pub use config::SessionConfig;
pub use deliver::{DeliverError, Outgoing};
pub use event::{CloseReason, Event, Ticket};
use inbound::{Admission, Inbound};
use outbound::{AfterPubrec, Outbound};
pub use outbound::{Outstanding, Stage};

/// State of one client connection.
#[derive(Debug)]
pub struct Session {
    config: Arc<SessionConfig>,
    decoder: Decoder,
    encoder: Encoder,
    phase: Phase,
    closing: Option<CloseReason>,
    events: VecDeque<Event>,
    transmit: Vec<u8>,
    inbound: Inbound,
    outbound: Outbound,
    /// Milliseconds that the client may be silent.
    silence_ms: Option<u64>,
    /// When the connection was opened or bytes last came.
    heard: Tick,
}

#[derive(Debug)]
enum Phase {
    /// CONNECT is not complete.
    Connecting,
    /// The application decides on CONNECT. A client need not wait for that (3.1.4), but nothing it sends may count
    /// before, because the answer can be no [MQTT-3.1.4-5] and because resuming has to come first.
    Answering { early: VecDeque<Packet>, early_bytes: usize },
    /// CONNECT has been accepted.
    Open,
    /// CONNECT has been refused.
    Refused,
}

impl Session {
    /// The session of a connection that was opened at `now`.
    #[must_use]
    pub fn new(config: Arc<SessionConfig>, now: Tick) -> Self {
        Self {
            decoder: Decoder::new(Role::Server, config.connect_limits),
            config,
            encoder: Encoder::default(),
            phase: Phase::Connecting,
            closing: None,
            events: VecDeque::new(),
            transmit: Vec::new(),
            inbound: Inbound::default(),
            outbound: Outbound::default(),
            silence_ms: None,
            heard: now,
        }
    }

    /// Takes what came from the client. Events and answers grow with `input`, so both are to be polled until empty
    /// before the next call. Once the session is closing, input is ignored.
    pub fn receive(&mut self, mut input: &[u8], now: Tick) {
        if input.is_empty() || self.closing.is_some() {
            return;
        }
        if let Phase::Answering { early_bytes, .. } = &mut self.phase {
            *early_bytes += input.len();
            if *early_bytes > self.config.limits.max_packet {
                return self.close(CloseReason::TooEager);
            }
        }
        while self.closing.is_none() {
            match self.decoder.decode(&mut input) {
                Ok(Some(packet)) => self.packet(packet),
                Ok(None) => break,
                Err(error) => self.malformed(error),
            }
        }
        self.note_activity(now);
    }

    /// Puts off the keep-alive timeout, as received bytes do: also those of a packet that takes long to arrive.
    pub fn note_activity(&mut self, now: Tick) {
        if !matches!(self.phase, Phase::Connecting) {
            self.heard = now;
        }
    }

    /// The next thing the client wants. Also what came before the session began to close is valid.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The control packets to send next, whole ones. They go before any message that is delivered later.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        (!self.transmit.is_empty()).then(|| Bytes::from(std::mem::take(&mut self.transmit)))
    }

    /// How many bytes [`poll_transmit`](Self::poll_transmit) still has.
    #[must_use]
    pub const fn pending_bytes(&self) -> usize {
        self.transmit.len()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due unless something comes before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        if self.closing.is_some() {
            return None;
        }
        match self.phase {
            Phase::Connecting => Some(self.heard.after(self.config.connect_deadline_ms)),
            Phase::Answering { .. } | Phase::Refused => None,
            Phase::Open => self.silence_ms.map(|silence_ms| self.heard.after(silence_ms)),
        }
    }

    /// Closes the session if its timeout has come.
    pub fn handle_timeout(&mut self, now: Tick) {
        if self.poll_timeout().is_some_and(|due| due <= now) {
            self.close(match self.phase {
                Phase::Connecting => CloseReason::ConnectTimeout,
                _ => CloseReason::KeepAliveTimeout,
            });
        }
    }

    /// Why the session is over, if it is.
    #[must_use]
    pub const fn is_closing(&self) -> Option<&CloseReason> {
        self.closing.as_ref()
    }

    /// The version of the protocol that the client has chosen.
    #[must_use]
    pub const fn version(&self) -> ProtocolVersion {
        self.encoder.version()
    }

    /// Gives back memory that is kept for the next packet.
    pub fn shrink(&mut self) {
        self.events.shrink_to_fit();
        self.transmit.shrink_to_fit();
        self.inbound.shrink();
        self.outbound.shrink();
    }

    /// Accepts the client; the keep alive runs from the last bytes that came. Without a CONNECT to answer this does
    /// nothing.
    pub fn accept(&mut self, session_present: bool) {
        let Phase::Answering { early, .. } = &mut self.phase else {
            return;
        };
        let early = std::mem::take(early);
        self.phase = Phase::Open;
        self.encoder.put_connack(&mut self.transmit, Connack::accepted(session_present));
        for message in self.outbound.iter().filter(|message| message.stage == Stage::Pubcomp) {
            self.encoder.put_pubrel(&mut self.transmit, message.packet_id);
        }
        let end_of_input = self.closing.take();
        for packet in early {
            if self.closing.is_none() {
                self.packet(packet);
            }
        }
        self.closing = self.closing.or(end_of_input);
    }

    /// Refuses the client with any code but [`ConnectReturnCode::Accepted`] and closes [MQTT-3.2.2-5]. Without a CONNECT
    /// to answer this does nothing.
    pub fn refuse(&mut self, code: ConnectReturnCode) {
        if matches!(self.phase, Phase::Answering { .. }) {
            self.refuse_connect(code, CloseReason::Refused(code));
        }
    }

    /// Takes over what an earlier connection of the same session left, before [`accept`](Self::accept): its
    /// [`inflight`](Self::inflight) messages and [`unreleased`](Self::unreleased) identifiers. PUBREL is repeated at once
    /// with the acceptance; messages are for the application to [`redeliver`](Self::redeliver) [MQTT-4.4.0-1].
    pub fn resume(
        &mut self,
        inflight: impl IntoIterator<Item = Outstanding>,
        unreleased: impl IntoIterator<Item = PacketId>,
    ) {
        if matches!(self.phase, Phase::Answering { .. }) {
            self.outbound.resume(inflight);
            self.inbound.resume(unreleased);
        }
    }

    /// Answers a SUBSCRIBE with one code for each of its filters, in their order [MQTT-3.8.4-5].
    ///
    /// # Errors
    /// [`EncodeError::NoEntries`] without codes.
    pub fn suback(&mut self, packet_id: PacketId, codes: &[SubackCode]) -> Result<(), EncodeError> {
        self.encoder.put_suback(&mut self.transmit, packet_id, codes)
    }

    /// Answers an UNSUBSCRIBE [MQTT-3.10.4-4].
    pub fn unsuback(&mut self, packet_id: PacketId) {
        self.encoder.put_unsuback(&mut self.transmit, packet_id);
    }

    /// The message of `ticket` is committed. Its PUBACK or PUBREC leaves as soon as those of all messages before it do.
    pub fn published(&mut self, ticket: Ticket) {
        self.inbound.committed(ticket);
        self.inbound.put_ready(self.encoder, &mut self.transmit);
    }

    /// Answers that wait for a commit, at most [`SessionConfig::max_unanswered`]: a reason to stop reading for a while.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.inbound.unanswered()
    }

    /// Identifiers of QoS 2 messages from the client whose PUBREL has not come, for [`resume`](Self::resume).
    pub fn unreleased(&self) -> impl Iterator<Item = PacketId> + '_ {
        self.inbound.unreleased()
    }

    fn packet(&mut self, packet: Packet) {
        if let Phase::Answering { early, .. } = &mut self.phase {
            early.push_back(packet);
            return;
        }
        match packet {
            Packet::Connect(connect) => self.connect(connect),
            Packet::Publish(publish) => match self.inbound.publish(publish.delivery, &self.config) {
                Ok(Admission::New(ticket)) => {
                    self.events.push_back(Event::Publish { publish, ticket });
                }
                Ok(Admission::Repeat) => {
                    self.inbound.put_ready(self.encoder, &mut self.transmit);
                }
                Err(reason) => self.close(reason),
            },
            Packet::Pubrel(id) => match self.inbound.release(id, &self.config) {
                Ok(()) => self.inbound.put_ready(self.encoder, &mut self.transmit),
                Err(reason) => self.close(reason),
            },
            Packet::Puback(id) => self.settle(id, Stage::Puback),
            Packet::Pubcomp(id) => self.settle(id, Stage::Pubcomp),
            Packet::Pubrec(id) => {
                if self.outbound.received(id) == AfterPubrec::Pubrel {
                    self.encoder.put_pubrel(&mut self.transmit, id);
                }
            }
            Packet::Subscribe(subscribe) => self.events.push_back(Event::Subscribe(subscribe)),
            Packet::Unsubscribe(unsubscribe) => {
                self.events.push_back(Event::Unsubscribe(unsubscribe));
            }
            Packet::Pingreq => self.encoder.put_pingresp(&mut self.transmit),
            Packet::Disconnect => {
                self.events.push_back(Event::Disconnect);
                self.close(CloseReason::Disconnected);
            }
            // A decoder in the server's role refuses what only servers send.
            Packet::Connack(_) | Packet::Suback(_) | Packet::Unsuback(_) | Packet::Pingresp => {}
        }
    }

    fn connect(&mut self, connect: Box<Connect>) {
        self.decoder.set_limits(self.config.limits);
        self.encoder = Encoder::new(connect.protocol);
        self.silence_ms = self.config.silence_ms(connect.keep_alive);
        // An empty identifier needs a clean session [MQTT-3.1.3-8]; MQTT 3.1 has no empty ones (3.1).
        let may_be_empty = connect.clean_session && connect.protocol != ProtocolVersion::V3_1;
        if connect.client_id.is_empty() && !may_be_empty {
            let code = ConnectReturnCode::IdentifierRejected;
            return self.refuse_connect(code, CloseReason::Refused(code));
        }
        self.phase = Phase::Answering { early: VecDeque::new(), early_bytes: 0 };
        self.events.push_back(Event::Connect(connect));
    }

    fn malformed(&mut self, error: DecodeError) {
        let reason = CloseReason::Malformed(error);
        match error {
            DecodeError::ProtocolLevel(_) => {
                self.refuse_connect(ConnectReturnCode::UnacceptableProtocolVersion, reason);
            }
            _ => self.close(reason),
        }
    }

    fn refuse_connect(&mut self, code: ConnectReturnCode, reason: CloseReason) {
        self.phase = Phase::Refused;
        self.encoder.put_connack(&mut self.transmit, Connack::without_session(code));
        self.close(reason);
    }

    fn settle(&mut self, packet_id: PacketId, stage: Stage) {
        if let Some(token) = self.outbound.settle(packet_id, stage) {
            self.events.push_back(Event::Settled { token });
        }
    }

    fn close(&mut self, reason: CloseReason) {
        self.closing.get_or_insert(reason);
    }
}
