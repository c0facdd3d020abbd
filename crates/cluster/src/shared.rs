//! What the parts of a node's bus share: publishing, and what becomes of a frame that is heard.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use deskwire_model::Timestamp;
use redis::aio::MultiplexedConnection;

use crate::{
    asks::{Answering, Asks},
    channel::{Channel, Prefix},
    claims::Held,
    codec::{Beacon, Frame, Letter, Peek},
    figures::{Figures, limit_hit},
    hint::{Hint, Said},
    inbox::{Asked, Ears, Heard, Missed},
    interest::Interest,
    node::NodeId,
    options::RedisOptions,
    outgoing::Outgoing,
    peers::Peers,
    registry::Entries,
};

/// The state of a bus on Redis. All of it is memory; the link carries it to Redis and back.
pub(crate) struct Shared {
    pub(crate) node: NodeId,
    pub(crate) options: RedisOptions,
    pub(crate) prefix: Prefix,
    pub(crate) interest: Interest,
    pub(crate) outgoing: Outgoing,
    pub(crate) peers: Peers,
    pub(crate) asks: Asks,
    pub(crate) entries: Entries,
    pub(crate) claims: Arc<Held>,
    pub(crate) figures: Figures,
    since: Timestamp,
    beacons: AtomicU64,
    is_up: AtomicBool,
    /// Gone once the bus has been let go, which ends the inbox.
    ears: Mutex<Option<Ears>>,
    /// Which of our own beacons we heard last, and when.
    own_beacon: Mutex<(u64, Instant)>,
    /// The connection for everything but listening, while there is one.
    line: Mutex<Option<MultiplexedConnection>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("node", &self.node).finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn new(node: NodeId, options: RedisOptions, prefix: Prefix, ears: Ears) -> Self {
        let now = Instant::now();
        let shared = Self {
            interest: Interest::new(options.max_channels),
            outgoing: Outgoing::new(options.outgoing_hints, options.outgoing_bytes),
            peers: Peers::new(options.peer_lease, options.max_peers, now),
            asks: Asks::new(options.max_asks),
            entries: Entries::new(options.max_entries),
            claims: Arc::new(Held::new(options.max_claims)),
            figures: Figures::new(),
            since: wall_clock(),
            beacons: AtomicU64::new(0),
            is_up: AtomicBool::new(false),
            ears: Mutex::new(Some(ears)),
            own_beacon: Mutex::new((0, now)),
            line: Mutex::new(None),
            node,
            options,
            prefix,
        };
        for channel in [Channel::All, Channel::Node(shared.node.clone())] {
            // Nothing to wait for yet.
            drop(shared.interest.listen(shared.prefix.channel(&channel), &channel));
        }
        shared.figures.up.set(0);
        shared
    }

    /// Publishes a hint, or counts it as dropped.
    pub(crate) fn publish_hint(&self, channel: &Channel, hint: Hint) {
        if !self.publish(channel, &Letter::Hint(self.shortened(hint))) {
            self.dropped(1);
        }
    }

    /// Without the payload of an entry that is too large to be sent along.
    fn shortened(&self, hint: Hint) -> Hint {
        match hint {
            Hint::Said(said) => {
                let most = self.options.max_payload_bytes;
                let payload = said.payload.filter(|payload| payload.bytes().len() <= most);
                Hint::Said(Said { payload, ..said })
            }
            other => other,
        }
    }

    /// Puts a letter behind those that wait. Returns whether it will be tried.
    pub(crate) fn publish(&self, channel: &Channel, letter: &Letter) -> bool {
        // What waits while nobody could hear it is dropped anyway: the work of encoding it, too.
        if !self.outgoing.is_open() {
            return false;
        }
        let frame = Frame::encode(&self.node, wall_clock(), letter);
        // Headings and fields come on top of what the publisher counts.
        let most = self.options.max_hint_bytes + 1024;
        frame.len() <= most && self.outgoing.put(self.prefix.channel(channel), frame)
    }

    /// Counts hints that others will never hear. The next beacon tells it.
    pub(crate) fn dropped(&self, count: usize) {
        if count > 0 {
            self.outgoing.count_dropped(count);
            self.figures.dropped.increment(count as u64);
        }
    }

    /// The next beacon of this node.
    pub(crate) fn next_beacon(&self, is_greeting: bool) -> Bytes {
        let number = self.beacons.fetch_add(1, Ordering::AcqRel);
        let beacon = Beacon { number, dropped: self.outgoing.dropped(), since: self.since, is_greeting };
        Frame::encode(&self.node, wall_clock(), &Letter::Beacon(beacon))
    }

    /// Something came on the channel that Redis calls `name`.
    pub(crate) fn heard(self: &Arc<Self>, name: &str, frame: Bytes) {
        let peek = match Peek::read(frame) {
            Ok(Some(peek)) => peek,
            // Laid out in another way: what it says may have been for us.
            Ok(None) => {
                self.figures.unknown.increment(1);
                return self.missed_on(name);
            }
            Err(error) => return self.damaged(name, &error),
        };
        // Redis gives everybody everything, also back to the publisher.
        if peek.heading.from == self.node {
            return self.heard_ourselves(peek);
        }
        match peek.open() {
            Ok(Some(frame)) => self.received(name, frame),
            // A kind of hint that this version has no use for.
            Ok(None) => self.figures.unknown.increment(1),
            Err(error) => self.damaged(name, &error),
        }
    }

