//! What the server reads of its own metrics: those of which people who run it are shown the course.
//!
//! [`Read`] stands before the recorder of Prometheus and writes every number of these metrics down a second time, where it
//! can be read without taking the text for Prometheus apart. All others pass it by.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    atomics::AtomicU64,
};

use super::spread::{Counts, Spread};

pub(crate) const MESSAGES_IN: &str = "deskwire_messages_in_total";
pub(crate) const MESSAGES_OUT: &str = "deskwire_messages_out_total";
pub(crate) const LIMIT_HITS: &str = "deskwire_limit_hits_total";
pub(crate) const OVERFLOWS: &str = "deskwire_outbox_overflows_total";
pub(crate) const SOCKETS: &str = "deskwire_sockets";
pub(crate) const CONNECTIONS: &str = "deskwire_connections";
pub(crate) const QUEUES: &str = "deskwire_queues";
pub(crate) const QUEUE_MESSAGES: &str = "deskwire_queue_messages";
pub(crate) const RETAINED: &str = "deskwire_retained_messages";
pub(crate) const MAILBOX_MESSAGES: &str = "deskwire_mailbox_messages";
pub(crate) const MQTT_SESSIONS: &str = "deskwire_mqtt_durable_sessions";
pub(crate) const COMMIT_SECONDS: &str = "deskwire_commit_seconds";
pub(crate) const STORED_AFTER: &str = "deskwire_stored_after_seconds";
pub(crate) const BUS_LAG: &str = "deskwire_bus_lag_seconds";
/// Seconds from taking a message of a conversation in to writing it for one who follows it. It is read only: Prometheus would
/// be given as many numbers as there are deliveries, to be kept until the next scrape.
pub(crate) const DELIVERED_AFTER: &str = "deskwire_delivered_after_seconds";

/// The metrics that are read beside being recorded. Their labels have few values.
const READ: [&str; 14] = [
    MESSAGES_IN,
    MESSAGES_OUT,
    LIMIT_HITS,
    OVERFLOWS,
    SOCKETS,
    CONNECTIONS,
    QUEUES,
    QUEUE_MESSAGES,
    RETAINED,
    MAILBOX_MESSAGES,
    MQTT_SESSIONS,
    COMMIT_SECONDS,
    STORED_AFTER,
    BUS_LAG,
];

type Table<T> = Mutex<HashMap<Key, Arc<T>>>;

/// The numbers that were written down.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    counters: Table<AtomicU64>,
    /// The bits of floating-point numbers.
    gauges: Table<AtomicU64>,
    spreads: Table<Spread>,
}

impl Readings {
    /// What a counter has counted, by the values of its label; without labels under the empty value.
    pub(crate) fn counted(&self, name: &str) -> Vec<(String, u64)> {
        let mut counted: Vec<_> = locked(&self.counters)
            .iter()
            .filter(|(key, _)| key.name() == name)
            .map(|(key, number)| (label(key), number.load(Ordering::Relaxed)))
            .collect();
        counted.sort_unstable();
        counted
    }

    /// What a counter has counted under all labels.
    pub(crate) fn total(&self, name: &str) -> u64 {
        self.counted(name).into_iter().map(|(_, number)| number).sum()
    }

    /// How a gauge stands, by the values of its label; it counts things, and what is below none is none.
    pub(crate) fn standing(&self, name: &str) -> Vec<(String, u64)> {
        let mut standing: Vec<_> = locked(&self.gauges)
            .iter()
            .filter(|(key, _)| key.name() == name)
            .map(|(key, bits)| (label(key), whole(f64::from_bits(bits.load(Ordering::Relaxed)))))
            .collect();
        standing.sort_unstable();
        standing
    }

    /// How a gauge without labels stands.
    pub(crate) fn stands(&self, name: &str) -> u64 {
        self.standing(name).into_iter().map(|(_, number)| number).sum()
    }

    /// How often each span of time was measured.
    pub(crate) fn spread(&self, name: &str) -> Counts {
        locked(&self.spreads).get(&Key::from_name(name.to_owned())).map(|spread| spread.counts()).unwrap_or_default()
    }
}

/// A number of things.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by what is compared")]
fn whole(number: f64) -> u64 {
    if number >= 1.0 { number as u64 } else { 0 }
}

fn label(key: &Key) -> String {
    key.labels().next().map(|label| label.value().to_owned()).unwrap_or_default()
}

fn locked<T>(table: &Table<T>) -> MutexGuard<'_, HashMap<Key, Arc<T>>> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

