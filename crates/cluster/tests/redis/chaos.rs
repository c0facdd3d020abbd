//! Nodes that follow logs, on a Redis that fails in every way: in the end each knows everything that was committed, though
//! nothing more is said (invariant I8).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use deskwire_cluster::{Bus, Channel, Heard, Hint, Inbox, Missed, RedisOptions, Said};
use deskwire_model::{LogId, Seq, Timestamp};
use tokio::task::JoinHandle;

use crate::{
    node::{Node, options, topic, until_so},
    server::RedisServer,
};

const LOGS: usize = 8;

/// The truth: how many entries each log has.
type Database = Arc<[AtomicU64; LOGS]>;

fn channel(log: usize) -> Channel {
    topic(&format!("log/{log}"))
}

fn commit(database: &Database, log: usize) -> Hint {
    let seq = Seq(database[log].fetch_add(1, Ordering::AcqRel) + 1);
    let log = LogId(i64::try_from(log).unwrap());
    Hint::Said(Said { log, seq, at: Timestamp(0), payload: None, about: None })
}

/// What a node has seen of the logs, by hints and by looking.
#[derive(Debug, Default)]
struct View {
    seen: [AtomicU64; LOGS],
    looks: AtomicU64,
}

impl View {
    fn look(&self, database: &Database) {
        self.looks.fetch_add(1, Ordering::AcqRel);
        for (seen, there) in self.seen.iter().zip(&**database) {
            seen.store(there.load(Ordering::Acquire), Ordering::Release);
        }
    }

    fn is_complete(&self, database: &Database) -> bool {
        let there = database.iter().map(|there| there.load(Ordering::Acquire));
        self.seen.iter().map(|seen| seen.load(Ordering::Acquire)).eq(there)
    }

    fn hear(&self, heard: &Heard, database: &Database) {
        match heard {
            Heard::Hint { hint: Hint::Said(said), .. } => {
                let log = usize::try_from(said.log.0).unwrap();
                let seen = self.seen[log].load(Ordering::Acquire);
                if said.seq.0 == seen + 1 {
                    self.seen[log].store(said.seq.0, Ordering::Release);
                } else if said.seq.0 > seen {
                    self.seen[log].store(database[log].load(Ordering::Acquire), Ordering::Release);
                }
            }
            Heard::Missed(Missed::Everything | Missed::From(_) | Missed::Channel(_)) => self.look(database),
            _ => {}
        }
    }
}

/// Numbers that follow from a seed (xorshift64*).
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    }

    fn fork(&mut self) -> Self {
        Self(self.below(u64::MAX) | 1)
    }

    async fn pause(&mut self, below_ms: u64) {
        tokio::time::sleep(Duration::from_millis(self.below(below_ms))).await;
    }
}

/// Hears, sometimes slowly.
fn follow(mut inbox: Inbox, database: &Database, view: &Arc<View>, mut dice: Dice) -> JoinHandle<()> {
    let (database, view) = (Arc::clone(database), Arc::clone(view));
    tokio::spawn(async move {
        while let Some(heard) = inbox.next().await {
            view.hear(&heard, &database);
            if dice.below(400) == 0 {
                dice.pause(30).await;
            }
        }
    })
}

/// Commits and publishes until told to stop, in bursts. What it says itself it knows.
fn talk(bus: Bus, database: &Database, view: &Arc<View>, stop: &Arc<AtomicBool>, mut dice: Dice) -> JoinHandle<()> {
    let (database, view, stop) = (Arc::clone(database), Arc::clone(view), Arc::clone(stop));
    tokio::spawn(async move {
        while !stop.load(Ordering::Acquire) {
            for _ in 0..dice.below(80) {
                let log = usize::try_from(dice.below(LOGS as u64)).unwrap();
                let hint = commit(&database, log);
                if let Hint::Said(said) = &hint {
                    // As its own hub would.
                    let from = bus.node().unwrap().clone();
                    view.hear(&Heard::Hint { from, channel: channel(log), hint: Hint::Said(said.clone()) }, &database);
                }
                bus.publish(&channel(log), hint);
            }
            dice.pause(20).await;
        }
    })
}

