//! Where Redis is, and getting there.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, PushInfo,
    PushKind, RedisError, TlsCertificates, Value, aio::MultiplexedConnection,
};

use super::{Lost, pulse::Pulse};
use crate::{
    channel::Name,
    options::{OptionsError, RedisOptions},
    registry,
    shared::Shared,
};

/// How many nodes of a cluster may send us on to another.
const MAX_REDIRECTS: usize = 5;

/// The addresses of Redis.
pub(crate) struct Addresses {
    known: Vec<ConnectionInfo>,
    root_certificates: Option<Vec<u8>>,
    response_timeout: Duration,
}

/// How this Redis wants to be spoken to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Commands {
    pub(super) subscribe: &'static str,
    pub(super) unsubscribe: &'static str,
    pub(super) publish: &'static str,
}

/// One Redis, or several that stand in for each other.
const PLAIN: Commands = Commands { subscribe: "SUBSCRIBE", unsubscribe: "UNSUBSCRIBE", publish: "PUBLISH" };
/// A cluster, where `PUBLISH` would go to every node.
const SHARDED: Commands = Commands { subscribe: "SSUBSCRIBE", unsubscribe: "SUNSUBSCRIBE", publish: "SPUBLISH" };

/// The two connections to the same Redis.
pub(super) struct Lines {
    pub(super) listening: MultiplexedConnection,
    pub(super) pulse: Arc<Pulse>,
    pub(super) publishing: MultiplexedConnection,
    pub(super) commands: Commands,
}

impl Addresses {
    /// Reads the addresses of `options`.
    pub(crate) fn new(options: &RedisOptions) -> Result<Self, OptionsError> {
        let read = |(number, url): (usize, &String)| {
            let wrong = OptionsError::Url(number + 1);
            let info = url.as_str().into_connection_info().map_err(|_| wrong.clone())?;
            let mut settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
            if let Some(password) = &options.password {
                settings = settings.set_password(password);
            }
            if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
                return Err(wrong);
            }
            // A hint must not wait for the answer to the one before.
            let tcp = info.tcp_settings().clone().set_nodelay(true);
            Ok(info.set_redis_settings(settings).set_tcp_settings(tcp))
        };
        let known = options.urls.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
        let addresses = Self {
            known,
            root_certificates: options.root_certificates.clone(),
            response_timeout: options.response_timeout,
        };
        let is_secure = |info: &&ConnectionInfo| matches!(info.addr(), ConnectionAddr::TcpTls { .. });
        if let Some(info) = addresses.known.iter().find(is_secure) {
            // The process may have chosen already.
            let _ = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider().install_default();
            addresses.client(info.clone()).map_err(|_| OptionsError::Certificates)?;
        }
        Ok(addresses)
    }

    fn client(&self, info: ConnectionInfo) -> Result<Client, RedisError> {
        if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            let root_cert = self.root_certificates.clone();
            Client::build_with_tls(info, TlsCertificates { client_tls: None, root_cert })
        } else {
            Client::open(info)
        }
    }

    /// Connects to one of the addresses, another one with each attempt. What is heard goes to `shared`.
    pub(super) async fn connect(&self, attempt: usize, shared: &Arc<Shared>) -> Result<Lines, Lost> {
        let Some(info) = self.known.get(attempt % self.known.len().max(1)) else { return Err(Lost::Silent) };
        let connecting = self.connect_to(info.clone(), shared);
        // Also over a name server that is silent, and a Redis that lets us in and says nothing. Several steps, so twice.
        Box::pin(tokio::time::timeout(self.response_timeout * 2, connecting)).await.unwrap_or(Err(Lost::Silent))
    }

    async fn connect_to(&self, mut info: ConnectionInfo, shared: &Arc<Shared>) -> Result<Lines, Lost> {
        let mut redirects = 0;
        loop {
            let client = self.client(info.clone())?;
            let mut publishing = client.get_multiplexed_async_connection_with_config(&self.settings()).await?;
            // All names of an installation belong to one slot: whoever has it has them all. A replica refuses to write.
            let probe = registry::own_key(shared);
            if let Err(error) = probe.exec_async(&mut publishing).await {
                match error.redirect_node().map(|(address, _)| moved(&info, address)) {
                    Some(Some(owner)) if redirects < MAX_REDIRECTS => info = owner,
                    _ => return Err(error.into()),
                }
                redirects += 1;
                continue;
            }
            let commands = if is_cluster(&mut publishing).await { SHARDED } else { PLAIN };
            let pulse = Arc::new(Pulse::new());
            // How long to wait for an answer is for the pulse to say.
            let settings = self.settings().set_response_timeout(None).set_push_sender(receiver(shared, &pulse));
            let listening = client.get_multiplexed_async_connection_with_config(&settings).await?;
            return Ok(Lines { listening, pulse, publishing, commands });
        }
    }

    fn settings(&self) -> AsyncConnectionConfig {
        AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.response_timeout))
            .set_response_timeout(Some(self.response_timeout))
    }
}

/// The same way of connecting, to the node of a cluster at `address`.
fn moved(info: &ConnectionInfo, address: &str) -> Option<ConnectionInfo> {
    let (host, port) = address.rsplit_once(':')?;
    let port = port.parse().ok()?;
    let address = match info.addr() {
        // A node that does not know its own name means the one that we asked.
        ConnectionAddr::Tcp(asked, _) => {
            ConnectionAddr::Tcp(if host.is_empty() { asked } else { host }.to_owned(), port)
        }
        ConnectionAddr::TcpTls { host: asked, insecure, tls_params, .. } => ConnectionAddr::TcpTls {
            host: if host.is_empty() { asked } else { host }.to_owned(),
            port,
            insecure: *insecure,
            tls_params: tls_params.clone(),
        },
        _ => return None,
    };
    Some(info.clone().set_addr(address))
}

/// Whether Redis is a cluster. One that does not say so to us is spoken to as if it were none, which works too.
async fn is_cluster(line: &mut MultiplexedConnection) -> bool {
    let info: Result<String, RedisError> = redis::cmd("INFO").arg("cluster").query_async(line).await;
    info.is_ok_and(|info| info.contains("cluster_enabled:1"))
}

/// What takes what Redis sends by itself. It runs within the connection: it must not wait.
fn receiver(
    shared: &Arc<Shared>,
    pulse: &Arc<Pulse>,
) -> impl Fn(PushInfo) -> Result<(), redis::aio::SendError> + Send + Sync + 'static {
    let (shared, pulse) = (Arc::clone(shared), Arc::clone(pulse));
    move |push| {
        pulse.beat();
        match push.kind {
            PushKind::Message | PushKind::SMessage => {
                let mut data = push.data.into_iter();
                if let (Some(Value::BulkString(name)), Some(Value::BulkString(frame))) = (data.next(), data.next())
                    && let Ok(name) = std::str::from_utf8(&name)
                {
                    shared.heard(name, Bytes::from(frame));
                }
            }
            PushKind::Disconnection => pulse.cut(),
            // Unasked, when a cluster gives our slot to another node.
            PushKind::SUnsubscribe => {
                if let Some(Value::BulkString(name)) = push.data.first()
                    && std::str::from_utf8(name).is_ok_and(|name| shared.interest.is_confirmed(name))
                {
                    pulse.cut();
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The names of channels as arguments of commands.
pub(super) fn argument(name: &Name) -> &[u8] {
    name.as_str().as_bytes()
}
