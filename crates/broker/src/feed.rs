//! A reader's place in a log.

use deskwire_model::Seq;

/// What to do with an entry that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is the next one: hand it on.
    Deliver,
    /// The reader has it, or will get it from the log.
    Skip,
    /// Something before it is missing: read the log from [`Feed::position`].
    CatchUp,
}

/// The position of one reader in one log (invariants I2 and I5).
///
/// Everything that reaches the reader, announced or read from the log, passes here; so a slow reader, a reader that
/// comes back and a reader that missed an announcement are one case: *behind*, and the log fills the gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    position: Seq,
    /// The highest entry known to exist.
    announced: Seq,
    behind: bool,
}

impl Feed {
    /// A reader that has everything up to `position`, of a log that has grown to `head`.
    #[must_use]
    pub fn new(position: Seq, head: Seq) -> Self {
        Self { position, announced: head.max(position), behind: head > position }
    }

    /// The last entry handed on.
    #[must_use]
    pub const fn position(&self) -> Seq {
        self.position
    }

    /// Whether the log has to be read before announced entries can be handed on.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        self.behind
    }

    /// Decides on the announced entry at `seq`.
    pub fn announce(&mut self, seq: Seq) -> Admission {
        self.announced = self.announced.max(seq);
        if self.behind || seq <= self.position {
            Admission::Skip
        } else if seq == self.position.next() {
            self.position = seq;
            Admission::Deliver
        } else {
            self.behind = true;
            Admission::CatchUp
        }
    }

    /// Notes that announcements may have been lost, or that the reader cannot take any now.
    pub const fn fall_behind(&mut self) {
        self.behind = true;
    }

    /// Notes that the entry at `seq` was announced when the reader could not take it.
    pub fn miss(&mut self, seq: Seq) {
        self.announced = self.announced.max(seq);
        self.behind |= seq > self.position;
    }

    /// Decides on the entry at `seq` that was read from the log: whether to hand it on.
    pub fn read(&mut self, seq: Seq) -> bool {
        let next = seq == self.position.next();
        if next {
            self.position = seq;
        }
        next
    }

    /// Notes that the log had nothing more behind [`Feed::position`] when it was read. Returns whether the reader is
    /// live now; if not, more was announced in the meantime and the log must be read again.
    pub fn reached_end(&mut self) -> bool {
        self.behind = self.announced > self.position;
        !self.behind
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_entry_announced_during_catch_up_is_not_lost() {
        let mut feed = Feed::new(Seq(1), Seq(2));
        assert_eq!(feed.announce(Seq(3)), Admission::Skip);
        assert!(feed.read(Seq(2)), "the page was read before 3 was committed");
        assert!(!feed.reached_end());
        assert!(feed.read(Seq(3)));
        assert!(feed.reached_end());
        assert_eq!(feed.announce(Seq(4)), Admission::Deliver);
    }

    proptest! {
        /// Announcements are lost, repeated and mixed with reads at will: the reader still sees 1, 2, 3 … and in the
        /// end everything.
        #[test]
        fn any_schedule_gives_every_entry_once_in_order(
            start in 0u64..5,
            steps in proptest::collection::vec((0u8..4, 1usize..4), 1..200),
        ) {
            let mut head = start + 3;
            let mut feed = Feed::new(Seq(start), Seq(head));
            let mut seen = Vec::new();
            let page = |feed: &mut Feed, seen: &mut Vec<u64>, head: u64, limit: usize| {
                let from = feed.position().0 + 1;
                let entries: Vec<u64> = (from..=head).take(limit).collect();
                let full = entries.len() == limit;
                for seq in entries {
                    if feed.read(Seq(seq)) {
                        seen.push(seq);
                    }
                }
                full || !feed.reached_end()
            };
            for (step, size) in steps {
                match step {
                    0 => {
                        head += 1;
                        if feed.announce(Seq(head)) == Admission::Deliver {
                            seen.push(head);
                        }
                    }
                    1 => {
                        head += 1;
                        feed.fall_behind();
                    }
                    2 => {
                        if feed.announce(Seq(head)) == Admission::Deliver {
                            seen.push(head);
                        }
                    }
                    _ => {
                        if feed.is_behind() {
                            page(&mut feed, &mut seen, head, size);
                        }
                    }
                }
            }
            feed.fall_behind();
            while page(&mut feed, &mut seen, head, 2) {}
            prop_assert_eq!(seen, (start + 1..=head).collect::<Vec<_>>());
        }
    }
}