fn entry<T: Default>(table: &Table<T>, key: &Key) -> Arc<T> {
    Arc::clone(locked(table).entry(key.clone()).or_default())
}

/// A recorder that writes down what is read, before `R` gets it.
#[derive(Debug)]
pub(super) struct Read<R> {
    pub(super) readings: Arc<Readings>,
    pub(super) recorder: R,
}

/// A handle of a metric with the number that is written down beside it.
struct Both<T, N> {
    recorded: T,
    number: Arc<N>,
}

impl CounterFn for Both<Counter, AtomicU64> {
    fn increment(&self, value: u64) {
        self.number.fetch_add(value, Ordering::Relaxed);
        self.recorded.increment(value);
    }

    fn absolute(&self, value: u64) {
        self.number.fetch_max(value, Ordering::Relaxed);
        self.recorded.absolute(value);
    }
}

impl GaugeFn for Both<Gauge, AtomicU64> {
    fn increment(&self, value: f64) {
        GaugeFn::increment(&*self.number, value);
        self.recorded.increment(value);
    }

    fn decrement(&self, value: f64) {
        GaugeFn::decrement(&*self.number, value);
        self.recorded.decrement(value);
    }

    fn set(&self, value: f64) {
        GaugeFn::set(&*self.number, value);
        self.recorded.set(value);
    }
}

impl HistogramFn for Spread {
    fn record(&self, value: f64) {
        self.note(value);
    }
}

impl HistogramFn for Both<Histogram, Spread> {
    fn record(&self, value: f64) {
        self.number.note(value);
        self.recorded.record(value);
    }
}

impl<R: Recorder> Recorder for Read<R> {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        let recorded = self.recorder.register_counter(key, metadata);
        if !READ.contains(&key.name()) {
            return recorded;
        }
        Counter::from_arc(Arc::new(Both { recorded, number: entry(&self.readings.counters, key) }))
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        let recorded = self.recorder.register_gauge(key, metadata);
        if !READ.contains(&key.name()) {
            return recorded;
        }
        Gauge::from_arc(Arc::new(Both { recorded, number: entry(&self.readings.gauges, key) }))
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        if key.name() == DELIVERED_AFTER {
            return Histogram::from_arc(entry(&self.readings.spreads, key));
        }
        let recorded = self.recorder.register_histogram(key, metadata);
        if !READ.contains(&key.name()) {
            return recorded;
        }
        Histogram::from_arc(Arc::new(Both { recorded, number: entry(&self.readings.spreads, key) }))
    }
}

#[cfg(test)]
mod tests {
    use metrics::{counter, gauge, histogram};

    use super::*;
    use crate::telemetry::metrics::recorder;

    #[test]
    fn what_is_read_is_recorded_too() {
        let readings = Arc::<Readings>::default();
        let prometheus = recorder().unwrap();
        let handle = prometheus.handle();
        let recorder = Read { readings: Arc::clone(&readings), recorder: prometheus };
        metrics::with_local_recorder(&recorder, || {
            for (protocol, number) in [("stomp", 2), ("mqtt", 3), ("stomp", 1)] {
                counter!(MESSAGES_IN, "protocol" => protocol).increment(number);
            }
            counter!("deskwire_sockets_accepted_total").increment(9);
            gauge!(SOCKETS).increment(5.0);
            gauge!(SOCKETS).decrement(2.0);
            gauge!(QUEUES).set(7.0);
            gauge!(RETAINED).set(-1.0);
            histogram!(COMMIT_SECONDS).record(0.001);
            histogram!(DELIVERED_AFTER).record(0.002);
        });
        assert_eq!(readings.counted(MESSAGES_IN), [("mqtt".to_owned(), 3), ("stomp".to_owned(), 3)]);
        assert_eq!(readings.total(MESSAGES_IN), 6);
        assert_eq!(readings.counted("deskwire_sockets_accepted_total"), [], "only what is listed is read");
        assert_eq!(
            [SOCKETS, QUEUES, RETAINED, CONNECTIONS].map(|name| readings.stands(name)),
            [3, 7, 0, 0],
            "things are counted",
        );
        assert_eq!([COMMIT_SECONDS, DELIVERED_AFTER].map(|name| readings.spread(name).total()), [1, 1]);
        let text = handle.render();
        assert!(!text.contains(DELIVERED_AFTER), "{text}");
        for line in [
            "deskwire_messages_in_total{protocol=\"stomp\"} 3",
            "deskwire_sockets_accepted_total 9",
            "deskwire_sockets 3",
            "deskwire_commit_seconds_count 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
    }
}
