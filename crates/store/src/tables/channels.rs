//! Channels, and the customers who have come by them.

use deskwire_model::{Timestamp, Uid};

use super::{columns, locks, visitor_info};
use crate::{
    ChannelSecret, Customer, Store, StoreError, StoredChannel, Visitor, VisitorTold,
    engine::{OptionalExtension as _, Result, Row, params},
};

const SELECT: &str = "SELECT uid, org, name, settings, secret, created_at, updated_at FROM channel";

fn channel(row: &Row<'_>) -> Result<StoredChannel> {
    Ok(StoredChannel {
        uid: columns::uid(row, 0)?,
        org: columns::uid(row, 1)?,
        name: row.get(2)?,
        settings: row.get(3)?,
        secret: ChannelSecret::new(row.get(4)?),
        created_at: Timestamp(row.get(5)?),
        updated_at: Timestamp(row.get(6)?),
    })
}

/// A change of one row that has to be there.
fn one(changed: usize) -> std::result::Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::Missing) }
}

/// Channels.
impl Store {
    /// The channel called `uid`.
    pub async fn channel(&self, uid: &Uid) -> std::result::Result<Option<StoredChannel>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached(&format!("{SELECT} WHERE uid = ?1"))?.query_row(params![uid.as_str()], channel).optional()
        })
        .await
    }

    /// The channels of an organisation, the oldest first.
    pub async fn channels(&self, org: &Uid) -> std::result::Result<Vec<StoredChannel>, StoreError> {
        let org = org.clone();
        self.read(move |db| {
            db.prepare_cached(&format!("{SELECT} WHERE org = ?1 ORDER BY created_at, uid"))?
                .query_map(params![org.as_str()], channel)?
                .collect()
        })
        .await
    }

    /// Makes a channel.
    ///
    /// # Errors
    /// [`StoreError::Full`] when its organisation has `most`, [`StoreError::Exists`] when the uid is taken,
    /// [`StoreError::Missing`] for an unknown organisation.
    pub async fn create_channel(&self, channel: &StoredChannel, most: usize) -> std::result::Result<(), StoreError> {
        let StoredChannel { uid, org, name, settings, secret, created_at, updated_at } = channel.clone();
        self.write(move |db| {
            let others: i64 = db
                .prepare_cached("SELECT COUNT(*) FROM channel WHERE org = ?1")?
                .query_row(params![org.as_str()], |row| row.get(0))?;
            if others >= columns::limit(most) {
                return Err(StoreError::Full);
            }
            db.prepare_cached(
                "INSERT INTO channel (uid, org, name, settings, secret, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                uid.as_str(),
                org.as_str(),
                name,
                settings,
                secret.expose(),
                created_at.0,
                updated_at.0
            ])?;
            Ok(())
        })
        .await
    }

    /// Changes name and settings of a channel.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn change_channel(
        &self,
        uid: &Uid,
        name: &str,
        settings: &str,
        now: Timestamp,
    ) -> std::result::Result<(), StoreError> {
        let (uid, name, settings) = (uid.clone(), name.to_owned(), settings.to_owned());
        self.write(move |db| {
            let changed = db
                .prepare_cached("UPDATE channel SET name = ?2, settings = ?3, updated_at = ?4 WHERE uid = ?1")?
                .execute(params![uid.as_str(), name, settings, now.0])?;
            one(changed)
        })
        .await
    }

    /// Gives a channel another secret: what was signed with the one before proves nothing any more.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn set_channel_secret(
        &self,
        uid: &Uid,
        secret: &ChannelSecret,
        now: Timestamp,
    ) -> std::result::Result<(), StoreError> {
        let (uid, secret) = (uid.clone(), secret.clone());
        self.write(move |db| {
            let changed = db
                .prepare_cached("UPDATE channel SET secret = ?2, updated_at = ?3 WHERE uid = ?1")?
                .execute(params![uid.as_str(), secret.expose(), now.0])?;
            one(changed)
        })
        .await
    }

    /// Forgets a channel and who its customers are; the visitors stay. Nothing happens if it is not there.
    pub async fn drop_channel(&self, uid: &Uid) -> std::result::Result<(), StoreError> {
        let uid = uid.clone();
        self.write(move |db| {
            db.prepare_cached("DELETE FROM channel WHERE uid = ?1")?.execute(params![uid.as_str()])?;
            Ok(())
        })
        .await
    }

    /// Enters what the client of a customer tells at `now`: of the visitor that the customer has been before, or else of
    /// `visitor`, who is this customer from now on. The visitor as it is then.
    ///
    /// # Errors
    /// As [`Store::introduce_visitor`]; [`StoreError::Exists`] also when `visitor` is another customer,
    /// [`StoreError::Missing`] for an unknown channel.
    pub async fn introduce_customer(
        &self,
        visitor: &Visitor,
        told: VisitorTold,
        customer: &Customer,
        now: Timestamp,
    ) -> std::result::Result<Visitor, StoreError> {
        let (visitor, Customer { channel, id }) = (visitor.clone(), customer.clone());
        self.write(move |db| {
            locks::names(db, [format!("customer {} of {}", id, channel.as_str()).as_str()])?;
            let before = db
                .prepare_cached("SELECT visitor FROM customer WHERE channel = ?1 AND id = ?2")?
                .query_row(params![channel.as_str(), id], |row| columns::uid(row, 0))
                .optional()?;
            let Some(before) = before else {
                let introduced = visitor_info::enter(db, visitor.clone(), told.clone(), now)?;
                db.prepare_cached("INSERT INTO customer (channel, id, visitor) VALUES (?1, ?2, ?3)")?
                    .execute(params![channel.as_str(), id, introduced.uid.as_str()])?;
                return Ok(introduced);
            };
            visitor_info::enter(db, Visitor { uid: before, ..visitor.clone() }, told.clone(), now)
        })
        .await
    }

    /// Whether a visitor has been proven to be a customer, by whatever channel.
    pub async fn is_customer(&self, visitor: &Uid) -> std::result::Result<bool, StoreError> {
        let visitor = visitor.clone();
        self.read(move |db| {
            db.prepare_cached("SELECT 1 FROM customer WHERE visitor = ?1")?.exists(params![visitor.as_str()])
        })
        .await
    }
}
