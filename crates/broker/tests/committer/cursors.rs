//! Delivered-cursors on their way to disk (invariant I4).

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use deskwire_broker::{Announce, LogLimits};
use deskwire_model::{LogId, Seq};
use deskwire_store::{Store, Write};
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder,
};

use crate::desk::{Desk, NEVER, ROOMY, uid};

const SOON: Duration = Duration::from_millis(1);

async fn delivered(store: &Store, log: LogId, device: &str) -> u64 {
    store.delivered(log, &uid("v"), device).await.unwrap().unwrap().0
}

/// Sees how many writes each transaction had.
#[derive(Clone, Default)]
struct BatchSizes(Arc<Mutex<Vec<f64>>>);

impl HistogramFn for BatchSizes {
    fn record(&self, size: f64) {
        self.0.lock().unwrap().push(size);
    }
}

impl Recorder for BatchSizes {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        if key.name() == "deskwire_commit_batch_entries" {
            Histogram::from_arc(Arc::new(self.clone()))
        } else {
            Histogram::noop()
        }
    }
}

#[test]
fn moves_of_one_reader_go_to_disk_as_one_write_along_with_others() {
    let sizes = BatchSizes::default();
    // The committer runs on this thread, so the recorder of this thread is its recorder.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    with_local_recorder(&sizes, || {
        runtime.block_on(async {
            let desk = Desk::new(ROOMY).await;
            let conversation = desk.conversation("v").await;
            for number in 1..=5 {
                desk.say(&conversation, &format!("m{number}")).await;
            }
            sizes.0.lock().unwrap().clear();
            for seq in [1, 2, 5, 4, 3] {
                desk.log.delivered(conversation.id, &uid("v"), "phone", Seq(seq));
            }
            desk.log.delivered(conversation.id, &uid("v"), "laptop", Seq(2));
            assert_eq!(delivered(&desk.store, conversation.id, "phone").await, 0);
            desk.log.commit(Write::Probe, Announce::Nobody).await.unwrap();
            assert_eq!(delivered(&desk.store, conversation.id, "phone").await, 5);
            assert_eq!(delivered(&desk.store, conversation.id, "laptop").await, 2);
            assert_eq!(*sizes.0.lock().unwrap(), [3.0], "the probe and one write for each device");
        });
    });
}

#[tokio::test]
async fn an_idle_committer_writes_cursors_by_itself() {
    let desk = Desk::new(LogLimits { cursor_delay: SOON, ..ROOMY }).await;
    let conversation = desk.conversation("v").await;
    for number in 1..=3 {
        desk.say(&conversation, &format!("m{number}")).await;
        desk.log.delivered(conversation.id, &uid("v"), "phone", Seq(number));
        while delivered(&desk.store, conversation.id, "phone").await < number {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn more_cursors_than_a_batch_holds_are_all_written() {
    let devices: Vec<String> = (0..9).map(|number| format!("device-{number}")).collect();
    for cursor_delay in [SOON, NEVER] {
        let desk = Desk::new(LogLimits { batch: 2, cursor_delay, ..ROOMY }).await;
        let conversation = desk.conversation("v").await;
        desk.say(&conversation, "m1").await;
        for device in &devices {
            desk.log.delivered(conversation.id, &uid("v"), device, Seq(1));
        }
        for device in &devices {
            while delivered(&desk.store, conversation.id, device).await < 1 {
                if cursor_delay == NEVER {
                    desk.log.commit(Write::Probe, Announce::Nobody).await.unwrap();
                } else {
                    tokio::task::yield_now().await;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_is_written_while_others_keep_the_committer_busy() {
    let desk = Desk::new(ROOMY).await;
    let conversation = desk.conversation("v").await;
    for number in 1..=10 {
        desk.say(&conversation, &format!("m{number}")).await;
        desk.log.delivered(conversation.id, &uid("v"), "phone", Seq(number));
        desk.say(&conversation, &format!("n{number}")).await;
        assert_eq!(delivered(&desk.store, conversation.id, "phone").await, number);
    }
}

#[tokio::test]
async fn a_committer_that_ends_writes_all_cursors() {
    let desk = Desk::new(LogLimits { batch: 2, ..ROOMY }).await;
    let conversation = desk.conversation("v").await;
    desk.say(&conversation, "m1").await;
    let devices: Vec<String> = (0..9).map(|number| format!("device-{number}")).collect();
    for device in &devices {
        desk.log.delivered(conversation.id, &uid("v"), device, Seq(1));
    }
    let (store, hub) = (desk.store.clone(), Arc::clone(&desk.hub));
    drop(desk);
    while Arc::strong_count(&hub) > 1 {
        tokio::task::yield_now().await;
    }
    for device in &devices {
        assert_eq!(delivered(&store, conversation.id, device).await, 1, "{device}");
    }
}

#[tokio::test]
async fn a_flush_writes_all_cursors_which_are_known_before() {
    let desk = Desk::new(LogLimits { batch: 2, ..ROOMY }).await;
    let conversation = desk.conversation("v").await;
    for name in ["m1", "m2"] {
        desk.say(&conversation, name).await;
    }
    let devices: Vec<String> = (0..9).map(|number| format!("device-{number}")).collect();
    let on_its_way = |device: &str| desk.log.position(conversation.id, &uid("v"), device);
    for device in &devices {
        assert_eq!(on_its_way(device), None, "{device}");
        for seq in [2, 1] {
            desk.log.delivered(conversation.id, &uid("v"), device, Seq(seq));
            assert_eq!(on_its_way(device), Some(Seq(2)), "{device}");
        }
    }
    desk.log.flush().await.unwrap();
    for device in &devices {
        assert_eq!((delivered(&desk.store, conversation.id, device).await, on_its_way(device)), (2, None), "{device}");
    }
}
