//! What the contents of messages look like, by their type (`spec/bytedesk.md` §2.1, §3).
//!
//! The rules are a table (`types`), not one struct per type: nobody but the readers of a message works with what it says, a
//! refusal has to name the member that does not fit, and everything else stays as it was spelled, unknown members too. The
//! contents that the server itself works with have structs: [`Quotation`], [`Reaction`], [`Preview`].
//!
//! Clients of many years write these contents. So numbers may come as text and the other way round, lists and documents as
//! JSON in a string, a link in place of a picture's document; `null` is as good as nothing.

mod quotation;
mod reaction;
mod types;

use serde_json::{Map, Value};

pub use self::{
    quotation::{Preview, Quotation},
    reaction::{MAX_SIGN_LEN, Reaction},
};
use crate::message::MessageType;

/// Why a content does not fit its type. The text is made for the sender's eyes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {expected}")]
pub struct InvalidContent {
    /// The member, with dots and numbers before it where it lies deeper; `content` for the content itself.
    pub field: String,
    /// What it must be.
    pub expected: &'static str,
}

impl InvalidContent {
    pub(crate) fn new(field: impl Into<String>, expected: &'static str) -> Self {
        Self { field: field.into(), expected }
    }
}

/// What a content is as a whole.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// Text, whatever it says.
    Text,
    /// Any JSON document.
    Json,
    /// A JSON object with these members.
    Document(&'static [Member]),
    /// Text, or a JSON object with these members.
    Either(&'static [Member]),
    /// A bare link, or a JSON object with these members.
    Link(&'static [Member]),
}

/// A member of a document.
#[derive(Clone, Copy, Debug)]
struct Member {
    /// What it is called; the first name is the one of today.
    names: &'static [&'static str],
    value: Shape,
    required: bool,
}

/// What a member is.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Text or a number: sizes, durations and prices are written in both ways.
    Text,
    /// Text that says something.
    Name,
    /// A number, perhaps as text.
    Number,
    /// True or false, perhaps as text or number.
    Truth,
    /// An array of these, perhaps as JSON in a string.
    List(&'static Shape),
    /// An object with these members, perhaps as JSON in a string.
    Document(&'static [Member]),
    /// Whatever it is.
    Any,
}

/// Whether messages of this type are known here.
#[must_use]
pub fn is_known(kind: &MessageType) -> bool {
    types::form(kind.as_str()).is_some()
}

/// Checks the content of a message; that of a type that is not known fits.
///
/// # Errors
/// [`InvalidContent`] names the first member that does not fit.
pub fn check(kind: &MessageType, content: &str) -> Result<(), InvalidContent> {
    let members = match types::form(kind.as_str()) {
        None | Some(Form::Text) => return Ok(()),
        Some(Form::Json) => {
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(content).is_ok();
            return if is_json { Ok(()) } else { Err(InvalidContent::new("content", JSON)) };
        }
        Some(Form::Link(_)) if is_link(content) => return Ok(()),
        Some(Form::Either(_)) if !content.trim_start().starts_with('{') => return Ok(()),
        Some(Form::Document(members) | Form::Either(members) | Form::Link(members)) => members,
    };
    match serde_json::from_str(content) {
        Ok(Value::Object(document)) => check_members("", &document, members),
        // What begins like a document and is none is text where text may stand.
        Err(_) if matches!(types::form(kind.as_str()), Some(Form::Either(_))) => Ok(()),
        _ => Err(InvalidContent::new("content", OBJECT)),
    }
}

const JSON: &str = "a JSON document in a string";
const OBJECT: &str = "a JSON object in a string";

/// What old clients write for a picture or a file: its URL, or its path on this server.
fn is_link(content: &str) -> bool {
    let begins = ["http://", "https://", "/"].iter().any(|start| content.starts_with(start));
    begins && !content.contains(char::is_whitespace)
}

fn check_members(path: &str, document: &Map<String, Value>, members: &'static [Member]) -> Result<(), InvalidContent> {
    for member in members {
        let mut found = false;
        for name in member.names {
            let Some(value) = document.get(*name).filter(|value| !value.is_null()) else { continue };
            found = true;
            check_value(&format!("{path}{name}"), value, member.value)?;
        }
        if member.required && !found {
            return Err(InvalidContent::new(format!("{path}{}", member.names[0]), "there"));
        }
    }
    Ok(())
}

fn check_value(path: &str, value: &Value, shape: Shape) -> Result<(), InvalidContent> {
    let in_string = match value {
        Value::String(text) if matches!(shape, Shape::List(_) | Shape::Document(_)) => serde_json::from_str(text).ok(),
        _ => None,
    };
    let value: &Value = in_string.as_ref().unwrap_or(value);
    let (fits, expected) = match shape {
        Shape::Any => return Ok(()),
        Shape::Text => (value.is_string() || value.is_number(), "text"),
        Shape::Name => (value.as_str().is_some_and(|text| !text.is_empty()), "text that says something"),
        Shape::Number => {
            let number = value.as_str().map_or_else(|| value.as_f64(), |text| text.trim().parse().ok());
            (number.is_some_and(f64::is_finite), "a number")
        }
        Shape::Truth => {
            let text = value.as_str().is_some_and(|text| matches!(text, "true" | "false"));
            (text || value.is_boolean() || value.is_number(), "true or false")
        }
        Shape::List(item) => {
            let Value::Array(items) = value else { return Err(InvalidContent::new(path, "a list")) };
            for (number, value) in items.iter().enumerate() {
                check_value(&format!("{path}.{number}"), value, *item)?;
            }
            return Ok(());
        }
        Shape::Document(members) => match value {
            Value::Object(document) => return check_members(&format!("{path}."), document, members),
            _ => (false, "an object"),
        },
    };
    if fits { Ok(()) } else { Err(InvalidContent::new(path, expected)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A content that is refused, and the member that is named for it.
    type Refused = (&'static str, &'static str);

    /// What is accepted of each type, and what is refused.
    const SAMPLES: &[(&str, &[&str], &[Refused])] = &[
        ("TEXT", &["", "hello", "{", r#"{"a":1}"#], &[]),
        ("EDIT", &["new text"], &[]),
        ("PHONE_NUMBER", &["13800000000"], &[]),
        (
            "IMAGE",
            &[
                r#"{"url":"http://x/a.png","width":"10","height":20,"size":"1","label":"","new":[]}"#,
                r#"{"url":"http://127.0.0.1/a.png","type":"IMAGE"}"#,
                "https://example.org/a.png",
                "/file/2026/a.png",
            ],
            &[
                ("picture.png", "content"),
                ("", "content"),
                ("[]", "content"),
                ("http://x/a b", "content"),
                ("{}", "url"),
                (r#"{"url":""}"#, "url"),
                (r#"{"url":5}"#, "url"),
                (r#"{"url":null}"#, "url"),
                (r#"{"url":"u","width":{}}"#, "width"),
            ],
        ),
        (
            "FILE",
            &[r#"{"url":"u","name":"a.pdf","size":3,"type":"application/pdf"}"#, r#"{"fileUrl":"u"}"#],
            &[(r#"{"name":"a.pdf"}"#, "url"), (r#"{"url":"u","name":["a"]}"#, "name")],
        ),
        ("DOCUMENT", &[r#"{"url":"u","caption":"c","thumbnail":"t"}"#], &[("{}", "url")]),
        (
            "AUDIO",
            &[r#"{"url":"u","duration":"12.5","format":"mp3"}"#],
            &[(r#"{"url":"u","duration":true}"#, "duration")],
        ),
        ("VOICE", &[r#"{"url":"u","duration":3}"#, "/v.amr"], &[(r#"{"duration":3}"#, "url")]),
        ("VIDEO", &[r#"{"url":"u","coverUrl":"c","width":"1"}"#], &[(r#"{"url":"u","coverUrl":[]}"#, "coverUrl")]),
        ("MUSIC", &[r#"{"url":"u","title":"t","artist":"a"}"#], &[("tune", "content")]),
        ("STICKER", &[r#"{"url":"u"}"#, "[smile]"], &[(r#"{"url":[]}"#, "url")]),
        (
            "LOCATION",
            &[r#"{"latitude":"39.9","longitude":116.4,"address":"a","label":"l"}"#, r#"{"lat":39.9,"lng":"116.4"}"#],
            &[
                (r#"{"latitude":1}"#, "longitude"),
                (r#"{"latitude":"north","longitude":1}"#, "latitude"),
                ("Beijing", "content"),
            ],
        ),
        (
            "LINK",
            &[r#"{"url":"u","title":"t","description":"d","imageUrl":"i"}"#, "https://example.org/"],
            &[(r#"{"title":"t"}"#, "url")],
        ),
        ("CARD", &[r#"{"any":"thing"}"#, "[1]"], &[("card", "content")]),
        ("JOB_CARD", &[r#"{"jobId":501}"#], &[("job", "content")]),
        ("ARTICLE", &[r#"{"title":"t"}"#], &[("", "content")]),
        (
            "GOODS",
            &[
                r#"{"uid":"g","title":"T","price":9.5,"url":"u","tagList":["a"],"quantity":"2"}"#,
                r#"{"tagList":"[\"a\"]","extra":{}}"#,
            ],
            &[
                (r#"{"price":{}}"#, "price"),
                (r#"{"tagList":{}}"#, "tagList"),
                (r#"{"tagList":["a",{}]}"#, "tagList.1"),
                (r#"[]"#, "content"),
            ],
        ),
        (
            "ORDER",
            &[
                r#"{"uid":"o","time":1,"goods":{"title":"t"},"shippingAddress":{"name":"n","phone":1}}"#,
                r#"{"goods":"{\"title\":\"t\"}","totalAmount":"9"}"#,
                r#"{"goods":[{"title":"t"}]}"#,
            ],
            &[
                (r#"{"shippingAddress":{"phone":[]}}"#, "shippingAddress.phone"),
                (r#"{"shippingAddress":"home"}"#, "shippingAddress"),
                (r#"{"status":{}}"#, "status"),
            ],
        ),
        ("ORDER_CARD", &[r#"{"orderCardId":1}"#], &[("card", "content")]),
        (
            "QUOTATION",
            &[
                r#"{"content":"yes","quotedMessageUid":"m1"}"#,
                r#"{"content":"","quotedMessageUid":"m1","quotedContent":""}"#,
            ],
            &[
                ("yes", "content"),
                (r#"{"content":"yes"}"#, "quotedMessageUid"),
                (r#"{"quotedMessageUid":"m1"}"#, "content"),
                (r#"{"content":"yes","quotedMessageUid":7}"#, "quotedMessageUid"),
            ],
        ),
        (
            "REACTION",
            &["👍", r#"{"uid":"m1","emoji":"👍"}"#, r#"{"messageUid":"m1","name":"like","remove":"true"}"#],
            &[(r#"{"uid":7}"#, "uid"), (r#"{"uid":"m1","emoji":"👍","remove":"perhaps"}"#, "remove")],
        ),
        (
            "PREVIEW",
            &["", "hel", r#"{"v":1,"content":"hel","clear":false,"ts":1}"#, "{hel"],
            &[(r#"{"content":[]}"#, "content"), (r#"{"clear":"maybe"}"#, "clear")],
        ),
        ("TYPING", &["", "{}"], &[]),
        (
            "CHOICE",
            &[
                r#"{"choiceUid":"c","multiple":"true","minSelect":1,"options":[{"optionUid":"o","title":"T","disabled":false}]}"#,
            ],
            &[
                (r#"{"options":{}}"#, "options"),
                (r#"{"options":[{"title":[]}]}"#, "options.0.title"),
                (r#"{"multiple":"many"}"#, "multiple"),
            ],
        ),
        (
            "FORM",
            &[r#"{"formUid":"f","formSchema":{"a":1},"formVersion":"2"}"#, r#"{"formSchema":"{}"}"#],
            &[(r#"{"formUid":[]}"#, "formUid")],
        ),
        (
            "ROBOT_STREAM",
            &["hel", r#"{"question":"q","answer":"a","sources":[{"title":"t"}],"kbUid":"k"}"#],
            &[(r#"{"answer":{}}"#, "answer"), (r#"{"sources":{}}"#, "sources")],
        ),
        ("TRANSFER", &["bob", r#"{"content":"c","status":"TRANSFER_PENDING"}"#], &[(r#"{"status":[]}"#, "status")]),
        ("RATE_SUBMIT", &["m1", ""], &[]),
        ("LEAVE_MSG_SUBMIT", &["m1", r#"{"content":"c"}"#], &[(r#"{"content":[]}"#, "content")]),
        (
            "WELCOME",
            &["hi", r#"{"content":"c","faqs":[{"uid":"u","question":"q"}]}"#],
            &[(r#"{"faqs":[{"question":[]}]}"#, "faqs.0.question")],
        ),
        (
            "QUEUE",
            &["wait", r#"{"content":"c","position":1,"queueSize":"3","waitSeconds":5}"#],
            &[(r#"{"position":"first"}"#, "position")],
        ),
        ("FAQ_ANSWER", &["a", r#"{"question":"q","answer":"a"}"#], &[(r#"{"answer":[]}"#, "answer")]),
    ];

    #[test]
    fn contents_are_accepted_or_refused_by_the_table() {
        for (name, accepted, refused) in SAMPLES {
            let kind = MessageType::new(name).unwrap();
            assert!(is_known(&kind), "{name}");
            for content in *accepted {
                assert_eq!(check(&kind, content), Ok(()), "{name} {content}");
            }
            for (content, field) in *refused {
                let error = check(&kind, content).expect_err(content);
                assert_eq!(error.field, *field, "{name} {content}: {error}");
            }
        }
    }

    #[test]
    fn what_must_be_a_document_says_something_to_the_other_side() {
        for (name, form) in types::FORMS {
            let kind = MessageType::new(name).unwrap();
            let is_structured = matches!(form, Form::Json | Form::Document(_) | Form::Link(_));
            assert_eq!(kind.is_rich(), is_structured, "{name}");
        }
    }

    #[test]
    fn no_text_panics_and_an_unknown_type_takes_all() {
        let unknown = MessageType::new("BRAND_NEW").unwrap();
        let deep = "[".repeat(100_000);
        for content in ["", "{", "null", "5", "\"\"", "{\"url\":\"\\ud800\"}", &deep] {
            assert_eq!(check(&unknown, content), Ok(()));
            for (name, _) in types::FORMS {
                let _ = check(&MessageType::new(name).unwrap(), content);
            }
        }
    }
}
