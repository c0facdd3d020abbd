//! Work queues that several nodes share. A message waits in the store, for consumers on any node, or is at home at a node
//! that has consumers for it.
//!
//! A home is held by a lease, which ends by the database's clock. What is at a home goes back, to wait for others, only when
//! its lease is over; and it leaves the store only from the home that handed it out. So a node that stood still has lost what
//! others were given.

use std::time::Duration;

use deskwire_model::{Timestamp, Topic};

use super::{columns, queues::queued};
use crate::{
    QueuedId, ReturnedWork, Store, StoreError, WaitingWork, WorkElsewhere, Written,
    engine::{Db, Result, params},
};

const LEASE: &str = "work of ";

fn lease_of(home: &str) -> String {
    format!("{LEASE}{home}")
}

/// Removes messages from work queues if `home` is still theirs; how many are another one's.
pub(super) fn settle(db: &Db<'_>, home: &str, ids: &[QueuedId]) -> Result<Written> {
    let mut delete = db.prepare_cached("DELETE FROM queued_message WHERE id = ?1 AND node = ?2")?;
    let mut lost = 0;
    for QueuedId(id) in ids {
        if delete.execute(params![id, home])? == 0
            && db.prepare_cached("SELECT 1 FROM queued_message WHERE id = ?1")?.exists(params![id])?
        {
            lost += 1;
        }
    }
    Ok(Written::Settled { lost })
}

/// Sends back what is at `home`. Somebody may have had it.
fn release(db: &Db<'_>, home: &str) -> Result<usize> {
    db.prepare_cached("UPDATE queued_message SET node = NULL, refusals = COALESCE(refusals, 0) WHERE node = ?1")?
        .execute(params![home])
}

/// Homes of work.
impl Store {
    /// Begins the lease of `home`, which never was, for `lasting`.
    pub async fn begin_work_home(&self, home: &str, lasting: Duration) -> Result<(), StoreError> {
        let name = lease_of(home);
        let (home, lasting) = (home.to_owned(), milliseconds(lasting));
        self.write(move |db| {
            let until = db.clock()?.0.saturating_add(lasting);
            db.prepare_cached("INSERT INTO lease (name, holder, fence, until) VALUES (?1, ?2, 1, ?3)")?
                .execute(params![name, home, until])?;
            Ok(())
        })
        .await
    }

    /// Prolongs the lease of `home`, for `lasting` from now on. False if it is gone for ever: others may have what was there.
    pub async fn hold_work_home(&self, home: &str, lasting: Duration) -> Result<bool, StoreError> {
        let (name, lasting) = (lease_of(home), milliseconds(lasting));
        self.write(move |db| {
            let until = db.clock()?.0.saturating_add(lasting);
            let held =
                db.prepare_cached("UPDATE lease SET until = ?2 WHERE name = ?1")?.execute(params![name, until])?;
            Ok(held == 1)
        })
        .await
    }

    /// Ends the lease of `home`; what is there waits for others.
    pub async fn end_work_home(&self, home: &str) -> Result<(), StoreError> {
        let home = home.to_owned();
        self.write(move |db| {
            db.prepare_cached("DELETE FROM lease WHERE name = ?1")?.execute(params![lease_of(&home)])?;
            release(db, &home)?;
            Ok(())
        })
        .await
    }

    /// Ends the leases of all homes that earlier starts of the node called `name` had; what is there waits for others.
    pub async fn end_work_homes_of(&self, name: &str) -> Result<(), StoreError> {
        let starts = format!("{name}~");
        let leases = lease_of(&starts);
        self.write(move |db| {
            db.prepare_cached("DELETE FROM lease WHERE substr(name, 1, length(?1)) = ?1")?.execute(params![leases])?;
            db.prepare_cached(
                "UPDATE queued_message SET node = NULL, refusals = COALESCE(refusals, 0)
                  WHERE node IS NOT NULL AND substr(node, 1, length(?1)) = ?1",
            )?
            .execute(params![starts])?;
            Ok(())
        })
        .await
    }

    /// Has what is at homes whose lease is over wait for others; how many messages that were.
    pub async fn release_lost_work(&self) -> Result<usize, StoreError> {
        let homes: Vec<String> = self
            .read(|db| {
                let now = db.clock()?.0;
                db.prepare_cached(
                    "SELECT DISTINCT q.node FROM queued_message q
                      WHERE q.node IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.name = ?1 || q.node AND l.until > ?2)",
                )?
                .query_map(params![LEASE, now], |row| row.get(0))?
                .collect()
            })
            .await?;
        let mut released = 0;
        for home in homes {
            released += self
                .write(move |db| {
                    let (name, now) = (lease_of(&home), db.clock()?.0);
                    // Whoever prolongs it at this moment is waited for, and looked at again.
                    db.prepare_cached("DELETE FROM lease WHERE name = ?1 AND until <= ?2")?
                        .execute(params![name, now])?;
                    let is_held = db.prepare_cached("SELECT 1 FROM lease WHERE name = ?1")?.exists(params![name])?;
                    Ok(if is_held { 0 } else { release(db, &home)? })
                })
                .await?;
        }
        Ok(released)
    }
}

