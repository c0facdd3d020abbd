//! Who is there: users with a connection, or a device that polls, that was heard lately (`spec/bytedesk.md` §8, presence).

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use deskwire_broker::{Outbox, Sessions};
use deskwire_model::Uid;

use crate::{elsewhere::Elsewhere, polling::PollingDevices, wakes::Wakes};

/// The presence of users. Each connection has a lease, which whatever is heard on it renews: a peer that is
/// gone without a word keeps its socket for minutes, but not its user online.
#[derive(Debug)]
pub struct Presence {
    sessions: Arc<Sessions>,
    /// Connections whose lease is over, by the address of their outbox. Most are never here: nothing is written down for a
    /// connection that is heard.
    lapsed: Mutex<HashSet<usize>>,
    /// Who is there without a connection.
    polling: PollingDevices,
    /// Who of the staff is there on this node, as far as anybody has looked.
    staff: Mutex<HashSet<Uid>>,
    /// Who of the staff is there on others.
    elsewhere: Elsewhere,
    /// Who is heard again may get who waits.
    wakes: Arc<Wakes>,
}

/// A connection whose lease is over, until this is dropped.
#[derive(Debug)]
pub struct Lapsed {
    presence: Arc<Presence>,
    /// Keeps its address from being used again.
    outbox: Arc<Outbox>,
}

impl Presence {
    /// The presence of the users of `sessions`, which wakes no desk.
    #[must_use]
    pub fn new(sessions: Arc<Sessions>) -> Self {
        Self::waking(sessions, Arc::default())
    }

    /// The presence of the users of `sessions`.
    pub(crate) fn waking(sessions: Arc<Sessions>, wakes: Arc<Wakes>) -> Self {
        Self {
            sessions,
            lapsed: Mutex::default(),
            polling: PollingDevices::default(),
            staff: Mutex::default(),
            elsewhere: Elsewhere::default(),
            wakes,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<usize>> {
        self.lapsed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) const fn polling(&self) -> &PollingDevices {
        &self.polling
    }

    /// Who of the staff is there on other nodes.
    pub(crate) const fn elsewhere(&self) -> &Elsewhere {
        &self.elsewhere
    }

    /// Whether `user` has a connection or a polling device within its lease, on this node, or on another if it is one of
    /// the staff.
    #[must_use]
    pub fn is_online(&self, user: &Uid) -> bool {
        self.everywhere(user) > 0
    }

    /// Looks whether one of the staff is there on this node; returns that, if it was different before.
    pub(crate) fn look_for(&self, agent: &Uid) -> Option<bool> {
        let is_there = self.active(agent) > 0;
        let mut staff = self.staff.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = if is_there { staff.insert(agent.clone()) } else { staff.remove(agent) };
        changed.then_some(is_there)
    }

    /// Who of the staff is there on this node.
    pub(crate) fn staff_here(&self) -> Vec<Uid> {
        let staff = self.staff.lock().unwrap_or_else(PoisonError::into_inner).clone();
        staff.into_iter().filter(|agent| self.active(agent) > 0).collect()
    }

    /// How many connections and polling devices of `user` are within their leases on this node.
    #[must_use]
    pub fn active(&self, user: &Uid) -> usize {
        let connected = self.sessions.of(user);
        let lapsed = self.lock();
        let heard = connected.iter().filter(|(_, outbox)| !lapsed.contains(&address(outbox))).count();
        drop(lapsed);
        heard + self.polling.of(user)
    }

    /// As [`Self::active`], of one of the staff and on all nodes; another node counts once, however many it has there.
    #[must_use]
    pub fn everywhere(&self, agent: &Uid) -> usize {
        self.active(agent) + self.elsewhere.nodes_of(agent)
    }

    /// The lease of the connection with this outbox is over.
    #[must_use]
    pub fn lapse(self: &Arc<Self>, outbox: &Arc<Outbox>) -> Lapsed {
        self.lock().insert(address(outbox));
        Lapsed { presence: Arc::clone(self), outbox: Arc::clone(outbox) }
    }
}

impl Drop for Lapsed {
    fn drop(&mut self) {
        self.presence.lock().remove(&address(&self.outbox));
        self.presence.wakes.everything();
    }
}

fn address(outbox: &Arc<Outbox>) -> usize {
    Arc::as_ptr(outbox).addr()
}

#[cfg(test)]
mod tests {
    use deskwire_broker::Session;
    use deskwire_model::SessionId;

    use super::*;

    #[test]
    fn a_user_is_online_while_one_lease_lasts() {
        let sessions = Arc::new(Sessions::default());
        let presence = Arc::new(Presence::new(Arc::clone(&sessions)));
        let (user, org) = (Uid::new("u").unwrap(), Uid::new("o").unwrap());
        let connect = || {
            let outbox = Outbox::new(1);
            sessions.enter(Session { id: SessionId::random(), user: Some(&user), org: &org, outbox: &outbox });
            outbox
        };
        assert!(!presence.is_online(&user), "nobody is connected");
        let (phone, desk) = (connect(), connect());
        assert_eq!(presence.active(&user), 2);
        let silent = presence.lapse(&phone);
        assert_eq!((presence.active(&user), presence.is_online(&user)), (1, true));
        let also_silent = presence.lapse(&desk);
        assert_eq!((presence.active(&user), presence.is_online(&user)), (0, false));
        assert!(sessions.is_online(&user), "its sockets are open");
        drop(silent);
        assert_eq!(presence.active(&user), 1, "one is heard again");
        drop((also_silent, phone, desk));
    }
}
