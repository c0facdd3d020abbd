//! How fast a client may send.

use deskwire_wire::Tick;

/// The price of a message, in thousandths.
const MESSAGE: u64 = 1000;

/// A token bucket that fills with `rate` messages a second and holds one second's worth. A client that is too fast is
/// not cut off: its messages wait, and its socket is not read, until there is room again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    rate: u64,
    /// Thousandths of a message that may be sent now.
    budget: u64,
    filled: Tick,
}

impl Pace {
    pub(super) fn new(rate: u32, now: Tick) -> Self {
        let rate = u64::from(rate);
        Self { rate, budget: rate * MESSAGE, filled: now }
    }

    fn refill(&mut self, now: Tick) {
        let earned = now.since(self.filled).saturating_mul(self.rate);
        self.budget = self.budget.saturating_add(earned).min(self.rate * MESSAGE);
        self.filled = now;
    }

    /// Accounts for a message that [`Self::due`] lets through; returns whether it used up the last of the budget.
    pub(super) fn spend(&mut self, now: Tick) -> bool {
        self.refill(now);
        self.budget = self.budget.saturating_sub(MESSAGE);
        self.budget < MESSAGE
    }

    /// When the next message may come, if it may not come now.
    pub(super) fn due(&self) -> Option<Tick> {
        let lacking = MESSAGE.checked_sub(self.budget).filter(|lacking| *lacking > 0)?;
        Some(self.filled.after(lacking.div_ceil(self.rate)))
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: Tick) {
        self.refill(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_a_second_and_then_the_rate() {
        let at = Tick::from_millis;
        let mut pace = Pace::new(10, at(0));
        for number in 1..=10 {
            assert_eq!(pace.due(), None);
            assert_eq!(pace.spend(at(0)), number == 10, "the tenth is the last");
        }
        assert_eq!(pace.due(), Some(at(100)));
        pace.tick(at(99));
        assert!(pace.due().is_some());
        pace.tick(at(100));
        assert_eq!(pace.due(), None);
        pace.tick(at(1_000_000));
        let saved = (1..)
            .take_while(|_| {
                pace.due().is_none() && {
                    pace.spend(at(1_000_000));
                    true
                }
            })
            .count();
        assert_eq!(saved, 10, "saved up is at most a second");
    }
}
