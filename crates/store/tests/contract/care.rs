//! What the desk knows of visitors and conversations, and has ready to say.

use deskwire_model::{LogId, MessageType, Profile, Seq, Timestamp, Uid};
use deskwire_store::{
    Fact, FaqEntry, FaqFilter, LabelChange, Labels, Marks, NewFaq, NewQuickReply, QuickReply, QuickReplyFilter,
    ReplyLevel, Saying, Store, StoreError, Visitor, VisitorCorrection, VisitorTold, Write, Written,
};

use crate::{
    Backend,
    fixtures::{commit_one, create, entry, introduce, uid},
};

fn ada() -> Visitor {
    let profile = Profile { nickname: "Ada".to_owned(), avatar: String::new() };
    Visitor { uid: uid("v"), org: uid("acme"), profile, channel: "WEB".to_owned() }
}

fn correction(note: &str) -> VisitorCorrection {
    VisitorCorrection {
        visitor: uid("v"),
        nickname: None,
        mobile: Some("123".to_owned()),
        email: None,
        note: Some(note.to_owned()),
        tags: Some(vec!["vip".to_owned()]),
    }
}

/// A message of the desk that comes with `fact`.
async fn say(store: &Store, log: LogId, name: &str, fact: Fact) -> Written {
    let saying = Saying { entry: entry(log, "ann", name), status: None, timers: Vec::new(), facts: vec![fact] };
    commit_one(store, Write::Say(Box::new(saying))).await
}

async fn office(backend: &impl Backend) -> Store {
    let store = backend.open().await;
    store.create_organisation(&uid("acme"), "Acme").await.unwrap();
    introduce(&store, &ada()).await.unwrap();
    store
}

pub(crate) async fn what_is_known_of_a_visitor_is_corrected_once(backend: &impl Backend) {
    let store = office(backend).await;
    let log = create(&store, "v").await.id;
    let told = VisitorTold { url: "/a".to_owned(), mobile: "1".to_owned(), ..VisitorTold::default() };
    store.introduce_visitor(&ada(), told, Timestamp(7)).await.unwrap();
    for note in ["first", "second"] {
        say(&store, log, "same", Fact::VisitorCorrected(Box::new(correction(note)))).await;
    }
    let info = store.visitor_info(&uid("v")).await.unwrap().unwrap();
    assert_eq!((info.note.as_str(), info.mobile.as_str(), info.tags.len()), ("first", "123", 1));
    assert_eq!((info.told.url.as_str(), info.seen), ("/a", Some((Timestamp(1), Timestamp(7)))));
    // The client tells the same number again: the correction stands.
    let told = VisitorTold { mobile: "1".to_owned(), ..VisitorTold::default() };
    store.introduce_visitor(&ada(), told, Timestamp(8)).await.unwrap();
    assert_eq!(store.visitor_info(&uid("v")).await.unwrap().unwrap().mobile, "123");
    store.correct_visitor(&correction("third"), Timestamp(9)).await.unwrap();
    assert_eq!(store.visitor_info(&uid("v")).await.unwrap().unwrap().note, "third");
    assert_eq!(store.visitor_info(&uid("w")).await.unwrap(), None);
}

pub(crate) async fn the_languages_of_visitors_are_those_that_were_told_last(backend: &impl Backend) {
    let store = office(backend).await;
    let silent = Visitor { uid: uid("silent"), ..ada() };
    introduce(&store, &silent).await.unwrap();
    let [ada_log, silent_log] = [create(&store, "v").await.id, create(&store, "silent").await.id];
    let unknown = create(&store, "nobody").await.id;
    for (said, expected) in [("en", "en"), ("", "en"), ("zh-CN", "zh-CN")] {
        let told = VisitorTold { lang: said.to_owned(), ..VisitorTold::default() };
        store.introduce_visitor(&ada(), told, Timestamp(7)).await.unwrap();
        let logs = vec![silent_log, ada_log, unknown, LogId(0)];
        assert_eq!(store.visitor_languages(logs).await.unwrap(), ["", expected, "", ""], "told {said:?}");
    }
}

