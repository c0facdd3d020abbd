//! The server's end of a session.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use deskwire_wire::sockjs;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{outgoing::Goodbye, session::Session};

/// How a session ends that nobody has ended in better words.
const GO_AWAY: (u16, &str) = (3000, "Go away!");

/// A session that HTTP requests carry, as its connection uses it: much like a socket.
///
/// *Reading* yields the bytes of the strings that the client sends, one behind the other
/// (`spec/stomp-sockjs.md` §3.10), and ends when the session is over: no request has received for the disconnect delay,
/// the one that did was broken off, or [`Self::close`]. *Writing* takes elements, each a JSON string with a comma behind
/// it; a write is taken as a whole, and has to wait only while more than `limits.sockjs_waiting_bytes` wait for the
/// client. What waits goes out together with the next request that receives.
///
/// Who wants messages instead of bytes uses [`Self::receive`] and [`Self::send`].
#[derive(Debug)]
pub struct SessionIo {
    session: Arc<Session>,
}

impl SessionIo {
    pub(super) const fn new(session: Arc<Session>) -> Self {
        Self { session }
    }

    /// Octets of elements that were taken since the beginning.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.session.written()
    }

    /// Asks for `number` to be proved: all octets up to `position` were in responses that ended in the ordinary way,
    /// and then the client came for more (DESIGN §1, cursor rules).
    pub fn mark(&self, position: u64, number: u64) {
        self.session.mark(position, number);
    }

    /// The highest number proved since this was asked last. Whoever waits to read is woken when there is one.
    #[must_use]
    pub fn proved(&self) -> Option<u64> {
        self.session.take_proved()
    }

    /// Whether a request that receives has come since this was asked last. Whoever waits to read is woken when one has.
    #[must_use]
    pub fn came(&self) -> bool {
        self.session.take_came()
    }

    /// Ends the session: after what waits, the client hears `code` and `reason` with each request that receives, until
    /// it has not come for the disconnect delay (`spec/stomp-sockjs.md` rule 30). Only the first call counts.
    pub fn close(&self, code: u16, reason: &str) {
        self.session.close(Goodbye { code, reason: reason.to_owned() });
    }

    /// The next message of the client; `None` when the session is over. Cancel safe.
    pub async fn receive(&mut self) -> Option<String> {
        poll_fn(|cx| self.session.poll_message(cx)).await
    }

    /// Says `message` to the client, as soon as there is room.
    ///
    /// # Errors
    /// [`io::ErrorKind::BrokenPipe`] when the session is over.
    pub async fn send(&mut self, message: &str) -> io::Result<()> {
        let mut element = Vec::new();
        sockjs::put_element(&mut element, message.as_bytes());
        element.push(b',');
        let taken = poll_fn(|cx| self.session.poll_write(cx, &element)).await;
        if taken { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    }
}

impl AsyncRead for SessionIo {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.session.poll_read(cx, buf.remaining(), |piece| buf.put_slice(piece)).map(Ok)
    }
}

impl AsyncWrite for SessionIo {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, elements: &[u8]) -> Poll<io::Result<usize>> {
        let taken = ready!(self.session.poll_write(cx, elements));
        Poll::Ready(if taken { Ok(elements.len()) } else { Err(io::ErrorKind::BrokenPipe.into()) })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.close(GO_AWAY.0, GO_AWAY.1);
        Poll::Ready(Ok(()))
    }
}

impl Drop for SessionIo {
    fn drop(&mut self) {
        self.close(GO_AWAY.0, GO_AWAY.1);
    }
}
