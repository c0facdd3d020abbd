use bytes::{Buf, Bytes};

use super::DecodeError;
use crate::mqtt::{PacketId, Text};

/// Reads the fields of one packet's body (MQTT 5.0, 1.5), front to back.
pub(super) struct Fields {
    rest: Bytes,
}

impl Fields {
    pub(super) const fn new(body: Bytes) -> Self {
        Self { rest: body }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> Result<u8, DecodeError> {
        self.rest.try_get_u8().map_err(|_| DecodeError::Truncated)
    }

    pub(super) fn integer(&mut self) -> Result<u16, DecodeError> {
        self.rest.try_get_u16().map_err(|_| DecodeError::Truncated)
    }

    pub(super) fn long_integer(&mut self) -> Result<u32, DecodeError> {
        self.rest.try_get_u32().map_err(|_| DecodeError::Truncated)
    }

    /// An integer of one to four bytes, in as few as it takes [MQTT-1.5.5-1].
    pub(super) fn variable_integer(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                let padded = byte == 0 && shift != 0;
                return if padded { Err(DecodeError::PaddedInteger) } else { Ok(value) };
            }
        }
        Err(DecodeError::VariableInteger)
    }

    /// A byte string behind its two-byte length.
    pub(super) fn binary(&mut self) -> Result<Bytes, DecodeError> {
        let length = usize::from(self.integer()?);
        self.bytes(length)
    }

    /// The next `length` bytes.
    pub(super) fn bytes(&mut self, length: usize) -> Result<Bytes, DecodeError> {
        if self.rest.len() < length {
            return Err(DecodeError::Truncated);
        }
        Ok(self.rest.split_to(length))
    }

    pub(super) fn text(&mut self) -> Result<Text, DecodeError> {
        Ok(Text::from_bytes(self.binary()?)?)
    }

    pub(super) fn packet_id(&mut self) -> Result<PacketId, DecodeError> {
        PacketId::new(self.integer()?).ok_or(DecodeError::ZeroPacketId)
    }

    /// Everything that is left.
    pub(super) fn remainder(self) -> Bytes {
        self.rest
    }

    /// Confirms that nothing is left.
    pub(super) fn finish(self) -> Result<(), DecodeError> {
        if self.is_empty() { Ok(()) } else { Err(DecodeError::TrailingBytes) }
    }
}
