//! From the words of a session to a [`Draft`].

use serde_json::{Map, Value, json};

use super::{Shape, is_file};
use crate::{
    dialect::{
        Address, DialectError,
        addressed::{self, NAMES},
        json as message_json,
        object::Members,
        with_extra,
    },
    ids::Seq,
    message::Draft,
};

/// Members that are read here or are the server's to say, besides [`NAMES`].
const OWN: &[&str] = &[
    "editedMsgNo",
    "fileName",
    "fileSize",
    "fileType",
    "fileUrl",
    "lastReadMsgId",
    "lastReadMsgNo",
    "msgId",
    "msgNo",
    "msgType",
    "payload",
    "reactedMsgNo",
    "reaction",
    "readTime",
    "readerId",
    "recalledMsgNo",
    "removed",
    "sendTime",
    "senderAvatar",
    "senderId",
    "senderName",
    "senderRole",
];

/// A message in the words of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionMessage {
    /// The conversation that it names, if it does.
    pub address: Option<Address>,
    /// What it says.
    pub draft: Draft,
    /// For a receipt that names what was read by its number: that number. The draft has no content then.
    pub reads: Option<Seq>,
}

pub(in crate::dialect) fn parse(bytes: &[u8]) -> Result<SessionMessage, DialectError> {
    let members = Members::parse(bytes)?;
    let uid = addressed::first(&members, ["uid", "msgNo", "messageId"]);
    // `type` says what kind of frame it is where there is a `msgType`.
    let name = addressed::first(&members, ["msgType", "type"]).to_ascii_uppercase();
    let kind = match name.as_str() {
        "MSG" => "",
        "READ_RECEIPT" => "READ",
        "DELIVERY_RECEIPT" => "DELIVERED",
        other => other,
    };
    let dropped: Vec<&str> = NAMES.iter().chain(OWN).copied().collect();
    let mut draft = message_json::draft(&members, &uid, kind, &dropped)?;
    let mut reads = None;
    let edited = members.text("editedMsgNo")?;
    if !edited.is_empty() {
        draft = with_extra(draft, json!({ "editedUid": edited }));
    }
    if draft.content.is_empty() {
        match Shape::of(kind) {
            Shape::Read => {
                draft.content = members.text("lastReadMsgNo")?.into_owned();
                reads = numbered(&members)?.filter(|_| draft.content.is_empty());
            }
            Shape::Recall | Shape::Delivered => {
                draft.content = addressed::first(&members, ["recalledMsgNo", "deliveredMsgNo"]);
            }
            Shape::Reaction => draft.content = reaction(&members)?,
            _ => draft.content = document(&members, kind)?,
        }
    }
    Ok(SessionMessage { address: addressed::address(&members)?, draft, reads })
}

/// `lastReadMsgId`, as a number or its text.
fn numbered(members: &Members<'_>) -> Result<Option<Seq>, DialectError> {
    let number = members.text_or_json("lastReadMsgId");
    if number.is_empty() {
        return Ok(None);
    }
    number.parse().map(|number| Some(Seq(number))).map_err(|_| DialectError::NotNumber("lastReadMsgId"))
}

/// The sign that a message is given, or that is taken back from it.
fn reaction(members: &Members<'_>) -> Result<String, DialectError> {
    let removed = members.get("removed").is_some_and(|value| value.get() == "true");
    let (target, sign) = (members.text("reactedMsgNo")?, members.text("reaction")?);
    Ok(json!({ "uid": target, "emoji": sign, "remove": removed }).to_string())
}

/// The content that a message has in members of its own: a file, or the document of a card.
fn document(members: &Members<'_>, kind: &str) -> Result<String, DialectError> {
    let url = members.text("fileUrl")?;
    if url.is_empty() || !is_file(kind) {
        return Ok(members.text_or_json("payload").into_owned());
    }
    let (name, media_type) = if kind == "FILE" { ("name", "type") } else { ("filename", "mimeType") };
    let mut content = Map::from_iter([("url".to_owned(), Value::from(url.into_owned()))]);
    for (theirs, ours) in [("fileName", name), ("fileSize", "size"), ("fileType", media_type)] {
        let value = members.text_or_json(theirs);
        if !value.is_empty() {
            content.insert(ours.to_owned(), Value::from(value.into_owned()));
        }
    }
    Ok(Value::Object(content).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::LogId;

    #[test]
    fn every_message_of_the_documentation_is_understood() {
        for (message, kind, content) in [
            (json!({"msgType": "text", "content": "您好"}), "TEXT", "您好".to_owned()),
            (json!({"type": "MSG", "content": "plain"}), "TEXT", "plain".to_owned()),
            (json!({"content": "plain"}), "TEXT", "plain".to_owned()),
            (
                json!({"type": "MSG", "msgType": "image", "fileUrl": "/f/a.jpg", "fileName": "截图.jpg", "fileSize": 102_400}),
                "IMAGE",
                json!({"filename": "截图.jpg", "size": "102400", "url": "/f/a.jpg"}).to_string(),
            ),
            (
                json!({"msgType": "file", "fileUrl": "/f/a.pdf", "fileName": "a", "fileType": "application/pdf"}),
                "FILE",
                json!({"name": "a", "type": "application/pdf", "url": "/f/a.pdf"}).to_string(),
            ),
            (json!({"msgType": "job_card", "payload": {"jobId": 501}}), "JOB_CARD", r#"{"jobId":501}"#.to_owned()),
            (json!({"msgType": "goods", "payload": r#"{"a":1}"#}), "GOODS", r#"{"a":1}"#.to_owned()),
            (json!({"type": "RECALL", "recalledMsgNo": "m1"}), "RECALL", "m1".to_owned()),
            (json!({"type": "READ_RECEIPT", "lastReadMsgNo": "m1", "lastReadMsgId": 3}), "READ", "m1".to_owned()),
            (json!({"type": "TYPING"}), "TYPING", String::new()),
            (json!({"type": "EDIT", "editedMsgNo": "m1", "content": "new"}), "EDIT", "new".to_owned()),
            (
                json!({"type": "REACTION", "reactedMsgNo": "m1", "reaction": "👍", "removed": true}),
                "REACTION",
                json!({"uid": "m1", "emoji": "👍", "remove": true}).to_string(),
            ),
        ] {
            let read = parse(message.to_string().as_bytes()).unwrap();
            assert_eq!((read.draft.kind.as_str(), read.draft.content.as_str()), (kind, content.as_str()), "{message}");
            assert_eq!((read.address, read.reads), (None, None), "{message}");
        }
    }

    #[test]
    fn a_receipt_names_a_message_by_its_number() {
        for id in ["99", r#""99""#] {
            let body = format!(r#"{{"type":"READ_RECEIPT","sessionId":1,"readerId":10001,"lastReadMsgId":{id}}}"#);
            let read = parse(body.as_bytes()).unwrap();
            assert_eq!((read.address, read.reads), (Some(Address::Session(LogId(1))), Some(Seq(99))));
        }
        for bad in [r#"{"type":"READ_RECEIPT","lastReadMsgId":"m1"}"#, r#"{"msgType":"image","fileUrl":7}"#, "[]", "{"]
        {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
