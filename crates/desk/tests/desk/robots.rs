//! Robots: they answer first, lose a conversation once, and say nothing behind that.

use std::sync::Arc;

use deskwire_desk::{DeskError, RobotAnswer, RobotWords, ThreadRequest};
use deskwire_model::{Conversation, Role, ThreadStatus, ThreadType, Timestamp};
use deskwire_store::{HookEvent, NewWebhook, Webhook};
use serde_json::json;

use crate::office::{NOW, Office, default_device, draft, principal, uid, visitor, visitor_of};

/// An office whose workgroup `sales` has a robot.
pub(crate) async fn office(agents: &[&str]) -> (Office, Webhook) {
    with_robot(Office::new(agents, 1).await).await
}

/// `office`, with a robot in its workgroup `sales`.
pub(crate) async fn with_robot(office: Office) -> (Office, Webhook) {
    let robot = NewWebhook {
        uid: uid("robot"),
        org: uid("acme"),
        url: "https://robot.example/".to_owned(),
        secret: Box::from(*b"key"),
        topics: Vec::new(),
        bot_of: Some(uid("sales")),
        created_at: NOW,
    };
    office.store.create_webhook(&robot).await.unwrap();
    let robot = office.store.bot_of(&uid("sales")).await.unwrap().unwrap();
    (office, robot)
}

/// A visitor of `office` who has asked the robot something, and the event that tells the robot.
pub(crate) async fn asked(office: &Office) -> (Arc<Conversation>, HookEvent) {
    let greeting = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(greeting.conversation.status, ThreadStatus::Roboting);
    office.text(&visitor("v"), &greeting.conversation, "question").await;
    (greeting.conversation, event(office).await.expect("the robot is told"))
}

pub(crate) async fn event(office: &Office) -> Option<HookEvent> {
    let far = Timestamp(i64::MAX - 1);
    office.store.webhooks_due(far, 8, &[]).await.unwrap().events.into_iter().next()
}

fn says(kind: &str, content: &str) -> RobotAnswer {
    RobotAnswer { words: vec![RobotWords::new(kind, content.to_owned()).unwrap()], hand_over: None }
}

#[tokio::test]
async fn a_robot_answers_once_and_as_itself() {
    let (office, robot) = office(&["a"]).await;
    office.arrive("a").await;
    let (conversation, event) = asked(&office).await;
    for _ in 0..2 {
        office.desk.robot_answers(&robot, &event, says("TEXT", "answer"), NOW).await.unwrap();
    }
    let (types, last) = office.log(&conversation).await;
    assert_eq!(types, ["WELCOME", "TEXT", "TEXT"]);
    assert_eq!((&last["user"]["uid"], &last["user"]["type"]), (&json!("robot"), &json!("ROBOT")));
    assert_eq!(last["thread"]["status"], "ROBOTING");
    let again = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(again.conversation.status, ThreadStatus::Roboting, "it keeps the conversation");
}

#[tokio::test]
async fn a_robot_hands_over_with_its_last_words() {
    let (office, robot) = office(&["a"]).await;
    office.arrive("a").await;
    let (conversation, event) = asked(&office).await;
    let answer = RobotAnswer { hand_over: Some("too hard".to_owned()), ..says("ROBOT", "one moment") };
    office.desk.robot_answers(&robot, &event, answer, NOW).await.unwrap();
    let (types, last) = office.log(&conversation).await;
    assert_eq!(types, ["WELCOME", "TEXT", "ROBOT", "SYSTEM", "WELCOME"]);
    assert_eq!((&last["thread"]["status"], &last["user"]["uid"]), (&json!("CHATTING"), &json!("a")));
    let late = office.desk.robot_answers(&robot, &event, says("ROBOT", "late"), NOW).await;
    assert!(matches!(late, Err(DeskError::NotNow(ThreadStatus::Chatting))), "{late:?}");
}

#[tokio::test]
async fn whoever_takes_it_from_the_robot_it_answers_no_more() {
    let (office, robot) = office(&["a"]).await;
    let (conversation, old) = asked(&office).await;
    let request = ThreadRequest {
        visitor: visitor_of("acme", "v"),
        kind: ThreadType::Workgroup,
        service: uid("sales"),
        channel: "WEB".to_owned(),
    };
    let greeting = office.desk.request_agent(request, NOW).await.unwrap();
    assert_eq!(greeting.conversation.status, ThreadStatus::Offline);
    assert_eq!(office.log(&conversation).await.0, ["WELCOME", "TEXT", "SYSTEM", "LEAVE_MSG"]);
    assert_eq!(event(&office).await, None, "what it was still to be told it is not told");
    let failed = office.desk.robot_hands_over_for(&old, "no answer", NOW).await;
    assert!(matches!(failed, Err(DeskError::NotNow(_))), "{failed:?}");
    // It has the conversation again, but not what it was asked before.
    let again = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(again.conversation.status, ThreadStatus::Roboting);
    let late = office.desk.robot_answers(&robot, &old, says("ROBOT", "late"), NOW).await;
    assert!(matches!(late, Err(DeskError::NotNow(_))), "{late:?}");
}

#[tokio::test]
async fn a_robot_that_is_switched_off_leaves_nobody_alone() {
    let (office, robot) = office(&["a"]).await;
    let (conversation, _) = asked(&office).await;
    let admin = principal("acme", "admin", Role::Admin);
    office.desk.set_webhook_active(&admin, &uid("robot"), false, NOW).await.unwrap();
    assert_eq!(office.log(&conversation).await.0, ["WELCOME", "TEXT", "SYSTEM", "LEAVE_MSG"]);
    // As if the server had died in between: who speaks next goes to people.
    office.desk.set_webhook_active(&admin, &uid("robot"), true, NOW).await.unwrap();
    let greeting = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(greeting.conversation.status, ThreadStatus::Roboting);
    office.store.drop_webhook(robot.id).await.unwrap();
    let said = draft("m2", "TEXT", "is anybody there?");
    office.submit(default_device(&visitor("v")), &greeting.conversation, said).await.unwrap();
    let (types, last) = office.log(&conversation).await;
    assert_eq!(types[4..], ["WELCOME", "TEXT", "SYSTEM", "LEAVE_MSG"]);
    assert_eq!(last["thread"]["status"], "OFFLINE");
}

#[tokio::test]
async fn a_hand_over_and_an_answer_at_once_are_one_after_the_other() {
    let (office, robot) = office(&["a"]).await;
    office.arrive("a").await;
    let (conversation, event) = asked(&office).await;
    let answer = office.desk.robot_answers(&robot, &event, says("ROBOT", "answer"), NOW);
    let hand_over = office.desk.robot_hands_over_for(&event, "no answer", NOW);
    let (answered, handed_over) = tokio::join!(answer, hand_over);
    handed_over.unwrap();
    let (types, _) = office.log(&conversation).await;
    let expected: &[&str] = match answered {
        Ok(()) => &["WELCOME", "TEXT", "ROBOT", "SYSTEM", "WELCOME"],
        Err(DeskError::NotNow(_)) => &["WELCOME", "TEXT", "SYSTEM", "WELCOME"],
        Err(error) => panic!("{error:?}"),
    };
    assert_eq!(types, expected);
}
