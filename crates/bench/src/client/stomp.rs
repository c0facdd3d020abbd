use deskwire_wire::{
    stomp::{
        Command, Decoder, Frame, HeartBeat, Item, Limits, Version,
        client::{Connect, Disconnect, Send, Subscribe},
    },
    ws::Opcode,
};

use super::{ClientError, Event, Login, output::Output};

/// WebSocket subprotocol.
pub(super) const SUBPROTOCOL: &str = "v12.stomp";

const VERSION: Version = Version::V12;
const LIMITS: Limits = Limits { max_frame: 16 * 1024 * 1024, max_headers: 100, max_header_line: 16 * 1024 };
/// Receipts are only asked for subscriptions, one after the other.
const RECEIPT: &str = "subscribed";

/// The client's side of STOMP 1.2.
#[derive(Debug)]
pub(super) struct Session {
    decoder: Decoder,
    /// The frame that is being written.
    frame: Vec<u8>,
    subscriptions: u32,
}

impl Session {
    /// Begins with CONNECT.
    pub(super) fn connect(output: &mut Output, host: &str, login: Login<'_>) -> Result<Self, ClientError> {
        let connect = Connect {
            accept_version: Some(VERSION.as_str()),
            host: Some(host),
            login: login.name,
            passcode: login.secret,
            heart_beat: Some(HeartBeat::default()),
            headers: &[],
        };
        let mut session = Self { decoder: Decoder::new(LIMITS), frame: Vec::new(), subscriptions: 0 };
        session.put(output, |frame| connect.encode(frame))?;
        Ok(session)
    }

    /// Adds SUBSCRIBE.
    pub(super) fn subscribe(&mut self, output: &mut Output, destination: &str) -> Result<(), ClientError> {
        let id = self.subscriptions.to_string();
        self.subscriptions += 1;
        let subscribe = Subscribe { id: &id, destination, ack: Some("auto"), receipt: Some(RECEIPT), headers: &[] };
        self.put(output, |frame| subscribe.encode(VERSION, frame))
    }

    /// Adds SEND.
    pub(super) fn publish(&mut self, output: &mut Output, destination: &str, body: &[u8]) -> Result<(), ClientError> {
        let send = Send { destination, content_type: Some("application/json"), body, ..Send::default() };
        self.put(output, |frame| send.encode(VERSION, frame))
    }

    /// Adds DISCONNECT.
    pub(super) fn disconnect(&mut self, output: &mut Output) -> Result<(), ClientError> {
        self.put(output, |frame| Disconnect::default().encode(VERSION, frame))
    }

    /// Reads on.
    pub(super) fn receive(
        &mut self,
        mut bytes: &[u8],
        on_event: &mut impl FnMut(Event<'_>),
    ) -> Result<(), ClientError> {
        while let Some(item) = self.decoder.decode(&mut bytes)? {
            let Item::Frame(frame) = item else { continue };
            match frame.command() {
                Command::Message => on_event(message(&frame)),
                Command::Connected => on_event(Event::Connected),
                Command::Receipt => on_event(Event::Subscribed),
                other => {
                    let reason = frame.header("message").unwrap_or_default();
                    return Err(ClientError::Refused(format!("{other} {reason}")));
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, output: &mut Output, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), ClientError> {
        self.frame.clear();
        write(&mut self.frame);
        output.frame(Opcode::Text, &self.frame)
    }
}

fn message(frame: &Frame) -> Event<'_> {
    Event::Message {
        topic: frame.header("destination").unwrap_or_default(),
        body: frame.body(),
        seq: frame.header("seq").and_then(|seq| seq.parse().ok()),
    }
}
