//! MQTT sessions that outlive their connection.

use deskwire_model::{Timestamp, Uid};

use super::{columns, locks};
use crate::{
    MqttSessionId, MqttSubscription, Received, Store, StoreError, StoredMqttSession, Written,
    engine::{Db, OptionalExtension as _, Result, Row, params},
};

/// Notes the packet id of a message that its session's client may send again; nothing for a session that is gone.
pub(super) fn receive(db: &Db<'_>, received: Received) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO mqtt_received (session, packet_id)
         SELECT id, ?2 FROM mqtt_session WHERE id = ?1
             ON CONFLICT DO NOTHING",
    )?
    .execute(params![received.session.0, received.packet_id])?;
    Ok(())
}

/// Forgets a packet id that its client has released.
pub(super) fn release(db: &Db<'_>, received: Received) -> Result<Written> {
    db.prepare_cached("DELETE FROM mqtt_received WHERE session = ?1 AND packet_id = ?2")?
        .execute(params![received.session.0, received.packet_id])?;
    Ok(Written::Noted)
}

/// Notes when the connection of a session ended, for whoever takes `home` for the home of the session; nothing for a session
/// that is gone, or has another.
pub(super) fn leave(
    db: &Db<'_>,
    (session, home): (MqttSessionId, Option<&str>),
    Timestamp(at): Timestamp,
    expiry_s: u32,
) -> Result<Written> {
    db.prepare_cached(
        "UPDATE mqtt_session SET left_at = ?2, expiry_s = ?3
          WHERE id = ?1 AND (CAST(?4 AS TEXT) IS NULL OR node = ?4)",
    )?
    .execute(params![session.0, at, expiry_s, home])?;
    Ok(Written::Noted)
}

/// MQTT sessions that outlive their connection. A session's device is its client id. How far they are is a [`Write`].
impl Store {
    /// All sessions, the oldest first.
    pub async fn mqtt_sessions(&self) -> Result<Vec<StoredMqttSession>, StoreError> {
        self.read(|db| sessions(db, None)).await
    }

    /// Creates a session. One of this client id is dropped first, with all it has. The new one starts now: in the same
    /// transaction the device's delivered cursor is set to the head of each open conversation that the user takes part
    /// in.
    pub async fn create_mqtt_session(
        &self,
        client_id: &str,
        user: &Uid,
        expiry_s: u32,
    ) -> Result<MqttSessionId, StoreError> {
        self.create_mqtt_session_at(client_id, user, expiry_s, None).await
    }

    /// As [`Self::create_mqtt_session`]; the home of the session is `home`.
    pub async fn create_mqtt_session_at(
        &self,
        client_id: &str,
        user: &Uid,
        expiry_s: u32,
        home: Option<&str>,
    ) -> Result<MqttSessionId, StoreError> {
        let (client_id, user, home) = (client_id.to_owned(), user.clone(), home.map(str::to_owned));
        self.write(move |db| {
            let known = lock_name(db, &client_id)?.map(|(id, _)| id);
            Ok(create(db, &client_id, &user, (expiry_s, home.as_deref()), known)?)
        })
        .await
    }

    /// As [`Self::create_mqtt_session_at`], in place of `known` at the same home; none if there is another one of this client id
    /// by now, or it has another home.
    pub async fn replace_mqtt_session_at(
        &self,
        known: Option<MqttSessionId>,
        client_id: &str,
        user: &Uid,
        expiry_s: u32,
        home: Option<&str>,
    ) -> Result<Option<MqttSessionId>, StoreError> {
        let (client_id, user, home) = (client_id.to_owned(), user.clone(), home.map(str::to_owned));
        self.write(move |db| {
            let there = lock_name(db, &client_id)?;
            if there.as_ref().is_some_and(|(id, node)| Some(*id) != known || *node != home) {
                return Ok(None);
            }
            let replaced = known.filter(|_| there.is_some());
            Ok(Some(create(db, &client_id, &user, (expiry_s, home.as_deref()), replaced)?))
        })
        .await
    }

