//! Robots that speak while they think: pieces, one entry, and nothing behind a hand-over.

use deskwire_broker::{Delivered, Dialect, Outbox};
use deskwire_desk::{DeskError, StreamEnd, WordRequest};
use deskwire_model::{Role, ThreadStatus};
use deskwire_store::{TabooAction, TabooScope};
use serde_json::{Map, Value, json};

use crate::{
    office::{NOW, Office, principal, read, uid, visitor},
    robots::{asked, event, office},
};

fn piece(piece: Value) -> Map<String, Value> {
    let Value::Object(piece) = piece else { panic!("pieces are objects: {piece}") };
    piece
}

/// What was heard in `outbox` by now: type, answer or content, and whether it is an entry.
async fn heard(office: &Office, outbox: &Outbox) -> Vec<(String, String, bool)> {
    office.desk.probe().await.unwrap();
    let deliveries = outbox.take_deliveries().0.into_iter();
    deliveries
        .map(|delivery| {
            let Delivered::Said(publication) = delivery.delivered else { panic!("{delivery:?}") };
            let message = read(publication.body(Dialect::MessageJson, office.desk.renderer()).unwrap());
            let text = |name: &str| message[name].as_str().unwrap().to_owned();
            let content = serde_json::from_str::<Value>(&text("content")).unwrap_or_default();
            let said = content["answer"].as_str().map_or_else(|| text("content"), str::to_owned);
            (text("type"), said, message["seq"].is_number())
        })
        .collect()
}

fn told(kind: &str, said: &str, logged: bool) -> (String, String, bool) {
    (kind.to_owned(), said.to_owned(), logged)
}

#[tokio::test]
async fn pieces_are_heard_and_become_one_entry() {
    let (office, robot) = office(&["a"]).await;
    let (conversation, event) = asked(&office).await;
    let outbox = office.listen(&conversation);
    let stream = office.desk.robot_begins(&robot, &event, NOW).await.unwrap().unwrap();
    assert!(!stream.has_said_something());
    stream.says(piece(json!({ "reasonContent": "hm", "question": "q" })), NOW).await.unwrap();
    stream.says(piece(json!({ "answer": "hel" })), NOW).await.unwrap();
    let late = office.desk.read_positions(&visitor("v"), &conversation, NOW).await.unwrap();
    let so_far = read(late.last().unwrap().body(Dialect::MessageJson, office.desk.renderer()).unwrap());
    let content: Value = serde_json::from_str(so_far["content"].as_str().unwrap()).unwrap();
    assert_eq!(content, json!({ "question": "q", "answer": "hel", "reasonContent": "hm" }));
    stream.says(piece(json!({ "answer": "lo", "sources": [] })), NOW).await.unwrap();
    stream.end(StreamEnd::Finished(None), NOW).await.unwrap();
    let expected = [
        told("ROBOT_STREAM_START", "", false),
        told("ROBOT_STREAM", "", false),
        told("ROBOT_STREAM", "hel", false),
        told("ROBOT_STREAM", "lo", false),
        told("ROBOT", "hello", true),
        told("ROBOT_STREAM_END", "", false),
    ];
    assert_eq!(heard(&office, &outbox).await, expected);
    let (types, last) = office.log(&conversation).await;
    assert_eq!(types, ["WELCOME", "TEXT", "ROBOT"]);
    let content: Value = serde_json::from_str(last["content"].as_str().unwrap()).unwrap();
    assert_eq!(content, json!({ "question": "q", "answer": "hello", "reasonContent": "hm", "sources": [] }));
    assert_eq!((&last["uid"], &last["user"]["type"]), (&so_far["uid"], &"ROBOT".into()));
    assert!(office.desk.read_positions(&visitor("v"), &conversation, NOW).await.unwrap().is_empty(), "it is over");
    let again = office.desk.robot_begins(&robot, &event, NOW).await.unwrap();
    assert!(again.is_none(), "what was answered is not answered again");
}

/// Has the desk look for a word in what robots say.
async fn list(office: &Office, content: &str, action: TabooAction) {
    let admin = principal("acme", "admin", Role::Admin);
    office.desk.set_taboo_scope(&admin, TabooScope { agents: false, robots: true }).await.unwrap();
    let (content, category) = (content.to_owned(), String::new());
    let word = WordRequest { uid: uid("word"), content, action, whole: false, category };
    office.desk.create_taboo_word(&admin, word, NOW).await.unwrap();
}

#[tokio::test]
async fn what_is_looked_at_for_words_is_heard_at_its_end() {
    let (office, robot) = office(&["a"]).await;
    list(&office, "damn", TabooAction::Mask).await;
    let (conversation, event) = asked(&office).await;
    let outbox = office.listen(&conversation);
    let stream = office.desk.robot_begins(&robot, &event, NOW).await.unwrap().unwrap();
    for said in ["da", "mn it"] {
        stream.says(piece(json!({ "answer": said })), NOW).await.unwrap();
    }
    assert_eq!(office.desk.read_positions(&visitor("v"), &conversation, NOW).await.unwrap().len(), 1, "it has begun");
    stream.end(StreamEnd::Finished(None), NOW).await.unwrap();
    let expected =
        [told("ROBOT_STREAM_START", "", false), told("ROBOT", "**** it", true), told("ROBOT_STREAM_END", "", false)];
    assert_eq!(heard(&office, &outbox).await, expected);
}

