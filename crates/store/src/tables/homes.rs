//! Homes: on which of several nodes what waits is kept in memory. A home is one start of a node.
//!
//! A home changes only by compare and set, so that of two nodes one has it.

use super::{
    columns,
    queues::queued,
    sessions::{session, subscriptions},
};
use crate::{
    DurableId, DurableSubscription, MqttSessionId, Queued, QueuedId, Store, StoreError, StoredMqttSession,
    engine::{OptionalExtension as _, Result, params},
};

/// Homes of MQTT sessions.
impl Store {
    /// The session called `client_id`, if there is one, and its home, if it has one.
    pub async fn mqtt_session_called(
        &self,
        client_id: &str,
    ) -> Result<Option<(StoredMqttSession, Option<Box<str>>)>, StoreError> {
        let client_id = client_id.to_owned();
        self.read(move |db| {
            let found = db
                .prepare_cached(
                    "SELECT id, client_id, user_uid, expiry_s, left_at, node FROM mqtt_session WHERE client_id = ?1",
                )?
                .query_row(params![client_id], |row| Ok((session(row)?, row.get(5)?)))
                .optional()?;
            let Some((mut session, home)) = found else { return Ok(None) };
            session.subscriptions = subscriptions(db, session.id)?;
            Ok(Some((session, home)))
        })
        .await
    }

    /// Gives a session the home `to` if its home is still `from`; whether it was.
    pub async fn move_mqtt_session(&self, id: MqttSessionId, from: Option<&str>, to: &str) -> Result<bool, StoreError> {
        self.move_home("UPDATE mqtt_session SET node = ?3 WHERE id = ?1 AND COALESCE(node, '') = ?2", id.0, from, to)
            .await
    }

    /// Gives the home `to` to those sessions and durable subscriptions that have none, or one of the earlier starts of the
    /// node called `name`.
    pub async fn take_home(&self, name: &str, to: &str) -> Result<(), StoreError> {
        let (starts, to) = (format!("{name}~"), to.to_owned());
        self.write(move |db| {
            for table in ["mqtt_session", "durable_subscription"] {
                db.prepare_cached(&format!(
                    "UPDATE {table} SET node = ?2 WHERE node IS NULL OR substr(node, 1, length(?1)) = ?1"
                ))?
                .execute(params![starts, to])?;
            }
            Ok(())
        })
        .await
    }

    /// Gives the home `to` up to `limit` of the sessions whose home is `from`; their names.
    pub async fn claim_mqtt_sessions(&self, from: &str, to: &str, limit: usize) -> Result<Vec<Box<str>>, StoreError> {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.write(move |db| {
            // Asked twice, as another node may have been faster.
            let claimed: Result<Vec<_>> = db
                .prepare_cached(
                    "UPDATE mqtt_session SET node = ?2
                      WHERE node = ?1 AND id IN (SELECT id FROM mqtt_session WHERE node = ?1 ORDER BY id LIMIT ?3)
                     RETURNING client_id",
                )?
                .query_map(params![from, to, columns::limit(limit)], |row| row.get(0))?
                .collect();
            Ok(claimed?)
        })
        .await
    }

    /// The numbers and names of the sessions whose home is `home`.
    pub async fn mqtt_session_names_of(&self, home: &str) -> Result<Vec<(MqttSessionId, Box<str>)>, StoreError> {
        let home = home.to_owned();
        self.read(move |db| {
            db.prepare_cached("SELECT id, client_id FROM mqtt_session WHERE node = ?1")?
                .query_map(params![home], |row| Ok((MqttSessionId(row.get(0)?), row.get(1)?)))?
                .collect()
        })
        .await
    }

    /// The messages behind `after` that wait for a session, in the order they were committed; at most `limit`.
    pub async fn queued_for_session(
        &self,
        id: MqttSessionId,
        after: QueuedId,
        limit: usize,
    ) -> Result<Vec<Queued>, StoreError> {
        self.queued_for("q.session", id.0, after, limit).await
    }
}

