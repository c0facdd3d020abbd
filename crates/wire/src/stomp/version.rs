use std::fmt;

/// A version of the protocol; later ones compare greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// STOMP 1.0: no escaping, no heart-beats.
    V10,
    /// STOMP 1.1: escaping without `\r`.
    V11,
    /// STOMP 1.2: escaping with `\r`, the `ack` header.
    V12,
}

impl Version {
    /// Every version, as the `version` header of an ERROR lists them.
    pub const SUPPORTED: &'static str = "1.2,1.1,1.0";

    /// The name on the wire, such as `1.2`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V10 => "1.0",
            Self::V11 => "1.1",
            Self::V12 => "1.2",
        }
    }

    /// The version called `name`, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "1.0" => Some(Self::V10),
            "1.1" => Some(Self::V11),
            "1.2" => Some(Self::V12),
            _ => None,
        }
    }

    /// Chooses the highest common version from the value of `accept-version`; `None` when there is none.
    ///
    /// A missing header means 1.0. Blanks around the commas are ignored (STOMP 1.2, "Protocol Negotiation").
    #[must_use]
    pub fn negotiate(accept_version: Option<&str>) -> Option<Self> {
        match accept_version {
            None => Some(Self::V10),
            Some(list) => list.split(',').filter_map(|name| Self::from_name(name.trim())).max(),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_common_version_is_chosen() {
        let cases = [
            (None, Some(Version::V10)),
            (Some("1.2,1.1,1.0"), Some(Version::V12)),
            (Some("1.1,1.0"), Some(Version::V11)),
            (Some("1.0,1.1,1.2"), Some(Version::V12)),
            (Some(" 1.1 , 1.2\t"), Some(Version::V12)),
            (Some("1.1,1.3"), Some(Version::V11)),
            (Some("1.0"), Some(Version::V10)),
            (Some("2.0"), None),
            (Some(""), None),
        ];
        for (offered, expected) in cases {
            assert_eq!(Version::negotiate(offered), expected, "{offered:?}");
        }
    }
}
