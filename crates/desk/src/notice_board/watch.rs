//! Who listens, who is connected, and who is to be told when: plain state, without a clock or a task.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use deskwire_cluster::NodeId;
use deskwire_model::{Principal, Role, SessionId, Uid};
use tokio::time::Instant;

/// Between two frames to one user: what changes in between goes into one.
const FEED_PAUSE: Duration = Duration::from_millis(200);
/// Between two numbers of online users of one organisation.
const ONLINE_PAUSE: Duration = Duration::from_secs(1);

/// Somebody who has notices.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Reader {
    pub(super) org: Uid,
    pub(super) user: Uid,
}

impl Reader {
    pub(super) fn new(principal: &Principal) -> Self {
        Self { org: principal.org.clone(), user: principal.uid.clone() }
    }
}

/// What is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum News {
    /// A user's notices.
    Feed(Reader),
    /// How many users of an organisation are online.
    Online(Uid),
}

impl News {
    const fn pause(&self) -> Duration {
        match self {
            Self::Feed(_) => FEED_PAUSE,
            Self::Online(_) => ONLINE_PAUSE,
        }
    }
}

/// When something was told last and is to be told next.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    last: Option<Instant>,
    due: Option<Instant>,
}

#[derive(Debug)]
struct Listener {
    role: Role,
    sessions: Vec<SessionId>,
}

/// What is due now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// Whose feeds, each with the number of online users if it may know.
    pub(super) feeds: Vec<(Reader, Option<usize>)>,
    /// Whom to tell a number of online users and nothing else.
    pub(super) online: Vec<(Reader, usize)>,
    /// Organisations with other numbers of users on this node than other nodes were told.
    pub(super) here: Vec<(Uid, usize)>,
}

/// The whole of it.
#[derive(Debug, Default)]
pub(super) struct Watch {
    listeners: HashMap<Reader, Listener>,
    /// The connections of each user, by organisation.
    online: HashMap<Uid, HashMap<Uid, usize>>,
    /// How many users of each organisation are connected to other nodes.
    elsewhere: HashMap<NodeId, HashMap<Uid, usize>>,
    /// How many other nodes were told to be connected here.
    told_nodes: HashMap<Uid, usize>,
    told: HashMap<News, Told>,
    queue: BTreeSet<(Instant, News)>,
}

impl Watch {
    /// A session of `principal` begins.
    pub(super) fn connected(&mut self, principal: &Principal, now: Instant) {
        if principal.role == Role::Service {
            return;
        }
        let users = self.online.entry(principal.org.clone()).or_default();
        let sessions = users.entry(principal.uid.clone()).or_default();
        *sessions += 1;
        if *sessions == 1 {
            self.plan(News::Online(principal.org.clone()), now);
        }
    }

    /// A session of `principal` is over.
    pub(super) fn disconnected(&mut self, session: SessionId, principal: &Principal, now: Instant) {
        if principal.role == Role::Service {
            return;
        }
        self.leave(session, &Reader::new(principal));
        let Some(users) = self.online.get_mut(&principal.org) else { return };
        let Some(sessions) = users.get_mut(&principal.uid) else { return };
        *sessions -= 1;
        if *sessions > 0 {
            return;
        }
        users.remove(&principal.uid);
        if users.is_empty() {
            self.online.remove(&principal.org);
        }
        self.plan(News::Online(principal.org.clone()), now);
    }

    /// A session listens to the notices of its user, and is to be told how they stand.
    pub(super) fn listen(&mut self, session: SessionId, principal: &Principal, now: Instant) {
        let reader = Reader::new(principal);
        let listener = Listener { role: principal.role, sessions: Vec::new() };
        let Listener { sessions, .. } = self.listeners.entry(reader.clone()).or_insert(listener);
        if !sessions.contains(&session) {
            sessions.push(session);
        }
        self.plan(News::Feed(reader), now);
    }

    fn leave(&mut self, session: SessionId, reader: &Reader) {
        let Some(listener) = self.listeners.get_mut(reader) else { return };
        listener.sessions.retain(|known| *known != session);
        if listener.sessions.is_empty() {
            self.listeners.remove(reader);
            self.forget(&News::Feed(reader.clone()));
        }
    }

