//! Keys by which programs act as services of an organisation.

use deskwire_model::{Timestamp, Uid};

use super::columns;
use crate::{
    SecretDigest, ServiceKey, Store, StoreError,
    engine::{Result, Row, params},
};

fn service_key(row: &Row<'_>) -> Result<ServiceKey> {
    Ok(ServiceKey {
        uid: columns::uid(row, 0)?,
        org: columns::uid(row, 1)?,
        name: row.get(2)?,
        digest: SecretDigest(row.get(3)?),
        start: row.get(4)?,
        created_at: Timestamp(row.get(5)?),
        created_by: columns::uid(row, 6)?,
        expires_at: row.get::<Option<i64>>(7)?.map(Timestamp),
        used_at: row.get::<Option<i64>>(8)?.map(Timestamp),
    })
}

/// A change of one key that has to be there.
fn one(changed: usize) -> std::result::Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::Missing) }
}

/// Service keys.
impl Store {
    /// The keys of an organisation, or of all, the oldest first.
    pub async fn service_keys(&self, org: Option<&Uid>) -> std::result::Result<Vec<ServiceKey>, StoreError> {
        let org = org.cloned();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT uid, org, name, digest, start, created_at, created_by, expires_at, used_at FROM service_key
                  WHERE CAST(?1 AS TEXT) IS NULL OR org = ?1 ORDER BY created_at, uid",
            )?
            .query_map(params![org.as_ref().map(Uid::as_str)], service_key)?
            .collect()
        })
        .await
    }

    /// Makes a key.
    ///
    /// # Errors
    /// [`StoreError::Full`] when its organisation has `most`, [`StoreError::Exists`] when the uid is taken,
    /// [`StoreError::Missing`] for an unknown organisation.
    pub async fn create_service_key(&self, key: &ServiceKey, most: usize) -> std::result::Result<(), StoreError> {
        let key = key.clone();
        self.write(move |db| {
            let others: i64 = db
                .prepare_cached("SELECT COUNT(*) FROM service_key WHERE org = ?1")?
                .query_row(params![key.org.as_str()], |row| row.get(0))?;
            if others >= columns::limit(most) {
                return Err(StoreError::Full);
            }
            db.prepare_cached(
                "INSERT INTO service_key
                        (uid, org, name, digest, start, created_at, created_by, expires_at, used_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                key.uid.as_str(),
                key.org.as_str(),
                key.name,
                key.digest.0,
                key.start,
                key.created_at.0,
                key.created_by.as_str(),
                key.expires_at.map(|at| at.0),
                key.used_at.map(|at| at.0),
            ])?;
            Ok(())
        })
        .await
    }

    /// Calls a key of `org` otherwise.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn rename_service_key(&self, org: &Uid, uid: &Uid, name: &str) -> std::result::Result<(), StoreError> {
        let (org, uid, name) = (org.clone(), uid.clone(), name.to_owned());
        self.write(move |db| {
            let changed = db
                .prepare_cached("UPDATE service_key SET name = ?3 WHERE uid = ?1 AND org = ?2")?
                .execute(params![uid.as_str(), org.as_str(), name])?;
            one(changed)
        })
        .await
    }

    /// Forgets a key of `org`.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn drop_service_key(&self, org: &Uid, uid: &Uid) -> std::result::Result<(), StoreError> {
        let (org, uid) = (org.clone(), uid.clone());
        self.write(move |db| {
            let changed = db
                .prepare_cached("DELETE FROM service_key WHERE uid = ?1 AND org = ?2")?
                .execute(params![uid.as_str(), org.as_str()])?;
            one(changed)
        })
        .await
    }

    /// Notes when keys were last shown, in one commit. A time never goes back, and keys that are gone are passed over.
    pub async fn note_key_uses(&self, uses: Vec<(Uid, Timestamp)>) -> std::result::Result<(), StoreError> {
        self.write(move |db| {
            let mut update = db.prepare_cached(
                "UPDATE service_key SET used_at = ?2 WHERE uid = ?1 AND (used_at IS NULL OR used_at < ?2)",
            )?;
            for (uid, at) in &uses {
                update.execute(params![uid.as_str(), at.0])?;
            }
            Ok(())
        })
        .await
    }
}
