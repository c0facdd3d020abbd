//! How the frames of a protocol travel: as WebSocket messages, inside SockJS, or bare on a stream.

use deskwire_wire::{
    sockjs,
    ws::{self, CloseCode, Control, Decoder, Event, Limits, Opcode, OpenFrame, Role},
};

use super::scratch;

/// Output is written when it has grown to this many bytes, even if there is more.
const WRITE_AT_ONCE: usize = 256 * 1024;
/// How a client is told off that breaks the framing of SockJS, as by the reference server.
const BROKEN_FRAMING: CloseCode = CloseCode::new(3000).expect("3000 to 3999 are for libraries (RFC 6455 §7.4.2)");

/// Why nothing more is heard of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// It has said Close, with this code.
    Said(CloseCode),
    /// It broke the framing, and is to be told with this code.
    Broke(CloseCode),
}

impl Closing {
    /// The code to close with.
    pub(super) const fn code(self) -> CloseCode {
        match self {
            Self::Said(code) | Self::Broke(code) => code,
        }
    }
}

/// What an input came to.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// Pings to answer. Only the last one counts if several came at once (RFC 6455 §5.5.3).
    pub(super) ping: Option<Control>,
    /// The number in the answer to one of our pings. Pongs that nobody asked for are legal (RFC 6455 §5.5.3) and hold
    /// whatever their sender likes.
    pub(super) pong: Option<u64>,
    /// Whether that was the last of it.
    pub(super) closing: Option<Closing>,
}

/// The framing of one connection, with the state of its input.
#[derive(Debug)]
pub(super) enum Framing {
    /// Each frame is one message of RFC 6455.
    WebSocket(Decoder),
    /// As WebSocket, with SockJS frames for messages (`spec/stomp-sockjs.md` §3.6).
    SockJs(Box<SockJs>),
    /// Each frame is an element of SockJS; its session puts them into the frames that HTTP carries (§3.7).
    Elements,
    /// Frames follow each other on TCP or TLS.
    Stream,
}

/// SockJS over WebSocket.
#[derive(Debug)]
pub(super) struct SockJs {
    decoder: Decoder,
    max_message: usize,
    /// The beginning of a message that is not complete.
    message: Vec<u8>,
    /// Whether the client has been told that the session is open.
    opened: bool,
}

impl Framing {
    /// A WebSocket whose messages have at most `max_message` bytes.
    pub(super) fn websocket(max_message: usize) -> Self {
        Self::WebSocket(Decoder::new(Role::Server, Limits { max_message }))
    }

    /// SockJS on such a WebSocket.
    pub(super) fn sockjs(max_message: usize) -> Self {
        let decoder = Decoder::new(Role::Server, Limits { max_message });
        Self::SockJs(Box::new(SockJs { decoder, max_message, message: Vec::new(), opened: false }))
    }

    /// Takes `input` apart and hands the protocol's bytes to `sink`. Both protocols are streams of bytes, so the borders
    /// of messages mean nothing (`spec/stomp-sockjs.md` rule 6, `[MQTT-6.0.0-2]`).
    pub(super) fn receive(&mut self, input: &mut [u8], mut sink: impl FnMut(&[u8])) -> Received {
        match self {
            Self::WebSocket(decoder) => receive_messages(decoder, input, |payload, _| {
                sink(payload);
                None
            }),
            Self::SockJs(state) => {
                let SockJs { decoder, max_message, message, .. } = &mut **state;
                receive_messages(decoder, input, |payload, end| {
                    receive_sockjs(message, payload, end, *max_message, &mut sink)
                })
            }
            Self::Elements | Self::Stream => {
                sink(input);
                Received::default()
            }
        }
    }