/// Something that goes wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Nothing,
    Killed,
    Frozen,
    ListenersCut,
    PublishersCut,
    Nonsense,
    NodeDies,
}

const FAULTS: [Fault; 7] = [
    Fault::Nothing,
    Fault::Killed,
    Fault::Frozen,
    Fault::ListenersCut,
    Fault::PublishersCut,
    Fault::Nonsense,
    Fault::NodeDies,
];

async fn begin(fault: Fault, redis: &mut RedisServer, dice: &mut Dice) {
    match fault {
        Fault::Nothing | Fault::NodeDies => {}
        Fault::Killed => redis.kill(),
        Fault::Frozen => redis.freeze(),
        Fault::ListenersCut => drop(redis.cli(&["CLIENT", "KILL", "TYPE", "pubsub"])),
        Fault::PublishersCut => drop(redis.cli(&["CLIENT", "KILL", "TYPE", "normal"])),
        Fault::Nonsense => {
            let log = format!("{{deskwire}}:t:log/{}", dice.below(LOGS as u64));
            redis.cli(&["PUBLISH", &log, "nonsense"]);
        }
    }
    dice.pause(1500).await;
}

async fn end(fault: Fault, redis: &mut RedisServer, buses: &[Bus], database: &Database) {
    match fault {
        Fault::Killed => redis.restart().await,
        Fault::Frozen => redis.thaw(),
        Fault::NodeDies => {
            // One that is known commits, and dies before it can say so.
            let mut victim = Node::up("victim", options(redis.url())).await;
            for bus in buses {
                victim.until_joined(bus.node().unwrap()).await;
            }
            let is_known = |bus: &Bus| bus.peers().iter().any(|peer| peer.id == victim.id());
            until_so("being known", async || buses.iter().all(is_known)).await;
            drop(commit(database, 0));
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_everybody_knows_everything_in_the_end() {
    let given = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| u64::from(std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos()) | 1);
    println!("SEED={seed}");
    let mut dice = Dice(seed);
    let Some(mut redis) = RedisServer::start().await else { return };
    // Small enough that both overflow now and then.
    let tight = || RedisOptions { inbox_hints: 60, outgoing_hints: 60, ..options(redis.url()) };
    let database: Database = Arc::default();
    let (mut views, mut followers, mut buses) = (Vec::new(), Vec::new(), Vec::new());
    for name in ["a", "b", "c"] {
        let Node { bus, inbox } = Node::start(name, tight());
        let view = Arc::new(View::default());
        for log in 0..LOGS {
            drop(bus.listen(&channel(log)));
        }
        followers.push(follow(inbox, &database, &view, dice.fork()));
        views.push(view);
        buses.push(bus);
    }
    for _ in 0..8 {
        let stop = Arc::new(AtomicBool::new(false));
        let talkers: Vec<_> = buses
            .iter()
            .zip(&views)
            .map(|(bus, view)| talk(bus.clone(), &database, view, &stop, dice.fork()))
            .collect();
        dice.pause(300).await;
        let fault = FAULTS[usize::try_from(dice.below(FAULTS.len() as u64)).unwrap()];
        begin(fault, &mut redis, &mut dice).await;
        // Nothing that is said later helps.
        stop.store(true, Ordering::Release);
        for talker in talkers {
            talker.await.unwrap();
        }
        end(fault, &mut redis, &buses, &database).await;
        let is_complete = async || views.iter().all(|view| view.is_complete(&database));
        until_so(&format!("knowing everything after {fault:?}"), is_complete).await;
    }
    let committed: u64 = database.iter().map(|log| log.load(Ordering::Acquire)).sum();
    let looks: u64 = views.iter().map(|view| view.looks.load(Ordering::Acquire)).sum();
    println!("{committed} entries, {looks} looks");
    for follower in followers {
        follower.abort();
    }
}