    /// Has the feed of `reader` told at `time` or soon after, if anybody listens.
    pub(super) fn changes(&mut self, reader: &Reader, time: Instant) {
        if self.listeners.contains_key(reader) {
            self.plan(News::Feed(reader.clone()), time);
        }
    }

    /// The users of `org` who are connected. Who is connected to several nodes counts on each.
    pub(super) fn online(&self, org: &Uid) -> usize {
        let elsewhere: usize = self.elsewhere.values().filter_map(|node| node.get(org)).sum();
        self.online_here(org) + elsewhere
    }

    fn online_here(&self, org: &Uid) -> usize {
        self.online.get(org).map_or(0, HashMap::len)
    }

    /// So many users of these organisations, and of no others, are connected to `node`.
    pub(super) fn are_on(&mut self, node: &NodeId, counts: Vec<(Uid, usize)>, now: Instant) {
        let before = self.elsewhere.remove(node).unwrap_or_default();
        let counts: HashMap<Uid, usize> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
        let changed: Vec<Uid> =
            before.keys().chain(counts.keys()).filter(|org| before.get(*org) != counts.get(*org)).cloned().collect();
        if !counts.is_empty() {
            self.elsewhere.insert(node.clone(), counts);
        }
        changed.into_iter().for_each(|org| self.plan(News::Online(org), now));
    }

    /// So many users of `org` are connected to `node`.
    pub(super) fn is_on(&mut self, node: &NodeId, org: Uid, count: usize, now: Instant) {
        let counts = self.elsewhere.entry(node.clone()).or_default();
        let before = if count > 0 { counts.insert(org.clone(), count) } else { counts.remove(&org) };
        if before.unwrap_or_default() != count {
            self.plan(News::Online(org), now);
        }
    }

    /// How many users of each organisation are connected here: what other nodes are told by this.
    pub(super) fn here(&mut self) -> Vec<(Uid, usize)> {
        self.told_nodes = self.online.iter().map(|(org, users)| (org.clone(), users.len())).collect();
        self.told_nodes.clone().into_iter().collect()
    }

    /// How many users of `org` are connected here, if other nodes were told another number.
    fn news_for_nodes(&mut self, org: &Uid) -> Option<usize> {
        let here = self.online_here(org);
        let told = if here > 0 { self.told_nodes.insert(org.clone(), here) } else { self.told_nodes.remove(org) };
        (told.unwrap_or_default() != here).then_some(here)
    }

    /// Has `news` told at `time`, or when its pause is over; sooner if it is to be told sooner anyway.
    fn plan(&mut self, news: News, time: Instant) {
        let told = self.told.entry(news.clone()).or_default();
        let time = told.last.map_or(time, |last| time.max(last + news.pause()));
        if told.due.is_some_and(|due| due <= time) {
            return;
        }
        if let Some(due) = told.due.replace(time) {
            self.queue.remove(&(due, news.clone()));
        }
        self.queue.insert((time, news));
    }

    fn forget(&mut self, news: &News) {
        if let Some(Told { due: Some(due), .. }) = self.told.remove(news) {
            self.queue.remove(&(due, news.clone()));
        }
    }

