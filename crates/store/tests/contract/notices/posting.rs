//! Whom a notice reaches, and that one that is sent again is the same.

use deskwire_model::{NoticeFeed, Role, Timestamp};
use deskwire_store::{
    NewNotice, NoticeAllowance, NoticeAudience, NoticeChange, NoticeChanged, NoticeName, Refusal, Written,
};

use super::{
    ALLOWANCE, NOW, PEOPLE, UNKNOWN, changed, everything, feed, named, notice, open, post, titles, to, withdrawal,
    write,
};
use crate::{
    Backend,
    fixtures::{commit_one, refused, uid},
};

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
