//! Identifiers and positions.

use std::{
    borrow::{Borrow, Cow},
    fmt,
    sync::Arc,
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Longest accepted uid, in bytes.
pub const MAX_UID_LEN: usize = 128;

/// Why a string is not a uid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUid {
    /// The string is empty.
    #[error("a uid must not be empty")]
    Empty,
    /// The string is longer than [`MAX_UID_LEN`] bytes.
    #[error("a uid has at most {MAX_UID_LEN} bytes")]
    TooLong,
    /// The string holds a character that topics or frames give a meaning.
    #[error("a uid must not contain blanks, control characters or any of / . + # * \\ :")]
    Character,
}

/// The name of a visitor, agent, organisation, workgroup, service account or thread.
///
/// Uids are segments of topics in dotted and in slashed form, so they hold none of `/ . + # *`
/// (`spec/bytedesk.md` §6), and header values, so they hold no `\`, `:`, blank or control character
/// (`spec/stomp-sockjs.md` rule 4). Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uid(Arc<str>);

impl JsonSchema for Uid {
    fn schema_name() -> Cow<'static, str> {
        "Uid".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_UID_LEN,
            "pattern": r"^[^\s\x00-\x1f\x7f/.+#*\\:]+$",
            "description": "The name of a visitor, agent, organisation, workgroup, service account or thread.",
        })
    }
}

impl Uid {
    /// Checks `text` and keeps it.
    ///
    /// # Errors
    /// [`InvalidUid`] names the rule that is broken.
    pub fn new(text: &str) -> Result<Self, InvalidUid> {
        if text.is_empty() {
            return Err(InvalidUid::Empty);
        }
        if text.len() > MAX_UID_LEN {
            return Err(InvalidUid::TooLong);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || "/.+#*\\:".contains(c)) {
            return Err(InvalidUid::Character);
        }
        Ok(Self(text.into()))
    }

    /// A fresh, unguessable uid: 122 random bits in 32 hexadecimal digits.
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string().into())
    }

    /// The uid as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Uid {
    type Error = InvalidUid;

    fn try_from(text: String) -> Result<Self, InvalidUid> {
        Self::new(&text)
    }
}

impl From<Uid> for String {
    fn from(uid: Uid) -> Self {
        uid.0.as_ref().to_owned()
    }
}

impl Borrow<str> for Uid {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The name its writer gave a message: unique per conversation and sender (invariant I3). Opaque to us.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MessageUid(Box<str>);

impl MessageUid {
    /// Checks `text` and keeps it.
    ///
    /// # Errors
    /// [`InvalidUid`] when `text` is empty, longer than [`MAX_UID_LEN`] bytes or holds a control character.
    pub fn new(text: &str) -> Result<Self, InvalidUid> {
        if text.is_empty() {
            return Err(InvalidUid::Empty);
        }
        if text.len() > MAX_UID_LEN {
            return Err(InvalidUid::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidUid::Character);
        }
        Ok(Self(text.into()))
    }

    /// A fresh uid for a message that the server writes; sorts by the time of its making.
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::now_v7().simple().to_string().into())
    }

    /// The uid as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MessageUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The number of a log, which is the number of its conversation (seed 002 `sessionId`). Starts at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId(pub i64);

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A position in a log: 1, 2, 3 … without holes. [`Seq::ZERO`] is the position before the first entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first entry.
    pub const ZERO: Self = Self(0);

    /// The position right behind this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One connection that was let in, for as long as it lasts: the `session` of CONNECTED. Not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(u64);

impl SessionId {
    /// A fresh id; sessions that exist together differ.
    #[must_use]
    pub fn random() -> Self {
        let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
        Self(high ^ low)
    }

    /// The one with this number.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// Its number, by which other nodes know it.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_refuses_what_topics_and_headers_give_a_meaning() {
        for bad in ["", "a/b", "a.b", "a+", "#", "*", "a b", "a\n", "a:b", "a\\b"] {
            assert!(Uid::new(bad).is_err(), "{bad:?} must be refused");
        }
        assert_eq!(Uid::new(&"x".repeat(129)), Err(InvalidUid::TooLong));
        assert_eq!(Uid::new("df_ag_uid").map(String::from).as_deref(), Ok("df_ag_uid"));
    }

    #[test]
    fn random_uids_differ_and_are_valid() {
        let (a, b) = (Uid::random(), Uid::random());
        assert_ne!(a, b);
        assert_eq!(Uid::new(a.as_str()), Ok(a));
    }
}
