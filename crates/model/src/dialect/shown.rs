//! What people see of a message, as text: what a search finds and what an export prints.

use std::borrow::Cow;

use serde_json::Value;

use super::{DialectError, object::Members, protobuf};
use crate::{entry::Payload, message::MessageType};

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
    collect_text(&text, 0, &mut lines);
    lines.dedup();
    Ok(lines.join("\n"))
}

/// Takes `text` as it is, unless it is a card.
fn collect_text(text: &str, depth: usize, lines: &mut Vec<String>) {
    let card = text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str::<Value>(text).ok()).flatten();
    match card {
        Some(card @ (Value::Object(_) | Value::Array(_))) => collect(&card, depth + 1, lines),
        _ if text.trim().is_empty() => {}
        _ => lines.push(text.trim().to_owned()),
    }
}

fn collect(card: &Value, depth: usize, lines: &mut Vec<String>) {
    if depth > MAX_DEPTH {
        return;
    }
    match card {
        Value::Array(items) => items.iter().for_each(|item| collect(item, depth + 1, lines)),
        Value::Object(members) => {
            for (name, value) in members {
                let is_shown = SHOWN.binary_search(&name.as_str()).is_ok();
                match value {
                    Value::String(text) if is_shown => collect_text(text, depth, lines),
                    Value::Number(number) if is_shown => lines.push(number.to_string()),
                    Value::Array(items) if is_shown => {
                        for item in items {
                            match item {
                                Value::String(text) => collect_text(text, depth, lines),
                                other => collect(other, depth + 1, lines),
                            }
                        }
                    }
                    other => collect(other, depth + 1, lines),
                }
            }
        }
        _ => {}
    }
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
