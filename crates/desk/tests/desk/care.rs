//! What the desk knows of visitors, writes on conversations and has ready to say: who may, who is told, and once.

use std::sync::Arc;

use deskwire_desk::{Command, DeskError, Mark, MessageSearch, QuickReplySearch};
use deskwire_model::{Conversation, MessageType, MessageUid, Principal, Role, Seq, ThreadType};
use deskwire_store::{NewQuickReply, ReplyLevel, SearchOrder, VisitorCorrection, VisitorTold};
use serde_json::{Value, json};

use crate::office::{
    NOW, Office, agent, default_device, draft, event, message_uid, principal, read, uid, visitor, visitor_of,
};

/// An office in which `v` chats with `ann`; `bob` has nothing to do with it.
async fn chatting() -> (Office, Arc<Conversation>) {
    let office = Office::new(&["ann", "bob"], 5).await;
    let _connection = office.connect("ann");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    let conversation = office.of("v").await;
    assert_eq!(conversation.agent, Some(uid("ann")));
    (office, conversation)
}

fn boss() -> Principal {
    principal("acme", "boss", Role::Supervisor)
}

fn correction() -> VisitorCorrection {
    VisitorCorrection {
        visitor: uid("v"),
        nickname: Some("Eve".to_owned()),
        mobile: Some("123".to_owned()),
        email: None,
        note: Some("likes tea".to_owned()),
        tags: Some(vec!["vip".to_owned()]),
    }
}

/// What the notes about the conversation of `v` say, as somebody at the desk reads them.
async fn notes(office: &Office, by: &Principal) -> (Vec<String>, Value) {
    let topic = office.of("v").await.notes_topic();
    let notes = office.desk.own_conversation(by, topic.as_str()).await.unwrap();
    office.log(&notes).await
}

#[tokio::test]
async fn a_correction_is_told_at_the_desk_and_made_once() {
    let (office, conversation) = chatting().await;
    let ann = agent("ann");
    for _ in 0..2 {
        let info = office.desk.correct_visitor(&ann, correction(), message_uid("k"), NOW).await.unwrap();
        assert_eq!((info.visitor.profile.nickname.as_str(), info.note.as_str()), ("Eve", "likes tea"));
    }
    let (kinds, last) = notes(&office, &ann).await;
    assert_eq!(kinds, ["SYSTEM"]);
    let told = event(&last);
    assert_eq!((&told["name"], &told["by"]), (&json!("VISITOR_UPDATE"), &json!("ann")));
    assert_eq!(told["changes"]["tagList"], json!(["vip"]));
    assert_eq!(told["changes"]["visitorUid"], "v");
    assert_eq!(office.head(&conversation).await, 1, "its visitor hears nothing of it");
    // It is called so in what it says from now on.
    let now = office.desk.own_conversation(&ann, conversation.topic.as_str()).await.unwrap();
    office.text(&visitor("v"), &now, "m").await;
    assert_eq!(office.log(&now).await.1["user"]["nickname"], "Eve");
    let none = VisitorCorrection { nickname: None, mobile: None, note: None, tags: None, ..correction() };
    office.desk.correct_visitor(&ann, none, message_uid("l"), NOW).await.unwrap();
    assert_eq!(notes(&office, &ann).await.0.len(), 1, "nothing changed, nothing is told");
    let empty = VisitorCorrection { nickname: Some(" ".to_owned()), ..correction() };
    let refused = office.desk.correct_visitor(&ann, empty, message_uid("m"), NOW).await;
    assert!(matches!(refused, Err(DeskError::Unclear(_))), "{refused:?}");
}

#[tokio::test]
async fn who_has_to_do_with_a_visitor_knows_it() {
    let (office, _) = chatting().await;
    let spy = principal("other", "spy", Role::Supervisor);
    for (by, knows) in [
        (agent("ann"), true),
        (agent("bob"), false),
        (boss(), true),
        (spy, false),
        (visitor("v"), false),
        (principal("acme", "api", Role::Service), false),
    ] {
        let info = office.desk.visitor_info(&by, &uid("v")).await;
        assert_eq!(info.is_ok(), knows, "{by:?}: {info:?}");
        let corrected = office.desk.correct_visitor(&by, correction(), MessageUid::random(), NOW).await;
        assert_eq!(corrected.is_ok(), knows, "{by:?}: {corrected:?}");
    }
    assert!(matches!(office.desk.visitor_info(&boss(), &uid("w")).await, Err(DeskError::UnknownVisitor)));
    // One that never asked for anything is a supervisor's to correct; there is nowhere to tell it.
    office.desk.introduce(&visitor_of("acme", "w"), VisitorTold::default(), NOW).await.unwrap();
    let alone = VisitorCorrection { visitor: uid("w"), ..correction() };
    let info = office.desk.correct_visitor(&boss(), alone, MessageUid::random(), NOW).await.unwrap();
    assert_eq!(info.mobile, "123");
}

