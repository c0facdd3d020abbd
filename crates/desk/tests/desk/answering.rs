//! What the desk answers by itself: automatic replies and questions with answers, once and bounded.

use std::sync::Arc;

use deskwire_desk::DeskError;
use deskwire_model::{Conversation, MessageType, Role, ThreadType};
use deskwire_store::NewFaq;
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, default_device, draft, later, principal, read, uid, visitor};

async fn office(settings: Value, is_online: bool) -> (Office, Arc<Conversation>) {
    let office = Office::new(&["ann"], 5).await;
    office.set(settings).await;
    if is_online {
        // The connection is only needed for the assignment.
        let _connection = office.connect("ann");
        office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    } else {
        office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    }
    let conversation = office.of("v").await;
    (office, conversation)
}

/// `v` says something some seconds from now; the types of the log then.
async fn say(office: &Office, name: &str, content: &str, seconds: i64) -> Vec<String> {
    let (v, conversation) = (visitor("v"), office.of("v").await);
    office.desk.send(default_device(&v), &conversation, draft(name, "TEXT", content), later(seconds)).await.unwrap();
    office.log(&conversation).await.0
}

#[tokio::test]
async fn a_fixed_reply_stands_behind_the_message_once_in_a_while() {
    for is_online in [true, false] {
        let settings = json!({ "autoReply": { "enabled": true, "content": "soon", "pauseS": 60 } });
        let (office, conversation) = office(settings, is_online).await;
        let opening = if is_online { "WELCOME" } else { "LEAVE_MSG" };
        for _ in 0..2 {
            assert_eq!(say(&office, "m1", "hello", 0).await, [opening, "TEXT", "TEXT"], "a repeat is one message");
        }
        let (_, last) = office.log(&conversation).await;
        assert_eq!(
            (&last["content"], &last["user"]["uid"], &last["user"]["type"]),
            (&json!("soon"), &json!("sales"), &json!("SYSTEM"))
        );
        assert_eq!(read(last["extra"].as_str().unwrap().as_bytes())["autoReply"], "FIXED");
        assert_eq!(say(&office, "m2", "hello?", 59).await.len(), 4, "it is silent for a while");
        assert_eq!(say(&office, "m3", "hello!", 61).await.len(), 6);
        let episode = office.store.episodes(conversation.id, 1).await.unwrap().remove(0);
        assert_eq!(episode.responded_at, None, "no agent has answered");
    }
}

#[tokio::test]
async fn an_agents_own_reply_goes_first_and_the_desk_answers_visitors_alone() {
    let (office, conversation) = office(json!({ "autoReply": { "enabled": true, "content": "group" } }), true).await;
    let rules = json!([{ "keywords": ["price"], "content": "10" }]);
    let own = json!({ "enabled": true, "type": "KEYWORD", "rules": rules });
    let Value::Object(own) = own else { panic!() };
    office.desk.change_auto_reply(&agent("ann"), own).await.unwrap();
    say(&office, "m1", "The PRICE?", 0).await;
    assert_eq!(office.log(&conversation).await.1["content"], "10");
    say(&office, "m2", "hello", 0).await;
    assert_eq!(office.log(&conversation).await.1["content"], "group");
    let before = office.head(&conversation).await;
    office.text(&agent("ann"), &conversation, "m3").await;
    assert_eq!(office.head(&conversation).await, before + 1);
    // The ends of the pauses are no news.
    assert!(office.desk.fire_due(later(3600)).await.unwrap() > 0);
    let unreadable = json!({ "type": "LLM" });
    let Value::Object(unreadable) = unreadable else { panic!() };
    assert!(matches!(office.desk.change_auto_reply(&agent("ann"), unreadable).await, Err(DeskError::Settings(_))));
    assert!(matches!(
        office.desk.change_auto_reply(&visitor("v"), Default::default()).await,
        Err(DeskError::NotAllowed)
    ));
}

