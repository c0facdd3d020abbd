//! Taking a port.

use std::{io, net::TcpListener as StdListener};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::config::ListenUrl;

/// Connections that the kernel keeps for us between two accepts; it may cut this to its own bound.
const BACKLOG: i32 = 4096;

/// Why a port cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody listens there already.
    #[error("cannot listen on {0}: the port is taken by another process")]
    Taken(ListenUrl),
    /// The system refuses for another reason.
    #[error("cannot listen on {url}: {source}")]
    Io {
        /// The listener.
        url: ListenUrl,
        /// What the system said.
        source: io::Error,
    },
}

/// A port that is taken.
#[derive(Debug)]
pub(super) struct Bound {
    /// With the real port.
    pub(super) url: ListenUrl,
    pub(super) socket: TcpListener,
}

pub(super) fn bind(url: ListenUrl) -> Result<Bound, BindError> {
    listen(url).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::Taken(url),
        _ => BindError::Io { url, source },
    })
}

fn listen(url: ListenUrl) -> io::Result<Bound> {
    let socket = Socket::new(Domain::for_address(url.address), Type::STREAM, Some(Protocol::TCP))?;
    // So that a restart need not wait for the old connections' TIME_WAIT.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&url.address.into())?;
    socket.listen(BACKLOG)?;
    let listener = StdListener::from(socket);
    let url = ListenUrl { address: listener.local_addr()?, ..url };
    Ok(Bound { url, socket: TcpListener::from_std(listener)? })
}
