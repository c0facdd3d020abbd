//! What the store has of sessions, at the start.

use std::{collections::HashMap, sync::Arc};

use deskwire_model::Timestamp;
use deskwire_store::{MqttSessionId, QueueRef, QueuedId, Store, StoreError, StoredMqttSession, Write};

use super::{
    MailboxLimits, Mailboxes,
    mailbox::{Mailbox, Shared},
    state::{Bounds, Message},
    table::{Session, Table},
};
use crate::{
    clock,
    hub::Hub,
    log::{Announce, Job, Log, Reply},
    publication::{Content, Publication},
};

impl Mailboxes {
    /// Restores the sessions, their subscriptions and messages from the store. Those that were connected when the server
    /// ended are left now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(store: Store, log: Log, hub: Arc<Hub>, limits: MailboxLimits) -> Result<Arc<Self>, StoreError> {
        let bounds = Bounds { messages: limits.messages, bytes: limits.bytes };
        let shared = Arc::new(Shared::new(bounds, limits.total_bytes, log.consumed()));
        let (mut table, mut mailboxes, now) = (Table::default(), HashMap::new(), clock::now());
        for stored in store.mqtt_sessions().await? {
            if stored.left.is_none() {
                leave(&log, &stored, now).await?;
            }
            let mailbox = Mailbox::new(stored.user, Some(stored.id), &shared);
            mailbox.quietly(|state| state.restore_unreleased(stored.received));
            for subscription in &stored.subscriptions {
                mailbox.subscribe(&hub, subscription, None);
            }
            mailboxes.insert(stored.id, Arc::clone(&mailbox));
            let left = Some(stored.left.unwrap_or(now));
            let session = Session { mailbox, expiry_s: stored.expiry_s, left, leaving: None };
            table.put(&stored.client_id.into(), Some(session));
        }
        restore_messages(&store, &mailboxes).await?;
        Ok(Arc::new(Self { store, log, hub, limits, shared, table: table.into() }))
    }
}

/// Notes when a session was left whose connection the end of the server ended.
async fn leave(log: &Log, stored: &StoredMqttSession, at: Timestamp) -> Result<(), StoreError> {
    let write = Write::LeaveSession { session: stored.id, at, expiry_s: stored.expiry_s };
    let job = Job::Write { write, announce: Announce::Nobody, reply: Reply::Nobody };
    log.submit(job).await.map_err(|_| StoreError::Closed)
}

async fn restore_messages(store: &Store, mailboxes: &HashMap<MqttSessionId, Arc<Mailbox>>) -> Result<(), StoreError> {
    /// Messages read at a time.
    const PAGE: usize = 256;
    let mut last = QueuedId::default();
    loop {
        let page = store.queued_after(last, PAGE).await?;
        let Some(newest) = page.last() else { return Ok(()) };
        last = newest.id;
        for queued in page {
            let QueueRef::Session { id, via } = queued.queue else { continue };
            let Some(mailbox) = mailboxes.get(&id) else { continue };
            let publication = Publication::new(queued.topic, Content::Opaque(queued.message.into()));
            mailbox.restore(Message::new(Arc::new(publication), Some(queued.id), via), queued.inflight);
        }
    }
}
