//! Stamped messages read and written again: what they say, and the same with another text or with marks of what has become
//! of them. What nobody changes stays as it was spelled (ADR 3).

use serde_json::{Map, Value};

use super::{DialectError, json, object::Members, protobuf};
use crate::{entry::Payload, message::MessageType, proto};

/// Numbers of `content` and `extra` in a protobuf `Message`.
pub(super) const CONTENT: u32 = 3;
const EXTRA: u32 = 9;

/// Members of `extra` that only the server writes: what has become of a message.
pub(super) const MARKS: [&str; 2] = ["edited", "reactions"];

/// What a stamped message says, and who says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Its content.
    pub content: String,
    /// How its writer was called.
    pub nickname: String,
}

/// What a stamped message says, and who says it.
///
/// # Errors
/// [`DialectError`] when the payload was not made by [`super::stamp`].
pub fn words_of(payload: &Payload) -> Result<Words, DialectError> {
    let message = match payload {
        Payload::Json(stamped) => json::to_proto(stamped)?,
        Payload::Protobuf(stamped) => protobuf::decode(stamped)?,
    };
    Ok(Words { content: message.content, nickname: message.user.unwrap_or_default().nickname })
}

/// What a stamped message says.
///
/// # Errors
/// [`DialectError`] when the payload was not made by [`super::stamp`].
pub fn content_of(payload: &Payload) -> Result<String, DialectError> {
    match payload {
        Payload::Json(stamped) => Ok(Members::parse(stamped)?.text_or_json("content").into_owned()),
        Payload::Protobuf(stamped) => Ok(protobuf::decode(stamped)?.content),
    }
}

/// A stamped message with another content.
///
/// # Errors
/// [`DialectError`] when the payload was not made by [`super::stamp`].
pub fn amended(payload: &Payload, content: &str) -> Result<Payload, DialectError> {
    match payload {
        Payload::Json(stamped) => Ok(Payload::Json(json::replaced(stamped, "content", content)?)),
        Payload::Protobuf(stamped) => {
            let fields = proto::Message { content: content.to_owned(), ..proto::Message::default() };
            Ok(Payload::Protobuf(protobuf::replaced(stamped, CONTENT, &fields)?))
        }
    }
}

/// A stamped message of type `kind` with another text, if messages of this type have one of their own: TEXT, and what a
/// QUOTATION says itself.
///
/// # Errors
/// [`DialectError`] when the payload was not made by [`super::stamp`].
pub fn with_text(kind: &MessageType, payload: &Payload, text: &str) -> Result<Option<Payload>, DialectError> {
    match kind.as_str() {
        "TEXT" => amended(payload, text).map(Some),
        "QUOTATION" => {
            let Ok(Value::Object(mut document)) = serde_json::from_str(&content_of(payload)?) else { return Ok(None) };
            document.insert("content".to_owned(), text.into());
            amended(payload, &Value::Object(document).to_string()).map(Some)
        }
        _ => Ok(None),
    }
}

/// A stamped message with `marks` in its `extra`, in place of what it says there under their names.
///
/// # Errors
/// [`DialectError`] when the payload was not made by [`super::stamp`].
pub fn marked(payload: &Payload, marks: Map<String, Value>) -> Result<Payload, DialectError> {
    match payload {
        Payload::Json(stamped) => {
            let extra = merged(&Members::parse(stamped)?.text_or_json("extra"), marks);
            Ok(Payload::Json(json::replaced(stamped, "extra", &extra)?))
        }
        Payload::Protobuf(stamped) => {
            let extra = merged(&protobuf::decode(stamped)?.extra, marks);
            let fields = proto::Message { extra, ..proto::Message::default() };
            Ok(Payload::Protobuf(protobuf::replaced(stamped, EXTRA, &fields)?))
        }
    }
}

