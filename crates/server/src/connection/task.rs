//! The loop of a connection.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use deskwire_broker::{CloseReason, Delivery, Orders, Outbox};
use deskwire_desk::Lapsed;
use deskwire_wire::{
    Tick,
    ws::{CloseCode, Control},
};
use tokio::{
    io::{AsyncRead, ReadBuf},
    time::Sleep,
};

use super::{
    carrier::Carrier,
    farewell::Farewell,
    framing::{Closing, Framing, Received},
    protocol::{Ending, Page, Protocol, Reading},
    registry::{Registered, Told, Traffic},
    scratch,
    settings::Settings,
    silence::{Patience, Silence, Verdict},
    unsent::Unsent,
};
use crate::telemetry::metrics::Limit;

/// A connection that has heard nothing for so many milliseconds gives back what memory it can.
const REST_AFTER_MS: u64 = 1000;

/// A connection that speaks `P`.
pub(super) struct Connection<P: Protocol> {
    carrier: Carrier,
    framing: Framing,
    protocol: P,
    outbox: Arc<Outbox>,
    registered: Registered,
    settings: Arc<Settings>,
    unsent: Unsent,
    /// What it has carried.
    traffic: Traffic,
    /// What was taken out of the outbox and has to wait for the client.
    waiting: VecDeque<Delivery>,
    reading: Option<Reading>,
    page: Option<Page>,
    ping: Option<Control>,
    silence: Silence,
    /// Keeps the client's user from being online by a connection that was silent for too long.
    lapsed: Option<Lapsed>,
    /// Whether to ask the client for a sign of life with the next write.
    ask: bool,
    /// Whether the client was not listened to for a while.
    deaf: bool,
    /// Whether memory has been given back since the client was read last.
    rested: bool,
    stopping: Option<CloseReason>,
    /// Why nothing more is heard of the client.
    closing: Option<Closing>,
    timer: Option<Pin<Box<Sleep>>>,
    timer_at: Tick,
}

impl<P: Protocol> Connection<P> {
    /// Boxed, because a future that takes itself by value has room for itself several times over.
    pub(super) fn new(
        carrier: Carrier,
        framing: Framing,
        protocol: P,
        outbox: Arc<Outbox>,
        registered: Registered,
        settings: Arc<Settings>,
    ) -> Box<Self> {
        let patience = match framing.is_websocket() {
            true => Patience::Asks(settings.idle_ping_ms),
            false => Patience::Leases(settings.lease_ms),
        };
        Box::new(Self {
            carrier,
            framing,
            protocol,
            outbox,
            registered,
            unsent: Unsent::default(),
            traffic: Traffic::default(),
            waiting: VecDeque::new(),
            reading: None,
            page: None,
            ping: None,
            silence: Silence::new(settings.clock.now(), patience),
            lapsed: None,
            ask: false,
            deaf: false,
            rested: false,
            stopping: None,
            closing: None,
            timer: None,
            timer_at: Tick::default(),
            settings,
        })
    }

