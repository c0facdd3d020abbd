//! `[retention]`: deleting what was closed long ago.

use super::amount::{Seconds, bounded_section};

bounded_section! {
    /// `[retention]`: deleting closed conversations, where an organisation does not want to keep them for ever.
    RetentionSection in "retention" {
        /// The least days that an organisation may keep a closed conversation.
        least_days: u32 = 1, 1..=36_500;
        /// Seconds from one look for conversations to delete to the next.
        every_s: Seconds = Seconds(60 * 60), 1..=24 * 60 * 60;
        /// Messages that are deleted in one commit.
        batch: usize = 500, 1..=100_000;
    }
}
