//! Frames that are to be written.

use deskwire_wire::{
    sockjs,
    ws::{self, CloseCode, Opcode},
};

use super::ClientError;
use crate::stamp::random;

/// Bytes that may wait for a server that does not read.
const MAX_UNWRITTEN: usize = 64 * 1024 * 1024;

/// Collects frames and remembers how far they have been written.
#[derive(Debug)]
pub(super) struct Output {
    bytes: Vec<u8>,
    /// How many of them have been written.
    written: usize,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// Each frame is a message.
    WebSocket(Masks),
    /// Each frame is a message with an array of one string, as `sockjs-client` sends it.
    SockJs { masks: Masks, array: Vec<u8> },
    /// Frames follow each other.
    Stream,
}

impl Output {
    /// The output of a WebSocket.
    pub(super) fn websocket() -> Self {
        Self::new(Form::WebSocket(Masks::new()))
    }

    /// The output of a session of SockJS on a WebSocket.
    pub(super) fn sockjs() -> Self {
        Self::new(Form::SockJs { masks: Masks::new(), array: Vec::new() })
    }

    /// The output of a connection without framing.
    pub(super) const fn stream() -> Self {
        Self::new(Form::Stream)
    }

    const fn new(form: Form) -> Self {
        Self { bytes: Vec::new(), written: 0, form }
    }

    /// Adds a frame of the protocol; SockJS carries text only.
    pub(super) fn frame(&mut self, opcode: Opcode, payload: &[u8]) -> Result<(), ClientError> {
        self.check_room(payload)?;
        match &mut self.form {
            Form::WebSocket(masks) => ws::put_masked_frame(&mut self.bytes, opcode, payload, masks.next()),
            Form::SockJs { masks, array } => {
                array.clear();
                array.push(b'[');
                sockjs::put_element(array, payload);
                array.push(b']');
                ws::put_masked_frame(&mut self.bytes, opcode, array, masks.next());
            }
            Form::Stream => self.bytes.extend_from_slice(payload),
        }
        Ok(())
    }

    /// Adds a control frame of WebSocket, where there is one.
    pub(super) fn control(&mut self, opcode: Opcode, payload: &[u8]) -> Result<(), ClientError> {
        self.check_room(payload)?;
        if let Form::WebSocket(masks) | Form::SockJs { masks, .. } = &mut self.form {
            ws::put_masked_frame(&mut self.bytes, opcode, payload, masks.next());
        }
        Ok(())
    }

    /// Adds the end of a WebSocket, where there is one.
    pub(super) fn close(&mut self) {
        if let Form::WebSocket(masks) | Form::SockJs { masks, .. } = &mut self.form {
            ws::put_masked_close(&mut self.bytes, CloseCode::NORMAL, "", masks.next());
        }
    }

    /// What has not been written.
    pub(super) fn unwritten(&self) -> &[u8] {
        &self.bytes[self.written..]
    }

    /// Notes that `count` more bytes have been written.
    pub(super) fn advance(&mut self, count: usize) {
        self.written += count;
        if self.written == self.bytes.len() {
            self.bytes.clear();
            self.written = 0;
        }
    }

    fn check_room(&self, payload: &[u8]) -> Result<(), ClientError> {
        if self.bytes.len() + payload.len() > MAX_UNWRITTEN { Err(ClientError::Congested) } else { Ok(()) }
    }
}

/// Masks protect intermediaries from what a web page makes a browser send (RFC 6455 §10.3); here they only have to be
/// there, so that a fast generator does (xorshift64).
#[derive(Debug)]
struct Masks(u64);

impl Masks {
    fn new() -> Self {
        Self(random() | 1)
    }

    const fn next(&mut self) -> [u8; 4] {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 32) as u32).to_ne_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_has_no_frames_around_it() {
        let mut output = Output::stream();
        output.frame(Opcode::Text, b"one").unwrap();
        output.control(Opcode::Pong, b"two").unwrap();
        output.close();
        assert_eq!(output.unwritten(), b"one");
        output.advance(1);
        assert_eq!(output.unwritten(), b"ne");
        output.advance(2);
        assert_eq!(output.unwritten(), b"");
    }

    #[test]
    fn sockjs_sends_arrays_of_one_string() {
        let mut output = Output::sockjs();
        output.frame(Opcode::Text, b"A\n\0").unwrap();
        output.frame(Opcode::Text, b"\n").unwrap();
        let mut bytes = output.unwritten().to_vec();
        let mut decoder = ws::Decoder::new(ws::Role::Server, ws::Limits { max_message: 100 });
        let (mut rest, mut messages) = (&mut bytes[..], Vec::new());
        while let Some(event) = decoder.decode(&mut rest).unwrap() {
            if let ws::Event::Data { payload, .. } = event {
                messages.push(String::from_utf8_lossy(payload).into_owned());
            }
        }
        assert_eq!(messages, [r#"["A\n\u0000"]"#, r#"["\n"]"#]);
    }
}
