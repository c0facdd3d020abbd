//! A connection's hold on the mailbox of its session.

use std::sync::Arc;

use deskwire_model::Timestamp;
use deskwire_store::{Inflight, MqttSessionId, MqttSubscription, Received, StoreError, Write};
use tokio::sync::oneshot;

use super::{
    Mailbox, Mailboxes, SavedMailbox,
    entering::Turn,
    groups::Connection,
    state::{MailboxState, Message},
    table::Noted,
};
use crate::{
    clock,
    log::{Announce, CommitError, Job, Reply},
    outbox::SubscriptionKey,
    publication::Publication,
};

/// A connection's hold on the mailbox of its session. Dropped, it lets go of it without what [`Self::leave`] saves.
#[derive(Debug)]
pub struct Attached {
    mailboxes: Arc<Mailboxes>,
    client_id: Arc<str>,
    mailbox: Arc<Mailbox>,
    has_left: bool,
    /// The next connection enters when this is gone.
    _turn: Turn,
}

/// How a connection leaves its session.
struct Leaving {
    saved: Option<SavedMailbox>,
    /// For how long the session outlives it now, in seconds; none for what was agreed when it entered.
    expiry_s: Option<u32>,
    now: Timestamp,
}

impl Attached {
    pub(super) fn new(mailboxes: &Arc<Mailboxes>, client_id: &Arc<str>, mailbox: Arc<Mailbox>, turn: Turn) -> Self {
        let (mailboxes, client_id) = (Arc::clone(mailboxes), Arc::clone(client_id));
        Self { mailboxes, client_id, mailbox, has_left: false, _turn: turn }
    }

