//! Ratings: when a visitor may rate, what becomes of it, and who is told.

use deskwire_desk::{Command, DeskError};
use deskwire_model::{Draft, ThreadType, dialect};
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, default_device, draft, event, later, uid, visitor};

async fn chatting() -> (Office, std::sync::Arc<deskwire_broker::Outbox>) {
    let office = Office::new(&["ann"], 1).await;
    let connection = office.connect("ann");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    (office, connection)
}

fn rating(name: &str, answers: &str, extra: Value) -> Draft {
    dialect::with_extra(draft(name, "RATE_SUBMIT", answers), extra)
}

async fn rate(office: &Office, name: &str, answers: &str, score: u8, seconds: i64) -> Result<Value, DeskError> {
    let form = rating(name, answers, json!({ "score": score, "resolved": true, "content": "fine" }));
    let conversation = office.of("v").await;
    office.desk.send(default_device(&visitor("v")), &conversation, form, later(seconds)).await?;
    Ok(office.log(&conversation).await.1)
}

async fn score(office: &Office) -> Option<u8> {
    let episodes = office.store.episodes(office.of("v").await.id, 1).await.unwrap();
    episodes.first()?.rating.as_ref().map(|rating| rating.score)
}

#[tokio::test]
async fn who_is_asked_may_rate_and_the_agent_is_told() {
    let (office, _ann) = chatting().await;
    let told = office.listen_on("user/ann");
    let too_soon = rate(&office, "r0", "", 5, 0).await;
    assert!(matches!(too_soon, Err(DeskError::Unclear(_))), "{too_soon:?}");
    let asked = office.command(&agent("ann"), "v", Command::InviteRating, Value::Null).await.unwrap();
    let (kinds, last) = office.log(&asked.conversation).await;
    assert_eq!(kinds, ["WELCOME", "RATE_INVITE"]);
    assert!(last["content"].as_str().unwrap().contains("RATE_PENDING"), "{last}");
    let said = rate(&office, "r1", last["uid"].as_str().unwrap(), 5, 0).await.unwrap();
    assert_eq!((&said["type"], &event(&said)["name"]), (&"RATE_SUBMIT".into(), &"RATE_SUBMIT".into()));
    assert_eq!(score(&office).await, Some(5));
    let notice = office.next(&told).await;
    assert_eq!(notice["type"], "NOTIFICATION_RATE_SUBMITTED");
    let content: Value = serde_json::from_str(notice["content"].as_str().unwrap()).unwrap();
    assert_eq!((&content["score"], &content["resolved"]), (&5.into(), &true.into()));
}

#[tokio::test]
async fn who_has_said_enough_may_rate_and_change_it_for_a_while() {
    let (office, _ann) = chatting().await;
    office.set(json!({ "rateMinMessages": 2, "rateChangeMin": 60 })).await;
    for name in ["m1", "m2"] {
        let refused = rate(&office, &format!("early-{name}"), "", 1, 0).await;
        assert!(matches!(refused, Err(DeskError::Unclear(_))), "{refused:?}");
        office.text(&visitor("v"), &office.of("v").await, name).await;
    }
    rate(&office, "r1", "", 2, 0).await.unwrap();
    // The same name is the same rating, another name changes it.
    rate(&office, "r1", "", 1, 0).await.unwrap();
    assert_eq!(score(&office).await, Some(2));
    rate(&office, "r2", "", 4, 0).await.unwrap();
    assert_eq!(score(&office).await, Some(4));
    // The first rating has the time of the store's clock, which is past the test's.
    let long_after = (i64::MAX - NOW.0) / 1000;
    let late = rate(&office, "r3", "", 1, long_after).await;
    assert!(matches!(late, Err(DeskError::RatedAlready)), "{late:?}");
    assert_eq!(score(&office).await, Some(4));
}

#[tokio::test]
async fn closing_asks_where_it_is_set_and_somebody_has_answered() {
    for (set, answered, expected) in [(true, true, true), (true, false, false), (false, true, false)] {
        let (office, _ann) = chatting().await;
        office.set(json!({ "rateOnClose": set, "rateInvite": "how was it?" })).await;
        if answered {
            office.text(&agent("ann"), &office.of("v").await, "hello").await;
        }
        let closed = office.command(&visitor("v"), "v", Command::Close, Value::Null).await.unwrap();
        let (kinds, last) = office.log(&closed.conversation).await;
        let asked = kinds.last().unwrap() == "RATE_INVITE";
        assert_eq!(asked, expected, "set {set}, answered {answered}: {kinds:?}");
        if asked {
            assert!(last["content"].as_str().unwrap().contains("how was it?"));
            assert_eq!(last["thread"]["status"], "CLOSED");
            rate(&office, "r", last["uid"].as_str().unwrap(), 3, 0).await.unwrap();
            assert_eq!(score(&office).await, Some(3));
            assert_eq!(office.of("v").await.status, deskwire_model::ThreadStatus::Closed, "it stays closed");
        }
    }
}

#[tokio::test]
async fn a_rating_is_of_the_service_that_it_was_asked_for() {
    let (office, _ann) = chatting().await;
    office.set(json!({ "rateOnClose": true, "rateMinMessages": 0 })).await;
    office.text(&agent("ann"), &office.of("v").await, "hello").await;
    let closed = office.command(&agent("ann"), "v", Command::Close, Value::Null).await.unwrap();
    let (_, asked) = office.log(&closed.conversation).await;
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    let stale = rate(&office, "r", asked["uid"].as_str().unwrap(), 3, 0).await;
    // Also if both services have begun in one millisecond of the clock.
    assert!(matches!(stale, Err(DeskError::Unclear(_))), "{stale:?}");
}

#[tokio::test]
async fn only_visitors_rate_and_only_who_speaks_asks() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    for (by, kind) in [(agent("ann"), "RATE_SUBMIT"), (visitor("v"), "RATE_INVITE")] {
        let refused = office.submit(default_device(&by), &conversation, draft("x", kind, "")).await;
        assert!(matches!(refused, Err(DeskError::ServersOwn(_))), "{kind}: {refused:?}");
    }
    let boss = crate::office::principal("acme", "boss", deskwire_model::Role::Supervisor);
    let looking_on = office.command(&boss, "v", Command::InviteRating, Value::Null).await;
    assert!(matches!(looking_on, Err(DeskError::NotAllowed)), "{looking_on:?}");
    assert_eq!(conversation.agent, Some(uid("ann")));
}
