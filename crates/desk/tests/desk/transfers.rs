//! Passing conversations on.

use deskwire_desk::{Command, DeskError, FeedDevice};
use deskwire_model::{Part, Seq, ThreadStatus, ThreadType};
use deskwire_store::Refusal;
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, default_device, draft, event, later, principal, uid, visitor};

/// Ann talks with v, and bob and cid are there.
async fn office() -> (Office, Vec<std::sync::Arc<deskwire_broker::Outbox>>) {
    let office = Office::new(&["ann", "bob", "cid"], 1).await;
    let mut connections = vec![office.connect("ann")];
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    connections.extend(["bob", "cid"].map(|name| office.connect(name)));
    (office, connections)
}

async fn offer(office: &Office, to: &str) -> Result<deskwire_desk::Decided, DeskError> {
    office.command(&agent("ann"), "v", Command::Transfer, json!({ "receiver": { "uid": to }, "note": "please" })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_offers_at_once_one_is_made() {
    let (office, _connections) = office().await;
    for _ in 0..30 {
        let (first, second) = tokio::join!(offer(&office, "bob"), offer(&office, "cid"));
        assert_ne!(first.is_ok(), second.is_ok(), "{first:?} and {second:?}");
        let refused = first.err().or(second.err());
        assert!(matches!(refused, Some(DeskError::AlreadyPending)), "{refused:?}");
        office.command(&agent("ann"), "v", Command::CancelTransfer, Value::Null).await.unwrap();
    }
}

#[tokio::test]
async fn an_offer_is_answered_once() {
    for (by, command, kind, status, owner) in [
        ("bob", Command::AcceptTransfer, "TRANSFER_ACCEPT", "TRANSFER_ACCEPTED", "bob"),
        ("bob", Command::RejectTransfer, "TRANSFER_REJECT", "TRANSFER_REJECTED", "ann"),
        ("ann", Command::CancelTransfer, "TRANSFER_CANCEL", "TRANSFER_CANCELED", "ann"),
    ] {
        let (office, _connections) = office().await;
        let bob = office.connect("bob");
        offer(&office, "bob").await.unwrap();
        let offered = office.of("v").await;
        assert_eq!((offered.part_of(&uid("bob")), offered.agent.clone()), (Some(Part::Offered), Some(uid("ann"))));
        assert!(!bob.take_answers().is_empty(), "bob hears the conversation from now on");
        office.command(&agent(by), "v", command, Value::Null).await.unwrap();
        let after = office.of("v").await;
        let (kinds, last) = office.log(&after).await;
        assert_eq!((after.agent.clone(), after.status), (Some(uid(owner)), ThreadStatus::Chatting), "{kind}");
        assert_eq!(after.attendants, []);
        assert_eq!(kinds, ["WELCOME", "TRANSFER", kind]);
        let content: Value = serde_json::from_str(last["content"].as_str().unwrap()).unwrap();
        assert_eq!((&content["status"], &event(&last)["agent"]), (&status.into(), &owner.into()));
        for (by, late) in
            [("bob", Command::AcceptTransfer), ("bob", Command::RejectTransfer), ("ann", Command::CancelTransfer)]
        {
            let late = office.command(&agent(by), "v", late, Value::Null).await;
            assert!(matches!(late, Err(DeskError::NotPending | DeskError::NotYours)), "{late:?}");
        }
        assert_eq!(office.desk.fire_due(later(60)).await.unwrap(), 0, "nothing is pending any more");
    }
}

#[tokio::test]
async fn who_has_passed_it_on_hears_the_answer_and_no_more() {
    let (office, _connections) = office().await;
    let hears = async |name: &str| {
        let feed = office.desk.open_feed(office.of("v").await, &uid(name), FeedDevice::Joined).await.unwrap();
        feed.membership
    };
    let (ann, v) = (hears("ann").await, hears("v").await);
    let all =
        |membership: &deskwire_desk::Membership| [Some(Seq(3)), Some(Seq(4)), None].map(|seq| membership.covers(seq));
    offer(&office, "bob").await.unwrap();
    let bob = hears("bob").await;
    assert_eq!(all(&ann), [true, true, true]);
    office.command(&agent("bob"), "v", Command::AcceptTransfer, Value::Null).await.unwrap();
    assert_eq!((all(&ann), all(&bob), all(&v)), ([true, false, false], [true; 3], [true; 3]));
    office.command(&agent("bob"), "v", Command::Transfer, json!({ "agentUid": "ann" })).await.unwrap();
    assert_eq!(all(&ann), [true; 3], "whoever is offered it hears it again");
    office.command(&agent("ann"), "v", Command::RejectTransfer, Value::Null).await.unwrap();
    assert!(ann.covers(Some(Seq(5))) && !ann.covers(Some(Seq(6))) && !ann.covers(None), "up to its own answer");
    office.command(&agent("bob"), "v", Command::Close, Value::Null).await.unwrap();
    assert_eq!((all(&bob), all(&v)), ([true; 3], [true; 3]), "what is closed is still its owner's");
}

#[tokio::test]
async fn an_offer_ends_after_thirty_seconds() {
    let (office, _connections) = office().await;
    offer(&office, "bob").await.unwrap();
    assert_eq!(office.desk.fire_due(later(29)).await.unwrap(), 0);
    assert_eq!(office.desk.fire_due(later(30)).await.unwrap(), 1);
    let after = office.of("v").await;
    let (kinds, _) = office.log(&after).await;
    assert_eq!((after.agent.clone(), after.attendants.len()), (Some(uid("ann")), 0));
    assert_eq!(kinds, ["WELCOME", "TRANSFER", "TRANSFER_TIMEOUT"]);
    let late = office.command(&agent("bob"), "v", Command::AcceptTransfer, Value::Null).await;
    assert!(matches!(late, Err(DeskError::NotYours)), "bob has no part in it any more: {late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_and_the_end_of_patience_exclude_each_other() {
    for round in 0..20 {
        let (office, _connections) = office().await;
        offer(&office, "bob").await.unwrap();
        let office = std::sync::Arc::new(office);
        let accepting = tokio::spawn({
            let office = std::sync::Arc::clone(&office);
            async move { office.command(&agent("bob"), "v", Command::AcceptTransfer, Value::Null).await.is_ok() }
        });
        let ending = tokio::spawn({
            let office = std::sync::Arc::clone(&office);
            async move { office.desk.fire_due(later(30)).await.unwrap() }
        });
        let (accepted, _ended) = (accepting.await.unwrap(), ending.await.unwrap());
        let after = office.of("v").await;
        let (last, owner) = if accepted { ("TRANSFER_ACCEPT", "bob") } else { ("TRANSFER_TIMEOUT", "ann") };
        assert_eq!(office.log(&after).await.0, ["WELCOME", "TRANSFER", last], "round {round}");
        assert_eq!((after.agent.clone(), after.attendants.len()), (Some(uid(owner)), 0), "round {round}");
    }
}

#[tokio::test]
async fn only_who_may_passes_on_and_to_whom_it_may() {
    let (office, _connections) = office().await;
    for (by, to, expected) in [
        (agent("bob"), "cid", "it is not bob's"),
        (visitor("v"), "bob", "a visitor"),
        (agent("ann"), "ann", "to herself"),
        (agent("ann"), "spy", "another organisation's"),
        (agent("ann"), "nobody", "nobody"),
    ] {
        let refused = office.command(&by, "v", Command::Transfer, json!({ "agentUid": to })).await;
        assert!(refused.is_err(), "{expected}");
    }
    let unclear = office.command(&agent("ann"), "v", Command::Transfer, Value::Null).await;
    assert!(matches!(unclear, Err(DeskError::Unclear(_))), "{unclear:?}");
    offer(&office, "bob").await.unwrap();
    assert!(matches!(offer(&office, "cid").await, Err(DeskError::AlreadyPending)));
    let others = office.command(&agent("cid"), "v", Command::AcceptTransfer, Value::Null).await;
    assert!(matches!(others, Err(DeskError::NotYours)), "{others:?}");
    assert_eq!(office.log(&*office.of("v").await).await.0, ["WELCOME", "TRANSFER"], "what is refused leaves no trace");
}

#[tokio::test]
async fn an_agent_who_is_not_there_or_full_takes_nothing() {
    let office = Office::new(&["ann", "bob"], 1).await;
    let _ann = office.connect("ann");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert!(matches!(offer(&office, "bob").await, Err(DeskError::NobodyThere)));
    let _bob = office.connect("bob");
    offer(&office, "bob").await.unwrap();
    office.ask("w", ThreadType::Agent, "bob").await.unwrap();
    let full = office.command(&agent("bob"), "v", Command::AcceptTransfer, Value::Null).await;
    assert!(matches!(full, Err(DeskError::Refused(Refusal::AtCapacity))), "{full:?}");
    assert_eq!(office.of("v").await.agent, Some(uid("ann")), "it stays where it is");
}

#[tokio::test]
async fn stock_clients_transfer_with_messages() {
    let (office, _connections) = office().await;
    let (conversation, ann, bob) = (office.of("v").await, agent("ann"), agent("bob"));
    let transfer = draft("t1", "TRANSFER", r#"{"note":"please","receiver":{"uid":"bob"},"thread":{}}"#);
    office.submit(default_device(&ann), &conversation, transfer.clone()).await.unwrap();
    office.submit(default_device(&ann), &conversation, transfer).await.unwrap();
    let conversation = office.of("v").await;
    let accept = draft("t2", "TRANSFER_ACCEPT", r#"{"uid":"t1"}"#);
    office.submit(default_device(&bob), &conversation, accept).await.unwrap();
    assert_eq!(office.of("v").await.agent, Some(uid("bob")));
    assert_eq!(office.head(&conversation).await, 3);
    let offer = office.store.entries_after(conversation.id, Seq(1), 1).await.unwrap().remove(0);
    assert!(!String::from_utf8_lossy(offer.payload.bytes()).contains("please"), "the visitor reads it: {offer:?}");
    let topic = conversation.notes_topic();
    let notes = office.desk.own_conversation(&bob, topic.as_str()).await.unwrap();
    let (kinds, note) = office.log(&notes).await;
    assert_eq!((kinds.as_slice(), &note["content"]), (["TEXT".to_owned()].as_slice(), &"please".into()), "once");
    let late = office.submit(default_device(&ann), &office.of("v").await, draft("x", "TEXT", "")).await;
    assert!(matches!(late, Err(DeskError::NotYours)), "ann has passed it on: {late:?}");
}

#[tokio::test]
async fn a_workgroup_takes_at_once_or_in_turn() {
    let (office, _connections) = office().await;
    let (acme, support) = (uid("acme"), uid("support"));
    office.store.create_workgroup(&support, &acme, "Support", &[uid("bob")]).await.unwrap();
    let pass_on = async |visitor: &str, by: &str| {
        let to = json!({ "workgroupUid": "support" });
        office.command(&agent(by), visitor, Command::Transfer, to).await
    };
    pass_on("v", "ann").await.unwrap();
    let first = office.of("v").await;
    assert_eq!(
        (first.status, first.agent.clone(), first.service.clone()),
        (ThreadStatus::Chatting, Some(uid("bob")), support.clone())
    );
    assert_eq!(first.topic, ThreadType::Workgroup.topic(&uid("sales"), &uid("v")), "the visitor stays on its topic");
    let again = office.ask("w", ThreadType::Workgroup, "sales").await.unwrap();
    let by = again.conversation.agent.clone().unwrap();
    pass_on("w", by.as_str()).await.unwrap();
    let second = office.of("w").await;
    assert_eq!((second.status, second.agent.clone(), second.service.clone()), (ThreadStatus::Queuing, None, support));
    assert_eq!(office.log(&second).await.0, ["WELCOME", "TRANSFER", "QUEUE"]);
    office.command(&agent("bob"), "v", Command::Close, Value::Null).await.unwrap();
    office.desk.settle(NOW).await.unwrap();
    assert_eq!(office.of("w").await.agent, Some(uid("bob")));
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(office.of("v").await.service, uid("sales"), "who comes back asks those it asked at first");
}

#[tokio::test]
async fn nobody_takes_a_conversation_from_another_organisation() {
    let (office, _connections) = office().await;
    let spy = principal("other", "spy", deskwire_model::Role::Admin);
    let log = office.of("v").await.id;
    for refused in [
        office.desk.take_over(&spy, log).await,
        office.desk.accept(&spy, log, NOW).await,
        office.desk.watch(&spy, log, true).await,
        office.command(&spy, "v", Command::Close, Value::Null).await,
    ] {
        assert!(matches!(refused, Err(DeskError::NotYours)), "{refused:?}");
    }
}
