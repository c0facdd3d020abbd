//! The way in for what is said on live topics.

use std::sync::Arc;

use deskwire_store::{Received, Write};

use super::Queues;
use crate::{
    collected::Collected,
    log::{Announce, CommitError, Job, Reply, Ticket},
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
        let Publishing { stored, durables, received, in_turn } = how;
        let mut collected = self.collect(publication, stored, durables);
        if (received.is_some() || collected.collectors.are_some())
            && let Some(new) = collected.to_store(received)
        {
            let (write, reply) = (Write::Enqueue(new), Reply::Outbox(ticket.outbox, ticket.number));
            self.log.submit(Job::Write { write, announce: Announce::Kept(collected), reply }).await?;
        } else if in_turn {
            self.log.submit(Job::Publish { collected, ticket: Some(ticket) }).await?;
        } else {
            self.hub.publish_collected(&mut collected);
            return Ok(false);
        }
        Ok(true)
    }

    /// Publishes on a live topic, behind everything that was submitted to the log before, for whoever can neither wait nor
    /// be told; with `stored`, MQTT sessions that outlive their connection have it in the store.
    pub fn publish_in_the_background(&self, publication: Publication, stored: bool) {
        let collected = self.collect(publication, stored, false);
        let new = if collected.collectors.are_some() { collected.to_store(None) } else { None };
        self.log.submit_in_the_background(match new {
            Some(new) => {
                let (write, reply) = (Write::Enqueue(new), Reply::Nobody);
                Job::Write { write, announce: Announce::Kept(collected), reply }
            }
            None => Job::Publish { collected, ticket: None },
        });
    }

    /// Hands on what another node has said on a live topic. What is assured is stored before, for durable subscriptions and
    /// for MQTT sessions that outlive their connection, as if it were said here. If it cannot be stored, it is handed on
    /// all the same: whoever said it has been answered.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn hear(&self, publication: Publication) -> Result<(), CommitError> {
        if !publication.is_assured() || publication.is_confined() || !self.hub.keeps_anything() {
            self.hub.hear(&Arc::new(publication));
            return Ok(());
        }
        let mut collected = self.hub.collect(publication, true);
        collected.is_heard = true;
        let new = if collected.collectors.are_some() { collected.to_store(None) } else { None };
        // In turn, as something like it may be on its way to the disk.
        self.log
            .submit(match new {
                Some(new) => {
                    let (write, reply) = (Write::Enqueue(new), Reply::Nobody);
                    Job::Write { write, announce: Announce::Kept(collected), reply }
                }
                None => Job::Publish { collected, ticket: None },
            })
            .await
    }

    fn collect(&self, publication: Publication, stored: bool, durables: bool) -> Collected {
        if stored { self.hub.collect(publication, durables) } else { Collected::by_nobody(publication) }
    }
}
