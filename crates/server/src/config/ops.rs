//! `[ops]`: what is remembered for those who run the server.

use super::amount::{Seconds, bounded_section};

const DAY_S: u64 = 24 * 60 * 60;

bounded_section! {
    /// `[ops]`: what is remembered for those who run the server.
    OpsSection in "ops" {
        /// Messages of which is remembered, while the server runs, from whom and over what they came; about 130 bytes each.
        remembered_messages: usize = 16_384, 0..=10_000_000;
        /// Deliveries that are remembered while the server runs: which session got which message when; about 60 bytes each.
        remembered_deliveries: usize = 65_536, 0..=10_000_000;
        /// Entries of the audit log of one organisation; the oldest go.
        audit_entries: u64 = 100_000, 100..=100_000_000;
        /// Seconds that these are kept.
        audit_keep_s: Seconds = Seconds(365 * DAY_S), 60..=3660 * DAY_S;
    }
}
