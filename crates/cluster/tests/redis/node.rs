//! A node as a test sees it.

use std::{future::Future, time::Duration};

use bytes::Bytes;
use deskwire_cluster::{Bus, Channel, Heard, Hint, Inbox, Listened, NodeId, RedisOptions};
use deskwire_model::{Topic, Uid};

/// How long something may take that has to happen. Only a failing test waits for so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Node {
    pub(crate) bus: Bus,
    pub(crate) inbox: Inbox,
}

/// Options that find out soon.
pub(crate) fn options(url: String) -> RedisOptions {
    RedisOptions {
        beacon_every: Duration::from_millis(100),
        peer_lease: Duration::from_secs(2),
        response_timeout: Duration::from_secs(1),
        backoff_first: Duration::from_millis(20),
        backoff_most: Duration::from_millis(200),
        entry_lease: Duration::from_secs(3),
        ..RedisOptions::at(url)
    }
}

impl Node {
    pub(crate) fn start(name: &str, options: RedisOptions) -> Self {
        let (bus, inbox) = Bus::connect(options, NodeId::starting(name).unwrap()).unwrap();
        Self { bus, inbox }
    }

    /// One that hears and is heard.
    pub(crate) async fn up(name: &str, options: RedisOptions) -> Self {
        let mut node = Self::start(name, options);
        node.until_up().await;
        node
    }

    pub(crate) fn id(&self) -> NodeId {
        self.bus.node().unwrap().clone()
    }

    /// Hears until `wanted`; what came before is passed over.
    pub(crate) async fn until(&mut self, what: &str, mut wanted: impl FnMut(&Heard) -> bool) -> Heard {
        let hear = async {
            loop {
                let heard = self.inbox.next().await.expect("the bus is there");
                if wanted(&heard) {
                    return heard;
                }
            }
        };
        in_time(what, hear).await
    }

    /// Hears until everything before has to be looked up.
    pub(crate) async fn until_up(&mut self) {
        use deskwire_cluster::Missed;
        self.until("up", |heard| matches!(heard, Heard::Up)).await;
        self.until("missed", |heard| matches!(heard, Heard::Missed(Missed::Everything))).await;
    }

    pub(crate) async fn until_joined(&mut self, peer: &NodeId) {
        if self.bus.peers().iter().all(|known| known.id != *peer) {
            self.until("joined", |heard| matches!(heard, Heard::PeerJoined(joined) if joined == peer)).await;
        }
    }

    pub(crate) async fn listen(&self, channel: &Channel) {
        assert_eq!(in_time("listening", self.bus.listen(channel)).await, Listened::Confirmed);
    }

    /// The numbers of the next notes, up to `last`.
    pub(crate) async fn notes_until(&mut self, last: u32) -> Vec<u32> {
        let mut numbers = Vec::new();
        self.until("the last note", |heard| {
            if let Some((_, number)) = note_of(heard) {
                numbers.push(number);
            }
            numbers.last() == Some(&last)
        })
        .await;
        numbers
    }
}

pub(crate) async fn in_time<T>(what: &str, wanted: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wanted).await.unwrap_or_else(|_| panic!("{what} takes too long"))
}

/// Waits until `is_so`, looking again and again.
pub(crate) async fn until_so(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    in_time(what, async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

pub(crate) fn note(number: u32) -> Hint {
    Hint::Note(Bytes::copy_from_slice(&number.to_be_bytes()))
}

pub(crate) fn note_of(heard: &Heard) -> Option<(&Channel, u32)> {
    let Heard::Hint { channel, hint: Hint::Note(bytes), .. } = heard else { return None };
    Some((channel, u32::from_be_bytes(bytes[..].try_into().ok()?)))
}

pub(crate) fn topic(text: &str) -> Channel {
    Channel::Topic(Topic::new(text).unwrap())
}

pub(crate) fn uid(text: &str) -> Uid {
    Uid::new(text).unwrap()
}
