//! Words that are not to be said, and visitors who are not heard.

use std::sync::Arc;

use deskwire_desk::{BlockRequest, BlockedAddress, Command, DeskError, LeaveAction, WordChanges, WordRequest};
use deskwire_model::{Conversation, MessageUid, Principal, Role, Seq, ThreadType, Timestamp, Uid, dialect};
use deskwire_store::{Block, HitFilter, TabooAction, TabooScope, VisitorTold};
use serde_json::{Value, json};

use crate::{
    amending::edit,
    office::{NOW, Office, agent, default_device, draft, event, later, message_uid, principal, read, uid, visitor},
};

fn admin() -> Principal {
    principal("acme", "admin", Role::Admin)
}

fn word(content: &str, action: TabooAction) -> WordRequest {
    WordRequest { uid: Uid::random(), content: content.to_owned(), action, whole: false, category: String::new() }
}

async fn list(office: &Office, content: &str, action: TabooAction) -> Uid {
    office.desk.create_taboo_word(&admin(), word(content, action), NOW).await.unwrap().uid
}

/// The contents of the entries of a conversation.
async fn contents(office: &Office, conversation: &Conversation) -> Vec<String> {
    let entries = office.store.entries_after(conversation.id, Seq::ZERO, 100).await.unwrap();
    let content = |entry| read(&office.desk.renderer().json(entry).unwrap())["content"].as_str().unwrap().to_owned();
    entries.iter().map(|entry| content(entry.into())).collect()
}

async fn say(
    office: &Office,
    by: &Principal,
    conversation: &Arc<Conversation>,
    (name, kind, content): (&str, &str, &str),
    now: Timestamp,
) -> Result<Option<Value>, DeskError> {
    let said = office.desk.send(default_device(by), conversation, draft(name, kind, content), now).await?;
    Ok(said.map(|message| read(&message)))
}

