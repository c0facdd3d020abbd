//! Short words for what the cases need.

use deskwire_model::{
    AgentProfile, AgentStatus, Conversation, LogId, MessageType, MessageUid, Payload, Profile, Role, Seq, ThreadStatus,
    ThreadType, Timestamp, Uid,
};
use deskwire_store::{
    Decision, NewConversation, NewEntry, Placement, Refusal, Store, StoreError, Upto, Visitor, VisitorTold, Write,
    Written,
};

pub(crate) fn uid(text: &str) -> Uid {
    Uid::new(text).unwrap()
}

pub(crate) fn message_uid(text: &str) -> MessageUid {
    MessageUid::new(text).unwrap()
}

/// A conversation between `visitor`, who takes part, and the workgroup `sales` of the organisation `acme`.
pub(crate) fn conversation_of(visitor: &str) -> NewConversation {
    NewConversation {
        uid: uid(&format!("thread-{visitor}")),
        org: uid("acme"),
        topic: ThreadType::Workgroup.topic(&uid("sales"), &uid(visitor)),
        kind: ThreadType::Workgroup,
        service: uid("sales"),
        visitor: uid(visitor),
        visitor_profile: Profile { nickname: format!("Visitor {visitor}"), avatar: String::new() },
        channel: "WEB".to_owned(),
        participants: vec![uid(visitor)],
    }
}

pub(crate) fn entry(log: LogId, sender: &str, name: &str) -> NewEntry {
    NewEntry {
        log,
        sender: uid(sender),
        uid: message_uid(name),
        kind: MessageType::text(),
        payload: Payload::Json(format!(r#"{{"uid":"{name}"}}"#).into_bytes().into()),
        hides: None,
    }
}

pub(crate) fn append(log: LogId, sender: &str, name: &str) -> Write {
    Write::Append(entry(log, sender, name))
}

pub(crate) fn recall(log: LogId, sender: &str, name: &str, target: &str) -> Write {
    let kind = MessageType::new("RECALL").unwrap();
    Write::Append(NewEntry { kind, hides: Some(message_uid(target)), ..entry(log, sender, name) })
}

pub(crate) fn delivered(log: LogId, user: &str, device: &str, seq: u64) -> Write {
    Write::Delivered { log, user: uid(user), device: device.into(), seq: Seq(seq) }
}

pub(crate) fn read(log: LogId, user: &str, seq: u64) -> Write {
    Write::Read { log, user: uid(user), device: Some(Box::default()), upto: Upto::Seq(Seq(seq)) }
}

pub(crate) fn assign(log: LogId, fence: u64, agent: &str, capacity: u32) -> Write {
    let to =
        Placement { status: ThreadStatus::Chatting, agent: Some(uid(agent)), capacity: Some(capacity), service: None };
    Write::Decide(Box::new(Decision { to: Some(to), ..decision(log, fence) }))
}

/// A change of status; who owns the conversation owns it no more, unless it is named.
pub(crate) fn set_status(log: LogId, fence: u64, status: ThreadStatus, agent: Option<&str>) -> Write {
    let to = Placement { status, agent: agent.map(uid), capacity: None, service: None };
    Write::Decide(Box::new(Decision { to: Some(to), ..decision(log, fence) }))
}

/// A decision that changes nothing but the fence.
pub(crate) fn decision(log: LogId, fence: u64) -> Decision {
    Decision {
        log,
        fence,
        to: None,
        joins: Vec::new(),
        leaves: Vec::new(),
        entries: Vec::new(),
        timers: Vec::new(),
        consumes: None,
        facts: Vec::new(),
        card: None,
    }
}

pub(crate) fn agent(name: &str, org: &str) -> AgentProfile {
    AgentProfile {
        uid: uid(name),
        org: uid(org),
        username: name.to_owned(),
        profile: Profile { nickname: name.to_uppercase(), avatar: format!("https://example.org/{name}.png") },
        status: AgentStatus::Available,
        capacity: 3,
        role: Role::Agent,
    }
}

pub(crate) async fn commit_one(store: &Store, write: Write) -> Written {
    let mut written = store.commit(vec![write]).await.unwrap();
    assert_eq!(written.len(), 1, "one write has one answer");
    written.remove(0)
}

/// Introduces a visitor whose client tells nothing.
pub(crate) async fn introduce(store: &Store, visitor: &Visitor) -> Result<Visitor, StoreError> {
    store.introduce_visitor(visitor, VisitorTold::default(), Timestamp(1)).await
}

/// Creates the conversation of `visitor`.
pub(crate) async fn create(store: &Store, visitor: &str) -> Conversation {
    conversation(commit_one(store, Write::CreateConversation(conversation_of(visitor))).await)
}

/// Creates the conversation of `visitor` with `entries` entries of hers: `m1`, `m2` …
pub(crate) async fn create_log(store: &Store, visitor: &str, entries: usize) -> LogId {
    let log = create(store, visitor).await.id;
    store.commit((1..=entries).map(|n| append(log, visitor, &format!("m{n}"))).collect()).await.unwrap();
    log
}

/// The conversation in an answer.
pub(crate) fn conversation(written: Written) -> Conversation {
    match written {
        Written::Conversation { conversation, .. } | Written::Decided { conversation, .. } => *conversation,
        other => panic!("a conversation was expected, not {other:?}"),
    }
}

/// The position in the answer to an append, first or repeated.
pub(crate) fn seq(written: &Written) -> u64 {
    match written {
        Written::Appended { seq, .. } | Written::Duplicate { seq, .. } => seq.0,
        other => panic!("a position was expected, not {other:?}"),
    }
}

/// The position a cursor moved to, if it moved.
pub(crate) fn moved(written: Written) -> Option<(u64, String)> {
    match written {
        Written::Cursor(moved) => moved.map(|moved| (moved.seq.0, moved.uid.to_string())),
        other => panic!("a cursor was expected, not {other:?}"),
    }
}

pub(crate) fn refused(refusal: Refusal) -> Written {
    Written::Refused(refusal)
}
