//! What is retained on live topics.

use deskwire_model::{Timestamp, Topic};

use super::{
    columns,
    queues::{headers_to_text, message},
};
use crate::{
    NewQueued, QueuedMessage, Retained, Store, StoreError, Written,
    engine::{Db, Result, Row, params},
};

/// Keeps a message as the newest of its topic; one without a body takes away what is there `[MQTT-3.3.1-6]`.
pub(super) fn retain(db: &Db<'_>, new: &NewQueued) -> Result<()> {
    let QueuedMessage {
        content_type,
        headers,
        expires,
        body,
        qos,
        retained: _,
        is_text,
        response_topic,
        correlation,
        ..
    } = &new.message;
    if body.is_empty() {
        db.prepare_cached("DELETE FROM retained_message WHERE topic = ?1")?.execute(params![new.topic.as_str()])?;
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO retained_message (topic, qos, expires, content_type, headers, is_text, response_topic,
                                                  correlation, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (topic) DO UPDATE
            SET qos = excluded.qos, expires = excluded.expires, content_type = excluded.content_type,
                headers = excluded.headers, is_text = excluded.is_text, response_topic = excluded.response_topic,
                correlation = excluded.correlation, body = excluded.body",
    )?
    .execute(params![
        new.topic.as_str(),
        qos,
        expires.map(|Timestamp(at)| at),
        content_type.as_deref(),
        headers_to_text(headers)?,
        is_text,
        response_topic.as_deref(),
        correlation.as_deref(),
        body.as_ref(),
    ])?;
    Ok(())
}

/// Takes away what is not to be delivered any more at the time `now`.
pub(super) fn forget_expired(db: &Db<'_>, Timestamp(now): Timestamp) -> Result<Written> {
    db.prepare_cached("DELETE FROM retained_message WHERE expires <= ?1")?.execute(params![now])?;
    Ok(Written::Forgotten)
}

/// What is retained on live topics. What comes and goes is a [`Write`].
impl Store {
    /// The retained messages on the topics behind `topic`, or on all, in the order of the topics' bytes; at most `limit`.
    pub async fn retained_after(&self, topic: Option<&Topic>, limit: usize) -> Result<Vec<Retained>, StoreError> {
        let after = topic.cloned();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT topic, expires, content_type, headers, qos, TRUE, is_text, response_topic, correlation, body
                   FROM retained_message WHERE topic > ?1 ORDER BY topic LIMIT ?2",
            )?
            // No topic is empty.
            .query_map(params![after.as_ref().map_or("", Topic::as_str), columns::limit(limit)], retained)?
            .collect()
        })
        .await
    }
}

fn retained(row: &Row<'_>) -> Result<Retained> {
    Ok(Retained { topic: columns::text(row, 0, Topic::new)?, message: message(row, 1)? })
}