#[tokio::test]
async fn labels_are_for_the_desk_and_marks_for_one() {
    let (office, conversation) = chatting().await;
    let (ann, v) = (agent("ann"), visitor("v"));
    for _ in 0..2 {
        let labels = (Some("call back".to_owned()), Some(vec!["urgent".to_owned()]));
        office.desk.label(&ann, &conversation, labels, message_uid("k")).await.unwrap();
    }
    let (kinds, last) = notes(&office, &ann).await;
    assert_eq!((kinds.len(), &event(&last)["name"]), (1, &json!("THREAD_TAGS")));
    office.desk.mark(&ann, &conversation, Mark::Top(true)).await.unwrap();
    office.desk.mark(&ann, &conversation, Mark::Star(3)).await.unwrap();
    let listed = office.desk.listed(&conversation, &ann).await.unwrap();
    let shown = ["note", "tagList", "top", "star", "mute"].map(|name| listed[name].clone());
    assert_eq!(shown, [json!("call back"), json!(["urgent"]), json!(true), json!(3), json!(false)]);
    let others = office.desk.listed(&conversation, &boss()).await.unwrap();
    assert_eq!((&others["note"], &others["top"]), (&json!("call back"), &json!(false)));
    let own = office.desk.listed(&conversation, &v).await.unwrap();
    assert!(own.get("note").is_none() && own.get("tagList").is_none(), "{own}");
    for by in [&v, &agent("bob"), &principal("other", "spy", Role::Admin)] {
        let marked = office.desk.mark(by, &conversation, Mark::Top(true)).await;
        let labelled = office.desk.label(by, &conversation, (Some(String::new()), None), MessageUid::random()).await;
        assert!(marked.is_err() && labelled.is_err(), "{by:?}");
    }
    for (mark, accepted) in [(Mark::Star(9), true), (Mark::Star(10), false)] {
        assert_eq!(office.desk.mark(&ann, &conversation, mark).await.is_ok(), accepted, "{mark:?}");
    }
    let nothing = office.desk.label(&ann, &conversation, (None, None), MessageUid::random()).await;
    assert!(matches!(nothing, Err(DeskError::Unclear(_))));
}

#[tokio::test]
async fn what_is_hidden_comes_back_and_what_is_unread_is_read() {
    let (office, first) = chatting().await;
    let ann = agent("ann");
    office.ask("w", ThreadType::Workgroup, "sales").await.unwrap();
    let second = office.of("w").await;
    let list = async || {
        let list = office.desk.list_of(&ann).await.unwrap();
        list.iter().map(|one| one.visitor.to_string()).collect::<Vec<_>>().concat()
    };
    assert_eq!(list().await, "wv");
    office.desk.mark(&ann, &first, Mark::Top(true)).await.unwrap();
    assert_eq!(list().await, "vw");
    office.desk.mark(&ann, &first, Mark::Hide(true)).await.unwrap();
    assert_eq!(list().await, "w");
    office.text(&visitor("v"), &first, "m1").await;
    assert_eq!(list().await, "vw");

    let unread = async || office.desk.listed(&second, &ann).await.unwrap()["unread"].clone();
    office.text(&visitor("w"), &second, "m2").await;
    let receipt = |content: &str| draft(&format!("r-{content}"), "READ", content);
    office.submit(default_device(&ann), &second, receipt("m2")).await.unwrap();
    assert_eq!(unread().await, json!(false));
    office.desk.mark(&ann, &second, Mark::Unread(true)).await.unwrap();
    assert_eq!(unread().await, json!(true));
    office.text(&visitor("w"), &second, "m3").await;
    office.submit(default_device(&ann), &second, receipt("m3")).await.unwrap();
    assert_eq!(unread().await, json!(false));
}

