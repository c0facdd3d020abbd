//! Numbers with a unit, and sections that consist of bounded numbers.

use std::{ops::RangeInclusive, time::Duration};

use serde::{Deserialize, Serialize};

/// A span of time, written in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// The same span as a [`Duration`].
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

/// A span of time, written in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u64);

impl Seconds {
    /// The same span as a [`Duration`].
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

/// A configured number beside the range it must stay in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    /// The dotted key, for example `limits.max_connections`.
    pub(super) key: &'static str,
    /// What is configured.
    pub(super) value: u64,
    /// What is accepted.
    pub(super) allowed: RangeInclusive<u64>,
}

/// A type that [`bounded_section`] can compare with a range.
pub(super) trait Amount: Copy {
    /// The number in the unit of the key.
    fn amount(self) -> u64;
}

impl Amount for u32 {
    fn amount(self) -> u64 {
        self.into()
    }
}

impl Amount for u64 {
    fn amount(self) -> u64 {
        self
    }
}

impl Amount for usize {
    fn amount(self) -> u64 {
        u64::try_from(self).unwrap_or(u64::MAX)
    }
}

impl Amount for Millis {
    fn amount(self) -> u64 {
        self.0
    }
}

impl Amount for Seconds {
    fn amount(self) -> u64 {
        self.0
    }
}

/// Declares a configuration section of numbers: documentation, key, type, default and accepted range in one place. Keys
/// that are no numbers may follow.
macro_rules! bounded_section {
    (
        $(#[$about:meta])*
        $name:ident in $section:literal {
            $( $(#[$doc:meta])* $key:ident: $type:ty = $default:expr, $allowed:expr; )+
        }
        $( and { $( $(#[$other_doc:meta])* $other:ident: $other_type:ty; )+ } )?
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $( $(#[$doc])* pub $key: $type, )+
            $( $( $(#[$other_doc])* pub $other: $other_type, )+ )?
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $key: $default, )+ $( $( $other: Default::default(), )+ )? }
            }
        }

        impl $name {
            pub(super) fn bounds(&self) -> Vec<$crate::config::amount::Bound> {
                vec![ $( $crate::config::amount::Bound {
                    key: concat!($section, ".", stringify!($key)),
                    value: $crate::config::amount::Amount::amount(self.$key),
                    allowed: $allowed,
                }, )+ ]
            }
        }
    };
}

pub(super) use bounded_section;
