//! Every connection of this process: so that all can be told to end, and each can be asked who is at its other end.
//!
//! A connection is asked when somebody wants to know; nothing is written down beside it, which would cost memory for
//! every connection that is never asked.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use deskwire_broker::{CloseReason, Outbox};
use deskwire_model::{Principal, SessionId, Timestamp};
use metrics::Gauge;
use tokio::{
    sync::oneshot,
    time::{Instant, sleep_until, timeout_at},
};

use super::clock::timestamp;
use crate::telemetry::metrics::Protocol;

/// How long a connection that is busy, with a slow disk or a slow client, is waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// Connections that are stopped within this time are stopped together.
const STOP_STEP: Duration = Duration::from_millis(10);

/// Connections that may begin in a millisecond without their numbers meeting those of the process before.
const NUMBERS_PER_MS: u64 = 1000;

/// All upgraded connections, streams and sessions.
#[derive(Debug)]
pub struct Connections {
    open: Mutex<Open>,
    /// The number of the next: none is used again, by the processes to come either.
    next: AtomicU64,
    /// Upgrades that finish from now on end at once.
    stopping: AtomicBool,
}

impl Default for Connections {
    fn default() -> Self {
        let millis = u64::try_from(timestamp().0).unwrap_or_default();
        Self {
            open: Mutex::default(),
            next: AtomicU64::new(millis.saturating_mul(NUMBERS_PER_MS)),
            stopping: AtomicBool::default(),
        }
    }
}

#[derive(Debug, Default)]
struct Open {
    entries: BTreeMap<u64, Entry>,
    counts: BTreeMap<(Protocol, Transport), usize>,
}

#[derive(Debug)]
struct Entry {
    outbox: Weak<Outbox>,
    link: Link,
    /// Who waits for the connection to describe itself.
    asking: Vec<oneshot::Sender<Told>>,
}

/// What carries a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// WebSocket.
    WebSocket,
    /// A stream of its own.
    Tcp,
    /// HTTP requests that come and go (SockJS).
    Http,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WebSocket, Self::Tcp, Self::Http];

    /// Its name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Tcp => "tcp",
            Self::Http => "http",
        }
    }
}

/// How a connection came here.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// What it speaks.
    pub protocol: Protocol,
    /// What carries it.
    pub transport: Transport,
    /// Whether that is inside TLS of this server.
    pub is_tls: bool,
    /// Where it connects from, if that is known.
    pub address: Option<IpAddr>,
    /// When it began.
    pub since: Timestamp,
}

/// Bytes of a connection, in the form in which they are carried but for TLS.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic {
    /// From the client.
    pub received: u64,
    /// To the client.
    pub sent: u64,
}

/// What a connection has answered.
#[derive(Clone, Debug)]
pub struct Told {
    /// Who is at its other end.
    pub description: Description,
    /// What it has carried.
    pub traffic: Traffic,
}

/// A connection as others see it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its number: later ones are greater.
    pub number: u64,
    /// How it came here.
    pub link: Link,
    /// What it has answered; none if it is too busy.
    pub told: Option<Told>,
}

/// What a connection says of itself.
#[derive(Clone, Debug)]
pub struct Description {
    /// Its session; none before the client was let in.
    pub session: Option<SessionId>,
    /// Who it is; none before the client was let in.
    pub principal: Option<Principal>,
    /// What it speaks.
    pub protocol: Protocol,
    /// Where it connects from, if that is known.
    pub address: Option<IpAddr>,
    /// What it listens to.
    pub subscriptions: Vec<Listening>,
}

/// A subscription of a connection.
#[derive(Clone, Debug)]
pub struct Listening {
    /// The client's own name for it, where it has one.
    pub id: Option<Box<str>>,
    /// The topics, or the queue, in canonical form; a place of the session's own as the client spelled it.
    pub topic: String,
}

/// Keeps a connection in the registry, and counted, while it lives.
pub(super) struct Registered {
    connections: Arc<Connections>,
    number: u64,
    gauge: Gauge,
}

impl Registered {
    /// Answers all who have asked.
    pub(super) fn answer(&self, told: &Told) {
        let asking =
            self.connections.lock().entries.get_mut(&self.number).map(|entry| std::mem::take(&mut entry.asking));
        for asking in asking.into_iter().flatten() {
            // Whoever does not wait any more misses nothing.
            let _ = asking.send(told.clone());
        }
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a connection in, to be counted in `gauge`.
    pub(super) fn enter(self: &Arc<Self>, outbox: &Arc<Outbox>, link: Link, gauge: Gauge) -> Registered {
        gauge.increment(1.0);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut open = self.lock();
        open.entries.insert(number, Entry { outbox: Arc::downgrade(outbox), link, asking: Vec::new() });
        *open.counts.entry((link.protocol, link.transport)).or_default() += 1;
        drop(open);
        if self.stopping.load(Ordering::SeqCst) {
            outbox.close(CloseReason::Stopping);
        }
        Registered { connections: Arc::clone(self), number, gauge }
    }

    /// Tells every connection to finish what it has begun and end: the oldest first, one after the other, evenly over
    /// `spread`. One that enters meanwhile ends at once.
    pub async fn stop(&self, spread: Duration) {
        self.stopping.store(true, Ordering::SeqCst);
        let outboxes: Vec<Weak<Outbox>> = self.lock().entries.values().map(|entry| entry.outbox.clone()).collect();
        let (begun, count) = (Instant::now(), u32::try_from(outboxes.len()).unwrap_or(u32::MAX).max(1));
        for (number, outbox) in (0_u32..).zip(outboxes) {
            let due = begun + (spread / count).saturating_mul(number);
            // A timer for each would be late by a tick each time.
            if due > Instant::now() + STOP_STEP {
                sleep_until(due).await;
            }
            if let Some(outbox) = outbox.upgrade() {
                outbox.close(CloseReason::Stopping);
            }
        }
    }

    /// Ends the connection of this number, with a word; whether there is one.
    #[must_use]
    pub fn dismiss(&self, number: u64) -> bool {
        let outbox = self.lock().entries.get(&number).and_then(|entry| entry.outbox.upgrade());
        outbox.inspect(|outbox| outbox.close(CloseReason::Dismissed)).is_some()
    }

    /// How many connections there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().entries.len()
    }

