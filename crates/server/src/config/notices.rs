//! `[notices]`: what business systems may post to users, and how much of it is kept.

use super::amount::{Seconds, bounded_section};

const DAY_S: u64 = 24 * 60 * 60;

bounded_section! {
    /// `[notices]`: notices to users.
    NoticesSection in "notices" {
        /// Bytes of a notice: menu, title, text, link and metadata together.
        bytes: usize = 8192, 256..=65_536;
        /// Notices that a feed lists, the newest unread ones.
        listed: usize = 20, 1..=200;
        /// Notices kept of one user; the oldest go.
        per_user: u64 = 1000, 1..=1_000_000;
        /// Seconds that a notice is kept, read or not.
        keep_s: Seconds = Seconds(90 * DAY_S), 60..=3660 * DAY_S;
        /// Users that one notice may be for.
        recipients: usize = 10_000, 1..=1_000_000;
        /// Notices that one service account may post per second, as a lasting rate and as a burst.
        posts_per_second: u32 = 50, 1..=1_000_000;
    }
}