pub(crate) async fn a_renamed_visitor_has_other_conversations(backend: &impl Backend) {
    let store = office(backend).await;
    let before = create(&store, "v").await;
    let named = VisitorCorrection { nickname: Some("Eve".to_owned()), ..correction("") };
    for _ in 0..2 {
        store.correct_visitor(&named, Timestamp(9)).await.unwrap();
        let after = store.conversation(before.id).await.unwrap().unwrap();
        assert_eq!((after.visitor_profile.nickname.as_str(), after.fence), ("Eve", before.fence + 1));
    }
}

pub(crate) async fn labels_are_written_once_and_found_by_tag(backend: &impl Backend) {
    let store = office(backend).await;
    let (one, two) = (create(&store, "v").await.id, create(&store, "w").await.id);
    assert_eq!(store.labels(one).await.unwrap(), Labels::default());
    let label = |note: Option<&str>, tags: Option<&[&str]>| {
        Fact::Labelled(Box::new(LabelChange {
            of: one,
            note: note.map(str::to_owned),
            tags: tags.map(|tags| tags.iter().map(|tag| (*tag).to_owned()).collect()),
        }))
    };
    // What is written may be told in another log.
    say(&store, two, "a", label(Some("note"), Some(&["x", "y\""]))).await;
    say(&store, two, "b", label(None, Some(&["x"]))).await;
    say(&store, two, "b", label(Some("lost"), None)).await;
    assert_eq!(store.labels(one).await.unwrap(), Labels { note: "note".to_owned(), tags: vec!["x".to_owned()] });
    store.correct_visitor(&correction(""), Timestamp(9)).await.unwrap();
    for (tag, expected) in [("x", vec![one]), ("vip", vec![one]), ("y\"", vec![]), ("", vec![])] {
        assert_eq!(store.tagged(vec![two, one], tag).await.unwrap(), expected, "{tag}");
    }
}

pub(crate) async fn marks_are_of_one_user(backend: &impl Backend) {
    let store = backend.open().await;
    let log = LogId(3);
    let marks = Marks { top: true, star: 2, hidden_at: Some(Seq(4)), ..Marks::default() };
    store.set_marks(log, &uid("ann"), marks).await.unwrap();
    assert_eq!(store.marks(log, &uid("ann")).await.unwrap(), marks);
    assert_eq!(store.marks(log, &uid("ben")).await.unwrap(), Marks::default());
    assert_eq!(store.marks_of(&uid("ann")).await.unwrap(), [(log, marks)]);
    store.set_marks(log, &uid("ann"), Marks::default()).await.unwrap();
    assert_eq!(store.marks_of(&uid("ann")).await.unwrap(), []);
}

pub(crate) fn reply(name: &str, owner: &str, level: ReplyLevel, texts: [&str; 3]) -> QuickReply {
    let [category, shortcut, content] = texts.map(str::to_owned);
    QuickReply {
        uid: uid(name),
        org: uid("acme"),
        owner: uid(owner),
        level,
        reply: NewQuickReply { category, shortcut, title: format!("T {name}"), content, kind: MessageType::text() },
        created_at: Timestamp(1),
        updated_at: Timestamp(2),
    }
}

