//! A WebSocket client that does nothing by itself but answer pings, and not even that when told so.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::TcpStream,
    time::Instant,
};

use deskwire_wire::ws::{
    CloseCode, Decoder, Event, Limits, Opcode, ResponseReader, Role, client_key, client_request, put_masked_close,
    put_masked_frame,
};

use crate::server::{PATIENCE, Server};

const MASK: [u8; 4] = [1, 2, 3, 4];

/// What comes out of a connection; `T` is what its protocol says.
#[derive(Debug)]
pub(crate) enum Heard<T> {
    /// Something the server said.
    Said(T),
    /// The server's Close frame.
    Closed(u16),
    /// The end of the stream.
    Gone,
}

impl<T: std::fmt::Debug> Heard<T> {
    pub(crate) fn said(self) -> T {
        match self {
            Self::Said(said) => said,
            end => panic!("the connection ended: {end:?}"),
        }
    }

    pub(crate) fn closed(self) -> u16 {
        match self {
            Self::Closed(code) => code,
            other => panic!("a Close frame was expected: {other:?}"),
        }
    }
}

pub(crate) struct WebSocket {
    stream: TcpStream,
    decoder: Decoder,
    heard: VecDeque<Heard<Vec<u8>>>,
    /// How many pings came.
    pub(crate) pings: usize,
    pub(crate) answers_pings: bool,
}

impl WebSocket {
    pub(crate) fn open(server: &Server, path: &str, subprotocol: &str) -> Self {
        Self::over(server.connect(), path, subprotocol)
    }

    pub(crate) fn over(mut stream: TcpStream, path: &str, subprotocol: &str) -> Self {
        let key = client_key([7; 16]);
        stream.write_all(client_request("a", path, Some(subprotocol), &key).as_bytes()).unwrap();
        let mut reader = ResponseReader::new(&key, Some(subprotocol), 4096);
        let mut byte = [0];
        loop {
            stream.read_exact(&mut byte).unwrap();
            if reader.read(&mut &mut byte[..]).unwrap().is_some() {
                break;
            }
        }
        let decoder = Decoder::new(Role::Client, Limits { max_message: usize::MAX });
        Self { stream, decoder, heard: VecDeque::new(), pings: 0, answers_pings: true }
    }

    /// Sends a message. That the server has closed meanwhile is found out by reading.
    pub(crate) fn send(&mut self, opcode: Opcode, payload: &[u8]) {
        let mut frame = Vec::new();
        put_masked_frame(&mut frame, opcode, payload, MASK);
        let _ = self.stream.write_all(&frame);
    }

    pub(crate) fn hear(&mut self) -> Heard<Vec<u8>> {
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < PATIENCE, "only pings came");
            if let Some(heard) = self.heard.pop_front() {
                return heard;
            }
            if !self.read() {
                return Heard::Gone;
            }
        }
    }

    /// Reads until so many pings have come since the beginning.
    pub(crate) fn hear_pings(&mut self, count: usize) {
        while self.pings < count {
            assert!(self.read(), "the connection ended after {} pings", self.pings);
        }
    }

    /// Reads what there is; `false` at the end of the stream.
    fn read(&mut self) -> bool {
        let mut bytes = vec![0; 64 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(0) => false,
            Ok(count) => {
                self.decode(&mut bytes[..count]);
                true
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!("nothing came: {error}"),
        }
    }

    fn decode(&mut self, mut input: &mut [u8]) {
        let mut out = Vec::new();
        while let Some(event) = self.decoder.decode(&mut input).unwrap() {
            match event {
                Event::Data { payload, .. } => self.heard.push_back(Heard::Said(payload.to_vec())),
                Event::Ping(ping) => {
                    self.pings += 1;
                    if self.answers_pings {
                        put_masked_frame(&mut out, Opcode::Pong, ping.as_ref(), MASK);
                    }
                }
                Event::Pong(_) => {}
                Event::Close(frame) => {
                    self.heard.push_back(Heard::Closed(frame.map_or(1005, |frame| frame.code.get())));
                    put_masked_close(&mut out, CloseCode::NORMAL, "", MASK);
                }
            }
        }
        let _ = self.stream.write_all(&out);
    }
}
