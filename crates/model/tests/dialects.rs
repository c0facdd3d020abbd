//! Both dialects say the same, nobody speaks in another's name, and nothing a client said is lost.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use deskwire_model::{
    Conversation, LogId, MessageType, MessageUid, Payload, Profile, Seq, Stamp, ThreadStatus, ThreadType, Timestamp,
    Uid,
    dialect::{self, DialectError, Renderer, Rendition},
    proto,
};
use proptest::prelude::*;
use prost::Message as _;
use serde_json::{Value, json};

fn conversation() -> Conversation {
    let (agent, visitor) = (Uid::new("df_ag_uid").unwrap(), Uid::new("v1").unwrap());
    Conversation {
        id: LogId(7),
        uid: Uid::new("t7").unwrap(),
        session_no: "S7".to_owned(),
        org: Uid::new("df_org_uid").unwrap(),
        topic: ThreadType::Agent.topic(&agent, &visitor),
        kind: ThreadType::Agent,
        service: agent.clone(),
        visitor,
        visitor_profile: Profile { nickname: "访客".to_owned(), avatar: String::new() },
        status: ThreadStatus::Chatting,
        agent: Some(agent),
        fence: 1,
        channel: "WEB".to_owned(),
        created_at: Timestamp(0),
        attendants: Vec::new(),
        notes_of: None,
    }
}

fn stamped(bytes: impl Into<Bytes>) -> Payload {
    let conversation = conversation();
    let draft = dialect::parse(&bytes.into()).unwrap();
    let stamp = Stamp {
        sender: &conversation.visitor,
        user_type: "VISITOR",
        nickname: "Ann",
        avatar: "",
        conversation: &conversation,
    };
    dialect::stamp(&draft, &stamp)
}

fn rendition(payload: &Payload) -> Rendition<'_> {
    Rendition { payload, seq: Some(Seq(3)), at: Timestamp(1_710_566_165_123), recalled: false }
}

fn renderer() -> Renderer {
    Renderer::new("Asia/Shanghai").unwrap()
}

fn as_json(rendition: Rendition<'_>) -> Value {
    serde_json::from_slice(&renderer().json(rendition).unwrap()).unwrap()
}

fn as_proto(rendition: Rendition<'_>) -> proto::Message {
    proto::Message::decode(renderer().protobuf(rendition).unwrap()).unwrap()
}

