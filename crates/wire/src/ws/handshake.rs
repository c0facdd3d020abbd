use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use sha1::{Digest as _, Sha1};

/// What a server appends to the client's key (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const NONCE_LEN: usize = 16;
/// Base64 groups of a nonce times the three bytes each may stand for.
const DECODED_ROOM: usize = NONCE_LEN.div_ceil(3) * 3;

/// The bits behind the last byte are nobody's business: the key is only echoed, and clients make it up as they like.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// Whether `key` can be a client's `Sec-WebSocket-Key`: 16 bytes in base64 (RFC 6455 §4.2.1).
#[must_use]
pub fn is_client_key(key: &str) -> bool {
    LENIENT.decode_slice(key, &mut [0; DECODED_ROOM]) == Ok(NONCE_LEN)
}

/// The `Sec-WebSocket-Accept` that answers a client's `Sec-WebSocket-Key` (RFC 6455 §4.2.2).
#[must_use]
pub fn accept_key(sec_websocket_key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(sec_websocket_key).chain_update(GUID).finalize())
}

/// The `Sec-WebSocket-Key` for a random `nonce` (RFC 6455 §4.1).
#[must_use]
pub fn client_key(nonce: [u8; NONCE_LEN]) -> String {
    STANDARD.encode(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_the_example_of_the_rfc() {
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(client_key(*b"the sample nonce"), "dGhlIHNhbXBsZSBub25jZQ==");
    }

    #[test]
    fn a_key_is_sixteen_bytes_of_base64() {
        let cases = [
            ("dGhlIHNhbXBsZSBub25jZQ==", true),
            ("AAAAAAAAAAAAAAAAAAAAAA==", true),
            ("AAAAAAAAAAAAAAAAAAAAAB==", true),
            ("", false),
            ("dGhlIHNhbXBsZSBub25jZQ", false),
            ("dGhlIHNhbXBsZSBub25j", false),
            ("dGhlIHNhbXBsZSBub25jZXM=", false),
            ("dGhlIHNhbXBsZSBub25jZXNz", false),
            ("dGhlIHNhbXBsZSBub25jZXNzYWdlcw==", false),
            (" dGhlIHNhbXBsZSBub25jZQ==", false),
            ("dGhlIHNhbXBs_SBub25jZQ==", false),
        ];
        for (key, expected) in cases {
            assert_eq!(is_client_key(key), expected, "{key:?}");
        }
    }
}
