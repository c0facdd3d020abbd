//! Numbers, texts and bytes.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use deskwire_model::{LogId, Payload, Seq, Timestamp, Topic, Uid};

use super::Damaged;

/// Puts fields one behind the other.
#[derive(Debug, Default)]
pub(super) struct Writer(BytesMut);

impl Writer {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(BytesMut::with_capacity(bytes))
    }

    pub(super) fn finish(self) -> Bytes {
        self.0.freeze()
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.put_u8(byte);
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.put_u8(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.put_u8(number.to_le_bytes()[0]);
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.put_slice(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(super) fn optional<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            put(self, value);
        }
    }

    pub(super) fn log(&mut self, log: LogId) {
        self.signed(log.0);
    }

    pub(super) fn seq(&mut self, seq: Seq) {
        self.number(seq.0);
    }

    pub(super) fn time(&mut self, time: Timestamp) {
        self.signed(time.0);
    }

    pub(super) fn payload(&mut self, payload: &Payload) {
        self.byte(match payload {
            Payload::Json(_) => 1,
            Payload::Protobuf(_) => 2,
        });
        self.bytes(payload.bytes());
    }
}

/// Takes fields one after the other; texts and bytes are parts of the frame, not copies.
#[derive(Debug)]
pub(super) struct Reader(Bytes);

impl Reader {
    pub(super) const fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        self.0.try_get_u8().map_err(|_| Damaged::Short)
    }

    pub(super) fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift == 63 && bits > 1 {
                return Err(Damaged::Field);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damaged::Field)
    }

    pub(super) fn signed(&mut self) -> Result<i64, Damaged> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(super) fn bytes(&mut self) -> Result<Bytes, Damaged> {
        let len = usize::try_from(self.number()?).map_err(|_| Damaged::Short)?;
        if len > self.0.len() {
            return Err(Damaged::Short);
        }
        Ok(self.0.split_to(len))
    }

    /// A text that `read` makes something of.
    pub(super) fn text<T, E>(&mut self, read: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Damaged> {
        let bytes = self.bytes()?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Damaged::Field)?;
        read(text).map_err(|_| Damaged::Field)
    }

    pub(super) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Damaged>,
    ) -> Result<Option<T>, Damaged> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(Damaged::Field),
        }
    }

    pub(super) fn log(&mut self) -> Result<LogId, Damaged> {
        self.signed().map(LogId)
    }

    pub(super) fn seq(&mut self) -> Result<Seq, Damaged> {
        self.number().map(Seq)
    }

    pub(super) fn time(&mut self) -> Result<Timestamp, Damaged> {
        self.signed().map(Timestamp)
    }

    pub(super) fn uid(&mut self) -> Result<Uid, Damaged> {
        self.text(Uid::new)
    }

    pub(super) fn topic(&mut self) -> Result<Topic, Damaged> {
        self.text(Topic::new)
    }

    pub(super) fn payload(&mut self) -> Result<Payload, Damaged> {
        match self.byte()? {
            1 => self.bytes().map(Payload::Json),
            2 => self.bytes().map(Payload::Protobuf),
            _ => Err(Damaged::Field),
        }
    }
}
