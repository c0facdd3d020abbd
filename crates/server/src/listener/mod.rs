//! From a port to a served connection.
//!
//! [`Listeners::bind`] takes the ports; [`Listeners::serve`] runs one accept loop per port until the
//! shutdown and then waits for the connections to end. A socket takes a slot ([`Slots`]), passes its TLS handshake
//! ([`tls`]) and is given to hyper with the one router, or on a port of another protocol to [`Streams`]. A handler that upgrades gets the bare socket back with
//! [`take_upgraded`] and keeps a clone of the [`ConnectionGuard`] found in its [`Peer`].

mod accept;
mod bind;
mod io;
mod proxy;
mod slots;
pub mod tls;

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use ipnet::IpNet;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::{
    config::{Limits, ListenUrl, Wire},
    shutdown::Shutdown,
    telemetry::metrics::Metrics,
};
use accept::Acceptor;
pub use bind::BindError;
pub use io::{Io, take_upgraded};
use proxy::TrustedProxies;
pub use slots::ConnectionGuard;
use slots::Slots;

/// Whom a handler talks to; an extension of every request.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The client: the other end of the socket, or whom a trusted proxy there names.
    pub address: SocketAddr,
    /// Whether the socket is inside TLS.
    pub tls: bool,
    /// The connection's slot: who goes on with the socket after an upgrade keeps a clone for as long.
    pub guard: ConnectionGuard,
}

/// What is spoken on the listeners that are not HTTP.
pub trait Streams: Clone + Send + Sync + 'static {
    /// Serves one connection to its end. `peer` holds its slot.
    fn serve_stream(self, wire: Wire, io: Io, peer: Peer) -> impl Future<Output = ()> + Send;
}

/// Ports that are taken but not served yet.
pub struct Listeners {
    bound: Vec<bind::Bound>,
    tls: Option<TlsAcceptor>,
    proxies: TrustedProxies,
}

/// How the connections ended after a shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that had not ended when the time was over.
    pub abandoned: usize,
}

impl Listeners {
    /// Takes all ports. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// [`BindError`] names the address; no port stays taken then.
    pub fn bind(urls: &[ListenUrl], tls: Option<TlsAcceptor>) -> Result<Self, BindError> {
        let bound = urls.iter().map(|url| bind::bind(*url)).collect::<Result<_, _>>()?;
        Ok(Self { bound, tls, proxies: TrustedProxies::new(&[]) })
    }

    /// Believes the proxies in these networks when they name their clients.
    #[must_use]
    pub fn behind(self, networks: &[IpNet]) -> Self {
        Self { proxies: TrustedProxies::new(networks), ..self }
    }

    /// The listeners with their real ports.
    pub fn urls(&self) -> impl Iterator<Item = ListenUrl> {
        self.bound.iter().map(|bound| bound.url)
    }

    /// Serves `router` on every HTTP port and `streams` on the others until `shutdown`, then waits up to
    /// `limits.drain_ms` for all guards to be dropped.
    pub async fn serve(
        self,
        router: Router,
        streams: impl Streams,
        limits: &Limits,
        metrics: Arc<Metrics>,
        shutdown: Shutdown,
    ) -> Drained {
        let slots = Slots::new(limits, Arc::clone(&metrics));
        let mut loops = JoinSet::new();
        for bound in self.bound {
            let acceptor = Acceptor {
                url: bound.url,
                tls: self.tls.clone().filter(|_| bound.url.tls),
                http: accept::http_settings(limits),
                connect_deadline: limits.connect_deadline_ms.duration(),
                router: router.clone(),
                streams: streams.clone(),
                slots: slots.clone(),
                proxies: self.proxies.clone(),
                metrics: Arc::clone(&metrics),
                shutdown: shutdown.clone(),
            };
            loops.spawn(acceptor.run(bound.socket));
        }
        while loops.join_next().await.is_some() {}
        drain(&slots, limits.drain_ms.duration()).await
    }
}

async fn drain(slots: &Slots, limit: Duration) -> Drained {
    tracing::info!(connections = slots.open(), "no longer accepting, waiting for connections to end");
    match tokio::time::timeout(limit, slots.all_free()).await {
        Ok(()) => Drained { abandoned: 0 },
        Err(_) => Drained { abandoned: slots.open() },
    }
}
