//! A STOMP client on a WebSocket.

use std::collections::VecDeque;

use deskwire_wire::{
    stomp::{Command, Decoder, Frame, FrameWriter, Item, Limits, Version, client},
    ws::Opcode,
};
use serde_json::json;

use crate::{
    server::{SERVICE, Server, Visitor},
    websocket::{Heard, WebSocket},
};

pub(crate) const VERSION: Version = Version::V12;

pub(crate) struct Stomp {
    pub(crate) socket: WebSocket,
    decoder: Decoder,
    heard: VecDeque<Frame>,
}

impl Stomp {
    /// A connection on which nothing has been said.
    pub(crate) fn open(server: &Server) -> Self {
        Self::on(WebSocket::open(server, "/stomp", "v12.stomp"))
    }

    pub(crate) fn on(socket: WebSocket) -> Self {
        let decoder = Decoder::new(Limits { max_frame: u32::MAX, ..Limits::default() });
        Self { socket, decoder, heard: VecDeque::new() }
    }

    /// The service account, which uses live topics.
    pub(crate) fn service(server: &Server) -> Self {
        Self::open(server).connected(SERVICE.0, Some(SERVICE.1))
    }

    pub(crate) fn visitor(server: &Server, visitor: &Visitor) -> Self {
        Self::open(server).connected(&visitor.uid, None)
    }

    /// The demo agent.
    pub(crate) fn agent(server: &Server) -> Self {
        Self::open(server).connected("agent", Some(&server.agent_token()))
    }

    pub(crate) fn connected(mut self, login: &str, passcode: Option<&str>) -> Self {
        self.connect(login, passcode, &[]);
        assert_eq!(self.frame().command(), Command::Connected);
        self
    }

    pub(crate) fn connect(&mut self, login: &str, passcode: Option<&str>, headers: &[(&str, &str)]) {
        let connect = client::Connect {
            accept_version: Some("1.2"),
            login: Some(login),
            passcode,
            headers,
            ..Default::default()
        };
        self.say(|out| connect.encode(out));
    }

    /// Sends what `write` writes as one message.
    pub(crate) fn say(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut frame = Vec::new();
        write(&mut frame);
        self.socket.send(Opcode::Text, &frame);
    }

    pub(crate) fn subscribe(&mut self, id: &str, destination: &str, headers: &[(&str, &str)]) {
        let subscribe = client::Subscribe { id, destination, receipt: Some(id), headers, ..Default::default() };
        self.say(|out| subscribe.encode(VERSION, out));
    }

    /// As [`Self::subscribe`], and waits until it is active.
    pub(crate) fn subscribed(&mut self, id: &str, destination: &str, headers: &[(&str, &str)]) {
        self.subscribe(id, destination, headers);
        self.receipt(id);
    }

    pub(crate) fn send(&mut self, send: client::Send<'_>) {
        self.say(|out| send.encode(VERSION, out));
    }

    /// A message into a conversation; its receipt is called as it is.
    pub(crate) fn text(&mut self, visitor: &Visitor, kind: &str, name: &str, content: &str) {
        let body = json!({ "uid": name, "type": kind, "content": content }).to_string();
        let destination = format!("/app/{}", visitor.topic);
        self.send(client::Send {
            destination: &destination,
            receipt: Some(name),
            body: body.as_bytes(),
            ..Default::default()
        });
    }

    pub(crate) fn ack(&mut self, id: &str) {
        self.say(|out| client::Ack { id, ..Default::default() }.encode(VERSION, out));
    }

    /// ACK or NACK with further headers, such as a transaction.
    pub(crate) fn settle(&mut self, command: Command, id: &str, headers: &[(&str, &str)]) {
        self.say(|out| {
            let writer = FrameWriter::new(out, command, VERSION).header("id", id);
            headers.iter().fold(writer, |writer, (name, value)| writer.header(name, value)).finish();
        });
    }

    pub(crate) fn nack(&mut self, id: &str) {
        self.settle(Command::Nack, id, &[]);
    }

