//! A connection's hold on the mailbox of its session.

use std::sync::Arc;

use deskwire_model::Timestamp;
use deskwire_store::{MqttSubscription, Received, StoreError};

use super::SavedMailbox;
use crate::{
    log::{CommitError, Reply},
    outbox::SubscriptionKey,
    publication::Publication,
};

/// A connection's hold on the mailbox of its session. Dropped, it lets go of it without what [`Self::leave`] saves.
#[derive(Debug)]
pub struct Attached {}

impl Attached {
    /// Whether the session outlives its connection: what is said to it with assurance is stored.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        false
    }

    /// Makes a subscription collect what is said with assurance from now on, if it has a quality of service of 1 or
    /// more; a shared one joins its group in any case, and gets what is said without assurance under `key`. It replaces
    /// one of the same filter without a gap; returns whether there was one.
    pub fn subscribe(&self, subscription: &MqttSubscription, key: SubscriptionKey) -> bool {
        let _ = (subscription, key);
        false
    }

    /// Stores a subscription, if the session is durable: before SUBACK.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn save(&self, subscription: &MqttSubscription) -> Result<(), StoreError> {
        let _ = subscription;
        Ok(())
    }

    /// Ends a subscription; returns whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unsubscribe(&self, filter: &str) -> Result<bool, StoreError> {
        let _ = filter;
        Ok(false)
    }

    /// Begins to hand out: after CONNACK.
    pub fn begin(&self) {}

    /// Forgets a message that the client has acknowledged for good; an unknown one is passed over.
    pub fn settle(&self, number: u64) {
        let _ = number;
    }

    /// Asks for more, because there is room in the outbox again.
    pub fn refill(&self) {}

    /// Counts a message that came another way as handed out until it is settled; returns its number.
    #[must_use]
    pub fn adopt(&self, publication: Arc<Publication>) -> u64 {
        let _ = publication;
        0
    }

    /// Stores the packet identifiers of messages, by their numbers, before they are sent with QoS 2; then tells `reply`.
    /// `false` when none of them is in the store: no reply comes then.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn reserve(&self, handed: &[(u64, u16)], reply: Reply) -> Result<bool, CommitError> {
        let _ = (handed, reply);
        Ok(false)
    }

    /// Stores that the client has a message, before PUBREL is sent; as [`Self::reserve`].
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn received(&self, number: u64, packet_id: u16, reply: Reply) -> Result<bool, CommitError> {
        let _ = (number, packet_id, reply);
        Ok(false)
    }

    /// Stores that the identifier of a client's QoS 2 message is free, before PUBCOMP is sent; then tells `reply`.
    /// `false` when the session is not durable: no reply comes then.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn release(&self, packet_id: u16, reply: Reply) -> Result<bool, CommitError> {
        let _ = (packet_id, reply);
        Ok(false)
    }

    /// What is to be stored with a QoS 2 message of the client; none when the session is not durable.
    #[must_use]
    pub fn received_mark(&self, packet_id: u16) -> Option<Received> {
        let _ = packet_id;
        None
    }

    /// Ends the hold, and leaves the packet identifiers to the next connection of the session, for which it waits for
    /// `expiry_s` seconds.
    pub fn leave(self, saved: SavedMailbox, expiry_s: u32, now: Timestamp) {
        let _ = (saved, expiry_s, now);
    }
}
