//! The course of the last minutes: samples of the metrics at fixed intervals, in a ring.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deskwire_model::Timestamp;

use super::memory;
use crate::{
    connection::{Connections, timestamp},
    shutdown::Shutdown,
    telemetry::{
        readings::{self, Readings},
        spread::Counts,
    },
};

/// Time between two samples.
pub(crate) const INTERVAL: Duration = Duration::from_secs(2);
/// Samples that are kept: five minutes of them.
const KEPT: usize = 151;
/// Samples of the minute of which rates are told.
const MINUTE: usize = 30;
/// Samples of the ten seconds of which a point of the course tells percentiles.
const TEN_SECONDS: usize = 5;

/// How everything stood at a time. Counters count from the start of the process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) at: Timestamp,
    /// Messages from clients.
    pub(crate) received: u64,
    /// Messages to clients.
    pub(crate) sent: u64,
    /// Upgraded connections, streams and sessions.
    pub(crate) connections: u64,
    /// How often somebody ran into which bound.
    pub(crate) limits: Vec<(String, u64)>,
    /// Messages in work queues and of durable subscriptions.
    pub(crate) queued: u64,
    /// Messages that wait for MQTT sessions.
    pub(crate) mailed: u64,
    /// Resident memory in bytes, if that is known.
    pub(crate) memory: Option<u64>,
    committed: Counts,
    lagged: Counts,
    stored: Counts,
    delivered: Counts,
}

impl Sample {
    /// How everything stands now.
    pub(crate) fn take(readings: &Readings, connections: &Connections) -> Self {
        Self {
            at: timestamp(),
            received: readings.total(readings::MESSAGES_IN),
            sent: readings.total(readings::MESSAGES_OUT),
            connections: connections.count() as u64,
            limits: readings.counted(readings::LIMIT_HITS),
            queued: readings.stands(readings::QUEUE_MESSAGES),
            mailed: readings.stands(readings::MAILBOX_MESSAGES),
            memory: memory::resident_bytes(),
            committed: readings.spread(readings::COMMIT_SECONDS),
            lagged: readings.spread(readings::BUS_LAG),
            stored: readings.spread(readings::STORED_AFTER),
            delivered: readings.spread(readings::DELIVERED_AFTER),
        }
    }
}

/// Percentiles of spans of time, in milliseconds; none where nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Latency {
    /// How many were measured.
    pub(crate) count: u64,
    pub(crate) p50: Option<f64>,
    pub(crate) p95: Option<f64>,
    pub(crate) p99: Option<f64>,
}

impl From<Counts> for Latency {
    fn from(counts: Counts) -> Self {
        let [p50, p95, p99] = [50, 95, 99].map(|hundredths| counts.percentile(hundredths));
        Self { count: counts.total(), p50, p95, p99 }
    }
}

/// A point of the course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) at: Timestamp,
    /// Messages from clients per second, since the point before.
    pub(crate) received: f64,
    /// Messages to clients per second, since the point before.
    pub(crate) sent: f64,
    pub(crate) connections: u64,
    /// Percentiles of the ten seconds before.
    pub(crate) stored: Latency,
    pub(crate) delivered: Latency,
    pub(crate) memory: Option<u64>,
}

/// The last samples, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Course(Mutex<VecDeque<Arc<Sample>>>);

impl Course {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Sample>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, sample: Sample) {
        let mut samples = self.lock();
        if samples.len() == KEPT {
            samples.pop_front();
        }
        samples.push_back(Arc::new(sample));
    }

    fn samples(&self) -> Vec<Arc<Sample>> {
        self.lock().iter().cloned().collect()
    }

    /// What is known of the last minutes at the moment of `now`.
    pub(crate) fn until(&self, now: Sample) -> Recent {
        let samples = self.samples();
        Recent { samples, now }
    }
}

/// The last minutes.
#[derive(Debug)]
pub(crate) struct Recent {
    samples: Vec<Arc<Sample>>,
    pub(crate) now: Sample,
}

impl Recent {
    /// The sample of a minute ago, or the oldest there is.
    fn minute_ago(&self) -> &Sample {
        let index = self.samples.len().saturating_sub(MINUTE);
        self.samples.get(index).map_or(&self.now, AsRef::as_ref)
    }

    fn oldest(&self) -> &Sample {
        self.samples.first().map_or(&self.now, AsRef::as_ref)
    }

    /// Messages per second of the last minute: received and sent.
    pub(crate) fn rates(&self) -> (f64, f64) {
        rates(self.minute_ago(), &self.now)
    }

    /// How long a transaction took.
    pub(crate) fn committed(&self) -> Latency {
        self.now.committed.since(&self.oldest().committed).into()
    }

    /// How old hints of other nodes were when they came.
    pub(crate) fn lagged(&self) -> Latency {
        self.now.lagged.since(&self.oldest().lagged).into()
    }