    /// Ends a subscription with further headers, and waits until it is done.
    pub(crate) fn unsubscribed(&mut self, headers: &[(&str, &str)]) {
        self.say(|out| {
            let writer = FrameWriter::new(out, Command::Unsubscribe, VERSION).header("receipt", "unsubscribed");
            headers.iter().fold(writer, |writer, (name, value)| writer.header(name, value)).finish();
        });
        self.receipt("unsubscribed");
    }

    /// Sends a text with further headers; its receipt is called as it is.
    pub(crate) fn post(&mut self, destination: &str, text: &str, headers: &[(&str, &str)]) {
        let body = text.as_bytes();
        self.send(client::Send { destination, receipt: Some(text), headers, body, ..Default::default() });
    }

    /// As [`Self::post`], and waits until the server has it.
    pub(crate) fn posted(&mut self, destination: &str, text: &str, headers: &[(&str, &str)]) {
        self.post(destination, text, headers);
        self.receipt(text);
    }

    /// The text of the next frame, which must be a MESSAGE of a queue, and whether it may have come before.
    pub(crate) fn handed(&mut self) -> (String, bool) {
        let message = self.message();
        let redelivered = message.header("redelivered").unwrap_or_else(|| panic!("not from a queue: {message:?}"));
        (String::from_utf8(message.body().to_vec()).unwrap(), redelivered == "true")
    }

    pub(crate) fn transaction(&mut self, command: Command, id: &str) {
        self.say(|out| {
            FrameWriter::new(out, command, VERSION).header("transaction", id).header("receipt", id).finish();
        });
    }

    pub(crate) fn hear(&mut self) -> Heard<Frame> {
        loop {
            if let Some(frame) = self.heard.pop_front() {
                return Heard::Said(frame);
            }
            match self.socket.hear() {
                Heard::Said(bytes) => self.decode(&bytes),
                Heard::Closed(code) => return Heard::Closed(code),
                Heard::Gone => return Heard::Gone,
            }
        }
    }

    fn decode(&mut self, mut bytes: &[u8]) {
        while let Some(item) = self.decoder.decode(&mut bytes).unwrap() {
            if let Item::Frame(frame) = item {
                self.heard.push_back(frame);
            }
        }
    }

    /// The next frame.
    pub(crate) fn frame(&mut self) -> Frame {
        self.hear().said()
    }

    /// The next frame, which must be the RECEIPT called `id`.
    pub(crate) fn receipt(&mut self, id: &str) {
        let frame = self.frame();
        assert_eq!((frame.command(), frame.header("receipt-id")), (Command::Receipt, Some(id)), "{frame:?}");
    }

    /// The next frame, which must be a MESSAGE.
    pub(crate) fn message(&mut self) -> Frame {
        let frame = self.frame();
        assert_eq!(frame.command(), Command::Message, "{frame:?}");
        frame
    }

    /// The next frames must be an ERROR that says `part`, and the end with Close code `code`.
    pub(crate) fn is_refused(&mut self, part: &str, code: u16) {
        let frame = self.frame();
        assert_eq!(frame.command(), Command::Error, "{frame:?}");
        let message = frame.header("message").unwrap();
        assert!(message.contains(part), "{message:?} does not say {part:?}");
        assert_eq!(self.hear().closed(), code);
    }

    /// Sends a message to itself: whoever can do that is being served.
    pub(crate) fn is_served(&mut self) {
        self.subscribed("round", "/topic/round.trip", &[]);
        self.send(client::Send { destination: "/topic/round.trip", body: b"trip", ..Default::default() });
        assert_eq!(self.message().body(), b"trip");
        self.say(|out| client::Unsubscribe { id: "round", receipt: Some("end") }.encode(VERSION, out));
        self.receipt("end");
    }
}

/// The position of a MESSAGE in its log.
pub(crate) fn seq(message: &Frame) -> u64 {
    message.header("seq").unwrap_or_else(|| panic!("not logged: {message:?}")).parse().unwrap()
}
