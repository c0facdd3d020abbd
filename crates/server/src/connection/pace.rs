//! How fast a client may send.

use deskwire_model::Role;
use deskwire_wire::Tick;

use crate::config::Limits;

/// The price of a message, in thousandths.
const MESSAGE: u64 = 1000;

/// The pace of one client; by default it has no bound. A client that is too fast is not cut off: its messages wait, and
/// its socket is not read, until there is room again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace(Option<Bucket>);

/// A token bucket that fills with `rate` messages a second and holds one second's worth.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    rate: u64,
    /// Thousandths of a message that may be sent now.
    budget: u64,
    filled: Tick,
}

impl Pace {
    /// The pace of a client in this role: only visitors have a bound other than the commit.
    pub(super) fn of(role: Role, limits: &Limits, now: Tick) -> Self {
        Self((role == Role::Visitor).then(|| Bucket::full(limits.visitor_messages_per_second, now)))
    }

    /// Accounts for a message that [`Self::due`] lets through; returns whether it used up the last of the budget.
    pub(super) fn spend(&mut self, now: Tick) -> bool {
        self.0.as_mut().is_some_and(|bucket| bucket.spend(now))
    }

    /// When the next message may come, if it may not come now.
    pub(super) fn due(&self) -> Option<Tick> {
        self.0.as_ref()?.due()
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: Tick) {
        if let Some(bucket) = &mut self.0 {
            bucket.refill(now);
        }
    }
}

impl Bucket {
    fn full(rate: u32, now: Tick) -> Self {
        let rate = u64::from(rate);
        Self { rate, budget: rate * MESSAGE, filled: now }
    }

    fn refill(&mut self, now: Tick) {
        let earned = now.since(self.filled).saturating_mul(self.rate);
        self.budget = self.budget.saturating_add(earned).min(self.rate * MESSAGE);
        self.filled = now;
    }

    fn spend(&mut self, now: Tick) -> bool {
        self.refill(now);
        self.budget = self.budget.saturating_sub(MESSAGE);
        self.budget < MESSAGE
    }

    fn due(&self) -> Option<Tick> {
        let lacking = MESSAGE.checked_sub(self.budget).filter(|lacking| *lacking > 0)?;
        Some(self.filled.after(lacking.div_ceil(self.rate)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_a_second_and_then_the_rate() {
        let at = Tick::from_millis;
        let limits = Limits { visitor_messages_per_second: 10, ..Limits::default() };
        let mut pace = Pace::of(Role::Visitor, &limits, at(0));
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
    #[test]
    fn who_serves_is_not_slowed_down() {
        let limits = Limits { visitor_messages_per_second: 1, ..Limits::default() };
        for role in [Role::Agent, Role::Service] {
            let mut pace = Pace::of(role, &limits, Tick::default());
            for _ in 0..10 {
                assert!(!pace.spend(Tick::default()));
                assert_eq!(pace.due(), None);
            }
        }
    }
}
