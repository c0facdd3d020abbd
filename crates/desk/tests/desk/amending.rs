//! What may be done to what was said: edits and signs, who may, how long, and what everybody sees of it.

use deskwire_desk::DeskError;
use deskwire_model::{Conversation, Draft, Principal, ThreadType, Timestamp, dialect};
use deskwire_store::{Refusal, Written};
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, default_device, draft, message_uid, read, visitor};

async fn chatting() -> (Office, std::sync::Arc<deskwire_broker::Outbox>) {
    let office = Office::new(&["ann"], 1).await;
    let connection = office.connect("ann");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    (office, connection)
}

pub(crate) fn edit(name: &str, target: &str, text: &str) -> Draft {
    draft(name, "EDIT", &json!({ "uid": target, "content": text }).to_string())
}

fn sign(name: &str, target: &str, emoji: &str, remove: bool) -> Draft {
    draft(name, "REACTION", &json!({ "uid": target, "emoji": emoji, "remove": remove }).to_string())
}

/// The entry called `name` as readers of JSON get it, with its `extra`.
async fn shown(office: &Office, conversation: &Conversation, name: &str) -> (Value, Value) {
    let entry = office.store.entry_by_uid(conversation.id, &message_uid(name)).await.unwrap().unwrap();
    let shown = read(&office.desk.renderer().json((&entry).into()).unwrap());
    let extra = serde_json::from_str(shown["extra"].as_str().unwrap()).unwrap_or_default();
    (shown, extra)
}

async fn said_at(office: &Office, conversation: &Conversation, name: &str) -> Timestamp {
    office.store.entry_by_uid(conversation.id, &message_uid(name)).await.unwrap().unwrap().at
}

#[tokio::test]
async fn a_message_is_edited_in_time_or_not_at_all() {
    let (office, _ann) = chatting().await;
    office.set(json!({ "editS": 60, "staffEditS": 0 })).await;
    let conversation = office.of("v").await;
    for (who, name, limit_s) in [(visitor("v"), "of-v", Some(60)), (agent("ann"), "of-ann", None)] {
        office.text(&who, &conversation, name).await;
        let said = said_at(&office, &conversation, name).await;
        let send = async |draft: Draft, late_ms: i64| {
            let now = Timestamp(said.0 + limit_s.unwrap_or(1_000_000) * 1000 + late_ms);
            office.desk.send(default_device(&who), &conversation, draft, now).await
        };
        let late = send(edit("late", name, "late"), 1).await;
        assert_eq!(matches!(late, Err(DeskError::EditTooLate)), limit_s.is_some(), "{name}: {late:?}");
        send(edit("in-time", name, "in time"), 0).await.unwrap();
        let again = send(edit("in-time", name, "again"), 1).await.unwrap().unwrap();
        assert_eq!(read(&again)["content"], "in time", "a repeat gets its first answer");
        let (message, extra) = shown(&office, &conversation, name).await;
        assert_eq!(message["content"], "in time");
        assert_eq!(extra["edited"]["seq"], read(&again)["seq"]);
    }
}

#[tokio::test]
async fn an_edit_is_heard_as_an_entry_that_names_its_message() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    let who = visitor("v");
    office.text(&who, &conversation, "m1").await;
    let outbox = office.listen(&conversation);
    let now = said_at(&office, &conversation, "m1").await;
    let stored = office.desk.send(default_device(&who), &conversation, edit("e1", "m1", "better"), now).await;
    let heard = office.next(&outbox).await;
    assert_eq!(heard, read(&stored.unwrap().unwrap()));
    assert_eq!((&heard["type"], &heard["content"]), (&"EDIT".into(), &"better".into()), "old clients show a text");
    let extra: Value = serde_json::from_str(heard["extra"].as_str().unwrap()).unwrap();
    assert_eq!(extra["editedUid"], "m1");
}

