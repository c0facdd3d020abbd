//! What those who run the server look at: how it is ([`Course`], [`Standing`]) and which way messages went ([`Trail`]).
//!
//! All of it is in memory, bounded, and gone with the process. What has to be there tomorrow is in the store. [`ThisNode`] is
//! what other nodes ask for it.

mod connected;
mod course;
mod local_pass;
mod memory;
mod self_test;
mod standing;
mod this_node;
mod trail;
mod way;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use deskwire_model::Timestamp;

#[cfg(test)]
pub(crate) use self::standing::{ProtocolCount, StoreStanding};
pub(crate) use self::{
    connected::{Connected, ConnectionRow, ConnectionsWanted},
    course::{Course, Latency, Point, Sample, keep_course},
    local_pass::{LocalPass, Running},
    self_test::{Step, self_test},
    standing::{BusState, PROBE_LIMIT, Readiness, Standing},
    this_node::ThisNode,
    trail::{Acceptance, Passage, Trail},
    way::{AcceptedTrace, RelayedTrace, Way},
};
use crate::{config::ListenUrl, connection::timestamp, telemetry::readings::Readings};

/// How the server is, for those who run it.
#[derive(Debug)]
pub(crate) struct Ops {
    /// What is read of the metrics.
    pub(crate) readings: Arc<Readings>,
    /// How it was.
    pub(crate) course: Arc<Course>,
    /// When the process began to serve.
    pub(crate) started_at: Timestamp,
    /// Where it listens, with the real ports.
    pub(crate) listeners: Vec<ListenUrl>,
    /// What lets programs of this machine look.
    pub(crate) pass: LocalPass,
    draining: AtomicBool,
    database: Database,
}

/// Where the database is.
#[derive(Debug)]
pub(crate) enum Database {
    /// A file at this path.
    Sqlite(PathBuf),
    /// A server.
    Postgres(deskwire_store::Store),
}

impl Ops {
    /// Begins now, on these listeners, over this database.
    pub(crate) fn new(readings: Arc<Readings>, listeners: Vec<ListenUrl>, pass: LocalPass, database: Database) -> Self {
        let draining = AtomicBool::new(false);
        Self { readings, course: Arc::default(), started_at: timestamp(), listeners, pass, draining, database }
    }

    /// From now on the server is not ready: its clients are to go elsewhere.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether the server stops.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// What the database is: sqlite or postgresql.
    pub(crate) const fn store_kind(&self) -> &'static str {
        match self.database {
            Database::Sqlite(_) => "sqlite",
            Database::Postgres(_) => "postgresql",
        }
    }

    /// Bytes of the database, and of its write-ahead log if that is a file beside it; 0 for what cannot be found out.
    pub(crate) async fn database_bytes(&self) -> (u64, u64) {
        match &self.database {
            Database::Sqlite(file) => {
                let mut log = file.clone().into_os_string();
                log.push("-wal");
                let bytes = async |path: PathBuf| tokio::fs::metadata(path).await.map_or(0, |metadata| metadata.len());
                (bytes(file.clone()).await, bytes(log.into()).await)
            }
            Database::Postgres(store) => {
                let bytes = store.server_bytes().await.unwrap_or_else(|error| {
                    tracing::debug!(%error, "the size of the database is not known");
                    None
                });
                (bytes.unwrap_or(0), 0)
            }
        }
    }
}
