//! Colleagues who help, notes that only the desk sees, and answers that cross.

use deskwire_desk::{Command, DeskError};
use deskwire_model::{Part, Role, ThreadType};
use serde_json::{Value, json};

use crate::office::{Office, agent, default_device, draft, later, principal, uid, visitor};

async fn office() -> (Office, Vec<std::sync::Arc<deskwire_broker::Outbox>>) {
    let office = Office::new(&["ann", "bob", "cid", "dan", "eve"], 9).await;
    let mut connections = vec![office.connect("ann")];
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    connections.extend(["bob", "cid", "dan", "eve"].map(|name| office.connect(name)));
    (office, connections)
}

async fn invite(office: &Office, whom: &str) -> Result<deskwire_desk::Decided, DeskError> {
    office.command(&agent("ann"), "v", Command::Invite, json!({ "agentUid": whom })).await
}

#[tokio::test]
async fn a_helper_hears_when_invited_speaks_when_there_and_goes() {
    let (office, _connections) = office().await;
    let bob = agent("bob");
    let speak =
        async |name: &str| office.submit(default_device(&bob), &office.of("v").await, draft(name, "TEXT", "hi")).await;
    assert!(speak("m0").await.is_err(), "a stranger");
    invite(&office, "bob").await.unwrap();
    assert!(matches!(speak("m1").await, Err(DeskError::NotYours)), "invited, bob only hears");
    office.command(&bob, "v", Command::AcceptInvitation, Value::Null).await.unwrap();
    assert!(speak("m2").await.is_ok());
    let after = office.of("v").await;
    assert_eq!((after.agent.clone(), after.part_of(&uid("bob"))), (Some(uid("ann")), Some(Part::Helper)));
    for command in [Command::Close, Command::Transfer, Command::Invite] {
        let refused = office.command(&bob, "v", command, json!({ "agentUid": "cid" })).await;
        assert!(matches!(refused, Err(DeskError::NotAllowed)), "a helper does not direct: {refused:?}");
    }
    office.command(&bob, "v", Command::Leave, Value::Null).await.unwrap();
    assert!(matches!(speak("m3").await, Err(DeskError::NotYours)));
    assert_eq!(office.log(&after).await.0, ["WELCOME", "INVITE", "INVITE_ACCEPT", "TEXT", "INVITE_EXIT"]);
}

#[tokio::test]
async fn an_invitation_ends_in_one_way() {
    for (by, command, kind) in [
        (Some(agent("bob")), Command::RejectInvitation, "INVITE_REJECT"),
        (Some(agent("ann")), Command::CancelInvitation, "INVITE_CANCEL"),
        (None, Command::Leave, "INVITE_TIMEOUT"),
    ] {
        let (office, _connections) = office().await;
        invite(&office, "bob").await.unwrap();
        match by {
            Some(by) => drop(office.command(&by, "v", command, Value::Null).await.unwrap()),
            None => assert_eq!(office.desk.fire_due(later(300)).await.unwrap(), 1),
        }
        let after = office.of("v").await;
        assert_eq!(after.attendants, [], "{kind}");
        assert_eq!(office.log(&after).await.0, ["WELCOME", "INVITE", kind]);
        assert!(office.command(&agent("bob"), "v", Command::AcceptInvitation, Value::Null).await.is_err(), "{kind}");
    }
}

#[tokio::test]
async fn so_many_help_and_whoever_directs_sends_away() {
    let (office, _connections) = office().await;
    for name in ["bob", "cid", "dan"] {
        invite(&office, name).await.unwrap();
        office.command(&agent(name), "v", Command::AcceptInvitation, Value::Null).await.unwrap();
    }
    assert!(matches!(invite(&office, "eve").await, Err(DeskError::TooManyHelpers)));
    assert!(matches!(invite(&office, "bob").await, Err(DeskError::Unclear(_))), "bob is there already");
    office.command(&agent("ann"), "v", Command::Remove, json!({ "agentUid": "cid" })).await.unwrap();
    invite(&office, "eve").await.unwrap();
    office.command(&agent("ann"), "v", Command::Close, Value::Null).await.unwrap();
    let closed = office.of("v").await;
    assert_eq!((closed.attendants.len(), office.store.timers_of(closed.id).await.unwrap().len()), (0, 0));
}

