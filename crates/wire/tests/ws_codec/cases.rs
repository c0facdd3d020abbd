use deskwire_wire::ws::{CloseCode, CloseFrame, Error, Role};

use crate::transcript::{Said, Transcript, binary, decode, decode_in_pieces, text};

const LIMIT: usize = 300;

/// A masked frame, byte by byte, with no rule applied.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let key = [0x37, 0xfa, 0x21, 0x3d];
    let len = u8::try_from(payload.len()).expect("a short payload");
    assert!(len < 126);
    let mut frame = vec![first, 0x80 | len];
    frame.extend(key);
    frame.extend(payload.iter().enumerate().map(|(i, byte)| byte ^ key[i % 4]));
    frame
}

fn check(role: Role, name: &str, stream: &[u8], expected: &Transcript) {
    assert_eq!(&decode(role, LIMIT, stream), expected, "{name}");
    assert_eq!(&decode_in_pieces(role, LIMIT, stream, &[1]), expected, "{name}, byte by byte");
}

fn close(code: u16, reason: &str) -> Said {
    Said::Close(Some(CloseFrame {
        code: CloseCode::new(code).expect("a code that may be sent"),
        reason: reason.into(),
    }))
}

/// RFC 6455 §5.7.
#[test]
fn examples_of_the_rfc() {
    let long = [b"\x82\x7e\x01\x00".as_slice(), &[7; 256]].concat();
    let cases: [(&str, &[u8], Vec<Said>); 5] = [
        ("unmasked text", b"\x81\x05\x48\x65\x6c\x6c\x6f", vec![text("Hello")]),
        ("fragmented text", b"\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f", vec![text("Hello")]),
        ("ping", b"\x89\x05\x48\x65\x6c\x6c\x6f", vec![Said::Ping(b"Hello".into())]),
        ("pong", b"\x8a\x05\x48\x65\x6c\x6c\x6f", vec![Said::Pong(b"Hello".into())]),
        ("256 bytes", &long, vec![binary(&[7; 256])]),
    ];
    for (name, stream, said) in cases {
        check(Role::Client, name, stream, &Transcript::of(said));
    }
    let stream = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    check(Role::Server, "masked text", stream, &Transcript::of([text("Hello")]));
}

#[test]
fn what_clients_may_send() {
    let euro = "€".as_bytes();
    let cases = [
        ("empty text", vec![masked(0x81, b"")], vec![text("")]),
        ("two messages", vec![masked(0x81, b"a"), masked(0x82, b"\xff")], vec![text("a"), binary(b"\xff")]),
        (
            "a character cut by fragments",
            vec![masked(0x01, &euro[..1]), masked(0x00, &euro[1..2]), masked(0x80, &euro[2..])],
            vec![text("€")],
        ),
        ("empty fragments", vec![masked(0x02, b""), masked(0x00, b""), masked(0x80, b"")], vec![binary(b"")]),
        ("empty last fragment", vec![masked(0x01, b"a"), masked(0x80, b"")], vec![text("a")]),
        (
            "control frames between fragments",
            vec![masked(0x01, b"a"), masked(0x89, b""), masked(0x8a, &[1; 125]), masked(0x80, b"b")],
            vec![Said::Ping(vec![]), Said::Pong(vec![1; 125]), text("ab")],
        ),
        (
            "control frames inside a character",
            vec![masked(0x01, &euro[..1]), masked(0x89, b"p"), masked(0x80, &euro[1..])],
            vec![Said::Ping(b"p".into()), text("€")],
        ),
        ("close without a code", vec![masked(0x88, b"")], vec![Said::Close(None)]),
        ("close with a reason", vec![masked(0x88, b"\x03\xe8bye")], vec![close(1000, "bye")]),
        (
            "rubbish behind a close",
            vec![masked(0x88, b"\x0f\xa1"), b"\xff\xff\xff".to_vec(), masked(0x81, b"late")],
            vec![close(4001, "")],
        ),
    ];
    for (name, frames, said) in cases {
        check(Role::Server, name, &frames.concat(), &Transcript::of(said));
    }
}

