//! What people see of a message, as text: what a search finds, what an export prints and what is
//! looked at for words that are not to be said.

use std::borrow::Cow;

use serde_json::Value;

use super::{DialectError, extra, object::Members, protobuf, with_content, with_extra};
use crate::{
    entry::Payload,
    message::{Draft, MessageType},
};

/// Types that are signs between programs, that only name another message, or that the desk says by itself each time.
const SILENT: &[&str] = &[
    "AGENT_CLOSED",
    "AUTO_CLOSED",
    "CONTINUE",
    "EDIT",
    "EVENT",
    "LEAVE_MSG",
    "QUEUE",
    "QUEUE_ACCEPT",
    "QUEUE_CANCEL",
    "QUEUE_NOTICE",
    "QUEUE_TIMEOUT",
    "QUEUE_UPDATE",
    "RATE",
    "RATE_INVITE",
    "REACTION",
    "READ",
    "RECALL",
    "ROUTING_POOL",
    "VISITOR_CLOSED",
    "WELCOME",
];

/// Types whose content names the message that they answer; what was said is in `extra` (`spec/bytedesk.md` §3).
const SUBMITTED: &[&str] = &["LEAVE_MSG_SUBMIT", "RATE_SUBMIT"];

/// Members of a card that people see, in whatever depth (`spec/bytedesk.md` §3; job and order cards of seed 002).
const SHOWN: &[&str] = &[
    "address",
    "answer",
    "artist",
    "caption",
    "company",
    "contact",
    "content",
    "description",
    "fileName",
    "filename",
    "label",
    "location",
    "name",
    "orderNo",
    "phone",
    "question",
    "quotedContent",
    "salary",
    "statusText",
    "tags",
    "title",
    "urgency",
    "value",
];

/// Depth of a card in which text is looked for.
const MAX_DEPTH: usize = 8;

/// What people see of a message of type `kind`: its text, or the texts of its card in lines. Empty if it shows nothing,
/// or says what the desk says each time.
///
/// # Errors
/// [`DialectError`] when the payload was not made by [`super::stamp`].
pub fn shown(kind: &MessageType, payload: &Payload) -> Result<String, DialectError> {
    if SILENT.binary_search(&kind.as_str()).is_ok() {
        return Ok(String::new());
    }
    let submitted = SUBMITTED.contains(&kind.as_str());
    let text: Cow<'_, str> = match payload {
        Payload::Json(stamped) => {
            let members = Members::parse(stamped)?;
            if submitted { members.text_or_json("extra") } else { members.text_or_json("content") }
        }
        Payload::Protobuf(stamped) => {
            let message = protobuf::decode(stamped)?;
            if submitted { message.extra.into() } else { message.content.into() }
        }
    };
    if kind.as_str() == "TEXT" {
        return Ok(text.trim().to_owned());
    }
    let mut lines = Vec::new();
    let mut take = |text: &str| {
        lines.extend(Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned));
        None
    };
    rewrite_text(&text, 0, &mut take);
    lines.dedup();
    Ok(lines.join("\n"))
}

/// Asks `rewrite` about each text that people may see of a message, whatever its type says of it; the message with what it
/// answers in the place of these texts, none if it answers nothing.
#[must_use]
pub fn rewritten(draft: &Draft, rewrite: &mut dyn FnMut(&str) -> Option<String>) -> Option<Draft> {
    if SUBMITTED.contains(&draft.kind.as_str()) {
        let mut form = extra(draft);
        return rewrite_card(&mut form, 1, rewrite).then(|| with_extra(draft.clone(), form));
    }
    let content = if draft.kind.as_str() == "TEXT" {
        rewrite(&draft.content)?
    } else {
        rewrite_text(&draft.content, 0, rewrite)?
    };
    Some(with_content(draft.clone(), content))
}

/// Asks about `text` as it is, unless it is a card.
fn rewrite_text(text: &str, depth: usize, rewrite: &mut dyn FnMut(&str) -> Option<String>) -> Option<String> {
    let card = text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str::<Value>(text).ok()).flatten();
    match card {
        Some(mut card @ (Value::Object(_) | Value::Array(_))) => {
            rewrite_card(&mut card, depth + 1, rewrite).then(|| card.to_string())
        }
        _ => rewrite(text),
    }
}

/// Whether something in `card` is said otherwise now.
fn rewrite_card(card: &mut Value, depth: usize, rewrite: &mut dyn FnMut(&str) -> Option<String>) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    let mut is_changed = false;
    match card {
        Value::Array(items) => {
            for item in items {
                is_changed |= rewrite_card(item, depth + 1, rewrite);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let is_shown = SHOWN.binary_search(&name.as_str()).is_ok();
                is_changed |= match value {
                    Value::Array(items) if is_shown => {
                        let mut any = false;
                        for item in items {
                            any |= rewrite_value(item, item.is_string(), depth, rewrite);
                        }
                        any
                    }
                    other => rewrite_value(other, is_shown, depth, rewrite),
                };
            }
        }
        _ => {}
    }
    is_changed
}

