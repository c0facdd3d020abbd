//! What holds for the STOMP codec whatever the bytes are.

use deskwire_wire::stomp::{DecodeError, Decoder, Frame, Item, Limits, Version, client};
use proptest::{collection::vec, prelude::*, sample};

const LIMITS: Limits = Limits { max_frame: 300, max_headers: 8, max_header_line: 80 };

/// Frames up to the end of the input or to the error; a heart-beat may count more than once when it is split.
fn decode(version: Version, limits: Limits, pieces: &[&[u8]]) -> (Vec<Frame>, Option<DecodeError>) {
    let mut decoder = Decoder::new(limits);
    decoder.set_version(version);
    let mut frames = Vec::new();
    for piece in pieces {
        let mut input = *piece;
        loop {
            match decoder.decode(&mut input) {
                Ok(Some(Item::Frame(frame))) => frames.push(frame),
                Ok(Some(Item::HeartBeat)) => {}
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
        assert!(input.is_empty());
        assert!(decoder.buffered() < limits.max_frame as usize);
    }
    (frames, None)
}

fn split<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.is_empty() || lengths.iter().all(|length| *length == 0) {
            break;
        }
        let (piece, rest) = bytes.split_at((*length).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces.push(bytes);
    pieces
}

fn version() -> impl Strategy<Value = Version> {
    sample::select(vec![Version::V10, Version::V11, Version::V12])
}

/// Bytes that are nearly STOMP, so that every part of the decoder is reached.
fn nearly_stomp() -> impl Strategy<Value = Vec<u8>> {
    let word = sample::select(vec![
        &b"SEND"[..],
        b"CONNECT",
        b"SUBSCRIBE",
        b"MESSAGE",
        b"SEND\ncontent-length:4\n\n\0abc\0",
        b"SEND\nid:1\n\nbody\0",
        b"ACK\nid:1\n\n\0",
        b"content-length:",
        b"content-length:3\n\n",
        b"5",
        b"a:b",
        b"\\n",
        b"\\",
        b"\n",
        b"\n",
        b"\n\n",
        b"\r\n",
        b"\r",
        b":",
        b"\0",
        b"\0",
        b" ",
        b"\xff",
        b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ]);
    vec(word, 0..60).prop_map(|words| words.concat())
}

fn headers(version: Version) -> impl Strategy<Value = Vec<(String, String)>> {
    let (name, value) = match version {
        Version::V10 => (r"[^\s:\x00\\][^:\s\x00]{0,9}", r"([^\s\x00]([^\n\r\x00]{0,9}[^\s\x00])?)?"),
        Version::V11 => (r"[^\r\x00]{1,10}", r"[^\r\x00]{0,12}"),
        Version::V12 => (r"[^\x00]{1,10}", r"[^\x00]{0,12}"),
    };
    vec((name, value), 0..6)
}

proptest! {
    #[test]
    fn any_split_gives_the_same_frames(
        bytes in nearly_stomp(),
        lengths in vec(0_usize..20, 1..6),
        version in version(),
    ) {
        let whole = decode(version, LIMITS, &[&bytes]);
        prop_assert_eq!(&decode(version, LIMITS, &split(&bytes, &[1])), &whole);
        prop_assert_eq!(&decode(version, LIMITS, &split(&bytes, &lengths)), &whole);
    }

    #[test]
    fn no_input_panics_or_is_kept_beyond_the_limit(
        pieces in vec(vec(any::<u8>(), 0..400), 0..6),
        version in version(),
    ) {
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        decode(version, LIMITS, &pieces);
    }

    #[test]
    fn what_is_encoded_is_decoded(
        (version, destination, headers) in version().prop_flat_map(|version| {
            (Just(version), "/[a-z:.]{0,20}", headers(version))
        }),
        body in vec(any::<u8>(), 0..5000),
        lengths in vec(1_usize..3000, 1..4),
    ) {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let send = client::Send {
            destination: &destination,
            headers: &headers,
            body: &body,
            ..client::Send::default()
        };
        let mut bytes = Vec::new();
        send.encode(version, &mut bytes);

        let length = body.len().to_string();
        let mut expected = vec![("destination", destination.as_str())];
        expected.extend(&headers);
        expected.push(("content-length", &length));
        // A generated header of that name would be taken for the real one.
        prop_assume!(headers.iter().all(|(name, _)| *name != "content-length"));

        let limits = Limits { max_frame: 10_000, ..Limits::default() };
        for pieces in [vec![bytes.as_slice()], split(&bytes, &lengths)] {
            let (frames, error) = decode(version, limits, &pieces);
            prop_assert_eq!(error, None);
            prop_assert_eq!(frames.len(), 1);
            prop_assert_eq!(frames[0].headers().collect::<Vec<_>>(), expected.clone());
            prop_assert_eq!(frames[0].body(), &body);
        }
    }
}
