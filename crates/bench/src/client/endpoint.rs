use std::net::SocketAddr;

use tokio::net::{TcpStream, lookup_host};

use super::ClientError;

/// Host and port of a server without TLS.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    authority: String,
    address: SocketAddr,
}

impl Endpoint {
    /// Resolves `host:port` behind the `scheme`, as `ws://`.
    ///
    /// # Errors
    /// [`ClientError::Url`] for anything else, [`ClientError::Io`] when the host is unknown.
    pub(crate) async fn resolve(scheme: &'static str, url: &str) -> Result<Self, ClientError> {
        let bad = || ClientError::Url { scheme, url: url.to_owned() };
        let authority = url.strip_prefix(scheme).ok_or_else(bad)?.trim_end_matches('/').to_owned();
        let address = lookup_host(&authority).await?.next().ok_or_else(bad)?;
        Ok(Self { authority, address })
    }

    /// What stands in a `Host` header.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The host alone.
    pub(crate) fn host(&self) -> &str {
        self.authority.rsplit_once(':').map_or(&self.authority, |(host, _)| host)
    }

    /// Opens a connection that sends at once.
    ///
    /// # Errors
    /// [`ClientError::Io`].
    pub(crate) async fn dial(&self) -> Result<TcpStream, ClientError> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
