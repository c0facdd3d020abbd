//! Notices: who has them, what counts, and that numbers agree with a model whatever happens in whatever order.

mod model;
mod posting;
mod reading;

use deskwire_model::{AgentProfile, Notice, NoticeContent, NoticeFeed, NoticeId, NoticesRead, Role, Timestamp};
use deskwire_store::{
    NewNotice, NoticeAllowance, NoticeAudience, NoticeChange, NoticeChanged, NoticeFilter, NoticeName, Refusal, Store,
    Visitor, Write, Written,
};

use crate::{
    Backend,
    fixtures::{agent, commit_one, introduce, uid},
};

pub(crate) use self::{
    model::agree,
    posting::{
        a_notice_for_a_role_is_for_who_has_it_then, a_notice_reaches_whom_it_is_for_and_nobody_else,
        a_notice_that_is_sent_again_is_the_same, a_refused_notice_leaves_nothing,
    },
    reading::{
        a_notice_comes_back_as_it_was_posted, history_is_read_in_pages, old_notices_are_forgotten_piece_by_piece,
        only_its_sender_takes_a_notice_back, positions_go_on_when_the_oldest_are_forgotten,
        reading_is_by_name_by_menu_and_by_position, what_has_expired_counts_no_more,
    },
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

const UNKNOWN: Refusal = Refusal::UnknownNotice;

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

const fn everything() -> NoticesRead {
    NoticesRead::All { menu: None, upto: None }
}