    /// When there is something to tell next.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.queue.first().map(|(time, _)| *time)
    }

    /// Takes out what is to be told now.
    pub(super) fn take_due(&mut self, now: Instant) -> Due {
        self.told.retain(|news, told| told.due.is_some() || told.last.is_some_and(|last| last + news.pause() > now));
        let mut due = Due::default();
        while let Some((time, _)) = self.queue.first()
            && *time <= now
            && let Some((_, news)) = self.queue.pop_first()
        {
            self.told.insert(news.clone(), Told { last: Some(now), due: None });
            match news {
                News::Feed(reader) => {
                    let online = self.may_know(&reader).then(|| self.online(&reader.org));
                    due.feeds.push((reader, online));
                }
                News::Online(org) => {
                    let online = self.online(&org);
                    due.here.extend(self.news_for_nodes(&org).map(|here| (org.clone(), here)));
                    let readers = self.listeners.keys().filter(|reader| reader.org == org && self.may_know(reader));
                    due.online.extend(readers.map(|reader| (reader.clone(), online)));
                }
            }
        }
        due
    }

    /// Whether a listener may know how many users are online: only who works at the desk (invariant I9).
    fn may_know(&self, reader: &Reader) -> bool {
        self.listeners.get(reader).is_some_and(|listener| listener.role.is_staff())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::*;

    fn principal(org: &str, name: &str, role: Role) -> Principal {
        Principal { org: Uid::new(org).unwrap(), uid: Uid::new(name).unwrap(), role }
    }

    fn feeds(due: &Due) -> Vec<(&str, Option<usize>)> {
        let mut feeds: Vec<_> = due.feeds.iter().map(|(reader, online)| (reader.user.as_str(), *online)).collect();
        feeds.sort_unstable();
        feeds
    }

    fn online(due: &Due) -> Vec<(&str, usize)> {
        let mut online: Vec<_> = due.online.iter().map(|(reader, online)| (reader.user.as_str(), *online)).collect();
        online.sort_unstable();
        online
    }

    #[test]
    fn who_listens_is_told_at_once_and_then_with_pauses() {
        let (mut watch, start) = (Watch::default(), Instant::now());
        let ann = principal("acme", "ann", Role::Agent);
        let (session, reader) = (SessionId::random(), Reader::new(&ann));
        watch.changes(&reader, start);
        assert_eq!(watch.next_due(), None, "nobody listens");
        watch.listen(session, &ann, start);
        assert_eq!(feeds(&watch.take_due(start)), [("ann", Some(0))]);
        watch.changes(&reader, start + FEED_PAUSE * 9);
        watch.changes(&reader, start);
        watch.changes(&reader, start + FEED_PAUSE / 2);
        assert_eq!(watch.next_due(), Some(start + FEED_PAUSE), "the pause holds, and the sooner time counts");
        assert_eq!(watch.take_due(start + FEED_PAUSE / 2), Due::default());
        assert_eq!(feeds(&watch.take_due(start + FEED_PAUSE)), [("ann", Some(0))]);
        assert_eq!(watch.next_due(), None);
        watch.changes(&reader, start + FEED_PAUSE * 9);
        watch.disconnected(session, &ann, start);
        assert_eq!(watch.next_due(), None, "nobody listens any more");
        assert!(watch.told.len() <= 1 && watch.listeners.is_empty(), "and nothing is kept: {watch:?}");
    }

    #[test]
    fn users_of_other_nodes_count_and_what_did_not_change_is_not_told_on() {
        let (mut watch, start) = (Watch::default(), Instant::now());
        let ann = principal("acme", "ann", Role::Agent);
        let node = NodeId::starting("n2").unwrap();
        let mut later = start;
        let mut due = |watch: &mut Watch| {
            later += ONLINE_PAUSE;
            let due = watch.take_due(later);
            (due.online.iter().map(|(_, online)| *online).collect::<Vec<_>>(), due.here)
        };
        watch.connected(&ann, start);
        watch.listen(SessionId::random(), &ann, start);
        assert_eq!(due(&mut watch), (vec![1], vec![(ann.org.clone(), 1)]));
        watch.is_on(&node, ann.org.clone(), 2, start);
        assert_eq!(due(&mut watch), (vec![3], Vec::new()), "the others know of theirs");
        watch.is_on(&node, ann.org.clone(), 2, start);
        watch.are_on(&node, vec![(ann.org.clone(), 2)], start);
        assert_eq!(due(&mut watch), (Vec::new(), Vec::new()), "nothing is new");
        assert_eq!(watch.here(), [(ann.org.clone(), 1)]);
        watch.are_on(&node, Vec::new(), start);
        assert_eq!(due(&mut watch), (vec![1], Vec::new()), "the node is gone");
        assert!(watch.elsewhere.is_empty());
    }

    #[test]
    fn users_are_counted_once_and_only_staff_of_the_organisation_hears_of_it() {
        let (mut watch, start) = (Watch::default(), Instant::now());
        let people = [
            principal("acme", "ann", Role::Agent),
            principal("acme", "vic", Role::Visitor),
            principal("other", "spy", Role::Admin),
        ];
        let mut sessions = Vec::new();
        for person in &people {
            for _ in 0..2 {
                let session = SessionId::random();
                watch.connected(person, start);
                watch.listen(session, person, start);
                sessions.push(session);
            }
        }
        watch.connected(&principal("acme", "oa", Role::Service), start);
        let due = watch.take_due(start);
        assert_eq!(feeds(&due), [("ann", Some(2)), ("spy", Some(1)), ("vic", None)]);
        assert_eq!(online(&due), [("ann", 2), ("spy", 1)]);
        watch.disconnected(sessions[2], &people[1], start);
        assert_eq!(watch.next_due(), None, "another connection of the visitor is left");
        watch.disconnected(sessions[3], &people[1], start);
        assert_eq!(watch.next_due(), Some(start + ONLINE_PAUSE));
        assert_eq!(online(&watch.take_due(start + ONLINE_PAUSE)), [("ann", 1)]);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Connect(usize),
        Disconnect(usize),
        Listen(usize),
        Change(usize),
        Wait(u64),
        Tell,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..6_usize).prop_map(Step::Connect),
            (0..6_usize).prop_map(Step::Disconnect),
            (0..6_usize).prop_map(Step::Listen),
            (0..3_usize).prop_map(Step::Change),
            (0..700_u64).prop_map(Step::Wait),
            Just(Step::Tell),
        ]
    }

    proptest! {
        /// Whatever happens in whatever order: who listens hears of each change after it, never more often than its pause
        /// allows, and the last number of online users told is the right one.
        #[test]
        fn nothing_is_missed_and_nothing_is_told_too_often(steps in prop::collection::vec(step(), 1..80)) {
            // Two sessions each of two agents and a visitor.
            let people =
                [("ann", Role::Agent), ("bob", Role::Agent), ("vic", Role::Visitor)].map(|(n, r)| principal("acme", n, r));
            let ids: Vec<_> = (0..6).map(|_| SessionId::random()).collect();
            let (mut watch, mut now) = (Watch::default(), Instant::now());
            let (mut connected, mut listening) = (HashSet::new(), HashSet::new());
            // What each listener does not know yet.
            let mut stale: HashSet<usize> = HashSet::new();
            let mut knows: HashMap<usize, usize> = HashMap::new();
            let mut told: HashMap<(bool, usize), Instant> = HashMap::new();
            let mut run = |step: Step| -> Result<(), TestCaseError> {
                match step {
                    Step::Connect(s) => if connected.insert(s) { watch.connected(&people[s / 2], now); },
                    Step::Disconnect(s) => if connected.remove(&s) {
                        listening.remove(&s);
                        watch.disconnected(ids[s], &people[s / 2], now);
                        if !listening.contains(&(s ^ 1)) {
                            stale.remove(&(s / 2));
                            knows.remove(&(s / 2));
                            // Who comes back is told at once.
                            told.remove(&(true, s / 2));
                        }
                    },
                    Step::Listen(s) => if connected.contains(&s) && listening.insert(s) {
                        watch.listen(ids[s], &people[s / 2], now);
                        stale.insert(s / 2);
                    },
                    Step::Change(p) => {
                        watch.changes(&Reader::new(&people[p]), now);
                        if (0..6).any(|s| s / 2 == p && listening.contains(&s)) {
                            stale.insert(p);
                        }
                    }
                    Step::Wait(ms) => now += Duration::from_millis(ms),
                    Step::Tell => {
                        let due = watch.take_due(now);
                        let index = |reader: &Reader| people.iter().position(|p| p.uid == reader.user).unwrap();
                        for (reader, online) in due.feeds {
                            let p = index(&reader);
                            stale.remove(&p);
                            online.map(|online| knows.insert(p, online));
                            if let Some(last) = told.insert((true, p), now) {
                                prop_assert!(now - last >= FEED_PAUSE);
                            }
                        }
                        for (reader, online) in due.online {
                            let p = index(&reader);
                            prop_assert!(p < 2, "visitors are not told");
                            knows.insert(p, online);
                            if let Some(last) = told.insert((false, p), now) {
                                prop_assert!(now - last >= ONLINE_PAUSE);
                            }
                        }
                    }
                }
                Ok(())
            };
            for step in steps {
                run(step)?;
            }
            run(Step::Wait(5000))?;
            run(Step::Tell)?;
            let users: HashSet<_> = connected.iter().map(|s| s / 2).collect();
            prop_assert!(stale.is_empty(), "missed: {stale:?}");
            for p in 0..2 {
                if (0..6).any(|s| s / 2 == p && listening.contains(&s)) {
                    prop_assert_eq!(knows.get(&p), Some(&users.len()));
                }
            }
            prop_assert_eq!(watch.next_due(), None);
        }
    }
}
