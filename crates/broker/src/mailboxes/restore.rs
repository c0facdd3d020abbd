//! What the store has of sessions, at the start.

use std::{collections::HashMap, sync::Arc};

use deskwire_model::{SessionId, Timestamp};
use deskwire_store::{MqttSessionId, QueueRef, QueuedId, Store, StoreError, StoredMqttSession, Write};

use super::{
    MailboxLimits, Mailboxes,
    mailbox::Mailbox,
    state::{Bounds, Message},
    table::{Session, Table},
};
use crate::{
    account::Account,
    clock,
    hub::Hub,
    log::Log,
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
        let account = Arc::new(Account::new(bounds, limits.total_bytes, log.consumed()));
        let (mut table, mut mailboxes, now) = (Table::default(), HashMap::new(), clock::now());
        let sessions = store.mqtt_sessions().await?;
        // Before anybody can come back: what is written of it later would be taken for the end of that connection.
        store.commit(sessions.iter().filter_map(|stored| left(stored, now)).collect()).await?;
        for stored in sessions {
            let mailbox = Mailbox::new(stored.user, SessionId::random(), Some(stored.id), &account);
            for subscription in &stored.subscriptions {
                mailbox.subscribe(&hub, subscription, None);
            }
            mailboxes.insert(stored.id, Arc::clone(&mailbox));
            let left = Some(stored.left.unwrap_or(now));
            let session = Session { mailbox, expiry_s: stored.expiry_s, left, leaving: None };
            table.put(&stored.client_id.into(), Some(session));
        }
        restore_messages(&store, &mailboxes).await?;
        Ok(Arc::new(Self { store, log, hub, limits, account, table: table.into() }))
    }
}

/// What is to be stored of a session whose connection the end of the server ended.
fn left(stored: &StoredMqttSession, at: Timestamp) -> Option<Write> {
    let leave = Write::LeaveSession { session: stored.id, at, expiry_s: stored.expiry_s };
    stored.left.is_none().then_some(leave)
}

/// A message that was settled, and that a crash kept in the store, gives way to the later one that was sent with its packet
/// identifier: the client would take one for the other.
async fn restore_messages(store: &Store, mailboxes: &HashMap<MqttSessionId, Arc<Mailbox>>) -> Result<(), StoreError> {
    /// Messages read at a time.
    const PAGE: usize = 256;
    let (mut last, mut sent) = (QueuedId::default(), HashMap::new());
    loop {
        let page = store.queued_after(last, PAGE).await?;
        let Some(newest) = page.last() else { return Ok(()) };
        last = newest.id;
        for queued in page {
            let QueueRef::Session { id, via } = queued.queue else { continue };
            let Some(mailbox) = mailboxes.get(&id) else { continue };
            let publication = Publication::new(queued.topic, Content::Opaque(queued.message.into()));
            let message = Message::new(Arc::new(publication), Some(queued.id), via);
            let number = mailbox.quietly(|state| state.restore(message, queued.inflight));
            if let Some((packet_id, _)) = queued.inflight
                && let Some(settled) = sent.insert((id, packet_id), number)
            {
                mailbox.quietly(|state| state.settle(settled));
            }
        }
    }
}
