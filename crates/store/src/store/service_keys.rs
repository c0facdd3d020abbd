//! Keys by which programs act as services of an organisation.

use deskwire_model::{Timestamp, Uid};

use super::Store;
use crate::{ServiceKey, StoreError};

/// Service keys.
impl Store {
    /// The keys of an organisation, or of all, the oldest first.
    pub async fn service_keys(&self, org: Option<&Uid>) -> Result<Vec<ServiceKey>, StoreError> {
        match self {
            Self::Sqlite(db) => db.service_keys(org).await,
        }
    }

    /// Makes a key.
    ///
    /// # Errors
    /// [`StoreError::Full`] when its organisation has `most`, [`StoreError::Exists`] when the uid is taken,
    /// [`StoreError::Missing`] for an unknown organisation.
    pub async fn create_service_key(&self, key: &ServiceKey, most: usize) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.create_service_key(key, most).await,
        }
    }

    /// Calls a key of `org` otherwise.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn rename_service_key(&self, org: &Uid, uid: &Uid, name: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.rename_service_key(org, uid, name).await,
        }
    }

    /// Forgets a key of `org`.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn drop_service_key(&self, org: &Uid, uid: &Uid) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.drop_service_key(org, uid).await,
        }
    }

    /// Notes when keys were last shown, in one commit. A time never goes back, and keys that are gone are passed over.
    pub async fn note_key_uses(&self, uses: Vec<(Uid, Timestamp)>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.note_key_uses(uses).await,
        }
    }
}
