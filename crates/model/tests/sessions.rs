//! `session-json`: what is said in any dialect is shown as seed 002 documents it, and what is said in it comes back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use deskwire_model::{
    Conversation, Draft, LogId, Payload, Profile, Seq, Stamp, ThreadStatus, ThreadType, Timestamp, Uid,
    dialect::{self, Renderer, Rendition},
    proto,
};
use proptest::prelude::*;
use prost::Message as _;
use serde_json::{Value, json};

const LOG: LogId = LogId(1);
/// 2024-03-16 13:16:05 in Shanghai.
const AT: Timestamp = Timestamp(1_710_566_165_000);

fn conversation() -> Conversation {
    let (agent, visitor) = (Uid::new("5").unwrap(), Uid::new("10001").unwrap());
    Conversation {
        id: LOG,
        uid: Uid::new("t1").unwrap(),
        session_no: "20240316000001".to_owned(),
        org: Uid::new("o").unwrap(),
        topic: ThreadType::Agent.topic(&agent, &visitor),
        kind: ThreadType::Agent,
        service: agent.clone(),
        visitor,
        visitor_profile: Profile::default(),
        status: ThreadStatus::Chatting,
        agent: Some(agent),
        fence: 1,
        channel: "WEB".to_owned(),
        created_at: Timestamp(0),
        attendants: Vec::new(),
        notes_of: None,
    }
}

fn renderer() -> Renderer {
    Renderer::new("Asia/Shanghai").unwrap()
}

/// A message of the waiter, or of the customer.
fn stamped(draft: &Draft, of_waiter: bool) -> Payload {
    let conversation = conversation();
    let (sender, user_type, nickname) = if of_waiter {
        (&conversation.service, "AGENT", "客服小A")
    } else {
        (&conversation.visitor, "VISITOR", "Ann")
    };
    dialect::stamp(draft, &Stamp { sender, user_type, nickname, avatar: "https://a", conversation: &conversation })
}

fn rendition(payload: &Payload) -> Rendition<'_> {
    Rendition { payload, seq: Some(Seq(3)), at: AT, recalled: false }
}

fn shown(rendition: Rendition<'_>, about: Option<Seq>) -> Value {
    serde_json::from_slice(&renderer().session(rendition, LOG, about).unwrap()).unwrap()
}

fn draft(message: &Value) -> Draft {
    dialect::parse(&Bytes::from(message.to_string())).unwrap()
}

/// What the documentation shows of a message, with what every message has.
fn message(of_waiter: bool, kind: &str, mut own: Value) -> Value {
    let (id, name, role) = if of_waiter { (5, "客服小A", "waiter") } else { (10001, "Ann", "customer") };
    let head = json!({
        "type": "MSG", "msgType": kind, "msgNo": "m1", "msgId": 3, "sessionId": 1, "senderId": id, "senderName": name,
        "senderAvatar": "https://a", "senderRole": role, "sendTime": "2024-03-16 13:16:05",
    });
    own.as_object_mut().unwrap().extend(head.as_object().unwrap().clone());
    own
}

