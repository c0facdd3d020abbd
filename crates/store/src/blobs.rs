//! Where the bytes of files are: a folder on this node, or a bucket of a service that speaks S3.

use std::{fmt, ops::Range, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder, buffered::BufWriter,
    local::LocalFileSystem, path, prefix::PrefixStore,
};
use tokio::{fs::File, io::AsyncWriteExt as _};

use crate::FilePath;

/// Bytes of a part when a file is written to a folder.
const LOCAL_PART: usize = 256 * 1024;
/// The smallest part that S3 takes, the last one aside.
const S3_PART: usize = 5 * 1024 * 1024;
/// Times that a request to a bucket is sent again, and how long after the first.
const S3_RETRIES: usize = 3;
const S3_PATIENCE: Duration = Duration::from_secs(20);

/// Why bytes could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There are none of this name.
    #[error("there is no such file")]
    Missing,
    /// The folder or the bucket failed.
    #[error("the files cannot be reached: {0}")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            other => Self::Backend(Box::new(other)),
        }
    }
}

impl From<std::io::Error> for BlobError {
    fn from(error: std::io::Error) -> Self {
        Self::Backend(Box::new(error))
    }
}

/// A bucket of a service that speaks S3.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket<'a> {
    /// Its name.
    pub name: &'a str,
    /// What stands before all paths in it; may be empty.
    pub prefix: &'a str,
    /// URL of the service; empty for that of AWS in the region.
    pub endpoint: &'a str,
    /// The region; services that have none take any.
    pub region: &'a str,
    /// Who we are to the service.
    pub access_key: &'a str,
    /// What proves it.
    pub secret_key: &'a str,
}

/// The bytes of files, by path. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    part: usize,
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blobs({})", self.store)
    }
}

impl Blobs {
    /// Bytes in `folder`, which is made if there is none. What is stored is on disk when [`Self::put`] returns.
    ///
    /// # Errors
    /// [`BlobError::Backend`] if the folder cannot be made.
    pub fn in_folder(folder: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), part: LOCAL_PART })
    }

    /// Bytes in a bucket. Nothing is sent to it yet.
    ///
    /// # Errors
    /// [`BlobError::Backend`] if the description makes no sense.
    pub fn in_bucket(bucket: &Bucket<'_>) -> Result<Self, BlobError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket.name)
            .with_region(bucket.region)
            .with_access_key_id(bucket.access_key)
            .with_secret_access_key(bucket.secret_key)
            .with_retry(RetryConfig { max_retries: S3_RETRIES, retry_timeout: S3_PATIENCE, ..RetryConfig::default() });
        if !bucket.endpoint.is_empty() {
            builder = builder.with_endpoint(bucket.endpoint).with_allow_http(bucket.endpoint.starts_with("http://"));
        }
        let store: Arc<dyn ObjectStore> = match bucket.prefix {
            "" => Arc::new(builder.build()?),
            prefix => Arc::new(PrefixStore::new(builder.build()?, prefix)),
        };
        Ok(Self { store, part: S3_PART })
    }

    /// Stores the bytes of `source` under `path`, in parts. Nobody sees a part of them: all or none are there.
    ///
    /// # Errors
    /// [`BlobError::Backend`]; nothing is stored then.
    pub async fn put(&self, path: &FilePath, source: &Path) -> Result<(), BlobError> {
        let mut source = File::open(source).await?;
        let mut target =
            BufWriter::with_capacity(Arc::clone(&self.store), key(path), self.part).with_max_concurrency(1);
        if let Err(error) = tokio::io::copy(&mut source, &mut target).await {
            // What was begun is given up; that this fails too changes nothing.
            let _abandoned = target.abort().await;
            return Err(error.into());
        }
        // Gives up by itself when it fails.
        target.shutdown().await?;
        Ok(())
    }

    /// The bytes of `path`, or those in `range`, which must not be empty.
    ///
    /// # Errors
    /// [`BlobError::Missing`] or [`BlobError::Backend`]; the stream may fail later.
    pub async fn get(
        &self,
        path: &FilePath,
        range: Option<Range<u64>>,
    ) -> Result<impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static, BlobError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.store.get_opts(&key(path), options).await?;
        Ok(found.into_stream().map(|bytes| bytes.map_err(BlobError::from)))
    }

    /// Removes the bytes of `path`, if there are any.
    ///
    /// # Errors
    /// [`BlobError::Backend`].
    pub async fn delete(&self, path: &FilePath) -> Result<(), BlobError> {
        match self.store.delete(&key(path)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A [`FilePath`] has no part that is empty, `.` or `..`, so that it is taken as it is.
fn key(path: &FilePath) -> path::Path {
    path::Path::from(path.as_str())
}
