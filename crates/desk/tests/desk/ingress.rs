//! The one way in: who may speak, and what each class of message comes to.

use std::sync::Arc;

use deskwire_broker::Reply;
use deskwire_desk::{DeskError, Sender, Submitted};
use deskwire_model::{Role, Seq, ThreadType};
use deskwire_store::{Refusal, VisitorTold, Written};

use crate::office::{
    NOW, Office, agent, default_device, draft, message_uid, principal, read, uid, visitor, visitor_of,
};

#[tokio::test]
async fn only_the_visitor_and_its_agents_may_speak() {
    let office = Office::new(&["ann", "bob"], 5).await;
    let _ann = office.connect("ann");
    let direct = office.direct("v", "ann").await;
    let group = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap().conversation;
    assert_eq!(group.agent, Some(uid("ann")));
    for (org, name, role, allowed) in [
        ("acme", "v", Role::Visitor, true),
        ("acme", "ann", Role::Agent, true),
        ("acme", "w", Role::Visitor, false),
        ("acme", "bob", Role::Agent, false),
        ("acme", "sales", Role::Agent, false),
        ("acme", "ann", Role::Visitor, false),
        ("acme", "v", Role::Agent, false),
        ("acme", "v", Role::Service, false),
        ("other", "v", Role::Visitor, false),
        ("other", "ann", Role::Agent, false),
        ("other", "spy", Role::Agent, false),
    ] {
        let who = principal(org, name, role);
        for conversation in [&direct, &group] {
            for kind in ["TEXT", "TYPING", "READ", "DELIVERED", "RECALL"] {
                let before = office.head(conversation).await;
                let said = draft(&format!("{org}-{name}-{role:?}-{kind}"), kind, "unheard of");
                let submitted = office.submit(default_device(&who), conversation, said).await;
                let refused = matches!(submitted, Err(DeskError::NotYours));
                assert_eq!(refused, !allowed, "{kind} of {who:?}: {submitted:?}");
                if refused {
                    assert_eq!(office.head(conversation).await, before, "{kind} of {who:?}");
                }
            }
            let found = office.desk.own_conversation(&who, conversation.topic.as_str()).await;
            assert_eq!(found.is_ok(), allowed, "{who:?}");
        }
    }
    let nowhere = office.desk.own_conversation(&visitor("v"), "org/agent/ann/nobody").await;
    assert!(matches!(nowhere, Err(DeskError::NotYours)), "what does not exist looks like what is not yours");
}

#[tokio::test]
async fn text_is_logged_as_its_sender_and_everybody_hears_it() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    let outbox = office.listen(&conversation);
    let forged = serde_json::json!({
        "uid": "m1", "type": "TEXT", "content": "hi", "user": { "uid": "ann", "type": "AGENT", "nickname": "Boss" },
        "colour": "green",
    });
    let forged = deskwire_model::dialect::parse(&forged.to_string().into()).unwrap();
    let who = visitor("v");
    let written = office.submit(default_device(&who), &conversation, forged).await.unwrap();
    assert!(matches!(written, Some(Written::Appended { seq: Seq(2), .. })), "{written:?}");
    let heard = office.next(&outbox).await;
    assert_eq!((&heard["uid"], &heard["content"], &heard["seq"]), (&"m1".into(), &"hi".into(), &2.into()));
    assert_eq!((&heard["user"]["uid"], &heard["user"]["type"]), (&"v".into(), &"VISITOR".into()));
    assert_eq!(heard["user"]["nickname"], "Visitor v");
    assert_eq!(heard["colour"], "green", "what we do not know survives");
}

