//! A WebSocket of the conformance services (RFC 6455).
//!
//! It goes through the same codec as all connections, but is not one of them: the services need whole messages and their
//! kind, which STOMP and MQTT, being streams, do not. No extension and no subprotocol is agreed.

use std::{future::Future, io, time::Duration};

use axum::{extract::Request, response::Response};
use bytes::Bytes;
use deskwire_wire::ws::{self, CloseCode, Decoder, Event, Limits, MessageKind, Opcode, Role};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::error::Elapsed,
};

use crate::{
    connection::accept,
    listener::{Io, Peer, take_upgraded},
    shutdown::Shutdown,
};

/// Bytes of the longest message that is heard.
pub(super) const MAX_MESSAGE: usize = 16 * 1024 * 1024;
/// Bytes of answers to one piece of input beyond which nothing more is said: the longest message and what may come in
/// one piece with its end.
const MAX_OUTPUT: usize = 2 * MAX_MESSAGE;
/// Bytes read at a time.
const READ: usize = 64 * 1024;
/// How long a client may neither send nor take anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a client may take to end the connection after the Close frames.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// What is said on a WebSocket.
pub(super) trait Talk: Send + 'static {
    /// The connection is open.
    fn begin(&mut self, out: &mut Output);

    /// A whole message came; a text is UTF-8.
    fn hear(&mut self, kind: MessageKind, message: &[u8], out: &mut Output);
}

/// How far the end of a connection is (RFC 6455 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    /// We have said Close and the client has not.
    Begun,
    /// Both have, or the client broke the protocol: nothing more is heard.
    Done,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Output {
    frames: Vec<u8>,
    closing: Option<Closing>,
}

impl Output {
    /// Adds a message, unless there is too much already: then the connection ends.
    pub(super) fn say(&mut self, kind: MessageKind, message: &[u8]) {
        if self.frames.len() + message.len() > MAX_OUTPUT {
            self.close(CloseCode::POLICY_VIOLATION, "too many answers at once");
        } else if self.closing.is_none() {
            ws::put_frame(&mut self.frames, Opcode::from(kind), message);
        }
    }

    /// Ends the connection. Only the first call counts.
    pub(super) fn close(&mut self, code: CloseCode, reason: &str) {
        if self.closing.is_none() {
            self.closing = Some(Closing::Begun);
            ws::put_close(&mut self.frames, code, reason);
        }
    }

    /// As [`Self::close`], when the client is not expected to say anything.
    fn finish(&mut self, code: CloseCode, reason: &str) {
        self.close(code, reason);
        self.closing = Some(Closing::Done);
    }
}

/// Answers the opening handshake and has `talk` in a task of its own.
pub(super) fn upgrade(request: Request, talk: impl Talk, shutdown: Shutdown) -> Response {
    let (mut request, _) = request.into_parts();
    let accepted = match accept(&mut request) {
        Ok(accepted) => accepted,
        Err(refused) => return *refused,
    };
    let (peer, upgrade) = (request.extensions.remove::<Peer>(), accepted.upgrade);
    tokio::spawn(async move {
        // Holds the connection's slot.
        let _peer = peer;
        let served = match upgrade.await.map(take_upgraded) {
            Ok((io, leftover)) => serve(io, leftover, talk, shutdown).await,
            Err(error) => Err(io::Error::other(error)),
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a conformance service lost its client");
        }
    });
    accepted.response
}

/// Talks until one side closes. Nothing is read while an answer waits for the client to take it.
async fn serve(mut io: Io, leftover: Bytes, talk: impl Talk, mut shutdown: Shutdown) -> io::Result<()> {
    let mut conversation = Conversation::new(talk);
    conversation.receive(&mut Vec::from(leftover));
    let mut input = vec![0; READ];
    loop {
        let frames = std::mem::take(&mut conversation.output.frames);
        within(PATIENCE, io.write_all(&frames)).await?;
        within(PATIENCE, io.flush()).await?;
        drop(frames);
        if conversation.output.closing.is_some() {
            return end(io, conversation).await;
        }
        tokio::select! {
            read = within(PATIENCE, io.read(&mut input)) => match read? {
                0 => return Ok(()),
                count => conversation.receive(&mut input[..count]),
            },
            () = shutdown.requested() => conversation.output.close(CloseCode::GOING_AWAY, "the server is stopping"),
        }
    }
}