#[tokio::test]
async fn a_stream_of_what_may_not_be_said_is_called_off() {
    let (office, robot) = office(&["a"]).await;
    list(&office, "poison", TabooAction::Block).await;
    let (conversation, event) = asked(&office).await;
    let outbox = office.listen(&conversation);
    let stream = office.desk.robot_begins(&robot, &event, NOW).await.unwrap().unwrap();
    stream.says(piece(json!({ "answer": "poison" })), NOW).await.unwrap();
    stream.end(StreamEnd::Finished(None), NOW).await.unwrap();
    let kinds: Vec<String> = heard(&office, &outbox).await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds.last().map(String::as_str), Some("ROBOT_STREAM_CANCEL"), "{kinds:?}");
    assert!(!kinds.contains(&"ROBOT".to_owned()), "{kinds:?}");
    assert_ne!(office.of("v").await.status, ThreadStatus::Roboting, "people go on");
}

#[tokio::test]
async fn a_robot_that_breaks_off_leaves_what_it_has_said() {
    let (office, robot) = office(&["a"]).await;
    let (conversation, event) = asked(&office).await;
    let outbox = office.listen(&conversation);
    let stream = office.desk.robot_begins(&robot, &event, NOW).await.unwrap().unwrap();
    stream.says(piece(json!({ "answer": "hel" })), NOW).await.unwrap();
    let too_much = stream.says(piece(json!({ "answer": "x".repeat(256 * 1024) })), NOW).await;
    assert!(matches!(too_much, Err(DeskError::Unclear(_))), "{too_much:?}");
    stream.end(StreamEnd::Broken, NOW).await.unwrap();
    let types: Vec<String> = heard(&office, &outbox).await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(types, ["ROBOT_STREAM_START", "ROBOT_STREAM", "ROBOT", "ROBOT_STREAM_ERROR"]);
    let (_, last) = office.log(&conversation).await;
    let content: Value = serde_json::from_str(last["content"].as_str().unwrap()).unwrap();
    assert_eq!((&content["answer"], &content["interrupted"]), (&"hel".into(), &true.into()));
}

#[tokio::test]
async fn a_hand_over_cuts_a_stream() {
    let (office, robot) = office(&["a"]).await;
    office.arrive("a").await;
    let (conversation, asked) = asked(&office).await;
    let stream = office.desk.robot_begins(&robot, &asked, NOW).await.unwrap().unwrap();
    stream.says(piece(json!({ "answer": "hel" })), NOW).await.unwrap();
    office.desk.robot_hands_over_for(&asked, "a person is asked for", NOW).await.unwrap();
    assert_eq!(event(&office).await, None);
    let outbox = office.listen(&conversation);
    let late = stream.says(piece(json!({ "answer": "lo" })), NOW).await;
    assert!(matches!(late, Err(DeskError::NotNow(_))), "{late:?}");
    let ended = stream.end(StreamEnd::Finished(None), NOW).await;
    assert!(matches!(ended, Err(DeskError::NotNow(_))), "{ended:?}");
    let cancelled = told("ROBOT_STREAM_CANCEL", "", false);
    assert_eq!(heard(&office, &outbox).await, [cancelled.clone(), cancelled]);
    assert_eq!(office.log(&conversation).await.0, ["WELCOME", "TEXT", "SYSTEM", "WELCOME"]);
    let begun = office.desk.robot_begins(&robot, &asked, NOW).await;
    assert!(matches!(begun, Err(DeskError::NotNow(_))), "{begun:?}");
}

#[tokio::test]
async fn a_stream_hands_over_with_its_last_words() {
    let (office, robot) = office(&["a"]).await;
    office.arrive("a").await;
    let (conversation, event) = asked(&office).await;
    let stream = office.desk.robot_begins(&robot, &event, NOW).await.unwrap().unwrap();
    stream.says(piece(json!({ "answer": "one moment" })), NOW).await.unwrap();
    stream.end(StreamEnd::Finished(Some("too hard".to_owned())), NOW).await.unwrap();
    assert_eq!(office.log(&conversation).await.0, ["WELCOME", "TEXT", "ROBOT", "SYSTEM", "WELCOME"]);
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_forgotten() {
    let (office, robot) = office(&["a"]).await;
    let (conversation, event) = asked(&office).await;
    let stream = office.desk.robot_begins(&robot, &event, NOW).await.unwrap().unwrap();
    stream.says(piece(json!({ "answer": "hel" })), NOW).await.unwrap();
    drop(stream);
    assert!(office.desk.read_positions(&visitor("v"), &conversation, NOW).await.unwrap().is_empty());
    let anew = office.desk.robot_begins(&robot, &event, NOW).await.unwrap().unwrap();
    anew.says(piece(json!({ "answer": "hello" })), NOW).await.unwrap();
    anew.end(StreamEnd::Finished(None), NOW).await.unwrap();
    assert_eq!(office.log(&conversation).await.0, ["WELCOME", "TEXT", "ROBOT"]);
}
