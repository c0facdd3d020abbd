//! What is asked of every draft, in whichever dialect it came: a type that is known, a content that fits it, no marks that
//! only the server makes; and one spelling of what clients spell in several ways.

use serde_json::{Map, Value};

use super::{DialectError, amending::MARKS, extra, with_content, with_extra};
use crate::{
    content::{self, InvalidContent, Reaction},
    ids::MessageUid,
    message::{Draft, MessageClass, MessageType, Original},
};

/// The member of `extra` that names what an EDIT changes.
const EDITED_UID: &str = "editedUid";
/// The member of `extra` that says what a REACTION does.
const REACTION: &str = "reaction";

pub(super) fn checked(draft: Draft) -> Result<Draft, DialectError> {
    let draft = without_marks(draft);
    // As the clients of today do (`spec/bytedesk.md` §2.1).
    if !content::is_known(&draft.kind) {
        return Ok(Draft { kind: MessageType::text(), ..draft });
    }
    let misfit = |error| DialectError::Content(draft.kind.clone(), error);
    content::check(&draft.kind, &draft.content).map_err(misfit)?;
    match draft.kind.class() {
        MessageClass::Reaction => reaction(draft),
        MessageClass::Edit => edit(draft),
        _ => Ok(draft),
    }
}

/// The message that an EDIT changes.
///
/// # Errors
/// [`DialectError`] when it names none.
pub fn edited(draft: &Draft) -> Result<MessageUid, DialectError> {
    let extra = extra(draft);
    let name = [EDITED_UID, "messageUid", "uid"].iter().find_map(|name| extra[*name].as_str()).unwrap_or_default();
    let unnamed = |_| InvalidContent::new("extra.editedUid", "the uid of a message");
    MessageUid::new(name).map_err(|error| DialectError::Content(draft.kind.clone(), unnamed(error)))
}

/// The sign that a REACTION gives or takes back.
///
/// # Errors
/// [`DialectError`] when it does not say which, or of which message.
pub fn reacted(draft: &Draft) -> Result<Reaction, DialectError> {
    let document = match &extra(draft)[REACTION] {
        Value::Null => serde_json::from_str(&draft.content).unwrap_or_default(),
        named => named.clone(),
    };
    Reaction::read(&document).map_err(|error| DialectError::Content(draft.kind.clone(), error))
}

/// A REACTION whose content is its sign, so that a client that does not know it shows that, and whose `extra` says the rest.
fn reaction(draft: Draft) -> Result<Draft, DialectError> {
    let reaction = reacted(&draft)?;
    let named = Map::from_iter([(REACTION.to_owned(), reaction.document())]);
    Ok(with_extra(with_content(draft, reaction.shown()), Value::Object(named)))
}

/// An EDIT whose content is the new text, so that a client that does not know it shows that, and whose `extra` names the
/// message. Some clients say both in a document.
fn edit(draft: Draft) -> Result<Draft, DialectError> {
    let has_name = extra(&draft)[EDITED_UID].is_string();
    let document = serde_json::from_str(&draft.content).ok().filter(|_| !has_name);
    let draft = match document {
        Some(Value::Object(document)) => in_two_parts(draft, &document),
        _ => draft,
    };
    if draft.content.trim().is_empty() {
        let error = InvalidContent::new("content", "text that says something");
        return Err(DialectError::Content(draft.kind, error));
    }
    let target = edited(&draft)?;
    Ok(with_extra(draft, Value::Object(Map::from_iter([(EDITED_UID.to_owned(), target.as_str().into())]))))
}

fn in_two_parts(draft: Draft, document: &Map<String, Value>) -> Draft {
    let text = |names: &[&str]| names.iter().find_map(|name| document.get(*name)?.as_str().map(str::to_owned));
    match (text(&["uid", "messageUid", EDITED_UID]), text(&["content", "text"])) {
        (Some(target), Some(content)) => {
            let named = Map::from_iter([(EDITED_UID.to_owned(), target.into())]);
            with_extra(with_content(draft, content), Value::Object(named))
        }
        _ => draft,
    }
}

