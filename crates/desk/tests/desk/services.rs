//! Services with hours, limits and overflow; and what routing remembers.

use deskwire_model::{ThreadStatus, ThreadType, Timestamp};
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, event, read, uid};

/// 2023-11-14, 22:13:20 UTC, a Tuesday.
const CLOSED_NOW: &str = r#"{"shifts":[{"days":[1,2,3,4,5],"from":"09:00","to":"18:00"}]}"#;

#[tokio::test]
async fn outside_its_hours_a_service_takes_messages() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    office
        .set(json!({ "hours": serde_json::from_str::<Value>(CLOSED_NOW).unwrap(), "leaveMessage": "until nine" }))
        .await;
    let greeting = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    let message = read(&greeting.message);
    assert_eq!((&message["type"], greeting.conversation.status), (&"LEAVE_MSG".into(), ThreadStatus::Offline));
    assert!(message["content"].as_str().unwrap().contains("until nine"));
    assert_eq!(event(&message)["reason"], "the service is closed");
}

#[tokio::test]
async fn who_waits_when_a_service_closes_is_served_when_it_opens() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    office.ask("first", ThreadType::Workgroup, "sales").await.unwrap();
    office.ask("second", ThreadType::Workgroup, "sales").await.unwrap();
    office.set(json!({ "hours": serde_json::from_str::<Value>(CLOSED_NOW).unwrap() })).await;
    office.command(&agent("ann"), "first", deskwire_desk::Command::Close, Value::Null).await.unwrap();
    office.desk.settle(NOW).await.unwrap();
    assert_eq!(office.of("second").await.status, ThreadStatus::Queuing);
    // The task looks again by itself when it opens; here somebody else wakes it.
    office.set(json!({})).await;
    let morning = Timestamp(NOW.0 + 12 * 60 * 60 * 1000);
    office.desk.settle(morning).await.unwrap();
    assert_eq!(office.of("second").await.status, ThreadStatus::Chatting);
}

#[tokio::test]
async fn a_full_service_overflows() {
    let office = Office::new(&["ann", "bob"], 1).await;
    office.store.create_workgroup(&uid("support"), &uid("acme"), "", &[uid("bob")]).await.unwrap();
    office.store.create_workgroup(&uid("vip"), &uid("acme"), "", &[uid("ann")]).await.unwrap();
    let _connections = ["ann", "bob"].map(|name| office.connect(name));
    let admin = crate::office::principal("acme", "admin", deskwire_model::Role::Admin);
    office.desk.change_settings(&admin, &uid("vip"), &json!({ "overflow": "support" })).await.unwrap();
    let mut served = Vec::new();
    for visitor in ["v1", "v2", "v3"] {
        let conversation = office.ask(visitor, ThreadType::Workgroup, "vip").await.unwrap().conversation;
        assert_eq!(conversation.topic, ThreadType::Workgroup.topic(&uid("vip"), &uid(visitor)), "the topic stays");
        served.push((conversation.service.to_string(), conversation.agent.as_ref().map(ToString::to_string)));
    }
    let by = |service: &str, agent: Option<&str>| (service.to_owned(), agent.map(str::to_owned));
    assert_eq!(served, [by("vip", Some("ann")), by("support", Some("bob")), by("vip", None)]);
}

#[tokio::test]
async fn so_many_wait_and_no_more() {
    let office = Office::new(&["ann"], 0).await;
    let _ann = office.connect("ann");
    office.set(json!({ "maxWaiting": 1, "queue": "number {position} of {queueSize}, {waitMinutes} min" })).await;
    let first = read(&office.ask("v1", ThreadType::Workgroup, "sales").await.unwrap().message);
    assert!(first["content"].as_str().unwrap().contains("number 1 of 1, 1 min"), "{first}");
    let second = read(&office.ask("v2", ThreadType::Workgroup, "sales").await.unwrap().message);
    assert_eq!((&second["type"], &event(&second)["reason"]), (&"LEAVE_MSG".into(), &"too many wait already".into()));
}

#[tokio::test]
async fn a_returning_visitor_gets_its_agent() {
    let office = Office::new(&["ann", "bob", "cid"], 5).await;
    office.set(json!({ "routing": "RECENT" })).await;
    let _connections = ["ann", "bob", "cid"].map(|name| office.connect(name));
    for visitor in ["x", "v"] {
        office.ask(visitor, ThreadType::Workgroup, "sales").await.unwrap();
    }
    let had = office.of("v").await.agent.clone();
    assert_eq!(had, Some(uid("bob")), "in turn");
    office.command(&agent("bob"), "v", deskwire_desk::Command::Close, Value::Null).await.unwrap();
    let again = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(again.conversation.agent, had);
    assert_eq!(event(&read(&again.message))["reason"], "had this visitor last");
}
