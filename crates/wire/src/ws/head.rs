//! The two to fourteen bytes in front of a payload (RFC 6455 §5.2), in both directions.

use super::{Error, MessageKind, Role};

const FIN: u8 = 0x80;
const RESERVED_BITS: u8 = 0x70;
const OPCODE_BITS: u8 = 0x0f;
/// The bit of the second byte that announces a masking key.
pub(super) const MASKED: u8 = 0x80;
/// Longest payload whose length fits the second byte; also the longest payload of a control frame.
pub(super) const MAX_CONTROL: usize = 125;
/// Values of the length bits that announce a length of two or eight bytes.
const TWO_BYTE_LENGTH: u8 = 126;
const EIGHT_BYTE_LENGTH: u8 = 127;
/// Longest head without a masking key.
const MAX_HEAD: usize = 10;
/// Longest head with a masking key.
pub(super) const MAX_MASKED_HEAD: usize = MAX_HEAD + 4;

/// The frames we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// A whole text message.
    Text = 0x1,
    /// A whole binary message.
    Binary = 0x2,
    /// The last frame.
    Close = 0x8,
    /// Asks for a pong.
    Ping = 0x9,
    /// Answers a ping.
    Pong = 0xa,
}

impl Opcode {
    /// Whether the payload is limited to 125 bytes (RFC 6455 §5.5).
    const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

impl From<MessageKind> for Opcode {
    fn from(kind: MessageKind) -> Self {
        match kind {
            MessageKind::Text => Self::Text,
            MessageKind::Binary => Self::Binary,
        }
    }
}

/// The head of an unmasked final frame: 2, 4 or 10 bytes, see [`head`].
#[derive(Clone, Copy, Debug)]
pub struct FrameHead {
    bytes: [u8; MAX_HEAD],
    len: u8,
}

impl AsRef<[u8]> for FrameHead {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// The head of a server's frame whose payload has `payload_len` bytes.
///
/// A control frame with more than 125 bytes would be illegal; no payload that came from a peer as a control frame and no
/// close frame made here is that long.
#[must_use]
pub fn head(opcode: Opcode, payload_len: usize) -> FrameHead {
    debug_assert!(!opcode.is_control() || payload_len <= MAX_CONTROL, "{opcode:?} frame of {payload_len} bytes");
    let mut bytes = [0; MAX_HEAD];
    bytes[0] = FIN | opcode as u8;
    let len = match payload_len {
        0..=MAX_CONTROL => {
            bytes[1] = payload_len as u8;
            2
        }
        126..=0xffff => {
            bytes[1] = TWO_BYTE_LENGTH;
            bytes[2..4].copy_from_slice(&(payload_len as u16).to_be_bytes());
            4
        }
        _ => {
            bytes[1] = EIGHT_BYTE_LENGTH;
            bytes[2..].copy_from_slice(&(payload_len as u64).to_be_bytes());
            10
        }
    };
    FrameHead { bytes, len }
}

/// What a frame we received is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    Start(MessageKind),
    Continuation,
    Control(ControlKind),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ControlKind {
    Close,
    Ping,
    Pong,
}

impl FrameKind {
    const fn from_opcode(opcode: u8) -> Result<Self, Error> {
        match opcode {
            0x0 => Ok(Self::Continuation),
            0x1 => Ok(Self::Start(MessageKind::Text)),
            0x2 => Ok(Self::Start(MessageKind::Binary)),
            0x8 => Ok(Self::Control(ControlKind::Close)),
            0x9 => Ok(Self::Control(ControlKind::Ping)),
            0xa => Ok(Self::Control(ControlKind::Pong)),
            reserved => Err(Error::ReservedOpcode(reserved)),
        }
    }
}

/// The head of a frame we received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReceivedHead {
    pub(super) kind: FrameKind,
    /// Last frame of its message.
    pub(super) last: bool,
    pub(super) payload_len: u64,
    pub(super) mask: Option<[u8; 4]>,
}

impl ReceivedHead {
    /// Reads the head at the start of `bytes`, with its length in bytes; `None` while it is unfinished, which 14 bytes
    /// never are. Everything that can be refused is refused as soon as its bytes are there, in their order: so the
    /// error does not depend on how much of the stream is in `bytes`.
    pub(super) fn parse(bytes: &[u8], role: Role) -> Result<Option<(Self, usize)>, Error> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        if first & RESERVED_BITS != 0 {
            return Err(Error::ReservedBits);
        }
        let kind = FrameKind::from_opcode(first & OPCODE_BITS)?;
        let last = first & FIN != 0;
        match (role, second & MASKED != 0) {
            (Role::Server, true) | (Role::Client, false) => {}
            (Role::Server, false) => return Err(Error::NotMasked),
            (Role::Client, true) => return Err(Error::Masked),
        }
        let short_len = second & !MASKED;
        if matches!(kind, FrameKind::Control(_)) {
            if !last {
                return Err(Error::ControlFragmented);
            }
            if usize::from(short_len) > MAX_CONTROL {
                return Err(Error::ControlTooLong);
            }
        }
        let Some((payload_len, rest)) = parse_length(short_len, rest)? else {
            return Ok(None);
        };
        let (mask, rest) = match role {
            Role::Client => (None, rest),
            Role::Server => match rest.split_first_chunk() {
                Some((key, rest)) => (Some(*key), rest),
                None => return Ok(None),
            },
        };
        Ok(Some((Self { kind, last, payload_len, mask }, bytes.len() - rest.len())))
    }
}

/// Reads the payload length that `short_len` stands for or announces, and what follows it.
fn parse_length(short_len: u8, rest: &[u8]) -> Result<Option<(u64, &[u8])>, Error> {
    let (len, allowed, rest) = match short_len {
        TWO_BYTE_LENGTH => match rest.split_first_chunk() {
            Some((len, rest)) => (u64::from(u16::from_be_bytes(*len)), 126..=0xffff, rest),
            None => return Ok(None),
        },
        EIGHT_BYTE_LENGTH => match rest.split_first_chunk() {
            Some((len, rest)) => (u64::from_be_bytes(*len), 0x1_0000..=u64::MAX >> 1, rest),
            None => return Ok(None),
        },
        len => (u64::from(len), 0..=125, rest),
    };
    if allowed.contains(&len) { Ok(Some((len, rest))) } else { Err(Error::LengthEncoding) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_shortest_length_form() {
        let cases: [(usize, &[u8]); 6] = [
            (0, b"\x82\x00"),
            (125, b"\x82\x7d"),
            (126, b"\x82\x7e\x00\x7e"),
            (256, b"\x82\x7e\x01\x00"),
            (65_535, b"\x82\x7e\xff\xff"),
            (65_536, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
        ];
        for (len, bytes) in cases {
            let written = head(Opcode::Binary, len);
            assert_eq!(written.as_ref(), bytes, "{len}");
            let read = ReceivedHead {
                kind: FrameKind::Start(MessageKind::Binary),
                last: true,
                payload_len: len as u64,
                mask: None,
            };
            assert_eq!(ReceivedHead::parse(bytes, Role::Client), Ok(Some((read, bytes.len()))));
        }
    }

    #[test]
    fn fourteen_bytes_are_always_enough() {
        let mut bytes = [0xff; MAX_MASKED_HEAD];
        for first in 0..=u8::MAX {
            for second in 0..=u8::MAX {
                bytes[..2].copy_from_slice(&[first, second]);
                for role in [Role::Server, Role::Client] {
                    assert_ne!(ReceivedHead::parse(&bytes, role), Ok(None));
                }
            }
        }
    }
}
