//! What a node is called.

use std::{fmt, sync::Arc};

/// Longest name of a node, in bytes.
pub const MAX_NODE_NAME_LEN: usize = 64;

/// Between the name and what tells one start from another.
const MARK: char = '~';

/// Why a string is no name of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a node's name has 1 to {MAX_NODE_NAME_LEN} of the characters a-z A-Z 0-9 - _ .")]
pub struct InvalidNodeName;

/// One start of a node: its configured name and eight random digits, so a node that was started again is somebody else.
/// Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(Arc<str>);

impl NodeId {
    /// A fresh id for a node that is called `name`.
    ///
    /// # Errors
    /// [`InvalidNodeName`] when the name is empty, too long or has other characters than it may.
    pub fn starting(name: &str) -> Result<Self, InvalidNodeName> {
        Self::check(name)?;
        let random = random_u64() >> 32;
        Ok(Self(format!("{name}{MARK}{random:08x}").into()))
    }

    /// Reads what [`NodeId::as_str`] gave.
    ///
    /// # Errors
    /// [`InvalidNodeName`] when it is none.
    pub fn parse(text: &str) -> Result<Self, InvalidNodeName> {
        let (name, random) = text.split_once(MARK).ok_or(InvalidNodeName)?;
        Self::check(name)?;
        if random.len() != 8 || !random.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidNodeName);
        }
        Ok(Self(text.into()))
    }

    fn check(name: &str) -> Result<(), InvalidNodeName> {
        let fits = !name.is_empty() && name.len() <= MAX_NODE_NAME_LEN;
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if fits && is_plain { Ok(()) } else { Err(InvalidNodeName) }
    }

    /// The whole id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The configured name, which the next start of the same node has too.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once(MARK).map_or(&self.0, |(name, _)| name)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Random bits; where the system has none left, what differs between calls at least.
pub(crate) fn random_u64() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    getrandom::u64().unwrap_or_else(|_| RandomState::new().hash_one(std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_start_is_somebody_else_under_the_same_name() {
        let (a, b) = (NodeId::starting("node-1").unwrap(), NodeId::starting("node-1").unwrap());
        assert_ne!(a, b);
        assert_eq!((a.name(), b.name()), ("node-1", "node-1"));
        assert_eq!(NodeId::parse(a.as_str()), Ok(a));
    }

    #[test]
    fn names_are_plain_and_short() {
        for bad in ["", "a b", "a~b", "a:b", "ü", &"x".repeat(65)] {
            assert_eq!(NodeId::starting(bad), Err(InvalidNodeName), "{bad:?}");
        }
        for bad in ["a", "a~", "a~1234567", "~12345678", "a~1234567x"] {
            assert_eq!(NodeId::parse(bad), Err(InvalidNodeName), "{bad:?}");
        }
    }
}
