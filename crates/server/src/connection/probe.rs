//! Evidence of delivery where the client acknowledges nothing: a WebSocket ping is sent behind the messages, and its
//! pong proves that they arrived (DESIGN §1, cursor rules).

use deskwire_broker::SubscriptionKey;
use deskwire_model::Seq;
use deskwire_wire::Tick;

/// Milliseconds between two pings at least: one ping proves all messages before it.
const INTERVAL_MS: u64 = 1000;

/// Up to where the messages before a ping went.
type Sent = Vec<(SubscriptionKey, Seq)>;

/// The pings of a connection, of which one is under way at a time.
#[derive(Debug, Default)]
pub(super) struct Probes {
    number: u64,
    under_way: Option<Sent>,
    last: Option<Tick>,
    /// Messages wait for a ping that must not be sent yet.
    wanted: bool,
}

impl Probes {
    /// The number of the ping to send now, if one is needed for `unconfirmed` messages.
    pub(super) fn next(&mut self, unconfirmed: impl Iterator<Item = (SubscriptionKey, Seq)>, now: Tick) -> Option<u64> {
        if self.under_way.is_some() {
            return None;
        }
        let mut unconfirmed = unconfirmed.peekable();
        self.wanted = unconfirmed.peek().is_some();
        if !self.wanted || self.last.is_some_and(|last| now < last.after(INTERVAL_MS)) {
            return None;
        }
        self.wanted = false;
        self.last = Some(now);
        self.number += 1;
        self.under_way = Some(unconfirmed.collect());
        Some(self.number)
    }

    /// What the pong with this number proves.
    pub(super) fn proved(&mut self, number: u64) -> Sent {
        if number == self.number { self.under_way.take().unwrap_or_default() } else { Vec::new() }
    }

    /// When the next ping is due, if one is wanted.
    pub(super) fn due(&self) -> Option<Tick> {
        let waits = self.wanted && self.under_way.is_none();
        waits.then(|| self.last.map_or(Tick::default(), |last| last.after(INTERVAL_MS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_ping_proves_everything_before_it_and_nothing_behind() {
        let mut probes = Probes::default();
        let at = Tick::from_millis;
        assert_eq!(probes.next([(1, Seq(5))].into_iter(), at(0)), Some(1));
        assert_eq!(probes.next([(1, Seq(6))].into_iter(), at(1)), None, "one at a time");
        assert_eq!(probes.proved(9), [], "not our ping");
        assert_eq!(probes.proved(1), [(1, Seq(5))]);
        assert_eq!(probes.proved(1), [], "only once");
        assert_eq!(probes.next([(1, Seq(6))].into_iter(), at(2)), None, "not so soon");
        assert_eq!(probes.due(), Some(at(1000)));
        assert_eq!(probes.next([(1, Seq(7))].into_iter(), at(1000)), Some(2));
        assert_eq!(probes.due(), None);
        assert_eq!(probes.proved(2), [(1, Seq(7))]);
        assert_eq!(probes.next(std::iter::empty(), at(5000)), None, "nothing to prove");
    }
}
