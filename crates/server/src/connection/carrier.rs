//! What brings a connection's bytes.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    framing::{Frames, Framing},
    registry::Transport,
};
use crate::{listener::Io, sockjs::SessionIo};

/// A socket, or HTTP requests that come and go.
#[derive(Debug)]
pub(super) enum Carrier {
    /// TCP or TLS.
    Socket(Io),
    /// SockJS over HTTP.
    Session(SessionIo),
}

impl Carrier {
    /// What carries a connection whose bytes have this form.
    pub(super) fn transport(&self, framing: &Framing) -> Transport {
        match self {
            Self::Session(_) => Transport::Http,
            Self::Socket(_) if framing.is_websocket() => Transport::WebSocket,
            Self::Socket(_) => Transport::Tcp,
        }
    }

    /// Whether it is inside TLS of this server.
    pub(super) const fn is_tls(&self) -> bool {
        match self {
            Self::Socket(io) => matches!(io, Io::Tls(_)),
            // The requests of a session may come over either.
            Self::Session(_) => false,
        }
    }

    /// Asks the client to prove with `number` that it got everything up to here: a WebSocket with a pong, a session
    /// with its next request.
    pub(super) fn ask_for_proof(&self, number: u64, out: &mut Frames<'_>) {
        match self {
            Self::Socket(_) => out.ping(&number.to_be_bytes()),
            Self::Session(session) => session.mark(session.written() + out.len() as u64, number),
        }
    }

    /// Whether the client has shown itself without saying anything since this was asked last.
    pub(super) fn came(&self) -> bool {
        match self {
            Self::Socket(_) => false,
            Self::Session(session) => session.came(),
        }
    }

    /// What has been proved without a pong since this was asked last.
    pub(super) fn proved(&self) -> Option<u64> {
        match self {
            Self::Socket(_) => None,
            Self::Session(session) => session.proved(),
        }
    }
}

impl AsyncRead for Carrier {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Socket(io) => Pin::new(io).poll_read(cx, buf),
            Self::Session(session) => Pin::new(session).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Carrier {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Socket(io) => Pin::new(io).poll_write(cx, bytes),
            Self::Session(session) => Pin::new(session).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Socket(io) => Pin::new(io).poll_flush(cx),
            Self::Session(session) => Pin::new(session).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Socket(io) => Pin::new(io).poll_shutdown(cx),
            Self::Session(session) => Pin::new(session).poll_shutdown(cx),
        }
    }
}