    /// Where the connection's frames are to be written.
    pub(super) fn frames<'a>(&mut self, out: &'a mut Vec<u8>) -> Frames<'a> {
        let form = match self {
            Self::WebSocket(_) => Form::WebSocket,
            Self::SockJs(state) => {
                if !std::mem::replace(&mut state.opened, true) {
                    ws::put_frame_with(out, Opcode::Text, sockjs::put_open);
                }
                Form::SockJs { array: None }
            }
            Self::Elements => Form::Elements,
            Self::Stream => Form::Stream,
        };
        Frames { out, form }
    }

    /// Whether there are pings, which a client that lives answers, and Close frames.
    pub(super) const fn is_websocket(&self) -> bool {
        matches!(self, Self::WebSocket(_) | Self::SockJs(_))
    }

    /// Whether the client can prove what has reached it, see
    /// [`Carrier::ask_for_proof`](super::carrier::Carrier::ask_for_proof).
    pub(super) const fn has_proofs(&self) -> bool {
        !matches!(self, Self::Stream)
    }
}

/// Hands the payload of data messages to `sink`, with whether its message ends there; `sink` may find the framing broken.
fn receive_messages(
    decoder: &mut Decoder,
    mut input: &mut [u8],
    mut sink: impl FnMut(&[u8], bool) -> Option<CloseCode>,
) -> Received {
    let mut received = Received::default();
    loop {
        match decoder.decode(&mut input) {
            Ok(None) => return received,
            Ok(Some(Event::Data { payload, end, .. })) => received.closing = sink(payload, end).map(Closing::Broke),
            Ok(Some(Event::Ping(ping))) => received.ping = Some(ping),
            Ok(Some(Event::Pong(pong))) => {
                let number = pong.as_ref().try_into().map(u64::from_be_bytes).ok();
                received.pong = received.pong.max(number);
            }
            Ok(Some(Event::Close(frame))) => {
                received.closing = Some(Closing::Said(frame.map_or(CloseCode::NORMAL, |frame| frame.code)));
            }
            Err(error) => received.closing = Some(Closing::Broke(error.close_code())),
        }
        if received.closing.is_some() {
            return received;
        }
    }
}

/// Adds a piece to a message of SockJS and hands the strings of a complete one to `sink`.
fn receive_sockjs(
    message: &mut Vec<u8>,
    payload: &[u8],
    end: bool,
    max_message: usize,
    sink: &mut impl FnMut(&[u8]),
) -> Option<CloseCode> {
    if !end || !message.is_empty() {
        message.extend_from_slice(payload);
    }
    if !end {
        return None;
    }
    let kept = std::mem::take(message);
    let whole = if kept.is_empty() { payload } else { &kept };
    match sockjs::Messages::from_websocket(whole, max_message) {
        Ok(messages) => {
            sink(messages.joined().as_bytes());
            None
        }
        Err(_) => Some(BROKEN_FRAMING),
    }
}

/// How frames are written.
#[derive(Debug)]
enum Form {
    WebSocket,
    /// Frames that are written one after the other share one array.
    SockJs {
        array: Option<OpenFrame>,
    },
    Elements,
    Stream,
}

/// Where a protocol writes its frames: on a WebSocket each becomes one message, inside SockJS one element of an array
/// (`spec/stomp-sockjs.md` rule 5).
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

    /// Writes a frame of any bytes, where [`Self::carries_bytes`].
    pub(super) fn binary(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.frame(Opcode::Binary, write);
    }

    /// Whether frames may be other than UTF-8: inside SockJS all is JSON.
    pub(super) const fn carries_bytes(&self) -> bool {
        matches!(self.form, Form::WebSocket | Form::Stream)
    }

    fn frame(&mut self, opcode: Opcode, write: impl FnOnce(&mut Vec<u8>)) {
        match &mut self.form {
            Form::WebSocket => ws::put_frame_with(self.out, opcode, write),
            Form::SockJs { array } => {
                if array.is_some() {
                    self.out.push(b',');
                } else {
                    *array = Some(OpenFrame::begin(self.out));
                    self.out.extend_from_slice(b"a[");
                }
                put_element(self.out, write);
            }
            Form::Elements => {
                put_element(self.out, write);
                self.out.push(b',');
            }
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

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.out.len()
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
        self.end_array();
        if matches!(self.form, Form::WebSocket | Form::SockJs { .. }) {
            ws::put_frame(self.out, opcode, payload);
        }
    }

    /// Says how the connection ends, where there is a way to say it.
    pub(super) fn close(&mut self, code: CloseCode, reason: &str) {
        self.end_array();
        if matches!(self.form, Form::SockJs { .. }) {
            ws::put_frame_with(self.out, Opcode::Text, |out| sockjs::put_close(out, code.get(), reason));
        }
        if matches!(self.form, Form::WebSocket | Form::SockJs { .. }) {
            ws::put_close(self.out, code, reason);
        }
    }

    fn end_array(&mut self) {
        if let Form::SockJs { array } = &mut self.form
            && let Some(array) = array.take()
        {
            self.out.push(b']');
            array.end(self.out, Opcode::Text);
        }
    }
}

