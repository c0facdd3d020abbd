//! Messages, whole and in fragments, and the pings between them (RFC 6455 §5.4 to §5.6).

use crate::{
    server::Server,
    websocket::{BINARY, CONTINUATION, FIN, Heard, PING, PONG, TEXT, WebSocket, close, dialogue, frame, message},
};

/// Bytes of the longest message that is sent back.
const LONGEST: usize = 16 * 1024 * 1024;

/// A name, what the client says, and what it hears before the end.
type Case = (&'static str, Vec<Vec<u8>>, Vec<Heard>);

fn letters(len: usize) -> Vec<u8> {
    (b'a'..=b'z').cycle().take(len).collect()
}

#[test]
fn a_message_of_any_size_comes_back_as_it_was() {
    let server = Server::start();
    let mut socket = WebSocket::open(&server, "/wsecho", "");
    for len in [0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537, 1_000_000] {
        for opcode in [TEXT, BINARY] {
            socket.send(&message(opcode, letters(len)));
            assert!(socket.hear() == Some((opcode, letters(len))), "{len} bytes with opcode {opcode}");
        }
    }
}

#[test]
fn the_longest_message_comes_back_and_a_longer_one_is_refused_at_its_head() {
    let server = Server::start();
    let mut socket = WebSocket::open(&server, "/wsecho", "");
    let longest = vec![0xfe; LONGEST];
    socket.send(&message(BINARY, &longest));
    assert!(socket.hear() == Some((BINARY, longest)));
    let head = [&[FIN | BINARY, 0xff][..], &(LONGEST as u64 + 1).to_be_bytes(), &[0; 4]].concat();
    socket.send(&head);
    let codes: Vec<Vec<u8>> = socket.hear_all().into_iter().map(|(_, payload)| payload[..2].to_vec()).collect();
    assert_eq!(codes, [1009_u16.to_be_bytes()]);

    // The fragments of a message count together.
    let mut socket = WebSocket::open(&server, "/wsecho", "");
    socket.send(&frame(BINARY, &vec![0; LONGEST]));
    socket.send(&frame(FIN | CONTINUATION, b"x"));
    assert_eq!(socket.hear().unwrap().1[..2], 1009_u16.to_be_bytes());
}

#[test]
fn many_small_fragments_are_one_message() {
    let server = Server::start();
    let mut socket = WebSocket::open(&server, "/wsecho", "");
    let whole = letters(256 * 1024);
    let mut chunks = whole.chunks(64);
    socket.send(&frame(TEXT, chunks.next().unwrap()));
    chunks.for_each(|chunk| socket.send(&frame(CONTINUATION, chunk)));
    socket.send(&frame(FIN | CONTINUATION, b""));
    assert!(socket.hear() == Some((TEXT, whole)));
}

#[test]
fn fragments_and_pings() {
    let server = Server::start();
    let bye = close(1000, "");
    let longest_ping = vec![0xfe; 125];
    let cases: [Case; 8] = [
        ("a ping with nothing in it", vec![message(PING, "")], vec![Heard::Pong(vec![])]),
        ("the longest ping", vec![message(PING, &longest_ping)], vec![Heard::Pong(longest_ping)]),
        (
            "pings in a row are answered in order",
            (0..10).map(|number| message(PING, [number])).collect(),
            (0..10).map(|number| Heard::Pong(vec![number])).collect(),
        ),
        (
            "a pong that nobody asked for is nothing",
            vec![message(PONG, "hello"), message(PING, "x")],
            vec![Heard::Pong(b"x".to_vec())],
        ),
        (
            "fragments are put together",
            vec![frame(TEXT, b"one "), frame(CONTINUATION, b"two "), frame(FIN | CONTINUATION, b"three")],
            vec![Heard::text("one two three")],
        ),
        (
            "fragments may be empty",
            vec![frame(TEXT, b""), frame(CONTINUATION, b""), frame(FIN | CONTINUATION, b"")],
            vec![Heard::text("")],
        ),
        (
            "a ping inside a message is answered before it",
            vec![frame(TEXT, b"one "), message(PING, "now"), frame(FIN | CONTINUATION, b"two"), message(PING, "then")],
            vec![Heard::Pong(b"now".to_vec()), Heard::text("one two"), Heard::Pong(b"then".to_vec())],
        ),
        (
            "messages behind each other stay apart",
            vec![message(TEXT, "one"), message(BINARY, b"\xff"), message(TEXT, "")],
            vec![Heard::text("one"), Heard::Echo(BINARY, b"\xff".to_vec()), Heard::text("")],
        ),
    ];
    for (name, input, mut expected) in cases {
        expected.push(Heard::Closed(1000));
        dialogue(&server, name, &[input.concat(), bye.clone()].concat(), &expected);
    }
}
