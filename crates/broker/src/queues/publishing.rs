//! The way in for what is said on live topics.

use std::sync::Arc;

use deskwire_store::Received;

use super::Queues;
use crate::{
    log::{CommitError, Reply, Ticket},
    publication::Publication,
};

/// How a message is to be published.
#[derive(Clone, Copy, Debug, Default)]
pub struct Publishing {
    /// Whether it is to be in the store, for MQTT sessions that outlive their connection, before its publisher is
    /// answered.
    pub stored: bool,
    /// Whether it is then stored for durable subscriptions too.
    pub durables: bool,
    /// The identifier to store with it, in any case.
    pub received: Option<Received>,
    /// Whether something of its publisher waits for its commit, which it must not overtake.
    pub in_turn: bool,
}

impl Queues {
    /// Publishes on a live topic. Returns whether that is still to be done: `ticket` is told then, with
    /// [`Answer::Committed`](crate::Answer) if it was stored and [`Answer::HandedOn`](crate::Answer) if not.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn publish(
        &self,
        publication: Publication,
        how: Publishing,
        ticket: Ticket,
    ) -> Result<bool, CommitError> {
        let mut publication = publication;
        if how.stored && how.durables {
            let reply = Reply::Outbox(Arc::clone(&ticket.outbox), ticket.number);
            match self.publish_stored(publication, reply).await? {
                None => return Ok(true),
                Some(back) => publication = back,
            }
        }
        if how.in_turn {
            self.publish_in_turn(publication, ticket).await?;
            return Ok(true);
        }
        self.hub.publish(&Arc::new(publication));
        Ok(false)
    }

    /// Publishes on a live topic for whoever can neither wait nor be told; with `stored`, MQTT sessions that outlive
    /// their connection have it in the store.
    pub fn publish_in_the_background(&self, publication: Publication, stored: bool) {
        let _ = stored;
        self.hub.publish(&Arc::new(publication));
    }
}