/// The same without what only the server says of a message in its `extra`.
fn without_marks(draft: Draft) -> Draft {
    let text: &[u8] = match &draft.original {
        Original::Json(remainder) => remainder.extra.as_bytes(),
        Original::Protobuf(bytes) => bytes,
    };
    // Names may be spelled with escapes.
    let may_have =
        MARKS.iter().chain(&["\\u"]).any(|name| text.windows(name.len()).any(|part| part == name.as_bytes()));
    if !may_have {
        return draft;
    }
    match extra(&draft) {
        Value::Object(document) if MARKS.iter().any(|name| document.contains_key(*name)) => {
            // What is null says nothing.
            with_extra(draft, MARKS.iter().map(|name| ((*name).to_owned(), Value::Null)).collect())
        }
        _ => draft,
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use serde_json::json;

    use super::*;
    use crate::{dialect, proto};

    /// One message in both dialects, as its client sends it.
    fn both(kind: &str, content: &str, extra: &Value) -> [Result<Draft, DialectError>; 2] {
        let (r#type, content, extra) = (kind.to_owned(), content.to_owned(), extra.to_string());
        let object = json!({ "uid": "e", "type": r#type, "content": content, "extra": extra });
        let message = proto::Message { uid: "e".to_owned(), r#type, content, extra, ..proto::Message::default() };
        [dialect::parse(&object.to_string().into()), dialect::parse(&message.encode_to_vec().into())]
    }

    #[test]
    fn an_edit_is_its_new_text_and_a_name() {
        for (content, extra) in [
            ("new", json!({ "editedUid": "m1" })),
            ("new", json!({ "uid": "m1", "orgUid": "o" })),
            (r#"{"uid":"m1","content":"new"}"#, json!({})),
            (r#"{"messageUid":"m1","text":"new"}"#, json!({ "orgUid": "o" })),
        ] {
            for draft in both("EDIT", content, &extra) {
                let draft = draft.unwrap();
                assert_eq!((draft.content.as_str(), edited(&draft).unwrap().as_str()), ("new", "m1"), "{content}");
                assert_eq!(dialect::extra(&draft)["editedUid"], "m1");
            }
        }
        let text = r#"{"uid":"m2","content":"not an edit of m2"}"#;
        for draft in both("EDIT", text, &json!({ "editedUid": "m1" })) {
            assert_eq!(draft.unwrap().content, text, "what is named already is text");
        }
        for (content, extra, field) in [
            ("new", json!({}), "extra.editedUid"),
            (" ", json!({ "editedUid": "m1" }), "content"),
            (r#"{"uid":"m1","content":""}"#, json!({}), "content"),
            ("new", json!({ "editedUid": "\n" }), "extra.editedUid"),
        ] {
            for draft in both("EDIT", content, &extra) {
                let Err(DialectError::Content(_, error)) = draft else { panic!("{content} {extra}: {draft:?}") };
                assert_eq!(error.field, field, "{content} {extra}");
            }
        }
    }

    #[test]
    fn a_reaction_is_its_sign_and_says_the_rest_apart() {
        let like = json!({ "uid": "m1", "emoji": "like", "remove": false });
        for (content, extra) in [
            (r#"{"messageUid":"m1","name":"like","remove":"false"}"#, json!({})),
            ("anything", json!({ "reaction": like, "orgUid": "o" })),
        ] {
            for draft in both("REACTION", content, &extra) {
                let draft = draft.unwrap();
                assert_eq!((draft.content.as_str(), &dialect::extra(&draft)["reaction"]), ("like", &like));
            }
        }
        for content in ["👍", "{}", r#"{"emoji":"👍"}"#] {
            for draft in both("REACTION", content, &json!({})) {
                let Err(DialectError::Content(_, error)) = draft else { panic!("{content}: {draft:?}") };
                assert_eq!(error.field, "uid", "{content}");
            }
        }
    }

    #[test]
    fn what_is_not_known_is_text_and_what_does_not_fit_is_named() {
        for draft in both("BRAND_NEW", "hello", &json!({})) {
            let draft = draft.unwrap();
            assert_eq!((draft.kind.as_str(), draft.content.as_str()), ("TEXT", "hello"));
        }
        for draft in both("IMAGE", r#"{"url":5}"#, &json!({})) {
            let told = draft.unwrap_err().to_string();
            assert_eq!(
                told,
                "the content of a message of type IMAGE does not fit: url must be text that says something"
            );
        }
    }

    #[test]
    fn marks_are_the_servers_word() {
        let forged = json!({ "edited": { "at": 1 }, "reactions": [{ "emoji": "x", "count": 9 }], "orgUid": "o" });
        for draft in both("TEXT", "hello", &forged) {
            assert_eq!(dialect::extra(&draft.unwrap()), json!({ "edited": null, "reactions": null, "orgUid": "o" }));
        }
        for draft in both("TEXT", "edited reactions \\u", &json!({ "orgUid": "o" })) {
            assert_eq!(dialect::extra(&draft.unwrap()), json!({ "orgUid": "o" }));
        }
    }
}
