//! "Request thread": what a visitor is told, and what becomes of its conversation.

use deskwire_broker::Answer;
use deskwire_desk::DeskError;
use deskwire_model::{AgentStatus, ThreadStatus, ThreadType};
use deskwire_store::VisitorTold;
use serde_json::Value;

use crate::office::{NOW, Office, read, uid, visitor_of};

#[tokio::test]
async fn what_an_agent_does_decides_the_answer() {
    for (connected, status, capacity, kind, state, owner) in [
        (true, AgentStatus::Available, 1, "WELCOME", ThreadStatus::Chatting, Some("ann")),
        (false, AgentStatus::Available, 1, "LEAVE_MSG", ThreadStatus::Offline, None),
        (true, AgentStatus::Busy, 1, "LEAVE_MSG", ThreadStatus::Offline, None),
        (true, AgentStatus::Away, 1, "LEAVE_MSG", ThreadStatus::Offline, None),
        (true, AgentStatus::Rest, 1, "LEAVE_MSG", ThreadStatus::Offline, None),
        (true, AgentStatus::Offline, 1, "LEAVE_MSG", ThreadStatus::Offline, None),
        (true, AgentStatus::Available, 0, "QUEUE", ThreadStatus::Queuing, None),
    ] {
        for (asked, service) in [(ThreadType::Agent, "ann"), (ThreadType::Workgroup, "sales")] {
            let case = format!("{asked:?}, connected: {connected}, {status:?}, capacity {capacity}");
            let office = Office::new(&["ann"], capacity).await;
            office.desk.set_agent_status(&uid("ann"), status, NOW).await.unwrap();
            let _connection = connected.then(|| office.connect("ann"));
            let greeting = office.ask("v", asked, service).await.unwrap();
            let message = read(&greeting.message);
            assert_eq!(message["type"], kind, "{case}");
            assert_eq!(greeting.conversation.status, state, "{case}");
            assert_eq!(greeting.conversation.agent, owner.map(uid), "{case}");
            assert_eq!(message["seq"], 1, "the answer is an entry: {case}");
            assert_eq!(message["thread"]["topic"], greeting.conversation.topic.as_str(), "{case}");
            assert_eq!(
                office.store.conversation_by_topic(&greeting.conversation.topic).await.unwrap().as_ref(),
                Some(greeting.conversation.as_ref()),
                "{case}"
            );
        }
    }
}

#[tokio::test]
async fn who_asks_again_goes_on_without_another_entry() {
    let office = Office::new(&["ann"], 1).await;
    let _connection = office.connect("ann");
    let first = office.ask("v", ThreadType::Agent, "ann").await.unwrap();
    let again = office.ask("v", ThreadType::Agent, "ann").await.unwrap();
    let message = read(&again.message);
    assert_eq!((&message["type"], &message["seq"]), (&"CONTINUE".into(), &Value::Null));
    assert_eq!(again.conversation.id, first.conversation.id);
    assert_eq!(office.head(&first.conversation).await, 1);
}

#[tokio::test]
async fn who_waits_is_told_its_place_and_told_again_without_another_entry() {
    let office = Office::new(&["ann"], 1).await;
    let _connection = office.connect("ann");
    office.ask("first", ThreadType::Workgroup, "sales").await.unwrap();
    for (visitor, position, size) in [("second", 1, 1), ("third", 2, 2), ("second", 1, 2)] {
        let greeting = office.ask(visitor, ThreadType::Workgroup, "sales").await.unwrap();
        let message = read(&greeting.message);
        let content: Value = serde_json::from_str(message["content"].as_str().unwrap()).unwrap();
        assert_eq!(message["type"], "QUEUE");
        assert_eq!((&content["position"], &content["queueSize"]), (&position.into(), &size.into()), "{visitor}");
        assert_eq!(office.head(&greeting.conversation).await, 1, "{visitor}");
    }
}

#[tokio::test]
async fn who_left_a_message_is_served_once_somebody_is_there() {
    let office = Office::new(&["ann"], 1).await;
    let first = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(first.conversation.status, ThreadStatus::Offline);
    let again = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(read(&again.message)["seq"], Value::Null, "the same answer is not logged twice");
    let _connection = office.connect("ann");
    let served = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(read(&served.message)["type"], "WELCOME");
    assert_eq!(
        (served.conversation.status, served.conversation.agent.clone()),
        (ThreadStatus::Chatting, Some(uid("ann")))
    );
    assert_eq!(served.conversation.id, first.conversation.id);
    assert_eq!(office.head(&served.conversation).await, 2);
}

