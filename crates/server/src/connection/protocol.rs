//! What a connection asks of the protocol that speaks over it.

use std::{future::Future, pin::Pin, sync::Arc};

use deskwire_broker::{Answer, CloseReason, Delivery, Publication, SubscriptionKey};
use deskwire_desk::DeskError;
use deskwire_model::Seq;
use deskwire_wire::{Tick, ws::CloseCode};

use super::{framing::Frames, registry::Description};
use crate::telemetry::metrics as telemetry;

/// Entries read from a log for a subscription that is behind.
pub(super) struct Page {
    pub(super) subscription: SubscriptionKey,
    /// The position behind which it begins.
    pub(super) behind: Seq,
    /// Whether the log had no more.
    pub(super) last: bool,
    /// What was read and not handed on yet.
    pub(super) entries: std::vec::IntoIter<(Seq, Arc<Publication>)>,
    /// Why it could not be read.
    pub(super) error: Option<DeskError>,
}

/// A log being read.
pub(super) type Reading = Pin<Box<dyn Future<Output = Page> + Send>>;

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) code: CloseCode,
    pub(super) reason: &'static str,
}

impl Ending {
    /// The client reads more slowly than live topics speak.
    pub(super) const SLOW_CONSUMER: Self =
        Self::new(CloseCode::new(4500).expect("4000 to 4999 are for applications (RFC 6455 §7.4.2)"), "slow consumer");
    /// Whoever runs the server has ended the session.
    pub(super) const DISMISSED: Self =
        Self::new(CloseCode::new(4501).expect("4000 to 4999 are for applications (RFC 6455 §7.4.2)"), "dismissed");

    pub(super) const fn new(code: CloseCode, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

/// What speaks over a connection: the sans-I/O session and its dealings with the rest of the server.
pub(super) trait Protocol: Send {
    /// As what the connection is counted.
    fn name(&self) -> telemetry::Protocol;
    /// Who is at the other end, and what it listens to.
    fn describe(&self) -> Description;

    /// Takes bytes of the client.
    fn receive(&mut self, bytes: &[u8], now: Tick);
    /// The client showed that it is alive.
    fn alive(&mut self, now: Tick);
    /// Whether more input may be read: not while too many writes are unanswered.
    fn wants_input(&self) -> bool;
    /// Whether there are requests to act on.
    fn has_work(&mut self) -> bool;
    /// Acts on the requests that came, in their order, as far as possible now.
    fn work(&mut self, now: Tick) -> impl Future<Output = ()> + Send;
    /// How many bytes of the session's own frames wait to be written.
    fn pending_bytes(&self) -> usize;
    /// Writes the session's own frames; `true` when some are left, which did not fit into the output.
    fn transmit(&mut self, out: &mut Frames<'_>, now: Tick) -> bool;
    /// Takes an answer of the server.
    fn answer(&mut self, answer: Answer);
    /// Hands on what came for a subscription; `false` when some of it is left, which has to wait for the client or for
    /// room in the output.
    fn deliver(&mut self, delivery: &mut Delivery, out: &mut Frames<'_>) -> bool;
    /// A logged subscription lost something on its way through the outbox.
    fn lagging(&mut self, subscription: SubscriptionKey);
    /// The next log to read, if any subscription is behind.
    fn next_page(&mut self) -> Option<Reading>;
    /// Hands on what was read, until the output is full.
    fn page(&mut self, page: &mut Page, out: &mut Frames<'_>);
    /// The number to send in a ping, whose pong proves that everything before it arrived (DESIGN §1, cursor rules).
    fn probe(&mut self, now: Tick) -> Option<u64>;
    /// When the next probe is wanted.
    fn probe_due(&self) -> Option<Tick>;
    /// The pong with this number came.
    fn proved(&mut self, probe: u64);
    /// When [`Self::timeout`] is due.
    fn deadline(&self) -> Option<Tick>;
    /// The deadline has passed.
    fn timeout(&mut self, now: Tick);
    /// Whether what let the client in would still let it in.
    fn may_stay(&self) -> bool;
    /// The server ends the connection.
    fn end(&mut self, reason: CloseReason);
    /// Whether no write is unanswered.
    fn is_settled(&self) -> bool;
    /// How to close once everything transmitted is written, if it is time.
    fn ending(&self) -> Option<Ending>;
    /// Gives back memory that is not needed while idle.
    fn rest(&mut self);
}