#[tokio::test]
async fn notes_are_for_the_desk_alone() {
    let (office, _connections) = office().await;
    let about = office.of("v").await;
    let topic = about.notes_topic();
    for stranger in [visitor("v"), agent("bob"), principal("other", "spy", Role::Admin)] {
        let refused = office.desk.own_conversation(&stranger, topic.as_str()).await;
        assert!(matches!(refused, Err(DeskError::NotYours)), "{stranger:?}");
    }
    let ann = agent("ann");
    let notes = office.desk.own_conversation(&ann, topic.as_str()).await.unwrap();
    assert_eq!(office.text(&ann, &notes, "n1").await, 1);
    for boss in [Role::Supervisor, Role::Admin] {
        let boss = principal("acme", "boss", boss);
        assert!(office.desk.own_conversation(&boss, topic.as_str()).await.is_ok_and(|found| found.id == notes.id));
        let whisper = draft(boss.role.as_str(), "TEXT", "be kind");
        assert!(office.submit(default_device(&boss), &notes, whisper).await.is_ok(), "a whisper");
    }
    let spoken = office.submit(default_device(&visitor("v")), &notes, draft("x", "TEXT", "")).await;
    assert!(matches!(spoken, Err(DeskError::NotYours)));
    assert_eq!(office.head(&about).await, 1, "the visitor's log knows nothing of it");
    for kind in ["AGENT_CLOSED", "INVITE_EXIT", "TRANSFER_ACCEPT"] {
        let asked = office.submit(default_device(&ann), &notes, draft(kind, kind, "")).await;
        assert!(matches!(asked, Err(DeskError::NotAllowed)), "{kind}: notes are neither closed nor passed on");
    }

    // Who has the conversation has the notes.
    office.command(&ann, "v", Command::Transfer, json!({ "agentUid": "bob" })).await.unwrap();
    office.command(&agent("bob"), "v", Command::AcceptTransfer, Value::Null).await.unwrap();
    assert!(office.desk.own_conversation(&agent("bob"), topic.as_str()).await.is_ok());
    assert!(matches!(office.desk.own_conversation(&ann, topic.as_str()).await, Err(DeskError::NotYours)));
    let conversations = office.store.conversations_of(&uid("v"), 9).await.unwrap();
    assert_eq!(conversations.len(), 1, "the visitor's lists do not have them");
}

#[tokio::test]
async fn a_visitor_cannot_be_called_like_notes() {
    let (office, _connections) = office().await;
    let topic = office.of("v").await.notes_topic();
    office.desk.own_conversation(&agent("ann"), topic.as_str()).await.unwrap();
    let asked = office.ask("v_internal", ThreadType::Workgroup, "sales").await;
    assert!(matches!(asked, Err(DeskError::NotYours)), "{asked:?}");
    let asked = office.ask("w_internal", ThreadType::Workgroup, "sales").await;
    assert!(matches!(asked, Err(DeskError::NotYours)), "nor before there are notes: {asked:?}");
}

#[tokio::test]
async fn whoever_answers_what_it_has_not_seen_is_told() {
    let (office, _connections) = office().await;
    let conversation = office.of("v").await;
    let hears = office.listen_on("user/ann");
    let (ann, v) = (agent("ann"), visitor("v"));
    let seen = office.text(&v, &conversation, "v1").await;
    let answer = |name: &str, seen: Value| {
        let extra = json!({ "seenSeq": seen }).to_string();
        let message = json!({ "uid": name, "type": "TEXT", "content": "x", "extra": extra });
        deskwire_model::dialect::parse_json(message.to_string().as_bytes()).unwrap()
    };
    office.submit(default_device(&ann), &conversation, answer("a1", seen.into())).await.unwrap();
    office.text(&v, &conversation, "v2").await;
    office.submit(default_device(&ann), &conversation, answer("a2", seen.to_string().into())).await.unwrap();
    let told = office.next(&hears).await;
    assert_eq!((&told["type"], &told["seq"]), (&"NOTICE".into(), &Value::Null), "the second time only, and not logged");
    assert_eq!(office.head(&conversation).await, 5, "both answers are accepted");
}
