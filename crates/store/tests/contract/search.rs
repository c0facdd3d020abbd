//! The index of texts: it follows the logs, finds what they say, and forgets what was recalled.

use deskwire_model::{LogId, MessageType, Payload, Seq, Timestamp};
use deskwire_store::{
    Amendment, AmendmentChange, Found, NewEntry, SearchOrder, SearchQuery, SearchScope, Sought, Store, Write, Written,
};

use crate::{
    Backend,
    fixtures::{append, commit_one, conversation, conversation_of, create, entry, recall, uid},
};

/// A message that says `text`.
pub(crate) fn saying(log: LogId, sender: &str, name: &str, text: &str) -> Write {
    let payload = Payload::Json(serde_json::json!({ "uid": name, "content": text }).to_string().into_bytes().into());
    Write::Append(NewEntry { payload, ..entry(log, sender, name) })
}

/// Brings the index up to date, in steps of `limit` entries; how many entries were looked at.
pub(crate) async fn catch_up(store: &Store, limit: usize) -> usize {
    let mut entries = 0;
    loop {
        let step = store.index(limit).await.unwrap();
        assert!(step.entries <= limit, "a step is bounded");
        entries += step.entries;
        if !step.more {
            return entries;
        }
    }
}

fn query(text: &str) -> SearchQuery {
    let sought = (!text.is_empty()).then(|| Sought::new(text).unwrap());
    let scope = SearchScope::Organisation(uid("acme"));
    SearchQuery { sought, scope, kinds: Vec::new(), since: None, until: None }
}

async fn find(store: &Store, query: SearchQuery) -> Vec<Found> {
    store.search(query, None, SearchOrder::Newest, 1000).await.unwrap()
}

/// Log and position of each message that says `text`.
pub(crate) async fn places(store: &Store, text: &str) -> Vec<(LogId, u64)> {
    find(store, query(text)).await.into_iter().map(|found| (found.log, found.seq.0)).collect()
}

pub(crate) async fn what_was_said_is_found_newest_first<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let (ann, bob) = (create(&store, "ann").await.id, create(&store, "bob").await.id);
    let mut said = Vec::new();
    for (log, sender, name, text) in [
        (ann, "ann", "m1", "我要退款,订单 ORDER-2026"),
        (bob, "bob", "m1", "退款到银行卡"),
        (ann, "ann", "m2", "ＯＫ,谢谢"),
        (bob, "bob", "m2", "{\"title\":\"as text\"}"),
    ] {
        let Written::Appended { seq, at, .. } = commit_one(&store, saying(log, sender, name, text)).await else {
            panic!()
        };
        said.push((at, log, seq.0));
    }
    // What was said in one millisecond has an order too.
    said.sort_by(|one, other| other.cmp(one));
    assert_eq!(places(&store, "退款").await, [], "the index follows the commits");
    assert_eq!(catch_up(&store, 3).await, 4);
    for (text, expected) in [
        ("退款", &[(bob, 1), (ann, 1)][..]),
        ("要退款", &[(ann, 1)]),
        ("款", &[(bob, 1), (ann, 1)]),
        ("款退", &[]),
        ("退款 银行", &[(bob, 1)]),
        ("order-20", &[(ann, 1)]),
        ("rder", &[]),
        ("ok", &[(ann, 2)]),
        ("AND", &[]),
        ("title", &[(bob, 2)]),
        ("acme", &[]),
        ("c1", &[]),
        ("", &[(bob, 2), (ann, 2), (bob, 1), (ann, 1)]),
    ] {
        let expected: Vec<_> =
            said.iter().map(|&(_, log, seq)| (log, seq)).filter(|place| expected.contains(place)).collect();
        assert_eq!(places(&store, text).await, expected, "{text}");
    }
}

