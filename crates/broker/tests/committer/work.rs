//! Work queues of several nodes on one database: whoever consumes gets what was said anywhere, and what is acknowledged is
//! gone.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use deskwire_broker::{
    CloseReason, CommitError, Consumer, Consumption, Content, Delivered, Hub, Opaque, Outbox, Publication, QueueError,
    QueueLimits, Queues, Reply, Selector, Wants,
};
use deskwire_cluster::NodeId;
use deskwire_model::{SessionId, Timestamp, Topic};
use deskwire_store::{QueuedId, Store, Written};
use tokio::sync::oneshot;

use crate::desk::{Desk, ROOMY};

const LIMITS: QueueLimits = QueueLimits {
    queues: 10,
    messages: 1000,
    bytes: 1 << 20,
    total_bytes: 1 << 20,
    deliveries: 1_000_000,
    durable_per_owner: 2,
    lease: Duration::from_secs(3600),
};

/// How often something is looked for before it is said not to come; each time everything else has its turn.
const TURNS: usize = 20_000;
/// Of these, between two looks as a node takes them by itself.
const TURNS_PER_LOOK: usize = 50;

fn jobs() -> Topic {
    Topic::new("queue/jobs").unwrap()
}

fn saying(text: &str, kind: &str, expires: Option<i64>) -> Publication {
    let headers = vec![("kind".into(), kind.into())];
    let said = Opaque::new(Bytes::copy_from_slice(text.as_bytes()), None, headers);
    let said = expires.into_iter().fold(said, |said, at| said.expiring(Timestamp(at)));
    Publication::new(jobs(), Content::Opaque(said))
}

struct Node {
    name: String,
    id: NodeId,
    queues: Arc<Queues>,
    log: deskwire_broker::Log,
}

impl Node {
    async fn start(name: &str, store: &Store, limits: QueueLimits) -> Self {
        let hub = Arc::new(Hub::default());
        let mut batches = ROOMY;
        batches.cursor_delay = Duration::from_millis(1);
        let log = deskwire_broker::Log::start(store.clone(), Arc::clone(&hub), batches);
        let id = NodeId::starting(name).unwrap();
        let queues = Queues::open(store.clone(), log.clone(), hub, limits, Some(&id)).await.unwrap();
        Self { name: name.to_owned(), id, queues, log }
    }

    async fn try_say(&self, text: &str) -> Result<Written, CommitError> {
        let (sender, receiver) = oneshot::channel();
        self.queues.admit(saying(text, "any", None)).unwrap().store(Reply::Waiter(sender)).await?;
        receiver.await.unwrap()
    }

    async fn say(&self, texts: &[&str]) {
        for text in texts {
            self.try_say(text).await.unwrap();
        }
    }

    fn consume(&self, window: usize) -> Client {
        self.consume_some(window, Wants::default())
    }

    fn consume_some(&self, window: usize, wants: Wants) -> Client {
        let outbox = Outbox::new(1 << 20);
        let consumer = Consumer { outbox: Arc::clone(&outbox), key: 1, window, wants };
        let consumption = self.queues.consume(&jobs(), consumer).unwrap();
        Client { queues: Arc::clone(&self.queues), outbox, consumption, has: Vec::new() }
    }
}

/// A consumer and what it has not acknowledged: numbers and texts.
struct Client {
    queues: Arc<Queues>,
    outbox: Arc<Outbox>,
    consumption: Consumption,
    has: Vec<(u64, String)>,
}

impl Client {
    /// What has come: texts, and whether somebody may have had them before.
    fn take(&mut self) -> Vec<(String, bool)> {
        let mut taken = Vec::new();
        for delivery in self.outbox.take_deliveries().0 {
            let Delivered::Handed(publication, handover) = delivery.delivered else { panic!("{delivery:?}") };
            let Content::Opaque(said) = publication.content() else { panic!("{publication:?}") };
            if self.consumption.may_give(handover.number) {
                let text = String::from_utf8(said.body().to_vec()).unwrap();
                self.has.push((handover.number, text.clone()));
                taken.push((text, handover.redelivered));
            }
        }
        self.consumption.refill();
        taken
    }

