//! Files: who has uploaded what, and with whom it is shared.

use deskwire_model::{LogId, Timestamp, Uid};

use super::Store;
use crate::{FileAllowance, FilePath, FileRecord, FileReservation, FileStage, FileUsage, StoreError};

/// Uploaded files. That a message shares the files it names with its conversation is part of [`Write::Append`].
impl Store {
    /// Announces a file whose bytes are about to be stored, unless `allowance` has no room for it. It counts from now
    /// on, and is not there for anybody until [`Self::keep_file`].
    ///
    /// # Errors
    /// [`StoreError::Missing`] without its organisation, [`StoreError::Exists`] if its uid or a path is taken.
    pub async fn reserve_file(
        &self,
        file: &FileRecord,
        allowance: FileAllowance,
    ) -> Result<FileReservation, StoreError> {
        match self {
            Self::Sqlite(db) => db.reserve_file(file, allowance).await,
        }
    }

    /// Says that the bytes of an announced file are stored.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it was not announced, or is forgotten again.
    pub async fn keep_file(&self, uid: &Uid) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.keep_file(uid).await,
        }
    }

    /// The file whose bytes, or whose thumbnail's bytes, are at `path`.
    pub async fn file(&self, path: &FilePath) -> Result<Option<FileRecord>, StoreError> {
        match self {
            Self::Sqlite(db) => db.file(path).await,
        }
    }

    /// The file called `uid`.
    pub async fn file_by_uid(&self, uid: &Uid) -> Result<Option<FileRecord>, StoreError> {
        match self {
            Self::Sqlite(db) => db.file_by_uid(uid).await,
        }
    }

    /// Whether `user` takes part in a conversation into which the file was sent by somebody who might.
    pub async fn is_file_shared_with(&self, file: &Uid, user: &Uid) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(db) => db.is_file_shared_with(file, user).await,
        }
    }

    /// Those of `paths` whose files were sent into the conversation `log` by somebody who might.
    pub async fn files_shared_in(&self, log: LogId, paths: &[FilePath]) -> Result<Vec<FilePath>, StoreError> {
        match self {
            Self::Sqlite(db) => db.files_shared_in(log, paths).await,
        }
    }

    /// The files that were announced before `time`, the oldest first; at most `limit`.
    pub async fn files_before(
        &self,
        time: Timestamp,
        stage: FileStage,
        limit: usize,
    ) -> Result<Vec<FileRecord>, StoreError> {
        match self {
            Self::Sqlite(db) => db.files_before(time, stage, limit).await,
        }
    }

    /// Forgets a file, if there is one; its bytes are for the caller to remove before.
    pub async fn forget_file(&self, uid: &Uid) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.forget_file(uid).await,
        }
    }

    /// How much there is of the files of an organisation.
    pub async fn file_usage(&self, org: &Uid) -> Result<FileUsage, StoreError> {
        match self {
            Self::Sqlite(db) => db.file_usage(org).await,
        }
    }

    /// How much there is of all files.
    pub async fn total_file_usage(&self) -> Result<FileUsage, StoreError> {
        match self {
            Self::Sqlite(db) => db.total_file_usage().await,
        }
    }
}
