//! What administrators set for workgroups and agents.

use deskwire_model::Uid;

use crate::{
    Store, StoreError,
    engine::{OptionalExtension as _, params},
};

/// Timers, episodes and what is known of agents from them.
impl Store {
    /// What was set for a workgroup or an agent, as JSON; none if nothing was.
    pub async fn settings(&self, owner: &Uid) -> Result<Option<String>, StoreError> {
        let owner = owner.clone();
        self.read(move |db| {
            db.prepare_cached("SELECT value FROM settings WHERE owner = ?1")?
                .query_row(params![owner.as_str()], |row| row.get(0))
                .optional()
        })
        .await
    }

    /// Replaces what is set for a workgroup or an agent.
    pub async fn save_settings(&self, owner: &Uid, value: &str) -> Result<(), StoreError> {
        let (owner, value) = (owner.clone(), value.to_owned());
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO settings (owner, value) VALUES (?1, ?2)
                     ON CONFLICT (owner) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![owner.as_str(), value])?;
            Ok(())
        })
        .await
    }
}
