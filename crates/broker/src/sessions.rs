//! Which connections a user has on this node.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use deskwire_cluster::{Bus, Channel};
use deskwire_model::{SessionId, Uid};
use smallvec::SmallVec;

use crate::outbox::Outbox;

/// One authenticated connection of a user.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// Its name.
    pub id: SessionId,
    /// Whose it is; none for a program, which is no user that anybody looks for.
    pub user: Option<&'a Uid>,
    /// The organisation that it belongs to.
    pub org: &'a Uid,
    /// Where to reach it.
    pub outbox: &'a Arc<Outbox>,
}

/// The connections of a user, of which most have one.
pub type Connected = SmallVec<[(SessionId, Arc<Outbox>); 1]>;

/// What is known of a user who is connected. A uid is of one organisation.
#[derive(Debug)]
struct OfUser {
    org: Uid,
    connected: Connected,
}

/// The registry of authenticated connections.
#[derive(Debug)]
pub struct Sessions {
    by_user: Mutex<HashMap<Uid, OfUser>>,
    /// Where other nodes have something for the users that are connected here.
    bus: Bus,
}

impl Default for Sessions {
    fn default() -> Self {
        Self::among(Bus::local().0)
    }
}

impl Sessions {
    /// An empty registry, on a node that is one of those on `bus`.
    #[must_use]
    pub fn among(bus: Bus) -> Self {
        Self { by_user: Mutex::default(), bus }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uid, OfUser>> {
        self.by_user.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a connection.
    pub fn enter(&self, session: Session<'_>) {
        if let Some(user) = session.user {
            let nobody = || OfUser { org: session.org.clone(), connected: Connected::new() };
            let mut by_user = self.lock();
            let of_user = by_user.entry(user.clone()).or_insert_with(nobody);
            if of_user.connected.is_empty() && self.bus.is_shared() {
                drop(self.bus.listen(&Channel::User(user.clone())));
            }
            of_user.connected.push((session.id, Arc::clone(session.outbox)));
        }
    }

    /// Removes a connection.
    pub fn leave(&self, session: Session<'_>) {
        let Some(user) = session.user else { return };
        let mut by_user = self.lock();
        if let Some(of_user) = by_user.get_mut(user) {
            of_user.connected.retain(|(_, outbox)| !Arc::ptr_eq(outbox, session.outbox));
            if of_user.connected.is_empty() {
                by_user.remove(user);
                if self.bus.is_shared() {
                    self.bus.unlisten(&Channel::User(user.clone()));
                }
            }
        }
    }

    /// Whether `user` is connected.
    #[must_use]
    pub fn is_online(&self, user: &Uid) -> bool {
        self.lock().contains_key(user)
    }

    /// The connections of `user`.
    #[must_use]
    pub fn of(&self, user: &Uid) -> Connected {
        self.lock().get(user).map(|of_user| of_user.connected.clone()).unwrap_or_default()
    }

    /// The connections of everybody.
    #[must_use]
    pub fn outboxes(&self) -> Vec<Arc<Outbox>> {
        let by_user = self.lock();
        by_user.values().flat_map(|of_user| &of_user.connected).map(|(_, outbox)| Arc::clone(outbox)).collect()
    }

    /// The connections of `user`, if it is a user of `org`.
    #[must_use]
    pub fn of_member(&self, user: &Uid, org: &Uid) -> Connected {
        let by_user = self.lock();
        by_user
            .get(user)
            .filter(|of_user| of_user.org == *org)
            .map(|of_user| of_user.connected.clone())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection of the user `u`.
    struct Peer {
        id: SessionId,
        user: Uid,
        org: Uid,
        outbox: Arc<Outbox>,
    }

    impl Peer {
        fn new() -> Self {
            Self {
                id: SessionId::random(),
                user: Uid::new("u").unwrap(),
                org: Uid::new("o").unwrap(),
                outbox: Outbox::new(1),
            }
        }

        fn session(&self) -> Session<'_> {
            Session { id: self.id, user: Some(&self.user), org: &self.org, outbox: &self.outbox }
        }
    }

    #[test]
    fn a_user_is_online_while_any_connection_is() {
        let (sessions, a, b) = (Sessions::default(), Peer::new(), Peer::new());
        sessions.enter(a.session());
        sessions.enter(b.session());
        let ids = |sessions: &Sessions| sessions.of(&a.user).iter().map(|(id, _)| *id).collect::<Vec<_>>();
        assert_eq!(ids(&sessions), [a.id, b.id]);
        let member = |org| sessions.of_member(&a.user, &Uid::new(org).unwrap()).len();
        assert_eq!((member("o"), member("other")), (2, 0));
        sessions.leave(a.session());
        assert_eq!(ids(&sessions), [b.id]);
        assert!(sessions.is_online(&a.user));
        sessions.leave(b.session());
        assert!(!sessions.is_online(&a.user));
    }
}
