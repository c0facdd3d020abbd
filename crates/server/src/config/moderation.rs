//! `[moderation]`: words that are not to be said, and visitors who are not heard.

use deskwire_desk::ModerationLimits;

use super::amount::{Seconds, bounded_section};

const DAY_S: u64 = 24 * 60 * 60;

bounded_section! {
    /// `[moderation]`: bounds of the lists of words and of the blacklist.
    ModerationSection in "moderation" {
        /// Words of one organisation; they are kept in memory.
        words: usize = 10_000, 1..=1_000_000;
        /// Characters of a word.
        word_chars: usize = 64, 1..=256;
        /// Words that were said, of one organisation; the oldest go.
        hits: u64 = 100_000, 1..=10_000_000;
        /// Seconds that these are kept.
        keep_hits_s: Seconds = Seconds(90 * DAY_S), 60..=3660 * DAY_S;
        /// Blocks of one organisation that are not over; they are kept in memory.
        blocks: usize = 10_000, 1..=1_000_000;
        /// Seconds that a block is kept that is over: it says who blocked whom.
        keep_blocks_s: Seconds = Seconds(365 * DAY_S), 60..=3660 * DAY_S;
    }
}

impl ModerationSection {
    /// The same, as the desk takes it.
    #[must_use]
    pub fn limits(&self) -> ModerationLimits {
        let millis = |span: Seconds| i64::try_from(span.duration().as_millis()).unwrap_or(i64::MAX);
        ModerationLimits {
            words: self.words,
            word_chars: self.word_chars,
            hits: self.hits,
            hits_kept_ms: millis(self.keep_hits_s),
            blocks: self.blocks,
            blocks_kept_ms: millis(self.keep_blocks_s),
        }
    }
}