/// Homes of durable subscriptions, and of everything but work (`work`).
impl Store {
    /// The durable subscription that `owner` calls `name`, if there is one, and its home, if it has one.
    pub async fn durable_subscription_called(
        &self,
        owner: &deskwire_model::Uid,
        name: &str,
    ) -> Result<Option<(DurableSubscription, Option<Box<str>>)>, StoreError> {
        let (owner, name) = (owner.clone(), name.to_owned());
        self.read(move |db| {
            db.prepare_cached(
                "SELECT id, owner, name, filter, selector, node FROM durable_subscription
                  WHERE owner = ?1 AND name = ?2",
            )?
            .query_row(params![owner.as_str(), name], |row| Ok((super::queues::durable(row)?, row.get(5)?)))
            .optional()
        })
        .await
    }

    /// The durable subscriptions whose home is `home`, the oldest first.
    pub async fn durable_subscriptions_of(&self, home: &str) -> Result<Vec<DurableSubscription>, StoreError> {
        let home = home.to_owned();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT id, owner, name, filter, selector FROM durable_subscription WHERE node = ?1 ORDER BY id",
            )?
            .query_map(params![home], super::queues::durable)?
            .collect()
        })
        .await
    }

    /// Gives a durable subscription the home `to` if its home is still `from`; whether it was.
    pub async fn move_durable_subscription(
        &self,
        id: DurableId,
        from: Option<&str>,
        to: &str,
    ) -> Result<bool, StoreError> {
        let set = "UPDATE durable_subscription SET node = ?3 WHERE id = ?1 AND COALESCE(node, '') = ?2";
        self.move_home(set, id.0, from, to).await
    }

    /// Gives the home `to` the durable subscriptions whose home is `from`; returns them.
    pub async fn claim_durable_subscriptions(
        &self,
        from: &str,
        to: &str,
    ) -> Result<Vec<DurableSubscription>, StoreError> {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.write(move |db| {
            let claimed: Result<Vec<_>> = db
                .prepare_cached(
                    "UPDATE durable_subscription SET node = ?2 WHERE node = ?1
                     RETURNING id, owner, name, filter, selector",
                )?
                .query_map(params![from, to], super::queues::durable)?
                .collect();
            Ok(claimed?)
        })
        .await
    }

    /// The messages behind `after` that a durable subscription has collected, in the order they were committed; at most
    /// `limit`.
    pub async fn queued_for_durable(
        &self,
        id: DurableId,
        after: QueuedId,
        limit: usize,
    ) -> Result<Vec<Queued>, StoreError> {
        self.queued_for("q.subscription", id.0, after, limit).await
    }

    /// The homes that sessions and durable subscriptions have.
    pub async fn homes(&self) -> Result<Vec<Box<str>>, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT node FROM mqtt_session WHERE node IS NOT NULL
                 UNION SELECT node FROM durable_subscription WHERE node IS NOT NULL",
            )?
            .query_map(params![], |row| row.get(0))?
            .collect()
        })
        .await
    }

    async fn move_home(
        &self,
        statement: &'static str,
        id: i64,
        from: Option<&str>,
        to: &str,
    ) -> Result<bool, StoreError> {
        let (from, to) = (from.unwrap_or_default().to_owned(), to.to_owned());
        self.write(move |db| Ok(db.prepare_cached(statement)?.execute(params![id, from, to])? == 1)).await
    }

    async fn queued_for(
        &self,
        whose: &'static str,
        id: i64,
        after: QueuedId,
        limit: usize,
    ) -> Result<Vec<Queued>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(&format!(
                "SELECT q.id, q.subscription, q.session, q.via, i.packet_id, i.received, q.topic, q.expires,
                        q.content_type, q.headers, q.qos, q.retained, q.is_text, q.response_topic, q.correlation, q.body
                   FROM queued_message q
                   LEFT JOIN queued_inflight i ON i.message = q.id
                  WHERE {whose} = ?1 AND q.id > ?2 ORDER BY q.id LIMIT ?3"
            ))?
            .query_map(params![id, after.0, columns::limit(limit)], queued)?
            .collect()
        })
        .await
    }
}