    /// Serves the connection to its end. `leftover` came behind the upgrade request.
    pub(super) async fn run(mut self: Box<Self>, leftover: Bytes) {
        if !leftover.is_empty() {
            let now = self.settings.clock.now();
            let mut input = BytesMut::from(leftover);
            let received = self.framing.receive(&mut input, |bytes| self.protocol.receive(bytes, now));
            self.received(received);
        }
        let ended = match self.serve().await {
            // Boxed as it is needed once: it would make every connection's task larger.
            Ok(Some(ending)) => Box::pin((*self).farewell(ending)).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "connection lost");
        }
    }

    /// Lets go of everything that the client listened to, so that nobody waits for it, and says goodbye.
    fn farewell(self, ending: Ending) -> impl Future<Output = io::Result<()>> {
        let Self { carrier, framing, unsent, closing, registered, .. } = self;
        let farewell = Farewell { carrier, framing, unsent: unsent.into_bytes(), closing };
        async move {
            let _registered = registered;
            farewell.say(ending).await
        }
    }

    /// Serves the connection until it is to be ended in the way returned, or the client is gone.
    async fn serve(&mut self) -> io::Result<Option<Ending>> {
        loop {
            let now = self.settings.clock.now();
            if std::mem::take(&mut self.deaf) {
                self.hear(now);
            }
            self.pass_time(now)?;
            self.outbox.take_answers().into_iter().for_each(|answer| self.protocol.answer(answer));
            let orders = self.outbox.take_orders();
            if orders.close == Some(CloseReason::TakenOver) && self.stopping.is_none() && self.listens() {
                // The client may have said goodbye before it came by another connection. What is in the socket counts as there
                // once the runtime has looked, as it does before it comes back to a task that yields.
                tokio::task::yield_now().await;
                let _ = poll_fn(|cx| Poll::Ready(self.read(cx))).await?;
            }
            self.obey(orders);
            if self.has_work() {
                // Requests are rare compared with the time a connection lives: their state is not kept in the task.
                Box::pin(self.protocol.work(now)).await;
                // It may have waited for the disk, and the client for us.
                let done = self.settings.clock.now();
                self.silence.excuse(done.since(now));
                self.protocol.alive(done);
            }
            let mut more = false;
            if self.is_writable() {
                more = poll_fn(|cx| self.write(cx)).await?;
            }
            if self.has_work() || (more && self.is_writable()) {
                continue;
            }
            if let Some(ending) = self.ending() {
                return Ok(Some(ending));
            }
            if self.reading.is_none() && self.page.is_none() && self.is_writable() {
                self.reading = self.protocol.next_page();
            }
            // Whom we do not listen to cannot be blamed for silence.
            self.deaf = !self.listens();
            self.set_timer();
            if !poll_fn(|cx| self.wait(cx)).await? {
                return Ok(None);
            }
        }
    }

    fn obey(&mut self, mut orders: Orders) {
        if orders.describe {
            self.registered.answer(&Told { description: self.protocol.describe(), traffic: self.traffic });
        }
        if orders.reconsider && !self.protocol.may_stay() {
            orders.close = Some(CloseReason::SignedOut);
        }
        if self.stopping.is_none() {
            self.stopping = orders.close;
            orders.close.into_iter().for_each(|reason| self.protocol.end(reason));
        }
    }

    /// Whether there are requests to act on now. Whoever takes the session over does not wait for a client that does not
    /// read.
    fn has_work(&mut self) -> bool {
        (!self.is_backed_up() || self.stopping == Some(CloseReason::TakenOver)) && self.protocol.has_work()
    }

    /// Whether the client is read.
    fn listens(&self) -> bool {
        self.stopping.is_none() && !self.is_backed_up() && self.protocol.wants_input()
    }

    /// Whether the client leaves so much unread that it is to have no further answers.
    fn is_backed_up(&self) -> bool {
        self.unsent.len() + self.protocol.pending_bytes() >= self.settings.max_unsent
    }

    /// Whether the socket took everything so far.
    fn is_writable(&self) -> bool {
        self.unsent.is_empty()
    }

    fn pass_time(&mut self, now: Tick) -> io::Result<()> {
        if self.protocol.deadline().is_some_and(|deadline| deadline <= now) {
            self.protocol.timeout(now);
        }
        if !self.rested && now.since(self.silence.since()) >= REST_AFTER_MS {
            self.rested = true;
            self.protocol.rest();
        }
        if !self.is_writable() && now.since(self.unsent.since()) > self.settings.write_stall_ms {
            self.settings.metrics.limit_hits(Limit::WriteStall).increment(1);
            return Err(io::ErrorKind::TimedOut.into());
        }
        match self.silence.judge(now) {
            Verdict::Bearable => {}
            Verdict::Ask => self.ask = true,
            Verdict::Absent => self.lapsed = Some(self.settings.presence.lapse(&self.outbox)),
            Verdict::Gone => return Err(io::ErrorKind::TimedOut.into()),
        }
        Ok(())
    }

    fn ending(&self) -> Option<Ending> {
        if let Some(closing) = self.closing {
            return Some(Ending::new(closing.code(), ""));
        }
        if !self.is_writable() {
            return None;
        }
        self.protocol.ending().or_else(|| match self.stopping {
            Some(CloseReason::Stopping) if self.protocol.is_settled() => {
                Some(Ending::new(CloseCode::GOING_AWAY, "the server is stopping"))
            }
            _ => None,
        })
    }

    /// Builds what is due and gives it to the socket at once. Always ready; true when more is due.
    fn write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        scratch::output(|out| {
            let more = self.fill(out);
            self.traffic.sent += out.len() as u64;
            self.unsent.write(&mut self.carrier, out, cx, self.settings.clock.now())?;
            Poll::Ready(Ok(more))
        })
    }

    fn fill(&mut self, out: &mut Vec<u8>) -> bool {
        let now = self.settings.clock.now();
        let can_prove = self.framing.has_proofs();
        let mut out = self.framing.frames(out);
        let _ = self.protocol.transmit(&mut out, now);
        if let Some(ping) = self.ping.take() {
            out.pong(&ping);
        }
        if std::mem::take(&mut self.ask) {
            out.ping(&[]);
        }
        if self.waiting.is_empty() {
            let (deliveries, lagging) = self.outbox.take_deliveries();
            self.waiting = deliveries;
            lagging.into_iter().for_each(|subscription| self.protocol.lagging(subscription));
        }
        while let Some(delivery) = self.waiting.front_mut() {
            if out.is_full() {
                return true;
            }
            if !self.protocol.deliver(delivery, &mut out) {
                if out.is_full() {
                    return true;
                }
                break;
            }
            self.waiting.pop_front();
        }
        if self.waiting.is_empty() {
            self.waiting = VecDeque::new();
        }
        if let Some(page) = &mut self.page {
            self.protocol.page(page, &mut out);
            if page.entries.len() > 0 {
                return true;
            }
            self.page = None;
        }
        let more = self.protocol.transmit(&mut out, now);
        if can_prove && let Some(probe) = self.protocol.probe(now) {
            self.carrier.ask_for_proof(probe, &mut out);
        }
        more
    }

    /// Ready when there is something to do; `false` when the client is gone. Everything is looked at each time, so
    /// that a busy outbox does not keep the client from being heard.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut ready = false;
        if let Some(reading) = &mut self.reading
            && let Poll::Ready(page) = reading.as_mut().poll(cx)
        {
            self.reading = None;
            self.page = Some(page);
            ready = true;
        }
        let takes_deliveries = self.is_writable() && self.waiting.is_empty();
        ready |= self.outbox.poll_ready(cx, takes_deliveries, self.stopping.is_some()).is_ready();
        if !self.is_writable() {
            ready |= self.unsent.poll_drain(&mut self.carrier, cx, self.settings.clock.now())?.is_ready();
        }
        if self.listens() {
            match self.read(cx)? {
                Poll::Ready(true) => ready = true,
                Poll::Ready(false) => return Poll::Ready(Ok(false)),
                Poll::Pending => {}
            }
        }
        if let Some(timer) = &mut self.timer
            && timer.as_mut().poll(cx).is_ready()
        {
            self.timer = None;
            ready = true;
        }
        if ready { Poll::Ready(Ok(true)) } else { Poll::Pending }
    }

    fn read(&mut self, cx: &mut Context<'_>) -> io::Result<Poll<bool>> {
        scratch::input(|buffer| {
            let mut read = ReadBuf::new(buffer);
            if Pin::new(&mut self.carrier).poll_read(cx, &mut read)?.is_pending() {
                return Ok(self.prove());
            }
            let bytes = read.filled_mut();
            if bytes.is_empty() {
                return Ok(Poll::Ready(false));
            }
            let now = self.settings.clock.now();
            self.traffic.received += bytes.len() as u64;
            self.hear(now);
            self.rested = false;
            let received = self.framing.receive(bytes, |bytes| self.protocol.receive(bytes, now));
            self.received(received);
            Ok(Poll::Ready(true))
        })
    }

    /// Takes signs of life that came without bytes; ready when there was a proof.
    fn prove(&mut self) -> Poll<bool> {
        if self.carrier.came() {
            self.hear(self.settings.clock.now());
        }
        let Some(number) = self.carrier.proved() else { return Poll::Pending };
        self.protocol.proved(number);
        Poll::Ready(true)
    }

    fn hear(&mut self, now: Tick) {
        self.silence.end(now);
        self.lapsed = None;
        self.protocol.alive(now);
    }

    fn received(&mut self, received: Received) {
        self.ping = received.ping.or(self.ping.take());
        if let Some(number) = received.pong {
            self.protocol.proved(number);
        }
        if received.closing == Some(Closing::Broke(CloseCode::MESSAGE_TOO_BIG)) {
            self.settings.metrics.limit_hits(Limit::Size).increment(1);
        }
        self.closing = self.closing.or(received.closing);
    }

    /// Arms the connection's one timer. A timer that is set for too early is left alone: it is cheaper to wake up for
    /// nothing once in a while than to move it with every frame.
    fn set_timer(&mut self) {
        let stall = self.unsent.since().after(self.settings.write_stall_ms + 1);
        let output = if self.is_writable() { self.protocol.probe_due() } else { Some(stall) };
        let idle = if self.rested { self.silence.due() } else { Some(self.silence.since().after(REST_AFTER_MS)) };
        let Some(deadline) = self.protocol.deadline().into_iter().chain(output).chain(idle).min() else { return };
        if self.timer.is_none() || deadline < self.timer_at {
            let at = self.settings.clock.instant(deadline.after(1));
            match &mut self.timer {
                Some(timer) => timer.as_mut().reset(at),
                None => self.timer = Some(Box::pin(tokio::time::sleep_until(at))),
            }
            self.timer_at = deadline;
        }
    }
}

#[cfg(test)]
mod tests;
