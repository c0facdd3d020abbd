//! What the STOMP decoder makes of bytes, case by case.

use deskwire_wire::stomp::{Command, DecodeError, Decoder, Frame, Item, Limits, Version};

const LIMITS: Limits = Limits { max_frame: 200, max_headers: 5, max_header_line: 60 };

fn decode_all(version: Version, mut input: &[u8]) -> Result<Vec<Item>, DecodeError> {
    let mut decoder = Decoder::new(LIMITS);
    decoder.set_version(version);
    let mut items = Vec::new();
    while let Some(item) = decoder.decode(&mut input)? {
        items.push(item);
    }
    assert!(input.is_empty());
    Ok(items)
}

fn frames(version: Version, input: &[u8]) -> Vec<Frame> {
    decode_all(version, input)
        .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(input)))
        .into_iter()
        .filter_map(|item| match item {
            Item::Frame(frame) => Some(frame),
            Item::HeartBeat => None,
        })
        .collect()
}

fn one_frame(version: Version, input: &[u8]) -> Frame {
    let mut frames = frames(version, input);
    assert_eq!(frames.len(), 1, "{:?}", String::from_utf8_lossy(input));
    frames.remove(0)
}

fn error(version: Version, input: &[u8]) -> DecodeError {
    decode_all(version, input).expect_err("bytes that must be refused")
}

#[test]
fn rule_3_header_line_is_split_at_the_first_colon() {
    for version in [Version::V10, Version::V11, Version::V12] {
        let frame = one_frame(version, b"SEND\nAuthorization:Bearer a:b\n\n\0");
        assert_eq!(frame.header("Authorization"), Some("Bearer a:b"));
    }
}

#[test]
fn rule_3_connect_is_not_unescaped() {
    for input in [
        &b"CONNECT\npasscode:a\\nb\\x\n\n\0"[..],
        b"STOMP\npasscode:a\\nb\\x\n\n\0",
        b"CONNECTED\npasscode:a\\nb\\x\n\n\0",
    ] {
        let frame = one_frame(Version::V12, input);
        assert_eq!(frame.header("passcode"), Some("a\\nb\\x"));
    }
}

#[test]
fn headers_are_unescaped_as_the_version_defines() {
    let input = b"SEND\na\\cb:x\\n\\\\\\c\n\n\0";
    for version in [Version::V11, Version::V12] {
        let frame = one_frame(version, input);
        assert_eq!(frame.header("a:b"), Some("x\n\\:"));
    }
    assert_eq!(one_frame(Version::V10, input).header("a\\cb"), Some("x\\n\\\\\\c"));
}

#[test]
fn carriage_return_escape_is_accepted_on_1_1() {
    for version in [Version::V11, Version::V12] {
        assert_eq!(one_frame(version, b"SEND\na:1\\r2\n\n\0").header("a"), Some("1\r2"));
    }
}

#[test]
fn undefined_escape_is_fatal_except_on_1_0() {
    for input in [&b"SEND\na:\\t\n\n\0"[..], b"SEND\n\\t:a\n\n\0", b"SEND\na:b\\\n\n\0"] {
        for version in [Version::V11, Version::V12] {
            assert_eq!(error(version, input), DecodeError::UndefinedEscape);
        }
        assert_eq!(frames(Version::V10, input).len(), 1);
    }
}

#[test]
fn blanks_are_trimmed_on_1_0_only() {
    let input = b"SEND\n a : b\t\ncontent-length : 2 \n\nx\0\0";
    let frame = one_frame(Version::V10, input);
    assert_eq!(frame.header("a"), Some("b"));
    assert_eq!(frame.body(), b"x\0");

    let frame = one_frame(Version::V12, b"SEND\n a : b\t\n\n\0");
    assert_eq!(frame.header("a"), None);
    assert_eq!(frame.header(" a "), Some(" b\t"));
}

#[test]
fn first_of_repeated_headers_wins() {
    let frame = one_frame(Version::V12, b"SEND\na:1\na:2\n\n\0");
    assert_eq!(frame.header("a"), Some("1"));
    assert_eq!(frame.headers().collect::<Vec<_>>(), [("a", "1"), ("a", "2")]);

    let frame = one_frame(Version::V12, b"SEND\ncontent-length:1\ncontent-length:3\n\nx\0");
    assert_eq!(frame.body(), b"x");
}

#[test]
fn names_are_case_sensitive() {
    assert_eq!(error(Version::V12, b"send\n\n\0"), DecodeError::UnknownCommand);
    assert_eq!(one_frame(Version::V12, b"SEND\nA:1\n\n\0").header("a"), None);
}

