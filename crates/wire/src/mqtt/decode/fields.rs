use bytes::{Buf, Bytes};

use super::DecodeError;
use crate::mqtt::{PacketId, QoS, Text};

/// Reads the fields of one packet's body (MQTT 3.1.1, 1.5), front to back.
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

    /// A byte string behind its two-byte length.
    pub(super) fn binary(&mut self) -> Result<Bytes, DecodeError> {
        let length = usize::from(self.integer()?);
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

    pub(super) fn qos(&mut self) -> Result<QoS, DecodeError> {
        let byte = self.byte()?;
        QoS::from_byte(byte).ok_or(DecodeError::QoS(byte))
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