    fn heard_ourselves(&self, peek: Peek) {
        if peek.is_beacon()
            && let Ok(Some(Frame { letter: Letter::Beacon(beacon), .. })) = peek.open()
        {
            *self.own_beacon.lock().unwrap_or_else(PoisonError::into_inner) = (beacon.number, Instant::now());
        }
    }

    fn damaged(&self, name: &str, error: &dyn std::error::Error) {
        self.figures.damaged.increment(1);
        tracing::debug!(%error, "a frame of the bus cannot be read");
        self.missed_on(name);
    }

    fn missed_on(&self, name: &str) {
        if let Some(channel) = self.interest.channel(name) {
            self.tell(Heard::Missed(Missed::Channel(channel)));
        }
    }

    fn received(self: &Arc<Self>, name: &str, frame: Frame) {
        let Frame { heading, letter } = frame;
        let from = heading.from;
        match letter {
            Letter::Hint(hint) => {
                // What still comes after a channel was let go.
                let Some(channel) = self.interest.channel(name) else { return };
                self.figures.heard.increment(1);
                let lag = u64::try_from(wall_clock().0.saturating_sub(heading.sent.0)).unwrap_or_default();
                self.figures.lag.record(Duration::from_millis(lag));
                self.tell(Heard::Hint { from, channel, hint });
            }
            Letter::Beacon(beacon) => self.beacon(&from, beacon),
            Letter::Goodbye => {
                if self.peers.left(&from) {
                    self.lost(from);
                }
            }
            Letter::Ask { id, request } => {
                let answer = Answering::new(Arc::clone(self), from.clone(), id);
                self.tell(Heard::Asked(Asked { from, request, answer }));
            }
            Letter::Answer { id, answer } => self.asks.answered(&from, id, answer),
        }
    }

    fn beacon(&self, from: &NodeId, beacon: Beacon) {
        let Some(news) = self.peers.beacon(from, beacon, Instant::now()) else {
            limit_hit("bus_peers");
            tracing::debug!(peer = %from, "too many nodes: this one is not known");
            return;
        };
        if news.has_joined {
            tracing::info!(peer = %from, "a node has joined");
            self.count_peers();
            self.tell(Heard::PeerJoined(from.clone()));
        }
        if news.has_missed {
            self.tell(Heard::Missed(Missed::From(from.clone())));
        }
        if beacon.is_greeting {
            self.outgoing.beacon(false);
        }
    }

    /// Looks for nodes that have been silent for the lease.
    pub(crate) fn expire_peers(&self) {
        for peer in self.peers.expire(Instant::now()) {
            self.lost(peer.clone());
            // It may have committed something and died before it was published.
            self.tell(Heard::Missed(Missed::From(peer)));
        }
    }

    fn lost(&self, peer: NodeId) {
        tracing::info!(%peer, "a node is lost");
        self.count_peers();
        self.asks.lost(&peer);
        self.tell(Heard::PeerLost(peer));
    }

    fn count_peers(&self) {
        let count = self.peers.all(Instant::now()).len();
        self.figures.peers.set(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// Puts something into the inbox, as long as anybody has it.
    pub(crate) fn tell(&self, heard: Heard) {
        let is_loss = matches!(heard, Heard::Missed(_));
        let refused = {
            let ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
            ears.as_ref().and_then(|ears| ears.hear(heard).err())
        };
        if is_loss || refused.is_some() {
            self.figures.missed.increment(1);
        }
        // Dropped without the lock: a question is refused by it.
        drop(refused);
    }

    /// Whether Redis is there.
    pub(crate) fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Acquire)
    }

    /// The connection for everything but listening, while there is one.
    pub(crate) fn line(&self) -> Option<MultiplexedConnection> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// There is a connection, on which no channel is heard yet.
    pub(crate) fn connected(&self, line: MultiplexedConnection) {
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = Some(line);
        self.interest.connected();
        self.outgoing.open();
        self.entries.all_due(Instant::now());
        self.claims.all_due(Instant::now());
    }

    /// All channels are heard: from now on, so anything may have been missed.
    pub(crate) fn up(&self) {
        self.peers.listening(Instant::now());
        let published = self.beacons.load(Ordering::Acquire);
        *self.own_beacon.lock().unwrap_or_else(PoisonError::into_inner) = (published, Instant::now());
        self.is_up.store(true, Ordering::Release);
        self.figures.up.set(1);
        tracing::info!("the bus is connected to redis");
        self.tell(Heard::Up);
        self.tell(Heard::Missed(Missed::Everything));
        self.outgoing.beacon(true);
    }

    /// Nothing is heard any more.
    pub(crate) fn down(&self) {
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let thrown_away = self.outgoing.close();
        self.dropped(thrown_away);
        self.interest.disconnected();
        self.asks.down();
        if self.is_up.swap(false, Ordering::AcqRel) {
            self.figures.up.set(0);
            self.tell(Heard::Down);
        }
    }

    /// Whether what we publish does not come back to us: nothing for the lease, although there was something all the time.
    /// A pause of the whole process is not taken for that.
    pub(crate) fn is_unheard(&self) -> bool {
        let (heard, at) = *self.own_beacon.lock().unwrap_or_else(PoisonError::into_inner);
        let per_lease = self.options.peer_lease.as_nanos() / self.options.beacon_every.as_nanos().max(1);
        let unheard = self.beacons.load(Ordering::Acquire).saturating_sub(heard);
        u128::from(unheard) > per_lease && at.elapsed() > self.options.peer_lease
    }

    /// Ends the inbox.
    pub(crate) fn close(&self) {
        *self.ears.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The time of day.
pub(crate) fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
