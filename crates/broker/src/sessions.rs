//! Which connections a user has on this node.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use deskwire_model::Uid;
use smallvec::SmallVec;

use crate::outbox::{CloseReason, Outbox};

/// One authenticated connection of a user.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is; none for a program, which is no user that anybody looks for.
    pub user: Option<Uid>,
    /// The MQTT client id, of which only one connection exists at a time; none on other protocols.
    pub client_id: Option<Arc<str>>,
    /// Where to reach it.
    pub outbox: Arc<Outbox>,
}

#[derive(Debug, Default)]
struct Tables {
    by_user: HashMap<Uid, SmallVec<[Arc<Outbox>; 2]>>,
    by_client_id: HashMap<Arc<str>, Arc<Outbox>>,
}

/// The registry of authenticated connections.
#[derive(Debug, Default)]
pub struct Sessions {
    tables: Mutex<Tables>,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a connection. One that has the same client id is told to end `[MQTT-3.1.4-2]`.
    pub fn enter(&self, session: &Session) {
        let mut tables = self.lock();
        if let Some(client_id) = &session.client_id
            && let Some(old) = tables.by_client_id.insert(Arc::clone(client_id), Arc::clone(&session.outbox))
        {
            old.close(CloseReason::TakenOver);
        }
        if let Some(user) = &session.user {
            tables.by_user.entry(user.clone()).or_default().push(Arc::clone(&session.outbox));
        }
    }

    /// Removes a connection.
    pub fn leave(&self, session: &Session) {
        let mut tables = self.lock();
        if let Some(client_id) = &session.client_id {
            let current = tables.by_client_id.get(client_id);
            if current.is_some_and(|outbox| Arc::ptr_eq(outbox, &session.outbox)) {
                tables.by_client_id.remove(client_id);
            }
        }
        let Some(user) = &session.user else { return };
        if let Some(outboxes) = tables.by_user.get_mut(user) {
            outboxes.retain(|outbox| !Arc::ptr_eq(outbox, &session.outbox));
            if outboxes.is_empty() {
                tables.by_user.remove(user);
            }
        }
    }

    /// Whether `user` is connected.
    #[must_use]
    pub fn is_online(&self, user: &Uid) -> bool {
        self.lock().by_user.contains_key(user)
    }

    /// The connections of `user`.
    #[must_use]
    pub fn of(&self, user: &Uid) -> SmallVec<[Arc<Outbox>; 2]> {
        self.lock().by_user.get(user).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(client_id: Option<&str>) -> Session {
        Session { user: Uid::new("u").ok(), client_id: client_id.map(Into::into), outbox: Outbox::new(1) }
    }

    #[test]
    fn the_same_client_id_takes_over_and_the_old_leaving_does_not_evict_the_new() {
        let sessions = Sessions::default();
        let (old, new) = (session(Some("u/web/1")), session(Some("u/web/1")));
        sessions.enter(&old);
        sessions.enter(&new);
        assert_eq!(old.outbox.close_reason(), Some(CloseReason::TakenOver));
        sessions.leave(&old);
        let third = session(Some("u/web/1"));
        sessions.enter(&third);
        assert_eq!(new.outbox.close_reason(), Some(CloseReason::TakenOver));
        assert_eq!(third.outbox.close_reason(), None);
    }

    #[test]
    fn a_user_is_online_while_any_connection_is() {
        let (sessions, a, b) = (Sessions::default(), session(None), session(Some("u/web/1")));
        sessions.enter(&a);
        sessions.enter(&b);
        let user = Uid::new("u").unwrap();
        sessions.leave(&a);
        assert!(sessions.is_online(&user));
        sessions.leave(&b);
        assert!(!sessions.is_online(&user));
    }
}
