//! What is read, taken back, expired and forgotten.

use deskwire_model::{Notice, NoticeContent, NoticeFeed, NoticeId, NoticesRead, Seq, Timestamp};
use deskwire_store::{NewNotice, NoticeAudience, NoticeChange, NoticeChanged, NoticeFilter, NoticeName};

use super::{
    KEPT, LATER, NOW, PEOPLE, SOON, UNKNOWN, changed, everything, feed, history, named, notice, open, post, read,
    titles, to, withdrawal, write,
};
use crate::{
    Backend,
    fixtures::{commit_one, refused, uid},
};

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
        title: "t \"\u{1}".into(),
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
