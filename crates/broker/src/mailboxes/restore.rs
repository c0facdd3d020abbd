//! What the store has of sessions, at the start.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicU64},
};

use deskwire_cluster::NodeId;
use deskwire_model::{SessionId, Timestamp};
use deskwire_store::{MqttSessionId, QueueRef, QueuedId, Store, StoreError, StoredMqttSession, Write};

use super::{
    MailboxLimits, Mailboxes,
    mailbox::Mailbox,
    state::Bounds,
    table::{Session, Table},
};
use crate::{account::Account, clock, hub::Hub, log::Log};

/// Messages read at a time.
pub(super) const PAGE: usize = 256;

impl Mailboxes {
    /// Restores the sessions, their subscriptions and messages from the store: all of them on a node that is alone, and on
    /// one of several, which calls itself `home`, those that are at home there, or were at an earlier start of the same
    /// node, or nowhere. Those that were connected when the server ended are left now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(
        store: Store,
        log: Log,
        hub: Arc<Hub>,
        limits: MailboxLimits,
        home: Option<&NodeId>,
    ) -> Result<Arc<Self>, StoreError> {
        let bounds = Bounds { messages: limits.messages, bytes: limits.bytes };
        let account = Arc::new(Account::new(bounds, limits.total_bytes, log.consumed()));
        let (mut table, mut mailboxes, now) = (Table::default(), HashMap::new(), clock::now());
        let sessions = match home {
            None => store.mqtt_sessions().await?,
            Some(home) => {
                store.take_home(home.name(), home.as_str()).await?;
                store.mqtt_sessions_of(home.as_str()).await?
            }
        };
        // Before anybody can come back: what is written of it later would be taken for the end of that connection.
        store
            .commit(sessions.iter().filter_map(|stored| left(stored, home.map(NodeId::as_str), now)).collect())
            .await?;
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
        let home = home.map(|home| home.as_str().into());
        Ok(Arc::new(Self { store, log, hub, limits, account, table: table.into(), home, arrivals: AtomicU64::new(0) }))
    }
}

/// What is to be stored of a session whose connection the end of the server ended, at the node `home`.
pub(super) fn left(stored: &StoredMqttSession, home: Option<&str>, at: Timestamp) -> Option<Write> {
    let home = home.map(Into::into);
    let leave = Write::LeaveSession { session: stored.id, home, at, expiry_s: stored.expiry_s };
    stored.left.is_none().then_some(leave)
}

async fn restore_messages(store: &Store, mailboxes: &HashMap<MqttSessionId, Arc<Mailbox>>) -> Result<(), StoreError> {
    let (mut last, mut stored) = (QueuedId::default(), HashMap::<_, Vec<_>>::new());
    loop {
        let page = store.queued_after(last, PAGE).await?;
        let Some(newest) = page.last() else { break };
        last = newest.id;
        for queued in page {
            if let QueueRef::Session { id, .. } = queued.queue
                && mailboxes.contains_key(&id)
            {
                stored.entry(id).or_default().push(queued);
            }
        }
    }
    for (id, stored) in stored {
        if let Some(mailbox) = mailboxes.get(&id) {
            mailbox.arrive(stored);
        }
    }
    Ok(())
}
