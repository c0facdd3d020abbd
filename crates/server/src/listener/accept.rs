//! The accept loop of one port, and what happens to one socket.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::{ConnectionGuard, Io, Peer, Slots, Streams, TrustedProxies};
use crate::{
    config::{Limits, ListenUrl, Wire},
    shutdown::Shutdown,
    telemetry::metrics::{Limit, Metrics, Protocol},
};

const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Everything that a port's loop and its connections share.
#[derive(Clone)]
pub(super) struct Acceptor<S> {
    pub(super) url: ListenUrl,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) http: http1::Builder,
    pub(super) connect_deadline: Duration,
    pub(super) router: Router,
    pub(super) streams: S,
    pub(super) slots: Slots,
    pub(super) proxies: TrustedProxies,
    pub(super) metrics: Arc<Metrics>,
    pub(super) shutdown: Shutdown,
}

/// HTTP/1.1 with the bounds of `limits`.
pub(super) fn http_settings(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_read_timeout_ms.duration())
        .max_buf_size(limits.http_head_bytes)
        .keep_alive(true);
    http
}

impl<S: Streams> Acceptor<S> {
    /// Accepts until the shutdown.
    pub(super) async fn run(mut self, listener: TcpListener) {
        let mut pause = FIRST_PAUSE;
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.shutdown.requested() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((socket, address)) => {
                    pause = FIRST_PAUSE;
                    self.admit(socket, address);
                }
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    // Out of descriptors or memory: the waiting connection stays in the queue, so asking again at
                    // once would only burn the processor.
                    tracing::warn!(listener = %self.url, %error, "cannot accept, pausing");
                    tokio::select! {
                        () = self.shutdown.requested() => return,
                        () = sleep(pause) => {}
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    fn admit(&self, socket: TcpStream, address: SocketAddr) {
        // A listener on [::] shows IPv4 clients as IPv6 ones.
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        let counted = Some(address.ip()).filter(|address| !self.proxies.include(*address));
        let guard = match self.slots.take(counted) {
            Ok(guard) => guard,
            Err(limit) => {
                self.metrics.refused.increment(1);
                return self.metrics.limit_hits(limit).increment(1);
            }
        };
        self.metrics.accepted.increment(1);
        // Fails only on a socket that is gone already; the first read will tell.
        let _ = socket.set_nodelay(true);
        if self.url.wire != Wire::Http {
            // A stream without heart-beats has nothing else to find a dead peer by.
            let _ = SockRef::from(&socket).set_tcp_keepalive(&keep_alive());
        }
        tokio::spawn(self.clone().connection(socket, address, guard));
    }

    async fn connection(self, socket: TcpStream, address: SocketAddr, guard: ConnectionGuard) {
        let Some(io) = self.handshake(socket).await else { return };
        let peer = Peer { address, tls: self.tls.is_some(), guard };
        match self.url.wire {
            Wire::Http => self.serve(io, peer).await,
            wire => self.streams.serve_stream(wire, io, peer).await,
        }
    }

    /// The stream to talk on; nothing when TLS failed or took too long.
    async fn handshake(&self, socket: TcpStream) -> Option<Io> {
        let Some(tls) = &self.tls else { return Some(Io::Tcp(socket)) };
        let mut shutdown = self.shutdown.clone();
        let handshake = Box::pin(timeout(self.connect_deadline, tls.accept(socket)));
        tokio::select! {
            () = shutdown.requested() => None,
            outcome = handshake => match outcome {
                Ok(Ok(stream)) => Some(Io::Tls(Box::new(stream))),
                Ok(Err(error)) => {
                    tracing::debug!(%error, "TLS handshake failed");
                    None
                }
                Err(_) => {
                    self.metrics.limit_hits(Limit::ConnectDeadline).increment(1);
                    None
                }
            },
        }
    }

    /// HTTP.
    async fn serve(self, io: Io, peer: Peer) {
        let Self { http, router, proxies, mut shutdown, metrics, .. } = self;
        metrics.connections(Protocol::Http).increment(1.0);
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            let client = proxies.client(peer.address.ip(), request.headers());
            let address = SocketAddr::new(client, peer.address.port());
            request.extensions_mut().insert(Peer { address, ..peer.clone() });
            let answer = router.clone().oneshot(request);
            async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
        });
        let mut connection = pin!(http.serve_connection(TokioIo::new(io), service).with_upgrades());
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = shutdown.requested() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        metrics.connections(Protocol::Http).decrement(1.0);
        if let Err(error) = outcome {
            tracing::debug!(%error, "HTTP connection ended early");
        }
    }
}

/// Asks a peer that has been silent for a minute, and gives it up after two more.
const fn keep_alive() -> TcpKeepalive {
    TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(20)).with_retries(6)
}

/// Errors of `accept` that are the fate of the connection it would have returned; the next one may be well.
fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_out_of_descriptors_is_not_one_connections_fate() {
        const EMFILE: i32 = 24;
        const ECONNABORTED: i32 = 103;
        assert!(!concerns_one_connection(&io::Error::from_raw_os_error(EMFILE)));
        assert!(concerns_one_connection(&io::Error::from_raw_os_error(ECONNABORTED)));
    }
}