    /// The sessions that live on `node`, the oldest first.
    pub async fn mqtt_sessions_of(&self, node: &str) -> Result<Vec<StoredMqttSession>, StoreError> {
        let node = node.to_owned();
        self.read(move |db| sessions(db, Some(&node))).await
    }

    /// Notes that a session is connected again, to outlive this connection by `expiry_s` seconds. Returns the packet ids
    /// of its client's QoS 2 messages that are stored and not released, rising.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn resume_mqtt_session(&self, id: MqttSessionId, expiry_s: u32) -> Result<Vec<u16>, StoreError> {
        self.resume_mqtt_session_at(id, expiry_s, None).await
    }

    /// As [`Self::resume_mqtt_session`], for whoever takes `home` for the home of the session.
    ///
    /// # Errors
    /// [`StoreError::Missing`], also when the session has another home.
    pub async fn resume_mqtt_session_at(
        &self,
        id: MqttSessionId,
        expiry_s: u32,
        home: Option<&str>,
    ) -> Result<Vec<u16>, StoreError> {
        let home = home.map(str::to_owned);
        self.write(move |db| {
            let rows = db
                .prepare_cached(
                    "UPDATE mqtt_session SET left_at = NULL, expiry_s = ?2 WHERE id = ?1 AND (CAST(?3 AS TEXT) IS NULL OR node = ?3)",
                )?
                .execute(params![id.0, expiry_s, home])?;
            if rows == 1 { Ok(received(db, id)?) } else { Err(StoreError::Missing) }
        })
        .await
    }

    /// Forgets a session with its subscriptions, messages, packet ids and its device's cursors, if it is there.
    pub async fn drop_mqtt_session(&self, id: MqttSessionId) -> Result<(), StoreError> {
        self.drop_mqtt_session_at(id, None).await
    }

    /// As [`Self::drop_mqtt_session`], for whoever takes `home` for the home of the session: nothing if it has another.
    pub async fn drop_mqtt_session_at(&self, id: MqttSessionId, home: Option<&str>) -> Result<(), StoreError> {
        let home = home.map(str::to_owned);
        self.write(move |db| {
            // Its home stays what it is until this is committed.
            let is_there = db
                .prepare_cached(
                    "UPDATE mqtt_session SET node = node WHERE id = ?1 AND (CAST(?2 AS TEXT) IS NULL OR node = ?2)",
                )?
                .execute(params![id.0, home])?
                == 1;
            if is_there { Ok(drop_session(db, id)?) } else { Ok(()) }
        })
        .await
    }

    /// Adds a subscription to a session, or replaces the one of the same filter.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such session.
    pub async fn save_mqtt_subscription(
        &self,
        id: MqttSessionId,
        subscription: &MqttSubscription,
    ) -> Result<(), StoreError> {
        let MqttSubscription { filter, options, subscription_id } = subscription.clone();
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO mqtt_subscription (session, filter, options, subscription_id) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (session, filter) DO UPDATE
                    SET options = excluded.options, subscription_id = excluded.subscription_id",
            )?
            .execute(params![id.0, filter, options, subscription_id])?;
            Ok(())
        })
        .await
    }

    /// Removes the subscription of this filter from a session, if it is there.
    pub async fn drop_mqtt_subscription(&self, id: MqttSessionId, filter: &str) -> Result<(), StoreError> {
        let filter = filter.to_owned();
        self.write(move |db| {
            db.prepare_cached("DELETE FROM mqtt_subscription WHERE session = ?1 AND filter = ?2")?
                .execute(params![id.0, filter])?;
            Ok(())
        })
        .await
    }
}

/// The sessions of a node, or all.
fn sessions(db: &Db<'_>, node: Option<&str>) -> Result<Vec<StoredMqttSession>> {
    let mut sessions: Vec<_> = db
        .prepare_cached(
            "SELECT id, client_id, user_uid, expiry_s, left_at FROM mqtt_session WHERE CAST(?1 AS TEXT) IS NULL OR node = ?1 ORDER BY id",
        )?
        .query_map(params![node], session)?
        .collect::<Result<_>>()?;
    for session in &mut sessions {
        session.subscriptions = subscriptions(db, session.id)?;
    }
    Ok(sessions)
}