pub(crate) async fn a_search_is_narrowed<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let ann = create(&store, "ann").await.id;
    let mut foreign = conversation_of("eve");
    foreign.org = uid("other");
    let eve = conversation(commit_one(&store, Write::CreateConversation(foreign)).await).id;
    let Written::Appended { at, .. } = commit_one(&store, saying(ann, "ann", "m1", "你好")).await else { panic!() };
    let Write::Append(file) = saying(ann, "ann", "m2", r#"{"name":"你好.pdf","url":"https://example.org/你坏"}"#)
    else {
        panic!()
    };
    let file = NewEntry { kind: MessageType::new("FILE").unwrap(), ..file };
    commit_one(&store, Write::Append(file)).await;
    commit_one(&store, saying(eve, "eve", "m1", "你好")).await;
    catch_up(&store, 100).await;
    assert_eq!(places(&store, "你好").await, [(ann, 2), (ann, 1)], "of one organisation");
    assert_eq!(places(&store, "你坏").await, [], "of a file its name is found");
    let base = query("你好");
    let scope = |logs: &[LogId]| SearchScope::Logs(logs.to_vec());
    let day = |days: i64| Some(Timestamp(at.0 + days * 86_400_000));
    for (query, expected) in [
        (SearchQuery { scope: scope(&[eve]), ..base.clone() }, &[(eve, 1)][..]),
        (SearchQuery { scope: scope(&[eve, ann]), ..base.clone() }, &[(eve, 1), (ann, 2), (ann, 1)]),
        (SearchQuery { scope: scope(&[]), ..base.clone() }, &[]),
        (SearchQuery { kinds: vec![MessageType::new("FILE").unwrap()], ..base.clone() }, &[(ann, 2)]),
        (SearchQuery { kinds: vec![MessageType::text()], ..base.clone() }, &[(ann, 1)]),
        (SearchQuery { since: day(-1), until: day(1), ..base.clone() }, &[(ann, 2), (ann, 1)]),
        (SearchQuery { since: day(1), ..base.clone() }, &[]),
        (SearchQuery { until: Some(at), ..base.clone() }, &[]),
        (
            SearchQuery { until: Some(Timestamp(i64::MAX)), since: Some(Timestamp(i64::MIN)), ..base.clone() },
            &[(ann, 2), (ann, 1)],
        ),
    ] {
        let found: Vec<_> = find(&store, query.clone()).await.iter().map(|found| (found.log, found.seq.0)).collect();
        assert_eq!(found, expected, "{query:?}");
    }
}

pub(crate) async fn pages_go_on_where_they_ended<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let log = create(&store, "ann").await.id;
    let texts = (1..=25).map(|n| saying(log, "ann", &format!("m{n}"), &"好的 ".repeat(n)));
    store.commit(texts.collect()).await.unwrap();
    catch_up(&store, 7).await;
    let (mut before, mut seqs) = (None, Vec::new());
    loop {
        let page = store.search(query("好的"), before, SearchOrder::Newest, 4).await.unwrap();
        seqs.extend(page.iter().map(|found| found.seq.0));
        let Some(last) = page.last() else { break };
        before = Some(last.id);
    }
    assert_eq!(seqs, (1..=25).rev().collect::<Vec<_>>(), "all of one time, none twice");
    let best = store.search(query("好的"), None, SearchOrder::Best, 10).await.unwrap();
    assert_eq!((best.len(), best[0].seq.0), (10, 25), "who says it most comes first");
}

pub(crate) async fn what_is_recalled_is_not_found<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let log = create(&store, "ann").await.id;
    for name in ["m1", "m2"] {
        commit_one(&store, saying(log, "ann", name, "秘密")).await;
    }
    commit_one(&store, recall(log, "ann", "r1", "m1")).await;
    catch_up(&store, 100).await;
    assert_eq!(places(&store, "秘密").await, [(log, 2)], "recalled before it was indexed");
    commit_one(&store, recall(log, "ann", "r2", "m2")).await;
    assert_eq!(places(&store, "秘密").await, [], "recalled afterwards, at once");
    catch_up(&store, 100).await;
    assert_eq!(places(&store, "").await, [], "a recall shows nothing");
}

