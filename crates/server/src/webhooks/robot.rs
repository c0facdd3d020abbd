//! What robots answer: nothing, or a JSON document.

use deskwire_desk::{RobotAnswer, RobotWords};
use serde::Deserialize;
use serde_json::Value;

/// Messages of one answer at most.
const MAX_WORDS: usize = 64;

/// Why an answer cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidAnswer {
    #[error("the robot's answer is not what it should be: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the robot says more than {MAX_WORDS} messages at once")]
    TooMany,
    #[error("robots do not say {0}, or not with this content")]
    Words(String),
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answer {
    messages: Vec<Message>,
    /// True, or why.
    hand_over: Value,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default = "robot")]
    r#type: String,
    /// Text, or the document of a rich type.
    content: Value,
}

fn robot() -> String {
    "ROBOT".to_owned()
}

/// Reads the body of an answer; an empty one says nothing.
pub(super) fn read(body: &[u8]) -> Result<RobotAnswer, InvalidAnswer> {
    if body.trim_ascii().is_empty() {
        return Ok(RobotAnswer::default());
    }
    let answer: Answer = serde_json::from_slice(body)?;
    if answer.messages.len() > MAX_WORDS {
        return Err(InvalidAnswer::TooMany);
    }
    let words = answer.messages.into_iter().map(|message| {
        let content = match message.content {
            Value::String(text) => text,
            document => document.to_string(),
        };
        RobotWords::new(&message.r#type, content).ok_or(InvalidAnswer::Words(message.r#type))
    });
    let words = words.collect::<Result<_, _>>()?;
    Ok(RobotAnswer { words, hand_over: hand_over(answer.hand_over) })
}

/// Why people are to go on, if `said` says that they are: true, or the reason.
pub(super) fn hand_over(said: Value) -> Option<String> {
    match said {
        Value::Bool(true) => Some("the robot hands over".to_owned()),
        Value::String(reason) => Some(reason),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let words = |kind: &str, content: &str| RobotWords::new(kind, content.to_owned()).unwrap();
        for (body, expected) in [
            ("", RobotAnswer::default()),
            (" \n", RobotAnswer::default()),
            ("{}", RobotAnswer::default()),
            (r#"{"handOver":false}"#, RobotAnswer::default()),
            (
                r#"{"messages":[{"content":"hi"},{"type":"ROBOT_STREAM","content":{"a":1}}]}"#,
                RobotAnswer { words: vec![words("ROBOT", "hi"), words("ROBOT_STREAM", r#"{"a":1}"#)], hand_over: None },
            ),
            (
                r#"{"handOver":"I do not know"}"#,
                RobotAnswer { words: Vec::new(), hand_over: Some("I do not know".to_owned()) },
            ),
        ] {
            assert_eq!(read(body.as_bytes()).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn what_robots_do_not_say_is_refused() {
        let many = format!(r#"{{"messages":[{}]}}"#, vec![r#"{"content":"x"}"#; MAX_WORDS + 1].join(","));
        for body in [
            "<html>",
            "7",
            r#"{"messages":[{"type":"AGENT_CLOSED","content":""}]}"#,
            r#"{"messages":[{"type":"IMAGE","content":"no document"}]}"#,
            r#"{"messages":[{"type":"READ","content":"x"}]}"#,
            &many,
        ] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