#[tokio::test]
async fn what_is_not_there_not_ones_own_or_recalled_is_not_edited() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    let (who, ann) = (visitor("v"), agent("ann"));
    for (by, name) in [(&who, "m1"), (&who, "gone"), (&ann, "of-ann")] {
        office.text(by, &conversation, name).await;
    }
    let now = said_at(&office, &conversation, "gone").await;
    office.desk.send(default_device(&who), &conversation, draft("r", "RECALL", "gone"), now).await.unwrap();
    let head = office.head(&conversation).await;
    for (target, refusal) in [
        ("of-ann", Refusal::NotTheSender),
        ("unheard of", Refusal::UnknownMessage),
        ("gone", Refusal::Recalled),
        ("r", Refusal::NotAmendable),
    ] {
        let written = office.submit(default_device(&who), &conversation, edit("e", target, "x")).await.unwrap();
        assert_eq!(written, Some(Written::Refused(refusal)), "{target}");
    }
    office.set(json!({ "edit": false })).await;
    let off = office.desk.send(default_device(&who), &conversation, edit("e", "m1", "x"), now).await;
    assert!(matches!(off, Err(DeskError::NoEdits)), "{off:?}");
    assert_eq!(office.head(&conversation).await, head);
}

#[tokio::test]
async fn a_recall_takes_the_edits_along() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    let who = visitor("v");
    office.text(&who, &conversation, "m1").await;
    let now = said_at(&office, &conversation, "m1").await;
    for said in [edit("e1", "m1", "secret"), sign("s1", "m1", "👍", false), draft("r1", "RECALL", "m1")] {
        office.desk.send(default_device(&who), &conversation, said, now).await.unwrap();
    }
    let page = office.desk.history(&conversation, 0, 100).await.unwrap();
    for message in &page.messages {
        assert!(!String::from_utf8_lossy(message).contains("secret"), "{message:?}");
    }
    let (message, _) = shown(&office, &conversation, "m1").await;
    assert_eq!((&message["status"], &message["extra"]), (&"RECALL".into(), &"".into()));
}

#[tokio::test]
async fn signs_are_counted_and_open_nothing() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    let (who, ann) = (visitor("v"), agent("ann"));
    office.text(&ann, &conversation, "m1").await;
    let outbox = office.listen(&conversation);
    office.submit(default_device(&who), &conversation, sign("s1", "m1", "👍", false)).await.unwrap();
    let heard = office.next(&outbox).await;
    let extra: Value = serde_json::from_str(heard["extra"].as_str().unwrap()).unwrap();
    assert_eq!((&heard["type"], &heard["content"]), (&"REACTION".into(), &"👍".into()), "old clients show the sign");
    assert_eq!(extra["reaction"], json!({ "uid": "m1", "emoji": "👍", "remove": false }));
    office.submit(default_device(&ann), &conversation, sign("s2", "m1", "👍", false)).await.unwrap();
    let (_, extra) = shown(&office, &conversation, "m1").await;
    assert_eq!(extra["reactions"], json!([{ "emoji": "👍", "count": 2, "users": ["v", "ann"] }]));

    office.command(&ann, "v", deskwire_desk::Command::Close, Value::Null).await.unwrap();
    let closed = office.of("v").await;
    office.submit(default_device(&who), &closed, sign("s3", "m1", "👍", true)).await.unwrap();
    assert_eq!(office.of("v").await.status, deskwire_model::ThreadStatus::Closed, "a sign is no question");
    assert_eq!(office.desk.unread(&ann.uid).await.unwrap(), 0, "and nothing to read");
}

/// The content of a quotation of `target`, with lies about it.
fn quotation(name: &str, target: &str) -> Draft {
    let content = json!({
        "content": "I mean this", "quotedMessageUid": target, "quotedContent": "forged", "quotedSenderName": "Boss",
        "colour": "green",
    });
    draft(name, "QUOTATION", &content.to_string())
}