pub(crate) async fn canned_replies_are_found_by_owner_and_text(backend: &impl Backend) {
    let store = backend.open().await;
    for kept in [
        reply("1", "acme", ReplyLevel::Organisation, ["", "hello", "good day"]),
        reply("2", "ann", ReplyLevel::Agent, ["f", "bye", "100% sure_thing"]),
        reply("3", "ben", ReplyLevel::Agent, ["", "hello", "x"]),
    ] {
        store.keep_quick_reply(&kept, 1).await.unwrap();
        assert_eq!(store.quick_reply(&kept.uid).await.unwrap(), Some(kept));
    }
    let find = async |filter: QuickReplyFilter| {
        let (found, total) = store.quick_replies(&filter, 0, 9).await.unwrap();
        assert_eq!(found.len() as u64, total, "{filter:?}");
        found.into_iter().map(|reply| reply.uid.to_string()).collect::<Vec<_>>().concat()
    };
    let own = QuickReplyFilter {
        org: uid("acme"),
        owners: vec![uid("acme"), uid("ann")],
        level: None,
        category: None,
        sought: None,
    };
    let sought = |text: &str| QuickReplyFilter { sought: Some(text.to_owned()), ..own.clone() };
    for (filter, expected) in [
        (own.clone(), "12"),
        (QuickReplyFilter { org: uid("other"), ..own.clone() }, ""),
        (QuickReplyFilter { level: Some(ReplyLevel::Agent), ..own.clone() }, "2"),
        (QuickReplyFilter { category: Some("f".to_owned()), ..own.clone() }, "2"),
        (sought("HEL"), "1"),
        (sought("llo"), ""),
        (sought("day"), "1"),
        (sought("t 2"), "2"),
        (sought("0%"), "2"),
        (sought("%"), "2"),
        (sought("e_t"), "2"),
        (sought("\\"), ""),
    ] {
        assert_eq!(find(filter.clone()).await, expected, "{filter:?}");
    }
    let changed = reply("2", "ann", ReplyLevel::Agent, ["", "b", "c"]);
    store.keep_quick_reply(&changed, 1).await.unwrap();
    assert_eq!(store.quick_reply(&uid("2")).await.unwrap(), Some(changed));
    let another = reply("4", "ann", ReplyLevel::Agent, ["", "", "c"]);
    assert!(matches!(store.keep_quick_reply(&another, 1).await, Err(StoreError::Full)));
    let stolen = reply("2", "eve", ReplyLevel::Agent, ["", "", "c"]);
    assert!(matches!(store.keep_quick_reply(&stolen, 9).await, Err(StoreError::Exists)));
    store.drop_quick_reply(&uid("2")).await.unwrap();
    assert_eq!(store.quick_reply(&uid("2")).await.unwrap(), None);
}

fn faq(name: &str, owner: &str, question: &str, in_welcome: bool) -> FaqEntry {
    let (category, kind) = (String::new(), MessageType::text());
    let faq = NewFaq { category, question: question.to_owned(), answer: "yes".to_owned(), kind, in_welcome };
    let (org, at) = (uid("acme"), Timestamp(1));
    let (asked, up, down) = (0, 0, 0);
    FaqEntry { uid: uid(name), org, owner: uid(owner), faq, asked, up, down, created_at: at, updated_at: at }
}

pub(crate) async fn questions_count_who_asks_and_who_is_helped(backend: &impl Backend) {
    let store = office(backend).await;
    let log = create(&store, "v").await.id;
    for kept in [faq("a", "sales", "How?", true), faq("b", "sales", "Why?", false), faq("c", "care", "How?", true)] {
        store.keep_faq(&kept, 2).await.unwrap();
    }
    assert!(matches!(store.keep_faq(&faq("d", "sales", "?", true), 2).await, Err(StoreError::Full)));
    let filter = |in_welcome, sought: Option<&str>| FaqFilter {
        owner: uid("sales"),
        in_welcome,
        sought: sought.map(str::to_owned),
    };
    for (filter, expected) in [
        (filter(false, None), 2),
        (filter(true, None), 1),
        (filter(false, Some("why")), 1),
        (filter(true, Some("w?")), 1),
    ] {
        let (found, total) = store.faqs(&filter, 0, 9).await.unwrap();
        assert_eq!((found.len(), total), (expected, expected as u64), "{filter:?}");
    }
    let judged = |answer, helpful| Fact::Judged { answer: Seq(answer), faq: Some(Uid::new("a").unwrap()), helpful };
    for (name, fact) in [
        ("1", Fact::Asked { faq: uid("a") }),
        ("1", Fact::Asked { faq: uid("a") }),
        ("2", judged(1, true)),
        ("3", judged(1, false)),
        ("4", judged(2, false)),
        ("5", Fact::Judged { answer: Seq(3), faq: None, helpful: true }),
    ] {
        say(&store, log, name, fact).await;
    }
    // A change keeps what was counted.
    store.keep_faq(&faq("a", "sales", "How much?", true), 2).await.unwrap();
    let kept = store.faq(&uid("a")).await.unwrap().unwrap();
    assert_eq!((kept.asked, kept.up, kept.down, kept.faq.question.as_str()), (1, 1, 1, "How much?"));
    store.drop_faq(&uid("a")).await.unwrap();
    assert_eq!(store.faq(&uid("a")).await.unwrap(), None);
}
