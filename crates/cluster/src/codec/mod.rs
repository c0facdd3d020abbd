//! Frames as bytes: what nodes of different versions understand of each other.
//!
//! ```text
//! version  from        sent                kind     length of the body   body
//! u8       len, bytes  zigzag varint (ms)  varint   varint               fields, one behind the other
//! ```
//!
//! A node of a newer version may use kinds that are not known here: they are skipped. It may put fields behind those that
//! are known: they are not read. Anything else needs another version byte, which is skipped too. All numbers are varints
//! of at most ten bytes, texts and bytes have their length in front.

mod fields;
mod frame;
mod hints;

#[cfg(test)]
use frame::Heading;
pub(crate) use frame::{Answer, Beacon, Frame, Letter, Peek};

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Damaged {
    /// It ends before it should.
    #[error("the frame is cut off")]
    Short,
    /// There is more of it than it says.
    #[error("there are bytes behind the frame")]
    Long,
    /// A field holds what it must not.
    #[error("a field of the frame is not what it should be")]
    Field,
}

#[cfg(test)]
mod tests;
