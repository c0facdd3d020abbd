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
    /// Announcements may have been lost since the log was last begun to be read.
    lost: bool,
}

impl Feed {
    /// A reader that has everything up to `position`, of a log that has grown to `head`.
    #[must_use]
    pub fn new(position: Seq, head: Seq) -> Self {
        Self { position, announced: head.max(position), behind: head > position, lost: false }
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

    /// Notes that announcements may have been lost.
    pub const fn fall_behind(&mut self) {
        self.behind = true;
        self.lost = true;
    }

    /// Notes that the entry at `seq` was announced when the reader could not take it.
    pub fn miss(&mut self, seq: Seq) {
        self.announced = self.announced.max(seq);
        self.behind |= seq > self.position;
    }

    /// Begins to read the log behind [`Feed::position`]: what is lost from now on may not be in what is read.
    pub const fn begin_read(&mut self) -> Seq {
        self.lost = false;
        self.position
    }

    /// Decides on the entry at `seq` that was read from the log: whether to hand it on.
    pub fn read(&mut self, seq: Seq) -> bool {
        let next = seq == self.position.next();
        if next {
            self.position = seq;
        }
        next
    }

    /// Notes that the log has nothing up to `seq` any more: what stood there was deleted.
    pub fn pass_over(&mut self, seq: Seq) {
        self.position = self.position.max(seq);
    }

    /// Notes that the log had nothing more behind [`Feed::position`] when it was read. Returns whether the reader is
    /// live now; if not, more was announced or lost in the meantime and the log must be read again.
    pub fn reached_end(&mut self) -> bool {
        self.behind = self.lost || self.announced > self.position;
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

    #[test]
    fn what_is_lost_while_a_page_is_on_its_way_is_read_again() {
        let mut feed = Feed::new(Seq(0), Seq(1));
        assert_eq!(feed.begin_read(), Seq(0));
        feed.fall_behind();
        assert!(feed.read(Seq(1)));
        assert!(!feed.reached_end(), "entry 2 was announced and lost after the page was read");
    }

    #[test]
    fn what_was_deleted_is_not_waited_for() {
        let mut feed = Feed::new(Seq(2), Seq(5));
        feed.pass_over(Seq(5));
        assert!(feed.reached_end(), "there is nothing left to read");
        assert_eq!(feed.announce(Seq(6)), Admission::Deliver);
        feed.pass_over(Seq(5));
        assert_eq!(feed.position(), Seq(6), "a page that was read before does not turn it back");
    }

    /// A reader, its log, and a page on its way between the two.
    struct Reader {
        feed: Feed,
        head: u64,
        /// What the log has no more.
        deleted: u64,
        page: Option<Page>,
        seen: Vec<u64>,
    }

    struct Page {
        behind: u64,
        entries: Vec<u64>,
        last: bool,
    }

    impl Reader {
        fn begin_read(&mut self, limit: usize) {
            if self.page.is_none() && self.feed.is_behind() {
                let after = self.feed.begin_read().0;
                let behind = after.max(self.deleted);
                let entries: Vec<u64> = (behind + 1..=self.head).take(limit).collect();
                let last = entries.len() < limit;
                self.page = Some(Page { behind, entries, last });
            }
        }

        fn end_read(&mut self) {
            if let Some(Page { behind, entries, last }) = self.page.take() {
                self.feed.pass_over(Seq(behind));
                for seq in entries {
                    if self.feed.read(Seq(seq)) {
                        self.seen.push(seq);
                    }
                }
                if last {
                    self.feed.reached_end();
                }
            }
        }
    }

    proptest! {
        /// Announcements are lost, repeated and mixed with pages that take their time, and the log loses its beginning:
        /// the reader still sees 1, 2, 3 … and in the end everything that was not deleted before it came to it.
        #[test]
        fn any_schedule_gives_every_entry_once_in_order(
            start in 0u64..5,
            steps in proptest::collection::vec((0u8..6, 1usize..4), 1..200),
        ) {
            let head = start + 3;
            let mut reader =
                Reader { feed: Feed::new(Seq(start), Seq(head)), head, deleted: 0, page: None, seen: Vec::new() };
            for (step, size) in steps {
                match step {
                    0 | 1 => {
                        reader.head += u64::from(step == 0);
                        if reader.feed.announce(Seq(reader.head)) == Admission::Deliver {
                            reader.seen.push(reader.head);
                        }
                    }
                    2 => {
                        reader.head += 1;
                        reader.feed.fall_behind();
                    }
                    3 => reader.begin_read(size),
                    4 => reader.deleted = (reader.deleted + size as u64).min(reader.head),
                    _ => reader.end_read(),
                }
            }
            while reader.feed.is_behind() || reader.page.is_some() {
                reader.begin_read(2);
                reader.end_read();
            }
            prop_assert!(reader.seen.is_sorted_by(|one, next| one < next), "{:?}", reader.seen);
            let deleted = reader.deleted;
            let kept: Vec<_> = reader.seen.into_iter().filter(|seq| *seq > deleted).collect();
            prop_assert_eq!(kept, (start.max(deleted) + 1..=reader.head).collect::<Vec<_>>());
        }
    }
}