#[test]
fn empty_values_are_values() {
    assert_eq!(one_frame(Version::V12, b"SEND\na:\n\n\0").header("a"), Some(""));
}

#[test]
fn rule_6_a_message_may_hold_several_frames() {
    let commands: Vec<_> =
        frames(Version::V12, b"BEGIN\ntransaction:t\n\n\0SEND\n\nx\0\n\nCOMMIT\ntransaction:t\n\n\0")
            .iter()
            .map(Frame::command)
            .collect();
    assert_eq!(commands, [Command::Begin, Command::Send, Command::Commit]);
}

#[test]
fn rule_9_heart_beat_is_any_run_of_line_ends() {
    for version in [Version::V10, Version::V11, Version::V12] {
        for input in [&b"\n"[..], b"\r\n", b"\n\n\r\n"] {
            assert_eq!(decode_all(version, input), Ok(vec![Item::HeartBeat]));
        }
        let items = decode_all(version, b"\r\nSEND\n\nx\0\n").unwrap();
        assert!(matches!(items[..], [Item::HeartBeat, Item::Frame(_), Item::HeartBeat]), "{items:?}");
    }
}

#[test]
fn line_ends_may_be_cr_lf() {
    for version in [Version::V10, Version::V11, Version::V12] {
        let frame = one_frame(version, b"SEND\r\na:1\r\ncontent-length:2\r\n\r\n\r\n\0");
        assert_eq!(frame.header("a"), Some("1"));
        assert_eq!(frame.body(), b"\r\n");
    }
}

#[test]
fn rule_22_content_length_counts_octets_and_the_nul_follows() {
    let frame = one_frame(Version::V12, "SEND\ncontent-length:6\n\n你\0ab\0".as_bytes());
    assert_eq!(frame.body(), "你\0ab".as_bytes());
    assert_eq!(error(Version::V12, b"SEND\ncontent-length:2\n\nabc\0"), DecodeError::MissingNul);
    assert_eq!(decode_all(Version::V12, b"SEND\ncontent-length:4\n\nabc\0"), Ok(vec![]));
}

#[test]
fn bad_content_length_is_ignored() {
    for value in ["", "abc", "-1", "+3", "1.0", "0x1"] {
        let input = format!("SEND\ncontent-length:{value}\n\nabc\0");
        assert_eq!(one_frame(Version::V12, input.as_bytes()).body(), b"abc", "{value}");
    }
}

#[test]
fn body_ends_at_the_first_nul_without_content_length() {
    assert_eq!(one_frame(Version::V12, b"SEND\n\na\nb\0").body(), b"a\nb");
}

#[test]
fn body_only_where_it_is_allowed() {
    for command in ["CONNECT", "SUBSCRIBE", "ACK", "DISCONNECT", "CONNECTED", "RECEIPT"] {
        let input = format!("{command}\na:b\n\nx\0");
        assert!(matches!(error(Version::V12, input.as_bytes()), DecodeError::UnexpectedBody { .. }), "{command}");
        let input = format!("{command}\ncontent-length:0\n\n\0");
        assert_eq!(one_frame(Version::V12, input.as_bytes()).body(), b"");
    }
    for command in ["SEND", "MESSAGE", "ERROR"] {
        let input = format!("{command}\na:b\n\nx\0");
        assert_eq!(one_frame(Version::V12, input.as_bytes()).body(), b"x");
    }
}

#[test]
fn two_line_feeds_of_stomp_protocol_android_are_no_body() {
    let frame = one_frame(Version::V11, b"SUBSCRIBE\nid:1\ndestination:/a\n\n\n\n\0\n");
    assert_eq!(frame.body(), b"");
    assert_eq!(frame.into_body(), b""[..]);
}

#[test]
fn malformed_frames_are_refused() {
    let cases: [(&[u8], DecodeError); 11] = [
        (b"HELLO\n\n\0", DecodeError::UnknownCommand),
        (b"GET / HTTP/1.1\r\n", DecodeError::UnknownCommand),
        (b"UNSUBSCRIBEX\r", DecodeError::UnknownCommand),
        (b"AAAAAAAAAAAAA", DecodeError::UnknownCommand),
        (b" SEND\n\n\0", DecodeError::UnknownCommand),
        (b"SEND\0", DecodeError::NulInHead),
        (b"SEND\na:b\n\0", DecodeError::NulInHead),
        (b"SEND\nab\n\n\0", DecodeError::MalformedHeader),
        (b"SEND\n:b\n\n\0", DecodeError::MalformedHeader),
        (b"SEND\na:\xff\n\n\0", DecodeError::InvalidUtf8),
        (b"\0", DecodeError::NulInHead),
    ];
    for (input, expected) in cases {
        assert_eq!(error(Version::V12, input), expected, "{:?}", String::from_utf8_lossy(input));
    }
}

