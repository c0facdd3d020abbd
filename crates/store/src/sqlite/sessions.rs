//! MQTT sessions that outlive their connection.

use deskwire_model::{TopicFilter, Uid};
use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::{Sqlite, columns};
use crate::{OpenedSession, StoreError};

impl Sqlite {
    pub(crate) async fn open_mqtt_session(&self, client_id: &str, user: &Uid) -> Result<OpenedSession, StoreError> {
        let (client_id, user) = (client_id.to_owned(), user.clone());
        self.write(move |db| {
            match owner(db, &client_id)? {
                Some(owner) if owner == user => {
                    return Ok(OpenedSession { existed: true, subscriptions: subscriptions(db, &client_id)? });
                }
                // Somebody else's: nobody inherits what another user subscribed to (invariant I9).
                Some(_) => drop_session(db, &client_id)?,
                None => {}
            }
            db.prepare_cached("INSERT INTO mqtt_session (client_id, user) VALUES (?1, ?2)")?
                .execute(params![client_id, user.as_str()])?;
            start_now(db, &client_id, &user)?;
            Ok(OpenedSession { existed: false, subscriptions: Vec::new() })
        })
        .await
    }

    pub(crate) async fn save_mqtt_subscription(
        &self,
        client_id: &str,
        filter: &TopicFilter,
        qos: u8,
    ) -> Result<(), StoreError> {
        let (client_id, filter) = (client_id.to_owned(), filter.clone());
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO mqtt_subscription (client_id, filter, qos) VALUES (?1, ?2, ?3)
                     ON CONFLICT (client_id, filter) DO UPDATE SET qos = excluded.qos",
            )?
            .execute(params![client_id, filter.as_str(), qos])?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn drop_mqtt_subscription(&self, client_id: &str, filter: &TopicFilter) -> Result<(), StoreError> {
        let (client_id, filter) = (client_id.to_owned(), filter.clone());
        self.write(move |db| {
            db.prepare_cached("DELETE FROM mqtt_subscription WHERE client_id = ?1 AND filter = ?2")?
                .execute(params![client_id, filter.as_str()])?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn drop_mqtt_session(&self, client_id: &str) -> Result<(), StoreError> {
        let client_id = client_id.to_owned();
        self.write(move |db| Ok(drop_session(db, &client_id)?)).await
    }
}

fn owner(db: &Connection, client_id: &str) -> Result<Option<Uid>> {
    db.prepare_cached("SELECT user FROM mqtt_session WHERE client_id = ?1")?
        .query_row(params![client_id], |row| columns::uid(row, 0))
        .optional()
}

fn subscriptions(db: &Connection, client_id: &str) -> Result<Vec<(TopicFilter, u8)>> {
    db.prepare_cached("SELECT filter, qos FROM mqtt_subscription WHERE client_id = ?1 ORDER BY filter")?
        .query_map(params![client_id], |row| Ok((columns::text(row, 0, TopicFilter::new)?, row.get(1)?)))?
        .collect()
}

/// A new device starts at the head of what its user takes part in. Conversations that the user joins later begin
/// where it joins them, without a row.
fn start_now(db: &Connection, device: &str, user: &Uid) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO delivered (log, user, device, seq)
         SELECT p.log, p.user, ?1, COALESCE((SELECT MAX(seq) FROM entry WHERE log = p.log), 0)
           FROM participant p
           JOIN conversation c ON c.id = p.log
          WHERE p.user = ?2 AND c.status <> 'CLOSED'
             ON CONFLICT (log, user, device) DO UPDATE SET seq = excluded.seq",
    )?
    .execute(params![device, user.as_str()])?;
    Ok(())
}

/// Forgets a session with its subscriptions and its device's cursors, if there is one.
fn drop_session(db: &Connection, client_id: &str) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM delivered
          WHERE device = ?1 AND user = (SELECT user FROM mqtt_session WHERE client_id = ?1)",
    )?
    .execute(params![client_id])?;
    db.prepare_cached("DELETE FROM mqtt_session WHERE client_id = ?1")?.execute(params![client_id])?;
    Ok(())
}
