use thiserror::Error;

/// Why the bytes from the other end are not STOMP, or more of it than allowed.
///
/// The stream cannot be read any further: framing is lost. A server answers ERROR with this text and closes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The frame, from its command to its NUL, is longer than [`Limits::max_frame`](super::Limits::max_frame).
    #[error("frame is longer than {limit} bytes")]
    FrameTooLarge {
        /// Octets allowed.
        limit: u32,
    },
    /// A header line is longer than [`Limits::max_header_line`](super::Limits::max_header_line).
    #[error("header line is longer than {limit} bytes")]
    HeaderLineTooLong {
        /// Octets allowed.
        limit: u32,
    },
    /// More header lines than [`Limits::max_headers`](super::Limits::max_headers).
    #[error("frame has more than {limit} headers")]
    TooManyHeaders {
        /// Lines allowed.
        limit: u32,
    },
    /// The first line of a frame names no command.
    #[error("unknown command")]
    UnknownCommand,
    /// A NUL before the empty line that ends the headers.
    #[error("frame ends before the empty line behind its headers")]
    NulInHead,
    /// A header line without a colon, or with nothing before it.
    #[error("header line is not a name, a colon and a value")]
    MalformedHeader,
    /// A backslash with a character behind it that 1.1 and 1.2 do not define (STOMP 1.2, "Value Encoding").
    #[error("undefined escape sequence in a header")]
    UndefinedEscape,
    /// Command or headers are not UTF-8.
    #[error("headers are not valid utf-8")]
    InvalidUtf8,
    /// A body on a frame that must not have one.
    #[error("{command} frame must not have a body")]
    UnexpectedBody {
        /// The frame's command.
        command: super::Command,
    },
    /// No NUL behind the number of octets that `content-length` announced.
    #[error("no NUL behind the body that content-length announced")]
    MissingNul,
}
