//! Channels: what a shop has put on its pages, and which of its customers a visitor has been proven to be.

use std::fmt;

use deskwire_model::{Timestamp, Uid};

/// The key of what a shop signs about its customers. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelSecret(String);

impl ChannelSecret {
    /// Keeps `text` as it is.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, whose UTF-8 is the key.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ChannelSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelSecret").finish_non_exhaustive()
    }
}

/// A channel as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredChannel {
    /// Its uid, unique across organisations.
    pub uid: Uid,
    /// The organisation it belongs to.
    pub org: Uid,
    /// What its administrators call it.
    pub name: String,
    /// How it is set up, a JSON object of the desk's.
    pub settings: String,
    /// What proves identities.
    pub secret: ChannelSecret,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A customer of a shop, in the shop's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The channel whose secret proves it.
    pub channel: Uid,
    /// The shop's id of it.
    pub id: String,
}
