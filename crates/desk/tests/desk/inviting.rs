//! Asking visitors to chat, who browses, and robots whose visitors say nothing.

use deskwire_desk::{Command, DeskError, PageView};
use deskwire_model::{MessageUid, Role, ThreadStatus, ThreadType};
use deskwire_store::NewWebhook;
use serde_json::{Value, json};

use crate::office::{
    NOW, Office, agent, default_device, draft, event, later, message_uid, principal, uid, visitor, visitor_of,
};

/// An office where the conversation of `v` with `ann` is over.
async fn closed() -> Office {
    let office = Office::new(&["ann", "bob"], 1).await;
    let _connection = office.connect("ann");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    office.command(&agent("ann"), "v", Command::Close, Value::Null).await.unwrap();
    office
}

async fn asked(office: &Office) -> String {
    office.command(&agent("ann"), "v", Command::InviteVisitor, json!("may I help?")).await.unwrap();
    let conversation = office.of("v").await;
    let (_, last) = office.log(&conversation).await;
    assert_eq!((&last["type"], &last["thread"]["status"]), (&json!("INVITE_VISITOR"), &json!("CLOSED")));
    assert!(last["content"].as_str().unwrap().contains("INVITE_VISITOR_PENDING"));
    last["uid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_invitation_ends_in_one_way() {
    for (by, command, seconds, kind, status) in [
        (Some(visitor("v")), Command::AcceptVisitorInvitation, 0, "INVITE_VISITOR_ACCEPT", ThreadStatus::Chatting),
        (Some(visitor("v")), Command::RejectVisitorInvitation, 0, "INVITE_VISITOR_REJECT", ThreadStatus::Closed),
        (Some(agent("ann")), Command::CancelVisitorInvitation, 0, "INVITE_VISITOR_CANCEL", ThreadStatus::Closed),
        (None, Command::AcceptVisitorInvitation, 301, "INVITE_VISITOR_TIMEOUT", ThreadStatus::Closed),
    ] {
        let office = closed().await;
        let named = asked(&office).await;
        let twice = office.command(&agent("ann"), "v", Command::InviteVisitor, Value::Null).await;
        assert!(matches!(twice, Err(DeskError::AlreadyPending)), "{twice:?}");
        assert_eq!(office.desk.fire_due(later(299)).await.unwrap(), 0);
        if let Some(by) = by {
            office.command(&by, "v", command, json!({ "uid": named })).await.unwrap();
        }
        office.desk.fire_due(later(seconds)).await.unwrap();
        let conversation = office.of("v").await;
        let (_, last) = office.log(&conversation).await;
        assert_eq!((last["type"].as_str().unwrap(), conversation.status), (kind, status));
        assert_eq!(conversation.agent, Some(uid("ann")));
        for (by, late) in [
            (visitor("v"), Command::AcceptVisitorInvitation),
            (visitor("v"), Command::RejectVisitorInvitation),
            (agent("ann"), Command::CancelVisitorInvitation),
        ] {
            let late = office.command(&by, "v", late, json!({ "uid": named })).await;
            assert!(matches!(late, Err(DeskError::NotPending)), "{kind}: {late:?}");
        }
        assert_eq!(office.desk.fire_due(later(301)).await.unwrap(), 0, "{kind}: the timer is gone");
    }
}

#[tokio::test]
async fn who_comes_by_itself_needs_no_invitation() {
    let office = closed().await;
    asked(&office).await;
    let (v, over) = (visitor("v"), office.of("v").await);
    office.submit(default_device(&v), &over, draft("m", "TEXT", "hello")).await.unwrap();
    assert_ne!(office.of("v").await.status, ThreadStatus::Closed);
    let late = office.command(&visitor("v"), "v", Command::AcceptVisitorInvitation, Value::Null).await;
    assert!(matches!(late, Err(DeskError::NotPending)), "{late:?}");
    if office.of("v").await.status == ThreadStatus::Chatting {
        let again = office.command(&agent("ann"), "v", Command::InviteVisitor, Value::Null).await;
        assert!(matches!(again, Err(DeskError::NotNow(ThreadStatus::Chatting))), "{again:?}");
    }
    let forged = office.command(&visitor("v"), "v", Command::InviteVisitor, Value::Null).await;
    assert!(matches!(forged, Err(DeskError::ServersOwn(_))), "{forged:?}");
}

#[tokio::test]
async fn who_browses_is_seen_and_asked() {
    let office = Office::new(&["ann"], 1).await;
    let page = |url: &str| PageView { url: url.to_owned(), at: NOW, ..PageView::default() };
    let browsing = visitor_of("acme", "w");
    office.desk.introduce(&browsing, Default::default(), NOW).await.unwrap();
    office.desk.browses(browsing.clone(), page("/a"));
    office.desk.browses(browsing, page("/b"));
    let seen = office.desk.browsing_visitors(&agent("ann")).unwrap();
    assert_eq!(seen[0].pages.iter().map(|page| page.url.as_str()).collect::<Vec<_>>(), ["/b", "/a"]);
    assert_eq!(office.desk.browsing_visitors(&principal("other", "spy", Role::Admin)).unwrap(), []);
    assert!(matches!(office.desk.browsing_visitors(&visitor("w")), Err(DeskError::NotAllowed)));
    let hears = office.listen_on("user/w");
    let invite = async |by, uid: MessageUid| {
        office.desk.invite_visitor_to(&by, &crate::office::uid("w"), (uid, "hello".to_owned()), NOW).await
    };
    let first = invite(agent("ann"), message_uid("i")).await.unwrap();
    assert_eq!(invite(agent("ann"), message_uid("i")).await.unwrap().first(), first.first(), "the same name asks once");
    let told = office.next(&hears).await;
    assert_eq!((&told["type"], &told["uid"]), (&json!("INVITE_VISITOR"), &json!("i")));
    assert!(matches!(
        invite(principal("other", "spy", Role::Agent), message_uid("j")).await,
        Err(DeskError::UnknownVisitor)
    ));
    let topic = first.conversation.topic.clone();
    let yes = (message_uid("yes"), &json!({ "uid": "i" }));
    let taken = office.desk.command(&visitor("w"), topic.as_str(), Command::AcceptVisitorInvitation, yes, NOW).await;
    let conversation = taken.unwrap().conversation;
    assert_eq!((conversation.status, conversation.agent.clone()), (ThreadStatus::Chatting, Some(uid("ann"))));
    let (_, last) = office.log(&conversation).await;
    assert_eq!(event(&last)["name"], "ASSIGN");
}

#[tokio::test]
async fn a_robot_is_not_left_alone_for_ever() {
    for (to_people, kinds, status) in [
        (false, &["WELCOME", "TEXT", "AUTO_CLOSED"][..], ThreadStatus::Closed),
        (true, &["WELCOME", "TEXT", "SYSTEM", "LEAVE_MSG"], ThreadStatus::Offline),
    ] {
        let office = Office::new(&["ann"], 1).await;
        office.set(json!({ "robotIdleMin": 10, "robotIdleToPeople": to_people })).await;
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
        office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
        let (v, conversation) = (visitor("v"), office.of("v").await);
        assert_eq!(conversation.status, ThreadStatus::Roboting);
        // Who speaks is waited for anew.
        office.desk.send(default_device(&v), &conversation, draft("m", "TEXT", "x"), later(540)).await.unwrap();
        office.desk.fire_due(later(1139)).await.unwrap();
        assert_eq!(office.of("v").await.status, ThreadStatus::Roboting);
        for _ in 0..2 {
            office.desk.fire_due(later(1141)).await.unwrap();
            let now = office.of("v").await;
            assert_eq!(
                (now.status, office.log(&now).await.0),
                (status, kinds.iter().map(|k| (*k).to_owned()).collect())
            );
        }
        assert!(
            office.store.timers_of(conversation.id).await.unwrap().iter().all(|timer| &*timer.kind != "ROBOT_IDLE")
        );
    }
}
