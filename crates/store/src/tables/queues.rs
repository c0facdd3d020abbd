//! What waits in queues, and durable subscriptions.

use bytes::Bytes;
use deskwire_model::{Timestamp, Topic, TopicFilter, Uid};

use super::{columns, sessions};
use crate::{
    DurableId, DurableSubscription, Inflight, MqttSessionId, NewQueued, QueueRef, Queued, QueuedId, QueuedMessage,
    Store, StoreError, Written,
    engine::{Db, OptionalExtension as _, Result, Row, params},
};

/// Puts a message into its queues.
pub(super) fn enqueue(db: &Db<'_>, new: &NewQueued) -> Result<Written> {
    if let Some(received) = new.received {
        sessions::receive(db, received)?;
    }
    let QueuedMessage {
        content_type,
        headers,
        expires,
        body,
        qos,
        retained,
        is_text,
        response_topic,
        correlation,
        origin,
    } = &new.message;
    let headers = headers_to_text(headers)?;
    // A subscription or session that is gone is no reason to fail the batch.
    let mut insert = db.prepare_cached(
        "INSERT INTO queued_message (subscription, session, via, topic, expires, content_type, headers, qos, retained,
                                     is_text, response_topic, correlation, body, node, refusals, origin)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, CAST(?15 AS BIGINT), CAST(?16 AS BIGINT)
          WHERE (CAST(?1 AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM durable_subscription WHERE id = ?1))
            AND (CAST(?2 AS BIGINT) IS NULL OR EXISTS (SELECT 1 FROM mqtt_session WHERE id = ?2))
         RETURNING id",
    )?;
    let mut ids = Vec::with_capacity(new.queues.len());
    for queue in &new.queues {
        let (subscription, session, via) = match queue {
            QueueRef::Work | QueueRef::WorkAt(_) => (None, None, None),
            QueueRef::Durable(DurableId(id)) => (Some(id), None, None),
            QueueRef::Session { id: MqttSessionId(id), via } => (None, Some(id), via.as_deref()),
        };
        let (node, refusals, origin) = match queue {
            // A node that is alone does not note what it hands out: several must take it for delivered.
            QueueRef::Work => (None, Some(0), None),
            QueueRef::WorkAt(node) => (node.as_deref(), None, origin.map(u64::cast_signed)),
            _ => (None, None, None),
        };
        let parameters = params![
            subscription,
            session,
            via,
            new.topic.as_str(),
            expires.map(|Timestamp(at)| at),
            content_type.as_deref(),
            headers,
            qos,
            retained,
            is_text,
            response_topic.as_deref(),
            correlation.as_deref(),
            body.as_ref(),
            node,
            refusals,
            origin,
        ];
        ids.push(insert.query_row(parameters, |row| row.get(0).map(QueuedId)).optional()?);
    }
    Ok(Written::Queued(ids))
}

/// Notes how far messages are on their way to MQTT clients.
pub(super) fn send(db: &Db<'_>, messages: &[Inflight]) -> Result<Written> {
    // A message that is gone is no reason to fail the batch.
    let mut insert = db.prepare_cached(
        "INSERT INTO queued_inflight (message, packet_id, received)
         SELECT id, ?2, ?3 FROM queued_message WHERE id = ?1
             ON CONFLICT (message) DO UPDATE SET packet_id = excluded.packet_id, received = excluded.received",
    )?;
    for Inflight { message, packet_id, received } in messages {
        insert.execute(params![message.0, packet_id, received])?;
    }
    Ok(Written::Noted)
}

/// Removes messages from their queues, and what says how far they were.
pub(super) fn consume(db: &Db<'_>, ids: &[QueuedId]) -> Result<Written> {
    let mut delete = db.prepare_cached("DELETE FROM queued_message WHERE id = ?1")?;
    for QueuedId(id) in ids {
        delete.execute(params![id])?;
    }
    Ok(Written::Consumed)
}

