//! Shared subscriptions: sessions that take turns (MQTT 5.0, 4.8.2).
//!
//! A message goes to one member of each group whose filter matches. Members that are connected take turns; when there is
//! none, a message that is assured goes into the mailbox of a member whose session outlives its connection, in turn too.
//! For what is to be stored the member is chosen before, and gets the message unless it has left the group meanwhile.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use deskwire_model::TopicFilter;
use deskwire_store::QueuedId;

use super::Mailbox;
use crate::{
    filters::Filters,
    outbox::{Outbox, Overflow, SubscriptionKey},
    publication::Publication,
};

/// The filter of a shared subscription, `$share/{group}/{filter}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SharedFilter<'a> {
    /// All of it: groups of one name that listen to different filters are different groups.
    text: &'a str,
    filter: TopicFilter,
}

impl<'a> SharedFilter<'a> {
    /// Reads a filter, if it is that of a shared subscription.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (name, filter) = text.strip_prefix("$share/")?.split_once('/')?;
        let filter = TopicFilter::new(filter).ok()?;
        let is_name = !name.is_empty() && !name.contains(['+', '#']);
        is_name.then_some(Self { text, filter })
    }
}

/// Where a member is reached while it is connected.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) outbox: Arc<Outbox>,
    /// What the connection calls the subscription.
    pub(super) key: SubscriptionKey,
}

#[derive(Debug)]
struct Member {
    mailbox: Arc<Mailbox>,
    /// Whether it takes assured messages as such: it is subscribed with QoS 1 or 2.
    assured: bool,
    connection: Option<Connection>,
}

impl Member {
    fn is(&self, mailbox: &Mailbox) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.mailbox), mailbox)
    }

    /// Whether an assured message may wait for it while it is away.
    fn collects(&self) -> bool {
        self.assured && self.mailbox.durable().is_some()
    }
}

#[derive(Debug, Default)]
struct Members {
    list: Vec<Member>,
    /// Whose turn it is.
    turn: usize,
}

impl Members {
    /// The next member that has a connection; for an assured message otherwise the next that can have it wait.
    fn choose(&mut self, assured: bool) -> Option<usize> {
        let connected = self.next(|member| member.connection.is_some());
        let chosen = connected.or_else(|| if assured { self.next(Member::collects) } else { None })?;
        self.turn = chosen + 1;
        Some(chosen)
    }

    fn next(&self, suits: impl Fn(&Member) -> bool) -> Option<usize> {
        let count = self.list.len();
        (0..count).map(|offset| (self.turn + offset) % count).find(|index| suits(&self.list[*index]))
    }
}

/// The sessions that share a subscription.
#[derive(Debug)]
pub(crate) struct Group {
    name: Arc<str>,
    filter: TopicFilter,
    members: Mutex<Members>,
}

impl Group {
    fn lock(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The subscription in full.
    pub(crate) const fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// What its members listen to.
    pub(super) fn filter(&self) -> &TopicFilter {
        &self.filter
    }

    fn join(&self, member: Member) {
        let mut members = self.lock();
        match members.list.iter_mut().find(|other| other.is(&member.mailbox)) {
            Some(old) => *old = member,
            None => members.list.push(member),
        }
    }

    /// Notes that the connection of a member has ended.
    pub(super) fn disconnect(&self, mailbox: &Mailbox) {
        if let Some(member) = self.lock().list.iter_mut().find(|member| member.is(mailbox)) {
            member.connection = None;
        }
    }

    /// Gives a publication to one member: the one whose turn was taken before, if it still can have it.
    fn give(
        &self,
        publication: &Arc<Publication>,
        assured: bool,
        turn: Option<&mut Turn>,
        reached: &mut impl FnMut(&Arc<Outbox>),
    ) {
        let mut members = self.lock();
        let promised = turn.as_ref().and_then(|turn| {
            let can = |member: &Member| member.connection.is_some() || (assured && member.collects());
            members.list.iter().position(|member| member.is(&turn.member) && can(member))
        });
        let Some(index) = promised.or_else(|| members.choose(assured)) else { return };
        let member = &members.list[index];
        if assured && member.assured {
            let stored = turn.filter(|_| promised.is_some()).and_then(|turn| turn.stored.take());
            member.mailbox.post(publication, stored, Some(&self.name), reached);
        } else if let Some(Connection { outbox, key }) = &member.connection {
            outbox.deliver_or(Overflow::Drop, *key, publication);
            reached(outbox);
        }
    }
}

/// A member that was chosen to have a message.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) group: Arc<Group>,
    pub(crate) member: Arc<Mailbox>,
    /// Whether the message is to be in the store for it.
    pub(crate) is_stored: bool,
    /// The number it is stored under, until the member has it.
    pub(crate) stored: Option<QueuedId>,
}

