//! The server's end of one connection.
//!
//! Bytes go in with [`Session::receive`]; what the client wants comes out of [`Session::poll_event`], what the protocol
//! answers by itself out of [`Session::poll_transmit`]. The application answers events by calling the session, and
//! sends messages with [`Session::deliver`]. [`connecting`] and [`packets`] act on what comes; [`inbound`] and [`outbound`]
//! keep the two directions' acknowledgements.

mod aliases;
mod answers;
mod config;
mod connecting;
mod deliver;
mod event;
mod inbound;
mod outbound;
mod packets;
mod peer;
mod saved;
mod transmit;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::{
    Ack, AckProperties, Decoder, Disconnect, EncodeError, PacketId, PacketType, ProtocolVersion, PubackCode, Role,
    Suback, Unsuback,
};
use crate::Tick;
use aliases::Aliases;
pub use answers::{Acceptance, Refusal};
pub use config::SessionConfig;
use connecting::Answering;
pub use deliver::{DeliverError, Outgoing};
pub use event::{CloseReason, Event, Ticket};
use inbound::Inbound;
use outbound::Outbound;
pub use outbound::Stage;
pub use saved::{SavedInflight, SavedSession};
use transmit::{Put, Transmit};

/// State of one client connection.
#[derive(Debug)]
pub struct Session {
    config: Arc<SessionConfig>,
    decoder: Decoder,
    phase: Phase,
    closing: Option<CloseReason>,
    /// How the client is told that the session is over, once everything before is answered.
    last_words: Option<Box<Disconnect>>,
    events: VecDeque<Event>,
    transmit: Transmit,
    inbound: Inbound,
    outbound: Outbound,
    aliases: Aliases,
    /// Seconds that the client may be silent, but for the half that is added; 0 is for ever.
    keep_alive: u16,
    /// Seconds that the session outlives its connection.
    session_expiry: u32,
    /// Whether the application stores what the session remembers.
    durable: bool,
    /// When the connection was opened or bytes last came.
    heard: Tick,
}