#[tokio::test]
async fn a_repeat_by_another_path_gets_the_first_answer_and_is_heard_once() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    let outbox = office.listen(&conversation);
    let who = visitor("v");
    let phone = Sender { principal: &who, device: Some("v/web/phone") };
    let first = office.submit(phone, &conversation, draft("m1", "TEXT", "once")).await.unwrap();
    let Some(Written::Appended { seq, at }) = first else { panic!("{first:?}") };
    assert_eq!(office.next(&outbox).await["uid"], "m1");

    let by_http = office.desk.send(default_device(&who), &conversation, draft("m1", "TEXT", "twice"), NOW).await;
    let stored = read(&by_http.unwrap().unwrap());
    assert_eq!((&stored["seq"], &stored["content"]), (&seq.0.into(), &"once".into()));
    let again = office.submit(phone, &conversation, draft("m1", "TEXT", "thrice")).await.unwrap();
    assert_eq!(again, Some(Written::Duplicate { seq, at }));

    // Another sender's message may have the same name.
    let ann = agent("ann");
    let others = office.submit(default_device(&ann), &conversation, draft("m1", "TEXT", "mine")).await.unwrap();
    assert!(matches!(others, Some(Written::Appended { seq: Seq(3), .. })), "{others:?}");
    assert_eq!(office.next(&outbox).await["content"], "mine");
    assert_eq!(office.head(&conversation).await, 3);
}

#[tokio::test]
async fn a_message_is_recalled_in_time_or_not_at_all() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    office.set(serde_json::json!({ "recallS": 120, "staffRecallS": 600 })).await;
    let conversation = office.of("v").await;
    for (who, name, limit_s) in [(visitor("v"), "of-v", 120), (agent("ann"), "of-ann", 600)] {
        office.text(&who, &conversation, name).await;
        let said = office.store.entry_by_uid(conversation.id, &message_uid(name)).await.unwrap().unwrap().at;
        let recall = async |uid: &str, late_ms: i64| {
            let now = deskwire_model::Timestamp(said.0 + limit_s * 1000 + late_ms);
            office.desk.send(default_device(&who), &conversation, draft(uid, "RECALL", name), now).await
        };
        let late = recall("late", 1).await;
        assert!(matches!(late, Err(DeskError::RecallTooLate)), "{name}: {late:?}");
        recall("in-time", 0).await.unwrap();
        recall("in-time", 1).await.unwrap();
        let entry = office.store.entry_by_uid(conversation.id, &message_uid(name)).await.unwrap().unwrap();
        assert!(entry.recalled, "{name}");
    }
}

#[tokio::test]
async fn only_its_sender_recalls_a_message() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    let (who, ann) = (visitor("v"), agent("ann"));
    office.text(&ann, &conversation, "of-ann").await;
    office.text(&who, &conversation, "of-v").await;
    let outbox = office.listen(&conversation);
    for (name, target, refusal) in [
        ("r1", "of-ann", Some(Refusal::NotTheSender)),
        ("r2", "unheard of", Some(Refusal::UnknownMessage)),
        ("r3", "of-v", None),
    ] {
        let written = office.submit(default_device(&who), &conversation, draft(name, "RECALL", target)).await.unwrap();
        match refusal {
            Some(refusal) => assert_eq!(written, Some(Written::Refused(refusal)), "{target}"),
            None => assert!(matches!(written, Some(Written::Appended { .. })), "{target}: {written:?}"),
        }
    }
    let heard = office.next(&outbox).await;
    assert_eq!((&heard["type"], &heard["content"]), (&"RECALL".into(), &"of-v".into()));
    for (name, recalled) in [("of-ann", false), ("of-v", true)] {
        let entry = office.store.entry_by_uid(conversation.id, &message_uid(name)).await.unwrap().unwrap();
        assert_eq!(entry.recalled, recalled, "{name}");
    }
}

