//! Messages that name their conversation themselves, as clients of Spring send them to one destination for all (seeds 002
//! and 003): the `message-json` dialect with a few more names for the same things.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{DialectError, json, object::Members};
use crate::{
    ids::{LogId, Uid},
    message::Draft,
};

/// How a message names its conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `topic`, or `topic` of `thread`: the conversation's topic, with slashes.
    Topic(Box<str>),
    /// `sessionNo`: the conversation's number with its day.
    SessionNo(Box<str>),
    /// `sessionId`: the conversation's number.
    Session(LogId),
    /// `toUserId`: whoever is at the other end of it.
    User(Uid),
}

/// The members that are read here and that the server's own `thread` makes superfluous.
pub(super) const NAMES: &[&str] = &["sessionId", "sessionNo", "toUserId", "topic"];

#[derive(Deserialize)]
struct Thread {
    topic: Option<Box<str>>,
}

pub(super) fn parse(bytes: &[u8]) -> Result<(Option<Address>, Draft), DialectError> {
    let members = Members::parse(bytes)?;
    let uid = first(&members, ["uid", "msgNo", "messageId"]);
    // `type` says what kind of frame it is where there is a `msgType`.
    let kind = first(&members, ["msgType", "type"]);
    let draft = json::draft(&members, &uid, &kind, NAMES)?;
    Ok((address(&members)?, draft))
}

/// The first of `names` that says something.
pub(super) fn first<const N: usize>(members: &Members<'_>, names: [&'static str; N]) -> String {
    let mut texts = names.into_iter().map(|name| members.text_or_json(name));
    texts.find(|text| !text.is_empty()).unwrap_or_default().into_owned()
}

pub(super) fn address(members: &Members<'_>) -> Result<Option<Address>, DialectError> {
    let thread = members.get("thread").map(RawValue::get).and_then(|json| serde_json::from_str::<Thread>(json).ok());
    let topic = members.text("topic")?;
    let topic = if topic.is_empty() { thread.and_then(|thread| thread.topic) } else { Some(topic.into()) };
    if let Some(topic) = topic.filter(|topic| !topic.is_empty()) {
        return Ok(Some(Address::Topic(topic.replace('.', "/").into())));
    }
    let (number, id) = (members.text_or_json("sessionNo"), members.text_or_json("sessionId"));
    if !number.is_empty() {
        return Ok(Some(Address::SessionNo(number.into())));
    }
    if !id.is_empty() {
        let id = id.parse().map_err(|_| DialectError::NotNumber("sessionId"))?;
        return Ok(Some(Address::Session(LogId(id))));
    }
    let user = members.text_or_json("toUserId");
    if user.is_empty() { Ok(None) } else { Ok(Some(Address::User(Uid::new(&user).map_err(DialectError::User)?))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_has_four_names() {
        let topic = |topic: &str| Some(Address::Topic(topic.into()));
        for (body, expected) in [
            (r#"{"topic":"org/agent/a/v"}"#, topic("org/agent/a/v")),
            (r#"{"topic":"org.agent.a.v","sessionId":1}"#, topic("org/agent/a/v")),
            (r#"{"thread":{"topic":"org/agent/a/v","uid":1},"toUserId":"x"}"#, topic("org/agent/a/v")),
            (r#"{"thread":"none","sessionNo":"20260101000001"}"#, Some(Address::SessionNo("20260101000001".into()))),
            (r#"{"sessionId":7}"#, Some(Address::Session(LogId(7)))),
            (r#"{"sessionId":"7"}"#, Some(Address::Session(LogId(7)))),
            (r#"{"toUserId":"v"}"#, Some(Address::User(Uid::new("v").unwrap()))),
            (r#"{"toUserId":10001}"#, Some(Address::User(Uid::new("10001").unwrap()))),
            (r#"{"topic":null,"sessionNo":""}"#, None),
            ("{}", None),
        ] {
            assert_eq!(parse(body.as_bytes()).unwrap().0, expected, "{body}");
        }
        for bad in [r#"{"sessionId":"seven"}"#, r#"{"sessionId":{}}"#, r#"{"toUserId":"a/b"}"#, r#"{"topic":1}"#, "[]"]
        {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_message_has_its_other_names_too() {
        let body = r#"{"type":"MSG","msgType":"text","msgNo":"m1","sessionId":1,"content":"hello","job":5}"#;
        let (_, draft) = parse(body.as_bytes()).unwrap();
        assert_eq!((draft.uid.as_str(), draft.kind.as_str(), draft.content.as_str()), ("m1", "TEXT", "hello"));
        let (_, draft) = parse(br#"{"messageId":17,"content":"hello"}"#).unwrap();
        assert_eq!((draft.uid.as_str(), draft.kind.as_str()), ("17", "TEXT"));
    }
}
