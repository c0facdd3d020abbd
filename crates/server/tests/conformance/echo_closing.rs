//! The closing handshake (RFC 6455 §5.5.1, §7.1, §7.4).

use crate::{
    server::Server,
    websocket::{CLOSE, Heard, PING, TEXT, WebSocket, close, dialogue, frame, message},
};

#[test]
fn a_code_that_may_be_sent_is_sent_back() {
    let server = Server::start();
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999] {
        dialogue(&server, "allowed", &close(code, "so long"), &[Heard::Closed(code)]);
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        dialogue(&server, "not allowed", &close(code, ""), &[Heard::Closed(1002)]);
    }
}

#[test]
fn the_payload_of_a_close_frame() {
    let server = Server::start();
    for (name, payload, code) in [
        ("nothing", vec![], 1000),
        ("half a code", vec![3], 1002),
        ("the longest reason", [&b"\x03\xe8"[..], &[b'x'; 123]].concat(), 1000),
        ("a reason beyond it", [&b"\x03\xe8"[..], &[b'x'; 124]].concat(), 1002),
        ("a reason that is no text", b"\x03\xe8\xce\xba\xe1".to_vec(), 1007),
    ] {
        dialogue(&server, name, &message(CLOSE, payload), &[Heard::Closed(code)]);
    }
}

#[test]
fn nothing_counts_behind_a_close_frame() {
    let server = Server::start();
    for (name, behind) in [
        ("a message", message(TEXT, "x")),
        ("a ping", message(PING, "x")),
        ("another close", close(1001, "")),
        ("what is not even a frame", vec![0xff; 300]),
    ] {
        let input = [message(TEXT, "before"), close(1000, ""), behind].concat();
        dialogue(&server, name, &input, &[Heard::text("before"), Heard::Closed(1000)]);
    }
    let unfinished = [frame(TEXT, b"never ends"), close(1000, "")].concat();
    dialogue(&server, "an unfinished message before it", &unfinished, &[Heard::Closed(1000)]);
}

#[test]
fn a_client_that_is_gone_ends_the_connection() {
    let server = Server::start();
    let mut socket = WebSocket::open(&server, "/wsecho", "");
    socket.send(&message(TEXT, "x"));
    assert_eq!(socket.hear(), Some((TEXT, b"x".to_vec())));
    socket.fall_silent();
    assert_eq!(socket.hear_all(), []);
}
