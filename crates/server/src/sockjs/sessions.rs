//! All sessions that HTTP requests carry.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deskwire_cluster::Claim;

use super::{
    Owner, SessionIo,
    session::{AttachError, Attachment, Session},
    settings::Settings,
};
use crate::address::network;

/// How long the end of a socket may be on its way while its client comes again on another.
const OVERLAP: Duration = Duration::from_millis(100);
/// The same when another node has the socket, whose word for its end passes through Redis.
pub(super) const PARTING: Duration = Duration::from_secs(2);

/// What became of a request to receive.
#[derive(Debug)]
pub(super) enum Reception {
    /// A new session, whose server end wants to be served.
    Opened(Attachment, SessionIo),
    /// The session goes on.
    Resumed(Attachment),
    /// Another request receives.
    Busy,
    /// The session is somebody else's.
    Foreign,
    /// There are too many sessions.
    Full,
}

/// The sessions by their names.
///
/// Its lock comes before those of the sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    settings: Arc<Settings>,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    entries: HashMap<String, Entry>,
    /// How many sessions an address has.
    addresses: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Entry {
    session: Arc<Session>,
    owner: Owner,
    address: Option<IpAddr>,
    /// So that other nodes find it.
    _claim: Option<Claim>,
}

impl Sessions {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self { settings, table: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Receives from the session of this name, which is opened if there is none; then it holds `claim`.
    ///
    /// A client that breaks off and comes again at once may be faster than the news of its first socket: while another
    /// request receives, its end is waited for a moment.
    pub(super) async fn receive(
        self: &Arc<Self>,
        name: &str,
        owner: &Owner,
        address: Option<IpAddr>,
        mut claim: Option<Claim>,
    ) -> Reception {
        match self.receive_now(name, owner, address, &mut claim) {
            Ok(reception) => reception,
            Err(busy) => {
                busy.parted(OVERLAP, PARTING).await;
                self.receive_now(name, owner, address, &mut claim).unwrap_or(Reception::Busy)
            }
        }
    }

    /// As [`Self::receive`], for another node if it `is_lent`; none if there is no such session.
    pub(super) async fn resume(&self, name: &str, owner: &Owner, is_lent: bool) -> Option<Reception> {
        let resumed = self.lock().attach(name, owner, is_lent);
        match resumed {
            Ok(reception) => reception,
            Err(busy) => {
                busy.parted(OVERLAP, PARTING).await;
                let resumed = self.lock().attach(name, owner, is_lent);
                resumed.unwrap_or(Some(Reception::Busy))
            }
        }
    }

    /// As [`Self::receive`], but without waiting for the session from which another request receives.
    fn receive_now(
        self: &Arc<Self>,
        name: &str,
        owner: &Owner,
        address: Option<IpAddr>,
        claim: &mut Option<Claim>,
    ) -> Result<Reception, Arc<Session>> {
        let mut table = self.lock();
        if let Some(reception) = table.attach(name, owner, false)? {
            return Ok(reception);
        }
        table.remove(name);
        let address = address.map(network);
        if !table.has_room(&self.settings, address) {
            return Ok(Reception::Full);
        }
        let (session, attachment) = Session::open(self.settings.session);
        let entry = Entry { session: Arc::clone(&session), owner: owner.clone(), address, _claim: claim.take() };
        table.insert(name.to_owned(), entry);
        drop(table);
        tokio::spawn(Arc::clone(self).keep(name.to_owned(), Arc::clone(&session)));
        Ok(Reception::Opened(attachment, SessionIo::new(session)))
    }

    /// The session of this name, if it lives and is the owner's.
    pub(super) fn find(&self, name: &str, owner: &Owner) -> Option<Arc<Session>> {
        let table = self.lock();
        let entry = table.entries.get(name).filter(|entry| entry.owner == *owner)?;
        Some(Arc::clone(&entry.session)).filter(|session| !session.is_over())
    }

    /// Forgets a session when it is over.
    async fn keep(self: Arc<Self>, name: String, session: Arc<Session>) {
        session.outlived().await;
        let mut table = self.lock();
        if table.entries.get(&name).is_some_and(|entry| Arc::ptr_eq(&entry.session, &session)) {
            table.remove(&name);
        }
    }
}

impl Table {
    /// Receives from a session that lives; none if there is no such session, an error if another request receives.
    fn attach(&self, name: &str, owner: &Owner, is_lent: bool) -> Result<Option<Reception>, Arc<Session>> {
        let Some(entry) = self.entries.get(name) else { return Ok(None) };
        if entry.owner != *owner && !entry.session.is_over() {
            return Ok(Some(Reception::Foreign));
        }
        match entry.session.attach(is_lent) {
            Ok(attachment) => Ok(Some(Reception::Resumed(attachment))),
            Err(AttachError::Busy) => Err(Arc::clone(&entry.session)),
            Err(AttachError::Over) => Ok(None),
        }
    }

    fn has_room(&self, settings: &Settings, address: Option<IpAddr>) -> bool {
        let of_address = address.and_then(|address| self.addresses.get(&address)).copied().unwrap_or_default();
        self.entries.len() < settings.sessions && of_address < settings.sessions_per_address
    }

    fn insert(&mut self, name: String, entry: Entry) {
        if let Some(address) = entry.address {
            *self.addresses.entry(address).or_default() += 1;
        }
        self.entries.insert(name, entry);
    }

    fn remove(&mut self, name: &str) {
        let Some(entry) = self.entries.remove(name) else { return };
        let Some(address) = entry.address else { return };
        if let Some(count) = self.addresses.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.addresses.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use super::*;
    use crate::config::Config;

    /// Requests at a time, and how often they come together.
    const REQUESTS: usize = 4;
    const ROUNDS: usize = 2000;

    #[test]
    fn requests_that_come_together_open_one_session() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let sessions = Arc::new(Sessions::new(Arc::new(Settings::new(&Config::default()))));
        let (together, owner, opened) = (Barrier::new(REQUESTS), Owner::Address(None), AtomicUsize::new(0));
        let ask = || {
            let _runtime = runtime.enter();
            for round in 0..ROUNDS {
                together.wait();
                let reception = sessions.receive_now(&round.to_string(), &owner, None, &mut None);
                if let Ok(Reception::Opened(..)) = &reception {
                    opened.fetch_add(1, Ordering::Relaxed);
                }
                // Nobody lets go before all have asked.
                together.wait();
            }
        };
        thread::scope(|scope| (0..REQUESTS).for_each(|_| drop(scope.spawn(ask))));
        assert_eq!(opened.into_inner(), ROUNDS, "each with somebody to serve it");
    }
}
