//! What a server's bytes hold: the bytes of a protocol, in WebSocket messages, in SockJS or bare.

use deskwire_wire::{
    sockjs::Messages,
    ws::{self, Event, Opcode},
};

use super::{ClientError, output::Output};

/// Longest message that a server may send.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// How a connection's input is framed, and how far it has been read.
#[derive(Debug)]
pub(super) enum Input {
    /// The payloads of WebSocket messages.
    WebSocket(ws::Decoder),
    /// The strings of SockJS frames, which are WebSocket messages.
    SockJs(Box<SockJs>),
    /// All bytes as they come.
    Stream,
}

/// SockJS over WebSocket, from the server.
#[derive(Debug)]
pub(super) struct SockJs {
    decoder: ws::Decoder,
    frame: PartialFrame,
}

#[derive(Debug, Default)]
struct PartialFrame {
    /// The beginning of a frame that is not complete.
    begun: Vec<u8>,
    /// Whether the server has said that the session is open.
    opened: bool,
}

impl Input {
    /// The input of a WebSocket.
    pub(super) fn websocket() -> Self {
        Self::WebSocket(decoder())
    }

    /// The input of a session of SockJS on a WebSocket.
    pub(super) fn sockjs() -> Self {
        Self::SockJs(Box::new(SockJs { decoder: decoder(), frame: PartialFrame::default() }))
    }

    /// Whether the client may speak.
    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::WebSocket(_) | Self::Stream => true,
            Self::SockJs(sockjs) => sockjs.frame.opened,
        }
    }

    /// Hands on the protocol's bytes in `bytes`, piece by piece, with the place for answers; pings are answered there.
    pub(super) fn receive(
        &mut self,
        bytes: &mut [u8],
        output: &mut Output,
        mut on_data: impl FnMut(&[u8], &mut Output) -> Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        match self {
            Self::WebSocket(decoder) => receive(decoder, bytes, output, |payload, _, output| on_data(payload, output)),
            Self::SockJs(sockjs) => {
                let SockJs { decoder, frame } = &mut **sockjs;
                receive(decoder, bytes, output, |payload, end, output| {
                    frame.add(payload, end, |data| on_data(data, output))
                })
            }
            Self::Stream if bytes.is_empty() => Ok(()),
            Self::Stream => on_data(bytes, output),
        }
    }
}

impl PartialFrame {
    /// Adds a piece of a WebSocket message, whose `end` may be there, and hands on what a complete one says.
    fn add(
        &mut self,
        piece: &[u8],
        end: bool,
        on_data: impl FnOnce(&[u8]) -> Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        if end && self.begun.is_empty() {
            return self.read(piece, on_data);
        }
        self.begun.extend_from_slice(piece);
        if !end {
            return Ok(());
        }
        let whole = std::mem::take(&mut self.begun);
        self.read(&whole, on_data)
    }

    /// Reads a frame (`spec/stomp-sockjs.md` §3.5).
    fn read(
        &mut self,
        frame: &[u8],
        on_data: impl FnOnce(&[u8]) -> Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        match frame {
            [b'o'] if !self.opened => {
                self.opened = true;
                Ok(())
            }
            [b'h'] if self.opened => Ok(()),
            [b'a', array @ ..] if self.opened => {
                on_data(Messages::from_request(array, MAX_MESSAGE)?.joined().as_bytes())
            }
            [b'c', reason @ ..] => Err(ClientError::Closed(String::from_utf8_lossy(reason).into_owned())),
            other => Err(ClientError::SockJsFrame(other.first().copied().map(char::from))),
        }
    }
}

fn decoder() -> ws::Decoder {
    ws::Decoder::new(ws::Role::Client, ws::Limits { max_message: MAX_MESSAGE })
}

/// Hands on the payloads of data messages, with whether their message ends there.
fn receive(
    decoder: &mut ws::Decoder,
    mut bytes: &mut [u8],
    output: &mut Output,
    mut on_payload: impl FnMut(&[u8], bool, &mut Output) -> Result<(), ClientError>,
) -> Result<(), ClientError> {
    while let Some(event) = decoder.decode(&mut bytes)? {
        match event {
            Event::Data { payload, end, .. } => on_payload(payload, end, output)?,
            Event::Ping(payload) => output.control(Opcode::Pong, payload.as_ref())?,
            Event::Pong(_) => {}
            Event::Close(close) => {
                let reason = close.map(|close| format!("{} {}", close.code.get(), close.reason));
                return Err(ClientError::Closed(reason.unwrap_or_else(|| "without a reason".into())));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SockJS says in `frames`, which come in pieces of `size` bytes.
    fn heard(frames: &[&str], size: usize) -> Result<String, ClientError> {
        let (mut bytes, mut input, mut heard) = (Vec::new(), Input::sockjs(), Vec::new());
        for frame in frames {
            ws::put_frame(&mut bytes, Opcode::Text, frame.as_bytes());
        }
        for piece in bytes.chunks_mut(size) {
            input.receive(piece, &mut Output::sockjs(), |data, _| {
                heard.extend_from_slice(data);
                Ok(())
            })?;
        }
        Ok(String::from_utf8(heard).unwrap())
    }

    #[test]
    fn sockjs_is_read_however_it_is_cut() {
        for size in [1, 2, 7, 1000] {
            assert_eq!(heard(&["o", "h", r#"a["A\n\u0000","B"]"#, "a[]"], size).unwrap(), "A\n\0B", "{size}");
        }
    }

    #[test]
    fn what_is_not_sockjs_is_an_error() {
        for frames in [&["a[]"][..], &["h"], &["o", "o"], &["o", "x"], &["o", ""], &["o", "a"], &["o", "a[1]"]] {
            assert!(heard(frames, 1000).is_err(), "{frames:?}");
        }
        let closed = heard(&["o", r#"c[3000,"Go away!"]"#], 1000).unwrap_err();
        assert_eq!(closed.to_string(), r#"closed by the server: [3000,"Go away!"]"#);
    }
}
