//! Asking the server that runs on this machine something over HTTP.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{Client, Response, StatusCode};

use crate::{
    config::{Config, ConfigError, Flags, ListenUrl, Wire},
    ops::{LocalPass, Running},
};

/// For how long an answer is waited for: longer than a server takes to find out that it is not ready, or another node not there.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("no server runs on the data folder {}: {source}", folder.display())]
    NotRunning { folder: PathBuf, source: io::Error },
    #[error("the server listens to nothing that speaks HTTP")]
    NoHttp,
    #[error("the server does not answer at {url}: {source}")]
    Silent { url: String, source: reqwest::Error },
    #[error("the server answers {0}")]
    Refused(StatusCode),
    #[error("the answer cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("cannot begin to ask: {0}")]
    Runtime(#[from] io::Error),
}

/// The server of a data folder.
pub(super) struct RunningServer {
    url: String,
    pass: Option<LocalPass>,
}

impl RunningServer {
    /// The server that runs on the data folder of the configuration. Where the folder does not say where it listens, the
    /// configuration does; it is asked then without a pass.
    pub(super) fn find(config: Option<&Path>, data: Option<PathBuf>) -> Result<Self, AskError> {
        let config = Config::load(config, std::env::vars_os(), &Flags { data, listen: Vec::new() })?;
        let (listeners, pass) = match Running::read(&config.server.data) {
            Ok(Running { listeners, pass }) => (listeners, Some(pass)),
            Err(error) => {
                tracing::debug!(%error, "the data folder does not say where the server listens");
                (config.server.listen, None)
            }
        };
        Ok(Self { url: http_url(&listeners).ok_or(AskError::NoHttp)?, pass })
    }

    /// The one that runs on the data folder, which lets its holder look.
    pub(super) fn find_with_pass(config: Option<&Path>, data: Option<PathBuf>) -> Result<Self, AskError> {
        let config = Config::load(config, std::env::vars_os(), &Flags { data, listen: Vec::new() })?;
        let folder = config.server.data;
        let Running { listeners, pass } =
            Running::read(&folder).map_err(|source| AskError::NotRunning { folder, source })?;
        Ok(Self { url: http_url(&listeners).ok_or(AskError::NoHttp)?, pass: Some(pass) })
    }

    /// What it answers: the status, and the text.
    pub(super) fn get(&self, path: &str) -> Result<(StatusCode, String), AskError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let silent = |source: reqwest::Error| AskError::Silent { url: self.url.clone(), source: source.without_url() };
        runtime.block_on(async {
            let response = self.request(path).await.map_err(silent)?;
            let status = response.status();
            Ok((status, response.text().await.map_err(silent)?))
        })
    }

    async fn request(&self, path: &str) -> Result<Response, reqwest::Error> {
        // Its certificate is for the name that clients use. Somebody else on its port would learn a pass that opens nothing
        // any more: it is that of the process that had the port.
        let client = Client::builder().no_proxy().timeout(PATIENCE).tls_danger_accept_invalid_certs(true).build()?;
        let mut request = client.get(format!("{}{path}", self.url));
        if let Some(pass) = &self.pass {
            request = request.header(LocalPass::HEADER, pass.expose());
        }
        request.send().await
    }
}

/// Where to ask, of these listeners, from this machine; rather without TLS.
fn http_url(listeners: &[ListenUrl]) -> Option<String> {
    let http = listeners.iter().filter(|url| url.wire == Wire::Http).min_by_key(|url| url.tls)?;
    let ip = match http.address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let url = ListenUrl { address: SocketAddr::new(ip, http.address.port()), ..*http };
    Some(url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_listener_is_asked_on_this_machine() {
        let url = |listeners: &[&str]| http_url(&listeners.iter().map(|url| url.parse().unwrap()).collect::<Vec<_>>());
        assert_eq!(url(&["mqtt://0.0.0.0:1", "https://0.0.0.0:2", "http://0.0.0.0:3"]).unwrap(), "http://127.0.0.1:3");
        assert_eq!(url(&["https://[::]:2"]).unwrap(), "https://[::1]:2");
        assert_eq!(url(&["http://10.0.0.7:9003"]).unwrap(), "http://10.0.0.7:9003");
        assert_eq!(url(&["mqtt://0.0.0.0:1"]), None);
    }
}