#[tokio::test]
async fn a_receipt_moves_a_cursor_and_is_heard_when_it_does() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    let (who, ann) = (visitor("v"), agent("ann"));
    for name in ["m2", "m3"] {
        office.text(&ann, &conversation, name).await;
    }
    let outbox = office.listen(&conversation);
    let phone = Sender { principal: &who, device: Some("phone") };
    let delivered = async |device: &str| office.store.delivered(conversation.id, &who.uid, device).await.unwrap();

    let moved = |written: Option<Written>| match written {
        Some(Written::Cursor(moved)) => moved.map(|moved| moved.seq.0),
        other => panic!("{other:?}"),
    };
    let send = async |name: &str, kind: &str, target: &str| {
        office.submit(phone, &conversation, draft(name, kind, target)).await.unwrap()
    };
    assert_eq!(moved(send("d1", "DELIVERED", "m2").await), Some(2));
    assert_eq!(delivered("phone").await, Some(Seq(2)));
    assert_eq!(office.next(&outbox).await["type"], "DELIVERED");
    assert_eq!(moved(send("d2", "DELIVERED", "m2").await), None);

    assert_eq!(moved(send("r1", "READ", "m3").await), Some(3));
    let heard = office.next(&outbox).await;
    assert_eq!((&heard["type"], &heard["content"], &heard["user"]["uid"]), (&"READ".into(), &"m3".into(), &"v".into()));
    assert_eq!(moved(send("r2", "READ", "m2").await), None, "never back");
    assert!(outbox.take_deliveries().0.is_empty(), "who did not move is not heard");
    assert_eq!(office.head(&conversation).await, 3, "receipts are no entries");

    assert_eq!(send("d3", "DELIVERED", "unheard of").await, None);
    assert_eq!(moved(send("r3", "READ", "unheard of").await), None);
}

#[tokio::test]
async fn typing_is_heard_behind_what_was_said_before_and_forgotten() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    office.set(serde_json::json!({ "preview": true })).await;
    let conversation = office.of("v").await;
    let outbox = office.listen(&conversation);
    let who = visitor("v");
    let text = draft("m1", "TEXT", "hi");
    office.desk.submit(default_device(&who), &conversation, text, NOW, Reply::Nobody).await.unwrap();
    for kind in ["TYPING", "PREVIEW", "PROCESSING"] {
        let draft = draft(kind, kind, "");
        let submitted = office.desk.submit(default_device(&who), &conversation, draft, NOW, Reply::Nobody).await;
        assert_eq!(submitted.unwrap(), Submitted::Done, "{kind}");
    }
    office.desk.probe().await.unwrap();
    let heard: Vec<_> = outbox.take_deliveries().0.into_iter().map(|delivery| format!("{delivery:?}")).collect();
    let said = ["m1", "TYPING", "PREVIEW", "PROCESSING"];
    assert!(heard.len() == said.len() && heard.iter().zip(said).all(|(heard, name)| heard.contains(name)), "{heard:?}");
    assert_eq!(office.head(&conversation).await, 2);
}

#[tokio::test]
async fn a_visitor_of_an_unknown_organisation_is_not_introduced() {
    let office = Office::new(&["ann"], 1).await;
    let refused = office.desk.introduce(&visitor_of("nowhere", "v"), VisitorTold::default(), NOW).await;
    assert!(matches!(refused, Err(DeskError::UnknownOrganisation)), "{refused:?}");
    office.desk.introduce(&visitor_of("acme", "v"), VisitorTold::default(), NOW).await.unwrap();
    let stolen = office.desk.introduce(&visitor_of("other", "v"), VisitorTold::default(), NOW).await;
    assert!(stolen.is_err(), "a visitor's uid belongs to one organisation");
    assert_eq!(office.desk.visitor(&uid("v")).await.unwrap().org, uid("acme"));
}

#[tokio::test]
async fn the_same_message_from_many_tasks_is_one_entry() {
    let office = Arc::new(Office::new(&["ann"], 1).await);
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    let outbox = office.listen(&conversation);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (office, conversation) = (Arc::clone(&office), Arc::clone(&conversation));
            tokio::spawn(async move {
                let who = visitor("v");
                office.submit(default_device(&who), &conversation, draft("m1", "TEXT", "hi")).await.unwrap()
            })
        })
        .collect();
    let mut appended = 0;
    for task in tasks {
        match task.await.unwrap() {
            Some(Written::Appended { seq: Seq(2), .. }) => appended += 1,
            Some(Written::Duplicate { seq: Seq(2), .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(appended, 1);
    assert_eq!(outbox.take_deliveries().0.len(), 1);
}
