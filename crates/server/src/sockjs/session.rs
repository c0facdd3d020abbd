//! A session that HTTP requests carry: its state, and the end that requests hold.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use deskwire_wire::sockjs::Messages;
use smallvec::SmallVec;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout},
};

use super::{
    incoming::Incoming,
    outgoing::{Goodbye, Outgoing, Said},
    settings::SessionSettings,
};

/// Why messages were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DeliverError {
    /// The session has ended.
    #[error("the session is over")]
    Over,
    /// There was no room for them for too long, or another request waits already.
    #[error("the session takes no more messages")]
    Full,
}

/// Why a request cannot receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AttachError {
    /// The session has ended.
    #[error("the session is over")]
    Over,
    /// Another request receives.
    #[error("another connection is still open")]
    Busy,
}

/// A session between two ends: a [`SessionIo`](super::SessionIo) of the server, and requests of the client.
#[derive(Debug)]
pub(super) struct Session {
    settings: SessionSettings,
    state: Mutex<State>,
    /// The session is over.
    ended: Notify,
    /// The server's end has taken everything, or takes no more.
    idle: Notify,
}

#[derive(Debug)]
struct State {
    incoming: Incoming,
    outgoing: Outgoing,
    /// Since when no request receives; `None` while one does.
    alone_since: Option<Instant>,
    /// Whether the request that receives is one of another node, whose end may be on its way.
    is_lent: bool,
    /// Whether a request that receives has come and the server's end does not know.
    came: bool,
    /// Nothing comes or goes any more.
    over: bool,
    /// Whether a request waits for room in the inbox.
    sender_waits: bool,
    wakers: Wakers,
}

#[derive(Debug, Default)]
struct Wakers {
    reader: Option<Waker>,
    writer: Option<Waker>,
    receiver: Option<Waker>,
    sender: Option<Waker>,
    /// To be woken when the state is unlocked.
    due: SmallVec<[Waker; 4]>,
}

impl Wakers {
    fn wake_reader(&mut self) {
        self.due.extend(self.reader.take());
    }

    fn wake_writer(&mut self) {
        self.due.extend(self.writer.take());
    }

    fn wake_receiver(&mut self) {
        self.due.extend(self.receiver.take());
    }

    fn wake_sender(&mut self) {
        self.due.extend(self.sender.take());
    }
}

impl State {
    fn end(&mut self) {
        self.over = true;
        self.wakers.wake_reader();
        self.wakers.wake_writer();
        self.wakers.wake_sender();
    }

    /// Whether the server's end neither takes nor gives any more.
    fn is_closed(&self) -> bool {
        self.over || self.outgoing.is_closed()
    }
}

impl Session {
    /// A session, and the request that opens it as the one that receives.
    pub(super) fn open(settings: SessionSettings) -> (Arc<Self>, Attachment) {
        let state = State {
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
            alone_since: None,
            is_lent: false,
            came: false,
            over: false,
            sender_waits: false,
            wakers: Wakers::default(),
        };
        let session = Self { settings, state: Mutex::new(state), ended: Notify::new(), idle: Notify::new() };
        let session = Arc::new(session);
        let attachment = Attachment { session: Arc::clone(&session), finished: false };
        (session, attachment)
    }

    pub(super) const fn settings(&self) -> &SessionSettings {
        &self.settings
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Acts on the state; who is to be woken is woken after it is unlocked.
    fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        let result = act(&mut state);
        let due = std::mem::take(&mut state.wakers.due);
        drop(state);
        due.into_iter().for_each(Waker::wake);
        result
    }

    /// Whether nothing comes or goes any more; such a session is as good as forgotten.
    pub(super) fn is_over(&self) -> bool {
        self.lock().over
    }

    /// Waits until the request that receives ends, at most for so long if it came here, or to another node.
    pub(super) async fn parted(&self, here: Duration, elsewhere: Duration) {
        let patience = if self.lock().is_lent { elsewhere } else { here };
        let _ = timeout(patience, self.ended.notified()).await;
    }

    /// Waits until the session is over, and ends it when nobody has received for the disconnect delay.
    pub(super) async fn outlived(&self) {
        loop {
            let ended = self.ended.notified();
            let Some(next_look) = self.next_look() else { return };
            tokio::select! {
                () = sleep_until(next_look) => {}
                () = ended => {}
            }
        }
    }

    /// When to look again whether the client is gone; `None` when it is.
    fn next_look(&self) -> Option<Instant> {
        self.with(|state| {
            let delay = self.settings.disconnect_delay;
            let (now, due) = (Instant::now(), state.alone_since.map(|since| since + delay));
            if due.is_some_and(|due| due <= now) {
                state.end();
            }
            (!state.over).then(|| due.unwrap_or(now + delay))
        })
    }

    /// Begins to receive, for another node if it `is_lent`. What the response before has said is proved to have arrived.
    pub(super) fn attach(self: &Arc<Self>, is_lent: bool) -> Result<Attachment, AttachError> {
        self.with(|state| {
            if state.over {
                return Err(AttachError::Over);
            }
            if state.alone_since.take().is_none() {
                return Err(AttachError::Busy);
            }
            state.outgoing.receiver_came();
            state.is_lent = is_lent;
            state.came = true;
            state.wakers.wake_reader();
            Ok(Attachment { session: Arc::clone(self), finished: false })
        })
    }

    /// Hands messages of the client to the server's end, waiting for room.
    ///
    /// # Errors
    /// [`DeliverError`].
    pub(super) async fn deliver(&self, messages: Messages) -> Result<(), DeliverError> {
        let mut delivery = Delivery { session: self, messages: Some(messages), waits: false };
        let delivered = timeout(self.settings.post_wait, poll_fn(|cx| delivery.poll(cx))).await;
        delivered.unwrap_or(Err(DeliverError::Full))
    }

