//! How to reach Redis, and every bound of the bus.

use std::{fmt, time::Duration};

use crate::channel::InvalidPrefix;

/// How to reach Redis, and every bound of the bus. `Default` has the defaults named here and no address.
#[derive(Clone)]
pub struct RedisOptions {
    /// Where Redis is: `redis://[user:password@]host[:port][/db]`, `rediss://…` for TLS, `unix:///path`. They are tried in
    /// turn: name several nodes of a cluster, or one address that fails over.
    pub urls: Vec<String>,
    /// A password that is not to stand in a URL; goes before one that does.
    pub password: Option<String>,
    /// The certificates, in PEM, that vouch for Redis with `rediss://`; those of the system if absent.
    pub root_certificates: Option<Vec<u8>>,
    /// What the names of all channels and keys begin with: nodes with another prefix do not hear these (`deskwire`). Channels
    /// know no database numbers: installations that share a Redis need prefixes that differ.
    pub prefix: String,
    /// How often a node tells that it is there, and looks whether Redis answers (1 s).
    pub beacon_every: Duration,
    /// After how long without a beacon a node is lost (5 s).
    pub peer_lease: Duration,
    /// How long Redis may take to answer before it is down, and to let us connect (3 s).
    pub response_timeout: Duration,
    /// The longest wait before the first attempt to connect again; it doubles with each attempt (100 ms).
    pub backoff_first: Duration,
    /// The longest wait before any attempt (5 s). Each wait is random, from nothing up to its longest.
    pub backoff_most: Duration,
    /// Most hints that wait to be published (65536).
    pub outgoing_hints: usize,
    /// Most bytes that wait to be published (32 MiB).
    pub outgoing_bytes: usize,
    /// Most things heard that wait for [`Inbox::next`](crate::Inbox::next) (65536).
    pub inbox_hints: usize,
    /// Most bytes of what was heard and waits (64 MiB).
    pub inbox_bytes: usize,
    /// Largest payload of an entry that is sent along; of larger ones only the position is told (64 KiB).
    pub max_payload_bytes: usize,
    /// Largest hint, question or answer (4 MiB). Larger ones are dropped.
    pub max_hint_bytes: usize,
    /// Most channels that are listened to (1,000,000).
    pub max_channels: usize,
    /// Most questions that wait for their answer (4096).
    pub max_asks: usize,
    /// Most other nodes (256).
    pub max_peers: usize,
    /// How long who is online is remembered after its node has stopped renewing it (30 s).
    pub entry_lease: Duration,
    /// Most entries of this node in the registry (1,000,000).
    pub max_entries: usize,
    /// How long what a node has claimed is still its own after it has stopped renewing it (5 min).
    pub claim_lease: Duration,
    /// Most claims of this node (1,000,000).
    pub max_claims: usize,
}

impl Default for RedisOptions {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            urls: Vec::new(),
            password: None,
            root_certificates: None,
            prefix: "deskwire".into(),
            beacon_every: Duration::from_secs(1),
            peer_lease: Duration::from_secs(5),
            response_timeout: Duration::from_secs(3),
            backoff_first: Duration::from_millis(100),
            backoff_most: Duration::from_secs(5),
            outgoing_hints: 65_536,
            outgoing_bytes: 32 * MIB,
            inbox_hints: 65_536,
            inbox_bytes: 64 * MIB,
            max_payload_bytes: 64 * 1024,
            max_hint_bytes: 4 * MIB,
            max_channels: 1_000_000,
            max_asks: 4096,
            max_peers: 256,
            entry_lease: Duration::from_secs(30),
            max_entries: 1_000_000,
            claim_lease: Duration::from_secs(300),
            max_claims: 1_000_000,
        }
    }
}

/// Without what is secret: URLs may hold passwords.
impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisOptions")
            .field("urls", &self.urls.len())
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// Why options are not usable. Says nothing that is secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// No URL is given.
    #[error("no address of Redis is given")]
    NoUrl,
    /// The URL with this number, from 1, is none that we understand.
    #[error("address {0} of Redis is not like redis://host:6379, rediss://host:6379 or unix:///path")]
    Url(usize),
    /// The certificates are not PEM.
    #[error("the certificates for Redis cannot be read")]
    Certificates,
    /// See the cause.
    #[error(transparent)]
    Prefix(#[from] InvalidPrefix),
    /// A bound or a time is zero.
    #[error("{0} must not be zero")]
    Zero(&'static str),
    /// A lease is too short to be renewed in time.
    #[error("{0} must be at least three times beacon_every")]
    Lease(&'static str),
}

impl RedisOptions {
    /// Options for one Redis, otherwise the defaults.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self { urls: vec![url.into()], ..Self::default() }
    }

    /// Checks what can be checked without Redis.
    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        let sizes = [
            ("outgoing_hints", self.outgoing_hints),
            ("outgoing_bytes", self.outgoing_bytes),
            ("inbox_hints", self.inbox_hints),
            ("inbox_bytes", self.inbox_bytes),
            ("max_hint_bytes", self.max_hint_bytes),
            ("max_channels", self.max_channels),
            ("max_asks", self.max_asks),
            ("max_peers", self.max_peers),
            ("max_entries", self.max_entries),
            ("max_claims", self.max_claims),
        ];
        let times = [
            ("beacon_every", self.beacon_every),
            ("response_timeout", self.response_timeout),
            ("backoff_first", self.backoff_first),
            ("backoff_most", self.backoff_most),
        ];
        if self.urls.is_empty() {
            return Err(OptionsError::NoUrl);
        }
        if let Some((name, _)) = sizes.iter().find(|(_, size)| *size == 0) {
            return Err(OptionsError::Zero(name));
        }
        if let Some((name, _)) = times.iter().find(|(_, time)| time.is_zero()) {
            return Err(OptionsError::Zero(name));
        }
        let leases =
            [("peer_lease", self.peer_lease), ("entry_lease", self.entry_lease), ("claim_lease", self.claim_lease)];
        for (name, lease) in leases {
            if lease < self.beacon_every * 3 {
                return Err(OptionsError::Lease(name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_refused() {
        let good = RedisOptions::at("redis://localhost");
        assert_eq!(good.check(), Ok(()));
        assert_eq!(RedisOptions::default().check(), Err(OptionsError::NoUrl));
        let no_inbox = RedisOptions { inbox_hints: 0, ..good.clone() };
        assert_eq!(no_inbox.check(), Err(OptionsError::Zero("inbox_hints")));
        let hasty = RedisOptions { peer_lease: Duration::from_secs(2), ..good };
        assert_eq!(hasty.check(), Err(OptionsError::Lease("peer_lease")));
    }

    #[test]
    fn secrets_are_not_printed() {
        let options = RedisOptions { password: Some("s3cret".into()), ..RedisOptions::at("redis://:s3cret@localhost") };
        assert!(!format!("{options:?}").contains("s3cret"));
    }
}