#[test]
fn each_type_looks_as_documented() {
    let document = |value: Value| value.to_string();
    let card = json!({"orderCardId": 5, "name": "定金", "price": "29.9", "status": "pending", "countdownSeconds": 60});
    for (kind, content, of_waiter, expected) in [
        ("TEXT", "您好".to_owned(), true, message(true, "text", json!({"content": "您好"}))),
        ("TEXT", r#"{"a":1}"#.to_owned(), false, message(false, "text", json!({"content": r#"{"a":1}"#}))),
        (
            "IMAGE",
            document(json!({"url": "/f/a.jpg", "filename": "截图.jpg", "size": "102400", "mimeType": "image/jpeg"})),
            true,
            message(
                true,
                "image",
                json!({"fileUrl": "/f/a.jpg", "fileName": "截图.jpg", "fileSize": 102_400, "fileType": "image/jpeg"}),
            ),
        ),
        (
            "FILE",
            document(json!({"url": "/f/a.pdf", "name": "a.pdf", "size": 7, "type": "application/pdf"})),
            false,
            message(
                false,
                "file",
                json!({"fileUrl": "/f/a.pdf", "fileName": "a.pdf", "fileSize": 7, "fileType": "application/pdf"}),
            ),
        ),
        (
            "JOB_CARD",
            r#"{"jobId":501}"#.to_owned(),
            true,
            message(true, "job_card", json!({"payload": {"jobId": 501}})),
        ),
        ("ORDER_CARD", document(card.clone()), true, message(true, "order_card", json!({"payload": card}))),
        ("SYSTEM", "fake".to_owned(), false, message(false, "system", json!({"content": "fake"}))),
        (
            "SYSTEM",
            "客服已接入,请稍候...".to_owned(),
            true,
            json!({
                "type": "SYSTEM", "event": "SYSTEM", "msgNo": "m1", "msgId": 3, "sessionId": 1,
                "sessionStatus": "CHATTING", "content": "客服已接入,请稍候...", "sendTime": "2024-03-16 13:16:05",
            }),
        ),
        (
            "ORDER_CARD_EXPIRE",
            document(json!({"orderCardId": 5, "status": "expired", "expireTime": "2024-03-16 13:17:10"})),
            true,
            json!({
                "type": "ORDER_CARD_EXPIRE", "msgNo": "m1", "msgId": 3, "sessionId": 1, "orderCardId": 5,
                "status": "expired", "expireTime": "2024-03-16 13:17:10", "sendTime": "2024-03-16 13:16:05",
            }),
        ),
        (
            "READ",
            "m0".to_owned(),
            false,
            json!({
                "type": "READ_RECEIPT", "sessionId": 1, "readerId": 10001, "lastReadMsgId": 99, "lastReadMsgNo": "m0",
                "readTime": "2024-03-16 13:16:05",
            }),
        ),
    ] {
        let by_json = stamped(&draft(&json!({"uid": "m1", "type": kind, "content": content})), of_waiter);
        let encoded =
            proto::Message { uid: "m1".to_owned(), r#type: kind.to_owned(), content, ..proto::Message::default() };
        let by_protobuf = stamped(&dialect::parse(&encoded.encode_to_vec().into()).unwrap(), of_waiter);
        for payload in [by_json, by_protobuf] {
            assert_eq!(shown(rendition(&payload), Some(Seq(99))), expected, "{kind}");
        }
    }
}

#[test]
fn what_is_taken_back_says_nothing_more() {
    let payload = stamped(&draft(&json!({"uid": "m1", "content": "secret"})), true);
    let seen = shown(Rendition { recalled: true, ..rendition(&payload) }, None);
    assert_eq!(seen, message(true, "text", json!({"content": "", "recalled": true})));
    assert_eq!(renderer().notification(Rendition { recalled: true, ..rendition(&payload) }, LOG).unwrap(), None);
}

#[test]
fn a_notice_says_that_there_is_something_new() {
    let notice = |kind: &str, content: &str, extra: Value| {
        let message = json!({"uid": "m1", "type": kind, "content": content, "extra": extra.to_string()});
        let notice = renderer().notification(rendition(&stamped(&draft(&message), true)), LOG).unwrap();
        notice.map(|notice| {
            assert_eq!(notice.sender.as_ref(), "5");
            serde_json::from_slice::<Value>(&notice.body).unwrap()
        })
    };
    let seen = notice("TEXT", &"长".repeat(500), json!({})).unwrap();
    assert_eq!(
        (&seen["type"], &seen["msgType"], &seen["senderId"]),
        (&json!("NEW_MESSAGE"), &json!("text"), &json!(5))
    );
    assert_eq!(seen["content"].as_str().unwrap().chars().count(), 100);
    let seen = notice("FILE", r#"{"url":"/f","name":"a.pdf"}"#, json!({})).unwrap();
    assert_eq!((&seen["content"], &seen["sessionId"], &seen["msgId"]), (&json!("a.pdf"), &json!(1), &json!(3)));
    let event = json!({"event": {"name": "ASSIGN", "from": "QUEUING", "to": "CHATTING", "agent": "5", "reason": "r"}});
    let seen = notice("WELCOME", r#"{"content":"hi"}"#, event).unwrap();
    assert_eq!((&seen["type"], &seen["status"]), (&json!("STATUS_CHANGE"), &json!("CHATTING")));
    assert_eq!((&seen["agentId"], &seen["content"]), (&json!(5), &json!("hi")));
    for kind in ["READ", "TYPING", "DELIVERED", "RECALL"] {
        assert_eq!(notice(kind, "m0", json!({})), None, "{kind}");
    }
}

#[test]
fn a_payload_keeps_all_but_its_content() {
    let encoded = proto::Message { uid: "m1".to_owned(), content: "old".to_owned(), ..proto::Message::default() };
    for original in
        [Bytes::from(json!({"uid": "m1", "content": "old", "custom": [1]}).to_string()), encoded.encode_to_vec().into()]
    {
        let payload = stamped(&dialect::parse(&original).unwrap(), true);
        let amended = dialect::amended(&payload, "new \"one\"").unwrap();
        assert_eq!(dialect::content_of(&amended).unwrap(), "new \"one\"");
        let read = |payload: &Payload| {
            let mut read: Value = serde_json::from_slice(&renderer().json(rendition(payload)).unwrap()).unwrap();
            read.as_object_mut().unwrap().remove("content");
            read
        };
        assert_eq!(read(&amended), read(&payload));
        let draft = dialect::with_content(dialect::parse(&original).unwrap(), "new \"one\"".to_owned());
        assert_eq!(dialect::content_of(&stamped(&draft, true)).unwrap(), "new \"one\"");
    }
}

#[test]
fn what_becomes_of_messages_is_told_and_shown() {
    let said = |kind: &str, content: &str, extra: Value| {
        let draft = draft(&json!({"uid": "m1", "type": kind, "content": content, "extra": extra.to_string()}));
        stamped(&draft, false)
    };
    let told = |kind: &str, own: Value| {
        let mut message = message(false, "", own);
        let members = message.as_object_mut().unwrap();
        members.remove("msgType");
        members.insert("type".to_owned(), json!(kind));
        message
    };
    let edit = said("EDIT", "new", json!({"editedUid": "m0"}));
    assert_eq!(shown(rendition(&edit), None), told("EDIT", json!({"editedMsgNo": "m0", "content": "new"})));
    let sign = said("REACTION", r#"{"uid":"m0","emoji":"👍","remove":true}"#, json!({}));
    let expected = json!({"reactedMsgNo": "m0", "reaction": "👍", "removed": true});
    assert_eq!(shown(rendition(&sign), None), told("REACTION", expected));
    let reactions = json!([{"emoji": "👍", "count": 1, "users": ["5"]}]);
    let marks = json!({"edited": {"at": 1, "seq": 4}, "reactions": reactions});
    let marked = dialect::marked(&said("TEXT", "text", json!({})), marks.as_object().unwrap().clone()).unwrap();
    let expected = json!({"content": "text", "edited": true, "reactions": reactions});
    assert_eq!(shown(rendition(&marked), None), message(false, "text", expected));
    for payload in [&edit, &sign] {
        assert_eq!(renderer().notification(rendition(payload), LOG).unwrap(), None, "that is no news");
    }
    let quotation = json!({"content": "yes", "quotedMessageUid": "m0"});
    let quoted = said("QUOTATION", &quotation.to_string(), json!({}));
    let expected = message(false, "quotation", json!({"payload": quotation, "content": "yes"}));
    assert_eq!(shown(rendition(&quoted), None), expected);
    let piece = said("ROBOT_STREAM", r#"{"answer":"hel"}"#, json!({}));
    let piece = shown(Rendition { seq: None, ..rendition(&piece) }, None);
    assert_eq!((&piece["type"], &piece["content"]), (&json!("ROBOT_STREAM"), &json!("hel")));
}

#[test]
fn times_are_read_as_they_are_written() {
    let renderer = renderer();
    assert_eq!(renderer.parse_local_time("2024-03-16 13:16:05"), Some(AT));
    for bad in ["", "2024-03-16", "2024-13-16 13:16:05", "2024-03-16 13:16:05Z", "tomorrow"] {
        assert_eq!(renderer.parse_local_time(bad), None, "{bad}");
    }
}

/// A message as a client of sessions writes it, with what of it comes back.
fn any_message() -> impl Strategy<Value = Value> {
    let file = ("[a-z]{1,8}", ".{1,12}", 0_u64..1 << 53).prop_map(|(kind, name, size)| {
        let kind = ["image", "file", "voice", "video"][kind.len() % 4];
        json!({"msgType": kind, "fileUrl": "/file/x", "fileName": name, "fileSize": size, "fileType": "a/b"})
    });
    let card = ("[a-z]{1,8}", ".{0,12}", any::<i32>()).prop_map(|(key, text, number)| {
        let kind = ["job_card", "order_card", "goods", "card"][key.len() % 4];
        json!({"msgType": kind, "payload": {key: text, "number": number, "inner": [null, {"a": true}]}})
    });
    let text = ".{0,40}".prop_map(|text| json!({"msgType": "text", "content": text}));
    prop_oneof![file, card, text]
}

proptest! {
    /// Whatever is said in the words of sessions is shown in them again, also after a journey through protobuf.
    #[test]
    fn what_is_said_comes_back(said in any_message(), of_waiter: bool) {
        let mut sent = said.clone();
        sent["msgNo"] = json!("m1");
        sent["sessionId"] = json!(1);
        let read = dialect::parse_session(sent.to_string().as_bytes()).unwrap();
        let payload = stamped(&read.draft, of_waiter);
        let expected = message(of_waiter, said["msgType"].as_str().unwrap(), {
            let mut own = said.clone();
            own.as_object_mut().unwrap().remove("msgType");
            own
        });
        prop_assert_eq!(&shown(rendition(&payload), None), &expected);
        let protobuf = Payload::Protobuf(renderer().protobuf(rendition(&payload)).unwrap());
        prop_assert_eq!(&shown(rendition(&protobuf), None), &expected);
    }

    /// No bytes make the reader or the writer fail otherwise than by saying so.
    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,60}", kind in "[A-Z_]{1,12}") {
        let _ = dialect::parse_session(&bytes);
        let body = json!({"type": kind, "msgType": text, "content": text, "payload": text, "fileUrl": text}).to_string();
        if let Ok(read) = dialect::parse_session(body.as_bytes()) {
            let payload = stamped(&read.draft, false);
            prop_assert!(renderer().session(rendition(&payload), LOG, None).is_ok());
            prop_assert!(renderer().notification(rendition(&payload), LOG).is_ok());
        }
    }
}

#[test]
fn what_one_user_is_told_has_its_type_and_no_number() {
    for (kind, content, text) in [
        ("NOTIFICATION_AGENT_REPLY_TIMEOUT", "the visitor waits", "the visitor waits"),
        ("NOTIFICATION_RATE_SUBMITTED", r#"{"content":"good","score":5}"#, "good"),
    ] {
        let message = json!({ "uid": "m1", "type": kind, "content": content });
        let draft = dialect::parse_json(message.to_string().as_bytes()).unwrap();
        let body = renderer().reminder(rendition(&stamped(&draft, true)), LOG).unwrap();
        let told: Value = serde_json::from_slice(&body).unwrap();
        let expected = json!({
            "type": kind, "content": text, "sessionId": 1, "topic": "org/agent/5/10001", "msgNo": "m1",
            "sendTime": "2024-03-16 13:16:05",
        });
        assert_eq!(told, expected);
    }
}
