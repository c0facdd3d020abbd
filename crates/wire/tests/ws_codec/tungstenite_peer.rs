//! The same traffic through tungstenite: what it writes we must read, what we write it must read, and what we refuse
//! it must refuse.

use std::io::{self, Read, Write};

use deskwire_wire::ws::{CloseCode, CloseFrame, Error, MessageKind, Role};
use proptest::prelude::*;
use tungstenite::{
    Message, WebSocket,
    protocol::{
        self,
        frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};

use crate::{
    laws::{close, encode, frame},
    transcript::{Said, Transcript, binary, decode, decode_in_pieces, text},
};

const LIMIT: usize = 100_000;
/// Why writing cannot fail.
const WRITES: &str = "memory takes everything";

/// Gives tungstenite `incoming` to read, then the end of the stream, and keeps what it writes.
struct Wire {
    incoming: io::Cursor<Vec<u8>>,
    written: Vec<u8>,
}

impl Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.incoming.read(buf)
    }
}

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.written.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn tungstenite(role: Role, incoming: Vec<u8>) -> WebSocket<Wire> {
    let role = match role {
        Role::Server => protocol::Role::Server,
        Role::Client => protocol::Role::Client,
    };
    WebSocket::from_raw_socket(Wire { incoming: io::Cursor::new(incoming), written: Vec::new() }, role, None)
}

/// What tungstenite reads as `role` until the stream ends or fails; whether it failed.
fn tungstenite_reads(role: Role, stream: Vec<u8>) -> (Vec<Said>, bool) {
    use tungstenite::error::{Error, ProtocolError};

    let mut socket = tungstenite(role, stream);
    let mut said = Vec::new();
    loop {
        said.push(match socket.read() {
            Ok(Message::Text(content)) => text(&content),
            Ok(Message::Binary(content)) => binary(&content),
            Ok(Message::Ping(payload)) => Said::Ping(payload.to_vec()),
            Ok(Message::Pong(payload)) => Said::Pong(payload.to_vec()),
            Ok(Message::Close(close)) => Said::Close(close.map(|close| CloseFrame {
                code: CloseCode::new(close.code.into()).expect("tungstenite checks the code"),
                reason: close.reason.to_string(),
            })),
            Ok(Message::Frame(_)) => panic!("reading gives no raw frames"),
            Err(Error::ConnectionClosed | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
                return (said, false);
            }
            Err(_) => return (said, true),
        });
    }
}

/// A message to be sent in `fragments`, or a control frame.
#[derive(Clone, Debug)]
enum Sent {
    Message { kind: MessageKind, fragments: Vec<Vec<u8>>, pings: bool },
    Pong(Vec<u8>),
}

/// Splits `payload` at `cuts`, inside characters too.
fn fragments(payload: &[u8], mut cuts: Vec<usize>) -> Vec<Vec<u8>> {
    cuts.iter_mut().for_each(|cut| *cut %= payload.len() + 1);
    cuts.sort_unstable();
    let starts = [0].into_iter().chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([payload.len()]);
    starts.zip(ends).map(|(start, end)| payload[start..end].to_vec()).collect()
}

fn sent() -> impl Strategy<Value = Sent> {
    let content = prop_oneof![
        "[a-z€🦀]{0,200}".prop_map(|text| (MessageKind::Text, text.into_bytes())),
        prop::collection::vec(any::<u8>(), 0..500).prop_map(|bytes| (MessageKind::Binary, bytes)),
        (65_000..66_000_usize).prop_map(|len| (MessageKind::Binary, vec![9; len])),
    ];
    let message = (content, prop::collection::vec(any::<usize>(), 0..4), any::<bool>())
        .prop_map(|((kind, payload), cuts, pings)| Sent::Message { kind, fragments: fragments(&payload, cuts), pings });
    prop_oneof![4 => message, 1 => prop::collection::vec(any::<u8>(), 0..=125).prop_map(Sent::Pong)]
}

/// Lets tungstenite write as `role`; the bytes, and what they say.
fn tungstenite_writes(role: Role, sent: &[Sent], close: Option<Option<CloseFrame>>) -> (Vec<u8>, Vec<Said>) {
    let mut socket = tungstenite(role, Vec::new());
    let mut said = Vec::new();
    for item in sent {
        match item {
            Sent::Message { kind, fragments, pings } => {
                for (i, fragment) in fragments.iter().enumerate() {
                    let opcode = match (i, kind) {
                        (0, MessageKind::Text) => Data::Text,
                        (0, MessageKind::Binary) => Data::Binary,
                        _ => Data::Continue,
                    };
                    let last = i + 1 == fragments.len();
                    let frame = Frame::message(fragment.clone(), OpCode::Data(opcode), last);
                    socket.write(Message::Frame(frame)).expect(WRITES);
                    if *pings && !last {
                        socket.write(Message::Ping("between".into())).expect(WRITES);
                        said.push(Said::Ping("between".into()));
                    }
                }
                said.push(Said::Message(*kind, fragments.concat()));
            }
            Sent::Pong(payload) => {
                socket.write(Message::Pong(payload.clone().into())).expect(WRITES);
                said.push(Said::Pong(payload.clone()));
            }
        }
    }
    socket.flush().expect(WRITES);
    if let Some(close) = close {
        let frame = close
            .as_ref()
            .map(|close| protocol::CloseFrame { code: close.code.get().into(), reason: close.reason.as_str().into() });
        socket.close(frame).expect(WRITES);
        said.push(Said::Close(close));
    }
    (socket.into_inner().written, said)
}

proptest! {
    #[test]
    fn we_read_what_tungstenite_writes(
        sent in prop::collection::vec(sent(), 0..6),
        close in prop::option::of(close()),
        cuts in prop::collection::vec(1..3_000_usize, 1..6),
    ) {
        for (theirs, ours) in [(Role::Client, Role::Server), (Role::Server, Role::Client)] {
            let (bytes, said) = tungstenite_writes(theirs, &sent, close.clone());
            prop_assert_eq!(decode_in_pieces(ours, LIMIT, &bytes, &cuts), Transcript::of(said));
        }
    }

    #[test]
    fn tungstenite_reads_what_we_write(
        sent in prop::collection::vec(sent(), 0..6),
        close in prop::option::of(close()),
        mask: [u8; 4],
    ) {
        let mut said: Vec<Said> = sent
            .into_iter()
            .map(|sent| match sent {
                Sent::Message { kind, fragments, .. } => Said::Message(kind, fragments.concat()),
                Sent::Pong(payload) => Said::Ping(payload),
            })
            .collect();
        said.extend(close.map(Said::Close));
        prop_assert_eq!(tungstenite_reads(Role::Client, encode(&said, None)), (said.clone(), false));
        prop_assert_eq!(tungstenite_reads(Role::Server, encode(&said, Some(mask))), (said, false));
    }

    /// The verdict on streams of frames in any order: the same messages up to an error, and an error in both or none.
    #[test]
    fn tungstenite_judges_alike(frames in prop::collection::vec(frame(), 0..12)) {
        let stream = frames.concat();
        let ours = decode(Role::Server, LIMIT, &stream);
        // Tungstenite reports a code that must not be sent as a code 1002 of its own.
        prop_assume!(!matches!(ours.error, Some(Error::CloseCodeInvalid(_))));
        prop_assert_eq!((ours.said, ours.error.is_some()), tungstenite_reads(Role::Server, stream));
    }
}
