//! Who waits is served in turn, as soon as there is room, and told where it stands.

use std::{collections::HashMap, sync::Arc};

use deskwire_desk::Command;
use deskwire_model::{AgentStatus, Role, ThreadStatus, ThreadType};
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, event, later, principal, uid, visitor};

/// An office in which `visitors` wait, as the only agent who is there takes nothing.
async fn crowd(agents: &[&str], capacity: u32, visitors: usize) -> Arc<Office> {
    let names: Vec<&str> = ["door"].iter().chain(agents).copied().collect();
    let office = Arc::new(Office::new(&names, capacity).await);
    office.store.set_agent_duty(&uid("door"), Role::Agent, 0).await.unwrap();
    let _door = office.connect("door");
    let asking: Vec<_> = (0..visitors)
        .map(|number| {
            let office = Arc::clone(&office);
            tokio::spawn(async move { office.ask(&format!("v{number}"), ThreadType::Workgroup, "sales").await })
        })
        .collect();
    for asked in asking {
        assert_eq!(asked.await.unwrap().unwrap().conversation.status, ThreadStatus::Queuing);
    }
    office
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_who_wait_are_served_in_turn_when_fifty_come() {
    const VISITORS: usize = 1000;
    const CAPACITY: u32 = 18;
    let names: Vec<String> = (0..50).map(|number| format!("agent-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let office = crowd(&names, CAPACITY, VISITORS).await;
    let turn = office.store.waiting(&[uid("sales")], VISITORS + 1).await.unwrap();
    assert_eq!(turn.len(), VISITORS);
    let mut connections = Vec::new();
    for name in &names {
        connections.push(office.arrive(name).await);
    }
    office.desk.settle(NOW).await.unwrap();

    let places = names.len() * CAPACITY as usize;
    let mut served: HashMap<String, u32> = HashMap::new();
    for (number, waited) in turn.iter().enumerate() {
        let now = office.store.conversation(waited.id).await.unwrap().unwrap();
        let (kinds, last) = office.log(&now).await;
        if number < places {
            assert_eq!(now.status, ThreadStatus::Chatting, "number {number} is served before those behind it");
            assert_eq!(kinds, ["QUEUE", "WELCOME"], "and once");
            assert_eq!(event(&last)["to"], "CHATTING");
            *served.entry(now.agent.unwrap().to_string()).or_default() += 1;
        } else {
            assert_eq!((now.status, kinds), (ThreadStatus::Queuing, vec!["QUEUE".to_owned()]), "number {number}");
        }
    }
    assert_eq!(served.len(), names.len());
    assert!(served.values().all(|count| *count == CAPACITY), "{served:?}");

    // Each end makes room for the next in turn.
    for (ended, next) in turn.iter().zip(&turn[places..]).take(3) {
        office
            .command(&visitor(ended.visitor.as_str()), ended.visitor.as_str(), Command::Close, Value::Null)
            .await
            .unwrap();
        office.desk.settle(NOW).await.unwrap();
        let next = office.store.conversation(next.id).await.unwrap().unwrap();
        assert_eq!(next.status, ThreadStatus::Chatting);
    }
}

#[tokio::test]
async fn whatever_makes_room_wakes_the_queue() {
    for case in ["online", "available", "heard again", "capacity", "close", "transfer"] {
        let office = Office::new(&["ann", "bob"], 1).await;
        let _ann = office.connect("ann");
        office.ask("first", ThreadType::Workgroup, "sales").await.unwrap();
        office.ask("second", ThreadType::Workgroup, "sales").await.unwrap();
        office.desk.settle(NOW).await.unwrap();
        assert_eq!(office.of("second").await.status, ThreadStatus::Queuing, "{case}");
        let mut _bob = None;
        match case {
            "online" => _bob = Some(office.arrive("bob").await),
            "available" => {
                office.desk.set_agent_status(&uid("bob"), AgentStatus::Away, NOW).await.unwrap();
                _bob = Some(office.arrive("bob").await);
                office.desk.settle(NOW).await.unwrap();
                assert_eq!(
                    office.of("second").await.status,
                    ThreadStatus::Queuing,
                    "an agent who is away gets nothing"
                );
                office.desk.set_agent_status(&uid("bob"), AgentStatus::Available, NOW).await.unwrap();
            }
            "heard again" => {
                let bob = office.connect("bob");
                let lapsed = office.desk.presence().lapse(&bob);
                office.desk.presence_changed(&agent("bob"), NOW).await.unwrap();
                office.desk.settle(NOW).await.unwrap();
                assert_eq!(
                    office.of("second").await.status,
                    ThreadStatus::Queuing,
                    "an agent who is silent gets nothing"
                );
                drop(lapsed);
                _bob = Some(bob);
            }
            "capacity" => {
                let admin = principal("acme", "admin", Role::Admin);
                office.desk.set_duty(&admin, &uid("ann"), Role::Agent, 2).await.unwrap();
            }
            "close" => {
                office.command(&agent("ann"), "first", Command::Close, Value::Null).await.unwrap();
            }
            _ => {
                _bob = Some(office.connect("bob"));
                let offer = json!({ "agentUid": "bob" });
                office.command(&agent("ann"), "first", Command::Transfer, offer).await.unwrap();
                office.command(&agent("bob"), "first", Command::AcceptTransfer, Value::Null).await.unwrap();
            }
        }
        office.desk.settle(NOW).await.unwrap();
        assert_eq!(office.of("second").await.status, ThreadStatus::Chatting, "{case}");
    }
}

#[tokio::test]
async fn nobody_overtakes_who_waits() {
    let office = crowd(&["ann"], 1, 1).await;
    let _ann = office.connect("ann");
    let late = office.ask("late", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(late.conversation.status, ThreadStatus::Queuing, "somebody waits already");
    office.desk.settle(NOW).await.unwrap();
    assert_eq!(office.of("v0").await.agent, Some(uid("ann")));
    assert_eq!(office.of("late").await.status, ThreadStatus::Queuing);
}

#[tokio::test]
async fn waiting_has_an_end() {
    let office = crowd(&[], 1, 1).await;
    assert_eq!(office.desk.fire_due(later(24 * 60 * 60 - 1)).await.unwrap(), 0);
    assert_eq!(office.desk.fire_due(later(24 * 60 * 60)).await.unwrap(), 1);
    let waited = office.of("v0").await;
    let (kinds, last) = office.log(&waited).await;
    assert_eq!((waited.status, &kinds[..]), (ThreadStatus::Offline, &["QUEUE".to_owned(), "LEAVE_MSG".to_owned()][..]));
    assert_eq!((&last["thread"]["status"], &event(&last)["name"]), (&"OFFLINE".into(), &"WAIT_OVER".into()));
    assert_eq!(office.desk.fire_due(later(1 << 30)).await.unwrap(), 0, "it happens once");
}

#[tokio::test]
async fn who_is_served_waits_no_more() {
    let office = crowd(&["ann"], 1, 1).await;
    let _ann = office.arrive("ann").await;
    office.desk.settle(NOW).await.unwrap();
    assert_eq!(office.desk.fire_due(later(1 << 30)).await.unwrap(), 0);
}

#[tokio::test]
async fn the_task_of_the_desk_gives_out_and_tells_places() {
    let office = crowd(&["ann"], 1, 2).await;
    let turn = office.store.waiting(&[uid("sales")], 2).await.unwrap();
    let hears = office.listen(&turn[1]);
    let working = tokio::spawn(office.desk.clone().work(|| NOW));
    let _ann = office.arrive("ann").await;
    loop {
        let update = office.next(&hears).await;
        let content: Value = serde_json::from_str(update["content"].as_str().unwrap()).unwrap();
        assert_eq!((&update["type"], &update["seq"]), (&"QUEUE_UPDATE".into(), &Value::Null));
        if content["position"] == 1 {
            assert_eq!((&content["queueSize"], &content["waitSeconds"]), (&1.into(), &60.into()));
            break;
        }
    }
    assert_eq!(office.store.conversation(turn[0].id).await.unwrap().unwrap().agent, Some(uid("ann")));
    office.desk.close().await.unwrap();
    working.await.unwrap();
}
