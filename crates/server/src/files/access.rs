//! Who may read a file, and links to it.

use std::ops::Range;

use bytes::Bytes;
use deskwire_model::{LogId, Principal, Timestamp};
use deskwire_store::{BlobError, FilePath, FileRecord, StoreError};
use futures_util::Stream;

use super::{Files, link::LinkError};

/// Paths in one message that are renewed.
const PATHS_PER_MESSAGE: usize = 32;

impl Files {
    /// The file, or the file whose thumbnail is at `path`.
    pub(crate) async fn find(&self, path: &FilePath) -> Result<Option<FileRecord>, StoreError> {
        self.store.file(path).await
    }

    /// Whether `reader` may read `file`: the people of its organisation may, and of the visitors the one who brought it
    /// and those into whose conversation it was sent by somebody who might.
    pub(crate) async fn may_read(&self, reader: &Principal, file: &FileRecord) -> Result<bool, StoreError> {
        if reader.org != file.org {
            return Ok(false);
        }
        if reader.role.is_staff() || reader.uid == file.uploader {
            return Ok(true);
        }
        self.store.is_file_shared_with(&file.uid, &reader.uid).await
    }

    /// Whether `access`, as it stands in a link, opens `path` now.
    pub(crate) fn check_link(&self, path: &FilePath, access: &str, now: Timestamp) -> Result<(), LinkError> {
        self.links.check(path, access, now)
    }

    /// Path and query that open `path` for a while.
    pub(crate) fn link(&self, path: &FilePath, now: Timestamp) -> String {
        self.links.link(path, now)
    }

    /// Renews the links in `text`, a message of the conversation `log` as somebody reads it who takes part in that. Links to
    /// files that were not sent into it by somebody who might stay as they are.
    pub(crate) async fn renew_links(
        &self,
        log: LogId,
        text: &[u8],
        now: Timestamp,
    ) -> Result<Option<Bytes>, StoreError> {
        if !super::link::has_links(text) {
            return Ok(None);
        }
        let paths = FilePath::find_all(text, PATHS_PER_MESSAGE);
        let shared = self.store.files_shared_in(log, &paths).await?;
        if shared.is_empty() {
            return Ok(None);
        }
        let mut renewed = text.to_vec();
        self.links.renew(&mut renewed, now, |path| shared.contains(path));
        Ok(Some(renewed.into()))
    }

    /// The bytes of `path`, or those in `range`, which must not be empty.
    pub(crate) async fn read(
        &self,
        path: &FilePath,
        range: Option<Range<u64>>,
    ) -> Result<impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static, BlobError> {
        self.blobs.get(path, range).await
    }
}