    /// Waits for `count` messages.
    async fn wait_for(&mut self, count: usize) -> Vec<(String, bool)> {
        let mut taken = Vec::new();
        for turn in 0..TURNS {
            taken.extend(self.take());
            if taken.len() >= count {
                return taken;
            }
            if turn % TURNS_PER_LOOK == TURNS_PER_LOOK - 1 {
                self.queues.look_for_work(false).await.unwrap();
            }
            self.queues.hear_work(&jobs());
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        panic!("{count} messages do not come, only {taken:?}");
    }

    async fn texts(&mut self, count: usize) -> Vec<String> {
        self.wait_for(count).await.into_iter().map(|(text, _)| text).collect()
    }

    /// Acknowledges the first `count` of what it has, and waits until that is certain; the texts.
    async fn acknowledge(&mut self, count: usize) -> Result<Vec<String>, (CommitError, Vec<String>)> {
        let mark = self.queues.settled_mark();
        let settled: Vec<_> = self.has.drain(..count.min(self.has.len())).collect();
        self.consumption.settle(settled.iter().map(|(number, _)| *number));
        let (sender, receiver) = oneshot::channel();
        self.queues.when_forgotten(mark, Reply::Waiter(sender));
        let texts = settled.into_iter().map(|(_, text)| text).collect();
        match receiver.await.unwrap() {
            Ok(_) => Ok(texts),
            Err(error) => Err((error, texts)),
        }
    }
}

async fn stored(store: &Store) -> usize {
    store.queued_after(QueuedId::default(), usize::MAX).await.unwrap().len()
}

/// Messages that wait for anybody.
async fn waiting(store: &Store) -> usize {
    store.waiting_work(&jobs(), QueuedId::default(), Timestamp(0), usize::MAX).await.unwrap().len()
}

#[tokio::test]
async fn what_is_said_on_one_node_is_consumed_on_others() {
    let desk = Desk::new(ROOMY).await;
    let [one, two, three] = [
        Node::start("one", &desk.store, LIMITS).await,
        Node::start("two", &desk.store, LIMITS).await,
        Node::start("three", &desk.store, LIMITS).await,
    ];
    one.say(&["1", "2", "3"]).await;
    assert_eq!(waiting(&desk.store).await, 3, "it waits while there is no consumer");
    let mut ann = two.consume(100);
    let expected = ["1", "2", "3"].map(|text| (text.to_owned(), false));
    assert_eq!(ann.wait_for(3).await, expected);
    assert_eq!(ann.acknowledge(3).await.unwrap(), ["1", "2", "3"]);
    assert_eq!(stored(&desk.store).await, 0, "what is confirmed is gone");

    drop(ann);
    let (mut bob, mut eve) = (two.consume(2), three.consume(2));
    one.say(&["4", "5", "6", "7"]).await;
    let mut heard = bob.texts(2).await;
    heard.extend(eve.texts(2).await);
    heard.sort_unstable();
    assert_eq!(heard, ["4", "5", "6", "7"], "they share it");
}

#[tokio::test]
async fn one_consumer_gets_what_one_node_takes_in_in_order() {
    let desk = Desk::new(ROOMY).await;
    let (one, two) = (Node::start("one", &desk.store, LIMITS).await, Node::start("two", &desk.store, LIMITS).await);
    for at in [&one, &two] {
        let mut client = at.consume(3);
        let expected: Vec<String> = (0..50).map(|number| number.to_string()).collect();
        let saying = async {
            for text in &expected {
                one.say(&[text]).await;
            }
        };
        let reading = async {
            let mut heard = Vec::new();
            while heard.len() < expected.len() {
                heard.extend(client.texts(1).await);
                client.acknowledge(usize::MAX).await.unwrap();
            }
            heard
        };
        let ((), heard) = tokio::join!(saying, reading);
        assert_eq!(heard, expected, "at {}", at.name);
    }
}

#[tokio::test]
async fn what_a_consumer_leaves_goes_to_another_node_as_redelivered() {
    let desk = Desk::new(ROOMY).await;
    let (one, two) = (Node::start("one", &desk.store, LIMITS).await, Node::start("two", &desk.store, LIMITS).await);
    let mut ann = one.consume(2);
    one.say(&["1", "2", "3"]).await;
    assert_eq!(ann.texts(2).await, ["1", "2"]);
    let mut bob = two.consume(100);
    assert_eq!(bob.wait_for(1).await, [("3".to_owned(), false)]);
    drop(ann);
    assert_eq!(bob.wait_for(2).await, [("1".to_owned(), true), ("2".to_owned(), true)]);
    bob.acknowledge(3).await.unwrap();
    assert_eq!(stored(&desk.store).await, 0);
}

#[tokio::test]
async fn a_selector_leaves_the_rest_to_other_nodes() {
    let desk = Desk::new(ROOMY).await;
    let (one, two) = (Node::start("one", &desk.store, LIMITS).await, Node::start("two", &desk.store, LIMITS).await);
    let red = Wants { selector: Some(Selector::parse("kind = 'red'").unwrap()), not_from: None };
    let mut ann = one.consume_some(100, red);
    for number in 0..300 {
        let kind = if number % 100 == 99 { "red" } else { "blue" };
        let (sender, receiver) = oneshot::channel();
        let admitted = one.queues.admit(saying(&number.to_string(), kind, None)).unwrap();
        admitted.store(Reply::Waiter(sender)).await.unwrap();
        receiver.await.unwrap().unwrap();
    }
    assert_eq!(ann.texts(3).await, ["99", "199", "299"]);
    assert_eq!(two.consume(1000).texts(297).await.len(), 297);
}

#[tokio::test]
async fn whoever_does_not_want_its_own_words_does_not_get_them_from_another_node() {
    let desk = Desk::new(ROOMY).await;
    let (one, two) = (Node::start("one", &desk.store, LIMITS).await, Node::start("two", &desk.store, LIMITS).await);
    let speaker = SessionId::random();
    let mut ann = one.consume_some(9, Wants { selector: None, not_from: Some(speaker) });
    for origin in [speaker, SessionId::random()] {
        let said = Opaque::new(Bytes::from(origin.number().to_string()), None, Vec::new()).said_by(origin);
        let (sender, receiver) = oneshot::channel();
        let admitted = two.queues.admit(Publication::new(jobs(), Content::Opaque(said))).unwrap();
        admitted.store(Reply::Waiter(sender)).await.unwrap();
        receiver.await.unwrap().unwrap();
    }
    assert_ne!(ann.texts(1).await, [speaker.number().to_string()]);
    assert_eq!(two.consume(9).texts(1).await, [speaker.number().to_string()]);
}

#[tokio::test]
async fn what_is_late_is_not_consumed_anywhere() {
    let desk = Desk::new(ROOMY).await;
    let (one, two) = (Node::start("one", &desk.store, LIMITS).await, Node::start("two", &desk.store, LIMITS).await);
    one.queues.admit(saying("late", "any", Some(1))).unwrap().push();
    one.say(&["1"]).await;
    assert_eq!(two.consume(9).texts(1).await, ["1"]);
    two.queues.look_for_work(true).await.unwrap();
    assert_eq!(stored(&desk.store).await, 1);
}

#[tokio::test]
async fn a_queue_is_full_on_all_nodes() {
    let desk = Desk::new(ROOMY).await;
    let limits = QueueLimits { messages: 2, queues: 1, ..LIMITS };
    let (one, two) = (Node::start("one", &desk.store, limits).await, Node::start("two", &desk.store, limits).await);
    one.say(&["1", "2"]).await;
    assert_eq!(one.queues.admit(saying("3", "any", None)).unwrap_err(), QueueError::Full);
    two.queues.look_for_work(true).await.unwrap();
    assert_eq!(two.queues.admit(saying("3", "any", None)).unwrap_err(), QueueError::Full);
    let said = Content::Opaque(Opaque::new(Bytes::new(), None, Vec::new()));
    let other = Publication::new(Topic::new("queue/other").unwrap(), said);
    assert_eq!(two.queues.admit(other).unwrap_err(), QueueError::TooMany);
    let mut ann = two.consume(9);
    ann.texts(2).await;
    ann.acknowledge(1).await.unwrap();
    one.queues.look_for_work(true).await.unwrap();
    one.say(&["3"]).await;
}

#[tokio::test]
async fn what_a_dead_node_had_is_redelivered_when_its_lease_is_over() {
    let desk = Desk::new(ROOMY).await;
    let (one, two) = (Node::start("one", &desk.store, LIMITS).await, Node::start("two", &desk.store, LIMITS).await);
    let mut ann = one.consume(2);
    one.say(&["1", "2", "3"]).await;
    ann.texts(2).await;
    // Killed: nothing of it is heard of any more.
    std::mem::forget(ann);
    let mut bob = two.consume(9);
    assert_eq!(bob.wait_for(1).await, [("3".to_owned(), false)]);
    two.queues.look_for_work(false).await.unwrap();
    assert!(bob.take().is_empty(), "its lease is not over");
    assert!(desk.store.hold_work_home(one.id.as_str(), Duration::ZERO).await.unwrap());
    two.queues.look_for_work(false).await.unwrap();
    assert_eq!(bob.wait_for(2).await, [("1".to_owned(), true), ("2".to_owned(), true)]);
}

#[tokio::test]
async fn a_node_that_stops_leaves_what_it_has_at_once() {
    let desk = Desk::new(ROOMY).await;
    let (one, two) = (Node::start("one", &desk.store, LIMITS).await, Node::start("two", &desk.store, LIMITS).await);
    let mut ann = one.consume(9);
    one.say(&["1"]).await;
    ann.texts(1).await;
    one.queues.stop_sharing().await.unwrap();
    assert_eq!(two.consume(9).wait_for(1).await, [("1".to_owned(), true)]);
}

#[tokio::test]
async fn a_node_that_stood_still_drops_what_others_took() {
    let desk = Desk::new(ROOMY).await;
    let (one, two) = (Node::start("one", &desk.store, LIMITS).await, Node::start("two", &desk.store, LIMITS).await);
    let (mut ann, mut idle) = (one.consume(2), one.consume(1));
    one.say(&["1", "2", "3"]).await;
    let mut had = ann.wait_for(2).await;
    had.extend(idle.take());
    // As if it had stood still for longer than its lease.
    desk.store.end_work_homes_of("one").await.unwrap();
    let mut bob = two.consume(9);
    assert_eq!(bob.texts(3).await.len(), 3);
    assert_eq!(ann.acknowledge(1).await.unwrap_err().0, CommitError::Taken, "it is not its own");
    assert_eq!(bob.acknowledge(3).await.unwrap().len(), 3);
    one.queues.renew_home().await.unwrap();
    assert_eq!(ann.outbox.take_orders().close, Some(CloseReason::WorkTaken));
    assert_eq!(stored(&desk.store).await, 0);

    one.say(&["4"]).await;
    assert_eq!(one.consume(9).texts(1).await, ["4"], "it goes on under another home");
}

#[tokio::test]
async fn nothing_is_handed_out_while_the_lease_is_in_doubt() {
    let desk = Desk::new(ROOMY).await;
    let one = Node::start("one", &desk.store, QueueLimits { lease: Duration::ZERO, ..LIMITS }).await;
    let mut ann = one.consume(9);
    one.say(&["1"]).await;
    one.queues.look_for_work(false).await.unwrap();
    one.log.flush().await.unwrap();
    assert!(ann.take().is_empty());
    let two = Node::start("two", &desk.store, LIMITS).await;
    assert_eq!(two.consume(9).texts(1).await, ["1"]);
}

/// What the world knows of each message.
#[derive(Default)]
struct Account {
    said: HashSet<String>,
    acknowledged: HashMap<String, usize>,
    /// Acknowledged, but not for certain.
    doubted: HashSet<String>,
}

impl Account {
    fn heard(&self, seed: u64, step: usize, texts: &[(String, bool)]) {
        for (text, _) in texts {
            assert!(!self.acknowledged.contains_key(text), "seed {seed}, step {step}: {text} came after its ACK");
        }
    }

