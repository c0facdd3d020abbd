//! Answers of robots that come in pieces: one JSON object per line (`application/x-ndjson`), or per `data:` line of an event
//! stream (`text/event-stream`), as the programming interfaces of language models have it.

use std::time::Duration;

use bytes::BytesMut;
use deskwire_desk::{Desk, DeskError, RobotStream, StreamEnd};
use deskwire_store::{HookEvent, Webhook};
use reqwest::{Response, header};
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::robot::hand_over;
use crate::connection::timestamp;

/// Longest line, in bytes.
const MAX_LINE: usize = 64 * 1024;
/// Lines of one answer at most.
const MAX_LINES: usize = 20_000;

/// Whether an answer comes in pieces.
pub(super) fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["application/x-ndjson", "application/jsonl", "text/event-stream"]
        .iter()
        .any(|known| kind.eq_ignore_ascii_case(known))
}

/// Says what a robot answers while it answers; `patience` is how long it may be silent.
///
/// # Errors
/// Why nothing was said: the robot is to be asked again.
pub(super) async fn pass_on(
    desk: &Desk,
    hook: &Webhook,
    event: &HookEvent,
    mut response: Response,
    patience: Duration,
) -> Result<(), BrokenOff> {
    let stream = match desk.robot_begins(hook, event, timestamp()).await {
        Ok(Some(stream)) => stream,
        // It was answered before, or people have the conversation.
        Ok(None) | Err(DeskError::NotNow(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let end = match say(&stream, &mut response, patience).await {
        Ok(reason) => StreamEnd::Finished(reason),
        Err(BrokenOff::Desk(DeskError::NotNow(_))) => return Ok(()),
        Err(BrokenOff::Desk(error @ (DeskError::Store(_) | DeskError::Commit(_)))) => return Err(error.into()),
        Err(error) if !stream.has_said_something() => return Err(error),
        Err(error) => {
            tracing::warn!(hook = %hook.hook.uid, event = event.id, %error, "a robot breaks off");
            StreamEnd::Broken
        }
    };
    match stream.end(end, timestamp()).await {
        Ok(()) | Err(DeskError::NotNow(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Why a stream has no good end.
#[derive(Debug, thiserror::Error)]
pub(super) enum BrokenOff {
    #[error("the robot was silent for too long")]
    Silent,
    #[error("the stream of the robot breaks off")]
    Cut(#[from] reqwest::Error),
    #[error("a line of the robot's stream is no JSON object: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the robot's stream has too many lines, or one of more than {MAX_LINE} bytes")]
    TooLong,
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// Says what comes until the robot says no more; why people are to go on, if they are.
async fn say(stream: &RobotStream, response: &mut Response, patience: Duration) -> Result<Option<String>, BrokenOff> {
    let mut lines = Lines::default();
    let mut reason = None;
    loop {
        let chunk = timeout(patience, response.chunk()).await.map_err(|_| BrokenOff::Silent)??;
        let is_last = chunk.is_none();
        lines.push(chunk.as_deref().unwrap_or(b"\n"))?;
        while let Some(mut piece) = lines.next()? {
            reason = piece.remove("handOver").and_then(hand_over).or(reason);
            if !piece.is_empty() {
                stream.says(piece, timestamp()).await?;
            }
        }
        if is_last {
            return Ok(reason);
        }
    }
}

/// Takes a stream apart into the objects of its lines, however it is cut.
#[derive(Debug, Default)]
struct Lines {
    buffer: BytesMut,
    seen: usize,
}

impl Lines {
    fn push(&mut self, bytes: &[u8]) -> Result<(), BrokenOff> {
        self.buffer.extend_from_slice(bytes);
        let unfinished = self.buffer.iter().rev().position(|byte| *byte == b'\n').unwrap_or(self.buffer.len());
        if unfinished > MAX_LINE { Err(BrokenOff::TooLong) } else { Ok(()) }
    }

    /// The next object whose line is complete.
    fn next(&mut self) -> Result<Option<Map<String, Value>>, BrokenOff> {
        while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
            let line = self.buffer.split_to(end + 1);
            if line.len() > MAX_LINE || self.seen >= MAX_LINES {
                return Err(BrokenOff::TooLong);
            }
            self.seen += 1;
            let line = line.trim_ascii();
            // What an event stream says besides: comments, names, and that it ends.
            let says_nothing = [&b":"[..], b"event:", b"id:", b"retry:"].iter().any(|start| line.starts_with(start));
            let data = line.strip_prefix(b"data:").unwrap_or(line).trim_ascii();
            if says_nothing || data.is_empty() || data == b"[DONE]" {
                continue;
            }
            return Ok(Some(serde_json::from_slice(data)?));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(chunks: &[&[u8]]) -> Result<Vec<Value>, BrokenOff> {
        let mut lines = Lines::default();
        let mut objects = Vec::new();
        for chunk in chunks {
            lines.push(chunk)?;
            while let Some(object) = lines.next()? {
                objects.push(Value::Object(object));
            }
        }
        Ok(objects)
    }

    #[test]
    fn lines_are_the_same_however_they_are_cut() {
        let text =
            ": hello\nevent: piece\r\ndata: {\"answer\":\"猫\"}\r\n\r\n{\"answer\":\"b\"}\ndata: [DONE]\n".as_bytes();
        let expected = [serde_json::json!({ "answer": "猫" }), serde_json::json!({ "answer": "b" })];
        for cut in 0..=text.len() {
            let (first, second) = text.split_at(cut);
            assert_eq!(objects(&[first, second]).unwrap(), expected, "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_object_or_too_long_breaks_it_off() {
        assert!(matches!(objects(&[b"[1]\n"]), Err(BrokenOff::Json(_))));
        assert!(matches!(objects(&[b"{\"a\"\n"]), Err(BrokenOff::Json(_))));
        let long = vec![b'x'; MAX_LINE + 1];
        assert!(matches!(objects(&[&long]), Err(BrokenOff::TooLong)));
        let many = b"\n".repeat(MAX_LINES + 1);
        assert!(matches!(objects(&[&many]), Err(BrokenOff::TooLong)));
    }
}