    /// How many connections there are of each kind.
    #[must_use]
    pub fn counts(&self) -> Vec<(Protocol, Transport, usize)> {
        let open = self.lock();
        let counts = open.counts.iter().filter(|(_, count)| **count > 0);
        counts.map(|((protocol, transport), count)| (*protocol, *transport, *count)).collect()
    }

    /// Asks up to `most` connections, oldest first and without the first `skipped`, to describe themselves; `which`
    /// chooses by the outbox. A connection that is too busy to answer is left out.
    pub async fn describe(
        &self,
        which: impl Fn(&Arc<Outbox>) -> bool,
        skipped: usize,
        most: usize,
    ) -> Vec<Description> {
        let asked: Vec<_> = {
            let mut open = self.lock();
            let found = open.entries.iter_mut().filter(|(_, entry)| entry.outbox.upgrade().is_some_and(|o| which(&o)));
            found.skip(skipped).take(most).filter_map(|(number, entry)| entry.ask(*number)).collect()
        };
        answered(asked).await.into_iter().filter_map(|seen| Some(seen.told?.description)).collect()
    }

    /// Up to `most` connections before the one of this number, the newest first; `which` chooses. Those that are too busy
    /// to answer are told without what they would say.
    pub async fn newest(
        &self,
        which: impl Fn(&Link, &Arc<Outbox>) -> bool,
        before: Option<u64>,
        most: usize,
    ) -> Vec<Seen> {
        let asked: Vec<_> = {
            let mut open = self.lock();
            let found = open.entries.range_mut(..before.unwrap_or(u64::MAX)).rev();
            let chosen =
                found.filter(|(_, entry)| entry.outbox.upgrade().is_some_and(|outbox| which(&entry.link, &outbox)));
            chosen.take(most).filter_map(|(number, entry)| entry.ask(*number)).collect()
        };
        answered(asked).await
    }

    /// The connection of this number.
    pub async fn one(&self, number: u64) -> Option<Seen> {
        let asked = self.lock().entries.get_mut(&number).and_then(|entry| entry.ask(number))?;
        answered(vec![asked]).await.pop()
    }
}

/// A connection that has been asked.
struct Asked {
    number: u64,
    link: Link,
    answer: oneshot::Receiver<Told>,
}

impl Entry {
    /// Asks the connection to describe itself, if it is still there.
    fn ask(&mut self, number: u64) -> Option<Asked> {
        let outbox = self.outbox.upgrade()?;
        let (asking, answer) = oneshot::channel();
        self.asking.push(asking);
        outbox.describe();
        Some(Asked { number, link: self.link, answer })
    }
}

/// What connections have answered in time.
async fn answered(asked: Vec<Asked>) -> Vec<Seen> {
    let deadline = Instant::now() + ANSWER_WAIT;
    let mut seen = Vec::with_capacity(asked.len());
    for Asked { number, link, answer } in asked {
        let told = timeout_at(deadline, answer).await.ok().and_then(Result::ok);
        seen.push(Seen { number, link, told });
    }
    seen
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        if let Some(Entry { link, .. }) = open.entries.remove(&self.number)
            && let Some(count) = open.counts.get_mut(&(link.protocol, link.transport))
        {
            *count -= 1;
        }
        drop(open);
        self.gauge.decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_stop_is_spread_and_late_comers_end_at_once() {
        let connections = Arc::new(Connections::default());
        let link = Link {
            protocol: Protocol::Stomp,
            transport: Transport::Tcp,
            is_tls: false,
            address: None,
            since: Timestamp(0),
        };
        let enter = || {
            let outbox = Outbox::new(1);
            let registered = connections.enter(&outbox, link, Gauge::noop());
            (outbox, registered)
        };
        let is_told = |outbox: &Arc<Outbox>| outbox.take_orders().close == Some(CloseReason::Stopping);
        let all: Vec<_> = (0..100).map(|_| enter()).collect();
        let mut told = Vec::new();
        let stopping = tokio::spawn({
            let connections = Arc::clone(&connections);
            async move { connections.stop(Duration::from_secs(10)).await }
        });
        for second in 0..10 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let now = all.iter().filter(|(outbox, _)| is_told(outbox)).count();
            told.push(now);
            if second == 5 {
                assert!(is_told(&enter().0), "who comes meanwhile");
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        stopping.await.unwrap();
        let last = all.iter().filter(|(outbox, _)| is_told(outbox)).count();
        assert_eq!(last, 100, "{told:?}");
        let steps: Vec<usize> = told.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(told[0] <= 11 && steps.iter().all(|step| (9..=11).contains(step)), "evenly: {told:?}");
    }
}
