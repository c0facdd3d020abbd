//! The audit log.

use deskwire_model::{Timestamp, Uid};

use super::columns;
use crate::{
    AuditEntry, AuditFilter, NewAuditEntry, Store, StoreError,
    engine::{Result, Row, params},
};

fn entry(row: &Row<'_>) -> Result<AuditEntry> {
    Ok(AuditEntry {
        id: row.get(0)?,
        entry: NewAuditEntry {
            org: columns::uid(row, 1)?,
            at: Timestamp(row.get(2)?),
            actor: columns::optional_uid(row, 3)?,
            action: row.get(4)?,
            target: row.get(5)?,
            outcome: row.get(6)?,
            address: row.get(7)?,
            details: row.get(8)?,
        },
    })
}

/// The audit log.
impl Store {
    /// Adds an entry.
    pub async fn note_audit(&self, new: NewAuditEntry) -> std::result::Result<(), StoreError> {
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO audit (org, at, actor, action, target, outcome, address, details)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                new.org.as_str(),
                new.at.0,
                new.actor.as_ref().map(Uid::as_str),
                new.action,
                new.target,
                new.outcome,
                new.address,
                new.details,
            ])?;
            Ok(())
        })
        .await
    }

    /// The entries of an organisation that `filter` chooses, the newest first, before the one of this number; at most
    /// `limit`.
    pub async fn audit(
        &self,
        org: &Uid,
        filter: AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> std::result::Result<Vec<AuditEntry>, StoreError> {
        let org = org.clone();
        // Who reads the log of months must not keep readers of conversations waiting.
        self.look_up(move |db| {
            db.prepare_cached(
                "SELECT id, org, at, actor, action, target, outcome, address, details FROM audit
                  WHERE org = ?1 AND id < ?2
                    AND (CAST(?3 AS TEXT) IS NULL OR actor = ?3)
                    AND (CAST(?4 AS TEXT) IS NULL OR action = ?4 OR substr(action, 1, length(?4) + 1) = ?4 || '.')
                    AND (CAST(?5 AS BIGINT) IS NULL OR (?5 = 1 AND outcome = ?6) OR (?5 = 0 AND outcome <> ?6))
                    AND (CAST(?7 AS BIGINT) IS NULL OR at >= ?7) AND (CAST(?8 AS BIGINT) IS NULL OR at < ?8)
                  ORDER BY id DESC LIMIT ?9",
            )?
            .query_map(
                params![
                    org.as_str(),
                    before.unwrap_or(i64::MAX),
                    filter.actor.as_ref().map(Uid::as_str),
                    filter.action,
                    filter.done,
                    NewAuditEntry::DONE,
                    filter.from.map(|time| time.0),
                    filter.until.map(|time| time.0),
                    columns::limit(limit),
                ],
                entry,
            )?
            .collect()
        })
        .await
    }

    /// Forgets what is older than `before`, and of each organisation the oldest beyond `most`; how many entries went.
    pub async fn forget_audit(&self, before: Timestamp, most: u64) -> std::result::Result<usize, StoreError> {
        self.write(move |db| {
            let old = db.prepare_cached("DELETE FROM audit WHERE at < ?1")?.execute(params![before.0])?;
            // The last one that stays is found in the index; what is older goes.
            let beyond = db
                .prepare_cached(
                    "DELETE FROM audit WHERE id IN (
                         SELECT a.id FROM (SELECT DISTINCT org FROM audit) o CROSS JOIN audit a ON a.org = o.org
                            AND a.id <= (SELECT id FROM audit WHERE org = o.org ORDER BY id DESC LIMIT 1 OFFSET ?1))",
                )?
                .execute(params![i64::try_from(most).unwrap_or(i64::MAX)])?;
            Ok(old + beyond)
        })
        .await
    }
}
