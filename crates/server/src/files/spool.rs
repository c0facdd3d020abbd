//! A file on its way in: on disk, counted, hashed, and with its beginning at hand.

use std::{io, path::Path};

use aws_lc_rs::digest;
use tempfile::{NamedTempFile, TempPath};
use tokio::{fs::File, io::AsyncWriteExt as _};

use super::kind::HEAD_LEN;

/// Takes the bytes of a file. What was taken is removed when this is dropped, and the folder is emptied at each start.
pub(super) struct Spool {
    file: File,
    path: TempPath,
    head: Vec<u8>,
    size: u64,
    hash: digest::Context,
}

/// A file of which everything has come. Removed when this is dropped.
pub(super) struct Spooled {
    pub(super) path: TempPath,
    /// The first [`HEAD_LEN`] bytes, or all.
    pub(super) head: Vec<u8>,
    pub(super) size: u64,
    /// SHA-256 in hexadecimal digits.
    pub(super) hash: String,
}

impl Spool {
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let (file, path) = NamedTempFile::new_in(folder)?.into_parts();
        let hash = digest::Context::new(&digest::SHA256);
        Ok(Self { file: File::from_std(file), path, head: Vec::new(), size: 0, hash })
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let missing = HEAD_LEN - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    /// The beginning, once there is enough of it to know what the file is.
    pub(super) fn head(&self) -> Option<&[u8]> {
        (self.head.len() == HEAD_LEN).then_some(&self.head[..])
    }

    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    pub(super) async fn finish(mut self) -> io::Result<Spooled> {
        self.file.flush().await?;
        Ok(Spooled {
            path: self.path,
            head: self.head,
            size: self.size,
            hash: hexadecimal(self.hash.finish().as_ref()),
        })
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String never fails.
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn a_spooled_file_is_whole_and_goes_with_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path()).unwrap();
        assert_eq!(spool.head(), None);
        let bytes = vec![7; HEAD_LEN + 1000];
        for part in bytes.chunks(999) {
            spool.write(part).await.unwrap();
        }
        assert_eq!((spool.head(), spool.size()), (Some(&bytes[..HEAD_LEN]), bytes.len() as u64));
        let spooled = spool.finish().await.unwrap();
        assert_eq!(fs::read(&spooled.path).unwrap(), bytes);
        drop(spooled);
        drop(Spool::create(folder.path()).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn the_hash_is_sha_256() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path()).unwrap();
        spool.write(b"ab").await.unwrap();
        spool.write(b"c").await.unwrap();
        // The example of FIPS 180-4.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(spool.finish().await.unwrap().hash, expected);
    }
}
