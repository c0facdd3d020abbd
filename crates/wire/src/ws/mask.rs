/// The masking key of one frame, turned so that its first byte is for the next payload byte (RFC 6455 §5.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Mask([u8; 4]);

impl Mask {
    pub(super) const fn new(key: [u8; 4]) -> Self {
        Self(key)
    }

    /// Masks or unmasks the next `payload` bytes of the frame in place.
    pub(super) fn apply(&mut self, payload: &mut [u8]) {
        let [a, b, c, d] = self.0;
        let key = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
        let (words, tail) = payload.as_chunks_mut::<8>();
        for word in words {
            *word = (u64::from_ne_bytes(*word) ^ key).to_ne_bytes();
        }
        for (byte, key) in tail.iter_mut().zip(self.0.iter().cycle()) {
            *byte ^= key;
        }
        self.0 = u32::from_be_bytes(self.0).rotate_left((payload.len() % 4 * 8) as u32).to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unmasks_the_example_of_the_rfc() {
        let mut payload = [0x7f, 0x9f, 0x4d, 0x51, 0x58];
        Mask::new([0x37, 0xfa, 0x21, 0x3d]).apply(&mut payload);
        assert_eq!(&payload, b"Hello");
    }

    #[test]
    fn goes_on_where_the_last_piece_ended() {
        let key = [0x12, 0x34, 0x56, 0x78];
        let plain: Vec<u8> = (0..61).collect();
        let expected: Vec<u8> = plain.iter().enumerate().map(|(i, byte)| byte ^ key[i % 4]).collect();
        for first in 0..=plain.len() {
            let mut masked = plain.clone();
            let mut mask = Mask::new(key);
            let (head, tail) = masked.split_at_mut(first);
            mask.apply(head);
            mask.apply(tail);
            assert_eq!(masked, expected, "split at {first}");
        }
    }
}
