//! Left messages: the inbox of the desk, and the answer that reaches the visitor in its conversation.

use deskwire_desk::{DeskError, LeaveAction};
use deskwire_model::{MessageUid, Principal, Role, ThreadStatus, ThreadType, Uid, dialect};
use deskwire_store::{LeaveMessage, LeaveStatus};
use serde_json::json;

use crate::office::{NOW, Office, agent, default_device, draft, message_uid, principal, uid, visitor};

/// An office where nobody is, with a message that `v` has left.
async fn left() -> (Office, Uid) {
    let office = Office::new(&["ann", "bob"], 1).await;
    let conversation = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap().conversation;
    let form = json!({ "nickname": "V", "contact": "v@example.org", "content": "call me", "images": ["/file/x.png"] });
    for _ in 0..2 {
        let form = dialect::with_extra(draft("l1", "LEAVE_MSG_SUBMIT", ""), form.clone());
        office.desk.send(default_device(&visitor("v")), &conversation, form, NOW).await.unwrap();
    }
    let (found, total) = office.desk.leave_messages(&agent("ann"), None, (0, 10)).await.unwrap();
    assert_eq!(total, 1, "a repeat is the same message");
    (office, found[0].uid.clone())
}

async fn tend(office: &Office, by: &Principal, left: &Uid, action: LeaveAction) -> Result<LeaveMessage, DeskError> {
    office.desk.tend_leave_message(by, left, &action, MessageUid::random(), NOW).await
}

#[tokio::test]
async fn an_answer_is_an_entry_of_the_conversation() {
    let (office, left) = left().await;
    let (ann, v) = (agent("ann"), visitor("v"));
    let found = office.desk.leave_message(&ann, &left).await.unwrap();
    assert_eq!((found.status, found.form.content.as_str(), found.agent), (LeaveStatus::Submitted, "call me", None));
    assert_eq!(office.desk.pending_leave_messages(&ann).await.unwrap(), 1);
    let conversation = office.of("v").await;
    let outbox = office.listen(&conversation);
    let reply = LeaveAction::Reply("we did".to_owned());
    for _ in 0..2 {
        let answered = office.desk.tend_leave_message(&ann, &left, &reply, message_uid("key"), NOW).await.unwrap();
        assert_eq!((answered.status, answered.reply.as_deref()), (LeaveStatus::Replied, Some("we did")));
        assert_eq!(answered.agent, Some(uid("ann")));
    }
    let heard = office.next(&outbox).await;
    assert_eq!((&heard["type"], &heard["user"]["uid"]), (&"LEAVE_MSG_REPLIED".into(), &"ann".into()));
    assert!(heard["content"].as_str().unwrap().contains("we did"));
    let (kinds, _) = office.log(&conversation).await;
    assert_eq!(kinds, ["LEAVE_MSG", "LEAVE_MSG_SUBMIT", "LEAVE_MSG_REPLIED"], "once under its key");
    assert_eq!(office.of("v").await.status, ThreadStatus::Offline, "an answer takes nothing");
    assert_eq!(office.desk.unread(&v.uid).await.unwrap(), 1);
    assert_eq!(office.desk.pending_leave_messages(&ann).await.unwrap(), 0);
    assert_eq!(tend(&office, &v, &left, LeaveAction::Reject).await.unwrap().status, LeaveStatus::Rejected);
    assert_eq!(office.desk.pending_leave_messages(&ann).await.unwrap(), 1);
    let closed = tend(&office, &ann, &left, LeaveAction::Close).await.unwrap();
    assert_eq!(closed.status, LeaveStatus::Closed);
    let late = tend(&office, &v, &left, LeaveAction::Confirm).await;
    assert!(matches!(late, Err(DeskError::LeaveMessageIs(LeaveStatus::Closed))), "{late:?}");
}

#[tokio::test]
async fn who_has_to_do_with_it() {
    let (office, left) = left().await;
    office.store.create_workgroup(&uid("support"), &uid("acme"), "", &[uid("bob")]).await.unwrap();
    let boss = principal("acme", "boss", Role::Supervisor);
    let spy = principal("other", "spy", Role::Admin);
    let stranger = visitor("w");
    let sees = async |by: &Principal| office.desk.leave_message(by, &left).await.is_ok();
    for (by, expected) in [
        (agent("ann"), true),
        (agent("bob"), true),
        (agent("cid"), false),
        (boss.clone(), true),
        (spy, false),
        (visitor("v"), true),
        (stranger, false),
    ] {
        assert_eq!(sees(&by).await, expected, "{by:?}");
        let (_, total) = office.desk.leave_messages(&by, None, (0, 10)).await.unwrap();
        assert_eq!(total > 0, expected, "{by:?}");
    }
    // In another inbox it is for others, and for whom it was passed on to by name.
    let to = LeaveAction::Transfer(uid("support"));
    let moved = tend(&office, &agent("ann"), &left, to).await.unwrap();
    assert_eq!((moved.status, moved.service), (LeaveStatus::Transferred, uid("support")));
    assert!(!sees(&agent("ann")).await);
    tend(&office, &agent("bob"), &left, LeaveAction::Transfer(uid("ann"))).await.unwrap();
    assert!(sees(&agent("ann")).await);
    let nowhere = tend(&office, &agent("ann"), &left, LeaveAction::Transfer(uid("spy"))).await;
    assert!(matches!(nowhere, Err(DeskError::UnknownService)), "{nowhere:?}");
    for (by, action) in [(agent("ann"), LeaveAction::Confirm), (visitor("v"), LeaveAction::Close)] {
        let refused = tend(&office, &by, &left, action.clone()).await;
        assert!(matches!(refused, Err(DeskError::NotAllowed)), "{action:?}: {refused:?}");
    }
}

#[tokio::test]
async fn two_who_answer_at_once_answer_one_after_the_other() {
    let (office, left) = left().await;
    let (ann, bob) = (agent("ann"), agent("bob"));
    let (first, second) = tokio::join!(
        tend(&office, &ann, &left, LeaveAction::Spam),
        tend(&office, &bob, &left, LeaveAction::Reply("hello".to_owned()))
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
}
