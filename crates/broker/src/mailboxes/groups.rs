//! Shared subscriptions: sessions that take turns (MQTT 5.0, 4.8.2).
//!
//! A message goes to one member of each group whose filter matches. Members that are connected take turns; when there is
//! none, a message that is assured goes into the mailbox of a member whose session outlives its connection, in turn too.
//! For what is to be stored the member is chosen before, and gets the message unless it has left the group meanwhile.
//!
//! Where there are several nodes, each knows how many members the others have. The node where a message is said decides which
//! of them has it, and says so with the message: one member, whatever the others know.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use deskwire_cluster::NodeId;
use deskwire_model::TopicFilter;
use deskwire_store::QueuedId;
use tokio::sync::Notify;

use super::Mailbox;
use crate::{
    filters::Filters,
    outbox::{Outbox, Overflow, SubscriptionKey},
    publication::{Publication, Share},
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

/// The members that a shared subscription has on a node.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Membership {
    /// The subscription in full.
    pub group: Box<str>,
    /// Members that are connected.
    pub connected: usize,
    /// Members that can have an assured message wait for them.
    pub collecting: usize,
}

#[derive(Debug, Default)]
struct Members {
    list: Vec<Member>,
    /// Whose turn it is.
    turn: usize,
    /// Members on other nodes.
    elsewhere: Vec<(NodeId, Membership)>,
    /// How many members here and elsewhere have had their turn.
    turns: usize,
}

impl Members {
    /// The next member that has a connection; for an assured message otherwise the next that can have it wait.
    fn choose(&mut self, assured: bool) -> Option<usize> {
        let connected = self.next(|member| member.connection.is_some());
        let chosen = connected.or_else(|| if assured { self.next(Member::collects) } else { None })?;
        self.turn = chosen + 1;
        Some(chosen)
    }

    /// The node one of whose members has its turn; none if that is a member here, or nobody.
    fn choose_node(&mut self, assured: bool) -> Option<NodeId> {
        if self.elsewhere.is_empty() {
            return None;
        }
        let here = |suits: fn(&Member) -> bool| self.list.iter().filter(|member| suits(member)).count();
        let sum =
            |count: fn(&Membership) -> usize| self.elsewhere.iter().map(|(_, members)| count(members)).sum::<usize>();
        let (connected, count): (_, fn(&Membership) -> usize) =
            (here(|member| member.connection.is_some()), |members| members.connected);
        let (own, count) = if connected + sum(count) > 0 {
            (connected, count)
        } else if assured {
            (here(Member::collects), (|members| members.collecting) as fn(&Membership) -> usize)
        } else {
            return None;
        };
        let all = own + sum(count);
        if all == 0 {
            return None;
        }
        let place = self.turns % all;
        self.turns = self.turns.wrapping_add(1);
        let mut left = place.checked_sub(own)?;
        for (node, members) in &self.elsewhere {
            match left.checked_sub(count(members)) {
                None => return Some(node.clone()),
                Some(rest) => left = rest,
            }
        }
        None
    }

    fn is_empty(&self) -> bool {
        self.list.is_empty() && self.elsewhere.is_empty()
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
    /// How many of them are known to have members on other nodes.
    shared: AtomicUsize,
    /// Told when members here come, go or lose their connection.
    changed: Notify,
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
        let group = self.enter(&mut table, shared);
        group.join(Member { mailbox: Arc::clone(mailbox), assured, connection });
        drop(table);
        self.changed.notify_one();
        group
    }

    /// The group of a shared subscription, made if there is none.
    fn enter(&self, table: &mut Table, shared: &SharedFilter<'_>) -> Arc<Group> {
        if let Some(group) = table.by_name.get(shared.text) {
            return Arc::clone(group);
        }
        let name: Arc<str> = shared.text.into();
        let filter = shared.filter.clone();
        let group = Arc::new(Group { name: Arc::clone(&name), filter, members: Mutex::default() });
        table.filters.insert(&group.filter, Arc::clone(&group));
        table.by_name.insert(name, Arc::clone(&group));
        self.count.fetch_add(1, Ordering::Release);
        group
    }