#[tokio::test]
async fn two_messages_at_once_get_one_reply() {
    let (office, conversation) = office(json!({ "autoReply": { "enabled": true, "content": "soon" } }), true).await;
    let v = visitor("v");
    let send = async |name: &str| {
        office.desk.send(default_device(&v), &conversation, draft(name, "TEXT", "x"), NOW).await.unwrap();
    };
    tokio::join!(send("m1"), send("m2"), send("m3"));
    let (kinds, _) = office.log(&conversation).await;
    assert_eq!(kinds.len(), 1 + 3 + 1, "{kinds:?}");
}

fn faq(question: &str, answer: &str) -> NewFaq {
    let (category, kind) = (String::new(), MessageType::text());
    NewFaq { category, question: question.to_owned(), answer: answer.to_owned(), kind, in_welcome: true }
}

#[tokio::test]
async fn a_question_is_offered_answered_and_judged_once() {
    let boss = principal("acme", "boss", Role::Supervisor);
    let office = Office::new(&["ann"], 5).await;
    let _ann = office.connect("ann");
    let created = office.desk.create_faq(&boss, (uid("f1"), uid("sales")), faq("How?", "So."), NOW).await;
    created.unwrap();
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    let conversation = office.of("v").await;
    let (_, welcome) = office.log(&conversation).await;
    assert_eq!(read(welcome["content"].as_str().unwrap().as_bytes())["faqs"][0]["uid"], "f1");
    let v = visitor("v");
    let send = async |name: &str, kind: &str, content: &str| {
        office.desk.send(default_device(&v), &conversation, draft(name, kind, content), NOW).await
    };
    for _ in 0..2 {
        send("q1", "FAQ_QUESTION", r#"{"uid":"f1","question":"How?"}"#).await.unwrap();
    }
    let (kinds, answer) = office.log(&conversation).await;
    assert_eq!(kinds, ["WELCOME", "FAQ_QUESTION", "FAQ_ANSWER"]);
    let content = read(answer["content"].as_str().unwrap().as_bytes());
    assert_eq!((&content["answer"], &content["questionUid"]), (&json!("So."), &json!("f1")));
    send("q2", "FAQ_QUESTION", "How?").await.unwrap();
    send("q3", "FAQ_QUESTION", "What?").await.unwrap();
    assert_eq!(office.log(&conversation).await.0[3..], ["FAQ_QUESTION", "FAQ_ANSWER", "FAQ_QUESTION"]);
    let named = answer["uid"].as_str().unwrap();
    for (name, kind) in [("j1", "ROBOT_UP"), ("j1", "ROBOT_UP"), ("j2", "ROBOT_DOWN")] {
        send(name, kind, named).await.unwrap();
    }
    for content in ["q1", "nothing", ""] {
        let refused = send("j3", "ROBOT_UP", content).await;
        assert!(matches!(refused, Err(DeskError::Unclear(_))), "{content}: {refused:?}");
    }
    let kept = office.store.faq(&uid("f1")).await.unwrap().unwrap();
    assert_eq!((kept.asked, kept.up, kept.down), (2, 1, 0));
    let forged = send("x", "FAQ_ANSWER", "{}").await;
    assert!(matches!(forged, Err(DeskError::ServersOwn(_))), "{forged:?}");
}

#[tokio::test]
async fn questions_have_their_editors() {
    let office = Office::new(&["ann"], 5).await;
    for (by, owner, accepted) in [
        (principal("acme", "boss", Role::Supervisor), "sales", true),
        (agent("ann"), "sales", false),
        (agent("ann"), "ann", true),
        (principal("other", "boss", Role::Admin), "sales", false),
        (visitor("v"), "sales", false),
    ] {
        let created = office.desk.create_faq(&by, (uid(&format!("{owner}-f")), uid(owner)), faq("q", "a"), NOW).await;
        assert_eq!(created.is_ok(), accepted, "{by:?} {owner}: {created:?}");
    }
    let spy = principal("other", "boss", Role::Admin);
    assert!(office.desk.change_faq(&spy, &uid("sales-f"), |faq| faq.answer = "b".to_owned(), NOW).await.is_err());
    assert!(office.desk.drop_faq(&spy, &uid("sales-f")).await.is_err());
    office.desk.drop_faq(&agent("ann"), &uid("ann-f")).await.unwrap();
    assert_eq!(office.store.faq(&uid("ann-f")).await.unwrap(), None);
}
