//! How fast a client may send.

use deskwire_model::Role;
use deskwire_wire::Tick;

use crate::config::Limits;

/// The price of a request, in thousandths.
const REQUEST: u64 = 1000;

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// A message or a subscription, of which visitors have a rate of their own.
    Message,
    /// Any other frame or packet that the server acts on.
    Other,
}

/// The pace of one client; by default it has no bound. A client that is too fast is not cut off: its requests wait, and
/// its socket is not read, until there is room again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    requests: Option<Bucket>,
    messages: Option<Bucket>,
}

/// A token bucket that fills with `rate` requests a second and holds one second's worth.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    rate: u32,
    /// Thousandths of a request that may come now.
    budget: u64,
    filled: Tick,
}

impl Pace {
    /// The pace of a client in this role: everybody's requests have a bound, and only visitors' messages one below it.
    pub(super) fn of(role: Role, limits: &Limits, now: Tick) -> Self {
        let messages = (role == Role::Visitor).then_some(limits.visitor_messages_per_second);
        Self {
            requests: Some(Bucket::full(limits.frames_per_second, now)),
            messages: messages.map(|rate| Bucket::full(rate, now)),
        }
    }

    /// Accounts for a request that [`Self::due`] lets through; returns whether it used up the last of a budget.
    pub(super) fn spend(&mut self, request: Request, now: Tick) -> bool {
        let requests = self.requests.as_mut().is_some_and(|bucket| bucket.spend(now));
        let messages = self.messages.as_mut().filter(|_| request == Request::Message);
        messages.is_some_and(|bucket| bucket.spend(now)) || requests
    }

    /// When such a request may come next, if it may not come now.
    pub(super) fn due(&self, request: Request) -> Option<Tick> {
        let requests = self.requests.as_ref().and_then(Bucket::due);
        let messages = self.messages.as_ref().filter(|_| request == Request::Message).and_then(Bucket::due);
        requests.max(messages)
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: Tick) {
        self.requests.iter_mut().chain(&mut self.messages).for_each(|bucket| bucket.refill(now));
    }
}

impl Bucket {
    fn full(rate: u32, now: Tick) -> Self {
        Self { rate, budget: u64::from(rate) * REQUEST, filled: now }
    }

    fn refill(&mut self, now: Tick) {
        let rate = u64::from(self.rate);
        let earned = now.since(self.filled).saturating_mul(rate);
        self.budget = self.budget.saturating_add(earned).min(rate * REQUEST);
        self.filled = now;
    }

    fn spend(&mut self, now: Tick) -> bool {
        self.refill(now);
        self.budget = self.budget.saturating_sub(REQUEST);
        self.budget < REQUEST
    }

    fn due(&self) -> Option<Tick> {
        let lacking = REQUEST.checked_sub(self.budget).filter(|lacking| *lacking > 0)?;
        Some(self.filled.after(lacking.div_ceil(self.rate.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Tick {
        Tick::from_millis(millis)
    }

    #[test]
    fn a_burst_of_a_second_and_then_the_rate() {
        let limits = Limits { visitor_messages_per_second: 10, ..Limits::default() };
        let mut pace = Pace::of(Role::Visitor, &limits, at(0));
        for number in 1..=10 {
            assert_eq!(pace.due(Request::Message), None);
            assert_eq!(pace.spend(Request::Message, at(0)), number == 10, "the tenth is the last");
        }
        assert_eq!(pace.due(Request::Message), Some(at(100)));
        assert_eq!(pace.due(Request::Other), None, "only messages are slowed down");
        pace.tick(at(99));
        assert!(pace.due(Request::Message).is_some());
        pace.tick(at(100));
        assert_eq!(pace.due(Request::Message), None);
        pace.tick(at(1_000_000));
        let saved = (1..)
            .take_while(|_| {
                pace.due(Request::Message).is_none() && {
                    pace.spend(Request::Message, at(1_000_000));
                    true
                }
            })
            .count();
        assert_eq!(saved, 10, "saved up is at most a second");
    }

    #[test]
    fn who_serves_has_the_rate_of_all_requests_alone() {
        let limits = Limits { visitor_messages_per_second: 1, frames_per_second: 4, ..Limits::default() };
        for role in [Role::Agent, Role::Service] {
            let mut pace = Pace::of(role, &limits, at(0));
            for request in [Request::Message, Request::Other, Request::Message] {
                assert!(!pace.spend(request, at(0)));
                assert_eq!(pace.due(Request::Message), None);
            }
            assert!(pace.spend(Request::Other, at(0)));
            for request in [Request::Message, Request::Other] {
                assert_eq!(pace.due(request), Some(at(250)));
            }
        }
    }

    #[test]
    fn a_message_waits_for_both_rates() {
        let limits = Limits { visitor_messages_per_second: 1, frames_per_second: 2, ..Limits::default() };
        let mut pace = Pace::of(Role::Visitor, &limits, at(0));
        assert!(pace.spend(Request::Message, at(0)), "the only message of this second");
        assert_eq!((pace.due(Request::Message), pace.due(Request::Other)), (Some(at(1000)), None));
        assert!(pace.spend(Request::Other, at(0)));
        assert_eq!((pace.due(Request::Message), pace.due(Request::Other)), (Some(at(1000)), Some(at(500))));
    }
}