/// Queues: what waits, and for which durable subscriptions it is kept. What comes and goes is a [`Write`].
impl Store {
    /// The messages behind `id` in all queues, in the order they were committed; at most `limit`.
    pub async fn queued_after(&self, id: QueuedId, limit: usize) -> Result<Vec<Queued>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT q.id, q.subscription, q.session, q.via, i.packet_id, i.received, q.topic, q.expires,
                        q.content_type, q.headers, q.qos, q.retained, q.is_text, q.response_topic, q.correlation, q.body
                   FROM queued_message q
                   LEFT JOIN queued_inflight i ON i.message = q.id
                  WHERE q.id > ?1 ORDER BY q.id LIMIT ?2",
            )?
            .query_map(params![id.0, columns::limit(limit)], queued)?
            .collect()
        })
        .await
    }

    /// All durable subscriptions, the oldest first.
    pub async fn durable_subscriptions(&self) -> Result<Vec<DurableSubscription>, StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT id, owner, name, filter, selector FROM durable_subscription ORDER BY id")?
                .query_map(params![], durable)?
                .collect()
        })
        .await
    }

    /// Creates a durable subscription. One that its owner has under this name is dropped first, with its messages.
    pub async fn create_durable_subscription(
        &self,
        owner: &Uid,
        name: &str,
        filter: &TopicFilter,
        selector: &str,
    ) -> Result<DurableId, StoreError> {
        self.create_durable_subscription_at(owner, name, filter, selector, None).await
    }

    /// As [`Self::create_durable_subscription`]; its home is `home`.
    pub async fn create_durable_subscription_at(
        &self,
        owner: &Uid,
        name: &str,
        filter: &TopicFilter,
        selector: &str,
        home: Option<&str>,
    ) -> Result<DurableId, StoreError> {
        let home = home.map(str::to_owned);
        let (owner, name, filter, selector) = (owner.clone(), name.to_owned(), filter.clone(), selector.to_owned());
        self.write(move |db| {
            db.prepare_cached("DELETE FROM durable_subscription WHERE owner = ?1 AND name = ?2")?
                .execute(params![owner.as_str(), name])?;
            db.prepare_cached(
                "INSERT INTO durable_subscription (owner, name, filter, selector, node) VALUES (?1, ?2, ?3, ?4, ?5)
                 RETURNING id",
            )?
            .query_row(params![owner.as_str(), name, filter.as_str(), selector, home], |row| Ok(DurableId(row.get(0)?)))
            .map_err(Into::into)
        })
        .await
    }

    /// Forgets a durable subscription with its messages, if it is there.
    pub async fn drop_durable_subscription(&self, id: DurableId) -> Result<(), StoreError> {
        self.write(move |db: &Db<'_>| Ok(drop_subscription(db, id)?)).await
    }
}

/// Its messages go with it, by their foreign key.
fn drop_subscription(db: &Db<'_>, id: DurableId) -> Result<()> {
    db.prepare_cached("DELETE FROM durable_subscription WHERE id = ?1")?.execute(params![id.0])?;
    Ok(())
}

/// Reads a durable subscription's columns in the order of its fields.
pub(super) fn durable(row: &Row<'_>) -> Result<DurableSubscription> {
    Ok(DurableSubscription {
        id: DurableId(row.get(0)?),
        owner: columns::uid(row, 1)?,
        name: row.get(2)?,
        filter: columns::text(row, 3, TopicFilter::new)?,
        selector: row.get(4)?,
    })
}

pub(super) fn queued(row: &Row<'_>) -> Result<Queued> {
    let queue = match (row.get(1)?, row.get(2)?) {
        (Some(id), _) => QueueRef::Durable(DurableId(id)),
        (None, Some(id)) => QueueRef::Session { id: MqttSessionId(id), via: row.get(3)? },
        (None, None) => QueueRef::Work,
    };
    let inflight = match row.get(4)? {
        Some(packet_id) => Some((packet_id, row.get(5)?)),
        None => None,
    };
    let topic = columns::text(row, 6, Topic::new)?;
    Ok(Queued { id: QueuedId(row.get(0)?), queue, topic, message: message(row, 7)?, inflight })
}

/// Reads `expires`, `content_type`, `headers`, `qos`, `retained`, `is_text`, `response_topic`, `correlation` and `body`,
/// which are the columns from `first` on.
pub(super) fn message(row: &Row<'_>, first: usize) -> Result<QueuedMessage> {
    Ok(QueuedMessage {
        expires: row.get::<Option<i64>>(first)?.map(Timestamp),
        content_type: row.get::<Option<Box<str>>>(first + 1)?,
        headers: columns::text(row, first + 2, |text| serde_json::from_str(text))?,
        qos: row.get(first + 3)?,
        retained: row.get(first + 4)?,
        is_text: row.get(first + 5)?,
        response_topic: row.get(first + 6)?,
        correlation: row.get::<Option<Vec<u8>>>(first + 7)?.map(Bytes::from),
        body: Bytes::from(row.get::<Vec<u8>>(first + 8)?),
        origin: None,
    })
}

pub(super) fn headers_to_text(headers: &[(Box<str>, Box<str>)]) -> Result<String> {
    Ok(serde_json::to_string(headers)?)
}
