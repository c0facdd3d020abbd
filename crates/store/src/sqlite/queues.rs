//! What waits in queues, and durable subscriptions.

use bytes::Bytes;
use deskwire_model::{Timestamp, Topic, TopicFilter, Uid};
use rusqlite::{Connection, Result, Row, Transaction, params};

use super::{Sqlite, columns};
use crate::{
    DurableId, DurableSubscription, NewQueued, QueueRef, Queued, QueuedId, QueuedMessage, StoreError, Written,
};

/// Puts a message into its queues.
pub(super) fn enqueue(db: &Transaction<'_>, new: &NewQueued) -> Result<Written> {
    let QueuedMessage { content_type, headers, expires, body } = &new.message;
    let headers = headers_to_text(headers)?;
    // A subscription that is gone is no reason to fail the batch.
    let mut insert = db.prepare_cached(
        "INSERT INTO queued_message (subscription, topic, expires, content_type, headers, body)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6
          WHERE ?1 IS NULL OR EXISTS (SELECT 1 FROM durable_subscription WHERE id = ?1)",
    )?;
    let mut ids = Vec::with_capacity(new.queues.len());
    for queue in &new.queues {
        let subscription = match queue {
            QueueRef::Work => None,
            QueueRef::Durable(DurableId(id)) => Some(id),
        };
        let expires = expires.map(|Timestamp(at)| at);
        let rows = insert.execute(params![
            subscription,
            new.topic.as_str(),
            expires,
            content_type.as_deref(),
            headers,
            body.as_ref()
        ])?;
        ids.push((rows == 1).then(|| QueuedId(db.last_insert_rowid())));
    }
    Ok(Written::Queued(ids))
}

/// Removes messages from their queues.
pub(super) fn consume(db: &Transaction<'_>, ids: &[QueuedId]) -> Result<Written> {
    let mut delete = db.prepare_cached("DELETE FROM queued_message WHERE id = ?1")?;
    for QueuedId(id) in ids {
        delete.execute(params![id])?;
    }
    Ok(Written::Consumed)
}

impl Sqlite {
    pub(crate) async fn queued_after(&self, id: QueuedId, limit: usize) -> Result<Vec<Queued>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT id, subscription, topic, expires, content_type, headers, body
                   FROM queued_message WHERE id > ?1 ORDER BY id LIMIT ?2",
            )?
            .query_map(params![id.0, columns::limit(limit)], queued)?
            .collect()
        })
        .await
    }

    pub(crate) async fn durable_subscriptions(&self) -> Result<Vec<DurableSubscription>, StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT id, owner, name, filter, selector FROM durable_subscription ORDER BY id")?
                .query_map([], |row| {
                    Ok(DurableSubscription {
                        id: DurableId(row.get(0)?),
                        owner: columns::uid(row, 1)?,
                        name: row.get(2)?,
                        filter: columns::text(row, 3, TopicFilter::new)?,
                        selector: row.get(4)?,
                    })
                })?
                .collect()
        })
        .await
    }

    pub(crate) async fn create_durable_subscription(
        &self,
        owner: &Uid,
        name: &str,
        filter: &TopicFilter,
        selector: &str,
    ) -> Result<DurableId, StoreError> {
        let (owner, name, filter, selector) = (owner.clone(), name.to_owned(), filter.clone(), selector.to_owned());
        self.write(move |db| {
            db.prepare_cached("DELETE FROM durable_subscription WHERE owner = ?1 AND name = ?2")?
                .execute(params![owner.as_str(), name])?;
            db.prepare_cached(
                "INSERT INTO durable_subscription (owner, name, filter, selector) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![owner.as_str(), name, filter.as_str(), selector])?;
            Ok(DurableId(db.last_insert_rowid()))
        })
        .await
    }

    pub(crate) async fn drop_durable_subscription(&self, id: DurableId) -> Result<(), StoreError> {
        self.write(move |db: &Transaction<'_>| Ok(drop_subscription(db, id)?)).await
    }
}

/// Its messages go with it, by their foreign key.
fn drop_subscription(db: &Connection, id: DurableId) -> Result<()> {
    db.prepare_cached("DELETE FROM durable_subscription WHERE id = ?1")?.execute(params![id.0])?;
    Ok(())
}

fn queued(row: &Row<'_>) -> Result<Queued> {
    Ok(Queued {
        id: QueuedId(row.get(0)?),
        queue: row.get::<_, Option<i64>>(1)?.map_or(QueueRef::Work, |id| QueueRef::Durable(DurableId(id))),
        topic: columns::text(row, 2, Topic::new)?,
        message: message(row, 3)?,
    })
}

/// Reads `expires`, `content_type`, `headers` and `body`, which are the columns from `first` on.
pub(super) fn message(row: &Row<'_>, first: usize) -> Result<QueuedMessage> {
    Ok(QueuedMessage {
        expires: row.get::<_, Option<i64>>(first)?.map(Timestamp),
        content_type: row.get::<_, Option<Box<str>>>(first + 1)?,
        headers: columns::text(row, first + 2, |text| serde_json::from_str(text))?,
        body: Bytes::from(row.get::<_, Vec<u8>>(first + 3)?),
    })
}

pub(super) fn headers_to_text(headers: &[(Box<str>, Box<str>)]) -> Result<String> {
    serde_json::to_string(headers).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
