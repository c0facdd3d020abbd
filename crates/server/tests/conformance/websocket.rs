//! A WebSocket client that says what it is told to say, right or wrong.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
};

use crate::server::Server;

pub(crate) const CONTINUATION: u8 = 0x0;
pub(crate) const TEXT: u8 = 0x1;
pub(crate) const BINARY: u8 = 0x2;
pub(crate) const CLOSE: u8 = 0x8;
pub(crate) const PING: u8 = 0x9;
pub(crate) const PONG: u8 = 0xa;
/// The last frame of a message.
pub(crate) const FIN: u8 = 0x80;

const MASK: [u8; 4] = [0x5a, 0x00, 0xff, 0x13];
/// The key of RFC 6455 §1.3, and the answer to it.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pplmbitxaq9kygzzhzrbk+xoo=";

/// What the server sent: the opcode of a final frame, and its payload.
pub(crate) type Frame = (u8, Vec<u8>);

/// A client's frame with the shortest form of its length; `first` has the opcode and the bits before it.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    match payload.len() {
        short @ ..=125 => out.push(0x80 | short as u8),
        medium @ ..=0xffff => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(medium as u16).to_be_bytes());
        }
        long => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&MASK);
    out.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    out
}

/// A whole message in one frame.
pub(crate) fn message(opcode: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    frame(FIN | opcode, payload.as_ref())
}

/// A Close frame with a code and a reason.
pub(crate) fn close(code: u16, reason: impl AsRef<[u8]>) -> Vec<u8> {
    message(CLOSE, [&code.to_be_bytes(), reason.as_ref()].concat())
}

pub(crate) struct WebSocket {
    stream: TcpStream,
    /// The server's answer to the opening handshake, in lower case.
    pub(crate) head: String,
}

impl WebSocket {
    /// Opens a connection; `headers` are lines of the request.
    pub(crate) fn open(server: &Server, path: &str, headers: &str) -> Self {
        let mut stream = server.connect();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\
             Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
        )
        .unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 101 "), "{head}");
        assert!(head.contains(&format!("sec-websocket-accept: {ACCEPT}\r\n")), "{head}");
        Self { stream, head }
    }

    /// Sends bytes as they are. That the server has closed meanwhile is found out by reading.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Sends nothing more.
    pub(crate) fn fall_silent(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// The next frame; none at the end of the stream.
    pub(crate) fn hear(&mut self) -> Option<Frame> {
        let mut start = [0; 2];
        match self.stream.read_exact(&mut start) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => return None,
            Err(error) => panic!("nothing came: {error}"),
        }
        let [first, length] = start;
        assert_eq!(first & 0xf0, FIN, "the server sends whole messages and no reserved bits");
        assert_eq!(length & 0x80, 0, "the server does not mask");
        let length = match length {
            126 => u64::from(u16::from_be_bytes(self.bytes())),
            127 => u64::from_be_bytes(self.bytes()),
            short => u64::from(short),
        };
        let mut payload = vec![0; length as usize];
        self.stream.read_exact(&mut payload).unwrap();
        if first & 0x0f == CLOSE {
            self.send(&close(1000, ""));
        }
        Some((first & 0x0f, payload))
    }

    /// All frames to the end of the stream.
    pub(crate) fn hear_all(&mut self) -> Vec<Frame> {
        std::iter::from_fn(|| self.hear()).collect()
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }
}

/// What a client hears: a message as it was sent, a pong, or the code of the Close frame behind which nothing comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Echo(u8, Vec<u8>),
    Pong(Vec<u8>),
    Closed(u16),
}

impl Heard {
    pub(crate) fn text(text: &str) -> Self {
        Self::Echo(TEXT, text.into())
    }

    fn of((opcode, payload): Frame) -> Self {
        match (opcode, payload.as_slice()) {
            (TEXT | BINARY, _) => Self::Echo(opcode, payload),
            (PONG, _) => Self::Pong(payload),
            (CLOSE, [high, low, reason @ ..]) => {
                std::str::from_utf8(reason).unwrap();
                Self::Closed(u16::from_be_bytes([*high, *low]))
            }
            other => panic!("a server does not send {other:?} here"),
        }
    }
}

/// Says `input` to the echo, at once and byte for byte, and compares all it hears with `expected`.
pub(crate) fn dialogue(server: &Server, name: &str, input: &[u8], expected: &[Heard]) {
    for piece in [input.len().max(1), 1] {
        let mut socket = WebSocket::open(server, "/wsecho", "");
        for bytes in input.chunks(piece) {
            socket.send(bytes);
        }
        let heard: Vec<Heard> = socket.hear_all().into_iter().map(Heard::of).collect();
        assert_eq!(heard, expected, "{name}, {piece} bytes at a time");
    }
}