#[test]
fn what_clients_may_not_send() {
    let too_long = Error::MessageTooLong { limit: LIMIT };
    let cases = [
        ("rsv1", vec![masked(0xc1, b"a")], Error::ReservedBits),
        ("rsv2", vec![masked(0xa1, b"a")], Error::ReservedBits),
        ("rsv3 on a continuation", vec![masked(0x01, b"a"), masked(0x90, b"")], Error::ReservedBits),
        ("data opcode 3", vec![masked(0x83, b"")], Error::ReservedOpcode(3)),
        ("data opcode 7", vec![masked(0x87, b"")], Error::ReservedOpcode(7)),
        ("control opcode 11", vec![masked(0x8b, b"")], Error::ReservedOpcode(11)),
        ("control opcode 15", vec![masked(0x8f, b"")], Error::ReservedOpcode(15)),
        ("no mask", vec![b"\x81\x01a".to_vec()], Error::NotMasked),
        ("fragmented ping", vec![masked(0x09, b"")], Error::ControlFragmented),
        ("fragmented close", vec![masked(0x08, b"")], Error::ControlFragmented),
        ("ping of 126 bytes", vec![b"\x89\xfe".to_vec()], Error::ControlTooLong),
        ("close with a 64-bit length", vec![b"\x88\xff".to_vec()], Error::ControlTooLong),
        ("125 as 16 bits", vec![b"\x82\xfe\x00\x7d".to_vec()], Error::LengthEncoding),
        ("65535 as 64 bits", vec![b"\x82\xff\0\0\0\0\0\0\xff\xff".to_vec()], Error::LengthEncoding),
        ("2^63", vec![b"\x82\xff\x80\0\0\0\0\0\0\0".to_vec()], Error::LengthEncoding),
        ("continuation of nothing", vec![masked(0x80, b"a")], Error::NothingToContinue),
        ("message inside a message", vec![masked(0x01, b"a"), masked(0x81, b"b")], Error::MessageUnfinished),
        ("301 bytes, head alone", vec![b"\x82\xfe\x01\x2d\0\0\0\0".to_vec()], too_long),
        ("2^63 - 1 bytes", vec![b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0".to_vec()], too_long),
        (
            "301 bytes in fragments",
            vec![masked(0x02, &[0; 100]), masked(0x00, &[0; 100]), masked(0x00, &[0; 100]), masked(0x80, &[0; 1])],
            too_long,
        ),
        ("text that is not utf-8", vec![masked(0x81, b"a\xffb")], Error::TextNotUtf8),
        ("text that ends in a character", vec![masked(0x81, b"\xe2\x82")], Error::TextNotUtf8),
        ("fragments that end in a character", vec![masked(0x01, b"\xe2"), masked(0x80, b"")], Error::TextNotUtf8),
        ("a surrogate over fragments", vec![masked(0x01, b"\xed"), masked(0x00, b"\xa0")], Error::TextNotUtf8),
        ("half a close code", vec![masked(0x88, b"\x03")], Error::CloseCodeCut),
        ("close code 0", vec![masked(0x88, b"\0\0")], Error::CloseCodeInvalid(0)),
        ("close code 1005", vec![masked(0x88, b"\x03\xed")], Error::CloseCodeInvalid(1005)),
        ("close code 1006", vec![masked(0x88, b"\x03\xee")], Error::CloseCodeInvalid(1006)),
        ("close code 5000", vec![masked(0x88, b"\x13\x88")], Error::CloseCodeInvalid(5000)),
        ("close reason", vec![masked(0x88, b"\x03\xe8\xff")], Error::CloseReasonNotUtf8),
    ];
    for (name, frames, error) in cases {
        check(Role::Server, name, &frames.concat(), &Transcript::failed([], error));
    }
}

#[test]
fn a_finished_message_cannot_be_continued() {
    let frames = [masked(0x01, b"a"), masked(0x80, b"b"), masked(0x80, b"c")];
    let expected = Transcript::failed([text("ab")], Error::NothingToContinue);
    check(Role::Server, "third frame", &frames.concat(), &expected);
}

#[test]
fn servers_may_not_mask() {
    let expected = Transcript::failed([text("a")], Error::Masked);
    check(Role::Client, "masked", &[b"\x81\x01a".to_vec(), masked(0x81, b"b")].concat(), &expected);
}

#[test]
fn a_message_may_be_as_long_as_the_limit() {
    let frames = [masked(0x02, &[5; 100]), masked(0x00, &[5; 100]), masked(0x80, &[5; 100])];
    check(Role::Server, "300 bytes", &frames.concat(), &Transcript::of([binary(&[5; LIMIT])]));
}

/// The limit holds for each message, not for all of them, and not for control frames.
#[test]
fn the_limit_starts_anew_with_each_message() {
    let frames = [masked(0x02, b"abc"), masked(0x89, b"ping"), masked(0x80, b""), masked(0x82, b"def")];
    let expected = Transcript::of([Said::Ping(b"ping".into()), binary(b"abc"), binary(b"def")]);
    assert_eq!(decode(Role::Server, 3, &frames.concat()), expected);
}

/// RFC 6455 §7.4.1 on which code answers what.
#[test]
fn errors_name_their_close_code() {
    let cases = [
        (Error::TextNotUtf8, 1007),
        (Error::CloseReasonNotUtf8, 1007),
        (Error::MessageTooLong { limit: 1 }, 1009),
        (Error::ReservedBits, 1002),
        (Error::CloseCodeInvalid(1005), 1002),
    ];
    for (error, code) in cases {
        assert_eq!(error.close_code().get(), code, "{error}");
    }
}