#[derive(Debug, Default)]
struct Table {
    by_name: HashMap<Arc<str>, Arc<Group>>,
    filters: Filters<Arc<Group>>,
}

/// The groups of this node. A group exists while it has members.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    table: RwLock<Table>,
    /// How many there are, so that a publication need not take the lock where there are none.
    count: AtomicUsize,
}

impl Groups {
    /// Has the session of `mailbox` take turns in a group, or changes how it does.
    pub(super) fn join(
        &self,
        shared: &SharedFilter<'_>,
        mailbox: &Arc<Mailbox>,
        assured: bool,
        connection: Option<Connection>,
    ) -> Arc<Group> {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        let group = match table.by_name.get(shared.text) {
            Some(group) => Arc::clone(group),
            None => {
                let name: Arc<str> = shared.text.into();
                let filter = shared.filter.clone();
                let group = Arc::new(Group { name: Arc::clone(&name), filter, members: Mutex::default() });
                table.filters.insert(&group.filter, Arc::clone(&group));
                table.by_name.insert(name, Arc::clone(&group));
                self.count.fetch_add(1, Ordering::Release);
                group
            }
        };
        group.join(Member { mailbox: Arc::clone(mailbox), assured, connection });
        group
    }

    /// Ends the membership of a session.
    pub(super) fn leave(&self, group: &Arc<Group>, mailbox: &Mailbox) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        let mut members = group.lock();
        members.list.retain(|member| !member.is(mailbox));
        let is_empty = members.list.is_empty();
        drop(members);
        if is_empty && table.by_name.remove(&group.name).is_some() {
            table.filters.remove(&group.filter, |other| Arc::ptr_eq(other, group));
            self.count.fetch_sub(1, Ordering::Release);
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    fn matching(&self, publication: &Publication, mut found: impl FnMut(&Arc<Group>)) {
        if !self.is_empty() {
            let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
            table.filters.matching(publication.topic().as_str(), &mut |group| found(group));
        }
    }

    /// Chooses who is to have `publication`, which is assured and to be stored where its member outlives its connection.
    pub(crate) fn turns(&self, publication: &Publication) -> Vec<Turn> {
        let mut turns = Vec::new();
        self.matching(publication, |group| {
            let mut members = group.lock();
            let Some(index) = members.choose(true) else { return };
            let member = &members.list[index];
            let (member, is_stored) = (Arc::clone(&member.mailbox), member.collects());
            turns.push(Turn { group: Arc::clone(group), member, is_stored, stored: None });
        });
        turns
    }

    /// Gives `publication` to one member of each group, as `turns` say; what numbers are left there was stored for
    /// nobody.
    pub(crate) fn give(
        &self,
        publication: &Arc<Publication>,
        assured: bool,
        turns: &mut [Turn],
        reached: &mut impl FnMut(&Arc<Outbox>),
    ) {
        self.matching(publication, |group| {
            let turn = turns.iter_mut().find(|turn| Arc::ptr_eq(&turn.group, group));
            group.give(publication, assured, turn, reached);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_filter_has_a_name_and_a_filter() {
        for (text, expected) in [
            ("$share/g/a/+", Some("a/+")),
            ("$share/g//a", Some("/a")),
            ("$share/g/", None),
            ("$share/g", None),
            ("$share//a", None),
            ("$share/+/a", None),
            ("$share/#/a", None),
            ("$share/g/a/#/b", None),
            ("share/g/a", None),
        ] {
            let parsed = SharedFilter::parse(text);
            assert_eq!(parsed.as_ref().map(|shared| shared.filter.as_str()), expected, "{text}");
        }
    }
}
