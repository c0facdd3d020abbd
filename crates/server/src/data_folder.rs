//! The data folder: made private, held by one process, with the server's secret key.

use std::{
    fmt,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use deskwire_store::{Store, StoreError};

pub(crate) const LOCK_FILE: &str = "deskwire.lock";
const KEY_FILE: &str = "secret.key";
const KEY_BYTES: usize = 32;
/// What nodes call the key among themselves.
const KEY_NAME: &str = "access-tokens";

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// The folder or one of its files cannot be made, read or written.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the folder.
    #[error("the data folder {} is in use by another deskwire process", .0.display())]
    InUse(PathBuf),
    /// The key file has a wrong length; a new key would make every issued token worthless.
    #[error("{} must hold exactly {KEY_BYTES} bytes; restore it, or remove it to sign everybody out", .0.display())]
    BrokenKey(PathBuf),
    /// The system has no random numbers to give.
    #[error("cannot draw random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// The key that signs access tokens. Never shown.
#[derive(Clone)]
pub struct SecretKey([u8; KEY_BYTES]);

impl SecretKey {
    /// Uses `bytes` as the key.
    #[must_use]
    pub const fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The key itself.
    #[must_use]
    pub const fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(********)")
    }
}

/// An open data folder. While it lives, no other process can open it.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    key: SecretKey,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if it is missing (mode 0700), locks it, and reads or makes its secret key (mode 0600).
    ///
    /// # Errors
    /// [`DataFolderError::InUse`] when another process holds it; the others as their names say.
    pub fn open(path: &Path) -> Result<Self, DataFolderError> {
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| io_error(path, source))?;
        let lock = lock(path)?;
        let key = read_or_make_key(path)?;
        Ok(Self { path: path.to_owned(), key, _lock: lock })
    }

    /// From now on uses the secret key that all nodes on `store` have agreed on: that of the first.
    ///
    /// # Errors
    /// [`StoreError`], also when what was agreed on is no key.
    pub(crate) async fn agree(&mut self, store: &Store) -> Result<(), StoreError> {
        let agreed = store.agreed_secret(KEY_NAME, self.key.expose()).await?;
        let key = agreed.try_into().map_err(|_| StoreError::Damaged("the key that signs tokens".into()))?;
        self.key = SecretKey(key);
        Ok(())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The server's secret key.
    #[must_use]
    pub const fn secret_key(&self) -> &SecretKey {
        &self.key
    }
}

pub(crate) fn lock(folder: &Path) -> Result<File, DataFolderError> {
    let path = folder.join(LOCK_FILE);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(|source| io_error(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(io_error(&path, source)),
    }
}

fn read_or_make_key(folder: &Path) -> Result<SecretKey, DataFolderError> {
    let path = folder.join(KEY_FILE);
    match fs::read(&path) {
        Ok(bytes) => bytes.try_into().map(SecretKey).map_err(|_| DataFolderError::BrokenKey(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_key(folder, &path),
        Err(source) => Err(io_error(&path, source)),
    }
}

/// A crash leaves either no key or a whole one: the bytes are on disk before the name is.
fn make_key(folder: &Path, path: &Path) -> Result<SecretKey, DataFolderError> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key)?;
    let draft = folder.join("secret.key.new");
    let write = || {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&draft)?;
        file.write_all(&key)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|source| io_error(path, source))?;
    Ok(SecretKey(key))
}

fn io_error(path: &Path, source: io::Error) -> DataFolderError {
    DataFolderError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_first_start_makes_a_private_folder_and_a_key_that_stays() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("deep/data");
        let first = DataFolder::open(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(KEY_FILE)), 0o600);
        assert_ne!(first.secret_key().expose(), &[0; KEY_BYTES]);
        let key = first.secret_key().clone();
        drop(first);
        assert_eq!(DataFolder::open(&path).unwrap().secret_key().expose(), key.expose());
    }

    #[test]
    fn a_held_folder_is_refused_until_it_is_free() {
        let parent = tempfile::tempdir().unwrap();
        let first = DataFolder::open(parent.path()).unwrap();
        assert!(matches!(DataFolder::open(parent.path()), Err(DataFolderError::InUse(_))));
        drop(first);
        DataFolder::open(parent.path()).unwrap();
    }

    #[test]
    fn a_broken_key_is_not_replaced_in_silence() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join(KEY_FILE), b"short").unwrap();
        assert!(matches!(DataFolder::open(parent.path()), Err(DataFolderError::BrokenKey(_))));
    }

    #[test]
    fn the_key_does_not_show() {
        assert_eq!(format!("{:?}", SecretKey::new([7; 32])), "SecretKey(********)");
    }
}