#[tokio::test]
async fn a_workgroup_gives_to_the_least_busy_in_the_order_of_the_administrator() {
    let office = Office::new(&["ann", "bob", "cid"], 2).await;
    let _connections = ["ann", "bob", "cid"].map(|agent| office.connect(agent));
    office.desk.set_agent_status(&uid("bob"), AgentStatus::Rest, NOW).await.unwrap();
    let mut owners = Vec::new();
    for visitor in ["v1", "v2", "v3", "v4", "v5"] {
        let greeting = office.ask(visitor, ThreadType::Workgroup, "sales").await.unwrap();
        owners.push(greeting.conversation.agent.as_ref().map(|agent| agent.as_str().to_owned()));
    }
    let owners: Vec<_> = owners.iter().map(Option::as_deref).collect();
    assert_eq!(owners, [Some("ann"), Some("cid"), Some("ann"), Some("cid"), None]);
}

#[tokio::test]
async fn the_agents_connections_are_told_to_follow() {
    let office = Office::new(&["ann", "bob"], 5).await;
    let (anns, bobs) = (office.connect("ann"), office.connect("bob"));
    for (visitor, kind, service) in [("v1", ThreadType::Agent, "ann"), ("v2", ThreadType::Workgroup, "sales")] {
        let greeting = office.ask(visitor, kind, service).await.unwrap();
        let owner = greeting.conversation.agent.clone().unwrap();
        let (told, other) = if owner == uid("ann") { (&anns, &bobs) } else { (&bobs, &anns) };
        let answers = told.take_answers();
        assert!(!answers.is_empty(), "{service}");
        for answer in answers {
            let Answer::Joined(conversation) = answer else { panic!("{answer:?}") };
            assert_eq!(conversation.id, greeting.conversation.id);
        }
        assert!(other.take_answers().is_empty(), "{service}");
    }
}

#[tokio::test]
async fn the_visitors_connections_are_told_to_follow() {
    let office = Office::new(&["ann"], 5).await;
    let (v, w) = (office.connect("v"), office.connect("w"));
    let greeting = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    let told: Vec<_> = v.take_answers().into();
    let [Answer::Joined(conversation)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(conversation.id, greeting.conversation.id);
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert!(v.take_answers().is_empty() && w.take_answers().is_empty(), "only who joins is told");
}

#[tokio::test]
async fn nobody_is_asked_for_who_is_not_of_the_organisation() {
    let office = Office::new(&["ann"], 1).await;
    for (kind, service) in [
        (ThreadType::Agent, "spy"),
        (ThreadType::Agent, "nobody"),
        (ThreadType::Agent, "sales"),
        (ThreadType::Workgroup, "ann"),
        (ThreadType::Workgroup, "nothing"),
    ] {
        let refused = office.ask("v", kind, service).await;
        assert!(matches!(refused, Err(DeskError::UnknownService)), "{kind:?} {service}: {refused:?}");
    }
}

#[tokio::test]
async fn an_agent_whose_lease_is_over_is_given_nobody() {
    let office = Office::new(&["ann", "bob"], 10).await;
    let (silent, heard) = (office.connect("ann"), office.connect("bob"));
    let lapsed = office.desk.presence().lapse(&silent);
    for visitor in ["v1", "v2"] {
        let greeting = office.ask(visitor, ThreadType::Workgroup, "sales").await.unwrap();
        assert_eq!(greeting.conversation.agent, Some(uid("bob")), "{visitor}");
    }
    let alone = office.desk.presence().lapse(&heard);
    let greeting = office.ask("v3", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(greeting.conversation.agent, None, "nobody is there");
    drop(lapsed);
    let greeting = office.ask("v3", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(greeting.conversation.agent, Some(uid("ann")), "one is heard again");
    drop(alone);
}

#[tokio::test]
async fn everybody_has_one_organisation() {
    let office = Office::new(&["ann"], 10).await;
    office.desk.introduce(&visitor_of("other", "v"), VisitorTold::default(), NOW).await.unwrap();
    for (name, org) in [("ann", Some("acme")), ("spy", Some("other")), ("v", Some("other")), ("nobody", None)] {
        assert_eq!(office.desk.organisation_of(&uid(name)).await.unwrap(), org.map(uid), "{name}");
    }
}