async fn text(office: &Office, by: &Principal, conversation: &Arc<Conversation>, name: &str, content: &str) -> String {
    match say(office, by, conversation, (name, "TEXT", content), NOW).await {
        Ok(message) => message.unwrap()["content"].as_str().unwrap().to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

/// What was noted: who said which word, what became of it, and the text.
async fn hits(office: &Office) -> Vec<(String, String, TabooAction, String)> {
    let (hits, more) = office.desk.taboo_hits(&admin(), &HitFilter::default(), 100).await.unwrap();
    assert!(!more);
    let row = |hit: deskwire_store::TabooHit| (hit.sender.to_string(), hit.word, hit.action, hit.text);
    hits.into_iter().map(row).collect()
}

#[tokio::test]
async fn a_word_is_refused_masked_or_noted() {
    let office = Office::new(&["ann"], 5).await;
    let conversation = office.direct("v", "ann").await;
    let v = visitor("v");
    list(&office, "毒药", TabooAction::Block).await;
    list(&office, "傻瓜", TabooAction::Mask).await;
    list(&office, "refund", TabooAction::Log).await;
    let before = office.head(&conversation).await;
    assert_eq!(text(&office, &v, &conversation, "m1", "买毒 药 refund").await, "Taboo");
    assert_eq!(office.head(&conversation).await, before, "nothing of it is logged");
    assert_eq!(text(&office, &v, &conversation, "m2", "你是傻瓜!").await, "你是**!");
    assert_eq!(text(&office, &v, &conversation, "m2", "你是傻瓜!").await, "你是**!", "a repeat");
    assert_eq!(text(&office, &v, &conversation, "m3", "REFUND please").await, "REFUND please");
    assert_eq!(text(&office, &v, &conversation, "m4", "hello").await, "hello");
    let file = r#"{"name":"傻瓜.pdf","url":"https://example.org/傻瓜"}"#;
    let said = say(&office, &v, &conversation, ("m5", "FILE", file), NOW).await.unwrap().unwrap();
    assert_eq!(said["content"], r#"{"name":"**.pdf","url":"https://example.org/傻瓜"}"#);
    let row = |word: &str, action, text: &str| ("v".to_owned(), word.to_owned(), action, text.to_owned());
    assert_eq!(
        hits(&office).await,
        [
            row("傻瓜", TabooAction::Mask, "傻瓜.pdf"),
            row("refund", TabooAction::Log, "REFUND please"),
            row("傻瓜", TabooAction::Mask, "你是傻瓜!"),
            row("refund", TabooAction::Log, "买毒 药 refund"),
            row("毒药", TabooAction::Block, "买毒 药 refund"),
        ]
    );
    // What is only relayed is masked and not noted.
    office.desk.change_settings(&admin(), &uid("ann"), &json!({ "preview": true })).await.unwrap();
    let outbox = office.listen(&conversation);
    say(&office, &v, &conversation, ("p", "PREVIEW", "毒药"), NOW).await.unwrap();
    assert_eq!(office.next(&outbox).await["content"], "**");
    assert_eq!(hits(&office).await.len(), 5);
}

#[tokio::test]
async fn every_way_in_is_looked_at() {
    let office = Office::new(&["ann"], 5).await;
    let conversation = office.direct("v", "ann").await;
    let v = visitor("v");
    list(&office, "毒药", TabooAction::Block).await;
    list(&office, "傻瓜", TabooAction::Mask).await;
    // Types that say nothing to the search are looked at too: a sender may choose any.
    for kind in ["WELCOME", "EVENT", "NEW_TYPE"] {
        let refused = say(&office, &v, &conversation, ("x", kind, "毒药"), NOW).await;
        assert!(matches!(refused, Err(DeskError::Taboo)), "{kind}: {refused:?}");
    }
    text(&office, &v, &conversation, "m0", "fine").await;
    let edited =
        async |name, content| office.desk.send(default_device(&v), &conversation, edit(name, "m0", content), NOW).await;
    assert!(matches!(edited("e1", "毒药").await, Err(DeskError::Taboo)));
    assert_eq!(read(&edited("e2", "傻瓜").await.unwrap().unwrap())["content"], "**");
    let form = json!({ "content": "傻瓜", "contact": "毒药" });
    let submit = async |form: Value| {
        let said = (MessageUid::random(), "", form);
        office.desk.submit_form(&v, conversation.topic.as_str(), Command::LeaveMessage, said, NOW).await
    };
    assert!(matches!(submit(form).await, Err(DeskError::Taboo)));
    submit(json!({ "content": "傻瓜" })).await.unwrap();
    let (left, _) = office.desk.leave_messages(&agent("ann"), None, (0, 9)).await.unwrap();
    assert_eq!(left[0].form.content, "**");
    let farewell = json!("毒药");
    let close = (message_uid("c"), &farewell);
    let refused = office.desk.command(&v, conversation.topic.as_str(), Command::Close, close, NOW).await;
    assert!(matches!(refused, Err(DeskError::Taboo)));
    assert!(!contents(&office, &conversation).await.concat().contains("毒药"));
}

#[tokio::test]
async fn agents_and_robots_are_looked_at_if_that_is_set() {
    let office = Office::new(&["ann"], 5).await;
    let conversation = office.direct("v", "ann").await;
    let (ann, v) = (agent("ann"), visitor("v"));
    list(&office, "毒药", TabooAction::Block).await;
    list(&office, "傻瓜", TabooAction::Mask).await;
    assert_eq!(text(&office, &ann, &conversation, "m1", "毒药").await, "毒药");
    office.desk.set_taboo_scope(&admin(), TabooScope { agents: true, robots: false }).await.unwrap();
    assert_eq!(text(&office, &ann, &conversation, "m2", "毒药").await, "Taboo");
    let notes = office.desk.own_conversation(&ann, conversation.notes_topic().as_str()).await.unwrap();
    assert_eq!(text(&office, &ann, &notes, "m3", "毒药").await, "毒药", "notes are the desk's own");
    let form = dialect::with_extra(draft("l", "LEAVE_MSG_SUBMIT", ""), json!({ "content": "call me" }));
    office.desk.send(default_device(&v), &conversation, form, NOW).await.unwrap();
    let (left, _) = office.desk.leave_messages(&ann, None, (0, 9)).await.unwrap();
    let reply = async |text: &str| {
        let action = LeaveAction::Reply(text.to_owned());
        office.desk.tend_leave_message(&ann, &left[0].uid, &action, MessageUid::random(), NOW).await
    };
    assert!(matches!(reply("毒药").await, Err(DeskError::Taboo)));
    assert_eq!(reply("傻瓜").await.unwrap().reply.as_deref(), Some("**"));
}

#[tokio::test]
async fn the_list_is_its_organisations_and_its_administrators() {
    let office = Office::new(&["ann"], 5).await;
    let conversation = office.direct("v", "ann").await;
    let (v, boss, spy) =
        (visitor("v"), principal("acme", "boss", Role::Supervisor), principal("other", "spy", Role::Admin));
    for by in [&boss, &agent("ann"), &v] {
        let refused = office.desk.create_taboo_word(by, word("x", TabooAction::Log), NOW).await;
        assert!(matches!(refused, Err(DeskError::NotAllowed)), "{by:?}");
    }
    office.desk.create_taboo_word(&spy, word("hello", TabooAction::Block), NOW).await.unwrap();
    assert_eq!(text(&office, &v, &conversation, "m1", "hello").await, "hello", "another organisation's word");
    let request = word("Hello", TabooAction::Block);
    for _ in 0..2 {
        let made = office.desk.create_taboo_word(&admin(), request.clone(), NOW).await.unwrap();
        assert_eq!(made.uid, request.uid, "the same uid enters it once");
    }
    let again = office.desk.create_taboo_word(&admin(), word("ＨＥＬＬＯ", TabooAction::Log), NOW).await;
    assert!(matches!(again, Err(DeskError::Taken)), "{again:?}");
    for nothing in ["", "。", "123456789"] {
        let refused = office.desk.create_taboo_word(&admin(), word(nothing, TabooAction::Log), NOW).await;
        assert!(matches!(refused, Err(DeskError::Settings(_))), "{nothing}");
    }
    assert_eq!(text(&office, &v, &conversation, "m2", "hello").await, "Taboo", "at once");
    let change =
        async |by: &Principal, changes| office.desk.change_taboo_word(by, &request.uid, changes, later(1)).await;
    let off = WordChanges { enabled: Some(false), ..WordChanges::default() };
    assert!(matches!(change(&spy, off.clone()).await, Err(DeskError::UnknownWord)));
    assert!(!change(&admin(), off).await.unwrap().enabled);
    assert_eq!(text(&office, &v, &conversation, "m3", "hello").await, "hello");
    let mask = WordChanges { enabled: Some(true), action: Some(TabooAction::Mask), ..WordChanges::default() };
    change(&admin(), mask).await.unwrap();
    assert_eq!(text(&office, &v, &conversation, "m4", "hello").await, "*****");
    let imported = ["a1", "HELLO", "b1"].map(str::to_owned).to_vec();
    let imported = office.desk.import_taboo_words(&admin(), &word("", TabooAction::Log), imported, NOW).await.unwrap();
    assert_eq!((imported.created, imported.known), (2, 1));
    let many = ["c1", "d1"].map(str::to_owned).to_vec();
    let refused = office.desk.import_taboo_words(&admin(), &word("", TabooAction::Log), many, NOW).await;
    assert!(matches!(refused, Err(DeskError::TooMany(_))), "{refused:?}");
    let (words, total) = office.desk.taboo_words(&boss, (0, 2)).await.unwrap();
    assert_eq!((words.len(), total), (2, 4));
    assert!(matches!(office.desk.taboo_words(&agent("ann"), (0, 2)).await, Err(DeskError::NotAllowed)));
    assert!(matches!(office.desk.taboo_hits(&v, &HitFilter::default(), 1).await, Err(DeskError::NotAllowed)));
    assert!(office.desk.taboo_hits(&spy, &HitFilter::default(), 1).await.unwrap().0.is_empty());
    office.desk.drop_taboo_word(&admin(), &request.uid).await.unwrap();
    assert_eq!(text(&office, &v, &conversation, "m5", "hello").await, "hello");
    office.desk.sweep_moderation(Timestamp(i64::MAX)).await.unwrap();
    assert!(hits(&office).await.is_empty(), "kept for a second only");
}

fn block(visitor: &str) -> BlockRequest {
    BlockRequest {
        uid: Uid::random(),
        visitor: uid(visitor),
        address: None,
        reason: "spam".to_owned(),
        starts_at: None,
        ends_at: None,
        topic: None,
    }
}

#[tokio::test]
async fn who_is_blocked_is_not_heard_and_reads_on() {
    let office = Office::new(&["ann"], 5).await;
    let conversation = office.direct("v", "ann").await;
    let (ann, v) = (agent("ann"), visitor("v"));
    office.text(&v, &conversation, "before").await;
    let request = BlockRequest { ends_at: Some(later(60)), ..block("v") };
    for _ in 0..2 {
        let made = office.desk.block_visitor(&ann, request.clone(), NOW).await.unwrap();
        assert_eq!((made.created_by.as_str(), made.topic.as_str()), ("ann", conversation.topic.as_str()));
    }
    let blocked = |result: &Result<_, DeskError>| matches!(result, Err(DeskError::Blacklisted));
    for kind in ["TEXT", "TYPING", "PREVIEW", "RECALL", "VISITOR_CLOSED", "LEAVE_MSG_SUBMIT", "RATE_SUBMIT"] {
        let said = say(&office, &v, &conversation, ("x", kind, "before"), NOW).await;
        assert!(blocked(&said), "{kind}: {said:?}");
    }
    let form = (MessageUid::random(), "", json!({ "content": "call me" }));
    let left = office.desk.submit_form(&v, conversation.topic.as_str(), Command::LeaveMessage, form, NOW).await;
    assert!(blocked(&left.map(|_| None)));
    assert!(matches!(office.ask("v", ThreadType::Agent, "ann").await, Err(DeskError::Blacklisted)));
    assert!(office.desk.is_blocked(&ann, &v.uid, NOW).await.unwrap());
    // What was said before is answered again; what the desk says arrives, and is read.
    assert_eq!(text(&office, &v, &conversation, "before", "hello").await, "hello");
    office.text(&ann, &conversation, "answer").await;
    say(&office, &v, &conversation, ("r", "READ", "answer"), NOW).await.unwrap();
    assert_eq!(office.desk.unread(&v.uid).await.unwrap(), 0);
    assert!(!contents(&office, &conversation).await.concat().contains("黑名单"), "the visitor is not shouted at");
    let notes = office.desk.own_conversation(&ann, conversation.notes_topic().as_str()).await.unwrap();
    let (kinds, told) = office.log(&notes).await;
    assert_eq!((kinds.as_slice(), &event(&told)["name"]), (&["SYSTEM".to_owned()][..], &"BLOCKED".into()), "told once");
    assert_eq!(event(&told)["visitor"], "v");
    // It ends by itself.
    say(&office, &v, &conversation, ("late", "TEXT", "hello"), later(60)).await.unwrap();
    assert!(!office.desk.is_blocked(&ann, &v.uid, later(60)).await.unwrap());
}

#[tokio::test]
async fn an_address_is_blocked_with_its_visitor() {
    let office = Office::new(&["ann"], 5).await;
    let (ann, v, w) = (agent("ann"), visitor("v"), visitor("w"));
    let (first, second) = (office.direct("v", "ann").await, office.direct("w", "ann").await);
    let last = BlockRequest { address: Some(BlockedAddress::Last), ..block("v") };
    assert!(matches!(office.desk.block_visitor(&ann, last.clone(), NOW).await, Err(DeskError::Settings(_))));
    let address = "192.0.2.9".parse().unwrap();
    for seen in [&v, &w, &ann] {
        office.desk.seen_at(seen, address);
    }
    let made = office.desk.block_visitor(&ann, last, NOW).await.unwrap();
    assert_eq!(made.address.as_deref(), Some("192.0.2.9"));
    assert_eq!(text(&office, &v, &first, "m", "hello").await, "Blacklisted");
    assert_eq!(text(&office, &w, &second, "m", "hello").await, "Blacklisted", "from the same address");
    assert_eq!(text(&office, &ann, &second, "m", "hello").await, "hello", "who serves is never blocked");
    office.desk.seen_at(&w, "192.0.2.10".parse().unwrap());
    assert_eq!(text(&office, &w, &second, "n", "hello").await, "hello");
    let named = BlockRequest { address: Some(BlockedAddress::Named("192.0.2.10".parse().unwrap())), ..block("v") };
    office.desk.block_visitor(&ann, named, NOW).await.unwrap();
    assert_eq!(text(&office, &w, &second, "o", "hello").await, "Blacklisted");
}

#[tokio::test]
async fn who_may_block_whom_and_end_it() {
    let office = Office::new(&["ann", "bob"], 5).await;
    let conversation = office.direct("v", "ann").await;
    let (ann, bob, v) = (agent("ann"), agent("bob"), visitor("v"));
    let (boss, spy) = (principal("acme", "boss", Role::Supervisor), principal("other", "spy", Role::Admin));
    let attempt = async |by: &Principal, request| office.desk.block_visitor(by, request, NOW).await;
    assert!(matches!(attempt(&bob, block("v")).await, Err(DeskError::NotAllowed)), "not of its conversations");
    assert!(matches!(attempt(&v, block("v")).await, Err(DeskError::NotAllowed)));
    assert!(matches!(attempt(&spy, block("v")).await, Err(DeskError::UnknownVisitor)));
    assert!(matches!(attempt(&ann, block("nobody")).await, Err(DeskError::UnknownVisitor)));
    let elsewhere = BlockRequest { topic: Some(conversation.topic.to_string()), ..block("w") };
    office.desk.introduce(&crate::office::visitor_of("acme", "w"), VisitorTold::default(), NOW).await.unwrap();
    assert!(matches!(attempt(&ann, elsewhere).await, Err(DeskError::NotYours)));
    let over = BlockRequest { ends_at: Some(NOW), ..block("v") };
    assert!(matches!(attempt(&ann, over).await, Err(DeskError::Settings(_))));
    let by_ann = attempt(&ann, block("v")).await.unwrap();
    let by_boss = attempt(&boss, block("v")).await.unwrap();
    attempt(&boss, block("w")).await.unwrap();
    assert!(matches!(attempt(&boss, block("w")).await, Err(DeskError::TooMany(_))), "three at most");

    let seen = async |by: &Principal| {
        let (blocks, total) = office.desk.blocks(by, (None, Some(NOW)), (0, 10)).await.unwrap();
        assert_eq!(blocks.len() as u64, total);
        total
    };
    assert_eq!((seen(&ann).await, seen(&bob).await, seen(&boss).await, seen(&spy).await), (1, 0, 3, 0));
    let lift = async |by: &Principal, block: &Block| office.desk.lift_block(by, &block.uid, later(1)).await;
    assert!(matches!(lift(&ann, &by_boss).await, Err(DeskError::UnknownBlock)));
    assert!(matches!(lift(&spy, &by_ann).await, Err(DeskError::UnknownBlock)));
    assert_eq!(lift(&boss, &by_ann).await.unwrap().lifted, Some((uid("boss"), later(1))));
    assert_eq!(office.desk.unblock_visitor(&ann, &v.uid, later(2)).await.unwrap(), 0, "not its own");
    assert_eq!(text(&office, &v, &conversation, "m1", "hello").await, "Blacklisted");
    assert_eq!(office.desk.unblock_visitor(&boss, &v.uid, later(2)).await.unwrap(), 1);
    assert_eq!(text(&office, &v, &conversation, "m2", "hello").await, "hello");
    let notes = office.desk.own_conversation(&ann, conversation.notes_topic().as_str()).await.unwrap();
    assert_eq!(event(&office.log(&notes).await.1)["name"], "UNBLOCKED");
    let (all, _) = office.desk.blocks(&boss, (Some(v.uid.clone()), None), (0, 10)).await.unwrap();
    assert_eq!(all.len(), 2, "the list says who blocked whom");
    office.desk.sweep_moderation(later(4)).await.unwrap();
    assert_eq!(office.desk.blocks(&boss, (Some(v.uid), None), (0, 10)).await.unwrap().1, 0, "kept for a second only");
    assert!(matches!(office.desk.blocks(&visitor("v"), (None, None), (0, 1)).await, Err(DeskError::NotAllowed)));
}