fn rewrite_value(
    value: &mut Value,
    is_shown: bool,
    depth: usize,
    rewrite: &mut dyn FnMut(&str) -> Option<String>,
) -> bool {
    let instead = match value {
        Value::String(text) if is_shown => rewrite_text(text, depth, rewrite),
        Value::Number(number) if is_shown => rewrite(&number.to_string()),
        other => return rewrite_card(other, depth + 1, rewrite),
    };
    let is_changed = instead.is_some();
    if let Some(instead) = instead {
        *value = Value::String(instead);
    }
    is_changed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn json_payload(content: &str, extra: &str) -> Payload {
        Payload::Json(json!({"content": content, "extra": extra}).to_string().into_bytes().into())
    }

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(SILENT.is_sorted());
        assert!(SHOWN.is_sorted());
    }

    #[test]
    fn people_see_text_and_what_cards_say() {
        let file = r#"{"url":"https://example.org/file/x.pdf","name":"报价单.pdf","size":"3","hash":"abc"}"#;
        let quotation =
            r#"{"content":"好的","quotedMessageUid":"m1","quotedContent":"{\"label\":\"合同\",\"url\":\"u\"}"}"#;
        let goods = r#"{"uid":"g","goods":{"title":"红色 T 恤","price":"9"},"tags":["新品",{"title":"热"}]}"#;
        for (kind, content, expected) in [
            ("TEXT", "你好", "你好"),
            ("TEXT", "  ", ""),
            ("TEXT", "{not json", "{not json"),
            ("TEXT", r#"{"title":"as it is"}"#, r#"{"title":"as it is"}"#),
            ("IMAGE", r#"{"url":"u","label":"发票","filename":"a.png"}"#, "a.png\n发票"),
            ("FILE", file, "报价单.pdf"),
            ("QUOTATION", quotation, "好的\n合同"),
            ("ORDER", goods, "红色 T 恤\n新品\n热"),
            ("WELCOME", "您好", ""),
            ("RECALL", "m1", ""),
            ("NEW_TYPE", "new", "new"),
        ] {
            let kind = MessageType::new(kind).unwrap();
            assert_eq!(shown(&kind, &json_payload(content, "{}")).unwrap(), expected, "{kind} {content}");
        }
    }

    #[test]
    fn what_people_see_is_rewritten_and_nothing_else() {
        let message = |kind: &str, content: &str, extra: &str| {
            let bytes = json!({"uid": "m", "type": kind, "content": content, "extra": extra}).to_string();
            crate::dialect::parse_json(bytes.as_bytes()).unwrap()
        };
        let mut rewrite = |text: &str| text.contains("bad").then(|| text.replace("bad", "***"));
        for (kind, content, expected) in [
            ("TEXT", "so bad", "so ***"),
            ("TEXT", r#"{"title":"bad"}"#, r#"{"title":"***"}"#),
            ("WELCOME", "bad", "***"),
            ("FILE", r#"{"name":"bad.pdf","url":"https://bad"}"#, r#"{"name":"***.pdf","url":"https://bad"}"#),
            (
                "CARD",
                r#"{"tags":["bad",{"title":"bad"}],"x":["bad"]}"#,
                r#"{"tags":["***",{"title":"***"}],"x":["bad"]}"#,
            ),
            (
                "QUOTATION",
                r#"{"content":"so","quotedMessageUid":"m1","quotedContent":"{\"label\":\"bad\"}"}"#,
                r#"{"content":"so","quotedContent":"{\"label\":\"***\"}","quotedMessageUid":"m1"}"#,
            ),
        ] {
            let rewritten = rewritten(&message(kind, content, ""), &mut rewrite).unwrap();
            assert_eq!(rewritten.content, expected, "{kind} {content}");
        }
        let form = message("LEAVE_MSG_SUBMIT", "bad", r#"{"content":"bad","orgUid":"bad"}"#);
        let form = rewritten(&form, &mut rewrite).unwrap();
        assert_eq!((form.content.as_str(), extra(&form)), ("bad", json!({"content": "***", "orgUid": "bad"})));
        for (kind, content) in [("TEXT", "good"), ("FILE", r#"{"url":"bad"}"#), ("LEAVE_MSG_SUBMIT", "bad")] {
            assert_eq!(rewritten(&message(kind, content, ""), &mut rewrite), None, "{kind} {content}");
        }
    }

    #[test]
    fn what_is_submitted_is_said_in_extra() {
        let kind = MessageType::new("LEAVE_MSG_SUBMIT").unwrap();
        let extra = r#"{"orgUid":"o","contact":"138","content":"请回电"}"#;
        assert_eq!(shown(&kind, &json_payload("m1", extra)).unwrap(), "138\n请回电");
    }

    #[test]
    fn protobuf_says_the_same() {
        use prost::Message as _;

        let message = crate::proto::Message { content: "你好".to_owned(), ..Default::default() };
        let payload = Payload::Protobuf(message.encode_to_vec().into());
        assert_eq!(shown(&MessageType::text(), &payload).unwrap(), "你好");
        assert!(shown(&MessageType::text(), &Payload::Json("no".into())).is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}{}", r#"{"a":"#.repeat(60), r#"{"title":"deep"}"#) + &"}".repeat(60);
        assert_eq!(shown(&MessageType::new("CARD").unwrap(), &json_payload(&deep, "")).unwrap(), "");
    }
}
