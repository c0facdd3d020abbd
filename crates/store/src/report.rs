//! What reports count.

use deskwire_model::{Timestamp, Uid};

/// Sums over a part of the desk's work. Times are in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Episodes that began.
    pub opened: u64,
    /// Episodes that had to wait.
    pub queued: u64,
    /// Times that an agent was given a conversation.
    pub assigned: u64,
    /// Episodes that an agent was given first.
    pub waited: u64,
    /// From the opening of these until then.
    pub wait_ms: u64,
    /// Episodes that an agent answered first.
    pub responded: u64,
    /// From the assignment of these until then.
    pub response_ms: u64,
    /// Episodes that ended.
    pub closed: u64,
    /// Those of them that an agent had.
    pub handled: u64,
    /// How long the last agent had these.
    pub handling_ms: u64,
    /// Episodes in which nobody answered when they ended, or when nobody was there for them.
    pub missed: u64,
    /// Episodes that were rated.
    pub rated: u64,
    /// Sum of their scores.
    pub score: u64,
    /// Those of them with a score of 4 or 5.
    pub satisfied: u64,
    /// Those of them whose question was answered, as their visitors say.
    pub resolved: u64,
    /// What visitors said.
    pub visitor_messages: u64,
    /// What was said to them.
    pub service_messages: u64,
}

impl Counters {
    /// The names of the counters, in their order.
    pub const NAMES: [&str; 17] = [
        "opened",
        "queued",
        "assigned",
        "waited",
        "wait_ms",
        "responded",
        "response_ms",
        "closed",
        "handled",
        "handling_ms",
        "missed",
        "rated",
        "score",
        "satisfied",
        "resolved",
        "visitor_messages",
        "service_messages",
    ];

    /// The counters, in the order of [`Self::NAMES`].
    #[must_use]
    pub const fn values(&self) -> [u64; 17] {
        [
            self.opened,
            self.queued,
            self.assigned,
            self.waited,
            self.wait_ms,
            self.responded,
            self.response_ms,
            self.closed,
            self.handled,
            self.handling_ms,
            self.missed,
            self.rated,
            self.score,
            self.satisfied,
            self.resolved,
            self.visitor_messages,
            self.service_messages,
        ]
    }

    /// Counters with these values, in the order of [`Self::NAMES`].
    #[must_use]
    pub const fn from_values(values: [u64; 17]) -> Self {
        let [opened, queued, assigned, waited, wait_ms, responded, response_ms, closed, handled, ..] = values;
        let [.., handling_ms, missed, rated, score, satisfied, resolved, visitor_messages, service_messages] = values;
        Self {
            opened,
            queued,
            assigned,
            waited,
            wait_ms,
            responded,
            response_ms,
            closed,
            handled,
            handling_ms,
            missed,
            rated,
            score,
            satisfied,
            resolved,
            visitor_messages,
            service_messages,
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut values = self.values();
        values.iter_mut().zip(other.values()).for_each(|(sum, more)| *sum = sum.saturating_add(more));
        Self::from_values(values)
    }
}

/// Which counters a report shows, and how it adds them up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportQuery {
    /// The organisation.
    pub org: Uid,
    /// The hour in which it begins.
    pub from: Timestamp,
    /// The time before which it ends; the hour that has begun then belongs to it.
    pub to: Timestamp,
    /// Only what this workgroup, or agent who was asked for by name, served.
    pub service: Option<Uid>,
    /// Only what this agent had.
    pub agent: Option<Uid>,
    /// Whether each hour has a row.
    pub by_hour: bool,
    /// Whether each service has a row.
    pub by_service: bool,
    /// Whether each agent has a row.
    pub by_agent: bool,
    /// Rows at most.
    pub limit: usize,
}

/// What a row of a report is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReportKey {
    /// When its hour begins, if hours have rows.
    pub hour: Option<Timestamp>,
    /// The service, if services have rows.
    pub service: Option<Uid>,
    /// The agent, if agents have rows; none also where nobody had the conversation.
    pub agent: Option<Uid>,
}

/// A row of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    /// What it is about.
    pub key: ReportKey,
    /// What was counted.
    pub counters: Counters,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_places() {
        let values = std::array::from_fn(|n| 1 << n);
        let counters = Counters::from_values(values);
        assert_eq!(counters.values(), values);
        assert_eq!((counters.handled, counters.handling_ms, counters.missed), (1 << 8, 1 << 9, 1 << 10));
        assert_eq!(counters.plus(&counters).values(), values.map(|value| 2 * value));
    }
}
