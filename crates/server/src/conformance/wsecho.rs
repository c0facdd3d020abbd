//! `GET /wsecho`: a WebSocket that sends every message back (RFC 6455).
//!
//! It speaks through the same codec as all connections, but not as one of them: it needs whole messages and their kind,
//! which STOMP and MQTT, being streams, do not. No extension and no subprotocol is agreed.

use std::{future::Future, io, time::Duration};

use axum::{extract::Request, response::Response};
use bytes::Bytes;
use deskwire_wire::ws::{self, CloseCode, Decoder, Event, Limits, Opcode, Role};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::error::Elapsed,
};

use crate::{
    connection::accept,
    listener::{Io, Peer, take_upgraded},
    shutdown::Shutdown,
};

/// Bytes of the longest message that is sent back.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;
/// Bytes read at a time.
const READ: usize = 64 * 1024;
/// How long a client may neither send nor take anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a client may take to end the connection after the Close frames.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// Answers the opening handshake and serves the connection in a task of its own.
pub(super) fn endpoint(mut request: Request, shutdown: Shutdown) -> Response {
    let accepted = match accept(&mut request) {
        Ok(accepted) => accepted,
        Err(refused) => return *refused,
    };
    let (peer, upgrade) = (request.extensions_mut().remove::<Peer>(), accepted.upgrade);
    tokio::spawn(async move {
        // Holds the connection's slot.
        let _peer = peer;
        let served = match upgrade.await.map(take_upgraded) {
            Ok((io, leftover)) => serve(io, leftover, shutdown).await,
            Err(error) => Err(io::Error::other(error)),
        };
        if let Err(error) = served {
            tracing::debug!(%error, "an echo ended early");
        }
    });
    accepted.response
}

/// Echoes until one side closes. Nothing is read while an echo waits for the client to take it.
async fn serve(mut io: Io, leftover: Bytes, mut shutdown: Shutdown) -> io::Result<()> {
    let mut echo = Echo::new(MAX_MESSAGE);
    echo.receive(&mut Vec::from(leftover));
    let mut input = vec![0; READ];
    loop {
        within(PATIENCE, io.write_all(&echo.take_output())).await?;
        if echo.closed {
            return end(io).await;
        }
        tokio::select! {
            read = within(PATIENCE, io.read(&mut input)) => match read? {
                0 => return Ok(()),
                count => echo.receive(&mut input[..count]),
            },
            () = shutdown.requested() => echo.close(CloseCode::GOING_AWAY, "the server is stopping"),
        }
    }
}

/// Waits for the client to have read our last words: a reset would take them away.
async fn end(mut io: Io) -> io::Result<()> {
    within(CLOSE_WAIT, async {
        io.shutdown().await?;
        let mut rest = [0; 512];
        while io.read(&mut rest).await? > 0 {}
        Ok(())
    })
    .await
}

async fn within<T>(limit: Duration, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(limit, step).await.map_err(|_: Elapsed| io::ErrorKind::TimedOut)?
}

/// The echo without its socket. It holds one message and what is to be sent for one piece of input: at most two messages
/// of the longest, and that input.
struct Echo {
    decoder: Decoder,
    /// What has come of the current message.
    message: Vec<u8>,
    output: Vec<u8>,
    /// Whether our Close frame is in the output or sent.
    closed: bool,
}

impl Echo {
    fn new(max_message: usize) -> Self {
        let decoder = Decoder::new(Role::Server, Limits { max_message });
        Self { decoder, message: Vec::new(), output: Vec::new(), closed: false }
    }

    fn receive(&mut self, mut input: &mut [u8]) {
        while !self.closed {
            match self.decoder.decode(&mut input) {
                Ok(None) => return,
                Ok(Some(Event::Data { kind, payload, end })) => {
                    self.message.extend_from_slice(payload);
                    if end {
                        ws::put_frame(&mut self.output, Opcode::from(kind), &self.message);
                        self.message = Vec::new();
                    }
                }
                Ok(Some(Event::Ping(ping))) => ws::put_frame(&mut self.output, Opcode::Pong, ping.as_ref()),
                Ok(Some(Event::Pong(_))) => {}
                Ok(Some(Event::Close(Some(frame)))) => self.close(frame.code, ""),
                Ok(Some(Event::Close(None))) => self.close(CloseCode::NORMAL, ""),
                Err(error) => self.close(error.close_code(), &error.to_string()),
            }
        }
    }

    fn close(&mut self, code: CloseCode, reason: &str) {
        ws::put_close(&mut self.output, code, reason);
        self.closed = true;
    }

    fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }
}
