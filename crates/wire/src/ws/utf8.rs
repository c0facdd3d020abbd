use super::Error;

/// Checks that the chunks of one text message are UTF-8 when put together (RFC 6455 §8.1), and says so at the first
/// byte that no continuation can repair.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Utf8Validator {
    /// The first bytes of a character that the end of the last chunk has cut, and then its next ones.
    cut: [u8; 4],
    cut_len: u8,
}

impl Utf8Validator {
    /// Checks the next chunk.
    pub(super) fn push(&mut self, mut chunk: &[u8]) -> Result<(), Error> {
        while self.cut_len > 0 {
            let Some((&byte, rest)) = chunk.split_first() else {
                return Ok(());
            };
            chunk = rest;
            self.complete_cut(byte)?;
        }
        if let Err(error) = std::str::from_utf8(chunk) {
            if error.error_len().is_some() {
                return Err(Error::TextNotUtf8);
            }
            for &byte in &chunk[error.valid_up_to()..] {
                self.cut[usize::from(self.cut_len)] = byte;
                self.cut_len += 1;
            }
        }
        Ok(())
    }

    /// Checks that the message does not end inside a character.
    pub(super) fn finish(self) -> Result<(), Error> {
        if self.cut_len == 0 { Ok(()) } else { Err(Error::TextNotUtf8) }
    }

    /// Adds one byte to the cut character. Four bytes are never an unfinished character, so `cut` has room.
    fn complete_cut(&mut self, byte: u8) -> Result<(), Error> {
        self.cut[usize::from(self.cut_len)] = byte;
        self.cut_len += 1;
        match std::str::from_utf8(&self.cut[..usize::from(self.cut_len)]) {
            Ok(_) => self.cut_len = 0,
            Err(error) if error.error_len().is_none() => {}
            Err(_) => return Err(Error::TextNotUtf8),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn validate<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<(), Error> {
        let mut validator = Utf8Validator::default();
        for chunk in chunks {
            validator.push(chunk)?;
        }
        validator.finish()
    }

    #[test]
    fn fails_at_the_first_byte_that_cannot_be_repaired() {
        // A surrogate, an overlong form, a value above U+10FFFF, a lone continuation byte, an unfinished character.
        let cases: [(&[u8], usize); 7] = [
            (b"\xed\xa0\x80", 2),
            (b"\xc0\x80", 1),
            (b"\xe0\x80\x80", 2),
            (b"\xf4\x90\x80\x80", 2),
            (b"\xf5\x80\x80\x80", 1),
            (b"a\x80", 2),
            (b"\xe2\x82x", 3),
        ];
        for (bytes, fatal) in cases {
            let mut validator = Utf8Validator::default();
            for (i, byte) in bytes.iter().enumerate() {
                let expected = if i + 1 == fatal { Err(Error::TextNotUtf8) } else { Ok(()) };
                assert_eq!(validator.push(&[*byte]), expected, "byte {i} of {bytes:?}");
                if expected.is_err() {
                    break;
                }
            }
            assert_eq!(validate([&bytes[..fatal]]), Err(Error::TextNotUtf8), "{bytes:?} whole");
        }
    }

    #[test]
    fn a_text_must_not_end_inside_a_character() {
        for end in 1..4 {
            assert_eq!(validate([&"🦀".as_bytes()[..end]]), Err(Error::TextNotUtf8), "{end} bytes");
        }
        assert_eq!(validate(["🦀".as_bytes()]), Ok(()));
    }

    /// Bytes that are close to UTF-8: pieces of text with some bytes thrown in.
    fn nearly_utf8() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => ".{0,6}".prop_map(String::into_bytes),
            1 => prop::collection::vec(any::<u8>(), 0..3),
        ];
        prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(bytes in nearly_utf8(), size in 1..8_usize) {
            let valid = std::str::from_utf8(&bytes).is_ok();
            prop_assert_eq!(validate(bytes.chunks(size)).is_ok(), valid);
        }
    }
}
