//! The response to a request that receives, chunk by chunk.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use deskwire_wire::sockjs::{self, Callback, Transport};
use hyper::body::{Body, Frame};
use tokio::time::{Instant, Sleep};

use super::{
    outgoing::{Goodbye, Said},
    relay::Relayed,
    session::Attachment,
};

/// A body that says what the session has to say: a prelude, then frames, each a chunk of its own.
#[derive(Debug)]
pub(super) struct Receiver {
    transport: Transport,
    callback: Option<Callback>,
    begun: bool,
    source: Source,
    /// Bytes of frames that were sent.
    sent: usize,
}

#[derive(Debug)]
enum Source {
    Session {
        attachment: Attachment,
        /// When the client has heard nothing for too long.
        silence: Pin<Box<Sleep>>,
    },
    /// Another node has the session.
    Elsewhere(Relayed),
    /// There is no more than this frame.
    Alone(Vec<u8>),
    Ended,
}

impl Receiver {
    pub(super) fn new(transport: Transport, callback: Option<Callback>, attachment: Attachment) -> Self {
        let silence = Box::pin(tokio::time::sleep(attachment.settings().heartbeat));
        let source = Source::Session { attachment, silence };
        Self { transport, callback, begun: false, source, sent: 0 }
    }

    /// Receives from a session on another node.
    pub(super) fn relaying(transport: Transport, callback: Option<Callback>, relayed: Relayed) -> Self {
        Self { transport, callback, begun: false, source: Source::Elsewhere(relayed), sent: 0 }
    }

    /// Says nothing but `goodbye`.
    pub(super) fn refusing(transport: Transport, callback: Option<Callback>, goodbye: &Goodbye) -> Self {
        let mut frame = Vec::new();
        sockjs::put_close(&mut frame, goodbye.code, &goodbye.reason);
        Self { transport, callback, begun: false, source: Source::Alone(frame), sent: 0 }
    }

    fn prelude(&mut self) -> Option<Bytes> {
        if std::mem::replace(&mut self.begun, true) {
            return None;
        }
        let mut prelude = Vec::new();
        self.transport.put_prelude(&mut prelude, self.callback.as_ref());
        (!prelude.is_empty()).then(|| prelude.into())
    }

    /// The next frame; `None` when the response is at its end.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut frame = Vec::new();
        let last = match &mut self.source {
            Source::Session { attachment, silence } => match attachment.poll_frame(cx, &mut frame) {
                Poll::Ready(said) => {
                    silence.as_mut().reset(Instant::now() + attachment.settings().heartbeat);
                    said == Said::Last
                }
                Poll::Pending => {
                    ready!(silence.as_mut().poll(cx));
                    silence.as_mut().reset(Instant::now() + attachment.settings().heartbeat);
                    sockjs::put_heartbeat(&mut frame);
                    false
                }
            },
            Source::Elsewhere(relayed) => ready!(relayed.poll_frame(cx, &mut frame)) == Said::Last,
            Source::Alone(alone) => {
                frame = std::mem::take(alone);
                true
            }
            Source::Ended => return Poll::Ready(None),
        };
        let mut chunk = Vec::with_capacity(frame.len() + 32);
        self.transport.put_frame(&mut chunk, &frame, self.callback.as_ref());
        self.sent += chunk.len();
        if last || self.transport.is_polling() || self.is_full() {
            self.end();
        }
        Poll::Ready(Some(chunk.into()))
    }

    fn is_full(&self) -> bool {
        match &self.source {
            Source::Session { attachment, .. } => self.sent >= attachment.settings().response_bytes,
            Source::Elsewhere(relayed) => self.sent >= relayed.response_bytes(),
            Source::Alone(_) | Source::Ended => true,
        }
    }

    fn end(&mut self) {
        match std::mem::replace(&mut self.source, Source::Ended) {
            Source::Session { attachment, .. } => attachment.finish(),
            Source::Elsewhere(relayed) => relayed.finish(),
            Source::Alone(_) | Source::Ended => {}
        }
    }
}

impl Body for Receiver {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let receiver = self.get_mut();
        let chunk = match receiver.prelude() {
            Some(prelude) => Some(prelude),
            None => ready!(receiver.poll_next(cx)),
        };
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.source, Source::Ended)
    }
}
