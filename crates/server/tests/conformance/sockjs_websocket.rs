//! SockJS over WebSocket, framed and raw.

use crate::{
    http::Request,
    server::Server,
    sockjs_session::{CLOSING, ECHO, Session},
    websocket::{CLOSE, TEXT, WebSocket, close, message},
};

fn text(socket: &mut WebSocket) -> String {
    let (opcode, payload) = socket.hear().unwrap();
    assert_eq!(opcode, TEXT);
    String::from_utf8(payload).unwrap()
}

fn open(server: &Server, service: &str) -> WebSocket {
    let mut socket = WebSocket::open(server, &Session::new(server, service).path("websocket"), "");
    assert!(!socket.head.contains("content-length"), "{}", socket.head);
    assert_eq!(text(&mut socket), "o");
    socket
}

#[test]
fn a_request_that_does_not_upgrade_is_bad() {
    let server = Server::start();
    for headers in [&[][..], &[("Upgrade", "WebSocket"), ("Connection", "close")]] {
        assert_eq!(Request::get("/echo/0/0/websocket").with(headers).ask(&server).head.status, 400, "{headers:?}");
    }
}

#[test]
fn messages_come_in_arrays() {
    let server = Server::start();
    let mut socket = open(&server, ECHO);
    for (sent, heard) in [
        (r#"["a"]"#, r#"a["a"]"#),
        // Nothing is heard of nothing.
        ("", ""),
        ("[]", ""),
        (r#""b""#, r#"a["b"]"#),
    ] {
        socket.send(&message(TEXT, sent));
        if !heard.is_empty() {
            assert_eq!(text(&mut socket), heard);
        }
    }
    socket.send(&close(1000, ""));
    assert!(socket.hear_all().iter().all(|(opcode, _)| *opcode == CLOSE));
}

#[test]
fn a_name_stands_for_as_many_sockets_as_use_it() {
    let server = Server::start();
    let path = Session::new(&server, ECHO).path("websocket");
    let mut sockets = [(); 2].map(|()| WebSocket::open(&server, &path, ""));
    for (socket, letter) in sockets.iter_mut().zip(["a", "b"]) {
        assert_eq!(text(socket), "o");
        socket.send(&message(TEXT, format!("[\"{letter}\"]")));
        assert_eq!(text(socket), format!("a[\"{letter}\"]"));
    }
}

#[test]
fn the_server_says_that_it_closes_twice() {
    let server = Server::start();
    let mut socket = open(&server, CLOSING);
    assert_eq!(text(&mut socket), "c[3000,\"Go away!\"]");
    let rest = socket.hear_all();
    assert_eq!(rest.iter().map(|(opcode, _)| *opcode).collect::<Vec<_>>(), [CLOSE]);
}

#[test]
fn broken_json_ends_the_connection() {
    let server = Server::start();
    let mut socket = open(&server, ECHO);
    socket.send(&message(TEXT, r#"["a"#));
    socket.hear_all();
}

#[test]
fn a_raw_socket_has_no_frames_of_sockjs() {
    let server = Server::start();
    let mut socket = WebSocket::open(&server, "/echo/websocket", "");
    socket.send(&message(TEXT, "Hello world!\u{ffff}"));
    assert_eq!(text(&mut socket), "Hello world!\u{ffff}");
    let mut socket = WebSocket::open(&server, "/close/websocket", "");
    let closing = [&3000_u16.to_be_bytes()[..], b"Go away!"].concat();
    assert_eq!(socket.hear_all(), [(CLOSE, closing)]);
}
