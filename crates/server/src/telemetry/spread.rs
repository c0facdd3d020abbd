//! How spans of time spread: counted in steps that grow with them, so that percentiles can be told for any stretch of time.

use std::sync::atomic::{AtomicU64, Ordering};

/// Spans up to so many microseconds have a step each.
const FINE: u64 = 8;
/// Steps of each doubling beyond.
const STEPS: u64 = 4;
/// All of them: the last begins at about two minutes and has everything beyond.
const ALL: usize = 104;

/// Counts spans of time, from anywhere.
#[derive(Debug)]
pub(crate) struct Spread([AtomicU64; ALL]);

impl Default for Spread {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; ALL])
    }
}

impl Spread {
    /// Counts a span of so many seconds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what does not fit is at the end")]
    pub(crate) fn note(&self, seconds: f64) {
        let micros = (seconds * 1e6) as u64;
        self.0[step(micros)].fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted up to now.
    pub(crate) fn counts(&self) -> Counts {
        Counts(std::array::from_fn(|step| self.0[step].load(Ordering::Relaxed)))
    }
}

/// How often spans of each step were counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counts([u64; ALL]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; ALL])
    }
}

impl Counts {
    /// What has come since `earlier`.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        Self(std::array::from_fn(|step| self.0[step].saturating_sub(earlier.0[step])))
    }

    /// How many there are.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The span in milliseconds that `hundredths` of a hundred do not exceed, to an eighth of it; none of nothing.
    #[expect(clippy::cast_precision_loss, reason = "microseconds of minutes are far below 2^52")]
    pub(crate) fn percentile(&self, hundredths: u64) -> Option<f64> {
        let total = self.total();
        let wanted = (total * hundredths).div_ceil(100).max(1);
        let mut seen = 0;
        let step = self.0.iter().position(|count| {
            seen += count;
            seen >= wanted
        })?;
        Some(middle(step as u64) as f64 / 2000.0)
    }
}

/// The step of a span in microseconds.
fn step(micros: u64) -> usize {
    if micros < FINE {
        return usize::try_from(micros).unwrap_or_default();
    }
    let doublings = u64::from(micros.ilog2()) - 3;
    let within = (micros >> (doublings + 1)) - STEPS;
    usize::try_from(FINE + doublings * STEPS + within).unwrap_or(ALL).min(ALL - 1)
}

/// Twice the middle of a step, in microseconds.
fn middle(step: u64) -> u64 {
    if step < FINE {
        return 2 * step + 1;
    }
    let (doublings, within) = ((step - FINE) / STEPS, (step - FINE) % STEPS);
    let width = 1 << (doublings + 1);
    2 * (STEPS + within) * width + width
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percentiles_are_those_of_what_was_counted() {
        let spread = Spread::default();
        assert_eq!(spread.counts().percentile(50), None);
        for millis in 1..=100 {
            spread.note(f64::from(millis) / 1000.0);
        }
        let before = spread.counts();
        for (hundredths, expected) in [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0), (0, 1.0)] {
            let told = before.percentile(hundredths).unwrap();
            assert!((told / expected - 1.0).abs() <= 0.125, "{told} for {hundredths}, not {expected}");
        }
        spread.note(4.0);
        let since = spread.counts().since(&before);
        assert_eq!(since.total(), 1);
        assert!((since.percentile(99).unwrap() / 4000.0 - 1.0).abs() <= 0.125);
    }

    #[test]
    fn nothing_is_too_short_or_too_long() {
        let spread = Spread::default();
        for seconds in [0.0, -1.0, f64::NAN, 1e300, f64::INFINITY] {
            spread.note(seconds);
        }
        assert_eq!(spread.counts().total(), 5);
    }

    proptest! {
        #[test]
        fn a_step_has_what_is_around_its_middle(micros in 0u64..120_000_000) {
            let middle = middle(step(micros) as u64);
            let off = (2 * micros).abs_diff(middle);
            prop_assert!(off <= 1 || off * 8 <= 2 * micros, "{micros} is not at {middle}/2");
            prop_assert!(step(micros) <= step(micros + 1));
        }
    }
}
