//! Leases: what one node at a time does for all.

use std::time::Duration;

use crate::{
    Store, StoreError,
    engine::{OptionalExtension as _, params},
};

/// Leases, by the database's clock.
impl Store {
    /// Takes the lease `name` for `holder`, or prolongs it, for `lasting` from now on. The answer is its fence, which rises
    /// when it goes to another holder; none while another one has it.
    pub async fn take_lease(&self, name: &str, holder: &str, lasting: Duration) -> Result<Option<u64>, StoreError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        let lasting = i64::try_from(lasting.as_millis()).unwrap_or(i64::MAX);
        self.write(move |db| {
            let now = db.clock()?.0;
            let fence: Option<i64> = db
                .prepare_cached(
                    "INSERT INTO lease (name, holder, fence, until) VALUES (?1, ?2, 1, ?4)
                         ON CONFLICT (name) DO UPDATE
                        SET fence = CASE WHEN lease.holder = excluded.holder THEN lease.fence ELSE lease.fence + 1 END,
                            holder = excluded.holder, until = excluded.until
                      WHERE lease.holder = excluded.holder OR lease.until <= ?3
                     RETURNING fence",
                )?
                .query_row(params![name, holder, now, now.saturating_add(lasting)], |row| row.get(0))
                .optional()?;
            Ok(fence.and_then(|fence| u64::try_from(fence).ok()))
        })
        .await
    }

    /// Gives the lease `name` back, if `holder` has it.
    pub async fn end_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.write(move |db| {
            db.prepare_cached("UPDATE lease SET until = 0 WHERE name = ?1 AND holder = ?2")?
                .execute(params![name, holder])?;
            Ok(())
        })
        .await
    }
}