/// The JSON document `extra` with `members` in it.
fn merged(extra: &str, members: Map<String, Value>) -> String {
    let mut document = match serde_json::from_str(extra) {
        Ok(Value::Object(document)) => document,
        _ => Map::new(),
    };
    document.extend(members);
    Value::Object(document).to_string()
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use serde_json::json;

    use super::*;
    use crate::{
        MessageUid,
        dialect::{compose, with_content},
        message::{Draft, Original},
    };

    fn marks(mark: Value) -> Map<String, Value> {
        Map::from_iter([("edited".to_owned(), mark)])
    }

    /// One message in both dialects.
    fn both(content: &str) -> [Payload; 2] {
        let extra = r#"{"orgUid":"o","edited":"forged"}"#;
        let object = json!({ "uid": "m", "type": "TEXT", "content": content, "extra": extra, "colour": "green" });
        let message = proto::Message { content: content.to_owned(), extra: extra.to_owned(), ..Default::default() };
        // Field 99, which nobody knows.
        let unknown = [&message.encode_to_vec()[..], &[0x9a, 0x06, 0x01, b'x']].concat();
        [Payload::Json(object.to_string().into()), Payload::Protobuf(unknown.into())]
    }

    fn extra(payload: &Payload) -> Value {
        let text = match payload {
            Payload::Json(stamped) => json::to_proto(stamped).unwrap().extra,
            Payload::Protobuf(stamped) => protobuf::decode(stamped).unwrap().extra,
        };
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn another_text_leaves_everything_else_as_it_was() {
        for before in both("old") {
            let after = with_text(&MessageType::text(), &before, "new \"one\"").unwrap().unwrap();
            assert_eq!(content_of(&after).unwrap(), "new \"one\"");
            assert_eq!(extra(&after), extra(&before));
            let unknown: &[u8] = if let Payload::Json(_) = before { br#""colour":"green""# } else { b"\x9a\x06\x01x" };
            assert!(after.bytes().windows(unknown.len()).any(|window| window == unknown), "{after:?}");
            assert!(!after.bytes().windows(3).any(|window| window == b"old"), "{after:?}");
        }
    }

    #[test]
    fn a_message_with_another_content_does_not_hold_the_old_one() {
        let said = proto::Message { content: "old".into(), uid: "m1".into(), ..Default::default() };
        let draft = Draft {
            original: Original::Protobuf(said.encode_to_vec().into()),
            ..compose(MessageUid::random(), MessageType::text(), "old".into())
        };
        let after = with_content(draft, "new".into());
        let Original::Protobuf(bytes) = &after.original else { panic!("{after:?}") };
        let read = proto::Message::decode(bytes.clone()).unwrap();
        assert_eq!((read.content.as_str(), read.uid.as_str()), ("new", "m1"));
        assert!(!bytes.windows(3).any(|window| window == b"old"), "{bytes:?}");
    }

    #[test]
    fn a_quotation_keeps_what_it_quotes() {
        let kind = MessageType::new("QUOTATION").unwrap();
        for before in both(r#"{"content":"old","quotedContent":"q"}"#) {
            let after = with_text(&kind, &before, "new").unwrap().unwrap();
            let document: Value = serde_json::from_str(&content_of(&after).unwrap()).unwrap();
            assert_eq!(document, json!({ "content": "new", "quotedContent": "q" }));
        }
        let image = MessageType::new("IMAGE").unwrap();
        for before in both("x") {
            assert_eq!(with_text(&image, &before, "new").unwrap(), None, "a picture has no text");
            assert_eq!(with_text(&kind, &before, "new").unwrap(), None, "that is no quotation");
        }
    }

    #[test]
    fn marks_replace_each_other_and_do_not_pile_up() {
        for before in both("text") {
            let once = marked(&before, marks(json!({ "seq": 1 }))).unwrap();
            let again = (2..10).fold(once.clone(), |payload, n| marked(&payload, marks(json!({ "seq": n }))).unwrap());
            assert_eq!(extra(&again), json!({ "orgUid": "o", "edited": { "seq": 9 } }));
            assert_eq!(again.bytes().len(), once.bytes().len());
            assert_eq!(content_of(&again).unwrap(), "text");
        }
    }

    #[test]
    fn what_is_no_message_is_not_changed() {
        let damaged = [Payload::Json("no".into()), Payload::Protobuf(vec![0x1a, 0xff].into())];
        for payload in damaged {
            assert!(amended(&payload, "x").is_err());
            assert!(marked(&payload, Map::new()).is_err());
            assert!(words_of(&payload).is_err());
        }
    }
}
