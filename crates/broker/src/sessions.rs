//! Which connections a user has on this node.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use deskwire_model::{SessionId, Uid};
use smallvec::SmallVec;

use crate::outbox::{CloseReason, Outbox};

/// One authenticated connection of a user.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// Its name.
    pub id: SessionId,
    /// Whose it is; none for a program, which is no user that anybody looks for.
    pub user: Option<&'a Uid>,
    /// The MQTT client id, of which only one connection exists at a time; none on other protocols.
    pub client_id: Option<&'a Arc<str>>,
    /// Where to reach it.
    pub outbox: &'a Arc<Outbox>,
}

/// The connections of a user, of which most have one.
pub type Connected = SmallVec<[(SessionId, Arc<Outbox>); 1]>;

#[derive(Debug, Default)]
struct Tables {
    by_user: HashMap<Uid, Connected>,
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
    pub fn enter(&self, session: Session<'_>) {
        let mut tables = self.lock();
        if let Some(client_id) = session.client_id
            && let Some(old) = tables.by_client_id.insert(Arc::clone(client_id), Arc::clone(session.outbox))
        {
            old.close(CloseReason::TakenOver);
        }
        if let Some(user) = session.user {
            tables.by_user.entry(user.clone()).or_default().push((session.id, Arc::clone(session.outbox)));
        }
    }

    /// Removes a connection.
    pub fn leave(&self, session: Session<'_>) {
        let mut tables = self.lock();
        if let Some(client_id) = session.client_id {
            let current = tables.by_client_id.get(client_id);
            if current.is_some_and(|outbox| Arc::ptr_eq(outbox, session.outbox)) {
                tables.by_client_id.remove(client_id);
            }
        }
        let Some(user) = session.user else { return };
        if let Some(connected) = tables.by_user.get_mut(user) {
            connected.retain(|(_, outbox)| !Arc::ptr_eq(outbox, session.outbox));
            if connected.is_empty() {
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
    pub fn of(&self, user: &Uid) -> Connected {
        self.lock().by_user.get(user).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection of the user `u`.
    struct Peer {
        id: SessionId,
        user: Uid,
        client_id: Option<Arc<str>>,
        outbox: Arc<Outbox>,
    }

    impl Peer {
        fn new(client_id: Option<&str>) -> Self {
            let (id, user) = (SessionId::random(), Uid::new("u").unwrap());
            Self { id, user, client_id: client_id.map(Into::into), outbox: Outbox::new(1) }
        }

        fn session(&self) -> Session<'_> {
            let (user, client_id) = (Some(&self.user), self.client_id.as_ref());
            Session { id: self.id, user, client_id, outbox: &self.outbox }
        }
    }

    #[test]
    fn the_same_client_id_takes_over_and_the_old_leaving_does_not_evict_the_new() {
        let sessions = Sessions::default();
        let (old, new, third) = (Peer::new(Some("u/web/1")), Peer::new(Some("u/web/1")), Peer::new(Some("u/web/1")));
        sessions.enter(old.session());
        sessions.enter(new.session());
        assert_eq!(old.outbox.take_orders().close, Some(CloseReason::TakenOver));
        sessions.leave(old.session());
        sessions.enter(third.session());
        assert_eq!(new.outbox.take_orders().close, Some(CloseReason::TakenOver));
        assert_eq!(third.outbox.take_orders().close, None);
    }

    #[test]
    fn a_user_is_online_while_any_connection_is() {
        let (sessions, a, b) = (Sessions::default(), Peer::new(None), Peer::new(Some("u/web/1")));
        sessions.enter(a.session());
        sessions.enter(b.session());
        let ids = |sessions: &Sessions| sessions.of(&a.user).iter().map(|(id, _)| *id).collect::<Vec<_>>();
        assert_eq!(ids(&sessions), [a.id, b.id]);
        sessions.leave(a.session());
        assert_eq!(ids(&sessions), [b.id]);
        assert!(sessions.is_online(&a.user));
        sessions.leave(b.session());
        assert!(!sessions.is_online(&a.user));
    }
}
