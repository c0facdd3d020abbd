//! What becomes of messages after they were said: the row and the entries that tell it agree, in any order.

use std::collections::BTreeMap;

use deskwire_model::{LogId, MessageType, Payload, Seq, content::Reaction, dialect};
use deskwire_store::{Amendment, AmendmentChange, NewEntry, Refusal, Store, Write, Written};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use crate::{
    Backend,
    fixtures::{commit_one, create, entry, message_uid, recall, refused, seq, uid},
};

/// A message of `sender` as the desk stamps it.
fn message(log: LogId, sender: &str, name: &str, kind: &str, content: &str, extra: &Value) -> NewEntry {
    let kind = MessageType::new(kind).unwrap();
    let payload = json!({
        "uid": name, "type": kind.as_str(), "content": content, "user": { "uid": sender }, "extra": extra.to_string(),
    });
    NewEntry { payload: Payload::Json(payload.to_string().into()), kind, ..entry(log, sender, name) }
}

fn say(log: LogId, sender: &str, name: &str, kind: &str, content: &str) -> Write {
    Write::Append(message(log, sender, name, kind, content, &json!({ "orgUid": "acme" })))
}

fn edit(log: LogId, sender: &str, name: &str, target: &str, text: &str) -> Write {
    let entry = message(log, sender, name, "EDIT", text, &json!({ "editedUid": target }));
    let change = AmendmentChange::Text(text.into());
    Write::Amend(Box::new(Amendment { entry, target: message_uid(target), change }))
}

fn react(log: LogId, sender: &str, name: &str, target: &str, (sign, remove): (&str, bool)) -> Write {
    let reaction = Reaction { target: message_uid(target), sign: sign.to_owned(), remove };
    let extra = json!({ "reaction": reaction.document() });
    let entry = message(log, sender, name, "REACTION", &reaction.shown(), &extra);
    let change = if remove { AmendmentChange::Unreact(sign.into()) } else { AmendmentChange::React(sign.into()) };
    Write::Amend(Box::new(Amendment { entry, target: message_uid(target), change }))
}

/// What the entry called `name` shows: its content, its `extra`, and whether it was recalled.
async fn row(store: &Store, log: LogId, name: &str) -> (String, Value, bool) {
    let entry = store.entry_by_uid(log, &message_uid(name)).await.unwrap().unwrap();
    let payload: Value = serde_json::from_slice(entry.payload.bytes()).unwrap();
    let extra = serde_json::from_str(payload["extra"].as_str().unwrap()).unwrap();
    (dialect::content_of(&entry.payload).unwrap(), extra, entry.recalled)
}

pub(crate) async fn an_edit_changes_what_its_message_shows<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let log = create(&store, "ann").await.id;
    let quotation = r#"{"content":"yes","quotedContent":"q"}"#;
    for write in [
        say(log, "ann", "m1", "TEXT", "old"),
        say(log, "ann", "q1", "QUOTATION", quotation),
        say(log, "ann", "i1", "IMAGE", r#"{"url":"u"}"#),
        say(log, "ann", "gone", "TEXT", "gone"),
        recall(log, "ann", "r1", "gone"),
    ] {
        commit_one(&store, write).await;
    }
    assert_eq!(seq(&commit_one(&store, edit(log, "ann", "e1", "m1", "new")).await), 6);
    let (content, extra, recalled) = row(&store, log, "m1").await;
    assert_eq!((content.as_str(), recalled), ("new", false));
    assert_eq!((&extra["edited"]["seq"], &extra["orgUid"]), (&json!(6), &json!("acme")));
    commit_one(&store, edit(log, "ann", "e2", "q1", "no")).await;
    let (content, ..) = row(&store, log, "q1").await;
    assert_eq!(serde_json::from_str::<Value>(&content).unwrap(), json!({ "content": "no", "quotedContent": "q" }));

    let head = store.head(log).await.unwrap();
    for (name, sender, target, refusal) in [
        ("e3", "bob", "m1", Refusal::NotTheSender),
        ("e4", "ann", "unheard of", Refusal::UnknownMessage),
        ("e5", "ann", "i1", Refusal::NotAmendable),
        ("e6", "ann", "gone", Refusal::Recalled),
        ("e7", "ann", "e1", Refusal::NotAmendable),
        ("e8", "ann", "r1", Refusal::NotAmendable),
    ] {
        assert_eq!(commit_one(&store, edit(log, sender, name, target, "x")).await, refused(refusal), "{target}");
    }
    let again = commit_one(&store, edit(log, "ann", "e1", "q1", "whatever")).await;
    assert!(matches!(again, Written::Duplicate { seq: Seq(6), .. }), "{again:?}");
    assert_eq!(commit_one(&store, recall(log, "ann", "r2", "e1")).await, refused(Refusal::NotAmendable));
    assert_eq!(store.head(log).await.unwrap(), head, "what is refused changes nothing");
    let unknown = edit(LogId(999), "ann", "e9", "m1", "x");
    assert_eq!(commit_one(&store, unknown).await, refused(Refusal::UnknownLog));

    commit_one(&store, recall(log, "ann", "r3", "m1")).await;
    for name in ["m1", "e1"] {
        assert!(row(&store, log, name).await.2, "{name} says nothing any more");
    }
    assert!(!row(&store, log, "e2").await.2);
}

