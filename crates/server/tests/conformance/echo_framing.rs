//! Frames that break the framing: what came before is answered, then the connection is closed with 1002 (RFC 6455 §5.2
//! to §5.5, §7.1.7).

use crate::{
    server::Server,
    websocket::{BINARY, CLOSE, CONTINUATION, FIN, Heard, PING, TEXT, dialogue, frame, message},
};

/// Has `broken` refused at once, behind a good message and in front of another.
fn refused(server: &Server, name: &str, broken: &[u8]) {
    let input = [&message(TEXT, "before")[..], broken, &message(TEXT, "behind")].concat();
    dialogue(server, name, &input, &[Heard::text("before"), Heard::Closed(1002)]);
}

#[test]
fn reserved_bits_mean_nothing_without_an_extension() {
    let server = Server::start();
    for bits in 1..=7 {
        refused(&server, "text", &frame(FIN | bits << 4 | TEXT, b"x"));
    }
    for opcode in [BINARY, PING, CLOSE] {
        refused(&server, "another opcode", &frame(FIN | 0x40 | opcode, b""));
    }
}

#[test]
fn reserved_opcodes_mean_nothing() {
    let server = Server::start();
    for opcode in (0x3..=0x7).chain(0xb..=0xf) {
        refused(&server, "empty", &frame(FIN | opcode, b""));
        refused(&server, "with a payload", &frame(FIN | opcode, b"payload"));
    }
}

#[test]
fn control_frames_are_short_and_whole() {
    let server = Server::start();
    for opcode in [PING, 0xa, CLOSE] {
        refused(&server, "not final", &frame(opcode, b""));
        refused(&server, "126 bytes", &message(opcode, [0; 126]));
    }
    // The length alone is enough to know.
    refused(&server, "only the length", &[FIN | PING, 0xfe]);
}

#[test]
fn fragments_follow_each_other() {
    let server = Server::start();
    refused(&server, "nothing to continue", &frame(FIN | CONTINUATION, b"x"));
    refused(&server, "nothing to continue, more to come", &frame(CONTINUATION, b"x"));
    refused(&server, "a message inside a message", &[frame(TEXT, b"one"), message(TEXT, "two")].concat());
    refused(&server, "another kind inside", &[frame(TEXT, b"one"), message(BINARY, "two")].concat());
    let done = [frame(TEXT, b"a"), frame(FIN | CONTINUATION, b"b"), frame(FIN | CONTINUATION, b"c")].concat();
    let heard = [Heard::text("ab"), Heard::Closed(1002)];
    dialogue(&server, "nothing to continue any more", &done, &heard);
}

#[test]
fn a_client_masks_and_writes_lengths_in_their_shortest_form() {
    let server = Server::start();
    refused(&server, "not masked", b"\x81\x01x");
    refused(&server, "two bytes for 125", b"\x81\xfe\x00\x7d");
    refused(&server, "eight bytes for 65535", b"\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff");
    refused(&server, "the highest bit of eight", b"\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00");
}