/// What waits.
impl Store {
    /// The messages of the work queue `topic` behind `after` that wait for a consumer at `now`, in the order they were
    /// committed; at most `limit`.
    pub async fn waiting_work(
        &self,
        topic: &Topic,
        after: QueuedId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<WaitingWork>, StoreError> {
        let topic = topic.clone();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT id, subscription, session, via, NULL, NULL, topic, expires, content_type, headers, qos,
                        retained, is_text, response_topic, correlation, body, refusals, origin
                   FROM queued_message
                  WHERE topic = ?1 AND id > ?2 AND subscription IS NULL AND session IS NULL AND node IS NULL
                    AND (expires IS NULL OR expires > ?3)
                  ORDER BY id LIMIT ?4",
            )?
            .query_map(params![topic.as_str(), after.0, now.0, columns::limit(limit)], |row| {
                let mut queued = queued(row)?;
                queued.message.origin = row.get::<Option<i64>>(17)?.map(i64::cast_unsigned);
                Ok(WaitingWork { queued, refusals: row.get(16)? })
            })?
            .collect()
        })
        .await
    }

    /// Makes `home` the home of those of the messages that still wait; their numbers.
    pub async fn claim_work(&self, ids: Vec<QueuedId>, home: &str) -> Result<Vec<QueuedId>, StoreError> {
        let home = home.to_owned();
        let ids: Vec<i64> = ids.into_iter().map(|QueuedId(id)| id).collect();
        self.write(move |db| {
            // What another node is about to claim is not waited for.
            let lock = if db.is_shared() { "FOR UPDATE SKIP LOCKED" } else { "" };
            let claimed: Result<Vec<_>> = db
                .prepare_cached(&format!(
                    "UPDATE queued_message SET node = ?2
                      WHERE id IN (SELECT id FROM queued_message
                                    WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(?1)) AND node IS NULL
                                    ORDER BY id {lock})
                     RETURNING id"
                ))?
                .query_map(params![list(&ids)?, home], |row| row.get(0).map(QueuedId))?
                .collect();
            Ok(claimed?)
        })
        .await
    }

    /// Has messages whose home is still `home` wait for others.
    pub async fn return_work(&self, messages: Vec<ReturnedWork>, home: &str) -> Result<(), StoreError> {
        let home = home.to_owned();
        self.write(move |db| {
            let mut update =
                db.prepare_cached("UPDATE queued_message SET node = NULL, refusals = ?3 WHERE id = ?1 AND node = ?2")?;
            for ReturnedWork { id, refusals } in &messages {
                update.execute(params![id.0, home, refusals])?;
            }
            Ok(())
        })
        .await
    }

    /// Those of the work queues `topics` in which something waits.
    pub async fn work_waits_in(&self, topics: Vec<Topic>) -> Result<Vec<Topic>, StoreError> {
        self.read(move |db| {
            let names: Vec<&str> = topics.iter().map(Topic::as_str).collect();
            db.prepare_cached(
                "SELECT value FROM json_each(?1)
                  WHERE EXISTS (SELECT 1 FROM queued_message q
                                 WHERE q.topic = value
                                   AND q.subscription IS NULL AND q.session IS NULL AND q.node IS NULL)",
            )?
            .query_map(params![serde_json::to_string(&names)?], |row| columns::text(row, 0, Topic::new))?
            .collect()
        })
        .await
    }

    /// How much of each work queue is not at home at `home`.
    pub async fn work_elsewhere(&self, home: &str) -> Result<Vec<WorkElsewhere>, StoreError> {
        let home = home.to_owned();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT topic, COUNT(*), CAST(SUM(LENGTH(body)) AS BIGINT) FROM queued_message
                  WHERE subscription IS NULL AND session IS NULL AND COALESCE(node, '') <> ?1 GROUP BY topic",
            )?
            .query_map(params![home], |row| {
                let (messages, bytes): (i64, i64) = (row.get(1)?, row.get(2)?);
                let count = |value| usize::try_from(value).unwrap_or_default();
                Ok(WorkElsewhere {
                    topic: columns::text(row, 0, Topic::new)?,
                    messages: count(messages),
                    bytes: count(bytes),
                })
            })?
            .collect()
        })
        .await
    }

    /// Forgets at most `most` messages that wait for a consumer and are not to be delivered any more at `now`; how many.
    pub async fn forget_expired_work(&self, now: Timestamp, most: usize) -> Result<usize, StoreError> {
        self.write(move |db| {
            let lock = if db.is_shared() { "FOR UPDATE SKIP LOCKED" } else { "" };
            let forgotten = db
                .prepare_cached(&format!(
                    "DELETE FROM queued_message
                      WHERE id IN (SELECT id FROM queued_message
                                    WHERE subscription IS NULL AND session IS NULL AND node IS NULL AND expires <= ?1
                                    ORDER BY id LIMIT ?2 {lock})"
                ))?
                .execute(params![now.0, columns::limit(most)])?;
            Ok(forgotten)
        })
        .await
    }
}

/// The JSON of a list of numbers.
fn list(numbers: &[i64]) -> Result<String> {
    Ok(serde_json::to_string(numbers)?)
}

fn milliseconds(lasting: Duration) -> i64 {
    i64::try_from(lasting.as_millis()).unwrap_or(i64::MAX)
}
