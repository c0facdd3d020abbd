//! How the frames of a protocol travel: as WebSocket messages, or bare on a stream.

use deskwire_wire::ws::{self, CloseCode, Control, Decoder, Event, Limits, Opcode, Role};

/// Output is written when it has grown to this many bytes, even if there is more.
const WRITE_AT_ONCE: usize = 256 * 1024;

/// What an input came to.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// Pings to answer. Only the last one counts if several came at once (RFC 6455 §5.5.3).
    pub(super) ping: Option<Control>,
    /// The number in the answer to one of our pings. Pongs that nobody asked for are legal (RFC 6455 §5.5.3) and hold
    /// whatever their sender likes.
    pub(super) pong: Option<u64>,
    /// The client closes, or broke the protocol: the code to close with.
    pub(super) close: Option<CloseCode>,
}

/// The framing of one connection, with the state of its input.
#[derive(Debug)]
pub(super) enum Framing {
    /// Each frame is one message of RFC 6455.
    WebSocket(Decoder),
    /// Frames follow each other on TCP or TLS.
    Stream,
}

impl Framing {
    /// A WebSocket whose messages have at most `max_message` bytes.
    pub(super) fn websocket(max_message: usize) -> Self {
        Self::WebSocket(Decoder::new(Role::Server, Limits { max_message }))
    }

    /// Takes `input` apart and hands the protocol's bytes to `sink`. Both protocols are streams of bytes, so the borders
    /// of messages mean nothing (`spec/stomp-sockjs.md` rule 6, `[MQTT-6.0.0-2]`).
    pub(super) fn receive(&mut self, input: &mut [u8], mut sink: impl FnMut(&[u8])) -> Received {
        match self {
            Self::WebSocket(decoder) => receive_messages(decoder, input, sink),
            Self::Stream => {
                sink(input);
                Received::default()
            }
        }
    }

    /// Where the connection's frames are to be written.
    pub(super) const fn frames<'a>(&self, out: &'a mut Vec<u8>) -> Frames<'a> {
        let form = match self {
            Self::WebSocket(_) => Form::WebSocket,
            Self::Stream => Form::Stream,
        };
        Frames { out, form }
    }

    /// Whether the client answers pings, which tells that it lives and what has reached it.
    pub(super) const fn has_pings(&self) -> bool {
        matches!(self, Self::WebSocket(_))
    }
}

fn receive_messages(decoder: &mut Decoder, mut input: &mut [u8], mut sink: impl FnMut(&[u8])) -> Received {
    let mut received = Received::default();
    loop {
        match decoder.decode(&mut input) {
            Ok(None) => return received,
            Ok(Some(Event::Data { payload, .. })) => sink(payload),
            Ok(Some(Event::Ping(ping))) => received.ping = Some(ping),
            Ok(Some(Event::Pong(pong))) => {
                let number = pong.as_ref().try_into().map(u64::from_be_bytes).ok();
                received.pong = received.pong.max(number);
            }
            Ok(Some(Event::Close(frame))) => {
                received.close = Some(frame.map_or(CloseCode::NORMAL, |frame| frame.code));
                return received;
            }
            Err(error) => {
                received.close = Some(error.close_code());
                return received;
            }
        }
    }
}

/// How frames are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    WebSocket,
    Stream,
}

/// Where a protocol writes its frames: on a WebSocket each becomes one message (`spec/stomp-sockjs.md` rule 5).
#[derive(Debug)]
pub(super) struct Frames<'a> {
    out: &'a mut Vec<u8>,
    form: Form,
}

impl Frames<'_> {
    /// Writes a frame that is UTF-8.
    pub(super) fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.frame(Opcode::Text, write);
    }

    /// Writes a frame of any bytes.
    pub(super) fn binary(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.frame(Opcode::Binary, write);
    }

    fn frame(&mut self, opcode: Opcode, write: impl FnOnce(&mut Vec<u8>)) {
        match self.form {
            Form::WebSocket => ws::put_frame_with(self.out, opcode, write),
            Form::Stream => write(self.out),
        }
    }

    /// As [`Self::binary`]; nothing is left of a frame whose content could not be written.
    pub(super) fn try_binary<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        let (before, mut result) = (self.out.len(), Ok(()));
        self.binary(|out| result = write(out));
        if result.is_err() {
            self.out.truncate(before);
        }
        result
    }

    /// Whether it is time to give what there is to the socket.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() >= WRITE_AT_ONCE
    }

    /// Asks for a pong with `payload`, where there are pings.
    pub(super) fn ping(&mut self, payload: &[u8]) {
        self.control(Opcode::Ping, payload);
    }

    /// Answers a ping.
    pub(super) fn pong(&mut self, ping: &Control) {
        self.control(Opcode::Pong, ping.as_ref());
    }

    fn control(&mut self, opcode: Opcode, payload: &[u8]) {
        if self.form == Form::WebSocket {
            ws::put_frame(self.out, opcode, payload);
        }
    }

    /// Says how the connection ends, where there is a way to say it.
    pub(super) fn close(&mut self, code: CloseCode, reason: &str) {
        if self.form == Form::WebSocket {
            ws::put_close(self.out, code, reason);
        }
    }
}
