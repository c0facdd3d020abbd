//! What those who run the server look at: how it is ([`Course`]) and which way messages went ([`Trail`]).
//!
//! All of it is in memory, bounded, and gone with the process. What has to be there tomorrow is in the store.

mod course;
mod memory;
mod self_test;
mod trail;

use std::{path::PathBuf, sync::Arc};

use deskwire_model::Timestamp;

pub(crate) use self::{
    course::{Course, Latency, Point, Sample, keep_course},
    self_test::{Step, self_test},
    trail::{Acceptance, Passage, Trail},
};
use crate::{connection::timestamp, telemetry::readings::Readings};

/// How the server is, for those who run it.
#[derive(Debug)]
pub(crate) struct Ops {
    /// What is read of the metrics.
    pub(crate) readings: Arc<Readings>,
    /// How it was.
    pub(crate) course: Arc<Course>,
    /// When the process began to serve.
    pub(crate) started_at: Timestamp,
    database: PathBuf,
}

impl Ops {
    /// Begins now, over the database at this path.
    pub(crate) fn new(readings: Arc<Readings>, database: PathBuf) -> Self {
        Self { readings, course: Arc::default(), started_at: timestamp(), database }
    }

    /// Bytes of the database and of its write-ahead log.
    pub(crate) async fn database_bytes(&self) -> (u64, u64) {
        let mut log = self.database.clone().into_os_string();
        log.push("-wal");
        let bytes = async |path: PathBuf| tokio::fs::metadata(path).await.map_or(0, |metadata| metadata.len());
        (bytes(self.database.clone()).await, bytes(log.into()).await)
    }
}
