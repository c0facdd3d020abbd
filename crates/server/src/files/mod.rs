//! Uploaded files.
//!
//! A file comes as a part of a [`form`], at a [`pace`], into a [`spool`] on disk; who is refused meanwhile can read why
//! ([`linger`]).  its content says of which [`kind`] it is,
//! and pictures are looked at ([`picture`]). [`keep`] gives it a name that nobody guesses and puts it where it belongs. Who
//! may read it is decided in [`access`], or shown by a [`link`]. [`sweep`] removes what was never finished or is too old.

mod access;
mod form;
mod keep;
mod kind;
mod linger;
mod link;
mod pace;
mod picture;
mod receive;
mod spool;
mod sweep;
#[cfg(test)]
mod tests;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_lc_rs::hmac;
use deskwire_store::{BlobError, Blobs, Bucket, Store};
use tokio::sync::Semaphore;

pub(crate) use self::{
    kind::{Group, is_inline},
    linger::linger,
    receive::{Received, UploadError},
};
use self::{link::Links, pace::Pace};
use crate::{config::Config, data_folder::DataFolder};

/// Files of a server without a bucket, in the data folder.
const FILES: &str = "files";
/// Files on their way in, in the data folder.
const SPOOL: &str = "uploads";
/// Says what the key is for.
const NAMING: &[u8] = b"deskwire names of repeated uploads 1";

/// Why there is no place for files.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The folder of files on their way cannot be made or emptied.
    #[error("cannot use {}: {source}", path.display())]
    Spool {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder or the bucket cannot be used.
    #[error("cannot keep files: {0}")]
    Blobs(#[from] BlobError),
}

/// The files of this server.
pub struct Files {
    config: Arc<Config>,
    store: Store,
    blobs: Blobs,
    links: Links,
    pace: Pace,
    /// Gives uploads with an idempotency key their names.
    naming: hmac::Key,
    /// Pictures that may be looked at now.
    looking: Semaphore,
    spool: PathBuf,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("blobs", &self.blobs).finish_non_exhaustive()
    }
}

impl Files {
    /// Opens the files of `data`, and removes what was on its way when the server ended.
    ///
    /// # Errors
    /// [`FilesError`].
    pub fn open(config: &Arc<Config>, store: Store, data: &DataFolder) -> Result<Self, FilesError> {
        let files = &config.files;
        let blobs = match files.bucket() {
            None => Blobs::in_folder(&data.path().join(FILES))?,
            Some((name, prefix)) => Blobs::in_bucket(&Bucket {
                name,
                prefix,
                endpoint: &files.s3_endpoint,
                region: &files.s3_region.0,
                access_key: &files.s3_access_key,
                secret_key: files.s3_secret_key.expose(),
            })?,
        };
        let spool = data.path().join(SPOOL);
        empty(&spool).map_err(|source| FilesError::Spool { path: spool.clone(), source })?;
        let naming = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, data.secret_key().expose()), NAMING);
        Ok(Self {
            store,
            blobs,
            links: Links::new(data.secret_key(), files.link_s.duration()),
            pace: Pace::new(files),
            naming: hmac::Key::new(hmac::HMAC_SHA256, naming.as_ref()),
            looking: Semaphore::new(files.thumbnails),
            spool,
            config: Arc::clone(config),
        })
    }
}

/// Makes `folder`, or removes all that is in it.
fn empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(folder)
}
