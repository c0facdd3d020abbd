//! Removing files: what was never finished, and what is older than the configuration keeps.

use std::{sync::Arc, time::Duration};

use deskwire_model::Timestamp;
use deskwire_store::{FileRecord, FileStage};
use metrics::{counter, gauge};

use super::{Files, UploadError};
use crate::{connection::timestamp, shutdown::Shutdown};

const EVERY: Duration = Duration::from_secs(60);
/// Files looked for at a time.
const BATCH: usize = 100;
/// How long the bytes of an announced file may take to be stored, after they have come.
const STORING_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Files {
    /// Sweeps now and then, until the shutdown. What is unfinished at the beginning was left by a server that ended.
    pub async fn keep_swept(self: Arc<Self>, mut shutdown: Shutdown) {
        let mut unfinished_before = timestamp();
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            tokio::select! {
                () = shutdown.requested() => return,
                _ = ticks.tick() => {}
            }
            if let Err(error) = self.sweep(timestamp(), unfinished_before).await {
                tracing::error!(%error, "files cannot be removed");
            }
            self.pace.forget_quiet();
            unfinished_before = Timestamp(timestamp().0.saturating_sub(STORING_MS));
        }
    }

    /// Removes what was announced before `unfinished_before` and not finished, or is in no conversation any more, and what is
    /// too old at `now`.
    pub(super) async fn sweep(&self, now: Timestamp, unfinished_before: Timestamp) -> Result<(), UploadError> {
        self.remove_before(unfinished_before, FileStage::Unfinished, "unfinished").await?;
        let days = i64::from(self.config.files.keep_days);
        if days > 0 {
            let oldest = Timestamp(now.0.saturating_sub(days * DAY_MS));
            self.remove_before(oldest, FileStage::Kept, "age").await?;
        }
        let usage = self.store.total_file_usage().await?;
        // A gauge is a float; sizes are well below where it loses digits.
        gauge!("deskwire_files").set(usage.files as f64);
        gauge!("deskwire_file_bytes").set(usage.bytes as f64);
        Ok(())
    }

    /// Removes what is not finished although it came long enough ago, and what nobody can read any more.
    ///
    /// # Errors
    /// When files cannot be removed; they are removed later.
    pub(crate) async fn remove_unfinished(&self, now: Timestamp) -> Result<(), UploadError> {
        let storing_since = Timestamp(now.0.saturating_sub(STORING_MS));
        self.remove_before(storing_since, FileStage::Unfinished, "unfinished").await
    }

    async fn remove_before(&self, time: Timestamp, stage: FileStage, reason: &'static str) -> Result<(), UploadError> {
        loop {
            let found = self.store.files_before(time, stage, BATCH).await?;
            for file in &found {
                self.remove(file).await?;
                counter!("deskwire_files_removed_total", "reason" => reason).increment(1);
            }
            if found.len() < BATCH {
                return Ok(());
            }
        }
    }

    /// Removes the bytes first: a file that is not forgotten is removed again later.
    pub(super) async fn remove(&self, file: &FileRecord) -> Result<(), UploadError> {
        self.blobs.delete(&file.path).await?;
        if let Some(thumbnail) = &file.thumbnail {
            self.blobs.delete(&thumbnail.path).await?;
        }
        Ok(self.store.forget_file(&file.uid).await?)
    }
}