pub(crate) async fn signs_are_given_once_and_taken_back<B: Backend>(backend: &B) {
    let store = backend.open().await;
    let log = create(&store, "ann").await.id;
    for write in [say(log, "ann", "m1", "TEXT", "hi"), say(log, "bob", "c1", "ORDER_CARD", "{}")] {
        commit_one(&store, write).await;
    }
    let one = |emoji: &str, users: &[&str]| json!({ "emoji": emoji, "count": users.len(), "users": users });
    for (name, sender, sign, remove, expected) in [
        ("1", "bob", "👍", false, json!([one("👍", &["bob"])])),
        ("2", "bob", "👍", false, json!([one("👍", &["bob"])])),
        ("3", "ann", "👍", false, json!([one("👍", &["bob", "ann"])])),
        ("4", "bob", "!", false, json!([one("!", &["bob"]), one("👍", &["bob", "ann"])])),
        ("5", "bob", "👍", true, json!([one("!", &["bob"]), one("👍", &["ann"])])),
        ("6", "bob", "👍", true, json!([one("!", &["bob"]), one("👍", &["ann"])])),
        ("7", "ann", "👍", true, json!([one("!", &["bob"])])),
        ("8", "bob", "!", true, json!([])),
    ] {
        let written = commit_one(&store, react(log, sender, name, "m1", (sign, remove))).await;
        assert!(matches!(written, Written::Appended { .. }), "{name}: {written:?}");
        assert_eq!(row(&store, log, "m1").await.1["reactions"], expected, "{name}");
    }
    for number in 0..20 {
        commit_one(&store, react(log, "bob", &format!("n{number}"), "m1", (&number.to_string(), false))).await;
    }
    for (name, sender, target, sign, expected) in [
        ("x1", "ann", "m1", "one more", refused(Refusal::TooManyReactions)),
        ("x2", "ann", "1", "👍", refused(Refusal::NotAmendable)),
        ("x3", "ann", "c1", "👍", refused(Refusal::NotAmendable)),
        ("x4", "ann", "unheard of", "👍", refused(Refusal::UnknownMessage)),
    ] {
        assert_eq!(commit_one(&store, react(log, sender, name, target, (sign, false))).await, expected, "{name}");
    }
    let same = commit_one(&store, react(log, "ann", "x5", "m1", ("19", false))).await;
    assert!(matches!(same, Written::Appended { .. }), "one that is there has room: {same:?}");
    commit_one(&store, recall(log, "ann", "r", "m1")).await;
    let late = commit_one(&store, react(log, "bob", "x6", "m1", ("19", true))).await;
    assert_eq!(late, refused(Refusal::Recalled));
    assert_eq!(store.unread(log, &uid("ann")).await.unwrap(), 1, "signs are nothing to read, the card is");
}

/// A message as whoever has followed the log sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct View {
    text: String,
    signs: BTreeMap<String, Vec<String>>,
    recalled: bool,
}

impl View {
    fn of((text, extra, recalled): (String, Value, bool)) -> Self {
        let signs = extra["reactions"].as_array().into_iter().flatten().map(|sign| {
            let mut users: Vec<String> =
                sign["users"].as_array().unwrap().iter().map(|user| user.as_str().unwrap().to_owned()).collect();
            assert_eq!(sign["count"], users.len());
            users.sort();
            (sign["emoji"].as_str().unwrap().to_owned(), users)
        });
        // What was recalled is rendered without text and signs.
        if recalled { Self { recalled, ..Self::default() } } else { Self { text, signs: signs.collect(), recalled } }
    }
}