/// Reads a session's own columns; what it has follows.
pub(super) fn session(row: &Row<'_>) -> Result<StoredMqttSession> {
    Ok(StoredMqttSession {
        id: MqttSessionId(row.get(0)?),
        client_id: row.get(1)?,
        user: columns::uid(row, 2)?,
        expiry_s: row.get(3)?,
        left: row.get::<Option<i64>>(4)?.map(Timestamp),
        subscriptions: Vec::new(),
    })
}

pub(super) fn subscriptions(db: &Db<'_>, id: MqttSessionId) -> Result<Vec<MqttSubscription>> {
    db.prepare_cached(
        "SELECT filter, options, subscription_id FROM mqtt_subscription WHERE session = ?1 ORDER BY filter",
    )?
    .query_map(params![id.0], |row| {
        Ok(MqttSubscription { filter: row.get(0)?, options: row.get(1)?, subscription_id: row.get(2)? })
    })?
    .collect()
}

/// The packet ids of its client's messages that are stored and not released, rising.
fn received(db: &Db<'_>, id: MqttSessionId) -> Result<Vec<u16>> {
    db.prepare_cached("SELECT packet_id FROM mqtt_received WHERE session = ?1 ORDER BY packet_id")?
        .query_map(params![id.0], |row| row.get(0))?
        .collect()
}

/// The session called `client_id` and its home, if there is one. No other one is created until this is committed.
fn lock_name(db: &Db<'_>, client_id: &str) -> Result<Option<(MqttSessionId, Option<String>)>> {
    locks::names(db, [format!("session {client_id}").as_str()])?;
    let known = db
        .prepare_cached("SELECT id, node FROM mqtt_session WHERE client_id = ?1")?
        .query_row(params![client_id], |row| Ok((MqttSessionId(row.get(0)?), row.get(1)?)))
        .optional()?;
    Ok(known)
}

/// Creates a session, which starts now, in place of `known`.
fn create(
    db: &Db<'_>,
    client_id: &str,
    user: &Uid,
    (expiry_s, home): (u32, Option<&str>),
    known: Option<MqttSessionId>,
) -> Result<MqttSessionId> {
    if let Some(id) = known {
        drop_session(db, id)?;
    }
    let id = db
        .prepare_cached(
            "INSERT INTO mqtt_session (client_id, user_uid, expiry_s, node) VALUES (?1, ?2, ?3, ?4)
             RETURNING id",
        )?
        .query_row(params![client_id, user.as_str(), expiry_s, home], |row| row.get(0).map(MqttSessionId))?;
    start_now(db, client_id, user)?;
    Ok(id)
}

/// A new device starts at the head of what its user takes part in. Conversations that the user joins later begin
/// where it joins them, without a row.
fn start_now(db: &Db<'_>, device: &str, user: &Uid) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO delivered (log, user_uid, device, seq)
         SELECT p.log, p.user_uid, ?1, COALESCE((SELECT MAX(seq) FROM entry WHERE log = p.log), c.swept_seq)
           FROM participant p
           JOIN conversation c ON c.id = p.log
          WHERE p.user_uid = ?2 AND c.status <> 'CLOSED'
             ON CONFLICT (log, user_uid, device) DO UPDATE SET seq = excluded.seq",
    )?
    .execute(params![device, user.as_str()])?;
    Ok(())
}

/// Forgets a session, if it is there, with its device's cursors; what else it has goes by its foreign key.
fn drop_session(db: &Db<'_>, id: MqttSessionId) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM delivered
          WHERE (user_uid, device) = (SELECT user_uid, client_id FROM mqtt_session WHERE id = ?1)",
    )?
    .execute(params![id.0])?;
    db.prepare_cached("DELETE FROM mqtt_session WHERE id = ?1")?.execute(params![id.0])?;
    Ok(())
}