pub(crate) async fn indexing_goes_on_after_a_restart<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let (ann, bob) = (create(&store, "ann").await.id, create(&store, "bob").await.id);
    let texts = |log, sender: &'static str| (1..=5).map(move |n| saying(log, sender, &format!("m{n}"), "你好"));
    store.commit(texts(ann, "ann").chain(texts(bob, "bob")).collect()).await.unwrap();
    assert_eq!(store.index(3).await.unwrap().entries, 3);
    drop(store);
    let store = backend.open().await;
    store.behind().await;
    assert_eq!(catch_up(&store, 2).await, 7, "what was looked at is not looked at again");
    assert_eq!(places(&store, "你好").await.len(), 10);
    drop(store);
    let store = backend.open().await;
    assert_eq!(catch_up(&store, 2).await, 0);
    commit_one(&store, append(ann, "ann", "m6")).await;
    store.behind().await;
    assert_eq!(catch_up(&store, 2).await, 1);
}

pub(crate) async fn what_is_found_can_be_read<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let (ann, bob) = (create(&store, "ann").await, create(&store, "bob").await);
    commit_one(&store, append(ann.id, "ann", "m1")).await;
    let entries = store.entries_at(vec![(bob.id, Seq(1)), (ann.id, Seq(1)), (ann.id, Seq(2))]).await.unwrap();
    assert_eq!(entries.iter().map(|entry| (entry.log, entry.seq)).collect::<Vec<_>>(), [(ann.id, Seq(1))]);
    let conversations = store.conversations(vec![bob.id, LogId(99), ann.id]).await.unwrap();
    assert_eq!(conversations, [bob, ann.clone()]);
    assert_eq!(store.logs_of(&uid("ann"), 10).await.unwrap(), [ann.id]);
    assert_eq!(store.logs_of(&uid("nobody"), 10).await.unwrap(), []);
}

/// An edit of `target` of `ann`.
fn editing(log: LogId, name: &str, target: &str, text: &str) -> Write {
    let kind = MessageType::new("EDIT").unwrap();
    let payload = serde_json::json!({ "uid": name, "content": text }).to_string();
    let entry = NewEntry { kind, payload: Payload::Json(payload.into()), ..entry(log, "ann", name) };
    let (target, change) = (deskwire_model::MessageUid::new(target).unwrap(), AmendmentChange::Text(text.into()));
    Write::Amend(Box::new(Amendment { entry, target, change }))
}

pub(crate) async fn what_is_edited_is_found_by_its_new_text_alone<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let ann = create(&store, "ann").await.id;
    commit_one(&store, saying(ann, "ann", "m1", "我要退款")).await;
    commit_one(&store, saying(ann, "ann", "m2", " ")).await;
    commit_one(&store, saying(ann, "ann", "m3", "换货")).await;
    // Before the index has looked at it, and behind that.
    commit_one(&store, editing(ann, "e1", "m3", "发票")).await;
    catch_up(&store, 2).await;
    assert_eq!(places(&store, "换货").await, []);
    assert_eq!(places(&store, "发票").await, [(ann, 3)]);
    for (name, target, text) in [("e2", "m1", "不要退了"), ("e3", "m2", "补充"), ("e4", "m3", "发票抬头")] {
        commit_one(&store, editing(ann, name, target, text)).await;
    }
    for _ in 0..2 {
        for (text, expected) in [("退款", &[][..]), ("不要", &[(ann, 1)]), ("补充", &[(ann, 2)]), ("抬头", &[(ann, 3)])]
        {
            assert_eq!(places(&store, text).await, expected, "{text}");
        }
        catch_up(&store, 100).await;
    }
    assert_eq!(places(&store, "发票").await, [(ann, 3)], "once");
    commit_one(&store, recall(ann, "ann", "r1", "m3")).await;
    assert_eq!(places(&store, "发票").await, []);
}