    /// Whether the session outlives its connection: what is said to it with assurance is stored.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.mailbox.durable().is_some()
    }

    /// Makes a subscription collect what is said with assurance from now on, if it has a quality of service of 1 or
    /// more; a shared one joins its group in any case, and gets what is said without assurance under `key`. It replaces
    /// one of the same filter without a gap; returns whether there was one.
    pub fn subscribe(&self, subscription: &MqttSubscription, key: SubscriptionKey) -> bool {
        let outbox = self.mailbox.outbox();
        let connection = outbox.map(|outbox| Connection { outbox, key });
        self.mailbox.subscribe(&self.mailboxes.hub, subscription, connection)
    }

    /// Stores a subscription, if the session is durable: before SUBACK. The next connection finds it among the session's,
    /// also if [`Self::subscribe`] was not called because it is to a conversation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn save(&self, subscription: &MqttSubscription) -> Result<(), StoreError> {
        self.mailbox.note(subscription);
        match self.mailbox.durable() {
            Some(id) => self.mailboxes.store.save_mqtt_subscription(id, subscription).await,
            None => Ok(()),
        }
    }

    /// Ends a subscription; returns whether there was one.
    ///
    /// # Errors
    /// [`StoreError`]; nothing more comes by it all the same, until the server starts again.
    pub async fn unsubscribe(&self, filter: &str) -> Result<bool, StoreError> {
        let found = self.mailbox.unsubscribe(&self.mailboxes.hub, filter);
        if let Some(id) = self.mailbox.durable().filter(|_| found) {
            self.mailboxes.store.drop_mqtt_subscription(id, filter).await?;
        }
        Ok(found)
    }

    /// Begins to hand out, after CONNACK: first what earlier connections have sent, then what `recalls` puts into the outbox,
    /// which was retained before the rest was said.
    pub fn begin(&self, recalls: impl FnOnce()) {
        self.mailbox.begin(recalls);
    }

    /// Forgets a message that the client has acknowledged for good; an unknown one is passed over.
    pub fn settle(&self, number: u64) {
        self.mailbox.turn(|state| state.settle(number));
    }

    /// Asks for more, because there is room in the outbox again.
    pub fn refill(&self) {
        self.mailbox.turn(MailboxState::reopen);
    }

    /// Counts a message that came another way as handed out until it is settled; returns its number.
    #[must_use]
    pub fn adopt(&self, publication: Arc<Publication>) -> u64 {
        self.mailbox.quietly(|state| state.adopt(Message::retained(publication)))
    }

    /// Stores the packet identifiers of messages, by their numbers, before they are sent with QoS 2; then tells `reply`.
    /// `false` when none of them is in the store: no reply comes then.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn reserve(&self, handed: &[(u64, u16)], reply: Reply) -> Result<bool, CommitError> {
        self.note(handed, false, reply).await
    }

    /// Stores that the client has a message, before PUBREL is sent; as [`Self::reserve`].
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn received(&self, number: u64, packet_id: u16, reply: Reply) -> Result<bool, CommitError> {
        self.note(&[(number, packet_id)], true, reply).await
    }

    async fn note(&self, handed: &[(u64, u16)], received: bool, reply: Reply) -> Result<bool, CommitError> {
        let inflight: Vec<_> = self.mailbox.quietly(|state| {
            let noted = handed.iter().filter_map(|(number, packet_id)| {
                let message = state.note(*number, *packet_id, received)?;
                Some(Inflight { message, packet_id: *packet_id, received })
            });
            noted.collect()
        });
        if inflight.is_empty() {
            return Ok(false);
        }
        self.write(Write::Inflight(inflight), reply).await
    }

    async fn write(&self, write: Write, reply: Reply) -> Result<bool, CommitError> {
        self.mailboxes.log.submit(Job::Write { write, announce: Announce::Nobody, reply }).await?;
        Ok(true)
    }

    /// Stores that the identifier of a client's QoS 2 message is free, before PUBCOMP is sent; then tells `reply`.
    /// `false` when the session is not durable: no reply comes then.
    ///
    /// # Errors
    /// [`CommitError::Stopping`].
    pub async fn release(&self, packet_id: u16, reply: Reply) -> Result<bool, CommitError> {
        match self.received_mark(packet_id) {
            Some(received) => self.write(Write::Release(received), reply).await,
            None => Ok(false),
        }
    }

    /// What is to be stored with a QoS 2 message of the client; none when the session is not durable.
    #[must_use]
    pub fn received_mark(&self, packet_id: u16) -> Option<Received> {
        self.mailbox.durable().map(|session| Received { session, packet_id })
    }

    /// Ends the hold, and leaves the packet identifiers to the next connection of the session, for which it waits for
    /// `expiry_s` seconds. A session that was to end with its connection ends in any case.
    pub fn leave(mut self, saved: SavedMailbox, expiry_s: u32, now: Timestamp) {
        self.end(Leaving { saved: Some(saved), expiry_s: Some(expiry_s), now });
        self.has_left = true;
    }

    fn end(&self, leaving: Leaving) {
        let Leaving { saved, expiry_s, now } = leaving;
        let agreed = self.mailboxes.lock().expiry_of(&self.client_id);
        let expiry_s = expiry_s.unwrap_or(agreed);
        self.mailbox.detach(&self.mailboxes.hub, saved);
        if self.mailbox.is_lost() {
            // What the store has of it is another node's.
            self.mailbox.release(&self.mailboxes.hub);
            return self.mailboxes.lock().end(&self.client_id, None);
        }
        let durable = self.mailbox.durable();
        let leaving = durable.map(|session| self.note_end(session, now, expiry_s));
        match leaving.filter(|_| expiry_s > 0) {
            Some(leaving) => self.mailboxes.lock().leave(&self.client_id, expiry_s, now, leaving),
            None => {
                // Before the next session of this name begins.
                self.mailbox.end(&self.mailboxes.hub);
                self.mailboxes.lock().end(&self.client_id, durable);
            }
        }
    }

    /// Has the store know when the connection ended; tells when it does.
    fn note_end(&self, session: MqttSessionId, at: Timestamp, expiry_s: u32) -> Noted {
        let (sender, receiver) = oneshot::channel();
        let home = self.mailboxes.home().map(Into::into);
        let (write, reply) = (Write::LeaveSession { session, home, at, expiry_s }, Reply::Waiter(sender));
        self.mailboxes.log.submit_in_the_background(Job::Write { write, announce: Announce::Nobody, reply });
        receiver
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if !self.has_left {
            self.end(Leaving { saved: None, expiry_s: None, now: clock::now() });
        }
    }
}
