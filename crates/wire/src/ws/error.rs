use super::CloseCode;

/// Why the peer's bytes are not WebSocket. The connection is over: what remains is to send a close frame with
/// [`close_code`](Self::close_code) (RFC 6455 §7.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// RSV1, RSV2 or RSV3 is set although no extension was negotiated (RFC 6455 §5.2).
    #[error("reserved bits set without an extension")]
    ReservedBits,
    /// An opcode without a meaning (RFC 6455 §5.2).
    #[error("reserved opcode {0:#x}")]
    ReservedOpcode(u8),
    /// A client's frame without a mask (RFC 6455 §5.1).
    #[error("client frame is not masked")]
    NotMasked,
    /// A server's frame with a mask (RFC 6455 §5.1).
    #[error("server frame is masked")]
    Masked,
    /// A control frame that is not final (RFC 6455 §5.5).
    #[error("control frame is fragmented")]
    ControlFragmented,
    /// A control frame with more than 125 bytes (RFC 6455 §5.5).
    #[error("control frame is longer than 125 bytes")]
    ControlTooLong,
    /// A length above 2^63 - 1 or not in its shortest form (RFC 6455 §5.2).
    #[error("payload length is not in its shortest form")]
    LengthEncoding,
    /// A continuation frame without a message to continue (RFC 6455 §5.4).
    #[error("continuation frame outside of a message")]
    NothingToContinue,
    /// A new message inside a fragmented one (RFC 6455 §5.4).
    #[error("new message before the end of the last one")]
    MessageUnfinished,
    /// A message with more bytes than [`Limits::max_message`](super::Limits::max_message).
    #[error("message is longer than {limit} bytes")]
    MessageTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// A text message that is not UTF-8 (RFC 6455 §8.1).
    #[error("text is not valid utf-8")]
    TextNotUtf8,
    /// A close frame with one byte, half a status code (RFC 6455 §5.5.1).
    #[error("close frame holds half a status code")]
    CloseCodeCut,
    /// A status code that must not be sent (RFC 6455 §7.4).
    #[error("close code {0} must not be sent")]
    CloseCodeInvalid(u16),
    /// A close reason that is not UTF-8 (RFC 6455 §5.5.1, §8.1).
    #[error("close reason is not valid utf-8")]
    CloseReasonNotUtf8,
}

impl Error {
    /// The status code of the close frame that answers this error.
    #[must_use]
    pub const fn close_code(self) -> CloseCode {
        match self {
            Self::TextNotUtf8 | Self::CloseReasonNotUtf8 => CloseCode::INVALID_DATA,
            Self::MessageTooLong { .. } => CloseCode::MESSAGE_TOO_BIG,
            Self::ReservedBits
            | Self::ReservedOpcode(_)
            | Self::NotMasked
            | Self::Masked
            | Self::ControlFragmented
            | Self::ControlTooLong
            | Self::LengthEncoding
            | Self::NothingToContinue
            | Self::MessageUnfinished
            | Self::CloseCodeCut
            | Self::CloseCodeInvalid(_) => CloseCode::PROTOCOL_ERROR,
        }
    }
}