#[test]
fn limits_hold_exactly() {
    let line = |length: usize| format!("SEND\na:{}\n\n\0", "x".repeat(length - 2));
    assert_eq!(frames(Version::V12, line(60).as_bytes()).len(), 1);
    assert_eq!(error(Version::V12, line(61).as_bytes()), DecodeError::HeaderLineTooLong { limit: 60 });

    let headers = |count: usize| format!("SEND\n{}\n\0", "a:b\n".repeat(count));
    assert_eq!(frames(Version::V12, headers(5).as_bytes()).len(), 1);
    assert_eq!(error(Version::V12, headers(6).as_bytes()), DecodeError::TooManyHeaders { limit: 5 });

    let whole = |length: usize| format!("SEND\n\n{}\0", "x".repeat(length - 7));
    assert_eq!(frames(Version::V12, whole(200).as_bytes()).len(), 1);
    assert_eq!(error(Version::V12, whole(201).as_bytes()), DecodeError::FrameTooLarge { limit: 200 });
    // Even when more is announced than could be counted.
    for length in ["200", "18446744073709551615", "99999999999999999999999"] {
        let input = format!("SEND\ncontent-length:{length}\n\n");
        assert_eq!(error(Version::V12, input.as_bytes()), DecodeError::FrameTooLarge { limit: 200 }, "{length}");
    }
}

#[test]
fn limits_hold_before_the_end_of_line_has_come() {
    let endless = format!("SEND\n{}", "x".repeat(61));
    assert_eq!(error(Version::V12, endless.as_bytes()), DecodeError::HeaderLineTooLong { limit: 60 });
    // The frame cannot end within the limit any more, since its last octet is the NUL.
    let endless = format!("SEND\n\n{}", "x".repeat(194));
    assert_eq!(error(Version::V12, endless.as_bytes()), DecodeError::FrameTooLarge { limit: 200 });
}

#[test]
fn limits_can_be_raised_after_connect() {
    let mut decoder = Decoder::new(LIMITS);
    decoder.set_limits(Limits { max_frame: 1000, ..LIMITS });
    let input = [b"SEND\n\n", "x".repeat(500).as_bytes(), b"\0"].concat();
    assert!(matches!(decoder.decode(&mut &input[..]), Ok(Some(Item::Frame(_)))));
}

#[test]
fn lowered_limits_end_a_frame_that_is_already_longer() {
    let mut decoder = Decoder::new(LIMITS);
    let input = [b"SEND\n\n", "x".repeat(100).as_bytes()].concat();
    assert_eq!(decoder.decode(&mut &input[..]), Ok(None));
    decoder.set_limits(Limits { max_frame: 50, ..LIMITS });
    assert_eq!(decoder.decode(&mut &b"x"[..]), Err(DecodeError::FrameTooLarge { limit: 50 }));
    assert_eq!(decoder.buffered(), 0);
}

#[test]
fn an_error_ends_the_stream() {
    let mut decoder = Decoder::new(LIMITS);
    let mut input = &b"HELLO\n\n\0SEND\n\n\0"[..];
    assert_eq!(decoder.decode(&mut input), Err(DecodeError::UnknownCommand));
    assert!(input.is_empty());
    assert_eq!(decoder.decode(&mut &b"SEND\n\n\0"[..]), Err(DecodeError::UnknownCommand));
}

#[test]
fn nothing_is_kept_between_frames() {
    let mut decoder = Decoder::new(LIMITS);
    let mut input = &b"\n\nSEND\n\nabc\0\n\r"[..];
    while decoder.decode(&mut input).unwrap().is_some() {}
    assert_eq!(decoder.buffered(), 0);

    assert_eq!(decoder.decode(&mut &b"SEND\n\na"[..]), Ok(None));
    assert_eq!(decoder.buffered(), 7);
    assert!(decoder.decode(&mut &b"bc\0"[..]).unwrap().is_some());
    assert_eq!(decoder.buffered(), 0);
}

#[test]
fn credentials_are_not_shown() {
    let frame = one_frame(Version::V12, b"CONNECT\nlogin:joe\npasscode:hidden\nAuthorization:hidden\n\n\0");
    let shown = format!("{frame:?}");
    assert!(shown.contains("joe") && !shown.contains("hidden"), "{shown}");
}

#[test]
fn a_body_can_be_taken_out_of_its_frame() {
    let frame = one_frame(Version::V12, b"SEND\na:b\\n\n\nbody\0");
    assert_eq!(frame.body_bytes(), b"body"[..]);
    assert_eq!(frame.into_body(), b"body"[..]);
}