/// What a client does with an entry that it hears or reads.
fn follow(views: &mut BTreeMap<String, View>, payload: &Value) {
    let content = payload["content"].as_str().unwrap();
    let extra: Value = serde_json::from_str(payload["extra"].as_str().unwrap()).unwrap();
    match payload["type"].as_str().unwrap() {
        "EDIT" => {
            let view = views.entry(extra["editedUid"].as_str().unwrap().to_owned()).or_default();
            if !view.recalled {
                content.clone_into(&mut view.text);
            }
        }
        "RECALL" => *views.entry(content.to_owned()).or_default() = View { recalled: true, ..View::default() },
        "REACTION" => {
            let reaction = Reaction::read(&extra["reaction"]).unwrap();
            let view = views.entry(reaction.target.as_str().to_owned()).or_default();
            if view.recalled {
                return;
            }
            let user = payload["user"]["uid"].as_str().unwrap();
            let users = view.signs.entry(reaction.sign.clone()).or_default();
            users.retain(|given| given != user);
            if !reaction.remove {
                users.push(user.to_owned());
                users.sort();
            }
            view.signs.retain(|_, users| !users.is_empty());
        }
        _ => {
            let view = View { text: content.to_owned(), ..View::default() };
            views.insert(payload["uid"].as_str().unwrap().to_owned(), view);
        }
    }
}

const USERS: [&str; 2] = ["ann", "bob"];

/// What somebody does to one of the messages: an edit, a sign given or taken back, a recall; perhaps under a name that was
/// used before.
fn op() -> impl Strategy<Value = (u8, usize, usize, u8)> {
    (0_u8..8, 0..USERS.len(), 0..3_usize, 0_u8..30)
}

async fn agree_on<B: Backend>(backend: &B, ops: &[(u8, usize, usize, u8)]) {
    let store = backend.open().await;
    let log = create(&store, "ann").await.id;
    let targets = ["m0", "m1", "m2"];
    for (number, target) in targets.into_iter().enumerate() {
        commit_one(&store, say(log, USERS[number % 2], target, "TEXT", "first")).await;
    }
    for (kind, user, target, name) in ops {
        let (sender, target) = (USERS[*user], targets[*target]);
        let name = format!("op{name}");
        let write = match kind {
            0..3 => edit(log, sender, &name, target, &format!("text {kind} of {name}")),
            3 | 4 => react(log, sender, &name, target, ("👍", false)),
            5 => react(log, sender, &name, target, ("!", false)),
            6 => react(log, sender, &name, target, ("👍", true)),
            _ => {
                let recall = message(log, sender, &name, "RECALL", target, &json!({}));
                Write::Append(NewEntry { hides: Some(message_uid(target)), ..recall })
            }
        };
        commit_one(&store, write).await;
    }
    let mut rows = BTreeMap::new();
    for target in targets {
        rows.insert(target.to_owned(), View::of(row(&store, log, target).await));
    }
    let entries = store.entries_after(log, Seq::ZERO, 1000).await.unwrap();
    // What was hidden with its message is rendered without words; who has heard it live has seen it recalled too.
    let told: Vec<Value> = entries
        .iter()
        .filter(|entry| !entry.recalled || targets.contains(&entry.uid.as_str()))
        .map(|entry| serde_json::from_slice(entry.payload.bytes()).unwrap())
        .collect();
    for from in 0..=told.len() {
        // Whoever read the messages now and hears again what was said from here on sees the same.
        let mut views = rows.clone();
        told[from..]
            .iter()
            .filter(|told| !targets.contains(&told["uid"].as_str().unwrap()))
            .for_each(|told| follow(&mut views, told));
        assert_eq!(views, rows, "from {from} of {told:?}");
    }
    let mut views = BTreeMap::new();
    told.iter().for_each(|told| follow(&mut views, told));
    assert_eq!(views, rows, "from the beginning");
}

pub(crate) fn agree<B: Backend>() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(op(), 0..40), |ops| {
        runtime.block_on(agree_on(&B::new(), &ops));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
