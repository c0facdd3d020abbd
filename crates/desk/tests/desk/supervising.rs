//! What supervisors see and do, and what administrators set.

use deskwire_desk::{Command, DeskError};
use deskwire_model::{AgentStatus, Part, Role, ThreadStatus, ThreadType};
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, default_device, draft, event, principal, uid};

#[tokio::test]
async fn a_supervisor_sees_watches_and_takes_over() {
    let office = Office::new(&["ann", "boss"], 1).await;
    let _ann = office.connect("ann");
    office.desk.set_agent_status(&uid("boss"), AgentStatus::Busy, NOW).await.unwrap();
    let connection = office.connect("boss");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    let (boss, conversation) = (principal("acme", "boss", Role::Supervisor), office.of("v").await);
    assert!(matches!(office.desk.all_conversations(&agent("ann"), None).await, Err(DeskError::NotAllowed)));
    for (status, count) in [(None, 1), (Some(ThreadStatus::Chatting), 1), (Some(ThreadStatus::Queuing), 0)] {
        assert_eq!(office.desk.all_conversations(&boss, status).await.unwrap().len(), count, "{status:?}");
    }
    assert!(office.desk.own_conversation(&boss, conversation.topic.as_str()).await.is_ok(), "a supervisor reads all");
    let spoken = office.submit(default_device(&boss), &conversation, draft("m", "TEXT", "")).await;
    assert!(matches!(spoken, Err(DeskError::NotYours)), "and speaks where it has come in: {spoken:?}");

    office.desk.watch(&boss, conversation.id, true).await.unwrap();
    assert!(!connection.take_answers().is_empty(), "its connections follow");
    assert_eq!(office.of("v").await.part_of(&uid("boss")), Some(Part::Watcher));
    office.desk.watch(&boss, conversation.id, false).await.unwrap();
    assert_eq!((office.of("v").await.attendants.len(), office.head(&conversation).await), (0, 1), "nobody hears of it");

    assert!(matches!(office.desk.take_over(&agent("ann"), conversation.id).await, Err(DeskError::NotAllowed)));
    office.desk.take_over(&boss, conversation.id).await.unwrap();
    office.desk.take_over(&boss, conversation.id).await.unwrap();
    let taken = office.of("v").await;
    let (kinds, last) = office.log(&taken).await;
    assert_eq!((taken.agent.clone(), kinds), (Some(uid("boss")), vec!["WELCOME".to_owned(); 2]));
    assert_eq!(event(&last)["name"], "TAKE_OVER");
    office.command(&boss, "v", Command::Close, Value::Null).await.unwrap();
    let late = office.desk.watch(&boss, conversation.id, true).await;
    assert!(matches!(late, Err(DeskError::NotNow(ThreadStatus::Closed))), "nobody attends what is over: {late:?}");
}

#[tokio::test]
async fn a_pool_is_served_by_hand_and_by_one() {
    for mode in ["MANUAL", "BROADCAST"] {
        let office = Office::new(&["ann", "bob"], 1).await;
        office.set(json!({ "routing": mode })).await;
        let _connections = ["ann", "bob"].map(|name| office.connect(name));
        let hears = office.listen_on("org/queue/ann");
        office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
        office.desk.settle(NOW).await.unwrap();
        let waiting = office.of("v").await;
        assert_eq!(waiting.status, ThreadStatus::Queuing, "{mode}: nobody is given it");
        let told = office.next(&hears).await;
        assert_eq!(told["type"], if mode == "MANUAL" { "ROUTING_POOL" } else { "QUEUE_NOTICE" });
        assert_eq!(office.desk.waiting_for(&agent("ann")).await.unwrap().len(), 1);
        let (ann, bob) = (agent("ann"), agent("bob"));
        let (first, second) =
            tokio::join!(office.desk.accept(&ann, waiting.id, NOW), office.desk.accept(&bob, waiting.id, NOW));
        assert_ne!(first.is_ok(), second.is_ok(), "{mode}: {first:?} and {second:?}");
        let lost = first.err().or(second.err());
        assert!(matches!(lost, Some(DeskError::NotNow(ThreadStatus::Chatting))), "{mode}: {lost:?}");
        assert_eq!(office.log(&waiting).await.0, ["QUEUE", "WELCOME"]);
        let owner = agent(office.of("v").await.agent.as_ref().unwrap().as_str());
        assert!(office.desk.accept(&owner, waiting.id, NOW).await.is_ok(), "a second click changes nothing");
        assert_eq!(office.head(&waiting).await, 2);
    }
}

