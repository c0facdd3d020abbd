use super::{
    CloseCode, Opcode, head,
    head::{MASKED, MAX_CONTROL},
    mask::Mask,
};

/// Bytes of a head whose payload has 126 to 65 535 bytes, as most of ours have.
const USUAL_HEAD: usize = 4;
/// Longest reason of a close frame: a control payload without the status code.
const MAX_REASON: usize = MAX_CONTROL - 2;

/// Appends a server's frame with `payload`.
pub fn put_frame(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    put_parts(out, opcode, &[payload]);
}

/// Appends a server's frame whose payload is what `write` appends.
///
/// The payload stays where it was written if it has 126 to 65 535 bytes; a shorter or longer one moves by a few bytes
/// to make its head fit.
///
/// # Panics
///
/// If `write` takes bytes away that it did not append.
pub fn put_frame_with(out: &mut Vec<u8>, opcode: Opcode, write: impl FnOnce(&mut Vec<u8>)) {
    let frame = OpenFrame::begin(out);
    write(out);
    frame.end(out, opcode);
}

/// A server's frame whose payload is being appended. Without [`OpenFrame::end`] it is no frame.
#[derive(Debug)]
#[must_use]
pub struct OpenFrame {
    start: usize,
}

impl OpenFrame {
    /// Leaves room for the head at the end of `out`; whatever is appended from now on is the payload.
    pub fn begin(out: &mut Vec<u8>) -> Self {
        let start = out.len();
        out.resize(start + USUAL_HEAD, 0);
        Self { start }
    }

    /// Completes the frame; see [`put_frame_with`].
    ///
    /// # Panics
    ///
    /// If `out` has become shorter than it was.
    pub fn end(self, out: &mut Vec<u8>, opcode: Opcode) {
        let payload_start = self.start + USUAL_HEAD;
        assert!(out.len() >= payload_start, "the payload is appended to what was there");
        let head = head(opcode, out.len() - payload_start);
        out.splice(self.start..payload_start, head.as_ref().iter().copied());
    }
}

/// Appends a server's close frame. A `reason` above 123 bytes is cut before a character.
pub fn put_close(out: &mut Vec<u8>, code: CloseCode, reason: &str) {
    put_parts(out, Opcode::Close, &[&code.get().to_be_bytes(), fitting_reason(reason)]);
}

/// Appends a client's frame with `payload` under the masking key `mask`, which has to be unpredictable (RFC 6455 §5.3).
pub fn put_masked_frame(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8], mask: [u8; 4]) {
    put_masked_parts(out, opcode, &[payload], mask);
}

/// Appends a client's close frame, see [`put_close`] and [`put_masked_frame`].
pub fn put_masked_close(out: &mut Vec<u8>, code: CloseCode, reason: &str, mask: [u8; 4]) {
    put_masked_parts(out, Opcode::Close, &[&code.get().to_be_bytes(), fitting_reason(reason)], mask);
}

fn put_parts(out: &mut Vec<u8>, opcode: Opcode, payload: &[&[u8]]) {
    let head = head(opcode, payload.iter().map(|part| part.len()).sum());
    out.extend_from_slice(head.as_ref());
    for part in payload {
        out.extend_from_slice(part);
    }
}

fn put_masked_parts(out: &mut Vec<u8>, opcode: Opcode, payload: &[&[u8]], mask: [u8; 4]) {
    let start = out.len();
    let head = head(opcode, payload.iter().map(|part| part.len()).sum());
    out.extend_from_slice(head.as_ref());
    out[start + 1] |= MASKED;
    out.extend_from_slice(&mask);
    let payload_start = out.len();
    for part in payload {
        out.extend_from_slice(part);
    }
    Mask::new(mask).apply(&mut out[payload_start..]);
}

fn fitting_reason(reason: &str) -> &[u8] {
    &reason.as_bytes()[..reason.floor_char_boundary(MAX_REASON)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_examples_of_the_rfc() {
        let mut out = Vec::new();
        put_frame(&mut out, Opcode::Text, b"Hello");
        assert_eq!(out, b"\x81\x05Hello");

        out.clear();
        put_masked_frame(&mut out, Opcode::Text, b"Hello", [0x37, 0xfa, 0x21, 0x3d]);
        assert_eq!(out, b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    }

    #[test]
    fn a_frame_written_in_place_equals_a_copied_one() {
        for len in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let payload: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let mut copied = b"before".to_vec();
            put_frame(&mut copied, Opcode::Binary, &payload);
            let mut in_place = b"before".to_vec();
            put_frame_with(&mut in_place, Opcode::Binary, |out| {
                out.extend_from_slice(&payload);
            });
            assert!(copied == in_place, "{len} bytes");
        }
    }

    #[test]
    fn a_long_reason_is_cut_before_a_character() {
        let cases = [
            ("", 0),
            ("bye", 3),
            (&"x".repeat(200), 123),
            // 123 = 3 * 41, 122 + 2 > 123, 120 + 4 > 123
            (&"€".repeat(50), 123),
            (&"é".repeat(100), 122),
            (&"🦀".repeat(40), 120),
        ];
        for (reason, kept) in cases {
            let mut out = Vec::new();
            put_close(&mut out, CloseCode::GOING_AWAY, reason);
            let mut expected = vec![0x88, kept as u8 + 2, 0x03, 0xe9];
            expected.extend_from_slice(&reason.as_bytes()[..kept]);
            assert_eq!(out, expected);
        }
    }
}
