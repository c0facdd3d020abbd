//! Distributions of latencies.

use hdrhistogram::Histogram;
use serde::Serialize;

/// Latencies of up to a minute, in microseconds, to three digits.
#[derive(Debug)]
pub(crate) struct Latencies(Histogram<u64>);

const MAX_MICROS: u64 = 60_000_000;
const DIGITS: u8 = 3;

/// Points of a distribution in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Percentiles {
    /// How many latencies there are.
    pub(crate) count: u64,
    /// Half of them are no higher.
    pub(crate) p50: f64,
    /// 90 of 100 are no higher.
    pub(crate) p90: f64,
    /// 99 of 100 are no higher.
    pub(crate) p99: f64,
    /// 999 of 1000 are no higher.
    pub(crate) p999: f64,
    /// The highest.
    pub(crate) max: f64,
}

impl Latencies {
    /// No latencies yet.
    pub(crate) fn new() -> Self {
        Self(Histogram::new_with_max(MAX_MICROS, DIGITS).expect("three digits and a maximum above 1 are valid"))
    }

    /// Adds a latency; more than a minute counts as a minute.
    pub(crate) fn record(&mut self, nanos: u64) {
        self.0.saturating_record(nanos / 1_000);
    }

    /// The distribution; `None` when there is none.
    pub(crate) fn percentiles(&self) -> Option<Percentiles> {
        let at = |quantile| millis(self.0.value_at_quantile(quantile));
        (!self.0.is_empty()).then(|| Percentiles {
            count: self.0.len(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: millis(self.0.max()),
        })
    }
}

fn millis(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_in_milliseconds() {
        let mut latencies = Latencies::new();
        assert!(latencies.percentiles().is_none());
        for millis in 1..=1_000 {
            latencies.record(millis * 1_000_000);
        }
        let percentiles = latencies.percentiles().unwrap();
        for (actual, expected) in [
            (percentiles.p50, 500.0),
            (percentiles.p90, 900.0),
            (percentiles.p99, 990.0),
            (percentiles.p999, 999.0),
            (percentiles.max, 1_000.0),
        ] {
            assert!((actual - expected).abs() <= expected / 1_000.0 + 0.001, "{actual} is not {expected}");
        }
        latencies.record(u64::MAX);
        assert!(latencies.percentiles().unwrap().max >= 60_000.0);
    }
}
