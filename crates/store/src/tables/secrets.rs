//! Secrets that all nodes of an installation have to agree on.

use crate::{Store, StoreError, engine::params};

/// Secrets.
impl Store {
    /// The secret `name`, which is `proposed` unless somebody has proposed one before.
    pub async fn agreed_secret(&self, name: &str, proposed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (name, proposed) = (name.to_owned(), proposed.to_vec());
        self.write(move |db| {
            db.prepare_cached("INSERT INTO secret (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING")?
                .execute(params![name, proposed])?;
            Ok(db
                .prepare_cached("SELECT value FROM secret WHERE name = ?1")?
                .query_row(params![name], |row| row.get(0))?)
        })
        .await
    }
}
