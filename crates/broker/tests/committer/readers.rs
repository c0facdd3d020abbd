//! Readers of any speed see every entry of a log once and in order (invariants I2, I5 and I7).

use std::{collections::BTreeMap, future::poll_fn, sync::Arc};

use deskwire_broker::{Admission, Announce, Feed, LogLimits, Outbox, Reply};
use deskwire_model::{Conversation, Seq};
use deskwire_store::{Store, Upto, Write};
use proptest::prelude::*;

use crate::desk::{Desk, NEVER, ROOMY, relayed, said, uid};

/// A connection that follows logs as connections do: announcements from its outbox, and the log where those lack.
struct Reader {
    store: Store,
    outbox: Arc<Outbox>,
    page: usize,
    feeds: BTreeMap<u32, (Conversation, Feed, Vec<u64>)>,
    /// How often a log had to be read.
    pages: usize,
}

impl Reader {
    async fn new(desk: &Desk, conversations: &[Conversation], limit: usize, page: usize) -> Self {
        let outbox = Outbox::new(limit);
        let mut feeds = BTreeMap::new();
        for (key, conversation) in (0..).zip(conversations) {
            desk.listen(conversation, &outbox, key);
            let head = desk.store.head(conversation.id).await.unwrap();
            feeds.insert(key, (conversation.clone(), Feed::new(Seq::ZERO, head), Vec::new()));
        }
        Self { store: desk.store.clone(), outbox, page, feeds, pages: 0 }
    }

    /// Reads until each log has been seen up to `end`; what was seen, by log.
    async fn read_to(&mut self, end: u64) -> Vec<Vec<u64>> {
        loop {
            self.catch_up().await;
            if self.feeds.values().all(|(_, feed, _)| feed.position() >= Seq(end)) {
                return self.feeds.values().map(|(_, _, seen)| seen.clone()).collect();
            }
            poll_fn(|cx| self.outbox.poll_ready(cx, true, false)).await;
            let (deliveries, lagging) = self.outbox.take_deliveries();
            for delivery in deliveries {
                let (_, feed, seen) = self.feeds.get_mut(&delivery.subscription).unwrap();
                let seq = said(&delivery).seq().unwrap();
                if feed.announce(seq) == Admission::Deliver {
                    seen.push(seq.0);
                }
            }
            for subscription in lagging {
                self.feeds.get_mut(&subscription).unwrap().1.fall_behind();
            }
        }
    }

    async fn catch_up(&mut self) {
        for (conversation, feed, seen) in self.feeds.values_mut() {
            while feed.is_behind() {
                let entries = self.store.entries_after(conversation.id, feed.begin_read(), self.page).await.unwrap();
                self.pages += 1;
                for entry in &entries {
                    if feed.read(entry.seq) {
                        seen.push(entry.seq.0);
                    }
                }
                if entries.len() < self.page {
                    feed.reached_end();
                }
            }
        }
    }
}

#[tokio::test]
async fn a_reader_whose_outbox_overflowed_gets_exactly_everything_from_the_log() {
    const ENTRIES: u64 = 40;
    let desk = Desk::new(ROOMY).await;
    let conversation = desk.conversation("v").await;
    // Holds a single delivery, whatever its size.
    let mut reader = Reader::new(&desk, std::slice::from_ref(&conversation), 1, 7).await;
    for number in 1..=ENTRIES {
        desk.say(&conversation, &format!("m{number}")).await;
    }
    let (deliveries, lagging) = reader.outbox.take_deliveries();
    assert_eq!((deliveries.len(), &lagging[..], reader.outbox.take_orders().close), (1, &[0][..], None));
    reader.feeds.get_mut(&0).unwrap().1.fall_behind();
    assert_eq!(reader.read_to(ENTRIES).await, [(1..=ENTRIES).collect::<Vec<_>>()]);
    assert_eq!(reader.pages, 6, "pages of 7 entries until one is not full");

    desk.say(&conversation, "live again").await;
    assert_eq!(reader.read_to(ENTRIES + 1).await, [(1..=ENTRIES + 1).collect::<Vec<_>>()]);
    assert_eq!(reader.pages, 6, "what is announced need not be read");
}

#[tokio::test]
async fn a_reader_without_room_for_a_receipt_learns_that_it_lost_something() {
    let desk = Desk::new(ROOMY).await;
    let conversation = desk.conversation("v").await;
    let reader = Reader::new(&desk, std::slice::from_ref(&conversation), 1, 7).await;
    desk.say(&conversation, "m1").await;
    let log = conversation.id;
    let write = Write::Read { log, user: uid("v"), device: Some(Box::default()), upto: Upto::Seq(Seq(1)) };
    let announce = Announce::Receipt(relayed(conversation.topic.clone(), log).into());
    desk.log.commit(write, announce).await.unwrap();
    let (deliveries, lagging) = reader.outbox.take_deliveries();
    assert_eq!((deliveries.len(), &lagging[..]), (1, &[0][..]), "the receipt had no room beside the entry");
}

#[derive(Clone, Debug)]
struct Traffic {
    logs: usize,
    tasks: usize,
    /// Messages of each task to each log.
    each: usize,
    queue: usize,
    batch: usize,
    /// Outbox bytes and page of each reader.
    readers: Vec<(usize, usize)>,
}

fn traffic() -> impl Strategy<Value = Traffic> {
    let readers =
        prop::collection::vec((prop_oneof![Just(1_usize), 300_usize..4000, Just(1 << 20)], 1_usize..20), 1..5);
    (1_usize..4, 1_usize..7, 1_usize..10, 1_usize..8, 1_usize..40, readers)
        .prop_map(|(logs, tasks, each, queue, batch, readers)| Traffic { logs, tasks, each, queue, batch, readers })
}

/// Tasks say their messages into all logs, each of them twice, while readers of all speeds follow, half of them from
/// the middle.
async fn run(traffic: Traffic) {
    let limits = LogLimits { queue: traffic.queue, batch: traffic.batch, cursor_delay: NEVER };
    let desk = Arc::new(Desk::new(limits).await);
    let mut conversations = Vec::new();
    for log in 0..traffic.logs {
        conversations.push(desk.conversation(&format!("v{log}")).await);
    }
    let end = (traffic.tasks * traffic.each) as u64;
    let (early, late) = traffic.readers.split_at(traffic.readers.len() / 2);
    let mut readers = Vec::new();
    for (limit, page) in early {
        readers.push(Reader::new(&desk, &conversations, *limit, *page).await);
    }
    let writers: Vec<_> = (0..traffic.tasks)
        .map(|task| {
            let (desk, conversations) = (Arc::clone(&desk), conversations.clone());
            tokio::spawn(async move {
                for number in 0..traffic.each {
                    for conversation in conversations.iter().chain(&conversations) {
                        desk.submit(conversation, &format!("{task}-{number}"), Reply::Nobody).await;
                    }
                }
            })
        })
        .collect();
    for (limit, page) in late {
        readers.push(Reader::new(&desk, &conversations, *limit, *page).await);
    }
    let readers: Vec<_> =
        readers.into_iter().map(|mut reader| tokio::spawn(async move { reader.read_to(end).await })).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for reader in readers {
        for seen in reader.await.unwrap() {
            assert!(seen.iter().copied().eq(1..=end), "of 1 to {end} a reader saw {seen:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn every_reader_of_every_log_sees_all_of_it_once_and_in_order(traffic in traffic()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(run(traffic));
    }
}
