//! WebSocket framing of a connection.

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

/// The WebSocket side of a connection.
#[derive(Debug)]
pub(super) struct WebSocket {
    decoder: Decoder,
}

impl WebSocket {
    pub(super) fn new(max_message: usize) -> Self {
        Self { decoder: Decoder::new(Role::Server, Limits { max_message }) }
    }

    /// Takes frames out of `input` and hands the messages' bytes to `sink`. Both protocols are streams of bytes, so
    /// the borders of messages mean nothing (`spec/stomp-sockjs.md` rule 6, `[MQTT-6.0.0-2]`).
    pub(super) fn receive(&mut self, mut input: &mut [u8], mut sink: impl FnMut(&[u8])) -> Received {
        let mut received = Received::default();
        loop {
            match self.decoder.decode(&mut input) {
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
}

/// Where a protocol writes its frames: each becomes one WebSocket message (`spec/stomp-sockjs.md` rule 5).
#[derive(Debug)]
pub(super) struct Frames<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Frames<'a> {
    pub(super) const fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    pub(super) fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        ws::put_frame_with(self.out, Opcode::Text, write);
    }

    pub(super) fn binary(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        ws::put_frame_with(self.out, Opcode::Binary, write);
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

    pub(super) fn ping(&mut self, payload: &[u8]) {
        ws::put_frame(self.out, Opcode::Ping, payload);
    }

    pub(super) fn pong(&mut self, ping: &Control) {
        ws::put_frame(self.out, Opcode::Pong, ping.as_ref());
    }

    pub(super) fn close(&mut self, code: CloseCode, reason: &str) {
        ws::put_close(self.out, code, reason);
    }
}
