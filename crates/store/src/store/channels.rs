//! Channels, and the customers who have come by them.

use deskwire_model::{Timestamp, Uid};

use super::Store;
use crate::{ChannelSecret, Customer, StoreError, StoredChannel, Visitor, VisitorTold};

/// Channels.
impl Store {
    /// The channel called `uid`.
    pub async fn channel(&self, uid: &Uid) -> Result<Option<StoredChannel>, StoreError> {
        match self {
            Self::Sqlite(db) => db.channel(uid).await,
        }
    }

    /// The channels of an organisation, the oldest first.
    pub async fn channels(&self, org: &Uid) -> Result<Vec<StoredChannel>, StoreError> {
        match self {
            Self::Sqlite(db) => db.channels(org).await,
        }
    }

    /// Makes a channel.
    ///
    /// # Errors
    /// [`StoreError::Full`] when its organisation has `most`, [`StoreError::Exists`] when the uid is taken,
    /// [`StoreError::Missing`] for an unknown organisation.
    pub async fn create_channel(&self, channel: &StoredChannel, most: usize) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.create_channel(channel, most).await,
        }
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
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.change_channel(uid, name, settings, now).await,
        }
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
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.set_channel_secret(uid, secret, now).await,
        }
    }

    /// Forgets a channel and who its customers are; the visitors stay. Nothing happens if it is not there.
    pub async fn drop_channel(&self, uid: &Uid) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.drop_channel(uid).await,
        }
    }
}

/// Customers.
impl Store {
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
    ) -> Result<Visitor, StoreError> {
        match self {
            Self::Sqlite(db) => db.introduce_customer(visitor, told, customer, now).await,
        }
    }

    /// Whether a visitor has been proven to be a customer, by whatever channel.
    pub async fn is_customer(&self, visitor: &Uid) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(db) => db.is_customer(visitor).await,
        }
    }
}
