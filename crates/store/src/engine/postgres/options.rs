//! What can be set about a PostgreSQL server.

use std::{
    fmt,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use super::reach::Reach;
use crate::StoreError;

/// Which server, and how much of it may be used.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database`, with `?sslmode=` `disable`, `prefer`, `require` or `verify-full`. Unless it
    /// says otherwise, TLS is used if the server has it, and never on the loopback address. A server's certificate is always
    /// checked.
    pub url: String,
    /// Certificates, in PEM, of who vouches for the server, instead of whom the system trusts. With them TLS is required.
    pub ca_file: Option<PathBuf>,
    /// Connections that read, besides one that searches.
    pub readers: NonZeroUsize,
    /// Connections that write.
    pub writers: NonZeroUsize,
    /// Jobs that may wait for the writers, and as many for the readers; further callers wait for room.
    pub waiting: NonZeroUsize,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long a statement may take, and a transaction lie idle.
    pub statement_timeout: Duration,
    /// How long a statement may wait for what others have locked.
    pub lock_timeout: Duration,
}

/// Why a server cannot be used as it was described.
#[derive(Debug, thiserror::Error)]
pub enum InvalidPostgres {
    /// The URL is none of PostgreSQL.
    #[error("the URL of the database is not good: {0}")]
    Url(String),
    /// A file of certificates cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The system's certificates cannot be read.
    #[error("the certificates that the system trusts cannot be read: {0}")]
    SystemCertificates(rustls_native_certs::Error),
    /// TLS cannot be done.
    #[error("TLS cannot be done: {0}")]
    Tls(tokio_rustls::rustls::Error),
}

impl PostgresOptions {
    /// The server at `url`, with what else has a default.
    #[must_use]
    pub fn new(url: &str) -> Self {
        const fn of(number: usize) -> NonZeroUsize {
            NonZeroUsize::new(number).expect("the defaults are not zero")
        }
        Self {
            url: url.to_owned(),
            ca_file: None,
            readers: of(4),
            writers: of(4),
            waiting: of(1024),
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(10),
        }
    }

    /// Checks the URL.
    ///
    /// # Errors
    /// [`InvalidPostgres::Url`].
    pub fn check_url(&self) -> Result<(), InvalidPostgres> {
        self.config().map(drop)
    }

    /// The way to the server.
    pub(super) fn reach(&self) -> Result<Reach, StoreError> {
        self.try_reach().map_err(|error| StoreError::Unavailable(Box::new(error)))
    }

    fn try_reach(&self) -> Result<Reach, InvalidPostgres> {
        let config = self.config()?;
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(self.tls()?),
        };
        Ok(Reach::new(config, tls, (self.connect_timeout, self.statement_timeout, self.lock_timeout)))
    }

    fn config(&self) -> Result<Config, InvalidPostgres> {
        if !self.url.starts_with("postgres://") && !self.url.starts_with("postgresql://") {
            return Err(InvalidPostgres::Url("it begins with postgres://".to_owned()));
        }
        // We check certificates in any case; to the library that is how it is told.
        let url = self.url.replace("sslmode=verify-full", "sslmode=require");
        let mut config: Config = url.parse().map_err(|error| InvalidPostgres::Url(described(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(InvalidPostgres::Url("it names no host".to_owned()));
        }
        if !self.url.contains("sslmode=") {
            config.ssl_mode(match &self.ca_file {
                Some(_) => SslMode::Require,
                None if config.get_hosts().iter().all(is_here) => SslMode::Disable,
                None => SslMode::Prefer,
            });
        }
        config.application_name("deskwire").connect_timeout(self.connect_timeout);
        config.keepalives_idle(Duration::from_secs(30)).tcp_user_timeout(self.statement_timeout * 2);
        Ok(config)
    }

    fn tls(&self) -> Result<MakeRustlsConnect, InvalidPostgres> {
        let roots = match &self.ca_file {
            Some(path) => {
                roots_of(path).map_err(|source| InvalidPostgres::Certificates { path: path.clone(), source })?
            }
            None => roots_of_the_system()?,
        };
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(InvalidPostgres::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }
}

fn roots_of(path: &Path) -> Result<RootCertStore, Box<dyn std::error::Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path)? {
        roots.add(certificate?)?;
    }
    if roots.is_empty() { Err("there is no certificate in it".into()) } else { Ok(roots) }
}

fn roots_of_the_system() -> Result<RootCertStore, InvalidPostgres> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    match found.errors.into_iter().next() {
        Some(error) if roots.is_empty() => Err(InvalidPostgres::SystemCertificates(error)),
        _ => Ok(roots),
    }
}

/// Whether a host is this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// An error with its causes.
fn described(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// Without the password.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("ca_file", &self.ca_file)
            .field("readers", &self.readers)
            .field("writers", &self.writers)
            .field("waiting", &self.waiting)
            .field("connect_timeout", &self.connect_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("lock_timeout", &self.lock_timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_whether_there_is_tls() {
        let ca_file = Some(PathBuf::from("ca.pem"));
        for (url, ca_file, mode) in [
            ("postgres://u:p@127.0.0.1:5432/desk", None, SslMode::Disable),
            ("postgres://u:p@localhost/desk", None, SslMode::Disable),
            ("postgres://u:p@localhost/desk", ca_file.clone(), SslMode::Require),
            ("postgres://u:p@db.example.org/desk", None, SslMode::Prefer),
            ("postgres://u:p@db.example.org/desk?sslmode=disable", ca_file, SslMode::Disable),
            ("postgresql://u:p@db.example.org/desk?sslmode=verify-full", None, SslMode::Require),
        ] {
            let options = PostgresOptions { ca_file, ..PostgresOptions::new(url) };
            assert_eq!(options.config().unwrap().get_ssl_mode(), mode, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_and_no_password_is_shown() {
        for url in ["", "mysql://h/d", "/var/lib/desk.db", "postgres://u:p@h/d?nonsense=1", "postgres://"] {
            assert!(PostgresOptions::new(url).check_url().is_err(), "{url}");
        }
        let shown = format!("{:?}", PostgresOptions::new("postgres://u:secret@h/d"));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