    /// Removes a group that has no members any more.
    fn retire(&self, table: &mut Table, group: &Arc<Group>) {
        if group.lock().is_empty() && table.by_name.remove(&group.name).is_some() {
            table.filters.remove(&group.filter, |other| Arc::ptr_eq(other, group));
            self.count.fetch_sub(1, Ordering::Release);
        }
    }

    /// Ends the membership of a session.
    pub(super) fn leave(&self, group: &Arc<Group>, mailbox: &Mailbox) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        group.lock().list.retain(|member| !member.is(mailbox));
        self.retire(&mut table, group);
        drop(table);
        self.changed.notify_one();
    }

    /// Notes that the connection of a member has ended.
    pub(super) fn disconnect(&self, group: &Group, mailbox: &Mailbox) {
        group.disconnect(mailbox);
        self.changed.notify_one();
    }

    /// Returns when members here have come, gone or lost their connection.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// The members here.
    pub(crate) fn here(&self) -> Vec<Membership> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let of_group = |group: &Arc<Group>| {
            let members = group.lock();
            let count = |suits: fn(&Member) -> bool| members.list.iter().filter(|member| suits(member)).count();
            let (connected, collecting) = (count(|member| member.connection.is_some()), count(Member::collects));
            (!members.list.is_empty()).then(|| Membership { group: (&*group.name).into(), connected, collecting })
        };
        table.by_name.values().filter_map(of_group).collect()
    }

    /// Notes the members on another node.
    pub(crate) fn hear(&self, node: &NodeId, told: &[Membership]) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        for group in table.by_name.values() {
            group.lock().elsewhere.retain(|(other, _)| other != node);
        }
        for membership in told {
            if let Some(shared) = SharedFilter::parse(&membership.group) {
                self.enter(&mut table, &shared).lock().elsewhere.push((node.clone(), membership.clone()));
            }
        }
        let all: Vec<_> = table.by_name.values().cloned().collect();
        all.iter().for_each(|group| self.retire(&mut table, group));
        let shared = table.by_name.values().filter(|group| !group.lock().elsewhere.is_empty()).count();
        self.shared.store(shared, Ordering::Release);
    }

    /// Decides which groups have `publication`, which was said here, on other nodes; not of those that a turn was chosen for.
    pub(crate) fn share_out(&self, publication: &Publication, turns: &[Turn]) {
        if publication.is_confined() || publication.stays_here() || self.shared.load(Ordering::Acquire) == 0 {
            return;
        }
        publication.shares.get_or_init(|| {
            let mut shares = Vec::new();
            self.matching(publication, |group| {
                if turns.iter().all(|turn| !Arc::ptr_eq(&turn.group, group))
                    && let Some(node) = group.lock().choose_node(publication.is_assured())
                {
                    shares.push(Share { group: Arc::clone(&group.name), node });
                }
            });
            shares.into()
        });
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
    pub(crate) fn turns(&self, publication: &Publication, here: Option<&NodeId>) -> Vec<Turn> {
        let mut turns = Vec::new();
        if !publication.is_heard {
            self.share_out(publication, &[]);
        }
        self.matching(publication, |group| {
            if !is_for(publication, group, here) {
                return;
            }
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
        (assured, here): (bool, Option<&NodeId>),
        turns: &mut [Turn],
        reached: &mut impl FnMut(&Arc<Outbox>),
    ) {
        self.matching(publication, |group| {
            if !is_for(publication, group, here) {
                return;
            }
            let turn = turns.iter_mut().find(|turn| Arc::ptr_eq(&turn.group, group));
            group.give(publication, assured, turn, reached);
        });
    }
}

/// Whether a member on this node has `publication`: of what was said here if no other node was chosen, of what another node
/// has said if that has chosen this one.
fn is_for(publication: &Publication, group: &Group, here: Option<&NodeId>) -> bool {
    let shares = publication.shares.get().map_or(&[][..], |shares| shares);
    let chosen = shares.iter().find(|share| share.group == group.name).map(|share| &share.node);
    if publication.is_heard { chosen.is_some() && chosen == here } else { chosen.is_none() }
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
