use smallvec::SmallVec;

use super::CloseFrame;

/// What a message says about its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// UTF-8, checked by the decoder.
    Text,
    /// Any bytes.
    Binary,
}

/// What a [`Decoder`](super::Decoder) found in its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The next chunk of the current message. Chunks are cut where frames or reads end: inside a character of a text
    /// as well.
    Data {
        /// The kind of the whole message.
        kind: MessageKind,
        /// The unmasked bytes; empty only if `end`.
        payload: &'a [u8],
        /// The message is complete with this chunk.
        end: bool,
    },
    /// A ping, to be answered with [`Opcode::Pong`](super::Opcode::Pong) and the same payload (RFC 6455 §5.5.2).
    Ping(Control),
    /// A pong, asked for or not (RFC 6455 §5.5.3).
    Pong(Control),
    /// The peer's last frame; `None` without a status code. To be answered with a close frame unless we sent one
    /// already (RFC 6455 §5.5.1).
    Close(Option<CloseFrame>),
}

/// Payload bytes that need no heap memory in a [`Control`]: enough for a counter or a time.
const INLINE: usize = 16;

/// The payload of a ping or pong, at most 125 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Control(SmallVec<[u8; INLINE]>);

impl Control {
    /// Adds payload bytes; the frame head has bounded them.
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

impl AsRef<[u8]> for Control {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