/// Waits for the client's Close frame, and then for it to have read ours: a reset would take our last words away.
async fn end(mut io: Io, mut conversation: Conversation<impl Talk>) -> io::Result<()> {
    let mut input = [0; 512];
    within(CLOSE_WAIT, async {
        while conversation.output.closing == Some(Closing::Begun) {
            match io.read(&mut input).await? {
                0 => return Ok(()),
                count => conversation.receive(&mut input[..count]),
            }
        }
        io.shutdown().await?;
        while io.read(&mut input).await? > 0 {}
        Ok(())
    })
    .await
}

async fn within<T>(limit: Duration, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(limit, step).await.map_err(|_: Elapsed| io::ErrorKind::TimedOut)?
}

/// The connection without its socket. It holds at most one message and [`MAX_OUTPUT`].
struct Conversation<T> {
    talk: T,
    decoder: Decoder,
    /// What has come of the current message.
    message: Vec<u8>,
    output: Output,
}

impl<T: Talk> Conversation<T> {
    fn new(mut talk: T) -> Self {
        let decoder = Decoder::new(Role::Server, Limits { max_message: MAX_MESSAGE });
        let mut output = Output::default();
        talk.begin(&mut output);
        Self { talk, decoder, message: Vec::new(), output }
    }

    fn receive(&mut self, mut input: &mut [u8]) {
        while self.output.closing != Some(Closing::Done) {
            match self.decoder.decode(&mut input) {
                Ok(None) => return,
                Ok(Some(Event::Close(frame))) => {
                    self.output.finish(frame.map_or(CloseCode::NORMAL, |frame| frame.code), "");
                }
                Err(error) => self.output.finish(error.close_code(), &error.to_string()),
                // Nothing is said behind a Close frame, so nothing needs to be heard.
                Ok(Some(_)) if self.output.closing.is_some() => {}
                Ok(Some(Event::Data { kind, payload, end })) => {
                    self.message.extend_from_slice(payload);
                    if end {
                        self.talk.hear(kind, &std::mem::take(&mut self.message), &mut self.output);
                    }
                }
                Ok(Some(Event::Ping(ping))) => {
                    ws::put_frame(&mut self.output.frames, Opcode::Pong, ping.as_ref());
                }
                Ok(Some(Event::Pong(_))) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every message with ten of the longest.
    struct Chatter;

    impl Talk for Chatter {
        fn begin(&mut self, out: &mut Output) {
            out.say(MessageKind::Text, b"hello");
        }

        fn hear(&mut self, kind: MessageKind, _: &[u8], out: &mut Output) {
            (0..10).for_each(|_| out.say(kind, &vec![0; MAX_MESSAGE]));
        }
    }

    #[test]
    fn answers_are_bounded() {
        let mut conversation = Conversation::new(Chatter);
        assert_eq!(conversation.output.frames, b"\x81\x05hello");
        conversation.receive(&mut b"\x82\x80\x00\x00\x00\x00".repeat(10));
        assert_eq!(conversation.output.closing, Some(Closing::Begun));
        assert!(conversation.output.frames.len() <= MAX_OUTPUT + 64);
    }

    #[test]
    fn behind_our_close_frame_only_the_client_s_is_heard() {
        let mut conversation = Conversation::new(Chatter);
        conversation.output.close(CloseCode::NORMAL, "");
        let said = conversation.output.frames.clone();
        conversation.receive(&mut b"\x82\x80\x00\x00\x00\x00\x89\x80\x00\x00\x00\x00".to_vec());
        assert_eq!(conversation.output.closing, Some(Closing::Begun));
        conversation.receive(&mut b"\x88\x80\x00\x00\x00\x00".to_vec());
        assert_eq!((conversation.output.closing, conversation.output.frames), (Some(Closing::Done), said));
    }
}
