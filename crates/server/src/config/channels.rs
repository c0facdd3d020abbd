//! `[channels]`: what shops put on their pages.

use super::amount::bounded_section;

bounded_section! {
    /// `[channels]`: how many there may be.
    ChannelsSection in "channels" {
        /// Channels of one organisation.
        per_organisation: usize = 100, 1..=10_000;
    }
}