impl Drop for Frames<'_> {
    fn drop(&mut self) {
        self.end_array();
    }
}

/// Appends what `write` writes as an element of SockJS.
fn put_element(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    scratch::frame(|frame| {
        write(frame);
        sockjs::put_element(out, frame);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payloads(out: &[u8]) -> Vec<(Opcode, String)> {
        let (mut rest, mut found) = (out, Vec::new());
        while let [first, second, tail @ ..] = rest {
            let (length, tail) = match second {
                126 => (usize::from(u16::from_be_bytes([tail[0], tail[1]])), &tail[2..]),
                length => (usize::from(*length), tail),
            };
            let opcode = match first {
                0x81 => Opcode::Text,
                0x89 => Opcode::Ping,
                0x88 => Opcode::Close,
                other => panic!("{other:#x}"),
            };
            found.push((opcode, String::from_utf8_lossy(&tail[..length]).into_owned()));
            rest = &tail[length..];
        }
        found
    }

    #[test]
    fn sockjs_opens_once_and_frames_between_controls_share_an_array() {
        let (mut framing, mut out) = (Framing::sockjs(1000), Vec::new());
        let mut frames = framing.frames(&mut out);
        frames.text(|out| out.extend_from_slice(b"A\0"));
        frames.text(|out| out.extend_from_slice(b"B\n"));
        frames.ping(b"12345678");
        frames.text(|out| out.extend_from_slice(b"\n"));
        drop(frames);
        framing.frames(&mut out).close(CloseCode::NORMAL, "bye");
        let expected = [
            (Opcode::Text, "o"),
            (Opcode::Text, r#"a["A\u0000","B\n"]"#),
            (Opcode::Ping, "12345678"),
            (Opcode::Text, r#"a["\n"]"#),
            (Opcode::Text, r#"c[1000,"bye"]"#),
            (Opcode::Close, "\u{3}\u{fffd}bye"),
        ];
        let expected: Vec<_> = expected.map(|(opcode, text)| (opcode, text.to_owned())).into();
        assert_eq!(payloads(&out), expected);
    }

    #[test]
    fn elements_and_streams_have_no_controls() {
        for (mut framing, expected) in [(Framing::Elements, r#""x\n","#), (Framing::Stream, "x\n")] {
            let mut out = Vec::new();
            let mut frames = framing.frames(&mut out);
            frames.text(|out| out.extend_from_slice(b"x\n"));
            frames.ping(b"1");
            frames.close(CloseCode::NORMAL, "");
            drop(frames);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }

    #[test]
    fn what_a_sockjs_client_says_is_cut_anywhere_and_must_be_strings() {
        let mask = [1, 2, 3, 4];
        let mut input = Vec::new();
        for message in [r#"["SEND\n","x"]"#, r#""single""#, "", "[]", "[1]"] {
            ws::put_masked_frame(&mut input, Opcode::Text, message.as_bytes(), mask);
        }
        for size in [1, 2, 3, 1000] {
            let (mut framing, mut heard, mut closed) = (Framing::sockjs(1000), Vec::new(), None);
            for piece in input.clone().chunks_mut(size) {
                let received = framing.receive(piece, |bytes| heard.extend_from_slice(bytes));
                closed = closed.or(received.closing);
                if closed.is_some() {
                    break;
                }
            }
            assert_eq!(String::from_utf8_lossy(&heard), "SEND\nxsingle", "in pieces of {size}");
            assert_eq!(closed, Some(Closing::Broke(BROKEN_FRAMING)));
        }
    }
}
