//! Service keys: who is let in by them, and that nobody stays whose key is revoked or over.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use deskwire_broker::{Outbox, Session};
use deskwire_desk::DeskError;
use deskwire_model::{Principal, Role, SessionId, Timestamp, Uid};
use deskwire_store::ServiceKey;

use super::{Gateway, Identity};
use crate::connection::timestamp;

/// The connections that keys have let in.
#[derive(Debug, Default)]
pub struct KeyHolders {
    by_key: Mutex<HashMap<Uid, HashMap<SessionId, Arc<Outbox>>>>,
    /// Held over a change of the store and the one in memory that follows from it, so that keys become the same in both.
    changes: tokio::sync::Mutex<()>,
}

impl KeyHolders {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uid, HashMap<SessionId, Arc<Outbox>>>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, key: &Uid, id: SessionId, outbox: &Arc<Outbox>) {
        self.lock().entry(key.clone()).or_default().insert(id, Arc::clone(outbox));
    }

    fn leave(&self, key: &Uid, id: SessionId) {
        let mut by_key = self.lock();
        if let Some(holders) = by_key.get_mut(key) {
            holders.remove(&id);
            if holders.is_empty() {
                by_key.remove(key);
            }
        }
    }

    fn of(&self, key: &Uid) -> Vec<Arc<Outbox>> {
        self.lock().get(key).map(|holders| holders.values().cloned().collect()).unwrap_or_default()
    }
}

impl Gateway {
    /// Enters a connection that was let in, where whoever has something for it looks for it.
    pub fn enter(&self, identity: &Identity, id: SessionId, outbox: &Arc<Outbox>) {
        if let Some(key) = identity.key() {
            self.key_holders.enter(key, id, outbox);
        }
        self.sessions.enter(session(identity, id, outbox));
    }

    /// Removes a connection.
    pub fn leave(&self, identity: &Identity, id: SessionId, outbox: &Arc<Outbox>) {
        if let Some(key) = identity.key() {
            self.key_holders.leave(key, id);
        }
        self.sessions.leave(session(identity, id, outbox));
    }

    /// Learns the keys of the store.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn recall_service_keys(&self) -> Result<(), DeskError> {
        self.desk.all_service_keys().await?.iter().for_each(|key| self.service_keys.learn(key));
        Ok(())
    }

    /// Other nodes may have made or revoked keys.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn hear_keys_changed(&self) -> Result<(), DeskError> {
        let _change = self.key_holders.changes.lock().await;
        let keys = self.desk.all_service_keys().await?;
        for key in keys.iter().filter(|key| !self.service_keys.knows(key.uid.as_str())) {
            self.service_keys.learn(key);
        }
        for revoked in self.service_keys.retain(|uid| keys.iter().any(|key| key.uid == *uid)) {
            self.reconsider_holders(&revoked);
        }
        Ok(())
    }

    /// Makes a key; it lets its holder in from now on.
    ///
    /// # Errors
    /// As `Desk::create_service_key`.
    pub async fn create_service_key(&self, by: &Principal, new: ServiceKey) -> Result<ServiceKey, DeskError> {
        let _change = self.key_holders.changes.lock().await;
        let made = self.desk.create_service_key(by, new, self.config.service_keys.per_organisation).await?;
        self.service_keys.learn(&made);
        self.desk.tell_keys_changed();
        Ok(made)
    }

    /// Revokes a key, and ends the connections that it has let in. From the answer on it lets nobody in, after a crash
    /// either.
    ///
    /// # Errors
    /// As `Desk::revoke_service_key`.
    pub async fn revoke_service_key(&self, by: &Principal, uid: &Uid) -> Result<(), DeskError> {
        let _change = self.key_holders.changes.lock().await;
        self.desk.revoke_service_key(by, uid).await?;
        self.service_keys.forget(uid);
        self.desk.tell_keys_changed();
        self.reconsider_holders(uid);
        // The key is revoked whatever becomes of what its holders had collected; that has a bound.
        if let Err(error) = self.queues.forget_durables_of(uid).await {
            tracing::error!(%error, key = %uid, "the durable subscriptions of a revoked key could not be forgotten");
        }
        Ok(())
    }

    /// Ends the connections of keys that are over; to be called every few seconds.
    pub fn end_holders_of_expired_keys(&self) {
        for uid in self.service_keys.over(timestamp()) {
            self.reconsider_holders(&uid);
        }
    }

    /// Has the store know when keys were last shown; to be called now and then, as nobody waits for it.
    ///
    /// # Errors
    /// [`DeskError::Store`]; they are noted the next time then.
    pub async fn note_key_uses(&self) -> Result<(), DeskError> {
        let uses = self.service_keys.unnoted_uses();
        if uses.is_empty() {
            return Ok(());
        }
        self.desk.note_key_uses(uses.clone()).await?;
        self.service_keys.uses_noted(&uses);
        Ok(())
    }

    /// Whether `identity` was let in by no key, or by one that still lets it in at `now`.
    pub(super) fn key_holds(&self, identity: &Identity, now: Timestamp) -> bool {
        let account = identity.account.as_ref().filter(|account| account.confines().is_some());
        account.is_none_or(|account| self.service_keys.holds(account, now))
    }

    fn reconsider_holders(&self, key: &Uid) {
        self.key_holders.of(key).iter().for_each(|outbox| outbox.reconsider());
    }
}

fn session<'a>(identity: &'a Identity, id: SessionId, outbox: &'a Arc<Outbox>) -> Session<'a> {
    let principal = &identity.principal;
    let user = (principal.role != Role::Service).then_some(&principal.uid);
    Session { id, user, org: &principal.org, outbox }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_are_found_until_they_leave() {
        let holders = KeyHolders::default();
        let [key, other] = ["key", "other"].map(|uid| Uid::new(uid).unwrap());
        let [a, b] = [(); 2].map(|()| (SessionId::random(), Outbox::new(1)));
        for (id, outbox) in [&a, &b] {
            holders.enter(&key, *id, outbox);
        }
        assert_eq!((holders.of(&key).len(), holders.of(&other).len()), (2, 0));
        holders.leave(&other, a.0);
        holders.leave(&key, a.0);
        assert!(holders.of(&key).iter().all(|outbox| Arc::ptr_eq(outbox, &b.1)));
        holders.leave(&key, b.0);
        assert!(holders.lock().is_empty());
    }
}