    /// How long it took from taking an entry in to having it on disk.
    pub(crate) fn stored(&self) -> Latency {
        self.now.stored.since(&self.oldest().stored).into()
    }

    /// How long it took from taking an entry in to writing it for one who follows it.
    pub(crate) fn delivered(&self) -> Latency {
        self.now.delivered.since(&self.oldest().delivered).into()
    }

    /// Milliseconds of which percentiles tell.
    pub(crate) fn window_ms(&self) -> i64 {
        self.now.at.0 - self.oldest().at.0
    }

    /// How often somebody ran into each bound: since the start, and in the last minute.
    pub(crate) fn limits(&self) -> impl Iterator<Item = (&str, u64, u64)> {
        let before = &self.minute_ago().limits;
        self.now.limits.iter().map(move |(limit, total)| {
            let earlier = before.iter().find(|(name, _)| name == limit).map_or(0, |(_, total)| *total);
            (limit.as_str(), *total, total.saturating_sub(earlier))
        })
    }

    /// The points behind `after`, the oldest first.
    pub(crate) fn points(&self, after: Timestamp) -> Vec<Point> {
        let indices = 1..self.samples.len();
        indices.filter(|index| self.samples[*index].at > after).map(|index| self.point(index)).collect()
    }

    fn point(&self, index: usize) -> Point {
        let sample = &self.samples[index];
        let (received, sent) = rates(&self.samples[index - 1], sample);
        let before = &self.samples[index.saturating_sub(TEN_SECONDS)];
        Point {
            at: sample.at,
            received,
            sent,
            connections: sample.connections,
            stored: sample.stored.since(&before.stored).into(),
            delivered: sample.delivered.since(&before.delivered).into(),
            memory: sample.memory,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates are told to people")]
fn rates(from: &Sample, to: &Sample) -> (f64, f64) {
    let seconds = (to.at.0 - from.at.0) as f64 / 1000.0;
    if seconds <= 0.0 {
        return (0.0, 0.0);
    }
    let rate = |from: u64, to: u64| to.saturating_sub(from) as f64 / seconds;
    (rate(from.received, to.received), rate(from.sent, to.sent))
}

/// Takes samples until the shutdown.
pub(crate) async fn keep_course(
    course: Arc<Course>,
    readings: Arc<Readings>,
    connections: Arc<Connections>,
    mut shutdown: Shutdown,
) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.requested() => return,
            _ = ticks.tick() => course.push(Sample::take(&readings, &connections)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::spread::Spread;

    fn sample(second: i64, received: u64, spread: &Spread) -> Sample {
        let limits = vec![("rate".to_owned(), received / 10)];
        Sample { at: Timestamp(second * 1000), received, limits, delivered: spread.counts(), ..Sample::default() }
    }

    #[test]
    fn the_oldest_samples_go() {
        let (course, spread) = (Course::default(), Spread::default());
        for second in 0..1000 {
            course.push(sample(2 * second, 0, &spread));
        }
        let recent = course.until(sample(2000, 0, &spread));
        assert_eq!(recent.samples.len(), KEPT);
        assert_eq!(recent.window_ms(), 302_000);
        assert_eq!(recent.points(Timestamp(1_990_000)).len(), 4, "1992 to 1998");
        assert_eq!(recent.points(Timestamp(0)).len(), KEPT - 1, "the oldest has none before it");
    }

    #[test]
    fn rates_are_those_of_the_last_minute() {
        let (course, spread) = (Course::default(), Spread::default());
        // Ten messages a second for two minutes, then none.
        for second in (0..=180).step_by(2) {
            course.push(sample(second, 10 * second.min(120).unsigned_abs(), &spread));
        }
        let recent = course.until(sample(180, 1200, &spread));
        assert_eq!(recent.rates(), (0.0, 0.0));
        let (earlier, later) = (course.samples()[10].clone(), course.samples()[20].clone());
        assert!((rates(&earlier, &later).0 - 10.0).abs() < 1e-9);
        assert_eq!(recent.limits().collect::<Vec<_>>(), [("rate", 120, 0)]);
    }

    #[test]
    fn nothing_is_told_of_no_time() {
        let (course, spread) = (Course::default(), Spread::default());
        let recent = course.until(sample(5, 7, &spread));
        assert_eq!((recent.rates(), recent.window_ms()), ((0.0, 0.0), 0));
        assert_eq!((recent.delivered(), recent.points(Timestamp(0))), (Latency::default(), Vec::new()));
    }

    #[test]
    fn percentiles_are_those_of_what_came_meanwhile() {
        let (course, spread) = (Course::default(), Spread::default());
        spread.note(10.0);
        for second in 0..6 {
            course.push(sample(2 * second, 0, &spread));
        }
        spread.note(0.001);
        let recent = course.until(sample(12, 0, &spread));
        assert_eq!(recent.delivered().count, 1, "what was measured before the window is not told");
        assert!(recent.delivered().p99.is_some_and(|p99| (p99 - 1.0).abs() < 0.125));
    }
}
