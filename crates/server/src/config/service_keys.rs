//! `[service_keys]`: keys of programs that administrators make.

use super::amount::bounded_section;

bounded_section! {
    /// `[service_keys]`: how many there may be.
    ServiceKeysSection in "service_keys" {
        /// Keys of one organisation that are not revoked.
        per_organisation: usize = 32, 1..=10_000;
    }
}