#[derive(Debug)]
enum Phase {
    /// CONNECT is not complete.
    Connecting,
    /// The application decides on CONNECT. A client need not wait for that (3.1.4), but nothing it sends may count
    /// before, because the answer can be no [MQTT-3.1.4-6] and because resuming has to come first.
    /// Boxed, because it does not last.
    Answering(Box<Answering>),
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
            decoder: Decoder::new(Role::Server, config.connect_limits).up_to(config.highest_version),
            config,
            phase: Phase::Connecting,
            closing: None,
            last_words: None,
            events: VecDeque::new(),
            transmit: Transmit::default(),
            inbound: Inbound::default(),
            outbound: Outbound::default(),
            aliases: Aliases::default(),
            keep_alive: 0,
            session_expiry: 0,
            durable: false,
            heard: now,
        }
    }

    /// Takes what came from the client. Events and answers grow with `input`, so both are to be polled until empty
    /// before the next call. Once the session is closing, input is ignored.
    pub fn receive(&mut self, mut input: &[u8], now: Tick) {
        if input.is_empty() || self.closing.is_some() {
            return;
        }
        if let Phase::Answering(answering) = &mut self.phase {
            answering.early_bytes += input.len();
            if answering.early_bytes > self.config.limits.max_packet {
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

    /// The control packets to send next, whole ones. They go before any message that is delivered later. DISCONNECT is the
    /// last of them, behind the answers to all events [MQTT-3.14.4-1].
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        if self.events.is_empty()
            && let Some(disconnect) = self.last_words.take()
        {
            // One that the client does not take is not said.
            let _ = self.transmit.disconnect(*disconnect);
            self.transmit.end();
        }
        self.transmit.take()
    }

    /// How many bytes [`poll_transmit`](Self::poll_transmit) still has.
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
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
            Phase::Answering(_) | Phase::Refused => None,
            // [MQTT-3.1.2-22]
            Phase::Open => (self.keep_alive != 0).then(|| self.heard.after(u64::from(self.keep_alive) * 1500)),
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
        self.transmit.encoder.version()
    }

    /// Seconds that the session is to outlive its connection, as granted to CONNECT and changed by DISCONNECT: 0 ends it,
    /// [`SESSION_NEVER_EXPIRES`](super::SESSION_NEVER_EXPIRES) keeps it.
    #[must_use]
    pub const fn session_expiry(&self) -> u32 {
        self.session_expiry
    }

    /// Gives back memory that is kept for the next packet.
    pub fn shrink(&mut self) {
        self.events.shrink_to_fit();
        self.transmit.shrink();
        self.inbound.shrink();
        self.outbound.shrink();
    }

    /// Sends the client away: with `disconnect` if it speaks MQTT 5.0 and has been accepted, without a word otherwise.
    pub fn disconnect(&mut self, disconnect: Disconnect) {
        self.end(CloseReason::Dismissed(disconnect.code), Some(disconnect));
    }

    /// Answers a SUBSCRIBE with one code for each of its filters, in their order [MQTT-3.8.4-6].
    ///
    /// # Errors
    /// [`EncodeError::NoEntries`] without codes.
    pub fn suback(&mut self, suback: Suback) -> Result<(), EncodeError> {
        let put = self.transmit.suback(suback)?;
        self.after(put);
        Ok(())
    }

    /// Answers an UNSUBSCRIBE with one code for each of its filters, in their order [MQTT-3.11.3-1].
    ///
    /// # Errors
    /// [`EncodeError::NoEntries`] without codes in MQTT 5.0.
    pub fn unsuback(&mut self, unsuback: Unsuback) -> Result<(), EncodeError> {
        let put = self.transmit.unsuback(unsuback)?;
        self.after(put);
        Ok(())
    }

    /// What `ticket` names is committed. Its PUBACK, PUBREC or PUBCOMP leaves as soon as those of all packets before it do.
    pub fn published(&mut self, ticket: Ticket) {
        self.answer(ticket, PubackCode::Success, AckProperties::NONE);
    }

    /// Like [`published`](Self::published), with something to say about the message: that nobody wanted it, or that it is
    /// refused. Clients of MQTT 3 cannot be told and take it for [`PubackCode::Success`].
    pub fn answer(&mut self, ticket: Ticket, code: PubackCode, properties: AckProperties) {
        self.inbound.answer(ticket, code, properties);
        self.put_answers();
    }

    /// It is stored that the message of [`Event::Received`] waits for PUBCOMP. Its PUBREL leaves.
    pub fn release(&mut self, packet_id: PacketId) {
        if self.outbound.release(packet_id) {
            self.put(|transmit| transmit.pubrel(PacketType::Pubrel, Ack::success(packet_id)));
        }
    }

    /// Answers that wait for a commit, at most [`SessionConfig::max_unanswered`]: a reason to stop reading for a while.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.inbound.unanswered()
    }

    /// Writes a packet that has a form, because what came from the client and the application's texts do.
    fn put(&mut self, write: impl FnOnce(&mut Transmit) -> Result<Put, EncodeError>) {
        let put = write(&mut self.transmit).unwrap_or(Put::TooLarge);
        self.after(put);
    }

    fn after(&mut self, put: Put) {
        if put == Put::TooLarge {
            self.close(CloseReason::AnswerTooLarge);
        }
    }

    fn close(&mut self, reason: CloseReason) {
        let told = reason.disconnect_code().map(Disconnect::new);
        self.end(reason, told);
    }

    fn end(&mut self, reason: CloseReason, told: Option<Disconnect>) {
        if self.closing.is_some() {
            return;
        }
        self.closing = Some(reason);
        // Not before CONNACK [MQTT-3.14.0-1].
        if matches!(self.phase, Phase::Open) && self.transmit.is_v5() {
            self.last_words = told.map(Box::new);
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open) && self.closing.is_none()
    }
}
