//! Notices: who has them, what counts, and that numbers agree with a model whatever happens in whatever order.

use std::collections::BTreeMap;

use deskwire_model::{AgentProfile, Notice, NoticeContent, NoticeFeed, NoticeId, NoticesRead, Role, Seq, Timestamp};
use deskwire_store::{
    NewNotice, NoticeAllowance, NoticeAudience, NoticeChange, NoticeChanged, NoticeFilter, NoticeName, Refusal, Store,
    Visitor, Write, Written,
};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::{
    Backend,
    fixtures::{agent, append, commit_one, introduce, refused, uid},
};

/// Before anything of the cases expires.
const NOW: Timestamp = Timestamp(0);
/// Far behind any clock.
const SOON: Timestamp = Timestamp(1 << 50);
const LATER: Timestamp = Timestamp(1 << 51);
/// Notices of one user.
const KEPT: u64 = 4;
const LISTED: usize = 3;
const ALLOWANCE: NoticeAllowance = NoticeAllowance { recipients: 3, kept: KEPT };
/// Everybody, by organisation; the last is a visitor, bob an administrator.
const PEOPLE: [(&str, &str); 4] = [("acme", "ann"), ("acme", "bob"), ("other", "spy"), ("acme", "vic")];

async fn people(store: &Store) {
    for org in ["acme", "other", "empty"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    let [agents @ .., (org, visitor)] = PEOPLE;
    for (org, name) in agents {
        let role = if name == "bob" { Role::Admin } else { Role::Agent };
        store.create_agent(&AgentProfile { role, ..agent(name, org) }, "").await.unwrap();
    }
    let profile = agent(visitor, org).profile;
    let visitor = Visitor { uid: uid(visitor), org: uid(org), profile, channel: "WEB".to_owned() };
    introduce(store, &visitor).await.unwrap();
}

async fn open(backend: &impl Backend) -> Store {
    let store = backend.open().await;
    people(&store).await;
    store
}

fn notice(audience: NoticeAudience, title: &str) -> NewNotice {
    NewNotice {
        org: uid("acme"),
        sender: uid("oa"),
        business: None,
        audience,
        expires: None,
        content: NoticeContent { title: title.into(), ..NoticeContent::default() },
        allowance: ALLOWANCE,
    }
}

fn to(user: &str, title: &str) -> NewNotice {
    notice(NoticeAudience::User(uid(user)), title)
}

fn named(notice: NewNotice, name: &str) -> NewNotice {
    NewNotice { business: Some(name.into()), ..notice }
}

fn write(change: NoticeChange) -> Write {
    Write::Notices(Box::new(change))
}

fn changed(written: Written) -> NoticeChanged {
    match written {
        Written::Notices(changed) => changed,
        other => panic!("a change of notices was expected, not {other:?}"),
    }
}

/// Posts it; its number and who has it now.
async fn post(store: &Store, new: NewNotice) -> (NoticeId, Vec<String>) {
    match changed(commit_one(store, write(NoticeChange::Post(new))).await) {
        NoticeChanged::Posted { id, users, recipients, repeated: false, .. } => {
            assert_eq!(users.len() as u64, recipients);
            (id, users.iter().map(ToString::to_string).collect())
        }
        other => panic!("a new notice was expected, not {other:?}"),
    }
}

async fn read(store: &Store, user: &str, which: NoticesRead) -> u64 {
    let change = NoticeChange::Read { org: uid("acme"), user: uid(user), which };
    match changed(commit_one(store, write(change)).await) {
        NoticeChanged::Read(count) => count,
        other => panic!("a number was expected, not {other:?}"),
    }
}

fn withdrawal(sender: &str, notice: NoticeName) -> Write {
    write(NoticeChange::Withdraw { org: uid("acme"), sender: uid(sender), notice })
}

async fn feed(store: &Store, (org, user): (&str, &str), now: Timestamp) -> NoticeFeed {
    store.notice_feeds(&[(uid(org), uid(user))], now, LISTED).await.unwrap().remove(0)
}

fn titles(notices: &[Notice]) -> Vec<&str> {
    notices.iter().map(|notice| notice.content.title.as_ref()).collect()
}

async fn history(store: &Store, user: &str, filter: NoticeFilter, limit: usize) -> Vec<Notice> {
    store.notices(&uid("acme"), &uid(user), &filter, NOW, limit).await.unwrap()
}

pub(crate) async fn a_notice_reaches_whom_it_is_for_and_nobody_else(backend: &impl Backend) {
    let store = open(backend).await;
    for (audience, expected) in [
        (NoticeAudience::User(uid("bob")), &["bob"][..]),
        (NoticeAudience::User(uid("vic")), &["vic"]),
        (NoticeAudience::Agents, &["ann", "bob"]),
        (NoticeAudience::Supervisors, &["bob"]),
        (NoticeAudience::Admins, &["bob"]),
        (NoticeAudience::Visitors, &["vic"]),
        (NoticeAudience::Everybody, &["ann", "bob", "vic"]),
    ] {
        let (id, mut users) = post(&store, notice(audience.clone(), "t")).await;
        users.sort();
        assert_eq!(users, expected, "{audience:?}");
        for (org, user) in PEOPLE {
            let newest = feed(&store, (org, user), NOW).await.listed.first().map(|notice| notice.id);
            assert_eq!(newest == Some(id), expected.contains(&user), "{audience:?} at {user}");
        }
    }
    assert_eq!(feed(&store, ("other", "bob"), NOW).await, NoticeFeed::default(), "the same uid elsewhere");
}

pub(crate) async fn a_notice_for_a_role_is_for_who_has_it_then(backend: &impl Backend) {
    let store = open(backend).await;
    for (ann, supervisors, admins) in [
        (Role::Agent, &["bob"][..], &["bob"][..]),
        (Role::Supervisor, &["ann", "bob"], &["bob"]),
        (Role::Admin, &["ann", "bob"], &["ann", "bob"]),
        (Role::Agent, &["bob"], &["bob"]),
    ] {
        store.set_agent_duty(&uid("ann"), ann, 1).await.unwrap();
        for (audience, expected) in [
            (NoticeAudience::Agents, &["ann", "bob"][..]),
            (NoticeAudience::Supervisors, supervisors),
            (NoticeAudience::Admins, admins),
        ] {
            let (_, mut users) = post(&store, notice(audience.clone(), "t")).await;
            users.sort();
            assert_eq!(users, expected, "{audience:?} while ann is {ann:?}");
        }
    }
}

pub(crate) async fn a_notice_that_is_sent_again_is_the_same(backend: &impl Backend) {
    let store = open(backend).await;
    let new = named(to("ann", "first"), "todo-1");
    let first = changed(commit_one(&store, write(NoticeChange::Post(new.clone()))).await);
    let NoticeChanged::Posted { id, at, recipients: 1, repeated: false, .. } = first else { panic!("{first:?}") };
    // Whatever it says now, and although it would be refused now.
    let again = NewNotice { expires: Some(Timestamp(1)), ..named(notice(NoticeAudience::Everybody, "x"), "todo-1") };
    let repeated = NoticeChanged::Posted { id, at, recipients: 1, users: Vec::new(), repeated: true };
    for repeat in [new, again] {
        assert_eq!(changed(commit_one(&store, write(NoticeChange::Post(repeat))).await), repeated);
    }
    assert_eq!(titles(&feed(&store, ("acme", "ann"), NOW).await.listed), ["first"]);
    assert_eq!(feed(&store, ("acme", "bob"), NOW).await.total(), 0);
    let other = NewNotice { sender: uid("crm"), ..named(to("ann", "another"), "todo-1") };
    post(&store, other).await;
    assert_eq!(feed(&store, ("acme", "ann"), NOW).await.total(), 2, "a name belongs to its sender");
}

pub(crate) async fn a_refused_notice_leaves_nothing(backend: &impl Backend) {
    let store = open(backend).await;
    let nowhere = NewNotice { org: uid("empty"), ..notice(NoticeAudience::Everybody, "t") };
    let narrow = NoticeAllowance { recipients: 2, ..ALLOWANCE };
    for (new, refusal) in [
        (to("spy", "t"), Refusal::NobodyMeant),
        (to("nobody", "t"), Refusal::NobodyMeant),
        (nowhere, Refusal::NobodyMeant),
        (NewNotice { allowance: narrow, ..notice(NoticeAudience::Everybody, "t") }, Refusal::TooManyRecipients),
        (NewNotice { expires: Some(Timestamp(1)), ..to("ann", "t") }, Refusal::ExpiredAlready),
    ] {
        let new = named(new, "name");
        let neighbour = write(NoticeChange::Read { org: uid("acme"), user: uid("ann"), which: everything() });
        let written = store.commit(vec![write(NoticeChange::Post(new)), neighbour]).await.unwrap();
        assert_eq!(written, [refused(refusal), Written::Notices(NoticeChanged::Read(0))]);
    }
    assert_eq!(commit_one(&store, withdrawal("oa", NoticeName::Business("name".into()))).await, refused(UNKNOWN));
}

const UNKNOWN: Refusal = Refusal::UnknownNotice;

const fn everything() -> NoticesRead {
    NoticesRead::All { menu: None, upto: None }
}

pub(crate) async fn positions_go_on_when_the_oldest_are_forgotten(backend: &impl Backend) {
    let store = open(backend).await;
    for number in 1..=KEPT + 2 {
        post(&store, to("ann", &number.to_string())).await;
    }
    let seqs = |notices: Vec<Notice>| notices.iter().map(|notice| notice.seq.0).collect::<Vec<_>>();
    assert_eq!(seqs(history(&store, "ann", NoticeFilter::default(), 10).await), [6, 5, 4, 3]);
    assert_eq!(feed(&store, ("acme", "ann"), NOW).await.total(), KEPT);
    assert!(!store.forget_notices(LATER, 100).await.unwrap().1);
    drop(store);
    let store = backend.open().await;
    post(&store, to("ann", "7")).await;
    assert_eq!(seqs(history(&store, "ann", NoticeFilter::default(), 10).await), [7]);
}

pub(crate) async fn reading_is_by_name_by_menu_and_by_position(backend: &impl Backend) {
    let store = open(backend).await;
    let mut ids = Vec::new();
    for (title, menu) in [("1", "a"), ("2", "b"), ("3", "a"), ("4", "")] {
        let content = NoticeContent { menu: menu.into(), title: title.into(), ..NoticeContent::default() };
        ids.push(post(&store, NewNotice { content, ..notice(NoticeAudience::Agents, title) }).await.0);
    }
    let all =
        |menu: Option<&str>, upto: Option<u64>| NoticesRead::All { menu: menu.map(Into::into), upto: upto.map(Seq) };
    let foreign = vec![NoticeId(0), NoticeId(99), NoticeId(-1)];
    for (which, count, unread) in [
        (NoticesRead::Named(foreign), 0, &[("", 1), ("a", 2), ("b", 1)][..]),
        (NoticesRead::Named(vec![ids[2], ids[2]]), 1, &[("", 1), ("a", 1), ("b", 1)]),
        (all(Some("b"), Some(1)), 0, &[("", 1), ("a", 1), ("b", 1)]),
        (all(Some("b"), None), 1, &[("", 1), ("a", 1)]),
        (all(None, Some(3)), 1, &[("", 1)]),
        (everything(), 1, &[]),
        (everything(), 0, &[]),
    ] {
        assert_eq!(read(&store, "ann", which.clone()).await, count, "{which:?}");
        let feed = feed(&store, ("acme", "ann"), NOW).await;
        let numbers: Vec<_> = feed.unread.iter().map(|(menu, count)| (menu.as_ref(), *count)).collect();
        assert_eq!(numbers, unread, "after {which:?}");
        assert_eq!(feed.total(), unread.iter().map(|(_, count)| count).sum::<u64>());
    }
    assert_eq!(feed(&store, ("acme", "bob"), NOW).await.total(), 4, "others read for themselves");
}

pub(crate) async fn only_its_sender_takes_a_notice_back(backend: &impl Backend) {
    let store = open(backend).await;
    let (id, _) = post(&store, named(notice(NoticeAudience::Everybody, "t"), "n")).await;
    read(&store, "ann", everything()).await;
    let foreign_org = NoticeChange::Withdraw { org: uid("other"), sender: uid("oa"), notice: NoticeName::Id(id) };
    for foreign in [
        write(foreign_org),
        withdrawal("crm", NoticeName::Id(id)),
        withdrawal("crm", NoticeName::Business("n".into())),
        withdrawal("oa", NoticeName::Id(NoticeId(id.0 + 1))),
    ] {
        assert_eq!(commit_one(&store, foreign).await, refused(UNKNOWN));
    }
    let written = changed(commit_one(&store, withdrawal("oa", NoticeName::Business("n".into()))).await);
    let NoticeChanged::Withdrawn { mut users } = written else { panic!("{written:?}") };
    users.sort();
    assert_eq!(users, [uid("bob"), uid("vic")], "for who has read it nothing changes");
    for (org, user) in PEOPLE {
        assert_eq!(feed(&store, (org, user), NOW).await, NoticeFeed::default());
    }
    assert_eq!(history(&store, "ann", NoticeFilter::default(), 9).await, []);
    let again = changed(commit_one(&store, withdrawal("oa", NoticeName::Id(id))).await);
    assert_eq!(again, NoticeChanged::Withdrawn { users: Vec::new() });
    let repeat = commit_one(&store, write(NoticeChange::Post(named(to("ann", "t"), "n")))).await;
    assert!(matches!(changed(repeat), NoticeChanged::Posted { repeated: true, .. }), "its name stays taken");
}

pub(crate) async fn what_has_expired_counts_no_more(backend: &impl Backend) {
    let store = open(backend).await;
    for (title, expires) in [("never", None), ("soon", Some(SOON)), ("later", Some(LATER))] {
        post(&store, NewNotice { expires, ..to("ann", title) }).await;
    }
    let before = Timestamp(SOON.0 - 1);
    for (now, listed, next) in [
        (before, &["later", "soon", "never"][..], Some(SOON)),
        (SOON, &["later", "never"], Some(LATER)),
        (LATER, &["never"], None),
    ] {
        let feed = feed(&store, ("acme", "ann"), now).await;
        assert_eq!(titles(&feed.listed), listed, "{now:?}");
        assert_eq!((feed.total(), feed.next_expiry), (listed.len() as u64, next), "{now:?}");
        let unread = NoticeFilter { unread: true, ..NoticeFilter::default() };
        let unread = store.notices(&uid("acme"), &uid("ann"), &unread, now, 9).await.unwrap();
        assert_eq!(titles(&unread), listed, "{now:?}");
    }
    assert_eq!(history(&store, "ann", NoticeFilter::default(), 9).await.len(), 3, "history has them all");
}

pub(crate) async fn a_notice_comes_back_as_it_was_posted(backend: &impl Backend) {
    let store = open(backend).await;
    let content = NoticeContent {
        menu: "菜单".into(),
        title: "t \"\0".into(),
        text: "line\nline".into(),
        link: "/x?y=1#z".into(),
        metadata: r#"{"b": 1,"a":[]}"#.into(),
    };
    let new = NewNotice { expires: Some(SOON), content: content.clone(), ..named(to("ann", ""), "pending/1") };
    let NoticeChanged::Posted { id, at, .. } = changed(commit_one(&store, write(NoticeChange::Post(new))).await) else {
        panic!("it is posted")
    };
    let unread = Notice {
        id,
        seq: Seq(1),
        user: uid("ann"),
        business: Some("pending/1".into()),
        at,
        expires: Some(SOON),
        read_at: None,
        content,
    };
    assert_eq!(feed(&store, ("acme", "ann"), NOW).await.listed, std::slice::from_ref(&unread));
    read(&store, "ann", everything()).await;
    let row = history(&store, "ann", NoticeFilter::default(), 1).await.remove(0);
    assert!(row.read_at.is_some_and(|time| time >= at));
    assert_eq!(Notice { read_at: None, ..row }, unread);
}

pub(crate) async fn history_is_read_in_pages(backend: &impl Backend) {
    let store = open(backend).await;
    for (title, menu) in [("1", "a"), ("2", "b"), ("3", "a"), ("4", "b")] {
        let content = NoticeContent { menu: menu.into(), title: title.into(), ..NoticeContent::default() };
        post(&store, NewNotice { content, ..to("ann", title) }).await;
    }
    read(&store, "ann", NoticesRead::All { menu: None, upto: Some(Seq(2)) }).await;
    let filter = |before: Option<u64>, menu: Option<&str>, unread| NoticeFilter {
        before: before.map(Seq),
        menu: menu.map(Into::into),
        unread,
    };
    for (filter, limit, expected) in [
        (filter(None, None, false), 2, &["4", "3"][..]),
        (filter(Some(3), None, false), 2, &["2", "1"]),
        (filter(Some(1), None, false), 2, &[]),
        (filter(None, Some("a"), false), 9, &["3", "1"]),
        (filter(None, Some("a"), true), 9, &["3"]),
        (filter(Some(u64::MAX), None, true), 9, &["4", "3"]),
    ] {
        assert_eq!(titles(&history(&store, "ann", filter.clone(), limit).await), expected, "{filter:?}");
    }
}

pub(crate) async fn old_notices_are_forgotten_piece_by_piece(backend: &impl Backend) {
    let store = open(backend).await;
    post(&store, named(notice(NoticeAudience::Everybody, "1"), "n")).await;
    post(&store, to("bob", "2")).await;
    read(&store, "bob", everything()).await;
    assert_eq!(store.forget_notices(NOW, 9).await.unwrap(), (Vec::new(), false), "nothing is so old");
    let (mut users, mut rounds) = (Vec::new(), 0);
    loop {
        let (some, more) = store.forget_notices(LATER, 2).await.unwrap();
        users.extend(some.into_iter().map(|(org, user)| format!("{org} {user}")));
        rounds += 1;
        if !more {
            break;
        }
    }
    users.sort();
    assert_eq!(users, ["acme ann", "acme vic"], "bob had read everything");
    assert!(rounds > 2, "it took {rounds} rounds");
    post(&store, named(notice(NoticeAudience::Everybody, "1"), "n")).await;
    assert_eq!(feed(&store, ("acme", "ann"), NOW).await.listed[0].seq, Seq(2), "positions are not used again");
}

const NAMES: [&str; 3] = ["n0", "n1", "n2"];
const MENUS: [&str; 3] = ["", "a", "b"];
const TIMES: [Timestamp; 3] = [NOW, SOON, LATER];

#[derive(Clone, Debug)]
enum Op {
    Post {
        audience: NoticeAudience,
        name: Option<&'static str>,
        menu: &'static str,
        expires: Option<Timestamp>,
    },
    Name {
        user: &'static str,
        ids: Vec<i64>,
    },
    All {
        user: &'static str,
        menu: Option<&'static str>,
        upto: Option<u64>,
    },
    Withdraw {
        name: &'static str,
    },
    /// A write that fails takes its whole batch with it.
    Fail,
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    use prop::{option, sample::select};
    let user = || select(vec!["ann", "bob", "vic"]);
    let audience = prop_oneof![
        user().prop_map(|user| NoticeAudience::User(uid(user))),
        Just(NoticeAudience::Agents),
        Just(NoticeAudience::Supervisors),
        Just(NoticeAudience::Admins),
        Just(NoticeAudience::Visitors),
        Just(NoticeAudience::Everybody),
    ];
    let (name, menu) = (|| select(&NAMES[..]), || select(&MENUS[..]));
    prop_oneof![
        5 => (audience, option::of(name()), menu(), option::of(select(&TIMES[1..])))
            .prop_map(|(audience, name, menu, expires)| Op::Post { audience, name, menu, expires }),
        2 => (user(), prop::collection::vec(0..12_i64, 0..4)).prop_map(|(user, ids)| Op::Name { user, ids }),
        2 => (user(), option::of(menu()), option::of(0..8_u64))
            .prop_map(|(user, menu, upto)| Op::All { user, menu, upto }),
        2 => name().prop_map(|name| Op::Withdraw { name }),
        1 => Just(Op::Fail),
        1 => Just(Op::Reopen),
    ]
}

/// A notice of the model; numbers are given from 1.
#[derive(Clone, Debug)]
struct Posted {
    name: Option<&'static str>,
    menu: &'static str,
    expires: Option<Timestamp>,
    withdrawn: bool,
}

/// A user's copy of a notice.
#[derive(Clone, Debug)]
struct Copy {
    seq: u64,
    notice: usize,
    read: bool,
}

#[derive(Clone, Debug, Default)]
struct Model {
    notices: Vec<Posted>,
    copies: BTreeMap<&'static str, Vec<Copy>>,
}

impl Model {
    /// Makes the change, and says how to ask the store for it.
    fn apply(&mut self, op: &Op) -> Option<Write> {
        Some(write(match op.clone() {
            Op::Post { audience, name, menu, expires } => {
                let content = NoticeContent { menu: menu.into(), title: "t".into(), ..NoticeContent::default() };
                let new = notice(audience.clone(), "t");
                let new = NewNotice { business: name.map(Into::into), expires, content, ..new };
                if name.is_none() || !self.notices.iter().any(|known| known.name == name) {
                    self.notices.push(Posted { name, menu, expires, withdrawn: false });
                    self.give(&audience);
                }
                NoticeChange::Post(new)
            }
            Op::Name { user, ids } => {
                self.read(user, |notice, _| ids.contains(&i64::try_from(notice + 1).unwrap()));
                let which = NoticesRead::Named(ids.into_iter().map(NoticeId).collect());
                NoticeChange::Read { org: uid("acme"), user: uid(user), which }
            }
            Op::All { user, menu, upto } => {
                let menus: Vec<_> = self.notices.iter().map(|known| known.menu).collect();
                self.read(user, |notice, seq| {
                    menu.is_none_or(|menu| menu == menus[notice]) && upto.is_none_or(|upto| seq <= upto)
                });
                let which = NoticesRead::All { menu: menu.map(Into::into), upto: upto.map(Seq) };
                NoticeChange::Read { org: uid("acme"), user: uid(user), which }
            }
            Op::Withdraw { name } => {
                self.notices
                    .iter_mut()
                    .filter(|known| known.name == Some(name))
                    .for_each(|known| known.withdrawn = true);
                let notice = NoticeName::Business(name.into());
                NoticeChange::Withdraw { org: uid("acme"), sender: uid("oa"), notice }
            }
            Op::Fail | Op::Reopen => return None,
        }))
    }

    fn give(&mut self, audience: &NoticeAudience) {
        for user in ["ann", "bob", "vic"] {
            let meant = match audience {
                NoticeAudience::User(one) => one.as_str() == user,
                NoticeAudience::Agents => user != "vic",
                NoticeAudience::Supervisors | NoticeAudience::Admins => user == "bob",
                NoticeAudience::Visitors => user == "vic",
                NoticeAudience::Everybody => true,
            };
            if meant {
                let copies = self.copies.entry(user).or_default();
                let seq = copies.last().map_or(0, |last| last.seq) + 1;
                copies.push(Copy { seq, notice: self.notices.len() - 1, read: false });
                copies.retain(|copy| copy.seq + KEPT > seq);
            }
        }
    }

    fn read(&mut self, user: &str, which: impl Fn(usize, u64) -> bool) {
        for copy in self.copies.get_mut(user).into_iter().flatten() {
            copy.read |= which(copy.notice, copy.seq);
        }
    }

    async fn compare(&self, store: &Store) {
        for (org, user) in PEOPLE {
            for now in TIMES {
                let counting: Vec<_> = self
                    .copies
                    .get(user)
                    .into_iter()
                    .flatten()
                    .map(|copy| (copy, &self.notices[copy.notice]))
                    .filter(|(copy, notice)| {
                        !copy.read && !notice.withdrawn && notice.expires.is_none_or(|time| time > now)
                    })
                    .collect();
                let mut unread = BTreeMap::new();
                counting.iter().for_each(|(_, notice)| *unread.entry(notice.menu).or_insert(0) += 1);
                let feed = feed(store, (org, user), now).await;
                let found: BTreeMap<_, _> = feed.unread.iter().map(|(menu, count)| (menu.as_ref(), *count)).collect();
                assert_eq!(found, unread, "{user} at {now:?}");
                let listed: Vec<_> = feed.listed.iter().map(|notice| notice.seq.0).collect();
                let expected: Vec<_> = counting.iter().rev().take(LISTED).map(|(copy, _)| copy.seq).collect();
                assert_eq!(listed, expected, "{user} at {now:?}");
                let expiry = counting.iter().filter_map(|(_, notice)| notice.expires).min();
                assert_eq!(feed.next_expiry, expiry, "{user} at {now:?}");
            }
        }
    }
}

async fn run(backend: &impl Backend, ops: &[Op]) {
    const POISON: &str = "poison";
    let mut store = open(backend).await;
    let log = crate::fixtures::create_log(&store, "v", 0).await;
    backend.fail_on(POISON);
    let mut model = Model::default();
    for op in ops {
        match model.apply(op) {
            Some(write) => drop(store.commit(vec![write]).await.unwrap()),
            None if matches!(op, Op::Fail) => {
                let lost = write(NoticeChange::Post(named(notice(NoticeAudience::Everybody, "lost"), "n0")));
                assert!(store.commit(vec![lost, append(log, "v", POISON)]).await.is_err());
            }
            None => {
                drop(store);
                store = backend.open().await;
            }
        }
        model.compare(&store).await;
    }
}

/// Numbers and lists agree with the model after every post, repeat, reading, withdrawal, failure and restart, in any order,
/// at any time.
pub(crate) fn agree<B: Backend>() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let config = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(op(), 1..24), |ops| {
        runtime.block_on(run(&B::new(), &ops));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
