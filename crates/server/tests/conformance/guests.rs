//! Who is let in while the services are on, and with which bounds.

use std::collections::BTreeMap;

use crate::{
    server::Server,
    websocket::{BINARY, CLOSE, TEXT, WebSocket, message},
};

const STOMP: &str = "Sec-WebSocket-Protocol: v12.stomp\r\n";
const MQTT: &str = "Sec-WebSocket-Protocol: mqtt\r\n";

/// MQTT 3.1.1 CONNECT of the client `t` with a clean session, and neither name nor password.
const ANONYMOUS: &[u8] = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01t";

fn say(socket: &mut WebSocket, frame: &str) {
    socket.send(&message(TEXT, frame));
}

fn frame(socket: &mut WebSocket) -> String {
    let (opcode, payload) = socket.hear().unwrap();
    assert_eq!(opcode, TEXT);
    String::from_utf8(payload).unwrap()
}

/// The answer to CONNECT with this passcode.
fn connected(socket: &mut WebSocket, passcode: &str, heart_beat: &str) -> String {
    let connect =
        format!("CONNECT\naccept-version:1.2\nlogin:guest\npasscode:{passcode}\nheart-beat:{heart_beat}\n\n\0");
    say(socket, &connect);
    frame(socket)
}

#[test]
fn a_guest_uses_live_topics_over_stomp() {
    let server = Server::start();
    for path in ["/ws", "/stomp"] {
        let mut socket = WebSocket::open(&server, path, STOMP);
        assert!(connected(&mut socket, "guest", "0,0").starts_with("CONNECTED\n"));
        say(&mut socket, "SUBSCRIBE\nid:0\ndestination:/topic/chat.general\nreceipt:r\n\n\0");
        assert!(frame(&mut socket).starts_with("RECEIPT\n"));
        say(&mut socket, "SEND\ndestination:/topic/chat.general\n\nhello\0");
        let heard = frame(&mut socket);
        assert!(heard.starts_with("MESSAGE\n") && heard.contains("\n\nhello\0"), "{heard}");
    }
}

#[test]
fn a_guest_needs_its_passcode() {
    let server = Server::start();
    for passcode in ["", "wrong", "Guest", "guest "] {
        let mut socket = WebSocket::open(&server, "/ws", STOMP);
        let answer = connected(&mut socket, passcode, "0,0");
        assert!(answer.starts_with("ERROR\n"), "{passcode:?}: {answer}");
        assert_eq!(socket.hear().unwrap().0, CLOSE);
    }
}

#[test]
fn elsewhere_nobody_is_a_guest() {
    let server = Server::plain();
    let answer = connected(&mut WebSocket::open(&server, "/stomp", STOMP), "guest", "0,0");
    assert!(answer.starts_with("ERROR\n"), "{answer}");
    let mut socket = WebSocket::open(&server, "/websocket", MQTT);
    socket.send(&message(BINARY, ANONYMOUS));
    // Return code 4: bad user name or password.
    assert_eq!(socket.hear(), Some((BINARY, b"\x20\x02\x00\x04".to_vec())));
}

#[test]
fn frames_of_a_megabyte_and_a_half_pass() {
    let server = Server::start();
    let mut socket = WebSocket::open(&server, "/ws", STOMP);
    connected(&mut socket, "guest", "0,0");
    say(&mut socket, "SUBSCRIBE\nid:0\ndestination:/topic/large\nreceipt:r\n\n\0");
    frame(&mut socket);
    let body = "x".repeat(1_500_000);
    say(&mut socket, &format!("SEND\ndestination:/topic/large\n\n{body}\0"));
    let heard = frame(&mut socket);
    assert!(heard.starts_with("MESSAGE\n") && heard.trim_end_matches('\n').ends_with(&format!("\n\n{body}\0")));
}

#[test]
fn who_promised_a_heart_beat_a_second_and_is_silent_is_cut() {
    let server = Server::start();
    let mut socket = WebSocket::open(&server, "/ws", STOMP);
    let answer = connected(&mut socket, "guest", "1000,1000");
    assert!(answer.contains("\nheart-beat:1000,1000\n"), "{answer}");
    assert_eq!(frame(&mut socket), "\n", "the server keeps its own promise");
    let last = socket.hear_all().pop();
    assert_eq!(last.map(|(opcode, _)| opcode), Some(CLOSE));
}

#[test]
fn an_mqtt_client_that_shows_nothing_is_a_guest() {
    let server = Server::start();
    let mut socket = WebSocket::open(&server, "/websocket", MQTT);
    let mut asks = |packet: &[u8]| {
        socket.send(&message(BINARY, packet));
        socket.hear().unwrap().1
    };
    assert_eq!(asks(ANONYMOUS), b"\x20\x02\x00\x00");
    assert_eq!(asks(b"\x82\x08\x00\x01\x00\x03a/#\x00"), b"\x90\x03\x00\x01\x00");
    assert_eq!(asks(b"\x82\x15\x00\x02\x00\x10test/nosubscribe\x02"), b"\x90\x03\x00\x02\x80");
    assert_eq!(asks(b"\x30\x07\x00\x03a/bhi"), b"\x30\x07\x00\x03a/bhi");
}

/// The two-byte properties of the CONNACK that answers a CONNECT of MQTT 5.0 with this keep alive, by their identifiers.
fn told_to_mqtt_5(server: &Server, keep_alive: u16) -> BTreeMap<u8, u16> {
    let mut socket = WebSocket::open(server, "/websocket", MQTT);
    let [high, low] = keep_alive.to_be_bytes();
    let connect = [b"\x10\x0e\x00\x04MQTT\x05\x02", &[high, low][..], b"\x00\x00\x01t"].concat();
    socket.send(&message(BINARY, connect));
    let connack = socket.hear().unwrap().1;
    let length = u8::try_from(connack.len()).unwrap();
    assert_eq!(connack[..5], [0x20, length - 2, 0, 0, length - 5], "accepted without a session");
    let (mut properties, mut told) = (&connack[5..], BTreeMap::new());
    while let [property, rest @ ..] = properties {
        // Session Expiry Interval and Maximum Packet Size have four bytes.
        let (value, rest) = rest.split_at(if matches!(property, 0x11 | 0x27) { 4 } else { 2 });
        properties = rest;
        if let [high, low] = *value {
            told.insert(*property, u16::from_be_bytes([high, low]));
        }
    }
    told
}

#[test]
fn an_mqtt_5_client_is_told_the_keep_alive_and_how_much_it_may_send() {
    const SERVER_KEEP_ALIVE: u8 = 0x13;
    const RECEIVE_MAXIMUM: u8 = 0x21;
    let server = Server::start();
    for (asked, granted) in [(120, Some(&60)), (0, Some(&60)), (60, None), (30, None)] {
        let told = told_to_mqtt_5(&server, asked);
        assert_eq!(told.get(&SERVER_KEEP_ALIVE), granted, "{asked}: {told:?}");
        assert_eq!(told.get(&RECEIVE_MAXIMUM), Some(&1000), "{told:?}");
    }
}
