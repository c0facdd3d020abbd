//! Whatever happens in whatever order, the numbers are those of a model that is simple enough to be right.

use std::collections::BTreeMap;

use deskwire_model::{NoticeContent, NoticeId, NoticesRead, Seq, Timestamp};
use deskwire_store::{NewNotice, NoticeAudience, NoticeChange, NoticeName, Store, Write};
use proptest::{prelude::*, test_runner::TestRunner};

use super::{KEPT, LATER, LISTED, NOW, PEOPLE, SOON, feed, named, notice, open, write};
use crate::{
    Backend,
    fixtures::{append, uid},
};

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

/// A notice of the model; numbers are given from 1, and rise.
#[derive(Clone, Debug)]
struct Posted {
    id: i64,
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
    /// Numbers that nothing has, as what was to have them was not kept.
    skipped: i64,
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
                    let id = i64::try_from(self.notices.len() + 1).unwrap() + self.skipped;
                    self.notices.push(Posted { id, name, menu, expires, withdrawn: false });
                    self.give(&audience);
                }
                NoticeChange::Post(new)
            }
            Op::Name { user, ids } => {
                self.read(user, |notice, _| ids.contains(&notice.id));
                let which = NoticesRead::Named(ids.into_iter().map(NoticeId).collect());
                NoticeChange::Read { org: uid("acme"), user: uid(user), which }
            }
            Op::All { user, menu, upto } => {
                self.read(user, |notice, seq| {
                    menu.is_none_or(|menu| menu == notice.menu) && upto.is_none_or(|upto| seq <= upto)
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

    fn read(&mut self, user: &str, which: impl Fn(&Posted, u64) -> bool) {
        for copy in self.copies.get_mut(user).into_iter().flatten() {
            copy.read |= which(&self.notices[copy.notice], copy.seq);
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
                let is_new = !model.notices.iter().any(|known| known.name == Some("n0"));
                model.skipped += i64::from(is_new && backend.skips_numbers());
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