    fn acknowledge(&mut self, seed: u64, texts: Vec<String>) {
        for text in texts {
            let times = self.acknowledged.entry(text.clone()).or_default();
            *times += 1;
            assert_eq!(*times, 1, "seed {seed}: {text} was acknowledged twice");
        }
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Two or three nodes on which anything happens: said, consumed, acknowledged, left, killed, stood still.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_comes_after_its_acknowledgement() {
    let first = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos();
    for seed in u64::from(first)..u64::from(first) + 6 {
        println!("seed {seed}");
        walk(seed).await;
    }
}

async fn walk(seed: u64) {
    let (desk, mut random, mut account) = (Desk::new(ROOMY).await, Random(seed), Account::default());
    let names = ["one", "two", "three"];
    let count = 2 + random.below(2);
    let mut nodes = Vec::new();
    for name in &names[..count] {
        nodes.push(Node::start(name, &desk.store, LIMITS).await);
    }
    let mut clients: Vec<(usize, Client)> = Vec::new();
    for step in 0..150 {
        let at = random.below(nodes.len());
        match random.below(12) {
            0..=3 => {
                let text = format!("{step}");
                if nodes[at].try_say(&text).await.is_ok() {
                    account.said.insert(text);
                }
            }
            4 if clients.len() < 5 => clients.push((at, nodes[at].consume(1 + random.below(4)))),
            5 if clients.len() > 1 => drop(clients.swap_remove(random.below(clients.len()))),
            6 => {
                // It stood still: others have what it had, and then it finds out.
                desk.store.end_work_homes_of(names[at]).await.unwrap();
                nodes[at].queues.renew_home().await.unwrap();
                clients.retain(|(node, client)| *node != at || client.outbox.take_orders().close.is_none());
            }
            7 if random.below(3) == 0 => {
                // It is killed, with its connections, and started again.
                let (dead, left): (Vec<_>, Vec<_>) = clients.into_iter().partition(|(node, _)| *node == at);
                dead.into_iter().for_each(std::mem::forget);
                clients = left;
                let fresh = Node::start(names[at], &desk.store, LIMITS).await;
                std::mem::forget(std::mem::replace(&mut nodes[at], fresh));
            }
            8 => nodes[at].queues.look_for_work(false).await.unwrap(),
            _ => {
                for (_, client) in &mut clients {
                    account.heard(seed, step, &client.take());
                }
                if let Some((_, client)) = clients.last_mut() {
                    let some = random.below(3);
                    match client.acknowledge(some).await {
                        Ok(texts) => account.acknowledge(seed, texts),
                        Err((_, texts)) => account.doubted.extend(texts),
                    }
                }
                let turn = usize::from(!clients.is_empty());
                clients.rotate_left(turn);
            }
        }
    }
    drop(clients);
    let mut last = nodes[0].consume(50);
    for step in 0..TURNS {
        for node in &nodes {
            node.queues.look_for_work(false).await.unwrap();
        }
        account.heard(seed, 1000 + step, &last.take());
        account.acknowledge(seed, last.acknowledge(usize::MAX).await.unwrap());
        if stored(&desk.store).await == 0 {
            break;
        }
    }
    assert_eq!(stored(&desk.store).await, 0, "seed {seed}: some of it waits for ever");
    let is_lost = |text: &&String| !account.acknowledged.contains_key(*text) && !account.doubted.contains(*text);
    let lost: Vec<_> = account.said.iter().filter(is_lost).collect();
    assert!(lost.is_empty(), "seed {seed}: {lost:?}");
}