async fn quoted(office: &Office, by: &Principal, conversation: &std::sync::Arc<Conversation>, said: Draft) -> Value {
    let stored = office.desk.send(default_device(by), conversation, said, NOW).await.unwrap().unwrap();
    serde_json::from_str(read(&stored)["content"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_quotation_says_what_the_log_says() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    let (who, ann) = (visitor("v"), agent("ann"));
    office.text(&ann, &conversation, "m1").await;
    let document = quoted(&office, &who, &conversation, quotation("q1", "m1")).await;
    let at = office.desk.renderer().local_time(said_at(&office, &conversation, "m1").await);
    let expected = json!({
        "content": "I mean this", "colour": "green", "quotedMessageUid": "m1", "quotedMessageType": "TEXT",
        "quotedContent": "hello", "quotedSenderUid": "ann", "quotedSenderName": "ANN", "quotedCreatedAt": at,
    });
    assert_eq!(document, expected);
    let again = quoted(&office, &ann, &conversation, quotation("q2", "q1")).await;
    assert_eq!((&again["quotedMessageType"], &again["quotedContent"]), (&"TEXT".into(), &"I mean this".into()));
}

#[tokio::test]
async fn only_what_one_may_see_is_quoted() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    let (who, ann) = (visitor("v"), agent("ann"));
    office.text(&who, &conversation, "m1").await;
    office.text(&who, &conversation, "gone").await;
    let notes = office.desk.own_conversation(&ann, &format!("{}_internal", conversation.topic)).await.unwrap();
    office.text(&ann, &notes, "note").await;
    office.submit(default_device(&who), &conversation, quotation("q0", "gone")).await.unwrap();
    let now = said_at(&office, &conversation, "gone").await;
    office.desk.send(default_device(&who), &conversation, draft("r", "RECALL", "gone"), now).await.unwrap();
    for target in ["note", "gone", "unheard of", "r"] {
        let refused = office.submit(default_device(&who), &conversation, quotation("q1", target)).await;
        assert!(matches!(refused, Err(DeskError::NotQuotable)), "{target}: {refused:?}");
    }
    let again = office.submit(default_device(&who), &conversation, quotation("q0", "gone")).await.unwrap();
    assert!(matches!(again, Some(Written::Duplicate { .. })), "a repeat gets its first answer: {again:?}");
    let in_notes = quoted(&office, &ann, &notes, quotation("q2", "m1")).await;
    assert_eq!(in_notes["quotedContent"], "hello", "notes quote what they are about");
}

#[tokio::test]
async fn drafts_are_seen_only_where_the_service_wants_to() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    let outbox = office.listen(&conversation);
    let preview = async |by: &Principal, content: &str, at: Timestamp| {
        let draft = draft("p", "PREVIEW", content);
        let submitted =
            office.desk.submit(default_device(by), &conversation, draft, at, deskwire_broker::Reply::Nobody);
        assert_eq!(submitted.await.unwrap(), deskwire_desk::Submitted::Done);
        office.desk.probe().await.unwrap();
        outbox.take_deliveries().0.len()
    };
    let (who, ann) = (visitor("v"), agent("ann"));
    assert_eq!(preview(&who, "hel", NOW).await, 0, "off by default");
    office.set(json!({ "preview": true })).await;
    assert_eq!(preview(&ann, "hel", NOW).await, 0, "visitors do not see drafts");
    assert_eq!(preview(&who, "hel", NOW).await, 1);
    assert_eq!(preview(&who, "hell", Timestamp(NOW.0 + 100)).await, 0, "not so often");
    assert_eq!(preview(&who, "", Timestamp(NOW.0 + 110)).await, 1, "but that it is gone");
    assert_eq!(preview(&who, "hello", Timestamp(NOW.0 + 400)).await, 1);
    assert_eq!(office.head(&conversation).await, 1, "drafts are not kept");
}

#[tokio::test]
async fn what_only_the_desk_says_and_what_does_not_fit_leaves_nothing() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    for by in [visitor("v"), agent("ann")] {
        for kind in ["WELCOME", "QUEUE", "AUTO_CLOSED", "CONTINUE", "LEAVE_MSG", "ROBOT", "ROBOT_STREAM_END"] {
            let refused = office.submit(default_device(&by), &conversation, draft("x", kind, "")).await;
            assert!(matches!(refused, Err(DeskError::ServersOwn(_))), "{kind}: {refused:?}");
        }
    }
    let misfit = dialect::parse(&br#"{"type":"FILE","content":"{\"name\":\"a\"}"}"#.to_vec().into());
    assert_eq!(
        misfit.unwrap_err().to_string(),
        "the content of a message of type FILE does not fit: url must be there"
    );
    assert_eq!(office.head(&conversation).await, 1);
}