#[test]
fn the_server_stamps_sender_thread_time_and_status() {
    let payload = stamped(
        json!({
            "uid": "m1", "type": "text", "content": "hi", "status": "SENDING", "createdAt": 5, "client": "H5",
            "user": {"uid": "somebody-else", "nickname": "forged", "type": "AGENT"},
            "thread": {"uid": "x", "topic": "org/agent/other/v9"}, "seq": 99,
            "extra": {"orgUid": "o"}, "custom": [1, {"a": null}],
        })
        .to_string(),
    );
    let seen = as_json(rendition(&payload));
    assert_eq!(seen["status"], "SUCCESS");
    assert_eq!(seen["type"], "TEXT");
    assert_eq!(seen["channel"], "H5");
    assert_eq!(seen["createdAt"], "2024-03-16 13:16:05");
    assert_eq!(seen["timestamp"], 1_710_566_165_123_i64);
    assert_eq!(seen["seq"], 3);
    assert_eq!(seen["user"], json!({"uid": "v1", "nickname": "Ann", "avatar": "", "type": "VISITOR"}));
    assert_eq!(seen["thread"]["topic"], "org/agent/df_ag_uid/v1");
    assert_eq!(seen["thread"]["sessionId"], 7);
    assert_eq!(seen["thread"]["sessionNo"], "S7");
    assert_eq!(seen["extra"], r#"{"orgUid":"o"}"#, "extra is text on the wire");
    assert_eq!(seen["custom"], json!([1, {"a": null}]), "unknown members survive");

    let seen = as_proto(rendition(&payload));
    assert_eq!((seen.seq, seen.created_at.as_str()), (3, "2024-03-16 13:16:05"));
    assert_eq!(seen.user.unwrap().uid, "v1");
    assert_eq!(seen.thread.unwrap().topic, "org/agent/df_ag_uid/v1");
}

#[test]
fn unknown_protobuf_fields_survive() {
    let mut bytes = proto::Message { uid: "m1".into(), content: "hi".into(), ..Default::default() }.encode_to_vec();
    let unknown = [0xfa, 0x3e, 3, b'n', b'e', b'w'];
    bytes.extend_from_slice(&unknown);
    let payload = stamped(bytes);
    let out = renderer().protobuf(rendition(&payload)).unwrap();
    assert!(out.windows(unknown.len()).any(|w| w == unknown));
    let seen = proto::Message::decode(out).unwrap();
    assert_eq!((seen.content.as_str(), seen.r#type.as_str(), seen.status.as_str()), ("hi", "TEXT", "SUCCESS"));
}

#[test]
fn the_old_thread_layout_is_read_and_the_new_one_written() {
    let thread =
        proto::Thread { topic: "org/agent/a/v".into(), channel: r#"{"old":"extra"}"#.into(), ..Default::default() };
    let message = proto::Message { uid: "m".into(), thread: Some(thread), ..Default::default() };
    let bytes = Bytes::from(message.encode_to_vec());
    assert_eq!(dialect::parse(&bytes).unwrap().thread_topic.as_deref(), Some("org/agent/a/v"));
    let seen = as_proto(rendition(&stamped(bytes))).thread.unwrap();
    assert_eq!((seen.channel.as_str(), seen.extra.as_str()), ("WEB", r#"{"orgUid":"df_org_uid"}"#));
}

#[test]
fn a_recalled_message_keeps_its_place_and_loses_its_words() {
    for payload in [
        stamped(json!({"uid": "m1", "content": "secret", "custom": "secret"}).to_string()),
        stamped(proto::Message { uid: "m1".into(), content: "secret".into(), ..Default::default() }.encode_to_vec()),
    ] {
        let recalled = Rendition { recalled: true, ..rendition(&payload) };
        let seen = as_json(recalled);
        assert_eq!((&seen["uid"], &seen["status"], &seen["content"]), (&json!("m1"), &json!("RECALL"), &json!("")));
        assert!(!renderer().json(recalled).unwrap().windows(6).any(|w| w == b"secret"));
        assert!(!renderer().protobuf(recalled).unwrap().windows(6).any(|w| w == b"secret"));
    }
}

#[test]
fn bad_messages_are_told_what_is_wrong() {
    let parse = |text: &str| dialect::parse(&Bytes::copy_from_slice(text.as_bytes()));
    assert_eq!(parse(""), Err(DialectError::Empty));
    assert!(matches!(parse("{"), Err(DialectError::Json(_))));
    assert!(matches!(parse("[1]"), Err(DialectError::Protobuf(_))));
    assert_eq!(parse(r#"{"uid":5}"#), Err(DialectError::NotText("uid")));
    assert!(matches!(parse(r#"{"type":"a b"}"#), Err(DialectError::Type(_))));
    assert!(matches!(parse(r#"{"uid":"\n"}"#), Err(DialectError::Uid(_))));
    assert!(parse(r#"{"type":"IMAGE","content":"http://x/y.png"}"#).is_ok());
    assert!(matches!(parse(r#"{"type":"IMAGE","content":"y.png"}"#), Err(DialectError::Content(..))));
    assert!(parse(r#"{"type":"IMAGE","content":"{\"url\":\"u\"}"}"#).is_ok());
    assert!(parse(r#"{"type":"IMAGE","content":{"url":"u"}}"#).is_ok());
}

#[test]
fn json_may_begin_with_blanks_where_nothing_but_json_comes() {
    let spaced = b"\n  {\"uid\":\"m1\",\"content\":\"hi\"}";
    assert!(dialect::parse_json(spaced).is_ok_and(|draft| draft.content == "hi"));
    assert!(matches!(dialect::parse_json(b"hello"), Err(DialectError::Json(_))));
}

#[test]
fn a_protobuf_message_whose_first_bytes_look_like_blanks_is_protobuf() {
    // Tag and length of a uid of 32 bytes are a line feed and a blank.
    let uid = format!("{{{}", "x".repeat(31));
    let bytes = Bytes::from(proto::Message { uid: uid.clone(), ..Default::default() }.encode_to_vec());
    assert!(bytes.starts_with(b"\n {"));
    assert_eq!(dialect::parse(&bytes).unwrap().uid.as_str(), uid);
}

#[test]
fn what_the_server_composes_renders_in_both_dialects() {
    let draft = dialect::compose(MessageUid::random(), MessageType::new("WELCOME").unwrap(), "您好".to_owned());
    let conversation = conversation();
    let stamp = Stamp {
        sender: &conversation.service,
        user_type: "AGENT",
        nickname: "客服",
        avatar: "",
        conversation: &conversation,
    };
    let payload = dialect::stamp(&draft, &stamp);
    assert_eq!(as_json(rendition(&payload))["content"], "您好");
    assert_eq!(as_proto(rendition(&payload)).content, "您好");
}

proptest! {
    #[test]
    fn both_dialects_agree_on_any_text(content in "\\PC{0,40}", nickname in "\\PC{0,12}", extra in "\\PC{1,20}") {
        let json = json!({"uid": "m", "content": content, "extra": extra, "user": {"nickname": nickname}}).to_string();
        let binary = proto::Message {
            uid: "m".into(), content: content.clone(), extra: extra.clone(), channel: "WEB".into(), ..Default::default()
        }.encode_to_vec();
        let (a, b) = (stamped(json), stamped(binary));
        for payload in [&a, &b] {
            let (j, p) = (as_json(rendition(payload)), as_proto(rendition(payload)));
            prop_assert_eq!(j["content"].as_str(), Some(content.as_str()));
            prop_assert_eq!(&p.content, &content);
            prop_assert_eq!(j["extra"].as_str(), Some(extra.as_str()));
            prop_assert_eq!(&p.extra, &extra);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = dialect::parse(&bytes.into());
    }
}