    /// Waits until the server's end has taken all that was delivered and asks for more: until it has acted on it.
    pub(super) async fn settled(&self) {
        loop {
            let idle = self.idle.notified();
            let settled =
                self.with(|state| state.is_closed() || (state.incoming.is_empty() && state.wakers.reader.is_some()));
            if settled {
                return;
            }
            idle.await;
        }
    }
}

/// A request with messages that may have to wait for room. At most one of a session does, so that what waits is bounded
/// and stays in order.
struct Delivery<'a> {
    session: &'a Session,
    messages: Option<Messages>,
    waits: bool,
}

impl Delivery<'_> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), DeliverError>> {
        self.session.with(|state| {
            if state.is_closed() {
                return Poll::Ready(Err(DeliverError::Over));
            }
            if state.sender_waits && !self.waits {
                return Poll::Ready(Err(DeliverError::Full));
            }
            let limit = self.session.settings.waiting_bytes;
            let Some(messages) = self.messages.take_if(|messages| state.incoming.has_room(messages, limit)) else {
                (state.sender_waits, self.waits) = (true, true);
                state.wakers.sender = Some(cx.waker().clone());
                return Poll::Pending;
            };
            state.incoming.push(messages);
            state.wakers.wake_reader();
            Poll::Ready(Ok(()))
        })
    }
}

impl Drop for Delivery<'_> {
    fn drop(&mut self) {
        if self.waits {
            self.session.with(|state| state.sender_waits = false);
        }
    }
}

/// What the server's end asks of the session; see [`SessionIo`](super::SessionIo).
impl Session {
    /// Takes up to `room` bytes; ready without any when the session is over.
    pub(super) fn poll_read(&self, cx: &mut Context<'_>, room: usize, mut take: impl FnMut(&[u8])) -> Poll<()> {
        self.poll_incoming(cx, |incoming| {
            let mut any = false;
            incoming.read(room, |piece| {
                any |= !piece.is_empty();
                take(piece);
            });
            any.then_some(())
        })
        .map(Option::unwrap_or_default)
    }

    /// Takes a message; `None` when the session is over.
    pub(super) fn poll_message(&self, cx: &mut Context<'_>) -> Poll<Option<String>> {
        self.poll_incoming(cx, Incoming::next_message)
    }

    fn poll_incoming<R>(&self, cx: &mut Context<'_>, take: impl FnOnce(&mut Incoming) -> Option<R>) -> Poll<Option<R>> {
        let taken = self.with(|state| {
            let taken = take(&mut state.incoming);
            state.wakers.wake_sender();
            if taken.is_none() && !state.is_closed() {
                state.wakers.reader = Some(cx.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(taken)
        });
        if taken.is_pending() {
            self.idle.notify_waiters();
        }
        taken
    }

    /// Takes `elements` when there is room; `false` when the session takes no more.
    pub(super) fn poll_write(&self, cx: &mut Context<'_>, elements: &[u8]) -> Poll<bool> {
        self.with(|state| {
            if state.is_closed() {
                return Poll::Ready(false);
            }
            if state.outgoing.waiting() >= self.settings.waiting_bytes {
                state.wakers.writer = Some(cx.waker().clone());
                return Poll::Pending;
            }
            state.outgoing.push(elements);
            state.wakers.wake_receiver();
            Poll::Ready(true)
        })
    }

    pub(super) fn close(&self, goodbye: Goodbye) {
        self.with(|state| {
            state.outgoing.close(goodbye);
            state.incoming.clear();
            state.wakers.wake_receiver();
            state.wakers.wake_reader();
            state.wakers.wake_writer();
            state.wakers.wake_sender();
        });
        self.idle.notify_waiters();
    }

    pub(super) fn written(&self) -> u64 {
        self.lock().outgoing.written()
    }

    pub(super) fn mark(&self, position: u64, number: u64) {
        self.with(|state| {
            state.outgoing.mark(position, number);
            if state.outgoing.has_proved() {
                state.wakers.wake_reader();
            }
        });
    }

    pub(super) fn take_came(&self) -> bool {
        std::mem::take(&mut self.lock().came)
    }

    pub(super) fn take_proved(&self) -> Option<u64> {
        self.lock().outgoing.take_proved()
    }
}

/// The one request that receives. Dropped before [`Self::finish`] it has broken off, and the session with it
/// (`spec/stomp-sockjs.md` rule 29).
#[derive(Debug)]
pub(super) struct Attachment {
    session: Arc<Session>,
    finished: bool,
}

impl Attachment {
    pub(super) fn settings(&self) -> &SessionSettings {
        self.session.settings()
    }

    /// Appends the next frame to `out`.
    pub(super) fn poll_frame(&self, cx: &mut Context<'_>, out: &mut Vec<u8>) -> Poll<Said> {
        self.session.with(|state| match state.outgoing.next_frame(out) {
            Some(said) => {
                state.wakers.wake_writer();
                Poll::Ready(said)
            }
            None => {
                state.wakers.receiver = Some(cx.waker().clone());
                Poll::Pending
            }
        })
    }

    /// The response has ended in the ordinary way.
    pub(super) fn finish(mut self) {
        self.finished = true;
        self.session.with(|state| {
            state.outgoing.answer_ended();
            state.alone_since = Some(Instant::now());
        });
        self.session.ended.notify_waiters();
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        if !self.finished {
            self.session.with(|state| {
                state.alone_since = Some(Instant::now());
                state.end();
            });
            self.session.ended.notify_waiters();
        }
    }
}
