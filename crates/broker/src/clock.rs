//! The wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use deskwire_model::Timestamp;

/// What the wall clock shows; one that stands before 1970 counts as 1970.
pub(crate) fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
