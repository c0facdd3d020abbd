//! What became of the messages from one publisher to one subscriber.

use std::ops::Range;

use serde::Serialize;

/// What an arrival means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// The first time this number arrives, behind all that came before it.
    InOrder,
    /// The first time this number arrives, behind a higher one.
    Overtaken,
    /// It has arrived before.
    Repeated,
}

/// The numbers 0, 1, 2 … of one publisher as one subscriber receives them.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// One more than the highest number that arrived.
    next: u64,
    /// Numbers below `next` that have not arrived, ascending.
    gaps: Vec<Range<u64>>,
    arrived: u64,
    doubled: u64,
    reordered: u64,
}

/// The outcome of flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Verdict {
    /// Messages that were sent and never arrived.
    pub(crate) lost: u64,
    /// Arrivals of messages that had arrived before.
    pub(crate) doubled: u64,
    /// Messages that arrived behind a later one.
    pub(crate) reordered: u64,
}

impl Flow {
    /// Notes the arrival of `number`.
    pub(crate) fn record(&mut self, number: u64) -> Arrival {
        let arrival = if number >= self.next {
            if number > self.next {
                self.gaps.push(self.next..number);
            }
            self.next = number + 1;
            Arrival::InOrder
        } else {
            self.fill(number)
        };
        match arrival {
            Arrival::InOrder => self.arrived += 1,
            Arrival::Overtaken => {
                self.arrived += 1;
                self.reordered += 1;
            }
            Arrival::Repeated => self.doubled += 1,
        }
        arrival
    }

    fn fill(&mut self, number: u64) -> Arrival {
        let place = self.gaps.partition_point(|gap| gap.end <= number);
        let Some(gap) = self.gaps.get_mut(place).filter(|gap| gap.contains(&number)) else {
            return Arrival::Repeated;
        };
        let behind = number + 1..gap.end;
        gap.end = number;
        if gap.is_empty() {
            self.gaps.remove(place);
            if !behind.is_empty() {
                self.gaps.insert(place, behind);
            }
        } else if !behind.is_empty() {
            self.gaps.insert(place + 1, behind);
        }
        Arrival::Overtaken
    }

    /// How many different numbers arrived.
    pub(crate) const fn arrived(&self) -> u64 {
        self.arrived
    }

    /// The outcome, when the publisher has `sent` the numbers below that.
    pub(crate) const fn verdict(&self, sent: u64) -> Verdict {
        Verdict { lost: sent.saturating_sub(self.arrived), doubled: self.doubled, reordered: self.reordered }
    }
}

impl std::iter::Sum for Verdict {
    fn sum<I: Iterator<Item = Self>>(verdicts: I) -> Self {
        verdicts.fold(Self::default(), |sum, verdict| Self {
            lost: sum.lost + verdict.lost,
            doubled: sum.doubled + verdict.doubled,
            reordered: sum.reordered + verdict.reordered,
        })
    }
}

/// Whether the positions of one log arrive one by one, at one receiver.
#[derive(Debug, Default)]
pub(crate) struct SeqWatch {
    last: Option<u64>,
    breaks: u64,
}

impl SeqWatch {
    /// Notes the arrival of `seq`; the first one may be any.
    pub(crate) fn record(&mut self, seq: u64) {
        if self.last.is_some_and(|last| seq != last + 1) {
            self.breaks += 1;
        }
        self.last = Some(seq);
    }

    /// Arrivals that were not exactly one above the one before.
    pub(crate) const fn breaks(&self) -> u64 {
        self.breaks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_counted_once_as_what_it_is() {
        let cases: &[(&[u64], u64, Verdict)] = &[
            (&[], 0, Verdict::default()),
            (&[], 3, Verdict { lost: 3, ..Verdict::default() }),
            (&[0, 1, 2], 3, Verdict::default()),
            (&[0, 2], 4, Verdict { lost: 2, ..Verdict::default() }),
            (&[0, 1, 1, 0], 2, Verdict { doubled: 2, ..Verdict::default() }),
            (&[1, 0], 2, Verdict { reordered: 1, ..Verdict::default() }),
            (&[4, 2, 2, 0, 1, 3], 5, Verdict { reordered: 4, doubled: 1, ..Verdict::default() }),
            (&[9, 5, 4, 6, 4], 10, Verdict { lost: 6, reordered: 3, doubled: 1 }),
        ];
        for (arrivals, sent, expected) in cases {
            let mut flow = Flow::default();
            for number in *arrivals {
                flow.record(*number);
            }
            assert_eq!(flow.verdict(*sent), *expected, "{arrivals:?}");
        }
    }

    #[test]
    fn any_order_of_all_numbers_leaves_no_gap() {
        // 7 generates the multiplicative group modulo 71, so its powers visit 1 to 70 in a wild order.
        let mut flow = Flow::default();
        let mut number = 1;
        for _ in 0..70 {
            number = number * 7 % 71;
            assert_ne!(flow.record(number - 1), Arrival::Repeated);
        }
        assert_eq!(flow.gaps, []);
        assert_eq!(flow.verdict(70).lost, 0);
        assert!((0..70).all(|number| flow.record(number) == Arrival::Repeated));
    }

    #[test]
    fn a_log_may_begin_anywhere_but_not_jump() {
        let cases: &[(&[u64], u64)] =
            &[(&[], 0), (&[7], 0), (&[7, 8, 9], 0), (&[7, 9, 10], 1), (&[7, 7], 1), (&[3, 2, 3], 1)];
        for (seqs, breaks) in cases {
            let mut watch = SeqWatch::default();
            seqs.iter().for_each(|seq| watch.record(*seq));
            assert_eq!(watch.breaks(), *breaks, "{seqs:?}");
        }
    }
}
