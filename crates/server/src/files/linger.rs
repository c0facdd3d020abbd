//! Bodies of requests that are answered before they have come.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream},
    extract::Request,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::{
    runtime::Handle,
    time::{Instant, timeout, timeout_at},
};

/// How long a client that was refused may go on sending.
const LONGEST: Duration = Duration::from_secs(10);
/// For how long it may pause meanwhile.
const PAUSE: Duration = Duration::from_secs(2);

/// Lets a client that is sending read why it was refused: what it still sends is taken for a while and dropped, since
/// closing a socket that has unread bytes would take the answer back (RFC 9112 §9.6).
pub(crate) async fn linger(request: Request) -> Request {
    request.map(|body| Body::from_stream(Lingering(Some(body.into_data_stream()))))
}

/// A body that is read on when it is dropped.
struct Lingering(Option<BodyDataStream>);

impl Stream for Lingering {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.0 else { return Poll::Ready(None) };
        let piece = std::task::ready!(body.poll_next_unpin(context));
        if !matches!(piece, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(piece)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if let (Some(body), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(drain(body));
        }
    }
}

async fn drain(mut body: BodyDataStream) {
    let dropped = async { while let Ok(Some(Ok(_))) = timeout(PAUSE, body.next()).await {} };
    // Whoever still sends then is cut.
    let _cut = timeout_at(Instant::now() + LONGEST, dropped).await;
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use futures_util::stream;
    use tokio::sync::Notify;

    use super::*;

    /// A body of `pieces`, then of nothing for ever; counts what was taken, and says when it is let go.
    fn body(pieces: usize, taken: &Arc<AtomicUsize>, gone: &Arc<Notify>) -> Body {
        struct Gone(Arc<Notify>);
        impl Drop for Gone {
            fn drop(&mut self) {
                self.0.notify_one();
            }
        }
        let (taken, gone) = (Arc::clone(taken), Gone(Arc::clone(gone)));
        let rest = stream::once(async move {
            let _held = gone;
            std::future::pending().await
        });
        let pieces = stream::iter(0..pieces).map(move |_| {
            taken.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from_static(b"piece"))
        });
        Body::from_stream(pieces.chain(rest))
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_refused_client_sends_is_taken_until_it_pauses() {
        let (taken, gone) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let request = linger(Request::new(body(1000, &taken, &gone))).await;
        let mut stream = request.into_body().into_data_stream();
        stream.next().await.unwrap().unwrap();
        assert_eq!(taken.load(Ordering::Relaxed), 1);
        let begun = Instant::now();
        drop(stream);
        gone.notified().await;
        assert_eq!((taken.load(Ordering::Relaxed), begun.elapsed()), (1000, PAUSE));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_read_to_its_end_is_let_go_at_once() {
        let request = linger(Request::new(Body::from("all"))).await;
        let mut stream = request.into_body().into_data_stream();
        assert_eq!(stream.next().await.unwrap().unwrap(), "all");
        assert!(stream.next().await.is_none() && stream.next().await.is_none());
    }
}