#[tokio::test]
async fn a_search_is_narrowed_to_a_tag() {
    let (office, conversation) = chatting().await;
    office.text(&visitor("v"), &conversation, "m").await;
    while office.store.index(256).await.unwrap().more {}
    let tagged = |tag: &str| MessageSearch {
        sought: None,
        kinds: vec![MessageType::text()],
        since: None,
        until: None,
        conversation: None,
        agent: None,
        visitor: None,
        tag: Some(tag.to_owned()),
        order: SearchOrder::Newest,
    };
    let tags = (None, Some(vec!["urgent".to_owned()]));
    office.desk.label(&agent("ann"), &conversation, tags, message_uid("k")).await.unwrap();
    for (tag, found) in [("urgent", 1), ("calm", 0)] {
        let page = office.desk.search(&agent("ann"), &tagged(tag), None, 9).await.unwrap();
        assert_eq!(page.hits.len(), found, "{tag}");
    }
    let refused = office.desk.search(&visitor("v"), &tagged("urgent"), None, 9).await;
    assert!(matches!(refused, Err(DeskError::NotAllowed)));
}

#[tokio::test]
async fn canned_replies_have_their_owners() {
    let (office, _) = chatting().await;
    let admin = principal("other", "boss2", Role::Admin);
    let text = |content: &str| NewQuickReply {
        category: String::new(),
        shortcut: "hi".to_owned(),
        title: String::new(),
        content: content.to_owned(),
        kind: MessageType::text(),
    };
    let create = async |by: &Principal, name: &str, level, group: Option<&str>| {
        let owner = (level, group.map(uid));
        office.desk.create_quick_reply(by, uid(name), owner, text(name), NOW).await.is_ok()
    };
    for (by, name, level, group, accepted) in [
        (agent("ann"), "own", ReplyLevel::Agent, None, true),
        (agent("ann"), "org", ReplyLevel::Organisation, None, false),
        (agent("ann"), "group", ReplyLevel::Workgroup, Some("sales"), false),
        (boss(), "org", ReplyLevel::Organisation, None, true),
        (boss(), "group", ReplyLevel::Workgroup, Some("sales"), true),
        (boss(), "lost", ReplyLevel::Workgroup, None, false),
        (boss(), "lost", ReplyLevel::Workgroup, Some("nowhere"), false),
        (admin.clone(), "theirs", ReplyLevel::Workgroup, Some("sales"), false),
        (visitor("v"), "lost", ReplyLevel::Agent, None, false),
        // Another's uid is not taken over.
        (agent("bob"), "own", ReplyLevel::Agent, None, false),
    ] {
        assert_eq!(create(&by, name, level, group).await, accepted, "{by:?} {name}");
    }
    let seen = async |by: &Principal| {
        let found = office.desk.quick_replies(by, QuickReplySearch::default(), (0, 9)).await;
        found.map(|(found, _)| found.into_iter().map(|reply| reply.uid.to_string()).collect::<Vec<_>>().join(" ")).ok()
    };
    assert_eq!(seen(&agent("ann")).await.as_deref(), Some("group org own"));
    assert_eq!(seen(&agent("bob")).await.as_deref(), Some("group org"));
    assert_eq!(seen(&admin).await.as_deref(), Some(""));
    assert_eq!(seen(&visitor("v")).await, None);
    for (by, name, accepted) in [
        (agent("bob"), "own", false),
        (agent("ann"), "org", false),
        (boss(), "own", false),
        (admin, "org", false),
        (agent("ann"), "own", true),
        (boss(), "group", true),
    ] {
        let renamed = office.desk.change_quick_reply(&by, &uid(name), |reply| reply.title = "t".to_owned(), NOW).await;
        assert_eq!(renamed.is_ok(), accepted, "{by:?} {name}: {renamed:?}");
        assert_eq!(office.desk.drop_quick_reply(&by, &uid(name)).await.is_ok(), accepted, "{by:?} {name}");
    }
    office.desk.drop_quick_reply(&boss(), &uid("gone")).await.unwrap();
}

#[tokio::test]
async fn a_left_message_is_told_to_those_whose_inbox_it_is_in() {
    let office = Office::new(&["ann"], 5).await;
    let told = office.listen_on("user/ann");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    let form = json!({ "content": "call me", "contact": "1" });
    let topic = office.of("v").await.topic.clone();
    let left = (message_uid("form"), "", form);
    office.desk.submit_form(&visitor("v"), topic.as_str(), Command::LeaveMessage, left, NOW).await.unwrap();
    let notice = office.next(&told).await;
    assert_eq!(notice["type"], "LEAVE_MSG_SUBMIT");
    assert_eq!(read(notice["content"].as_str().unwrap().as_bytes())["content"], "call me");
    assert_eq!(office.store.entries_after(office.of("v").await.id, Seq::ZERO, 9).await.unwrap().len(), 2);
}