#[tokio::test]
async fn an_agent_accepts_what_is_of_its_services_within_its_capacity() {
    let office = Office::new(&["ann", "bob"], 1).await;
    office.store.create_workgroup(&uid("support"), &uid("acme"), "", &[uid("bob")]).await.unwrap();
    let asked = office.ask("v", ThreadType::Workgroup, "support").await.unwrap();
    assert_eq!(asked.conversation.status, ThreadStatus::Offline);
    let log = asked.conversation.id;
    let stranger = office.desk.accept(&agent("ann"), log, NOW).await;
    assert!(matches!(stranger, Err(DeskError::NotYours)), "{stranger:?}");
    let taken = office.desk.accept(&agent("bob"), log, NOW).await.unwrap();
    assert_eq!(taken.conversation.agent, Some(uid("bob")), "also what was left a message in");
    let second = office.ask("w", ThreadType::Workgroup, "support").await.unwrap();
    let full = office.desk.accept(&agent("bob"), second.conversation.id, NOW).await;
    assert!(matches!(full, Err(DeskError::Refused(_))), "{full:?}");
}

#[tokio::test]
async fn settings_are_changed_by_administrators_alone() {
    let office = Office::new(&["ann"], 1).await;
    let admin = principal("acme", "admin", Role::Admin);
    let sales = uid("sales");
    for role in [Role::Agent, Role::Supervisor, Role::Visitor] {
        let by = principal("acme", "x", role);
        let refused = office.desk.change_settings(&by, &sales, &json!({})).await;
        assert!(matches!(refused, Err(DeskError::NotAllowed)), "{role:?}");
        let refused = office.desk.set_duty(&by, &uid("ann"), Role::Admin, 1).await;
        assert!(matches!(refused, Err(DeskError::NotAllowed)), "{role:?}");
    }
    let stranger = principal("other", "admin", Role::Admin);
    let foreign = office.desk.change_settings(&stranger, &sales, &json!({})).await;
    assert!(matches!(foreign, Err(DeskError::UnknownService)));
    let changed = office.desk.change_settings(&admin, &sales, &json!({ "maxWaiting": 3 })).await.unwrap();
    assert_eq!((changed.max_waiting, changed.auto_close_min, changed.remind_min), (3, 25, 5));
    for bad in [
        json!({ "routing": "GUESS" }),
        json!({ "nonsense": 1 }),
        json!({ "welcome": "x".repeat(5000) }),
        json!({ "hours": { "shifts": [{ "days": [1], "from": "25:00", "to": "26:00" }] } }),
        json!({ "overflow": "a/b" }),
        json!([]),
    ] {
        let refused = office.desk.change_settings(&admin, &sales, &bad).await;
        assert!(matches!(refused, Err(DeskError::Settings(_))), "{bad}: {refused:?}");
    }
    let refused = office.desk.change_settings(&admin, &sales, &json!({ "overflow": "nothing" })).await;
    assert!(matches!(refused, Err(DeskError::UnknownService)));
    assert_eq!(office.desk.settings_of(&agent("ann"), &sales).await.unwrap(), changed);
}

#[tokio::test]
async fn an_organisation_hears_how_seats_are() {
    let office = Office::new(&["ann"], 1).await;
    let hears = office.listen_on("org/acme/seat/status");
    let _ann = office.arrive("ann").await;
    let told = office.next(&hears).await;
    assert_eq!(
        (&told["agentUid"], &told["status"], &told["available"]),
        (&"ann".into(), &"AVAILABLE".into(), &true.into())
    );
    office.desk.set_agent_status(&uid("ann"), AgentStatus::Rest, NOW).await.unwrap();
    let told = office.next(&hears).await;
    assert_eq!((&told["status"], &told["online"], &told["available"]), (&"REST".into(), &true.into(), &false.into()));
}

#[tokio::test]
async fn who_comes_is_announced_where_the_settings_say_so() {
    let office = Office::new(&["ann", "boss"], 1).await;
    office.desk.set_agent_status(&uid("boss"), AgentStatus::Busy, NOW).await.unwrap();
    office.set(json!({ "agentJoined": "客服已接入,请稍候..." })).await;
    let _connection = office.connect("ann");
    for visitor in ["v", "w"] {
        office.ask(visitor, ThreadType::Workgroup, "sales").await.unwrap();
    }
    let kinds = async |visitor| office.log(&*office.of(visitor).await).await.0;
    assert_eq!(kinds("v").await, ["WELCOME"], "who is greeted at once sees that somebody is there");
    office.desk.take_over(&principal("acme", "boss", Role::Supervisor), office.of("v").await.id).await.unwrap();
    assert_eq!(kinds("v").await, ["WELCOME", "SYSTEM", "WELCOME"]);
    office.desk.settle(NOW).await.unwrap();
    assert_eq!(kinds("w").await, ["QUEUE", "SYSTEM", "WELCOME"]);
}
