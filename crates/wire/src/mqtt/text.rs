use std::fmt;

use bytes::Bytes;

/// Why a string cannot be an MQTT string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Ill-formed UTF-8, which includes encoded surrogates [MQTT-1.5.4-1].
    #[error("string is not well-formed UTF-8")]
    Utf8,
    /// The string contains U+0000 [MQTT-1.5.4-2].
    #[error("string contains U+0000")]
    Nul,
    /// The string has more than 65,535 bytes (1.5.4).
    #[error("string of {0} bytes does not fit its two-byte length")]
    TooLong(usize),
}

/// A UTF-8 string as MQTT carries it (1.5.4): at most 65,535 bytes and no U+0000.
///
/// A decoded text is a slice of the packet it came in: cloning it copies no characters, and what is kept for long is
/// better made anew, because it keeps the whole packet.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Bytes);

impl Text {
    /// Checks `value` and copies it.
    ///
    /// # Errors
    /// [`TextError::Nul`] and [`TextError::TooLong`].
    pub fn new(value: &str) -> Result<Self, TextError> {
        Self::from_bytes(Bytes::copy_from_slice(value.as_bytes()))
    }

    /// Checks `bytes` and takes them over without copying.
    ///
    /// # Errors
    /// Every [`TextError`].
    pub fn from_bytes(bytes: Bytes) -> Result<Self, TextError> {
        if bytes.len() > usize::from(u16::MAX) {
            return Err(TextError::TooLong(bytes.len()));
        }
        if memchr::memchr(0, &bytes).is_some() {
            return Err(TextError::Nul);
        }
        match std::str::from_utf8(&bytes) {
            Ok(_) => Ok(Self(bytes)),
            Err(_) => Err(TextError::Utf8),
        }
    }

    /// The string itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("every constructor checks that the bytes are UTF-8")
    }

    /// The string's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the string has no characters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
