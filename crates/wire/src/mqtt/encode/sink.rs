use super::EncodeError;
use crate::mqtt::{PropertyId, UserProperties};

/// Takes the fields of a body (MQTT 5.0, 1.5), twice for each packet: once to [`Measure`] it, once to write it.
pub(super) trait Sink {
    fn bytes(&mut self, bytes: &[u8]);

    fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    fn integer(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    /// A string or binary data behind its two-byte length; what is too long has been refused when it was measured.
    fn field(&mut self, field: &[u8]) {
        self.integer(field.len() as u16);
        self.bytes(field);
    }

    fn variable_integer(&mut self, mut value: usize) {
        while value > 0x7F {
            self.byte(0x80 | (value & 0x7F) as u8);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    /// Properties behind their length.
    fn properties(&mut self, properties: &impl Encode) {
        let mut measure = Measure::default();
        properties.put(&mut measure);
        self.variable_integer(measure.length);
        properties.put(self);
    }

    fn byte_property(&mut self, id: PropertyId, value: Option<u8>) {
        if let Some(value) = value {
            self.bytes(&[id as u8, value]);
        }
    }

    fn integer_property(&mut self, id: PropertyId, value: Option<u16>) {
        if let Some(value) = value {
            self.byte(id as u8);
            self.integer(value);
        }
    }

    fn long_property(&mut self, id: PropertyId, value: Option<u32>) {
        if let Some(value) = value {
            self.byte(id as u8);
            self.bytes(&value.to_be_bytes());
        }
    }

    fn field_property(&mut self, id: PropertyId, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.byte(id as u8);
            self.field(value);
        }
    }

    fn user_properties(&mut self, user: &UserProperties) {
        for (name, value) in user {
            self.byte(PropertyId::UserProperty as u8);
            self.field(name.as_bytes());
            self.field(value.as_bytes());
        }
    }
}

/// What a sink can take.
pub(super) trait Encode {
    fn put(&self, sink: &mut (impl Sink + ?Sized));
}

impl Sink for Vec<u8> {
    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Counts the bytes of a body.
#[derive(Default)]
pub(super) struct Measure {
    length: usize,
    /// The length of a field that does not fit.
    too_long: Option<usize>,
}

impl Measure {
    pub(super) fn finish(self) -> Result<usize, EncodeError> {
        match self.too_long {
            Some(length) => Err(EncodeError::FieldTooLong(length)),
            None => Ok(self.length),
        }
    }
}

impl Sink for Measure {
    fn bytes(&mut self, bytes: &[u8]) {
        self.length += bytes.len();
    }

    fn field(&mut self, field: &[u8]) {
        self.length += 2 + field.len();
        if u16::try_from(field.len()).is_err() {
            self.too_long = Some(field.len());
        }
    }
}
