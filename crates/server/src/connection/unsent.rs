//! Output that has to wait for the client.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, BytesMut};
use deskwire_wire::Tick;
use tokio::io::AsyncWrite;

use super::carrier::Carrier;

/// What the carrier of a connection did not take.
#[derive(Debug, Default)]
pub(super) struct Unsent {
    bytes: BytesMut,
    /// Whether the stream below holds output back: TLS takes bytes that its socket does not.
    flushing: bool,
    /// When the carrier last took something.
    since: Tick,
}

impl Unsent {
    /// Whether the carrier took everything so far.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.flushing
    }

    /// How many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// When the carrier last took something.
    pub(super) const fn since(&self) -> Tick {
        self.since
    }

    /// What waits.
    pub(super) fn into_bytes(self) -> BytesMut {
        self.bytes
    }

    /// Gives `out` to the carrier and keeps what it does not take. Nothing may be kept already.
    pub(super) fn write(
        &mut self,
        carrier: &mut Carrier,
        out: &[u8],
        cx: &mut Context<'_>,
        now: Tick,
    ) -> io::Result<()> {
        let mut written = 0;
        while written < out.len() {
            match Pin::new(&mut *carrier).poll_write(cx, &out[written..])? {
                Poll::Ready(0) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(taken) => written += taken,
                Poll::Pending => break,
            }
        }
        self.bytes.extend_from_slice(&out[written..]);
        if written > 0 {
            self.flushing = Pin::new(carrier).poll_flush(cx)?.is_pending();
        }
        self.since = now;
        Ok(())
    }

    /// Gives the carrier what was kept; ready when it has taken all.
    pub(super) fn poll_drain(
        &mut self,
        carrier: &mut Carrier,
        cx: &mut Context<'_>,
        now: Tick,
    ) -> Poll<io::Result<()>> {
        while !self.bytes.is_empty() {
            match Pin::new(&mut *carrier).poll_write(cx, &self.bytes)? {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(taken) => {
                    self.bytes.advance(taken);
                    self.since = now;
                    self.flushing = true;
                }
            }
        }
        if Pin::new(carrier).poll_flush(cx)?.is_pending() {
            return Poll::Pending;
        }
        self.bytes = BytesMut::new();
        self.flushing = false;
        Poll::Ready(Ok(()))
    }
}
