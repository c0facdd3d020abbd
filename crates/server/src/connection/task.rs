//! The loop of a connection.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use deskwire_broker::{CloseReason, Item, Outbox, Publication, SubscriptionKey};
use deskwire_desk::DeskError;
use deskwire_model::Seq;
use deskwire_wire::{
    Tick,
    ws::{CloseCode, Control},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    time::Sleep,
};

use super::{
    clock::Clock,
    scratch,
    websocket::{Frames, Received, WebSocket},
};
use crate::{
    listener::Io,
    telemetry::metrics::{self as telemetry, Limit, Metrics},
};

/// Output is written when it has grown to this many bytes, even if there is more.
const WRITE_AT_ONCE: usize = 256 * 1024;
/// How long a client may take to answer our Close frame.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// Entries read from a log for a subscription that is behind.
pub(super) struct Page {
    pub(super) subscription: SubscriptionKey,
    /// Whether the log had no more.
    pub(super) last: bool,
    pub(super) entries: Result<Vec<(Seq, Arc<Publication>)>, DeskError>,
}

pub(super) type Reading = Pin<Box<dyn Future<Output = Page> + Send>>;

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) code: CloseCode,
    pub(super) reason: &'static str,
}

impl Ending {
    pub(super) const fn new(code: CloseCode, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

/// What speaks over a connection: the sans-I/O session and its dealings with the rest of the server.
pub(super) trait Protocol: Send {
    /// As which the connection is counted.
    const NAME: telemetry::Protocol;

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
    /// Writes the session's own frames.
    fn transmit(&mut self, out: &mut Frames<'_>, now: Tick);
    /// Handles an item of the outbox; gives it back when it has to wait for the client.
    fn take(&mut self, item: Item, out: &mut Frames<'_>) -> Option<Item>;
    /// A logged subscription lost something on its way through the outbox.
    fn lagging(&mut self, subscription: SubscriptionKey);
    /// The next log to read, if any subscription is behind.
    fn next_page(&mut self) -> Option<Reading>;
    /// Hands on what was read.
    fn page(&mut self, page: Page, out: &mut Frames<'_>);
    /// The number to send in a ping, whose pong proves that everything before it arrived (DESIGN §1, cursor rules).
    fn probe(&mut self, now: Tick) -> Option<u64>;
    /// The pong with this number came.
    fn proved(&mut self, probe: u64);
    /// When [`Self::timeout`] is due.
    fn deadline(&self) -> Option<Tick>;
    /// The deadline has passed.
    fn timeout(&mut self, now: Tick);
    /// The server ends the connection.
    fn end(&mut self, reason: CloseReason);
    /// Whether no write is unanswered.
    fn is_settled(&self) -> bool;
    /// How to close once everything transmitted is written, if it is time.
    fn ending(&self) -> Option<Ending>;
    /// Gives back memory that is not needed while idle.
    fn rest(&mut self);
}

/// What all connections share.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) clock: Clock,
    /// Bytes of a WebSocket message.
    pub(super) max_message: usize,
    /// A write that makes no progress for this many milliseconds ends the connection.
    pub(super) write_stall_ms: u64,
    pub(super) metrics: Arc<Metrics>,
}

/// A WebSocket connection that speaks `P`.
pub(super) struct Connection<P: Protocol> {
    io: Io,
    websocket: WebSocket,
    protocol: P,
    outbox: Arc<Outbox>,
    settings: Arc<Settings>,
    /// Output that did not fit into the socket.
    unsent: BytesMut,
    unsent_since: Tick,
    /// What was taken out of the outbox but has to wait for the client.
    waiting: VecDeque<Item>,
    reading: Option<Reading>,
    page: Option<Page>,
    ping: Option<Control>,
    stopping: Option<CloseReason>,
    closed_by_client: Option<CloseCode>,
    timer: Option<Pin<Box<Sleep>>>,
    timer_at: Tick,
}

impl<P: Protocol> Connection<P> {
    pub(super) fn new(io: Io, protocol: P, outbox: Arc<Outbox>, settings: Arc<Settings>) -> Self {
        settings.metrics.connections(P::NAME).increment(1.0);
        Self {
            io,
            websocket: WebSocket::new(settings.max_message),
            protocol,
            outbox,
            settings,
            unsent: BytesMut::new(),
            unsent_since: Tick::default(),
            waiting: VecDeque::new(),
            reading: None,
            page: None,
            ping: None,
            stopping: None,
            closed_by_client: None,
            timer: None,
            timer_at: Tick::default(),
        }
    }

    /// Serves the connection to its end. `leftover` came behind the upgrade request.
    pub(super) async fn run(mut self, leftover: Bytes) {
        if !leftover.is_empty() {
            let received = self.websocket.receive(&mut BytesMut::from(leftover), |bytes| {
                self.protocol.receive(bytes, self.settings.clock.now());
            });
            self.received(received);
        }
        if let Err(error) = self.serve().await {
            tracing::debug!(%error, "connection lost");
        }
    }

    async fn serve(&mut self) -> io::Result<()> {
        loop {
            let now = self.settings.clock.now();
            if self.protocol.deadline().is_some_and(|deadline| deadline <= now) {
                self.protocol.timeout(now);
                self.protocol.rest();
            }
            if self.protocol.has_work() {
                // Requests are rare compared with the time a connection lives: their state is not kept in the task.
                Box::pin(self.protocol.work(now)).await;
            }
            if self.unsent.is_empty() {
                poll_fn(|cx| self.write(cx)).await?;
            } else if now.since(self.unsent_since) > self.settings.write_stall_ms {
                self.settings.metrics.limit_hits(Limit::WriteStall).increment(1);
                return Err(io::ErrorKind::TimedOut.into());
            }
            if self.protocol.has_work() {
                continue;
            }
            if let Some(ending) = self.ending() {
                return self.close(ending).await;
            }
            if self.reading.is_none() && self.page.is_none() && self.unsent.is_empty() {
                self.reading = self.protocol.next_page();
            }
            self.set_timer();
            if !poll_fn(|cx| self.wait(cx)).await? {
                return Ok(());
            }
        }
    }

    fn ending(&self) -> Option<Ending> {
        if let Some(code) = self.closed_by_client {
            return Some(Ending::new(code, ""));
        }
        if !self.unsent.is_empty() {
            return None;
        }
        self.protocol.ending().or_else(|| match self.stopping {
            Some(CloseReason::Stopping) if self.protocol.is_settled() => {
                Some(Ending::new(CloseCode::GOING_AWAY, "the server is stopping"))
            }
            _ => None,
        })
    }

    /// Builds everything that is due and gives it to the socket at once. Always ready.
    fn write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        scratch::output(|out| {
            self.fill(out);
            let mut written = 0;
            while written < out.len() {
                match Pin::new(&mut self.io).poll_write(cx, &out[written..]) {
                    Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    Poll::Ready(Ok(n)) => written += n,
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => break,
                }
            }
            if written < out.len() {
                self.unsent.extend_from_slice(&out[written..]);
                self.unsent_since = self.settings.clock.now();
            }
            Poll::Ready(Ok(()))
        })
    }

    fn fill(&mut self, out: &mut Vec<u8>) {
        let now = self.settings.clock.now();
        self.protocol.transmit(&mut Frames::new(out), now);
        if let Some(ping) = self.ping.take() {
            Frames::new(out).pong(&ping);
        }
        if self.waiting.is_empty() {
            let drained = self.outbox.drain();
            self.waiting = drained.items;
            drained.lagging.into_iter().for_each(|subscription| self.protocol.lagging(subscription));
        }
        if self.stopping.is_none() {
            self.stopping = self.outbox.close_reason();
            if let Some(reason) = self.stopping {
                self.protocol.end(reason);
            }
        }
        while out.len() < WRITE_AT_ONCE {
            let Some(item) = self.waiting.pop_front() else { break };
            if let Some(item) = self.protocol.take(item, &mut Frames::new(out)) {
                self.waiting.push_front(item);
                break;
            }
        }
        if self.waiting.is_empty() {
            self.waiting = VecDeque::new();
        }
        if let Some(page) = self.page.take() {
            self.protocol.page(page, &mut Frames::new(out));
        }
        self.protocol.transmit(&mut Frames::new(out), now);
        if let Some(probe) = self.protocol.probe(now) {
            Frames::new(out).ping(&probe.to_be_bytes());
        }
    }

    /// Ready when there is something to do; `false` when the client is gone.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        if let Some(reading) = &mut self.reading
            && let Poll::Ready(page) = reading.as_mut().poll(cx)
        {
            self.reading = None;
            self.page = Some(page);
            return Poll::Ready(Ok(true));
        }
        if self.unsent.is_empty() {
            let full = self.waiting.is_empty();
            if self.stopping.is_none() && self.outbox.poll_ready(cx, !full).is_ready() {
                return Poll::Ready(Ok(true));
            }
            if self.stopping.is_some() && full && self.outbox.poll_items(cx).is_ready() {
                return Poll::Ready(Ok(true));
            }
        } else if let Poll::Ready(result) = self.write_unsent(cx) {
            return Poll::Ready(result.map(|()| true));
        }
        if self.stopping.is_none()
            && self.protocol.wants_input()
            && let Poll::Ready(result) = self.read(cx)
        {
            return Poll::Ready(result);
        }
        if let Some(timer) = &mut self.timer {
            ready!(timer.as_mut().poll(cx));
            self.timer = None;
            return Poll::Ready(Ok(true));
        }
        Poll::Pending
    }

    fn write_unsent(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, &self.unsent))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unsent.advance(written);
            self.unsent_since = self.settings.clock.now();
        }
        self.unsent = BytesMut::new();
        Poll::Ready(Ok(()))
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        scratch::input(|buffer| {
            let mut read = ReadBuf::new(buffer);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut read))?;
            let bytes = read.filled_mut();
            if bytes.is_empty() {
                return Poll::Ready(Ok(false));
            }
            let now = self.settings.clock.now();
            self.protocol.alive(now);
            let received = self.websocket.receive(bytes, |bytes| self.protocol.receive(bytes, now));
            self.received(received);
            Poll::Ready(Ok(true))
        })
    }

    fn received(&mut self, received: Received) {
        self.ping = received.ping.or(self.ping.take());
        if let Some(number) = received.pong.and_then(|pong| pong.as_ref().try_into().ok()) {
            self.protocol.proved(u64::from_be_bytes(number));
        }
        if received.close == Some(CloseCode::MESSAGE_TOO_BIG) {
            self.settings.metrics.limit_hits(Limit::Size).increment(1);
        }
        self.closed_by_client = self.closed_by_client.or(received.close);
    }

    /// Arms the connection's one timer. A timer that is set for too early is left alone: it is cheaper to wake up for
    /// nothing once in a while than to move it with every frame.
    fn set_timer(&mut self) {
        let stall = (!self.unsent.is_empty()).then(|| self.unsent_since.after(self.settings.write_stall_ms + 1));
        let Some(deadline) = self.protocol.deadline().into_iter().chain(stall).min() else { return };
        if self.timer.is_none() || deadline < self.timer_at {
            let at = self.settings.clock.instant(deadline.after(1));
            match &mut self.timer {
                Some(timer) => timer.as_mut().reset(at),
                None => self.timer = Some(Box::pin(tokio::time::sleep_until(at))),
            }
            self.timer_at = deadline;
        }
    }

    async fn close(&mut self, ending: Ending) -> io::Result<()> {
        let mut last = std::mem::take(&mut self.unsent).to_vec();
        Frames::new(&mut last).close(ending.code, ending.reason);
        let goodbye = async {
            self.io.write_all(&last).await?;
            self.io.shutdown().await?;
            // What the client had under way is read, or the kernel would reset the connection under our last words.
            let mut rest = [0; 512];
            while self.closed_by_client.is_none() && self.io.read(&mut rest).await? > 0 {}
            Ok(())
        };
        tokio::time::timeout(CLOSE_WAIT, goodbye).await.unwrap_or(Ok(()))
    }
}

impl<P: Protocol> Drop for Connection<P> {
    fn drop(&mut self) {
        self.settings.metrics.connections(P::NAME).decrement(1.0);
    }
}
