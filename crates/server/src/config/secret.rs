//! A text that is never shown.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// Shown in place of a secret.
const MASK: &str = "********";

/// A secret of the configuration: masked when it is printed, logged or serialised.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text`.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for comparing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // That there is none is no secret, and what is printed can be read again.
        serializer.serialize_str(if self.0.is_empty() { "" } else { MASK })
    }
}
